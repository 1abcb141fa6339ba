-- The register is narrowed along its index without opening a file; an insurer finds what it could insure, and nothing that is not recognised; a round's and an insurer's applications are met by number; and the next thing to do is found where its office can move it.

alter table proceeding
    add column valid_until text generated always as (file #>> '{facts,recognition,valid_until}') stored,
    add column product_kind text generated always as (file #>> '{facts,submission,product,kind}') stored,
    drop column shown_to,
    add column shown_to text[] not null generated always as (case
        when file #> '{facts,handling}' is not null then array['all', 'handled']
        else array[
            'all', 'enterprise:' || coalesce(enterprise, ''), 'district:' || coalesce(district, ''),
            'assessor:' || case when enterprise is null then '' else coalesce(file #>> '{facts,entrustment,assessor}', 'none') end,
            'insurer:' || case when file #> '{facts,submission}' is not null and file #> '{facts,recognition}' is null then 'none'
                else coalesce(file #>> '{facts,contract,insurer}', file #>> '{facts,nomination,insurer}', '') end
        ] end) stored;
comment on column proceeding.shown_to is 'Whom it is shown to, by kind of office: the code of whose it is, or nothing where it is nobody''s of that kind; a tip-off besides only to whoever handles it, and to no insurer what is not recognised';
create index found_by on proceeding using gin (terms, shown_to);
comment on column proceeding.valid_until is '有效期至: the last day of a recognition, told by its file';
comment on column proceeding.product_kind is '产品类别: what kind of product is recognised, told by its file';
drop index recognised_products;
create index recognised_products on proceeding (scheme, published_on desc, number desc) include (stream, stage, district, valid_until, product_kind)
    where kind = 'case' and published_on is not null;

-- What becomes of an application moves neither of these, nor what is paid of it: only its round, and the rare endorsement.
create index applications_in on subsidy_application (round, number) include (insurer, asked, concluded_at);
create index applications_of on subsidy_application (scheme, insurer, number);
drop index subsidy_application_round_idx;

create index open_to on work_item (office_kind, place, kind, stage, due_on, changed_at, stream);
drop index work_item_office_kind_place_due_on_changed_at_stream_idx;
