-- Where an insurer's subsidy is paid to (article 13): data of the finance office, which an administrator enters and the program only reads.

create table bank_account (
    office text not null references office,
    since date not null,
    payee text not null check (payee <> ''),
    bank_name text not null check (bank_name <> ''),
    bank_code text not null check (bank_code ~ '^[0-9]{12}$'),
    account text not null check (account ~ '^[0-9]{8,32}$'),
    primary key (office, since)
);
comment on table bank_account is '收款账户: a payee''s bank details; those with the latest `since` that has come are used';
comment on column bank_account.bank_code is '联行号: the twelve digits by which payment systems know a branch';
grant select on bank_account to firstcover_app;
