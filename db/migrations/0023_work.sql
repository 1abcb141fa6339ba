-- My work is found by index: each proceeding says its next date, and whose it is beside the enterprise's and the district's.

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

create index work_by_date on proceeding (next_due, stream) where not closed;
create index work_of_district on proceeding (district, next_due, stream) where not closed;
create index work_of_enterprise on proceeding (enterprise, next_due, stream) where not closed;
create index work_of_insurer on proceeding (insurer, next_due, stream) where not closed;
