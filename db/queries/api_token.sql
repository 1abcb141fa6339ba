-- give --
-- Keep a token by its hash; its number.
insert into api_token (token_sha256, officer, name, created_at, expires_at) values ($1, $2, $3, $4, $5) returning number

-- bearer --
-- Whose a token is, if it is one that holds at a moment.
select officer from api_token where token_sha256 = $1 and revoked_at is null and expires_at > $2

-- of_officer --
-- An officer's tokens, the newest first.
select number, name, created_at, expires_at, revoked_at from api_token where officer = $1 order by number desc limit 100

-- revoke --
-- End an officer's token; its number, where it held.
update api_token set revoked_at = $3 where officer = $1 and number = $2 and revoked_at is null returning number
