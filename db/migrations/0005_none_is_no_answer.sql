-- What two functions of earlier migrations let through.

-- A text that leaves its place out compares as unknown, which is not "another place": say it is one.
create or replace function check_chain() returns trigger
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

-- An office that is no enterprise gains no officer by being named as one.
create or replace function register_enterprise(uscc text, name text, district_code text, contact text, on_day date) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into office (code, kind, name_zh, name_en, district) values (uscc, 'enterprise', name, name, district_code)
    on conflict (code) do nothing;
    insert into officer (code, name, office, since)
    select uscc, contact, uscc, on_day from office where code = uscc and kind = 'enterprise'
    on conflict (code) do nothing;
end $$;
