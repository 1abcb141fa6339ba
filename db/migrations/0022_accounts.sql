-- Officers sign in to the desk: a password's hash, the sessions that stand open, and a log of every attempt, which holds no password.

create table account (
    officer text primary key references officer,
    hash text not null check (hash like '$argon2%'),
    -- Set by whoever opened the account: the officer must choose a password of his own first.
    must_change boolean not null,
    failed integer not null default 0 check (failed >= 0),
    locked_until timestamptz,
    changed_at timestamptz not null
);

-- A session is known by the hash of its token: who reads this table cannot sign in with it.
create table signed_in (
    token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
    officer text not null references officer,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    seen_at timestamptz not null,
    revoked_at timestamptz
);
create index on signed_in (officer) where revoked_at is null;

create table sign_in (
    id bigint generated always as identity primary key,
    -- As it was typed: there may be no such officer.
    officer text not null check (length(officer) <= 200),
    at timestamptz not null,
    passed boolean not null,
    why text not null check (why in ('password', 'one_click', 'wrong', 'locked', 'unknown', 'inactive'))
);
create index on sign_in (officer, at);

-- The one hash that is asked for, and no list of them.
create function account_of(whose text) returns table (hash text, must_change boolean, locked_until timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select hash, must_change, locked_until from account where officer = whose
$$;

-- A new password: its owner's own, or another's to be changed at the first sign-in. Every session it did not open ends.
create function set_password(whose text, new_hash text, change boolean, at timestamptz, kept bytea) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into account as a (officer, hash, must_change, changed_at) values (whose, new_hash, change, at)
    on conflict (officer) do update set hash = new_hash, must_change = change, failed = 0, locked_until = null, changed_at = at;
    update signed_in set revoked_at = at where officer = whose and revoked_at is null and token_sha256 is distinct from kept;
$$;

-- Write an attempt down; so many wrong ones in a row lock the account for a while.
create function note_sign_in(whose text, at timestamptz, passed boolean, why text, most integer, locked_for interval) returns void
language sql security definer set search_path = public, pg_temp as $$
    insert into sign_in (officer, at, passed, why) values (whose, at, passed, why);
    update account set
        failed = case when passed or failed + 1 >= most then 0 else failed + 1 end,
        locked_until = case when not passed and failed + 1 >= most then at + locked_for end
    where officer = whose and why in ('password', 'wrong');
$$;

revoke all on function account_of(text), set_password(text, text, boolean, timestamptz, bytea),
    note_sign_in(text, timestamptz, boolean, text, integer, interval) from public;
grant execute on function account_of(text), set_password(text, text, boolean, timestamptz, bytea),
    note_sign_in(text, timestamptz, boolean, text, integer, interval) to firstcover_app;
grant select, insert on signed_in to firstcover_app;
grant update (seen_at, revoked_at) on signed_in to firstcover_app;
grant select on sign_in to firstcover_app;
