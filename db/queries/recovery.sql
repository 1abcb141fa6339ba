-- lock --
-- Lock some applications: whoever takes money of one back waits for whoever pays it or takes it back already.
select number from subsidy_application where number = any ($1) order by number for update

-- disbursed --
-- What was paid on each of some applications and has not come back, year by year, and whom it was paid to.
select a.number, a.stream, a.enterprise, a.insurer, l.fiscal_year,
    coalesce(sum(case when l.kind = 'payment' then l.amount when l.kind in ('recovery', 'refund') then -l.amount end), 0) as left
from subsidy_application a left join ledger_entry l on l.application = a.number and l.kind in ('payment', 'recovery', 'refund')
where a.number = any ($1) group by a.number, l.fiscal_year order by a.number, l.fiscal_year

-- committed --
-- What signed plans give an application, and was not cancelled.
select coalesce(sum(case kind when 'commitment' then amount else -amount end), 0) from ledger_entry where application = $1 and kind in ('commitment', 'cancellation')

-- barred --
-- The insurer that was barred for falsifying any of some applications: the first, with those applications of it and why.
select i.stream, i.file #>> '{facts,bar,reason}' as reason, array_agg(n.number order by n.number) as applications
from proceeding i cross join unnest($2::text[]) n (number)
where i.kind = 'pilot_insurer' and i.scheme = $1 and i.stage = 'barred' and i.file #> '{facts,bar,applications}' ? n.number
group by i.stream, i.file order by i.stream

-- by_fraud --
-- Of some applications those whose recognition was revoked for fraud, and why.
select a.number, a.stream, a.enterprise, p.file #>> '{facts,revocation,reason}' as reason
from proceeding p join subsidy_application a using (stream)
where p.file -> 'facts' ? 'revocation' and p.file #>> '{facts,revocation,ground}' = 'fraud' and a.number = any ($1) order by a.number

-- under --
-- The applications under a recognition: its case's own, and its further batches'.
select a.number, a.stream, a.enterprise from subsidy_application a join proceeding p using (stream)
where p.stream = $1 or p.about = $1 and p.kind = 'batch' order by a.number

-- lock_voucher --
-- Let one use a voucher at a time.
select pg_advisory_xact_lock(hashtextextended('voucher ' || $1 || ' ' || $2, 0))

-- voucher_known --
-- Whether a voucher has returned money already, in whatever proceeding.
select exists (select from ledger_entry where kind = 'recovery' and scheme = $1 and reference = $2)
    or exists (select from proceeding where kind = 'policy' and scheme = $1 and file #>> '{facts,refund,voucher}' = $2)

-- of_application --
-- The recovery of an application, unless it was dropped, and whether it is decided.
select number, stage <> 'opened' as decided from proceeding
where kind = 'recovery' and scheme = $1 and stage <> 'dropped' and file #> '{facts,recovery,applications}' ? $2 order by number limit 1

-- ordered --
-- Which proceeding ordered a recovery of any of some applications that is not opened yet.
select o.command ->> 'officer' from outbox o
where o.stream = $1 and not o.done and o.command #> '{data,applications}' ?| $2::text[]
    and not exists (select from event e where e.command_id = o.command_id) order by 1 limit 1

-- refund_due --
-- The policies of some applications from which the treasury waits for its part.
select stream from proceeding where kind = 'policy' and scheme = $1 and number = any ($2) and stage = 'refund_due' order by stream

-- returned --
-- What came back of a year's payments.
select returned from budget where scheme = $1 and fiscal_year = $2

-- list --
-- Some recoveries after a number ($2): at a stage ($3); what was decided, what has come back of it, and when the rest is due.
select p.number, p.stage, p.closed, p.about, p.stream, p.file #>> '{facts,demand,debtor}' as debtor, o.name_zh, o.name_en,
    jsonb_array_length(p.file #> '{facts,recovery,applications}') as applications,
    (p.file #>> '{facts,decision,amount}')::numeric as decided,
    coalesce((select sum(l.amount) from ledger_entry l where l.stream = p.stream and l.kind = 'recovery'), 0) as returned, d.name as deadline, d.due_on, d.provisional
from proceeding p left join office o on o.code = p.file #>> '{facts,demand,debtor}'
left join lateral (
    select name, due_on, provisional from deadline where stream = p.stream and met_on is null and not p.closed order by due_on limit 1
) d on true
where p.kind = 'recovery' and p.scheme = $1 and p.number > $2 and ($3::text is null or p.stage = $3)
order by p.number limit $4
