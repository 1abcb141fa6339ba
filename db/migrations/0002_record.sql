-- The record: what happened, chained; how things stand, derived from it; what must still be carried out.

create table event (
    stream text not null,
    sequence integer not null check (sequence > 0),
    command_id text not null unique,
    body text not null,
    previous bytea not null,
    hash bytea not null,
    act text not null generated always as (body::jsonb ->> 'act') stored,
    officer text not null generated always as (body::jsonb ->> 'officer') stored,
    passed boolean not null generated always as ((body::jsonb ->> 'passed')::boolean) stored,
    primary key (stream, sequence)
);
comment on table event is 'The history of each stream (a case, a round, the ledger of a year). `body` is the canonical text that is hashed; the generated columns are read from it, so they cannot say otherwise';

create function check_chain() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    last event%rowtype;
    said jsonb := new.body::jsonb;
begin
    select * into last from event where stream = new.stream order by sequence desc limit 1;
    if new.sequence <> coalesce(last.sequence, 0) + 1 or new.previous <> coalesce(last.hash, ''::bytea) then
        raise exception 'event %/% does not follow the last one', new.stream, new.sequence using errcode = 'unique_violation', constraint = 'event_pkey';
    end if;
    if new.hash <> sha256(new.previous || convert_to(new.body, 'UTF8')) then
        raise exception 'event %/% is not hashed over its predecessor and its body', new.stream, new.sequence using errcode = 'check_violation';
    end if;
    if said ->> 'stream' is distinct from new.stream or (said ->> 'sequence')::integer is distinct from new.sequence
        or said ->> 'command_id' is distinct from new.command_id then
        raise exception 'event %/% names another place than its own', new.stream, new.sequence using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger check_chain before insert on event for each row execute function check_chain();

create table case_number (
    scheme text not null,
    year integer not null,
    last integer not null,
    primary key (scheme, year)
);
comment on table case_number is 'The last case number given in a year: gapless, because it is given in the transaction that stores the submission';

create table proceeding (
    stream text primary key,
    kind text not null check (kind in ('case', 'round', 'ledger')),
    number text not null,
    scheme text not null,
    edition text not null,
    stage text not null,
    sequence integer not null,
    closed boolean not null,
    enterprise text references office,
    district text references district,
    product_key text,
    awaits text[] not null,
    file jsonb not null,
    opened_at timestamptz not null,
    changed_at timestamptz not null,
    unique (scheme, kind, number)
);
comment on table proceeding is '办件: how each case, round and ledger stands: the fold of its events, kept for reading and for locking';
create index on proceeding (kind, stage, district);
create index on proceeding using gin (awaits) where not closed;
-- One product model is submitted once at a time: a product that has been recognised or is under way cannot be submitted again (article 2).
create unique index one_live_case_per_product on proceeding (scheme, enterprise, product_key) where kind = 'case' and product_key is not null;

create table deadline (
    stream text not null references proceeding,
    name text not null,
    article text not null,
    office text not null,
    nominal_on date not null,
    due_on date not null,
    provisional boolean not null,
    met_on date,
    primary key (stream, name)
);
comment on table deadline is '期限: the legal dates of a proceeding; the file says how each was counted';
create index on deadline (due_on) where met_on is null;

create table refusal (
    command_id text not null,
    stream text not null,
    act text not null,
    officer text not null,
    rule text not null,
    article text not null,
    why text not null,
    received_at timestamptz not null,
    primary key (command_id, rule)
);
comment on table refusal is 'Acts tried without authority: outside the chain, because they are no part of the case (article 15(3))';

create table outbox (
    command_id text primary key,
    stream text not null,
    command jsonb not null,
    not_before timestamptz not null,
    attempts integer not null default 0,
    last_error text,
    done boolean not null default false
);
comment on table outbox is 'Commands to offer to a workflow: those another proceeding caused, and those committed here whose answer was never acknowledged';
create index on outbox (not_before) where not done;
create index on outbox (stream) where not done;
