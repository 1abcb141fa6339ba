-- held --
-- What the record holds of applications: of those named or, where none are, of an insurer's that can be filed by a day.
select a.number as application, a.insurer, a.state, a.round, a.concluded_at as insured_at, a.asked::text as subsidy_asked,
    f.submission #>> '{enterprise,name}' as enterprise, a.enterprise as uscc,
    coalesce(f.batch ->> 'case', p.number) as recognition, f.recognition ->> 'published_on' as published_on,
    f.recognition ->> 'valid_until' as valid_until, f.submission #>> '{product,name}' as product,
    f.submission #>> '{product,model}' as model, f.delivery ->> 'user' as "user",
    f.delivery ->> 'contract_number' as contract_number, f.delivery ->> 'delivered_on' as delivered_on,
    f.contract ->> 'policy_number' as policy_number, f.contract ->> 'clause_number' as clause_number,
    f.contract ->> 'premium_rate' as premium_rate, f.contract ->> 'sum_insured' as sum_insured,
    f.money ->> 'premium' as premium, f.contract ->> 'concluded_at' as concluded_at, f.contract ->> 'start_on' as start_on,
    f.contract ->> 'end_on' as end_on, f.contract ->> 'contract_sha256' as contract_sha256
from subsidy_application a
    join proceeding p on p.stream = a.stream
    -- The file is taken apart once for each row, and not once for each field of it.
    cross join lateral jsonb_to_record(p.file -> 'facts' || jsonb_build_object('money', p.file -> 'money'))
        as f(submission jsonb, recognition jsonb, delivery jsonb, contract jsonb, batch jsonb, money jsonb)
where a.scheme = $1 and a.insurer = $2
    and (a.number = any ($3) or $3::text[] is null and a.state = 'applied' and a.concluded_at < $4::date + 1)
order by a.concluded_at, a.number

-- parties --
-- The insurer that files, and the regulator it files with, as each signs.
select f.name_zh as insurer,
    coalesce((select l.title from letterhead l where l.office = r.code and l.since <= $2 order by l.since desc limit 1), r.name_zh) as regulator
from office f, office r where f.code = $1 and r.kind = 'regulator' order by r.code limit 1

-- mine --
-- Some of an insurer's applications by number, after one ($3): in a state ($4), in a round ($5); with what signed plans gave each and what was paid on it.
select a.number, a.stream, a.round, a.state, a.enterprise, e.name_zh as enterprise_name, a.concluded_at, a.asked, a.waiting, l.policy_number,
    (select sum(case c.kind when 'commitment' then c.amount else -c.amount end) from ledger_entry c
     where c.application = a.number and c.kind in ('commitment', 'cancellation') and c.plan is not null) as approved,
    (select sum(p.amount) from ledger_entry p where p.application = a.number and p.kind = 'payment') as paid
from subsidy_application a join office e on e.code = a.enterprise
left join policy l on l.stream = 'policy:' || a.scheme || ':' || a.number
where a.scheme = $1 and a.insurer = $2 and a.number > $3 and ($4::text is null or a.state = $4) and ($5::text is null or a.round = $5)
order by a.number limit $6

-- standing --
-- How many of an insurer's applications stand in each round in each state, and what they ask: all are counted in one pass.
select round, state, count(*) as applications, sum(asked) as asked from subsidy_application where scheme = $1 and insurer = $2 group by round, state

-- rounds_of --
-- The newest rounds as an insurer sees them: whether its return is awaited, and what it filed.
select p.stream, p.number, p.stage, p.closed, p.file #> array['facts', 'awaited', $2] as awaited, p.file #> array['facts', 'returns', $2] as filed,
    d.due_on, d.provisional, d.met_on
from proceeding p left join deadline d on d.stream = p.stream and d.name = 'filing'
where p.kind = 'round' and p.scheme = $1 order by p.number desc limit $3
