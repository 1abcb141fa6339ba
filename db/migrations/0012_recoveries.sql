-- Money that comes back (articles 7, 15(2); docs/decisions/0012): what is recovered after fraud, and the treasury's part of a contract that ended early. It frees neither cap nor budget.

alter table budget add column returned numeric(18, 2) not null default 0;
comment on column budget.returned is '退回: what came back of the year''s payments; `paid` and `committed` stay as they were';
alter table budget add constraint returned_was_paid check (0 <= returned and returned <= paid);

alter table ledger_entry drop constraint kind_fixes_the_accounts;
alter table ledger_entry add constraint kind_fixes_the_accounts check ((kind, debit, credit) in (
    ('appropriation', 'available', 'treasury'),
    ('commitment', 'committed', 'available'),
    ('payment', 'paid', 'committed'),
    ('recovery', 'returned', 'paid'),
    ('refund', 'returned', 'paid')
));
-- Business keys: a voucher returns money of an application and year once, and a policy's part is returned once.
create unique index one_recovery_per_voucher on ledger_entry (application, fiscal_year, reference) where kind = 'recovery';
create unique index one_refund_per_application on ledger_entry (application, fiscal_year) where kind = 'refund';

-- Runs after `post_to_balances` (triggers fire by name), which has locked the year's balance row: whoever returns money of one year waits for the other, and sees it.
create function return_to_treasury() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    kept numeric(18, 2);
begin
    select coalesce(sum(case kind when 'payment' then amount when 'recovery' then -amount when 'refund' then -amount end), 0) into kept
    from ledger_entry where scheme = new.scheme and fiscal_year = new.fiscal_year and application = new.application;
    if kept < 0 then
        raise exception 'more comes back of application % than the year % paid on it', new.application, new.fiscal_year using errcode = 'check_violation', constraint = 'returned_was_paid';
    end if;
    update budget set returned = returned + new.amount where scheme = new.scheme and fiscal_year = new.fiscal_year;
    return new;
end $$;
create trigger return_to_treasury after insert on ledger_entry for each row when (new.kind in ('recovery', 'refund')) execute function return_to_treasury();
comment on table ledger_entry is '总账: double entry, one row a movement; `reference` is the appropriation''s 指标文号, the plan''s number, the voucher of a payment or a recovery, or the policy that is refunded';
