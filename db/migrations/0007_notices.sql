-- Notices: what an office tells in writing with an act, numbered by office and year; and the letterheads they are served under.

create table letterhead (
    office text not null references office,
    since date not null,
    title text not null,
    word text not null,
    review_authority text,
    primary key (office, since)
);
comment on table letterhead is '发文机关: how an office signs its notices from a day on: its full name, the word its numbers begin with (文号机关代字), and who reconsiders its decisions (复议机关)';
comment on column letterhead.review_authority is 'Null where the office is no authority, or its register does not say';

create table notice (
    number text primary key,
    stream text not null,
    sequence integer not null,
    kind text not null check (kind in ('acceptance', 'correction', 'decision')),
    office text not null references office,
    addressed_to text not null,
    issued_on date not null,
    body jsonb not null,
    unique (stream, sequence),
    foreign key (stream, sequence) references event
);
comment on table notice is '文书: the notice served with an act, as data; its event holds its number and the hash of its body';
create index on notice (office, issued_on);

grant select on letterhead to firstcover_app;
grant select, insert on notice to firstcover_app;
