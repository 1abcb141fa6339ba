-- What the desk looks for: a proceeding's next date and whose it is beside the enterprise's and the district's; who gave whom a first password; letters and refusals in their order.

create function next_due_of(file jsonb) returns text language sql immutable parallel safe as $$
    select coalesce(min(due ->> 'due_on'), '9999-12-31') from jsonb_array_elements(file -> 'deadlines') due
    where due ->> 'met_on' is null and due ->> 'suspended_on' is null and due ->> 'silence' is distinct from 'begin'
$$;

alter table proceeding
    -- The first date that runs, as text so that it sorts; 9999-12-31 where none does.
    add column next_due text not null generated always as (next_due_of(file)) stored,
    add column insurer text generated always as (coalesce(file #>> '{facts,contract,insurer}', file #>> '{facts,nomination,insurer}')) stored,
    add column assessor text generated always as (file #>> '{facts,entrustment,assessor}') stored,
    add column handled_by text generated always as (file #>> '{facts,handling,office}') stored;

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
