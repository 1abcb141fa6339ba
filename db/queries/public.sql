-- register --
-- Recognised products of a scheme, the latest published first, after ($7, $8); narrowed by words, district, kind and, on the day $6, by how they stand; none whose recognition was never published. All but words is found along the index; words that many have are met among the first hundreds, rare ones looked up.
with narrowed as not materialized (
    select stream, published_on, number from proceeding
    where kind = 'case' and scheme = $1 and published_on is not null and (published_on, number) < ($7, $8)
      and ($3::text is null or district = $3) and ($4::text is null or product_kind = $4)
      and case $5::text when 'revoked' then stage = 'revoked' when 'superseded' then stage = 'superseded'
          when 'expired' then stage not in ('revoked', 'superseded') and valid_until < $6
          when 'valid' then stage not in ('revoked', 'superseded') and valid_until >= $6 else true end
), walked as materialized (
    select n.* from (select * from narrowed order by published_on desc, number desc limit case when $2::text[] is null then $9 else 1000 end) n
    where $2::text[] is null or (select p.terms from proceeding p where p.stream = n.stream) @> $2
    order by published_on desc, number desc limit $9
), looked_up as materialized (
    select n.* from narrowed n join proceeding p using (stream) where p.terms @> $2 and (select count(*) from walked) < $9
    order by n.published_on desc, n.number desc limit $9
), hit as (select * from walked union select * from looked_up order by published_on desc, number desc limit $9)
select p.number, stage, enterprise, district, file #> '{facts,submission}' as submission, file #> '{facts,recognition}' as recognition,
    file #> '{facts,revocation}' as revocation, file #> '{facts,supersession}' as supersession, changed_at
from hit join proceeding p using (stream) order by hit.published_on desc, p.number desc

-- entry --
-- One recognised product by its number.
select number, stage, enterprise, district, file #> '{facts,submission}' as submission, file #> '{facts,recognition}' as recognition,
    file #> '{facts,revocation}' as revocation, file #> '{facts,supersession}' as supersession, changed_at
from proceeding where stream = $1 and kind = 'case' and published_on is not null

-- districts --
-- How the districts are called.
select code, name_zh, name_en from district order by since, code

-- insurers --
-- Insurers that were ever on the pilot list, with the term they stand in or stood in last as seen from a day.
select distinct on (o.code) o.code, o.name_zh, o.name_en, l.notice, l.listed_from, l.listed_until, l.industry_bureau_page, l.regulator_page, l.ended_on,
    (select barred_on from insurer_bar where insurer = o.code and barred_on <= $1) as barred_on,
    (select min(suspended_on) from insurer_suspension where insurer = o.code and suspended_on <= $1 and (ended_on is null or $1 < ended_on)) as suspended_on
from insurer_listing l join office o on o.code = l.insurer where l.listed_from <= $1
order by o.code, l.listed_until desc, l.listed_from desc

-- clauses --
-- The clauses that insurers have filed, the latest first.
select insurer, number, filed_on, nullif(valid_until, 'infinity') as valid_until, head_office_filing_number, withdrawn_on, text_sha256
from filed_clause order by insurer, filed_on desc, number
