-- A plan of a hundred thousand applications is drawn and signed in seconds of the database (article 13): what was asked row by row is asked once a statement, no row is kept in more indexes than serve it; and no amount is `NaN`, which numeric holds for greater than every limit.

alter table ledger_entry add constraint amount_is_a_number check (amount <> 'NaN');
alter table subsidy_application add constraint amounts_are_numbers check (asked <> 'NaN' and waiting <> 'NaN');
alter table plan_line add constraint amounts_are_numbers check (asked <> 'NaN' and cut_by_cap <> 'NaN' and approved <> 'NaN' and waitlisted <> 'NaN');
alter table annual_cap add constraint amount_is_a_number check (amount <> 'NaN');
alter table opinion add constraint amount_is_a_number check (asked <> 'NaN');

-- An application's state moves within its page: no index holds it, and the page has room for the row that follows.
alter table subsidy_application set (fillfactor = 50);
alter table subsidy_application add column live boolean not null generated always as (state not in ('refused', 'withdrawn')) stored;
comment on column subsidy_application.live is 'Whether it is neither refused nor withdrawn: its policy has no other';
drop index one_application_per_policy;
create unique index one_application_per_policy on subsidy_application (stream) where live;
drop index subsidy_application_round_state_idx;
create index on subsidy_application (round);

-- That a line's enterprise and insurer are its application's, which `keep_line_of_application` asks of all lines together, says that the application exists; and one key finds a line by its application, whatever the plan.
alter table plan_line drop constraint plan_line_application_fkey, drop constraint plan_line_plan_application_key;
drop index plan_line_application_idx;
alter table plan_line add constraint one_line_per_application unique (application, plan);

-- So it is of what a round takes up.
alter table left_over drop constraint left_over_application_fkey, drop constraint left_over_round_sequence_fkey;
create function keep_left_over() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    execute $q$
        select min(t.application) from taken t
        left join subsidy_application a on a.number = t.application left join event e on e.stream = t.round and e.sequence = t.sequence
        where a.number is null or e.stream is null
    $q$ into wrong;
    if wrong is not null then
        raise exception 'what a round takes up is no application, or no event took it: %', wrong using errcode = 'foreign_key_violation', constraint = 'taken_up_by_an_event';
    end if;
    return null;
end $$;
create trigger keep_left_over after insert on left_over referencing new table as taken for each statement execute function keep_left_over();

-- What a plan's entry of an application is, is found by both: a plan has a hundred thousand.
drop index ledger_entry_plan_idx;
create index on ledger_entry (plan, application) where kind in ('commitment', 'cancellation', 'payment');

-- An entry's applicant and event are asked by `weigh_entries`.
alter table ledger_entry drop constraint entry_of_the_applicant, drop constraint ledger_entry_stream_sequence_fkey;
alter table subsidy_application drop constraint application_and_applicant;

create or replace function weigh_entries() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong record;
    kinds text[];
begin
    select array_agg(distinct kind) into kinds from posted;
    select p.stream, p.sequence into wrong from (select distinct stream, sequence from posted) p
    left join event e using (stream, sequence) where e.stream is null limit 1;
    if found then
        raise exception 'an entry is of event %/%, which there is not', wrong.stream, wrong.sequence
            using errcode = 'foreign_key_violation', constraint = 'entry_of_an_event';
    end if;
    -- A commitment is of its line's enterprise, and that is the application's; what follows it is of the commitment's.
    if kinds && '{commitment}' then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            left join plan_line l on l.plan = p.plan and l.application = p.application and l.enterprise = p.enterprise
            where p.kind = 'commitment' and l.approved is distinct from p.amount
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed another amount than plan % approves', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'committed_as_planned';
        end if;
        -- Of whatever was posted, and not of commitments alone: a condition would have few rows expected of many.
        execute $q$
            with touched as materialized (select distinct application from posted),
            moved as (
                select l.application, l.amount from touched join ledger_entry l using (application) where l.kind = 'commitment'
                union all
                select l.application, -l.amount from touched join ledger_entry l using (application) where l.kind = 'cancellation'
            )
            select min(a.number) as application from (select application, sum(amount) as amount from moved group by application) c
            join subsidy_application a on a.number = c.application where c.amount + a.waiting > a.asked
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed more than it asks', wrong.application
                using errcode = 'check_violation', constraint = 'committed_within_asked';
        end if;
    end if;
    -- Each is looked up by itself, not joined: what is known of the table before a new plan's entries has it searched through for each.
    if kinds && '{payment,cancellation}' then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            where p.kind in ('payment', 'cancellation') and not coalesce((
                select (c.amount, c.scheme, c.fiscal_year, c.enterprise) = (p.amount, p.scheme, p.fiscal_year, p.enterprise)
                from ledger_entry c where c.kind = 'commitment' and c.application = p.application and c.plan = p.plan
            ), false)
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is paid or cancelled another amount than plan % committed to it', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'paid_as_committed';
        end if;
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            where p.kind = 'payment' and (select true from ledger_entry o where o.kind = 'cancellation' and o.application = p.application and o.plan = p.plan)
                or p.kind = 'cancellation' and (select true from ledger_entry o where o.kind = 'payment' and o.application = p.application and o.plan = p.plan)
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'what plan % committed to application % is paid or cancelled, and not both', wrong.plan, wrong.application
                using errcode = 'check_violation', constraint = 'paid_or_cancelled';
        end if;
    end if;
    if kinds && '{recovery,refund}' then
        execute $q$
            select min(p.application) as application from posted p left join subsidy_application a on a.number = p.application
            where p.kind in ('recovery', 'refund') and a.enterprise is distinct from p.enterprise
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'an entry is of another enterprise than application %', wrong.application
                using errcode = 'foreign_key_violation', constraint = 'entry_of_the_applicant';
        end if;
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

-- Each enterprise's year is entered and moved in one statement.
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
    -- What is freed goes first: what is committed beside it may need it.
    update enterprise_year e set committed = e.committed - s.amount
    from (select scheme, fiscal_year, enterprise, sum(amount) as amount from posted where kind = 'cancellation' group by scheme, fiscal_year, enterprise) s
    where e.scheme = s.scheme and e.fiscal_year = s.fiscal_year and e.enterprise = s.enterprise;
    insert into enterprise_year as e (scheme, fiscal_year, enterprise, cap, committed)
    select p.scheme, p.fiscal_year, p.enterprise,
        (select amount from annual_cap c where c.scheme = p.scheme and c.from_year <= p.fiscal_year order by c.from_year desc limit 1), p.amount
    from (select scheme, fiscal_year, enterprise, sum(amount) as amount from posted where kind = 'commitment' group by scheme, fiscal_year, enterprise) p
    on conflict (scheme, fiscal_year, enterprise) do update set committed = e.committed + excluded.committed;
    return null;
end $$;

-- Whatever plan is kept since a round had no opinions, what an office said of an application is found without reading what it said of others.
drop index opinion_round_idx;
create index on opinion (round, office_kind, application);

-- What a proceeding ordered in others begins with its name: the key of the orders finds it.
drop index outbox_expr_idx;

-- Nobody has acted for an office since before there was a register of its officers.
create or replace function appoint_officer(officer_code text, officer_name text, office_code text, from_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if from_day < (select min(since) from officer) then
        raise exception 'officer % would have acted since %, before the register began', officer_code, from_day
            using errcode = 'check_violation', constraint = 'since_the_register';
    end if;
    insert into officer (code, name, office, since) values (officer_code, officer_name, office_code, from_day);
end $$;
