"""What must hold of the money at every moment, said in SQL of its own: written from the law, not from the program.

Each names the rows that break it. `broken` asks them all of one snapshot; it may be asked while acts run.
"""

from __future__ import annotations

from db.pool import Connection, Pool, one

#: What each kind of entry does to what an application was given (article 13), and to its year's budget.
GIVEN = "case kind when 'commitment' then amount when 'cancellation' then -amount else 0 end"
GRANTED = (
    "case when kind in ('appropriation', 'carry_over') then amount "
    "when kind in ('adjustment', 'closing') then -amount else 0 end"
)
PAID = "case kind when 'payment' then amount else 0 end"
RETURNED = "case when kind in ('recovery', 'refund') then amount else 0 end"
#: What a year's ledger comes to, and what an application's does.
YEARS = f"""select scheme, fiscal_year, sum({GRANTED}) as granted, sum({GIVEN}) as given, sum({PAID}) as paid,
    sum({RETURNED}) as returned from ledger_entry group by scheme, fiscal_year"""
APPLICATIONS = f"""select a.number, a.stream, a.state, a.asked, a.waiting, coalesce(sum({GIVEN}), 0) as given,
    coalesce(sum({PAID}), 0) as paid, coalesce(sum({RETURNED}), 0) as returned
    from subsidy_application a left join ledger_entry l on l.application = a.number group by a.number"""

INVARIANTS = {
    "committed <= appropriated": f"select * from ({YEARS}) y where given > granted or given < 0",
    "paid <= committed": f"select * from ({YEARS}) y where paid > given",
    "returned <= paid": f"select * from ({YEARS}) y where returned > paid",
    "subsidies of an enterprise and fiscal year <= 500,000": f"""
        select scheme, fiscal_year, enterprise, sum({GIVEN}) from ledger_entry where enterprise is not null
        group by scheme, fiscal_year, enterprise having sum({GIVEN}) > 500000 or sum({GIVEN}) < 0""",
    "commitments of an application <= asked": f"select * from ({APPLICATIONS}) a where given > asked or given < 0",
    "waiting + committed <= asked": f"select * from ({APPLICATIONS}) a where waiting + given > asked",
    "nobody is paid more than he was given": f"select * from ({APPLICATIONS}) a where paid > given",
    "no more comes back of an application than was paid": f"select * from ({APPLICATIONS}) a where returned > paid",
    "one commitment a plan, one payment a commitment, of equal amounts": """
        select application, plan, array_agg(kind), array_agg(amount) from ledger_entry
        where kind in ('commitment', 'payment', 'cancellation') group by application, plan
        having count(*) filter (where kind = 'commitment') <> 1 or count(*) > 2 or min(amount) <> max(amount)""",
    "a commitment is what its plan approved": """
        select l.application, l.plan, l.amount, p.approved from ledger_entry l
        left join plan_line p using (plan, application)
        where l.kind = 'commitment' and l.amount is distinct from p.approved""",
    "debits = credits, and no account but the treasury's is overdrawn": """
        with side as (
            select scheme, fiscal_year, debit as account, amount from ledger_entry union all
            select scheme, fiscal_year, credit, -amount from ledger_entry
        ), account as (select scheme, fiscal_year, account, sum(amount) as amount from side group by 1, 2, 3)
        select scheme, fiscal_year, array_agg((account, amount)::text) from account group by 1, 2
        having sum(amount) <> 0 or bool_or(account <> 'treasury' and amount < 0)""",
    "balances = entries": f"""
        select * from (select scheme, fiscal_year, appropriated, committed, paid, returned from budget
            where (appropriated, committed, paid, returned) <> (0, 0, 0, 0)) b
        full join (select * from ({YEARS}) y where (granted, given, paid, returned) <> (0, 0, 0, 0)) y
            using (scheme, fiscal_year)
        where (b.appropriated, b.committed, b.paid, b.returned)
            is distinct from (y.granted, y.given, y.paid, y.returned)""",
    "caps = entries": f"""
        select * from (select * from enterprise_year where committed <> 0) e full join (
            select scheme, fiscal_year, enterprise, sum({GIVEN}) as given from ledger_entry where enterprise is not null
            group by scheme, fiscal_year, enterprise having sum({GIVEN}) <> 0
        ) l using (scheme, fiscal_year, enterprise) where e.committed is distinct from l.given""",
    "an application stands where its money does": f"""
        select * from ({APPLICATIONS}) a where not case state
            when 'signed' then given > paid
            when 'paid' then given = paid and given > 0 and waiting = 0
            when 'waitlisted' then given = paid and waiting > 0
            when 'filed' then given = paid
            when 'lapsed' then given = 0 and waiting = 0
            else given = 0 and waiting = 0 end""",
    "one subsidy a batch": """
        select stream from subsidy_application where state not in ('refused', 'withdrawn')
        group by stream having count(*) > 1""",
    "no application is lost": """
        select p.stream from proceeding p where p.file -> 'facts' ? 'application' and not exists (
            select from subsidy_application a
            where a.stream = p.stream and a.number = p.file #>> '{facts,application,number}')""",
    # Where an endorsement has changed a contract, its policy says so, or its case is yet to be told.
    "subsidy <= min(0.01, rate) x sum insured": """
        with insured as (
            select a.number, p.file #> '{facts,contract}' as contract from subsidy_application a
            join proceeding p on p.stream in (a.stream, 'policy:' || a.scheme || ':' || a.number)
            union all
            select a.number, o.command -> 'data' from subsidy_application a join outbox o using (stream)
            where o.command ->> 'act' = 'recalculate' and not o.done
        ), most as (
            select number, max((contract ->> 'sum_insured')::numeric
                * least(0.01, (contract ->> 'premium_rate')::numeric)) as amount from insured group by number
        )
        select a.number, a.asked, amount from subsidy_application a join most using (number)
        where asked > amount + 0.005""",
    "an order is done once": """
        select command_id from event group by command_id having count(*) > 1""",
    "each history is gapless": """
        select stream from event group by stream having count(*) <> max(sequence) or min(sequence) <> 1""",
}


#: All of them in one statement, and so of one snapshot: of each the first row that breaks it.
ASKED = "select " + ", ".join(
    f"(select to_jsonb(row) from ({asked}) row limit 1) as of_{place}"
    for place, asked in enumerate(INVARIANTS.values())
)


async def broken(database: Connection | Pool) -> list[str]:
    """Say what does not hold, each with the first row that breaks it."""
    found = await one(database, ASKED)
    return [f"{name}: {row}" for name, row in zip(INVARIANTS, found, strict=True) if row]
