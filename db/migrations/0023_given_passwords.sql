-- Who gave whom a first password, and the order in which letters and refusals are read on the desk.

create table given_password (
    officer text not null references officer,
    given_by text not null references officer,
    at timestamptz not null,
    primary key (officer, at),
    check (officer <> given_by)
);
comment on table given_password is '初始口令: an account that an owner''s officer opened for one of its people (article 15(3)); the password itself is nowhere, its hash with the account';
grant select, insert on given_password to firstcover_app;

create index on notice (issued_on desc, number desc);
create index on refusal (received_at desc, command_id desc, rule desc);
