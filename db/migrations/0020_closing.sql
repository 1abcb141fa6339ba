-- A fiscal year's ledger is adjusted and closed (article 13): a closed year grants and commits nothing more, and what is carried over is what the year before closed.

alter table budget add column closed boolean not null default false;
comment on column budget.closed is '已关账: nothing is granted, taken back or committed any more; what was committed stays payable';

-- Business keys: a document takes money back once, a year is closed once, and its rest is carried over once.
create unique index one_adjustment_per_document on ledger_entry (scheme, fiscal_year, reference) where kind = 'adjustment';
create unique index one_closing_per_year on ledger_entry (scheme, fiscal_year) where kind = 'closing';
create unique index one_carry_over_per_year on ledger_entry (scheme, fiscal_year) where kind = 'carry_over';

-- The program closes a year by this alone: it can neither open one again nor close one in which money is left.
create function close_budget(for_scheme text, for_year integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform lock_budget(for_scheme, for_year);
    if exists (select from budget where scheme = for_scheme and fiscal_year = for_year and appropriated <> committed) then
        raise exception 'what is left of the budget of % must leave it before it is closed', for_year using errcode = 'check_violation', constraint = 'closed_without_rest';
    end if;
    update budget set closed = true where scheme = for_scheme and fiscal_year = for_year;
end $$;
revoke execute on function close_budget from public;
grant execute on function close_budget to firstcover_app;

-- Runs after `post_to_balances` (triggers fire by name), which has locked the year's row: whoever posts waits for whoever closes, and sees it.
create function weigh_closing() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong record;
begin
    select b.fiscal_year into wrong from posted p join budget b using (scheme, fiscal_year)
    where b.closed and p.kind in ('appropriation', 'adjustment', 'carry_over', 'closing', 'commitment') limit 1;
    if found then
        raise exception 'the budget of % is closed', wrong.fiscal_year using errcode = 'check_violation', constraint = 'budget_closed';
    end if;
    select p.fiscal_year into wrong from posted p join budget b using (scheme, fiscal_year)
    where p.kind = 'closing' and b.appropriated <> b.committed limit 1;
    if found then
        raise exception 'closing the budget of % takes all that is left of it', wrong.fiscal_year using errcode = 'check_violation', constraint = 'closing_takes_the_rest';
    end if;
    select p.fiscal_year into wrong from posted p
    left join ledger_entry c on c.kind = 'closing' and c.scheme = p.scheme and c.fiscal_year = p.fiscal_year - 1
    where p.kind = 'carry_over' and (c.amount is distinct from p.amount or c.stream <> p.stream or c.sequence <> p.sequence) limit 1;
    if found then
        raise exception 'what is carried into % is not what closed the year before', wrong.fiscal_year using errcode = 'check_violation', constraint = 'carried_as_closed';
    end if;
    return null;
end $$;
create trigger weigh_closing after insert on ledger_entry referencing new table as posted for each statement execute function weigh_closing();

-- What the law refused is counted by the year's evaluation, which need not look through all that it let pass.
create index on event (stream) where not passed;
create index on ledger_entry (stream, sequence);
