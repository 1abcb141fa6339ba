-- Other programs act for an officer by a token of his: shown once, kept as its hash, dated and revocable. And the register of recognised products, which anyone reads, gets an index of its own.

create table api_token (
    number bigint generated always as identity primary key,
    token_sha256 bytea not null unique check (octet_length(token_sha256) = 32),
    officer text not null references officer,
    -- What it is for, in its officer's words.
    name text not null check (length(name) between 1 and 100),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz
);
comment on table api_token is '访问令牌: by which another program acts for an officer; who reads this table cannot act with one';
create index on api_token (officer, number);
grant select, insert on api_token to firstcover_app;
grant update (revoked_at) on api_token to firstcover_app;

create index recognised_products on proceeding (scheme, (file #>> '{facts,recognition,published_on}') desc, number desc)
where kind = 'case' and (file #>> '{facts,recognition,published_on}') is not null;
