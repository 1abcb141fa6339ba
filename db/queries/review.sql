-- to_review --
-- Applications of a round by number, locked: what each asks now, whether it was approved before and waits, and whether an office has said its opinion of what is asked.
select a.number, a.asked, a.concluded_at, a.waiting > 0 as waited,
    exists (select from opinion o where o.round = $1 and o.office_kind = $3 and o.application = a.number and o.asked = a.asked and o.concluded_at = a.concluded_at) as given
from subsidy_application a where a.round = $1 and a.state = 'filed' and a.number = any ($2) order by a.number for update of a

-- in_round --
-- An application that is reviewed in a round, by number, locked: its case, whether it was approved before and waits, and whether a bar or a recovery names it.
select a.number, a.stream, a.waiting > 0 as waited,
    exists (select from proceeding r where r.kind = 'recovery' and r.stage <> 'dropped' and r.file #> '{facts,recovery,applications}' ? a.number)
        or exists (select from proceeding i where i.kind = 'pilot_insurer' and i.stage = 'barred' and i.file #> '{facts,bar,applications}' ? a.number) as falsified
from subsidy_application a where a.round = $1 and a.state = 'filed' and a.number = $2 for update of a

-- prepared_by --
-- Which of some applications an officer prepared, and by which act: he corrected what its file says, or let it be reviewed although its insurer is barred.
select a.number, e.act from subsidy_application a join event e on e.stream = a.stream
where a.number = any ($1) and e.act = 'rectify' and e.passed and e.officer = $2
union
select said.number, e.act from proceeding p join event e using (stream)
cross join lateral (select btrim(e.body::jsonb #>> '{data,application}', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as number) said
where p.kind = 'round' and e.act = 'admit_held' and e.passed and e.officer = $2 and said.number = any ($1)

-- reviewed_by --
-- Whether an officer gave his office's opinion of an application in a round, of whatever it asked.
select exists (select from opinion where application = $1 and round = $2 and officer = $3)

-- add_opinions --
-- Enter an office's opinions, each of what is asked now.
insert into opinion (application, round, office_kind, officer, approves, reason, asked, concluded_at)
select o.application, $1, $2, $3, o.approves, o.reason, o.asked, o.concluded_at
from unnest($4::text[], $5::boolean[], $6::text[], $7::numeric[], $8::timestamp[]) as o (application, approves, reason, asked, concluded_at)

-- by_office --
-- How many opinions of a round each of the three offices has given of what is asked, and how many are awaited: of `again`, what it had said was of another amount or insurance time.
with reviewed as materialized (
    select number, asked, concluded_at, state = 'filed' and waiting = 0 as due from subsidy_application where round = $1
    union all
    select distinct a.number, a.asked, a.concluded_at, false from plan_line l join subsidy_application a on a.number = l.application
    where l.round = $1 and a.round is distinct from $1
), said as materialized (
    select o.office_kind, o.application, o.approves, a.due, o.asked = a.asked and o.concluded_at = a.concluded_at as stands
    from opinion o join reviewed a on a.number = o.application where o.round = $1
), counted as (
    select office_kind, count(*) as given, count(*) filter (where approves) as approved, count(*) filter (where due) as of_due
    from said where stands group by office_kind
), restated as (
    select s.office_kind, count(distinct s.application) as again from said s
    where s.due and not s.stands and not exists (select from said n where n.stands and (n.office_kind, n.application) = (s.office_kind, s.application))
    group by s.office_kind
)
select k.office, coalesce(c.given, 0) as given, coalesce(c.approved, 0) as approved, coalesce(c.given - c.approved, 0) as refused,
    (select count(*) from reviewed where due) - coalesce(c.of_due, 0) as awaited, coalesce(r.again, 0) as again
from unnest($2::text[]) with ordinality k (office, place)
left join counted c on c.office_kind = k.office left join restated r on r.office_kind = k.office order by k.place

-- awaiting --
-- The applications of a round that are reviewed, of those named or, where none are, all: what is known of each, and what an office has said of it.
select a.number as application, a.enterprise as uscc, e.name_zh as enterprise, a.insurer, l.policy_number as policy, a.concluded_at, a.asked,
    p.file #>> '{money,premium}' as premium, p.file #>> '{facts,contract,premium_rate}' as premium_rate,
    coalesce(y.cap - y.committed, (select c.amount from annual_cap c where c.scheme = a.scheme and c.from_year <= $4 order by c.from_year desc limit 1), 0) as cap_left,
    exists (select from proceeding r where r.kind = 'recovery' and r.stage <> 'dropped' and r.file #> '{facts,recovery,applications}' ? a.number)
        or exists (select from proceeding i where i.kind = 'pilot_insurer' and i.stage = 'barred' and i.file #> '{facts,bar,applications}' ? a.number) as falsified,
    b.barred_on, a.admitted, a.waiting > 0 as waited, o.approves,
    (select jsonb_agg(s.asked::text order by s.asked) from opinion s where s.application = a.number and s.round = a.round and s.office_kind = $2 and o.application is null) as said_of
from subsidy_application a
    join proceeding p on p.stream = a.stream
    join office e on e.code = a.enterprise
    left join policy l on l.stream = 'policy:' || a.scheme || ':' || a.number
    left join insurer_bar b on b.insurer = a.insurer and b.barred_on <= $5
    left join enterprise_year y on y.scheme = a.scheme and y.fiscal_year = $4 and y.enterprise = a.enterprise
    left join opinion o on o.application = a.number and o.round = a.round and o.office_kind = $2 and o.asked = a.asked and o.concluded_at = a.concluded_at
where a.round = $1 and a.state = 'filed' and ($3::text[] is null or a.number = any ($3))
order by a.number
