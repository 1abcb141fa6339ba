-- A plan of a hundred thousand lines is committed and paid in one statement each (article 13): balances move once a statement, and what an entry may be is held against its plan and its application.

alter table ledger_entry drop constraint kind_fixes_the_accounts;
alter table ledger_entry add constraint kind_fixes_the_accounts check ((kind, debit, credit) in (
    ('appropriation', 'available', 'treasury'),
    ('adjustment', 'treasury', 'available'),
    ('carry_over', 'available', 'treasury'),
    ('closing', 'treasury', 'available'),
    ('commitment', 'committed', 'available'),
    ('cancellation', 'available', 'committed'),
    ('payment', 'paid', 'committed'),
    ('recovery', 'returned', 'paid'),
    ('refund', 'returned', 'paid')
));
alter table ledger_entry drop constraint application_where_it_must_be;
alter table ledger_entry add constraint application_where_it_must_be check (
    (kind in ('appropriation', 'adjustment', 'carry_over', 'closing')) = (application is null) and (application is null) = (enterprise is null)
);
alter table ledger_entry drop constraint plan_where_it_must_be;
alter table ledger_entry add constraint plan_where_it_must_be check ((kind in ('commitment', 'cancellation', 'payment')) = (plan is not null));
-- The key of applicant and application says both: asking each alone again made a plan's commitment half as slow again.
alter table ledger_entry drop constraint ledger_entry_application_fkey, drop constraint ledger_entry_enterprise_fkey;
-- What a commitment is of a plan is cancelled whole, and once.
create unique index one_cancellation_per_plan on ledger_entry (application, plan) where kind = 'cancellation';
create index on ledger_entry (plan) where kind in ('commitment', 'cancellation', 'payment');

drop trigger post_to_balances on ledger_entry;
drop trigger return_to_treasury on ledger_entry;
drop function return_to_treasury();

-- Each year's row is locked before its application's money is looked at: whoever posts to one year waits for the other, and sees it.
create or replace function post_to_balances() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into budget (scheme, fiscal_year) select distinct scheme, fiscal_year from posted order by 1, 2 on conflict do nothing;
    perform from budget where (scheme, fiscal_year) in (select scheme, fiscal_year from posted) order by scheme, fiscal_year for update;
    update budget b set
        appropriated = b.appropriated + s.appropriated, committed = b.committed + s.committed, paid = b.paid + s.paid, returned = b.returned + s.returned
    from (
        select scheme, fiscal_year,
            sum(case when kind in ('appropriation', 'carry_over') then amount when kind in ('adjustment', 'closing') then -amount else 0 end) as appropriated,
            sum(case kind when 'commitment' then amount when 'cancellation' then -amount else 0 end) as committed,
            sum(case kind when 'payment' then amount else 0 end) as paid,
            sum(case when kind in ('recovery', 'refund') then amount else 0 end) as returned
        from posted group by scheme, fiscal_year
    ) s where b.scheme = s.scheme and b.fiscal_year = s.fiscal_year;
    insert into enterprise_year (scheme, fiscal_year, enterprise, cap)
    select p.scheme, p.fiscal_year, p.enterprise,
        (select amount from annual_cap c where c.scheme = p.scheme and c.from_year <= p.fiscal_year order by c.from_year desc limit 1)
    from posted p where p.kind = 'commitment' group by p.scheme, p.fiscal_year, p.enterprise on conflict do nothing;
    update enterprise_year e set committed = e.committed + s.amount
    from (
        select scheme, fiscal_year, enterprise, sum(case kind when 'commitment' then amount else -amount end) as amount
        from posted where kind in ('commitment', 'cancellation') group by scheme, fiscal_year, enterprise
    ) s where e.scheme = s.scheme and e.fiscal_year = s.fiscal_year and e.enterprise = s.enterprise;
    return null;
end $$;
create trigger post_to_balances after insert on ledger_entry referencing new table as posted for each statement execute function post_to_balances();

