-- What the desk lists and counts among a hundred thousand is found in its order; and a proceeding's next date is told by its deadlines alone.

alter table proceeding drop column next_due;
drop function next_due_of(jsonb);

-- What an officer searches for is found among what he is shown, and words that many have by number until the page is full.
alter table proceeding add column shown_to text[] not null generated always as (case
    when file #> '{facts,handling}' is not null then array['all', 'handled']
    else array[
        'all', 'enterprise:' || coalesce(enterprise, ''), 'district:' || coalesce(district, ''),
        'assessor:' || case when enterprise is null then '' else coalesce(file #>> '{facts,entrustment,assessor}', 'none') end,
        'insurer:' || coalesce(file #>> '{facts,contract,insurer}', file #>> '{facts,nomination,insurer}', '')
    ] end) stored;
comment on column proceeding.shown_to is 'Whom it is shown to, by kind of office: the code of whose it is, or nothing where it is nobody''s of that kind; a tip-off besides only to whoever handles it';
drop index proceeding_terms_idx;
create index found_by on proceeding using gin (terms, shown_to);
create index on proceeding (number);

-- The public's register is listed and searched by the day of publication, without opening a file for it.
alter table proceeding add column published_on text generated always as (file #>> '{facts,recognition,published_on}') stored;
drop index recognised_products;
create index recognised_products on proceeding (scheme, published_on desc, number desc) where kind = 'case' and published_on is not null;

create index entrusted_to on proceeding (assessor, stage, number) where kind = 'case' and not closed;

-- What waits is counted in the order of this index, and needs neither sorting nor the rows.
create index counted on work_item (office_kind, place, kind, stage, taken_by, due_on);
drop index work_item_office_kind_place_due_on_number_kind_stage_taken__idx;
create index on work_item (office_kind, place, due_on, number);
