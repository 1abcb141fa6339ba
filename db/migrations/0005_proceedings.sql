-- More kinds of proceeding than cases, rounds and ledgers; what each is about; and numbers for every series.

alter table proceeding drop constraint proceeding_kind_check;
alter table proceeding add constraint proceeding_kind_check check (kind in (
    'case', 'batch', 'policy', 'loss_claim', 'pilot_insurer', 'complaint', 'recovery', 'round', 'ledger', 'offices'
));
alter table proceeding add column about text;
comment on column proceeding.about is 'The stream this proceeding is about: a policy''s case, a loss claim''s policy, what a complaint complains of';
create index on proceeding (about) where about is not null;

create table given_number (
    series text primary key,
    last integer not null check (last >= 0)
);
comment on table given_number is 'The last number given in a series (the cases of a year, an office''s notices of a year): gapless, because it is given in the transaction that uses it';
insert into given_number select 'DL-' || year, last from case_number where scheme = 'dalian';
drop table case_number;
grant select, insert, update on given_number to firstcover_app;
