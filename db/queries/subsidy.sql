-- lock_first_batches --
-- Let one insure at a time of an enterprise: whoever asks second sees what the first insured.
select pg_advisory_xact_lock(hashtextextended('first batch of ' || $1, 0))

-- insured_besides --
-- An enterprise's other cases and batches that are insured: their stage, model, user and supply contract, and whether anything was paid.
select p.stage, coalesce((p.file #>> '{money,paid}')::numeric, 0) > 0 as paid, p.file #>> '{facts,submission,product,model}' as model, p.file #>> '{facts,delivery,user}' as user,
    p.file #>> '{facts,delivery,contract_number}' as supply
from proceeding p
where p.kind in ('case', 'batch') and p.enterprise = $1 and p.stream <> $2 and p.file -> 'facts' ? 'contract'

-- forecast --
-- What is left of an enterprise's cap and of the budget in a fiscal year.
select
    coalesce((select cap - committed from enterprise_year where scheme = $1 and fiscal_year = $2 and enterprise = $3),
             (select amount from annual_cap where scheme = $1 and from_year <= $2 order by from_year desc limit 1), 0) as cap_left,
    coalesce((select appropriated - committed from budget where scheme = $1 and fiscal_year = $2), 0) as budget_left

-- add_application --
-- Enter a subsidy application.
insert into subsidy_application (number, stream, scheme, enterprise, insurer, concluded_at, asked, state)
values ($1, $2, $3, $4, $5, $6, $7, 'applied')

-- withdraw_application --
-- Withdraw a case's application, unless a plan that gives it money is signed.
update subsidy_application set state = 'withdrawn' where stream = $1 and state in ('applied', 'filed', 'returned') and waiting = 0 returning number

-- lock_settled --
-- Whether a signed plan has settled a case's application, which stays locked to the end of the transaction.
select state in ('signed', 'waitlisted', 'paid') or waiting > 0 from subsidy_application
where stream = $1 and state not in ('refused', 'withdrawn') for update

-- revise_application --
-- Give an application, not yet planned, what an endorsement or a correction leaves to be asked, and its place in time.
update subsidy_application set asked = $2, concluded_at = coalesce($3, concluded_at)
where stream = $1 and state in ('applied', 'filed', 'returned') and waiting = 0

-- refuse_application --
-- Refuse a case's application whose recognition was revoked.
update subsidy_application set state = 'refused' where stream = $1 and state in ('applied', 'filed', 'returned') and waiting = 0

-- to_file --
-- Applications by number, locked, as an insurer is about to file them.
select number, stream, enterprise, insurer, concluded_at, state from subsidy_application where number = any ($1) order by number for update

-- could_file --
-- How many applications an insurer could file that were insured by a day.
select count(*) from subsidy_application where scheme = $1 and insurer = $2 and state = 'applied' and concluded_at < $3::date + 1

-- file_applications --
-- Take applications into a round's return.
update subsidy_application set state = 'filed', round = $2, return_received_at = $3 where number = any ($1)

-- return_application --
-- Return an application for completion, out of its round.
update subsidy_application set state = 'returned', round = null where number = $1

-- complete_application --
-- Let a completed application be filed again.
update subsidy_application set state = 'applied' where stream = $1 and state = 'returned'

-- admit_held --
-- Let an application be reviewed although its insurer is barred.
update subsidy_application set admitted = true where number = $1

-- left_over --
-- What earlier rounds of a scheme left over, locked: applications held when their round closed, and those that wait for budget.
select a.number, a.stream from subsidy_application a
where a.scheme = $1 and (a.state = 'waitlisted' or a.state = 'filed' and exists (select from proceeding p where p.stream = a.round and p.closed))
order by a.number for update of a

-- take_up --
-- Take what was left over into a round, and keep what it was beside the event that took it.
with taken as (
    update subsidy_application a set state = 'filed', round = $2 from unnest($1::text[]) t (number) where a.number = t.number returning a.number
)
insert into left_over (round, sequence, application) select $2, $3, number from taken

-- waiting_of --
-- Whether a signed plan gives a case's application money that is not paid yet; locked.
select state = 'signed' from subsidy_application where stream = $1 and state not in ('refused', 'withdrawn') for update

-- end_waiting --
-- What waits of a case's application waits no more: it is paid in part, or lapsed.
update subsidy_application a set waiting = 0,
    state = case when state = 'signed' then 'signed' when exists (select from ledger_entry l where l.kind = 'payment' and l.application = a.number) then 'paid' else 'lapsed' end
where stream = $1 and waiting > 0

-- waiting_amount --
-- What waits of a case's application.
select waiting from subsidy_application where stream = $1 and state not in ('refused', 'withdrawn')

-- set_waiting --
-- Let less wait of a case's application, or nothing: then it is paid in part, or lapsed.
update subsidy_application a set waiting = $2, state = case
    when $2 > 0 or state = 'signed' then state
    when exists (select from ledger_entry l where l.kind = 'payment' and l.application = a.number) then 'paid'
    else 'lapsed' end
where stream = $1 and waiting > $2

-- opinions_of --
-- How many opinions were given in a round, also of applications that have left it.
select count(*) from opinion where round = $1

-- lock_round --
-- Lock a round's applications until the transaction ends: what each asks stays so.
select count(*) from (select from subsidy_application where round = $1 and state = 'filed' order by number for update) locked

-- of_round --
-- A round's applications with the offices' opinions of what is asked now, their insurers' bars and what their enterprises have been committed this year: each is put together once for all of them. Of one that waited only the rest is asked for.
with held as materialized (
    select a.* from subsidy_application a where a.round = $1 and a.state = 'filed'
), spoken as materialized (
    select o.application, o.asked, o.concluded_at,
        bool_and(o.approves) filter (where o.office_kind = 'finance') as finance, bool_and(o.approves) filter (where o.office_kind = 'regulator') as regulator,
        bool_and(o.approves) filter (where o.office_kind = 'industry_bureau') as industry_bureau, array_agg(o.reason) filter (where not o.approves) as objections
    from opinion o where o.round = $1 group by o.application, o.asked, o.concluded_at
), falsified as materialized (
    select n.number from proceeding r cross join jsonb_array_elements_text(r.file #> '{facts,recovery,applications}') n (number)
    where r.kind = 'recovery' and r.stage <> 'dropped'
    union
    select n.number from proceeding i cross join jsonb_array_elements_text(i.file #> '{facts,bar,applications}') n (number)
    where i.kind = 'pilot_insurer' and i.stage = 'barred'
), paid as materialized (
    select distinct l.application from ledger_entry l join held a on a.number = l.application where l.kind = 'payment'
)
select a.number, a.stream, a.enterprise, a.insurer, a.concluded_at, a.return_received_at, case when a.waiting > 0 then a.waiting else a.asked end as asked, a.state,
    a.waiting > 0 as waited, a.admitted, f.number is not null as falsified, p.application is not null as paid, b.barred_on,
    s.finance, s.regulator, s.industry_bureau, s.objections, coalesce(e.committed, 0) as committed
from held a
left join spoken s on s.application = a.number and s.asked = a.asked and s.concluded_at = a.concluded_at
left join falsified f on f.number = a.number
left join paid p on p.application = a.number
left join insurer_bar b on b.insurer = a.insurer
left join enterprise_year e on e.scheme = a.scheme and e.fiscal_year = $2 and e.enterprise = a.enterprise
order by a.number

-- lock_budget --
-- What is left of a year's budget, its row locked until the transaction ends.
select lock_budget($1, $2)

-- add_plan_lines --
-- Enter a plan's lines in the order of their ranks.
insert into plan_line (plan, round, rank, application, enterprise, insurer, asked, cut_by_cap, approved, waitlisted)
select $1, $2, l.rank, a.number, a.enterprise, a.insurer, l.asked, l.cut_by_cap, l.approved, l.waitlisted
from unnest($3::text[], $4::numeric[], $5::numeric[], $6::numeric[], $7::numeric[])
    with ordinality l (application, asked, cut_by_cap, approved, waitlisted, rank)
join subsidy_application a on a.number = l.application

-- plan_lines --
-- The lines of a plan in rank order.
select l.rank, l.application, a.stream, l.enterprise, l.insurer, a.concluded_at, l.asked, l.cut_by_cap, l.approved, l.waitlisted
from plan_line l join subsidy_application a on a.number = l.application where l.plan = $1 order by l.rank

-- settle_plan --
-- Give every application of a plan the state the plan leaves it in, and what waits of it.
update subsidy_application a set waiting = l.waitlisted, state = case
    when l.approved > 0 then 'signed'
    when l.waitlisted > 0 then 'waitlisted'
    when exists (select from ledger_entry p where p.kind = 'payment' and p.application = a.number) then 'paid'
    else 'refused' end
from plan_line l where l.plan = $1 and a.number = l.application

-- commit_plan --
-- Commit the money of every line of a plan.
insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence)
select $2, $3, 'commitment', $4, $5, l.approved, l.enterprise, l.application, l.plan, l.plan, $6, $7
from plan_line l where l.plan = $1 and l.approved > 0 order by l.rank

-- refuse_reviewed --
-- Refuse the applications that an office of the joint review did not approve.
update subsidy_application set state = 'refused', waiting = 0 where number = any ($1)

-- post --
-- Add an entry to the ledger; its trigger moves the balances and refuses what would overdraw them.
insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
