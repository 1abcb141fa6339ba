-- Offices, how they sign their letters, and where insurers are paid are entered by acts of two persons, and no longer by the owner of the database alone (articles 13, 15(3)).

alter table office add column established_in integer;
alter table letterhead add column entered_in integer;
alter table bank_account add column entered_in integer;
comment on column office.established_in is 'The event of the register of offices that entered it; null for one that is older, and for an enterprise, which enters itself';
comment on column letterhead.entered_in is 'The event of the register of offices that entered it; null where the owner of the database did';
comment on column bank_account.entered_in is 'The event of the register of offices that entered it; null where the owner of the database did';

create function establish_office(event integer, office_code text, office_kind text, zh text, en text, on_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if event is null or office_kind not in ('district', 'assessor', 'insurer') then
        raise exception 'nobody establishes an office of the kind % without an event', office_kind using errcode = 'check_violation', constraint = 'kinds_established';
    end if;
    if office_kind = 'district' then
        insert into district (code, name_zh, name_en, since) values (office_code, zh, en, on_day);
        insert into office (code, kind, name_zh, name_en, district, established_in)
        values (office_code, office_kind, zh || '中小企业主管部门', en || ' SME authority', office_code, event);
    else
        insert into office (code, kind, name_zh, name_en, established_in) values (office_code, office_kind, zh, en, event);
    end if;
end $$;

-- What holds from a day on is never entered before what holds already: it would change which letterhead a letter had, and which account a payment.
create function enter_letterhead(event integer, office_code text, from_day date, signs_as text, numbers_under text, reconsidered_by text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if event is null or from_day <= (select max(since) from letterhead where office = office_code) then
        raise exception 'a letterhead of % from % is not the next one of an event', office_code, from_day using errcode = 'check_violation', constraint = 'next_letterhead';
    end if;
    insert into letterhead (office, since, title, word, review_authority, entered_in)
    values (office_code, from_day, signs_as, numbers_under, reconsidered_by, event);
end $$;

create function enter_account(event integer, insurer_code text, from_day date, paid_to text, at_bank text, branch text, number text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if event is null or from_day <= (select max(since) from bank_account where office = insurer_code)
        or not exists (select from office where code = insurer_code and kind = 'insurer') then
        raise exception 'an account of % from % is not the next one of an event', insurer_code, from_day using errcode = 'check_violation', constraint = 'next_account';
    end if;
    insert into bank_account (office, since, payee, bank_name, bank_code, account, entered_in)
    values (insurer_code, from_day, paid_to, at_bank, branch, number, event);
end $$;

revoke execute on function establish_office, enter_letterhead, enter_account from public;
grant execute on function establish_office, enter_letterhead, enter_account to firstcover_app;

create table founding (
    founded boolean primary key default true check (founded),
    founded_on date not null
);
comment on table founding is '设立: that this record began with the three owners that an administrator named, and not with the demonstration''s data; one row, or none';
