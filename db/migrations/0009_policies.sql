-- Policies and the cases they are insured in (article 7); districts that are absorbed, officers who come and go (articles 9, 15(3)).

create table policy (
    stream text primary key,
    about text not null references proceeding,
    scheme text not null,
    insurer text not null references office,
    policy_number text not null,
    released boolean not null default false
);
comment on table policy is '保单: each contract insured in a case, by its number; released where the case ended without a subsidy';
-- A policy is subsidised once (article 7). Whoever writes the number otherwise writes the same number.
create unique index one_case_per_policy on policy (scheme, insurer, upper(regexp_replace(policy_number, '\s', '', 'g'))) where not released;
create index on policy (about);
grant select, insert on policy to firstcover_app;
grant update (policy_number, released) on policy to firstcover_app;

alter table district add column successor text references district;
alter table district add constraint absorbed_when_ended check (successor is null or (until is not null and successor <> code));
comment on column district.successor is 'The district that absorbed this one after its last day: its authority takes the open cases over';

-- An officer is appointed and leaves, a district is absorbed: by recorded acts alone (`rules/schemes/dalian_offices.py`). Nothing else of these tables is the program's to write.
create function appoint_officer(officer_code text, officer_name text, office_code text, from_day date) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into officer (code, name, office, since) values (officer_code, officer_name, office_code, from_day)
$$;

create function end_officer(officer_code text, last_day date) returns void
language sql security definer set search_path = public, pg_temp as $$
    update officer set until = last_day where code = officer_code
$$;

create function absorb_district(absorbed text, into_district text, last_day date) returns void
language sql security definer set search_path = public, pg_temp as $$
    update district set until = last_day, successor = into_district where code = absorbed
$$;

revoke execute on function appoint_officer, end_officer, absorb_district from public;
grant execute on function appoint_officer, end_officer, absorb_district to firstcover_app;

-- The districts whose cases a district's authority handles on a day: its own, and those it has absorbed, one after the other.
create function districts_of(code_of_today text, on_day date) returns text[]
language sql stable set search_path = public, pg_temp as $$
    with recursive handled as (
        select code from district where code = code_of_today
        union
        select d.code from district d join handled h on d.successor = h.code where d.until < on_day
    )
    select array_agg(code order by code) from handled
$$;
