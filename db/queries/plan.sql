-- lines --
-- The lines of a plan in rank order, with everyone's names and the policy each is asked for.
select l.rank, l.application, l.enterprise, e.name_zh as enterprise_name, l.insurer, i.name_zh as insurer_name, i.name_en as insurer_name_en,
    p.policy_number, a.concluded_at, a.return_received_at, l.asked, l.cut_by_cap, l.approved, l.waitlisted
from plan_line l join subsidy_application a on a.number = l.application
join office e on e.code = l.enterprise join office i on i.code = l.insurer
left join policy p on p.stream = 'policy:' || a.scheme || ':' || a.number
where l.plan = $1 order by l.rank

-- available_before --
-- What was left of a year's budget before a plan committed any of it; null where it has committed none.
select sum(case 'available' when l.debit then l.amount when l.credit then -l.amount else 0 end) from ledger_entry l
where l.scheme = $1 and l.fiscal_year = $2 and l.id < (select min(c.id) from ledger_entry c where c.kind = 'commitment' and c.plan = $3)

-- committed_before --
-- What a plan's enterprises had been committed in a year before the plan.
select l.enterprise, sum(l.amount) as committed from ledger_entry l
where l.kind = 'commitment' and l.scheme = $1 and l.fiscal_year = $2
  and l.enterprise in (select enterprise from plan_line where plan = $3)
  and l.id < coalesce((select min(c.id) from ledger_entry c where c.kind = 'commitment' and c.plan = $3), 9223372036854775807)
group by l.enterprise

-- accounts --
-- Where each of some offices is paid to on a day.
select distinct on (office) office, payee, bank_name, bank_code, account from bank_account
where office = any ($1) and since <= $2 order by office, since desc

-- reconciled --
-- What a plan gives each insurer, what the ledger committed to it, cancelled of that, and says was paid.
select l.insurer, sum(l.approved) as planned,
    coalesce(sum((select c.amount from ledger_entry c where c.kind = 'commitment' and c.plan = l.plan and c.application = l.application)), 0) as committed,
    coalesce(sum((select c.amount from ledger_entry c where c.kind = 'cancellation' and c.plan = l.plan and c.application = l.application)), 0) as cancelled,
    coalesce(sum((select c.amount from ledger_entry c where c.kind = 'payment' and c.plan = l.plan and c.application = l.application)), 0) as paid
from plan_line l where l.plan = $1 and l.approved > 0 group by l.insurer order by l.insurer

-- names_of_round --
-- Who a round's applications are of, in every language, and the policy each is asked for.
select a.number, e.name_zh as enterprise_name, i.name_zh as insurer_name, i.name_en as insurer_name_en, p.policy_number
from subsidy_application a join office e on e.code = a.enterprise join office i on i.code = a.insurer
left join policy p on p.stream = 'policy:' || a.scheme || ':' || a.number
where a.round = $1 and a.state = 'filed'

-- refused --
-- The applications that a round's signed plan refused, and why, as their cases were told or are to be.
with told as (
    select e.stream, e.body::jsonb #> '{data,reasons}' as reasons from event e where e.act = 'refuse_subsidy' and e.officer = $1
    union all
    select o.stream, o.command #> '{data,reasons}' from outbox o
    where o.command ->> 'officer' = $1 and o.command_id ^@ ($1 || '/') and o.command ->> 'act' = 'refuse_subsidy'
        and not exists (select from event e where e.command_id = o.command_id)
)
select p.file #>> '{facts,application,number}' as number, t.reasons from told t join proceeding p using (stream) order by 1
