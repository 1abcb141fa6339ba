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
