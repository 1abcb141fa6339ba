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
