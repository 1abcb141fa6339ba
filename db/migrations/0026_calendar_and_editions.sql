-- Notices of days off and editions that came after the program was written (domain §3, articles 15(4), 15(5)).

create table holiday_notice (
    year integer primary key,
    document text not null,
    days_off date[] not null,
    workdays date[] not null
);
comment on table holiday_notice is '放假通知: a year''s days off and the weekend days worked instead; never edited, beside those the program knows';
grant select, insert on holiday_notice to firstcover_app;

create table signed_edition (
    scheme text not null,
    name text not null,
    said jsonb not null,
    place integer not null,
    primary key (scheme, name)
);
comment on table signed_edition is '版本: an edition that its three owners signed, as the draft they signed tells it (article 15(4)); `place` is the event of the third signature';
create table edition_end (
    scheme text not null,
    name text not null,
    last_day date not null,
    place integer not null,
    primary key (scheme, name, place)
);
comment on table edition_end is '提前终止: an earlier last day of an edition, signed by its three owners (article 15(5))';
grant select, insert on signed_edition, edition_end to firstcover_app;
-- The cap of later fiscal years follows the edition that is signed; of a year in which something is committed already nobody gives another.
create function give_cap(for_scheme text, for_year integer, cap numeric) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from signed_edition where scheme = for_scheme) then
        raise exception 'a cap is given by an edition that is signed' using errcode = 'check_violation', constraint = 'cap_of_an_edition';
    end if;
    if exists (select from enterprise_year where scheme = for_scheme and fiscal_year >= for_year) then
        raise exception 'the cap of % is in use', for_year using errcode = 'check_violation', constraint = 'cap_in_use';
    end if;
    insert into annual_cap (scheme, from_year, amount) values (for_scheme, for_year, cap);
end $$;
revoke execute on function give_cap from public;
grant execute on function give_cap to firstcover_app;
