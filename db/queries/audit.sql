-- entries_told --
-- What every appropriation, third signature, payment and cancellation moves, and so what the ledger must hold.
with signed as (
    select e.stream, e.sequence, p.scheme, (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year, p.file #>> '{facts,plan,number}' as plan
    from event e join proceeding p using (stream)
    where e.act = 'sign_plan' and e.passed and e.body::jsonb #>> '{changes,stage}' = 'signed'
), paid as (
    select e.stream, e.sequence, p.scheme, (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year, p.file #>> '{facts,plan,number}' as plan,
        e.body::jsonb #> '{data,vouchers}' as vouchers
    from event e join proceeding p using (stream) where p.kind = 'round' and e.act = 'pay' and e.passed
), cancelled as (
    select e.stream, e.sequence, e.recorded, p.scheme, c.* from event e join proceeding p using (stream)
    cross join jsonb_to_recordset(e.body::jsonb #> '{changes,facts,cancelled,entries}') c (application text, plan text, enterprise text, fiscal_year integer, amount numeric(18, 2))
    where e.act in ('bar', 'decide_recovery', 'revoke', 'end_with_recognition', 'order_payment', 'take_back_order', 'pay') and e.passed
)
select e.stream, e.sequence, p.scheme, p.number::integer as fiscal_year, 'appropriation' as kind, 'available' as debit, 'treasury' as credit,
    (e.body::jsonb #>> '{changes,facts,appropriation,amount}')::numeric(18, 2) as amount, null as enterprise, null as application,
    e.body::jsonb #>> '{changes,facts,appropriation,document}' as reference
from event e join proceeding p using (stream) where p.kind = 'ledger' and e.act = 'appropriate' and e.passed
union all
select e.stream, e.sequence, p.scheme, p.number::integer, 'adjustment', 'treasury', 'available',
    (e.body::jsonb #>> '{changes,facts,adjustment,amount}')::numeric(18, 2), null, null, e.body::jsonb #>> '{changes,facts,adjustment,document}'
from event e join proceeding p using (stream) where p.kind = 'ledger' and e.act = 'adjust' and e.passed
union all
-- What was left of a year that is closed, and the year into which it is carried.
select e.stream, e.sequence, p.scheme, m.fiscal_year, m.kind, m.debit, m.credit, (c.said ->> 'amount')::numeric(18, 2), null, null, p.number
from event e join proceeding p using (stream)
cross join lateral (select e.body::jsonb #> '{changes,facts,closing}' as said) c
cross join lateral (values
    (p.number::integer, 'closing', 'treasury', 'available'), ((c.said ->> 'into')::integer, 'carry_over', 'available', 'treasury')
) m (fiscal_year, kind, debit, credit)
where p.kind = 'ledger' and e.act = 'close_year' and e.passed and (c.said ->> 'amount')::numeric > 0 and m.fiscal_year is not null
union all
select s.stream, s.sequence, s.scheme, s.fiscal_year, 'commitment', 'committed', 'available', l.approved, l.enterprise, l.application, s.plan
from signed s join plan_line l using (plan) where l.approved > 0
union all
select s.stream, s.sequence, s.scheme, s.fiscal_year, 'payment', 'paid', 'committed', l.approved, l.enterprise, l.application, s.vouchers ->> l.insurer
from paid s join plan_line l using (plan) left join cancelled c using (plan, application) where l.approved > 0 and s.vouchers ? l.insurer and c.plan is null
union all
-- What a bar, a decided recovery, a revocation or its round took back before it was paid.
select stream, sequence, scheme, fiscal_year, 'cancellation', 'available', 'committed', amount, enterprise, application, plan from cancelled
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
-- What a year's entries come to, and whether its ledger was closed.
select 'ledger:' || scheme || ':' || fiscal_year as stream, 0 as sequence, appropriated, committed, paid, returned, closed
from (
    select scheme, fiscal_year,
        coalesce(sum(case when kind in ('appropriation', 'carry_over') then amount when kind in ('adjustment', 'closing') then -amount end), 0) as appropriated,
        coalesce(sum(case kind when 'commitment' then amount when 'cancellation' then -amount end), 0) as committed,
        coalesce(sum(amount) filter (where kind = 'payment'), 0) as paid,
        coalesce(sum(amount) filter (where kind in ('recovery', 'refund')), 0) as returned,
        exists (select from event e where e.stream = 'ledger:' || scheme || ':' || fiscal_year and e.act = 'close_year' and e.passed) as closed
    from ledger_entry group by scheme, fiscal_year
) year where (appropriated, committed, paid, returned, closed) <> (0, 0, 0, 0, false)

-- balances_kept --
-- A year's balances; a row that was only locked says nothing.
select 'ledger:' || scheme || ':' || fiscal_year as stream, 0 as sequence, appropriated, committed, paid, returned, closed
from budget where (appropriated, committed, paid, returned, closed) <> (0, 0, 0, 0, false)

-- caps_told --
-- What an enterprise was committed in a year and keeps of it, and the cap of that year.
select 'ledger:' || e.scheme || ':' || e.fiscal_year as stream, 0 as sequence, e.enterprise,
    (select c.amount from annual_cap c where c.scheme = e.scheme and c.from_year <= e.fiscal_year order by c.from_year desc limit 1) as cap,
    sum(case e.kind when 'commitment' then e.amount else -e.amount end) as committed
from ledger_entry e where e.kind in ('commitment', 'cancellation') group by e.scheme, e.fiscal_year, e.enterprise

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

-- left_over_told --
-- How many applications each closing of a filing took up, and their digest; one recorded before the digest was told lists them itself.
select e.stream, e.sequence, (t.said ->> 'count')::bigint as count, t.said ->> 'numbers_sha256' as digest
from event e cross join lateral (select e.body::jsonb #> '{changes,facts,left_over}' as said) t
where e.act in ('close_filing', 'close') and e.passed and (t.said ->> 'count')::bigint > 0

-- left_over_kept --
-- What each closing took up: how many applications, and their digest.
select round as stream, sequence, count(*) as count,
    encode(sha256(convert_to(string_agg(application, e'\n' order by application collate "C"), 'UTF8')), 'hex') as digest
from left_over group by round, sequence

-- orders_told --
-- What each return, third signature, payment and cancellation orders of cases.
with told as (
    select e.stream, e.sequence, e.act, e.body::jsonb as said, p.number, p.file #>> '{facts,plan,number}' as plan,
        (p.file #>> '{facts,round,fiscal_year}')::integer as fiscal_year
    from event e join proceeding p using (stream) where p.kind = 'round' and e.act in ('file_return', 'sign_plan', 'pay') and e.passed
), cancelled as (
    select e.stream, e.sequence, e.act, c.* from event e
    cross join jsonb_to_recordset(e.body::jsonb #> '{changes,facts,cancelled,entries}') c (application text, plan text, enterprise text, fiscal_year integer, amount numeric(18, 2))
    where e.act in ('bar', 'decide_recovery', 'revoke', 'end_with_recognition', 'order_payment', 'take_back_order', 'pay') and e.passed
)
select t.stream, t.sequence, 'file' as act, a.stream as case, jsonb_build_object(
    'round', t.number,
    'return_received_at', to_char((t.said ->> 'at')::timestamptz at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI')
) as data
from told t
cross join jsonb_array_elements_text(t.said #> '{data,applications}') f (said)
cross join lateral (select btrim(f.said, e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as number) n
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
from told t join plan_line l using (plan) left join subsidy_application a on a.number = l.application left join cancelled c using (plan, application)
where t.act = 'pay' and l.approved > 0 and t.said #> '{data,vouchers}' ? l.insurer and c.plan is null
union all
select c.stream, c.sequence, 'stop_payment', a.stream, jsonb_build_object('plan', c.plan, 'amount', c.amount::text, 'because', c.stream || ': ' || c.act)
from cancelled c left join subsidy_application a on a.number = c.application

-- orders_kept --
-- What cases have done on the order of a round, or as what stopped a payment ordered, and what the outbox still holds for them or has settled undone.
with kept as (
    select e.officer as stream, e.command_id, e.act, e.stream as case, e.body::jsonb -> 'data' as data from event e
    where e.act in ('file', 'plan', 'pay') and e.officer like 'round:%' or e.act = 'stop_payment'
    union all
    select o.command ->> 'officer', o.command_id, o.command ->> 'act', o.stream, o.command -> 'data' from outbox o
    where (o.command ->> 'act' in ('file', 'plan', 'pay') and o.command ->> 'officer' like 'round:%' or o.command ->> 'act' = 'stop_payment')
        and not exists (select from event e where e.command_id = o.command_id)
)
select stream, coalesce(substring(command_id from '^[^/]*/([0-9]{1,9})/')::integer, 0) as sequence, act, "case",
    data - '{cap_left,budget_left}'::text[] as data
from kept

-- refusals_told --
-- How many applications each third signature refused, under one digest; a plan drawn before the digest was told names them.
with signed as (
    select e.stream, e.sequence, p.file #> '{facts,plan}' as plan
    from event e join proceeding p using (stream)
    where e.act = 'sign_plan' and e.passed and e.body::jsonb #>> '{changes,stage}' = 'signed'
), told as (
    select stream, sequence, (plan ->> 'refused')::bigint as refused, plan ->> 'refused_sha256' as digest from signed where plan ? 'refused_sha256'
    union all
    select s.stream, s.sequence, count(*), encode(sha256(convert_to(string_agg(n.number, e'\n' order by n.number collate "C"), 'UTF8')), 'hex')
    from signed s cross join jsonb_array_elements_text(s.plan -> 'refused') n (number) where not s.plan ? 'refused_sha256' group by s.stream, s.sequence
)
select * from told where refused > 0

-- refusals_kept --
-- The cases that were told, or are to be told, that a round's review refused them.
with kept as (
    select e.officer as stream, e.command_id, e.stream as "case" from event e where e.act = 'refuse_subsidy'
    union all
    select o.command ->> 'officer', o.command_id, o.stream from outbox o
    where o.command ->> 'act' = 'refuse_subsidy' and not exists (select from event e where e.command_id = o.command_id)
)
select k.stream, coalesce(substring(k.command_id from '^[^/]*/([0-9]{1,9})/')::integer, 0) as sequence, count(*) as refused,
    encode(sha256(convert_to(string_agg(p.file #>> '{facts,application,number}', e'\n' order by p.file #>> '{facts,application,number}' collate "C"), 'UTF8')), 'hex') as digest
from kept k join proceeding p on p.stream = k."case" group by 1, 2

-- applications_told --
-- What cases and rounds say of each subsidy application, in the order in which it was recorded.
with signed as (
    select e.stream, e.sequence, e.recorded, p.file #>> '{facts,plan,number}' as plan
    from event e join proceeding p using (stream)
    where e.act = 'sign_plan' and e.passed and e.body::jsonb #>> '{changes,stage}' = 'signed'
), cancelled as (
    select e.recorded, c.* from event e
    cross join jsonb_to_recordset(e.body::jsonb #> '{changes,facts,cancelled,entries}') c (application text, plan text, enterprise text, fiscal_year integer, amount numeric(18, 2))
    where e.act in ('bar', 'decide_recovery', 'revoke', 'end_with_recognition', 'order_payment', 'take_back_order', 'pay') and e.passed
), movement as (
    select n.number as application, t.recorded, 'filed' as state, t.stream as round, null::numeric as waiting,
        date_trunc('minute', (t.said ->> 'at')::timestamptz at time zone 'Asia/Shanghai') as at
    from (select stream, recorded, body::jsonb as said from event where act = 'file_return' and passed) t
    cross join jsonb_array_elements_text(t.said #> '{data,applications}') f (said)
    cross join lateral (select btrim(f.said, e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as number) n
    union all
    select n.number, e.recorded, 'filed', e.stream, null, null
    from event e cross join jsonb_array_elements_text(e.body::jsonb #> '{changes,facts,left_over,applications}') n (number)
    where e.act in ('close_filing', 'close') and e.passed
    union all
    select l.application, e.recorded, 'filed', e.stream, null, null from left_over l join event e on e.stream = l.round and e.sequence = l.sequence
    union all
    select btrim(body::jsonb #>> '{data,application}', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680'), recorded, 'returned', null, null, null from event where act = 'return_for_completion' and passed
    union all
    select p.file #>> '{facts,application,number}', e.recorded, 'applied', null, null, null
    from event e join proceeding p using (stream) where e.act = 'complete' and e.passed
    union all
    select l.application, s.recorded, case when l.approved > 0 then 'signed' when l.waitlisted > 0 then 'waitlisted' else 'nothing' end, s.stream, l.waitlisted, null
    from signed s join plan_line l using (plan)
    union all
    -- Whom a third signature refused was told so: `refusals_told` says that it was all of them.
    select p.file #>> '{facts,application,number}', s.recorded, 'refused', s.stream, 0, null
    from signed s join (
        select officer, command_id, stream from event where act = 'refuse_subsidy'
        union
        select command ->> 'officer', command_id, stream from outbox where command ->> 'act' = 'refuse_subsidy'
    ) r on r.officer = s.stream and r.command_id = s.stream || '/' || s.sequence || '/refuse_subsidy/' || r.stream
    join proceeding p on p.stream = r.stream
    union all
    select l.application, e.recorded, 'paid', e.stream, null, null
    from event e join proceeding p using (stream) join plan_line l on l.plan = p.file #>> '{facts,plan,number}'
    left join cancelled c on c.plan = l.plan and c.application = l.application
    where p.kind = 'round' and e.act = 'pay' and e.passed and l.approved > 0 and e.body::jsonb #> '{data,vouchers}' ? l.insurer and c.plan is null
    union all
    select application, recorded, 'cancelled', null, 0, null from cancelled
    union all
    select p.file #>> '{facts,application,number}', e.recorded, 'stopped', null, 0, null
    from event e join proceeding p using (stream)
    where e.act in ('expire', 'end_with_recognition') and e.passed and e.body::jsonb #> '{changes,money}' is not null
        and e.body::jsonb #> '{changes,facts,cancelled}' is null and (p.file #>> '{money,waitlisted}')::numeric = 0 and p.file -> 'facts' ? 'plan'
    union all
    select p.file #>> '{facts,application,number}', e.recorded, 'stopped', null, 0, null
    from event e join proceeding p using (stream)
    where e.act = 'revoke' and e.passed and e.body::jsonb #> '{changes,facts,revocation,waited}' is not null and e.body::jsonb #> '{changes,facts,cancelled}' is null
    union all
    -- A policy lets less wait at once, whenever its case is told.
    select p.file #>> '{facts,application,number}', r.recorded, case when (t.data ->> 'waitlisted')::numeric > 0 then 'reduced' else 'stopped' end,
        null, (t.data ->> 'waitlisted')::numeric, null
    from (
        select e.stream, e.command_id, e.body::jsonb -> 'data' as data from event e where e.act = 'reduce_waiting' and e.passed
        union all
        select o.stream, o.command_id, o.command -> 'data' from outbox o
        where o.command ->> 'act' = 'reduce_waiting' and not exists (select from event e where e.command_id = o.command_id)
    ) t
    join proceeding p using (stream)
    join event r on r.stream = split_part(t.command_id, '/', 1) and r.sequence = coalesce(substring(t.command_id from '^[^/]*/([0-9]{1,9})/')::integer, 0)
), line as (
    select m.application,
        (array_agg(m.state order by m.recorded desc) filter (where m.state <> 'reduced'))[1] as last,
        (array_agg(m.state order by m.recorded desc) filter (where m.state not in ('reduced', 'stopped', 'cancelled')))[1] as before,
        (array_agg(m.round order by m.recorded desc) filter (where m.state not in ('reduced', 'stopped', 'cancelled')))[1] as round,
        (array_agg(m.at order by m.recorded desc) filter (where m.at is not null))[1] as at,
        coalesce((array_agg(m.waiting order by m.recorded desc) filter (where m.waiting is not null))[1], 0) as waiting,
        bool_or(m.state = 'paid') as paid, bool_or(m.state = 'refused') as refused
    from movement m group by m.application
), first_line as (
    select distinct on (l.application) l.application, l.asked from signed s join plan_line l using (plan) order by l.application, s.recorded
), admitted as (
    select distinct btrim(body::jsonb #>> '{data,application}', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as application from event where act = 'admit_held' and passed
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
        coalesce(pending.insurance_time, (p.file #>> '{facts,recalculation,insurance_time}')::timestamp, (p.file #>> '{facts,application,insurance_time}')::timestamp, (p.file #>> '{facts,contract,concluded_at}')::timestamp) as concluded_at,
        p.file -> 'facts' ?| array['recalculation', 'rescission'] or pending.stream is not null as revised,
        p.file -> 'facts' ?| array['withdrawal', 'rescission'] or coalesce(pending.ended, false) as withdrawn,
        p.file -> 'facts' ? 'revocation' as revoked
    from proceeding p left join pending using (stream) where p.file -> 'facts' ?& array['application', 'contract']
), stated as (
    select a.*, f.asked as signed_for, l.round, l.at, coalesce(l.waiting, 0) as waiting, d.application is not null as admitted, case
        when l.last = 'paid' then case when l.waiting > 0 then 'waitlisted' else 'paid' end
        when l.last in ('signed', 'waitlisted') then l.last
        when l.last in ('nothing', 'cancelled') then case when l.paid then 'paid' else 'refused' end
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

-- cases_told --
-- What each case says it was given and paid; one that is yet to be told of a plan, a payment or its end says nothing.
select p.stream, p.sequence, p.file #>> '{facts,application,number}' as application,
    (p.file #>> '{money,approved}')::numeric(18, 2) as approved, (p.file #>> '{money,paid}')::numeric(18, 2) as paid
from proceeding p
where p.kind in ('case', 'batch') and p.file -> 'facts' ? 'application' and not exists (
    select from outbox o where o.stream = p.stream and not o.done and o.command ->> 'act' in ('plan', 'pay', 'stop_payment')
        and not exists (select from event e where e.command_id = o.command_id)
)

-- cases_kept --
-- What the ledger holds for each case.
select a.stream, coalesce(p.sequence, 0) as sequence, a.number as application,
    coalesce((select sum(case l.kind when 'commitment' then l.amount else -l.amount end) from ledger_entry l
        where l.application = a.number and l.kind in ('commitment', 'cancellation')), 0)::numeric(18, 2) as approved,
    coalesce((select sum(l.amount) from ledger_entry l where l.application = a.number and l.kind = 'payment'), 0)::numeric(18, 2) as paid
from subsidy_application a left join proceeding p using (stream)
where not exists (
    select from outbox o where o.stream = a.stream and not o.done and o.command ->> 'act' in ('plan', 'pay', 'stop_payment')
        and not exists (select from event e where e.command_id = o.command_id)
)

-- vouchers_told --
-- Which insurer's payment of which plan each voucher proves, as the payments say; of one that was given twice before that was forbidden the first has it.
select distinct on (p.scheme, btrim(v.voucher)) e.stream, e.sequence, p.scheme, btrim(v.voucher) as voucher, p.file #>> '{facts,plan,number}' as plan, v.insurer
from event e join proceeding p using (stream) cross join jsonb_each_text(e.body::jsonb #> '{data,vouchers}') v (insurer, voucher)
where p.kind = 'round' and e.act = 'pay' and e.passed order by p.scheme, btrim(v.voucher), e.recorded

-- vouchers_kept --
-- The vouchers of payments.
select stream, sequence, scheme, voucher, plan, insurer from payment_voucher

-- opinions_told --
-- What the three offices' reviews said of each application, and of what it asked; a form's blanks at either end are not kept. One that is older than its amount is known by itself.
with said as (
    select e.stream, p.sequence, n.application, f.kind as office_kind, e.officer, (o ->> 'approves')::boolean as approves, btrim(o ->> 'reason', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as reason,
        (w.asked_of ->> 'asked')::numeric as asked, (w.asked_of ->> 'concluded_at')::timestamp as concluded_at
    from event e join proceeding p using (stream)
    cross join lateral (select e.body::jsonb as body offset 0) b
    cross join jsonb_array_elements(b.body #> '{data,opinions}') o
    cross join lateral (select btrim(o ->> 'application', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as application) n
    cross join lateral (select b.body #> '{changes,facts,reviewed,applications}' -> n.application as asked_of) w
    left join office f on f.code = b.body ->> 'office'
    where p.kind = 'round' and e.act = 'review' and e.passed
)
select s.stream, s.sequence, s.application, s.office_kind, s.officer, s.approves, s.reason,
    coalesce(s.asked, k.asked) as asked, coalesce(s.concluded_at, k.concluded_at) as concluded_at
from said s left join opinion k on s.asked is null and (k.application, k.round, k.office_kind) = (s.application, s.stream, s.office_kind)
    and not exists (select from said n where (n.application, n.stream, n.office_kind, n.asked, n.concluded_at) = (k.application, k.round, k.office_kind, k.asked, k.concluded_at))

-- opinions_kept --
-- The opinions of the three offices.
select o.round as stream, coalesce(p.sequence, 0) as sequence, o.application, o.office_kind, o.officer, o.approves, btrim(o.reason, e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as reason, o.asked, o.concluded_at
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

-- listings_told --
-- What insurers' files tell of their listings and how those ended; one that is older than its file is known from its nomination, or by itself.
with filed as (
    select p.stream, p.sequence, p.number as insurer, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as first_day
    from proceeding p join event e on e.stream = p.stream and e.sequence = 1 where p.kind = 'pilot_insurer'
), listed as (
    select e.stream, e.sequence as entered, l ->> 'notice' as notice, (l ->> 'listed_from')::date as listed_from, (l ->> 'listed_until')::date as listed_until,
        l #>> '{industry_bureau_page,page}' as industry_bureau_page, l #>> '{regulator_page,page}' as regulator_page
    from event e cross join lateral (select e.body::jsonb #> '{changes,facts,listing}' as l) said
    where e.act in ('nominate', 'list') and e.passed and l ? 'listed_from'
), known as (
    select * from listed
    union all
    select f.stream, 0, o.notice, o.listed_from, o.listed_until, null, null
    from insurer_listing o join filed f using (insurer)
    where o.industry_bureau_page is null and o.listed_from <= f.first_day
        and not exists (select from listed l where l.stream = f.stream and l.listed_from = o.listed_from)
)
select f.stream, f.sequence, f.insurer, k.listed_from, k.listed_until, k.notice, k.industry_bureau_page, k.regulator_page, (
    select min(greatest(((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date, k.listed_from)) from event e
    where e.stream = f.stream and e.sequence > k.entered and e.act in ('delist', 'bar') and e.passed and ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date <= k.listed_until
) as ended_on
from known k join filed f using (stream)

-- listings_kept --
-- The listings of insurers that have a file.
select p.stream, p.sequence, l.insurer, l.listed_from, l.listed_until, l.notice, l.industry_bureau_page, l.regulator_page, l.ended_on
from insurer_listing l join proceeding p on p.kind = 'pilot_insurer' and p.number = l.insurer

-- suspensions_told --
-- What insurers' files tell of their suspensions: each ends with the next act that reinstates the insurer, or takes it off the list.
select p.stream, p.sequence, p.number as insurer, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as suspended_on, (
    select ((n.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date from event n
    where n.stream = e.stream and n.sequence > e.sequence and n.act in ('reinstate', 'expire', 'delist', 'bar') and n.passed order by n.sequence limit 1
) as ended_on
from event e join proceeding p using (stream) where p.kind = 'pilot_insurer' and e.act = 'suspend' and e.passed

-- suspensions_kept --
-- The suspensions.
select p.stream, coalesce(p.sequence, 0) as sequence, s.insurer, s.suspended_on, s.ended_on
from insurer_suspension s left join proceeding p on p.kind = 'pilot_insurer' and p.number = s.insurer

-- bars_told --
-- Whom insurers' files tell to be barred.
select p.stream, p.sequence, p.number as insurer, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as barred_on, e.body::jsonb #>> '{changes,facts,bar,reason}' as reason
from event e join proceeding p using (stream) where p.kind = 'pilot_insurer' and e.act = 'bar' and e.passed

-- bars_kept --
-- The bars of insurers that have a file.
select p.stream, p.sequence, b.insurer, b.barred_on, b.reason from insurer_bar b join proceeding p on p.kind = 'pilot_insurer' and p.number = b.insurer

-- clauses_told --
-- What insurers' files tell of their clauses; of one that is older than its file, only how long it runs and when it was withdrawn.
with filed as (
    select p.stream, p.sequence, p.number as insurer, p.file -> 'facts' as facts, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as first_day
    from proceeding p join event e on e.stream = p.stream and e.sequence = 1 where p.kind = 'pilot_insurer'
), entered as (
    select distinct on (e.stream, c.number) e.stream, c.number, c.said, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as entered_on,
        -- Findings are told only where the number had been filed before.
        e.body::jsonb -> 'findings' = '[]'::jsonb as first
    from event e cross join jsonb_each(e.body::jsonb #> '{changes,facts,clauses}') c (number, said)
    where e.act = 'file_clause' and e.passed order by e.stream, c.number, e.sequence
), known as (
    select stream, number, least(entered_on, (said ->> 'valid_until')::date) as filed_on, (said ->> 'valid_until')::date as valid_until,
        said ->> 'text_sha256' as text_sha256, said ->> 'head_office_filing_number' as head_office_filing_number
    from entered where first
    union all
    select f.stream, o.number, o.filed_on, o.valid_until, o.text_sha256, null
    from filed_clause o join filed f using (insurer) where o.head_office_filing_number is null and o.filed_on < f.first_day
)
select f.stream, f.sequence, f.insurer, k.number, k.filed_on,
    coalesce((f.facts #>> array['clauses', k.number, 'valid_until'])::date, k.valid_until) as valid_until,
    k.text_sha256, k.head_office_filing_number, (f.facts #>> array['withdrawn_clauses', k.number, 'withdrawn_on'])::date as withdrawn_on
from known k join filed f using (stream)

-- clauses_kept --
-- The clauses of insurers that have a file.
select p.stream, p.sequence, c.insurer, c.number, c.filed_on, c.valid_until, c.text_sha256, c.head_office_filing_number, c.withdrawn_on
from filed_clause c join proceeding p on p.kind = 'pilot_insurer' and p.number = c.insurer

-- people_told --
-- Who was appointed and who has left; whoever is older than the register, or an enterprise's own, is known by himself and only his leaving is told.
with register as (
    select p.stream, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as first_day from proceeding p join event e on e.stream = p.stream and e.sequence = 1
    where p.kind = 'offices' order by p.stream limit 1
), appointed as (
    select a.* from event e join proceeding p using (stream)
    cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,appointment}') a (code text, name text, office text, since date)
    where p.kind = 'offices' and e.act = 'appoint' and e.passed
), departed as (
    select distinct on (d.code) d.* from event e join proceeding p using (stream)
    cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,departure}') d (code text, last_day date)
    where p.kind = 'offices' and e.act = 'leave' and e.passed order by d.code, e.sequence desc
), known as (
    select a.*, null::date as until from appointed a
    union all
    select o.code, o.name, o.office, o.since, case when o.until < coalesce(r.first_day, 'infinity') then o.until end
    from officer o join office f on f.code = o.office left join register r on true
    where (f.kind = 'enterprise' or o.since < coalesce(r.first_day, 'infinity')) and not exists (select from appointed a where a.code = o.code)
)
select r.stream, 0 as sequence, k.code, k.name, k.office, k.since, coalesce(d.last_day, k.until) as until
from known k left join departed d using (code) left join register r on true

-- people_kept --
-- The officers.
select (select stream from proceeding where kind = 'offices' order by stream limit 1) as stream, 0 as sequence, code, name, office, since, until from officer

-- districts_told --
-- Which districts were absorbed, by which; what is older than the register is known by itself.
with register as (
    select p.stream, ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as first_day from proceeding p join event e on e.stream = p.stream and e.sequence = 1
    where p.kind = 'offices' order by p.stream limit 1
), absorbed as (
    select a.* from event e join proceeding p using (stream)
    cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,absorption}') a (district text, "into" text, last_day date)
    where p.kind = 'offices' and e.act = 'absorb' and e.passed
)
select r.stream, 0 as sequence, d.code,
    case when a.district is not null then a.last_day when d.until < coalesce(r.first_day, 'infinity') then d.until end as until,
    case when a.district is not null then a."into" when d.until < coalesce(r.first_day, 'infinity') then d.successor end as successor
from district d left join absorbed a on a.district = d.code left join register r on true

-- districts_kept --
-- The districts.
select (select stream from proceeding where kind = 'offices' order by stream limit 1) as stream, 0 as sequence, code, until, successor from district

-- offices_told --
-- Which offices were established, each by its event.
select e.stream, e.sequence, o.office_code, o.office_kind, o.name_zh, o.name_en from event e join proceeding p using (stream)
cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,established}') o (office_code text, office_kind text, name_zh text, name_en text)
where p.kind = 'offices' and e.act = 'establish' and e.passed

-- offices_kept --
-- The offices that were established, a district's under the name of its place.
select (select stream from proceeding where kind = 'offices' order by stream limit 1) as stream, o.established_in as sequence, o.code as office_code, o.kind as office_kind,
    coalesce(d.name_zh, o.name_zh) as name_zh, coalesce(d.name_en, o.name_en) as name_en
from office o left join district d on d.code = o.district and o.kind = 'district' where o.established_in is not null

-- letterheads_told --
-- How offices were entered to sign their letters.
select e.stream, e.sequence, l.* from event e join proceeding p using (stream)
cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,letterhead}') l (office text, since date, title text, word text, review_authority text)
where p.kind = 'offices' and e.act = 'enter_letterhead' and e.passed

-- letterheads_kept --
-- The letterheads that acts entered.
select (select stream from proceeding where kind = 'offices' order by stream limit 1) as stream, entered_in as sequence, office, since, title, word, review_authority
from letterhead where entered_in is not null

-- accounts_told --
-- Where insurers were entered to be paid.
select e.stream, e.sequence, a.* from event e join proceeding p using (stream)
cross join lateral jsonb_to_record(e.body::jsonb #> '{changes,facts,account}') a (office text, since date, payee text, bank_name text, bank_code text, account text)
where p.kind = 'offices' and e.act = 'enter_account' and e.passed

-- accounts_kept --
-- The accounts that acts entered.
select (select stream from proceeding where kind = 'offices' order by stream limit 1) as stream, entered_in as sequence, office, since, payee, bank_name, bank_code, account
from bank_account where entered_in is not null

-- policies_told --
-- The policies that cases and batches tell; one insured before policies had proceedings has none.
with ended as (
    select distinct o.stream from outbox o
    where o.command ->> 'act' = 'end_insurance' and not exists (select from event e where e.command_id = o.command_id)
), insured as (
    select p.*, 'policy:' || p.scheme || ':' || p.number || case when p.kind = 'batch' then '' else '-1' end as policy
    from proceeding p where p.kind in ('case', 'batch') and p.file -> 'facts' ? 'contract'
)
select i.stream, i.sequence, i.policy, i.scheme, i.file #>> '{facts,contract,insurer}' as insurer, i.file #>> '{facts,contract,policy_number}' as policy_number, case
    when i.file -> 'facts' ?| array['withdrawal', 'rescission'] or e.stream is not null then true
    -- A policy of before was not let go where a recognition was revoked.
    when i.file -> 'facts' ? 'revocation' then coalesce(k.released, true)
    else false
end as released
from insured i left join ended e using (stream) left join policy k on k.stream = i.policy
where k.stream is not null or exists (select from proceeding p where p.stream = i.policy)
    or exists (select from outbox o where o.stream = i.policy and o.command ->> 'act' = 'conclude')

-- policies_kept --
-- The policies.
select k.about as stream, coalesce(p.sequence, 0) as sequence, k.stream as policy, k.scheme, k.insurer, k.policy_number, k.released
from policy k left join proceeding p on p.stream = k.about

-- work_told --
-- To whom the register of an office's work last gave each proceeding that somebody has.
select 'work:' || w.scheme || ':' || o.office as stream, e.sequence, w.stream as proceeding, e.body::jsonb #>> array['changes', 'facts', 'assigned', 'to', w.stream] as officer
from work_item w join officer o on o.code = w.taken_by
cross join lateral (
    select e.sequence, e.body from event e where e.stream = 'work:' || w.scheme || ':' || o.office and e.passed
      and e.body::jsonb #> '{changes,facts,assigned,to}' ? w.stream order by e.sequence desc limit 1
) e

-- work_kept --
-- Who has which proceeding.
select 'work:' || w.scheme || ':' || o.office as stream, w.taken_in as sequence, w.stream as proceeding, w.taken_by as officer
from work_item w join officer o on o.code = w.taken_by

-- holidays_told --
-- The notices of days off that were confirmed, with their days.
select e.stream, e.sequence, (n ->> 'year')::integer as year, n ->> 'document' as document, n -> 'days_off' as days_off, n -> 'workdays' as workdays
from event e cross join lateral (select e.body::jsonb #> '{changes,facts,loaded_notice}' as n) said where e.act = 'load_notice' and e.passed

-- holidays_kept --
-- The notices that are loaded, each with the event that confirmed it.
select e.stream, e.sequence, h.year, h.document, to_jsonb(h.days_off) as days_off, to_jsonb(h.workdays) as workdays
from holiday_notice h left join event e on e.act = 'load_notice' and e.passed and (e.body::jsonb #>> '{changes,facts,loaded_notice,year}')::integer = h.year

-- editions_told --
-- The editions that a third signature put in force, as they were signed.
select e.stream, e.sequence, said ->> 'name' as name, said
from event e cross join lateral (select e.body::jsonb #> '{changes,facts,signed_edition}' as said) s
where e.act = 'sign_edition' and e.passed and said ? 'issued_on'

-- editions_kept --
-- The editions that are kept as signed.
select 'editions:' || scheme || ':register' as stream, place as sequence, name, said from signed_edition

-- edition_ends_told --
-- The earlier last days that a third signature set.
select e.stream, e.sequence, said ->> 'name' as name, (said ->> 'last_day')::date as last_day
from event e cross join lateral (select e.body::jsonb #> '{changes,facts,signed_edition}' as said) s
where e.act = 'sign_edition' and e.passed and said ? 'last_day'

-- edition_ends_kept --
-- The earlier last days that are kept.
select 'editions:' || scheme || ':register' as stream, place as sequence, name, last_day from edition_end

-- supervisors_told --
-- Who was appointed to supervise, and relieved.
select e.stream, e.sequence, s ->> 'code' as officer, (s ->> 'since')::date as since,
    least((s ->> 'until')::date, (
        select min(greatest((r.body::jsonb #>> '{data,last_day}')::date, (s ->> 'since')::date)) from event r
        where r.stream = e.stream and r.act = 'relieve_supervisor' and r.passed and r.sequence > e.sequence
          and r.body::jsonb #>> '{data,code}' = s ->> 'code'
    )) as until
from event e cross join lateral (select e.body::jsonb #> '{changes,facts,supervision}' as s) said
where e.act = 'appoint_supervisor' and e.passed

-- supervisors_kept --
-- The supervisors, each with the event that appointed him.
select e.stream, e.sequence, s.officer, s.since, s.until
from supervisor s left join event e on e.act = 'appoint_supervisor' and e.passed
    and e.body::jsonb #>> '{changes,facts,supervision,code}' = s.officer and (e.body::jsonb #>> '{changes,facts,supervision,since}')::date = s.since

-- substitutions_told --
-- Who was appointed to stand in for whom.
select e.stream, e.sequence, s ->> 'absent' as absent, s ->> 'substitute' as substitute, (s ->> 'since')::date as since, (s ->> 'until')::date as until, s ->> 'reason' as reason
from event e cross join lateral (select e.body::jsonb -> 'data' as s) said where e.act = 'substitute' and e.passed

-- substitutions_kept --
-- Who stands in for whom, each with the event that appointed him.
select e.stream, e.sequence, s.absent, s.substitute, s.since, s.until, s.reason
from substitution s left join event e on e.act = 'substitute' and e.passed and e.body::jsonb @> jsonb_build_object(
    'data', jsonb_build_object('absent', s.absent, 'substitute', s.substitute, 'since', s.since))

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

-- documents_told --
-- The documents that dossiers tell of; of which proceeding, a dossier's number says.
select e.stream, e.sequence, d.number, regexp_replace(e.stream, '^dossier:([^:]+):([^-]+)-(.+)$', '\2:\1:\3') as of_stream,
    d.proves, d.name, d.media_type, d.size, d.sha256, d.version, d.supersedes, d.handed_in_by, d.office, (e.body::jsonb ->> 'at')::timestamptz as received_at
from event e join proceeding p using (stream)
cross join lateral jsonb_each(e.body::jsonb #> '{changes,facts}') one (serial, said)
cross join lateral jsonb_to_record(one.said) d (number text, proves text, name text, media_type text, size bigint, sha256 text, version integer,
    supersedes text, handed_in_by text, office text)
where p.kind = 'dossier' and e.act = 'add_document' and e.passed

-- documents_kept --
-- The documents.
select dossier as stream, sequence, number, stream as of_stream, proves, name, media_type, size, sha256, version, supersedes, handed_in_by, office, received_at
from document

-- withdrawn_documents_told --
-- The documents that dossiers tell to be withdrawn.
select e.stream, e.sequence, one.said ->> 'number' as document, one.said #>> '{withdrawn,by}' as withdrawn_by, one.said #>> '{withdrawn,reason}' as reason,
    (e.body::jsonb ->> 'at')::timestamptz as withdrawn_at
from event e join proceeding p using (stream) cross join lateral jsonb_each(e.body::jsonb #> '{changes,facts}') one (serial, said)
where p.kind = 'dossier' and e.act = 'withdraw_document' and e.passed

-- withdrawn_documents_kept --
-- The documents that were withdrawn.
select dossier as stream, sequence, document, withdrawn_by, reason, withdrawn_at from document_withdrawal
