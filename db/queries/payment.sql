-- lock_rounds --
-- Lock the rounds whose plans some applications stand in: whoever signs, orders or pays there is waited for, and seen.
select stream from proceeding where stream in (select round from subsidy_application where number = any ($1)) order by stream for update

-- due --
-- What is still to be paid of a plan to each insurer, neither paid nor cancelled: `not in` goes through the plan once, where `not exists`, before the size of a new plan is known, does so for each line.
select a.insurer, sum(c.amount) as amount from ledger_entry c join subsidy_application a on a.number = c.application
where c.kind = 'commitment' and c.plan = $1 and c.application not in (
    select o.application from ledger_entry o where o.kind in ('payment', 'cancellation') and o.plan = $1
)
group by a.insurer order by a.insurer

-- stopped --
-- Of a plan what is neither paid nor cancelled and on which nothing may be disbursed any more: its application was named in a bar or a decided recovery, or its recognition was revoked.
with named as (
    select n.number from proceeding p
    cross join jsonb_array_elements_text(p.file #> case p.kind when 'recovery' then '{facts,recovery,applications}'::text[] else '{facts,bar,applications}' end) n (number)
    where p.kind = 'recovery' and p.stage not in ('opened', 'dropped') or p.kind = 'pilot_insurer' and p.stage = 'barred'
    union
    select a.number from proceeding p join subsidy_application a using (stream) where p.file -> 'facts' ? 'revocation'
        and (p.kind = 'case' or p.file #>> '{facts,revocation,ground}' <> 'superseded')
)
select c.application, c.plan, c.fiscal_year, c.enterprise, l.insurer, c.amount, false as ordered
from named n join ledger_entry c on c.application = n.number join plan_line l on l.plan = c.plan and l.application = c.application
where c.kind = 'commitment' and c.plan = $1 and c.application not in (
    select o.application from ledger_entry o where o.kind in ('payment', 'cancellation') and o.plan = $1
)
order by c.application

-- given --
-- Of some applications what signed plans gave and is neither paid nor cancelled, and whether its payment is ordered: then the treasury may have made it.
select c.application, c.plan, c.fiscal_year, c.enterprise, l.insurer, c.amount, r.stage = 'ordered' and r.file #> '{facts,order}' ? l.insurer as ordered
from ledger_entry c join plan_line l on l.plan = c.plan and l.application = c.application join proceeding r on r.stream = l.round
where c.kind = 'commitment' and c.application = any ($1) and not exists (
    select from ledger_entry o where o.kind in ('payment', 'cancellation') and o.plan = c.plan and o.application = c.application
)
order by c.application, c.plan

-- vouchers_known --
-- Whose payment some vouchers prove already.
select voucher, plan, insurer from payment_voucher where scheme = $1 and voucher = any ($2)

-- keep_vouchers --
-- Keep which insurer's payment of a plan each voucher proves.
insert into payment_voucher (scheme, voucher, plan, insurer, stream, sequence)
select $1, v.voucher, $2, v.insurer, $4, $5 from jsonb_each_text($3::jsonb) v (insurer, voucher)

-- post_payments --
-- Enter the payment of every line of a plan whose insurer was paid, each by that insurer's voucher.
insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence)
select c.scheme, c.fiscal_year, 'payment', $3, $4, c.amount, c.enterprise, c.application, c.plan, $2::jsonb ->> a.insurer, $5, $6
from ledger_entry c join subsidy_application a on a.number = c.application
where c.kind = 'commitment' and c.plan = $1 and $2::jsonb ? a.insurer and c.application not in (
    select o.application from ledger_entry o where o.kind in ('payment', 'cancellation') and o.plan = $1
)
order by c.id

-- settle_paid --
-- What an act has paid is paid; what waits of an application goes on waiting. Give each with its case and voucher.
update subsidy_application a set state = case when a.waiting > 0 then 'waitlisted' else 'paid' end
from ledger_entry l where l.kind = 'payment' and l.stream = $1 and l.sequence = $2 and a.number = l.application
returning a.stream, a.number, l.plan, l.reference as voucher, l.amount

-- post_cancellations --
-- Enter the cancellation of what plans committed.
insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence)
select $1, c.fiscal_year, 'cancellation', $2, $3, c.amount, c.enterprise, c.application, c.plan, c.plan, $5, $6
from jsonb_to_recordset($4::jsonb) c (application text, plan text, enterprise text, fiscal_year integer, amount numeric)

-- settle_cancelled --
-- Nothing more is given to what an act has cancelled, and nothing of it waits: it is paid in part, or refused. Give each with its case.
update subsidy_application a set waiting = 0, state = case
    when exists (select from ledger_entry p where p.kind = 'payment' and p.application = a.number) then 'paid' else 'refused' end
from ledger_entry l where l.kind = 'cancellation' and l.stream = $1 and l.sequence = $2 and a.number = l.application
returning a.stream, a.number, l.plan, l.amount
