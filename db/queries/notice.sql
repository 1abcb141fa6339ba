-- issuer --
-- How an office signs on a day; one without a letterhead signs, and numbers, under its Chinese name.
select office.code, office.kind, coalesce(l.title, office.name_zh) as title, office.name_en as title_en,
    coalesce(l.word, office.name_zh) as word, l.review_authority
from office left join lateral (
    select title, word, review_authority from letterhead where office = office.code and since <= $2::date order by since desc limit 1
) l on true
where office.code = $1

-- in_charge --
-- The office of a kind that a proceeding belongs to on a day: its district's, or that of the district that absorbed it; else the only one of its kind.
select f.code from office f left join district d on d.code = f.district
where f.kind = $1 and ($1 <> 'district' or $2 = any (districts_of(f.district, $3)) and $3 <= coalesce(d.until, 'infinity')) order by f.code limit 1

-- party --
-- An office that can be written to.
select code, name_zh as name from office where code = $1

-- party_of --
-- The office an officer acts for.
select f.code, f.name_zh as name from officer o join office f on f.code = o.office where o.code = $1

-- add --
-- Keep the notice that was served with an event.
insert into notice (number, stream, sequence, kind, office, addressed_to, issued_on, body) values ($1, $2, $3, $4, $5, $6, $7, $8)

-- by_number --
-- A notice, whole.
select body from notice where number = $1

-- of_stream --
-- The notices served in a proceeding, oldest first.
select number, kind, sequence, issued_on from notice where stream = $1 order by sequence

-- list --
-- Notices by office, year and number, narrowed by proceeding and by office; $3 is the number of the last one of the page before.
with placed as (
    select *, extract(year from issued_on) as year, substring(number from '〕(\d+)号$')::integer as serial from notice
)
select number, kind, stream, sequence, office, addressed_to, issued_on from placed
where ($1::text is null or stream = $1) and ($2::text is null or office = $2) and ($3::text is null
    or (office, year, serial, number) > (select office, year, serial, number from placed where number = $3))
order by office, year, serial, number limit $4

-- every_notice --
-- Every notice beside what its event says of it, and events whose notice is missing: both must agree.
select n.number, n.kind, n.office, n.addressed_to, n.issued_on, n.body, coalesce(n.stream, e.stream) as stream, coalesce(n.sequence, e.sequence) as sequence, e.body::jsonb -> 'notice' as told
from notice n full join (select stream, sequence, body from event where body::jsonb ? 'notice') e using (stream, sequence)
order by 3, 4

-- letters --
-- Letters, the latest first: of one office ($1) where it is named, issued by it or written to it; after a day and a number ($2, $3).
select number, kind, stream, office, addressed_to, issued_on,
    (select name_zh from office o where o.code = n.office) as office_zh, (select name_en from office o where o.code = n.office) as office_en,
    body #>> '{addressed_to,name}' as addressee
from notice n
where ($1::text is null and stream not like 'complaint:%' or office = $1 or addressed_to = $1) and (issued_on, number) < ($2, $3)
order by issued_on desc, number desc limit $4
