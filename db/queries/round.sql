-- list --
-- A scheme's rounds, the newest first, with what is due next and how many applications stand in each.
select p.number, p.stage, p.closed, d.due_on, d.provisional, (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year,
    (select count(*) from subsidy_application a where a.round = p.stream) as applications
from proceeding p left join lateral (
    select due_on, provisional from deadline where stream = p.stream and met_on is null and not p.closed order by due_on limit 1
) d on true
where p.kind = 'round' and p.scheme = $1 order by p.number desc limit $2

-- returns --
-- What each insurer has in a round: how many applications, and how much they ask.
select a.insurer, count(*) as applications, sum(a.asked) as asked from subsidy_application a where a.round = $1 group by a.insurer

-- offices_named --
-- What some offices are called.
select code, name_zh, name_en from office where code = any ($1)

-- reviewed --
-- Some of a round's applications by number, after one ($2): what each office said of what is asked now, and what is known against it; of an insurer ($3), with words of its number or enterprise ($4), in one state of its review ($5) as an office ($6) sees it on a day ($7). Who is asked for is found first, and only a page of them told.
with falsified as materialized (
    select n.number from proceeding r cross join jsonb_array_elements_text(r.file #> '{facts,recovery,applications}') n (number)
    where r.kind = 'recovery' and r.stage <> 'dropped'
    union
    select n.number from proceeding i cross join jsonb_array_elements_text(i.file #> '{facts,bar,applications}') n (number)
    where i.kind = 'pilot_insurer' and i.stage = 'barred'
), said as materialized (
    select application, asked, concluded_at, bool_or(not approves) as refused, count(*) filter (where approves) as approvals, bool_or(office_kind = $6) as mine
    from opinion where round = $1 and $5::text is not null group by application, asked, concluded_at
), hit as materialized (
    select a.*, f.number is not null as falsified, b.barred_on
    from subsidy_application a
    left join falsified f on f.number = a.number
    left join insurer_bar b on b.insurer = a.insurer and b.barred_on <= $7
    left join said s on s.application = a.number and s.asked = a.asked and s.concluded_at = a.concluded_at
    cross join lateral (select f.number is not null or (b.barred_on is not null and not a.admitted) as doubted) d
    where a.round = $1 and a.number > $2 and ($3::text is null or a.insurer = $3)
      and ($4::text is null or strpos(a.number, $4) > 0 or a.enterprise = $4 or exists (select from office e where e.code = a.enterprise and strpos(e.name_zh, $4) > 0))
      and case $5::text
        when 'mine' then a.state = 'filed' and a.waiting = 0 and s.mine is not true
        when 'approved' then s.refused is not true and not d.doubted and (s.approvals = 3 or a.waiting > 0)
        when 'refused' then s.refused
        when 'held' then a.state = 'filed' and s.refused is not true and (d.doubted or coalesce(s.approvals, 0) < 3 and a.waiting = 0)
        else true end
    order by a.number limit $8
)
select a.number, a.enterprise, (select name_zh from office where code = a.enterprise) as enterprise_name, a.insurer, a.concluded_at, a.state, a.admitted,
    a.waiting > 0 as waited, case when a.waiting > 0 then a.waiting else a.asked end as asked, a.falsified, a.barred_on, a.stream,
    (select coalesce(jsonb_object_agg(o.office_kind, jsonb_build_object('approves', o.approves, 'reason', o.reason)), '{}')
     from opinion o where o.application = a.number and o.round = $1 and o.asked = a.asked and o.concluded_at = a.concluded_at) as opinions
from hit a order by a.number
