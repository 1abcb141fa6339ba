-- Documents (材料): what was handed in to prove a fact, known by the hash under which its bytes lie in a folder; added and withdrawn, never changed (articles 9, 15(3)).

-- One more kind of proceeding beside whatever kinds there are.
do $$
declare said text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'proceeding_kind_check');
begin
    alter table proceeding drop constraint proceeding_kind_check;
    execute 'alter table proceeding add constraint proceeding_kind_check ' || replace(said, '''offices''::text', '''offices''::text, ''dossier''::text');
end $$;

create table document (
    number text primary key,
    stream text not null references proceeding,
    dossier text not null references proceeding,
    sequence integer not null,
    proves text not null,
    name text not null check (length(name) between 1 and 120 and name !~ '[/\\]'),
    media_type text not null,
    size bigint not null check (size > 0),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    version integer not null check (version > 0),
    supersedes text references document,
    handed_in_by text not null references officer,
    office text not null references office,
    received_at timestamptz not null,
    unique (dossier, sequence),
    unique (stream, office, proves, name, version),
    check ((version = 1) = (supersedes is null))
);
comment on table document is '材料: a document of a proceeding: what it proves, who handed it in, and the hash of its bytes';
create index on document (sha256);

create table document_withdrawal (
    document text primary key references document,
    dossier text not null references proceeding,
    sequence integer not null,
    withdrawn_by text not null references officer,
    reason text not null,
    withdrawn_at timestamptz not null
);
comment on table document_withdrawal is '撤回材料: documents that count no more; they stay, and may still be seen';

grant select, insert on document, document_withdrawal to firstcover_app;
