-- What waits for budget is taken up by later rounds (article 13); an application is returned for completion; a payment that failed is made again.

alter table subsidy_application drop constraint subsidy_application_state_check;
alter table subsidy_application add constraint subsidy_application_state_check check (state in (
    'applied', 'filed', 'returned', 'waitlisted', 'refused', 'signed', 'paid', 'withdrawn', 'lapsed'
));
alter table subsidy_application add column waiting numeric(18, 2) not null default 0 check (waiting >= 0);
comment on column subsidy_application.waiting is '轮候: what a signed plan approved of and had no budget for; zero where nothing waits';
alter table subsidy_application add column admitted boolean not null default false;
comment on column subsidy_application.admitted is 'Whether it is decided that it is reviewed although its insurer is barred (I-15)';
grant update (waiting, admitted) on subsidy_application to firstcover_app;

-- Events of different streams in the order they were recorded: the history of an application is told by several.
alter table event add column recorded bigint generated always as identity;

-- One application may be given money by several plans, each paid once.
alter table ledger_entry add column plan text;
update ledger_entry set plan = reference where kind = 'commitment';
update ledger_entry p set plan = c.plan from ledger_entry c
where p.kind = 'payment' and c.kind = 'commitment' and c.application = p.application;
alter table ledger_entry add constraint plan_where_it_must_be check ((kind in ('commitment', 'payment')) = (plan is not null));
drop index one_payment_per_application;
create unique index one_payment_per_plan on ledger_entry (application, plan) where kind = 'payment';
comment on column ledger_entry.plan is '补贴计划: which plan gave the money that is committed or paid';

create or replace function post_to_balances() returns trigger
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
        select amount from ledger_entry where kind = 'commitment' and application = new.application and plan = new.plan
    ) then
        raise exception 'application % is paid another amount than plan % committed to it', new.application, new.plan using errcode = 'check_violation';
    end if;
    return new;
end $$;
