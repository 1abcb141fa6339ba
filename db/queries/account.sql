-- by_officer --
-- What a sign-in is held against: the hash, whether the password must be changed and by when, until when the account is locked.
select hash, must_change, locked_until, ends_at from account_of($1)

-- set_password --
-- A new password, which ends at a moment $3 where another gave it; the sessions of the officer end, but the one it was changed in.
select set_password($1, $2, $3, $4, $5)

-- note --
-- Write an attempt to sign in down, and lock the account after so many wrong ones.
select note_sign_in($1, $2, $3, $4, $5, $6)

-- locked_out --
-- Whether one without an account was tried $2 times more, and the last time after $3: he is answered as an account that locks.
select count(*) > 0 and count(*) % $2 = 0 and max(at) > $3 from sign_in where officer = $1 and why = 'unknown'

-- begin --
-- Open a session.
insert into signed_in (token_sha256, officer, created_at, expires_at, seen_at) values ($1, $2, $3, $4, $3)

-- session --
-- Whose session a token opens at a moment $2, if it was used since $3; how his office is called, and whether he must change his password.
select s.officer, s.seen_at, f.name_zh, f.name_en, (select must_change from account_of(s.officer)) is true as must_change
from signed_in s join officer o on o.code = s.officer join office f on f.code = o.office
where token_sha256 = $1 and revoked_at is null and expires_at > $2 and seen_at > $3

-- seen --
-- Note when a session was last used.
update signed_in set seen_at = $2 where token_sha256 = $1

-- end --
-- End a session.
update signed_in set revoked_at = $2 where token_sha256 = $1 and revoked_at is null

-- end_all --
-- End every session of an officer.
update signed_in set revoked_at = $2 where officer = $1 and revoked_at is null

-- one_click --
-- The officers of a day whom the demonstration signs in by one click.
select o.code, o.name, f.kind, f.name_zh, f.name_en from officer o join office f on f.code = o.office
where $1::date between o.since and coalesce(o.until, 'infinity') and f.kind <> 'enterprise' or f.kind = 'enterprise' and o.code in (
    select p.enterprise from proceeding p where p.kind = 'case' order by p.changed_at desc limit 20)
order by array_position(array['industry_bureau', 'assessor', 'insurer', 'regulator', 'finance', 'enterprise', 'district'], f.kind), o.code
