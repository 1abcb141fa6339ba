-- A plan of a hundred thousand lines is entered, committed and settled in a statement each, in seconds (article 13): what is held against many rows is asked of all of them together, and planned for as many as there are.

-- That a line's enterprise and insurer are its application's says more than that they exist; this, and that its round does, is asked once a statement.
alter table plan_line drop constraint plan_line_enterprise_fkey, drop constraint plan_line_insurer_fkey, drop constraint plan_line_round_fkey;
create function keep_line_of_application() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    execute $q$
        select min(l.application) from drawn l left join subsidy_application a on a.number = l.application
        where (a.enterprise, a.insurer) is distinct from (l.enterprise, l.insurer)
    $q$ into wrong;
    if wrong is not null then
        raise exception 'a line of a plan is of another enterprise or insurer than application %', wrong using errcode = 'check_violation', constraint = 'line_of_its_application';
    end if;
    execute $q$
        select min(r.round) from (select distinct round from drawn) r left join proceeding p on p.stream = r.round where p.stream is null
    $q$ into wrong;
    if wrong is not null then
        raise exception 'a line of a plan is of a round %, which there is not', wrong using errcode = 'foreign_key_violation', constraint = 'line_of_a_round';
    end if;
    return null;
end $$;
create trigger keep_line_of_application after insert on plan_line referencing new table as drawn for each statement execute function keep_line_of_application();

-- `execute` has a statement planned for the rows at hand: a plan kept from a statement of one row takes hours for a hundred thousand; and `min` looks at all at once, where `limit` would have them tried one by one.
create or replace function weigh_entries() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong record;
    kinds text[];
begin
    select array_agg(distinct kind) into kinds from posted;
    if 'commitment' = any (kinds) then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            left join plan_line l on l.plan = p.plan and l.application = p.application and l.enterprise = p.enterprise
            where p.kind = 'commitment' and l.approved is distinct from p.amount
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed another amount than plan % approves', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'committed_as_planned';
        end if;
        execute $q$
            with asked as materialized (select distinct application from posted where kind = 'commitment'),
            moved as (
                select l.application, l.amount from ledger_entry l join asked using (application) where l.kind = 'commitment'
                union all
                select l.application, -l.amount from ledger_entry l join asked using (application) where l.kind = 'cancellation'
            )
            select min(a.number) as application from (select application, sum(amount) as amount from moved group by application) c
            join subsidy_application a on a.number = c.application where c.amount + a.waiting > a.asked
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed more than it asks', wrong.application
                using errcode = 'check_violation', constraint = 'committed_within_asked';
        end if;
    end if;
    if kinds && '{payment,cancellation}' then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            left join ledger_entry c on c.kind = 'commitment' and c.application = p.application and c.plan = p.plan and c.scheme = p.scheme and c.fiscal_year = p.fiscal_year
            where p.kind in ('payment', 'cancellation') and c.amount is distinct from p.amount
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is paid or cancelled another amount than plan % committed to it', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'paid_as_committed';
        end if;
        execute $q$
            select min(application) as application, min(plan) as plan from (
                select p.application, p.plan from posted p join ledger_entry o on o.kind = 'cancellation' and o.application = p.application and o.plan = p.plan where p.kind = 'payment'
                union all
                select p.application, p.plan from posted p join ledger_entry o on o.kind = 'payment' and o.application = p.application and o.plan = p.plan where p.kind = 'cancellation'
            ) both_ways
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'what plan % committed to application % is paid or cancelled, and not both', wrong.plan, wrong.application
                using errcode = 'check_violation', constraint = 'paid_or_cancelled';
        end if;
    end if;
    if kinds && '{recovery,refund}' then
        execute $q$
            select min(application) as application, min(fiscal_year) as fiscal_year from (
                select l.application, l.fiscal_year from ledger_entry l
                where (l.scheme, l.fiscal_year, l.application) in (select scheme, fiscal_year, application from posted where kind in ('recovery', 'refund'))
                group by l.scheme, l.fiscal_year, l.application
                having sum(case l.kind when 'payment' then l.amount when 'recovery' then -l.amount when 'refund' then -l.amount else 0 end) < 0
            ) more
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'more comes back of application % than the year % paid on it', wrong.application, wrong.fiscal_year
                using errcode = 'check_violation', constraint = 'returned_was_paid';
        end if;
    end if;
    return null;
end $$;

create or replace function keep_within_asked() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    execute $q$
        select min(n.number) from now_so n join before_so b using (number)
        where n.asked <> b.asked and (b.waiting > 0 or exists (select from ledger_entry c where c.kind = 'commitment' and c.application = n.number))
    $q$ into wrong;
    if wrong is not null then
        raise exception 'what application % asks was settled by a signed plan', wrong using errcode = 'check_violation', constraint = 'asked_is_settled';
    end if;
    execute $q$
        with waits as materialized (select number, asked, waiting from now_so where waiting > 0),
        moved as (
            select l.application, l.amount from ledger_entry l join waits w on w.number = l.application where l.kind = 'commitment'
            union all
            select l.application, -l.amount from ledger_entry l join waits w on w.number = l.application where l.kind = 'cancellation'
        )
        select min(w.number) from waits w left join (select application, sum(amount) as amount from moved group by application) c on c.application = w.number
        where w.waiting > w.asked - coalesce(c.amount, 0)
    $q$ into wrong;
    if wrong is not null then
        raise exception 'more waits of application % than it asks and was not given', wrong using errcode = 'check_violation', constraint = 'waiting_within_asked';
    end if;
    return null;
end $$;
