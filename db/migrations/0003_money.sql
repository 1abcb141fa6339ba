-- The money (articles 7 and 13): an append-only ledger, and the balances it maintains, which the program cannot write.

create table annual_cap (
    scheme text not null,
    from_year integer not null,
    amount numeric(18, 2) not null check (amount > 0),
    primary key (scheme, from_year)
);
comment on table annual_cap is '年度财政扶持额度: the most one enterprise may receive in a fiscal year (article 7), as the editions say';

create table budget (
    scheme text not null,
    fiscal_year integer not null,
    appropriated numeric(18, 2) not null default 0,
    committed numeric(18, 2) not null default 0,
    paid numeric(18, 2) not null default 0,
    primary key (scheme, fiscal_year),
    constraint budget_not_overspent check (0 <= paid and paid <= committed and committed <= appropriated)
);
comment on table budget is '预算规模: a fiscal year''s money (article 13), maintained by the ledger''s trigger alone';

create table enterprise_year (
    scheme text not null,
    fiscal_year integer not null,
    enterprise text not null references office,
    cap numeric(18, 2) not null,
    committed numeric(18, 2) not null default 0,
    primary key (scheme, fiscal_year, enterprise),
    constraint cap_not_exceeded check (0 <= committed and committed <= cap)
);
comment on table enterprise_year is 'What a plan has committed to one enterprise in a fiscal year, over all insurers (article 7)';

create table subsidy_application (
    number text primary key,
    stream text not null references proceeding,
    scheme text not null,
    enterprise text not null references office,
    insurer text not null references office,
    concluded_at timestamp not null,
    asked numeric(18, 2) not null check (asked >= 0),
    state text not null check (state in ('applied', 'filed', 'planned', 'waitlisted', 'refused', 'signed', 'paid', 'withdrawn')),
    round text references proceeding,
    return_received_at timestamp,
    constraint application_and_applicant unique (number, enterprise)
);
comment on table subsidy_application is '保费补贴申请: one application for one policy (article 13)';
create unique index one_application_per_policy on subsidy_application (stream) where state not in ('refused', 'withdrawn');
create index on subsidy_application (round, state);

create table opinion (
    application text not null references subsidy_application,
    round text not null references proceeding,
    office_kind text not null check (office_kind in ('regulator', 'industry_bureau', 'finance')),
    officer text not null references officer,
    approves boolean not null,
    reason text not null,
    primary key (application, round, office_kind)
);
comment on table opinion is '会同审核意见: what each of the three offices says of an application (article 13)';

create table plan_line (
    plan text not null,
    round text not null references proceeding,
    rank integer not null,
    application text not null references subsidy_application,
    enterprise text not null references office,
    insurer text not null references office,
    asked numeric(18, 2) not null,
    cut_by_cap numeric(18, 2) not null check (cut_by_cap >= 0),
    approved numeric(18, 2) not null check (approved >= 0),
    waitlisted numeric(18, 2) not null check (waitlisted >= 0),
    primary key (plan, rank),
    unique (plan, application),
    check (cut_by_cap + approved + waitlisted = asked)
);
comment on table plan_line is '补贴计划: what a plan gives each application, in order of insurance time (article 13)';
create index on plan_line (application);

create table ledger_entry (
    id bigint generated always as identity primary key,
    scheme text not null,
    fiscal_year integer not null,
    kind text not null,
    debit text not null,
    credit text not null,
    amount numeric(18, 2) not null check (amount > 0),
    enterprise text references office,
    application text references subsidy_application,
    reference text not null,
    stream text not null,
    sequence integer not null,
    foreign key (stream, sequence) references event deferrable initially deferred,
    -- An entry charges the enterprise that applied: another's name would spend another's cap (article 7).
    constraint entry_of_the_applicant foreign key (application, enterprise) references subsidy_application (number, enterprise),
    constraint kind_fixes_the_accounts check ((kind, debit, credit) in (
        ('appropriation', 'available', 'treasury'),
        ('commitment', 'committed', 'available'),
        ('payment', 'paid', 'committed')
    )),
    constraint application_where_it_must_be check ((kind = 'appropriation') = (application is null) and (application is null) = (enterprise is null))
);
comment on table ledger_entry is '总账: double entry, one row a movement; `reference` is the appropriation''s 指标文号, the plan''s number or the payment''s voucher';
-- Business keys: a retry can neither commit nor pay the same application twice, nor appropriate the same document twice.
create unique index one_commitment_per_plan on ledger_entry (application, reference) where kind = 'commitment';
create unique index one_payment_per_application on ledger_entry (application) where kind = 'payment';
create unique index one_appropriation_per_document on ledger_entry (scheme, fiscal_year, reference) where kind = 'appropriation';
create index on ledger_entry (scheme, fiscal_year);

create function post_to_balances() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    cap_of_year numeric(18, 2);
begin
    insert into budget (scheme, fiscal_year) values (new.scheme, new.fiscal_year) on conflict do nothing;
    update budget set
        appropriated = appropriated + case new.kind when 'appropriation' then new.amount else 0 end,
        committed = committed + case new.kind when 'commitment' then new.amount else 0 end,
        paid = paid + case new.kind when 'payment' then new.amount else 0 end
    where scheme = new.scheme and fiscal_year = new.fiscal_year;
    if new.kind = 'commitment' then
        select amount into strict cap_of_year from annual_cap
        where scheme = new.scheme and from_year <= new.fiscal_year order by from_year desc limit 1;
        insert into enterprise_year (scheme, fiscal_year, enterprise, cap)
        values (new.scheme, new.fiscal_year, new.enterprise, cap_of_year) on conflict do nothing;
        update enterprise_year set committed = committed + new.amount
        where scheme = new.scheme and fiscal_year = new.fiscal_year and enterprise = new.enterprise;
    end if;
    if new.kind = 'payment' and new.amount is distinct from (
        select sum(amount) from ledger_entry where kind = 'commitment' and application = new.application
    ) then
        raise exception 'application % is paid another amount than was committed to it', new.application using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger post_to_balances after insert on ledger_entry for each row execute function post_to_balances();

-- A plan is worked out and signed while its year's balance row is locked; the program may lock the row but never write it.
create function lock_budget(for_scheme text, for_year integer) returns numeric
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    available numeric(18, 2);
begin
    insert into budget (scheme, fiscal_year) values (for_scheme, for_year) on conflict do nothing;
    select appropriated - committed into available from budget
    where scheme = for_scheme and fiscal_year = for_year for update;
    return available;
end $$;
