-- first_case --
-- The stream of an enterprise's first case.
select stream from proceeding where enterprise = $1 and kind = 'case' order by opened_at, number limit 1

-- own --
-- An enterprise's proceedings, the latest changed first, before ($2, $3): what each is about, a policy by its case, and what runs in it.
select p.stream, p.kind, p.number, p.stage, p.closed, p.changed_at, s.product ->> 'name' as product, s.product ->> 'model' as model,
    d.name as deadline, d.due_on, d.provisional, d.office as due_from
from proceeding p left join proceeding a on a.stream = p.about left join proceeding b on b.stream = a.about
cross join lateral (select coalesce(
    p.file #> '{facts,submission,product}', a.file #> '{facts,submission,product}', b.file #> '{facts,submission,product}'
) as product) s
left join lateral (
    select name, due_on, provisional, office from deadline d where d.stream = p.stream and d.met_on is null and not p.closed order by due_on, name limit 1
) d on true
where p.enterprise = $1 and (p.changed_at, p.stream) < ($2::timestamptz, $3) order by p.changed_at desc, p.stream desc limit $4

-- at_stages --
-- Open cases at some stages by number, of some districts, or entrusted to an assessor, where one is named; after a number.
select p.stream, p.number, p.stage, p.enterprise, p.district, p.changed_at, p.file -> 'facts' -> 'submission' as submission,
    p.file #>> '{facts,recognition,page}' as page, p.file #>> '{facts,recognition,valid_until}' as valid_until,
    p.file #>> '{facts,assessment,score}' as score, p.file #>> '{facts,assessment,recommended}' as recommended,
    p.assessor, p.file #>> '{facts,district_opinion,opinion}' as opinion,
    d.name as deadline, d.due_on, d.provisional
from proceeding p left join lateral (
    select name, due_on, provisional from deadline d where d.stream = p.stream and d.met_on is null order by due_on, name limit 1
) d on true
where p.kind = 'case' and not p.closed and p.stage = any ($1) and ($2::text[] is null or p.district = any ($2))
    and ($3::text is null or p.assessor = $3) and p.number > $4
order by p.number limit $5

-- counts_at --
-- How many open cases stand at each of some stages, of some districts or entrusted to an assessor.
select stage, count(*)::integer as cases from proceeding p
where kind = 'case' and not closed and stage = any ($1) and ($2::text[] is null or district = any ($2))
    and ($3::text is null or assessor = $3)
group by stage
