-- What waits for whom, who has taken it, who stands in for whom, and by which words a proceeding is found.

-- More registers that nobody drives: of an office's work, of a scheme's editions, of the calendar. What others have added to the kinds stays.
do $$
declare
    kinds text := pg_get_constraintdef((select oid from pg_constraint where conrelid = 'proceeding'::regclass and conname = 'proceeding_kind_check'));
begin
    alter table proceeding drop constraint proceeding_kind_check;
    execute 'alter table proceeding add constraint proceeding_kind_check '
        || replace(kinds, '''offices''::text', '''offices''::text, ''work''::text, ''editions''::text, ''calendar''::text');
end $$;

alter table proceeding add column terms text[] not null default '{}';
comment on column proceeding.terms is 'The words by which it is found: beginnings of its number, pairs of characters of its enterprise and product';
create index on proceeding using gin (terms);

create table work_item (
    stream text not null references proceeding,
    office_kind text not null,
    place text not null,
    kind text not null,
    scheme text not null,
    number text not null,
    stage text not null,
    deadline text,
    due_on date not null,
    provisional boolean not null,
    changed_at timestamptz not null,
    taken_by text references officer,
    taken_at timestamptz,
    taken_in integer,
    primary key (stream, office_kind, place),
    check ((taken_by is null) = (taken_at is null) and (taken_by is null) = (taken_in is null))
);
comment on table work_item is '待办: an office that an open proceeding waits for. It goes when the proceeding no longer waits for it, and whoever had taken it has it no longer';
comment on column work_item.place is 'Whose of its kind: district/CODE, an office''s or enterprise''s code; empty where the kind is one office';
comment on column work_item.due_on is 'The earliest running deadline, the office''s own before another''s; infinity where none runs';
comment on column work_item.taken_in is 'The event of the office''s register of work in which it was taken';
create index on work_item (office_kind, place, due_on, number) include (kind, stage, taken_by);
create index on work_item (office_kind, place, due_on, changed_at, stream);
create index on work_item (taken_by, due_on, number) where taken_by is not null;
grant select, insert, update, delete on work_item to firstcover_app;

create table supervisor (
    officer text not null references officer,
    since date not null,
    until date check (until >= since),
    primary key (officer, since)
);
comment on table supervisor is '负责人: an officer who may redistribute his office''s work, from a day to a day (article 15(3))';
grant select, insert on supervisor to firstcover_app;
grant update (until) on supervisor to firstcover_app;

create table substitution (
    absent text not null references officer,
    substitute text not null references officer,
    since date not null,
    until date not null check (until >= since),
    reason text not null,
    primary key (absent, substitute, since),
    check (absent <> substitute)
);
comment on table substitution is '代理: who sees the work of an absent colleague of his office, and acts in it as himself, from a day to a day (article 15(3))';
create index on substitution (substitute, until);
grant select, insert on substitution to firstcover_app;
