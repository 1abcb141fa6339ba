-- A password that another gave ends unless its officer chooses his own in time; and whoever looks at what is masked of a person says why, and is written down.

alter table account add column ends_at timestamptz;
-- Those given before this day have as long as those given from now on.
update account set ends_at = changed_at + interval '7 days' where must_change;
alter table account add constraint account_given_ends check ((ends_at is not null) = must_change);
comment on column account.ends_at is '初始口令到期: until when a password that another gave signs its officer in; null for one of his own';

alter table sign_in drop constraint sign_in_why_check;
alter table sign_in add constraint sign_in_why_check
    check (why in ('password', 'one_click', 'wrong', 'locked', 'unknown', 'inactive', 'ended'));

drop function account_of(text);
create function account_of(whose text) returns table (hash text, must_change boolean, locked_until timestamptz, ends_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select hash, must_change, locked_until, ends_at from account where officer = whose
$$;

-- A new password: its owner's own, or another's that must be changed before it ends. Every session it did not open ends.
drop function set_password(text, text, boolean, timestamptz, bytea);
create function set_password(whose text, new_hash text, ends timestamptz, at timestamptz, kept bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into account as a (officer, hash, must_change, ends_at, changed_at) values (whose, new_hash, ends is not null, ends, at)
    on conflict (officer) do update set
        hash = new_hash, must_change = ends is not null, ends_at = ends, failed = 0, locked_until = null, changed_at = at;
    update signed_in set revoked_at = at where officer = whose and revoked_at is null and token_sha256 is distinct from kept;
$$;

revoke all on function account_of(text), set_password(text, text, timestamptz, timestamptz, bytea) from public;
grant execute on function account_of(text), set_password(text, text, timestamptz, timestamptz, bytea) to firstcover_app;

create table unmasking (
    stream text not null references proceeding,
    officer text not null references officer,
    at timestamptz not null,
    reason text not null check (length(reason) between 1 and 200),
    primary key (stream, officer, at)
);
comment on table unmasking is '明文查看: an officer had what is masked of a person in a proceeding shown in full once, and why; it is only added to';
grant select, insert on unmasking to firstcover_app;
