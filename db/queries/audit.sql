-- entries_told --
-- What every appropriation, third signature and payment moves, and so what the ledger must hold.
with signed as (
    select e.stream, e.sequence, p.scheme, (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year, p.file #>> '{facts,plan,number}' as plan
    from event e join proceeding p using (stream)
    where e.act = 'sign_plan' and e.passed and e.body::jsonb #>> '{changes,stage}' = 'signed'
), paid as (
    select e.stream, e.sequence, p.scheme, (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year, p.file #>> '{facts,plan,number}' as plan,
        e.body::jsonb #> '{data,vouchers}' as vouchers
    from event e join proceeding p using (stream) where p.kind = 'round' and e.act = 'pay' and e.passed
)
select e.stream, e.sequence, p.scheme, p.number::integer as fiscal_year, 'appropriation' as kind, 'available' as debit, 'treasury' as credit,
    (e.body::jsonb #>> '{changes,facts,appropriation,amount}')::numeric(18, 2) as amount, null as enterprise, null as application,
    e.body::jsonb #>> '{changes,facts,appropriation,document}' as reference
from event e join proceeding p using (stream) where p.kind = 'ledger' and e.act = 'appropriate' and e.passed
union all
select s.stream, s.sequence, s.scheme, s.fiscal_year, 'commitment', 'committed', 'available', l.approved, l.enterprise, l.application, s.plan
from signed s join plan_line l using (plan) where l.approved > 0
union all
select s.stream, s.sequence, s.scheme, s.fiscal_year, 'payment', 'paid', 'committed', l.approved, l.enterprise, l.application, s.vouchers ->> l.insurer
from paid s join plan_line l using (plan) where l.approved > 0 and s.vouchers ? l.insurer
union all
-- What comes back: of a recovery's repayments, and of a policy that ended early.
select e.stream, e.sequence, p.scheme, (r ->> 'fiscal_year')::integer, case p.kind when 'recovery' then 'recovery' else 'refund' end, 'returned', 'paid',
    (r ->> 'amount')::numeric(18, 2), r ->> 'enterprise', r ->> 'application',
    case p.kind when 'recovery' then e.body::jsonb #>> '{changes,facts,repayment,voucher}' else p.number end
from event e join proceeding p using (stream)
cross join jsonb_array_elements(e.body::jsonb #> array['changes', 'facts', case p.kind when 'recovery' then 'repayment' else 'refund' end, 'entries']) r
where (p.kind, e.act) in (('recovery', 'record_repayment'), ('policy', 'record_refund')) and e.passed

-- entries_kept --
-- What the ledger holds.
select stream, sequence, scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, reference from ledger_entry

-- balances_told --
-- What a year's entries come to.
select 'ledger:' || scheme || ':' || fiscal_year as stream, 0 as sequence,
    coalesce(sum(amount) filter (where kind = 'appropriation'), 0) as appropriated,
    coalesce(sum(amount) filter (where kind = 'commitment'), 0) as committed,
    coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
    coalesce(sum(amount) filter (where kind in ('recovery', 'refund')), 0) as returned
from ledger_entry group by scheme, fiscal_year

-- balances_kept --
-- A year's balances; a row that was only locked says nothing.
select 'ledger:' || scheme || ':' || fiscal_year as stream, 0 as sequence, appropriated, committed, paid, returned
from budget where (appropriated, committed, paid, returned) <> (0, 0, 0, 0)

-- caps_told --
-- What an enterprise was committed in a year, and the cap of that year.
select 'ledger:' || e.scheme || ':' || e.fiscal_year as stream, 0 as sequence, e.enterprise,
    (select c.amount from annual_cap c where c.scheme = e.scheme and c.from_year <= e.fiscal_year order by c.from_year desc limit 1) as cap,
    sum(e.amount) as committed
from ledger_entry e where e.kind = 'commitment' group by e.scheme, e.fiscal_year, e.enterprise

-- caps_kept --
-- The caps and what was taken of them.
select 'ledger:' || scheme || ':' || fiscal_year as stream, 0 as sequence, enterprise, cap, committed from enterprise_year

-- plans_told --
-- What each preparation of a plan said of its lines; one recorded before the digest was told says only how many and how much.
with drawn as (
    select stream, sequence, body::jsonb #> '{changes,facts,plan}' as plan from event where act = 'prepare_plan' and passed
), kept as (
    select plan, encode(sha256(convert_to(string_agg(
        concat_ws(' ', rank, application, enterprise, insurer, asked, cut_by_cap, approved, waitlisted), e'\n' order by rank), 'UTF8')), 'hex') as digest
    from plan_line group by plan
)
select d.stream, d.sequence, d.plan ->> 'number' as plan, (d.plan ->> 'lines')::bigint as lines, (d.plan ->> 'approved')::numeric as approved,
    coalesce(d.plan ->> 'lines_sha256', k.digest) as digest
from drawn d left join kept k on k.plan = d.plan ->> 'number' where (d.plan ->> 'lines')::integer > 0

-- plans_kept --
-- The lines of each plan: how many, how much, and their digest.
select round as stream, coalesce(substring(plan from '-P([0-9]{1,9})$')::integer, 0) as sequence, plan, count(*) as lines, sum(approved) as approved,
    encode(sha256(convert_to(string_agg(
        concat_ws(' ', rank, application, enterprise, insurer, asked, cut_by_cap, approved, waitlisted), e'\n' order by rank), 'UTF8')), 'hex') as digest
from plan_line group by round, plan

-- orders_told --
-- What each return, third signature and payment orders of its cases.
with told as (
    select e.stream, e.sequence, e.act, e.body::jsonb as said, p.number, p.file #>> '{facts,plan,number}' as plan,
        (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year
    from event e join proceeding p using (stream) where p.kind = 'round' and e.act in ('file_return', 'sign_plan', 'pay') and e.passed
)
select t.stream, t.sequence, 'file' as act, a.stream as case, jsonb_build_object(
    'round', t.number,
    'return_received_at', to_char((t.said ->> 'at')::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI')
) as data
from told t
cross join jsonb_array_elements_text(t.said #> array['changes', 'facts', 'returns', t.said ->> 'office', '-1', 'applications']) n (number)
left join subsidy_application a on a.number = n.number
where t.act = 'file_return'
union all
select t.stream, t.sequence, 'plan', a.stream, jsonb_build_object(
    'plan', t.plan, 'rank', l.rank, 'fiscal_year', t.fiscal_year,
    'cut_by_cap', l.cut_by_cap::text, 'approved', l.approved::text, 'waitlisted', l.waitlisted::text
)
from told t join plan_line l using (plan) left join subsidy_application a on a.number = l.application
where t.act = 'sign_plan' and t.said #>> '{changes,stage}' = 'signed'
union all
select t.stream, t.sequence, 'pay', a.stream, jsonb_build_object(
    'plan', t.plan, 'voucher', t.said #>> array['data', 'vouchers', l.insurer], 'amount', l.approved::text
)
from told t join plan_line l using (plan) left join subsidy_application a on a.number = l.application
where t.act = 'pay' and l.approved > 0 and t.said #> '{data,vouchers}' ? l.insurer

-- orders_kept --
-- What cases have done on the order of a round, and what the outbox still holds for them or has settled undone.
with kept as (
    select e.officer as stream, e.command_id, e.act, e.stream as case, e.body::jsonb -> 'data' as data from event e
    where e.act in ('file', 'plan', 'pay') and e.officer like 'round:%'
    union all
    select o.command ->> 'officer', o.command_id, o.command ->> 'act', o.stream, o.command -> 'data' from outbox o
    where o.command ->> 'act' in ('file', 'plan', 'pay') and o.command ->> 'officer' like 'round:%'
        and not exists (select from event e where e.command_id = o.command_id)
)
select stream, coalesce(substring(command_id from '^[^/]*/([0-9]{1,9})/')::integer, 0) as sequence, act, "case",
    data - '{cap_left,budget_left}'::text[] as data
from kept

-- applications_told --
-- What cases and rounds say of each subsidy application, in the order in which it was recorded.
with signed as (
    select e.stream, e.recorded, p.file #>> '{facts,plan,number}' as plan, p.file #> '{facts,plan,refused}' as refused
    from event e join proceeding p using (stream)
    where e.act = 'sign_plan' and e.passed and e.body::jsonb #>> '{changes,stage}' = 'signed'
), movement as (
    select n.number as application, t.recorded, 'filed' as state, t.stream as round, null::numeric as waiting,
        date_trunc('minute', (t.said ->> 'at')::timestamptz at time zone 'Asia/Shanghai') as at
    from (select stream, recorded, body::jsonb as said from event where act = 'file_return' and passed) t
    cross join jsonb_array_elements_text(t.said #> array['changes', 'facts', 'returns', t.said ->> 'office', '-1', 'applications']) n (number)
    union all
    select n.number, e.recorded, 'filed', e.stream, null, null
    from event e cross join jsonb_array_elements_text(e.body::jsonb #> '{changes,facts,left_over,applications}') n (number)
    where e.act = 'close_filing' and e.passed
    union all
    select body::jsonb #>> '{data,application}', recorded, 'returned', null, null, null from event where act = 'return_for_completion' and passed
    union all
    select p.file #>> '{facts,application,number}', e.recorded, 'applied', null, null, null
    from event e join proceeding p using (stream) where e.act = 'complete' and e.passed
    union all
    select l.application, s.recorded, case when l.approved > 0 then 'signed' when l.waitlisted > 0 then 'waitlisted' else 'nothing' end, s.stream, l.waitlisted, null
    from signed s join plan_line l using (plan)
    union all
    select r.application, s.recorded, 'refused', s.stream, 0, null
    from signed s cross join jsonb_array_elements_text(s.refused) r (application)
    union all
    select l.application, e.recorded, 'paid', e.stream, null, null
    from event e join proceeding p using (stream) join plan_line l on l.plan = p.file #>> '{facts,plan,number}'
    where p.kind = 'round' and e.act = 'pay' and e.passed and l.approved > 0 and e.body::jsonb #> '{data,vouchers}' ? l.insurer
    union all
    select p.file #>> '{facts,application,number}', e.recorded, 'stopped', null, 0, null
    from event e join proceeding p using (stream)
    where e.act in ('expire', 'end_with_recognition') and e.passed and e.body::jsonb #> '{changes,money}' is not null
        and (p.file #>> '{money,waitlisted}')::numeric = 0 and p.file -> 'facts' ? 'plan'
), line as (
    select m.application,
        (array_agg(m.state order by m.recorded desc))[1] as last,
        (array_agg(m.state order by m.recorded desc) filter (where m.state <> 'stopped'))[1] as before,
        (array_agg(m.round order by m.recorded desc) filter (where m.state <> 'stopped'))[1] as round,
        (array_agg(m.at order by m.recorded desc) filter (where m.at is not null))[1] as at,
        coalesce((array_agg(m.waiting order by m.recorded desc) filter (where m.waiting is not null))[1], 0) as waiting,
        bool_or(m.state = 'paid') as paid, bool_or(m.state = 'refused') as refused
    from movement m group by m.application
), first_line as (
    select distinct on (l.application) l.application, l.asked from signed s join plan_line l using (plan) order by l.application, s.recorded
), admitted as (
    select distinct body::jsonb #>> '{data,application}' as application from event where act = 'admit_held' and passed
), pending as (
    -- What a policy ordered its case to take over, which the application did at once.
    select o.stream, bool_or(o.command ->> 'act' = 'end_insurance') as ended,
        (array_agg(o.command #>> '{data,subsidy_asked}' order by o.command ->> 'received_at' desc)
            filter (where o.command ->> 'act' = 'recalculate'))[1]::numeric as asked,
        (array_agg(o.command #>> '{data,insurance_time}' order by o.command ->> 'received_at' desc)
            filter (where o.command #>> '{data,insurance_time}' is not null))[1]::timestamp as insurance_time
    from outbox o
    where o.command ->> 'act' in ('recalculate', 'end_insurance') and not exists (select from event e where e.command_id = o.command_id)
    group by o.stream
), applied as (
    select p.stream, p.sequence, p.scheme, p.enterprise, p.file #>> '{facts,application,number}' as number, p.file #>> '{facts,contract,insurer}' as insurer,
        coalesce(pending.asked, (p.file #>> '{money,subsidy_asked}')::numeric) as asked,
        coalesce(pending.insurance_time, (p.file #>> '{facts,recalculation,insurance_time}')::timestamp, (p.file #>> '{facts,contract,concluded_at}')::timestamp) as concluded_at,
        p.file -> 'facts' ?| array['recalculation', 'rescission'] or pending.stream is not null as revised,
        p.file -> 'facts' ?| array['withdrawal', 'rescission'] or coalesce(pending.ended, false) as withdrawn,
        p.file -> 'facts' ? 'revocation' as revoked
    from proceeding p left join pending using (stream) where p.file -> 'facts' ?& array['application', 'contract']
), stated as (
    select a.*, f.asked as signed_for, l.round, l.at, coalesce(l.waiting, 0) as waiting, d.application is not null as admitted, case
        when l.last = 'paid' then case when l.waiting > 0 then 'waitlisted' else 'paid' end
        when l.last in ('signed', 'waitlisted') then l.last
        when l.last = 'nothing' then case when l.paid then 'paid' else 'refused' end
        when l.last = 'stopped' then case when l.before = 'signed' then 'signed' when l.paid then 'paid' else 'lapsed' end
        -- Of two who ended it the first did, and their streams do not say who that was.
        when l.refused and a.withdrawn and k.state in ('refused', 'withdrawn') then k.state
        when a.withdrawn then 'withdrawn'
        when l.refused or a.revoked then 'refused'
        else coalesce(l.last, 'applied')
    end as state, k.asked as kept_asked, k.concluded_at as kept_at
    from applied a
    left join line l on l.application = a.number
    left join first_line f on f.application = a.number
    left join admitted d on d.application = a.number
    left join subsidy_application k on k.number = a.number
)
-- A revision that came after the plan was signed, or after the application ended, leaves it as it was.
select stream, sequence, number, scheme, enterprise, insurer,
    case when revised and state not in ('applied', 'filed', 'returned') then kept_at else concluded_at end as concluded_at,
    case when revised and state not in ('applied', 'filed', 'returned') then coalesce(signed_for, kept_asked) else asked end as asked,
    state, round, at as return_received_at, waiting, admitted
from stated

-- applications_kept --
-- The subsidy applications.
select a.stream, coalesce(p.sequence, 0) as sequence, a.number, a.scheme, a.enterprise, a.insurer, a.concluded_at, a.asked, a.state, a.round, a.return_received_at, a.waiting, a.admitted
from subsidy_application a left join proceeding p using (stream)

-- opinions_told --
-- What the three offices' reviews said of each application; a form's blanks at either end are not kept.
select e.stream, p.sequence, btrim(o ->> 'application', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as application, f.kind as office_kind, e.officer,
    (o ->> 'approves')::boolean as approves, btrim(o ->> 'reason', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as reason
from event e join proceeding p using (stream) cross join jsonb_array_elements(e.body::jsonb #> '{data,opinions}') o
left join office f on f.code = e.body::jsonb ->> 'office'
where p.kind = 'round' and e.act = 'review' and e.passed

-- opinions_kept --
-- The opinions of the three offices.
select o.round as stream, coalesce(p.sequence, 0) as sequence, o.application, o.office_kind, o.officer, o.approves, btrim(o.reason, e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as reason
from opinion o left join proceeding p on p.stream = o.round

-- deadlines_told --
-- The legal dates that each proceeding's file tells.
select p.stream, p.sequence, d ->> 'name' as name, d ->> 'article' as article, d ->> 'office' as office, (d ->> 'nominal_on')::date as nominal_on,
    (d ->> 'due_on')::date as due_on, (d ->> 'provisional')::boolean as provisional, (d ->> 'met_on')::date as met_on
from proceeding p cross join jsonb_array_elements(p.file -> 'deadlines') d

-- deadlines_kept --
-- The legal dates as they are kept to be found by.
select d.stream, coalesce(p.sequence, 0) as sequence, d.name, d.article, d.office, d.nominal_on, d.due_on, d.provisional, d.met_on
from deadline d left join proceeding p using (stream)

-- officers --
-- The offices officers act for.
select code, office from officer

-- heads --
-- The last event of every stream.
select distinct on (stream) stream, sequence, hash from event order by stream, sequence desc

-- refusals --
-- Each refusal's name and digest.
select command_id, rule, encode(sha256(convert_to(
    jsonb_build_array(command_id, stream, act, officer, rule, article, why, received_at)::text, 'UTF8')), 'hex') as digest
from refusal order by command_id, rule
