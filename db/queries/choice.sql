-- districts --
-- The districts of a day that nobody is to absorb.
select code, name_zh, name_en from district where $1::date between since and coalesce(until, 'infinity') and successor is null order by code

-- offices --
-- The offices of some kinds, enterprises aside.
select code, name_zh, name_en from office where kind = any ($1) and kind <> 'enterprise' order by code

-- listed --
-- The insurers that the list names on a day and that are neither suspended nor barred.
select code, name_zh, name_en from office f where kind = 'insurer'
    and exists (select from insurer_listing l where l.insurer = f.code and $1::date between listed_from and listed_until and (ended_on is null or $1 < ended_on))
    and not exists (select from insurer_suspension s where s.insurer = f.code and suspended_on <= $1 and (ended_on is null or $1 < ended_on))
    and not exists (select from insurer_bar b where b.insurer = f.code and barred_on <= $1)
order by code

-- clauses --
-- An insurer's clauses that are filed on a day.
select number as code from filed_clause
where insurer = $1 and $2::date between filed_on and valid_until and (withdrawn_on is null or $2 < withdrawn_on) order by number

-- officers --
-- Who acts for an office on a day; for every office of some kinds where none is named.
select o.code, o.name || ' · ' || f.name_zh as name_zh, o.name || ' · ' || f.name_en as name_en
from officer o join office f on f.code = o.office
where case when $1::text is null then f.kind = any ($2) and f.kind <> 'enterprise' else o.office = $1 end
    and $3::date between o.since and coalesce(o.until, 'infinity') order by o.code

-- own --
-- An enterprise's proceedings of a kind, the newest first; $3 names the stages that count.
select number, stream, file #>> '{facts,submission,product,name}' as product from proceeding
where enterprise = $1 and kind = $2 and ($3::text[] is null or stage = any ($3)) order by opened_at desc limit 100

-- named --
-- What some offices and districts are called.
select code, name_zh, name_en from office where code = any ($1)
union all
select code, name_zh, name_en from district d where code = any ($1) and not exists (select from office f where f.code = d.code)

-- letterhead_of --
-- What an enterprise submitted last, to begin its next submission with.
select file #> '{facts,submission,enterprise}' as enterprise from proceeding
where enterprise = $1 and kind = 'case' order by opened_at desc limit 1