-- Runs after `post_to_balances` (triggers fire by name), which has locked the year's row.
create function weigh_entries() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong record;
begin
    select p.application, p.plan into wrong from posted p
    left join plan_line l on l.plan = p.plan and l.application = p.application and l.enterprise = p.enterprise
    where p.kind = 'commitment' and l.approved is distinct from p.amount limit 1;
    if found then
        raise exception 'application % is committed another amount than plan % approves', wrong.application, wrong.plan
            using errcode = 'check_violation', constraint = 'committed_as_planned';
    end if;
    select a.number as application into wrong from subsidy_application a join (
        select application, sum(case kind when 'commitment' then amount else -amount end) as amount from ledger_entry
        where kind in ('commitment', 'cancellation') and application in (select application from posted where kind = 'commitment') group by application
    ) c on c.application = a.number where c.amount + a.waiting > a.asked limit 1;
    if found then
        raise exception 'application % is committed more than it asks', wrong.application
            using errcode = 'check_violation', constraint = 'committed_within_asked';
    end if;
    select p.application, p.plan into wrong from posted p
    left join ledger_entry c on c.kind = 'commitment' and c.application = p.application and c.plan = p.plan and c.scheme = p.scheme and c.fiscal_year = p.fiscal_year
    where p.kind in ('payment', 'cancellation') and c.amount is distinct from p.amount limit 1;
    if found then
        raise exception 'application % is paid or cancelled another amount than plan % committed to it', wrong.application, wrong.plan
            using errcode = 'check_violation', constraint = 'paid_as_committed';
    end if;
    select p.application, p.plan into wrong from posted p
    join ledger_entry o on o.kind = case p.kind when 'payment' then 'cancellation' else 'payment' end and o.application = p.application and o.plan = p.plan
    where p.kind in ('payment', 'cancellation') limit 1;
    if found then
        raise exception 'what plan % committed to application % is paid or cancelled, and not both', wrong.plan, wrong.application
            using errcode = 'check_violation', constraint = 'paid_or_cancelled';
    end if;
    select l.application, l.fiscal_year into wrong from ledger_entry l
    where (l.scheme, l.fiscal_year, l.application) in (select scheme, fiscal_year, application from posted where kind in ('recovery', 'refund'))
    group by l.scheme, l.fiscal_year, l.application
    having sum(case l.kind when 'payment' then l.amount when 'recovery' then -l.amount when 'refund' then -l.amount else 0 end) < 0 limit 1;
    if found then
        raise exception 'more comes back of application % than the year % paid on it', wrong.application, wrong.fiscal_year
            using errcode = 'check_violation', constraint = 'returned_was_paid';
    end if;
    return null;
end $$;
create trigger weigh_entries after insert on ledger_entry referencing new table as posted for each statement execute function weigh_entries();

-- What a signed plan has given of is no longer changed in what it asks, and never does more wait than is asked and not given.
create function keep_within_asked() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong record;
begin
    select n.number into wrong from now_so n join before_so b using (number)
    where n.asked <> b.asked and (b.waiting > 0 or exists (select from ledger_entry c where c.kind = 'commitment' and c.application = n.number)) limit 1;
    if found then
        raise exception 'what application % asks was settled by a signed plan', wrong.number using errcode = 'check_violation', constraint = 'asked_is_settled';
    end if;
    select n.number into wrong from now_so n where n.waiting > 0 and n.waiting > n.asked - coalesce((
        select sum(case kind when 'commitment' then amount else -amount end) from ledger_entry l where l.kind in ('commitment', 'cancellation') and l.application = n.number
    ), 0) limit 1;
    if found then
        raise exception 'more waits of application % than it asks and was not given', wrong.number using errcode = 'check_violation', constraint = 'waiting_within_asked';
    end if;
    return null;
end $$;
create trigger keep_within_asked after update on subsidy_application referencing old table as before_so new table as now_so for each statement execute function keep_within_asked();
comment on table ledger_entry is '总账: double entry, one row a movement; `reference` is the document of an appropriation or an adjustment (指标文号), the plan''s number, the voucher of a payment or a recovery, the policy that is refunded, or the year that closes';
