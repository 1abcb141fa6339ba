-- What a round takes up of earlier ones stands beside its event, as a plan's lines do (article 13): a list of fifty thousand applications is no part of a file; and what an officer prepared is found without reading every history.

create table left_over (
    round text not null,
    sequence integer not null,
    application text not null references subsidy_application,
    primary key (round, sequence, application),
    foreign key (round, sequence) references event
);
comment on table left_over is '结转申请: what earlier rounds held or could not fund, as the closing of a round''s filing took it up (article 13); its event tells how many, and under which digest';
grant select, insert on left_over to firstcover_app;

create index prepared_by on event (officer, act) where act in ('rectify', 'admit_held');

-- A session keeps its plan of a trigger's queries: one made for a single row would compare each of fifty thousand with every other.
alter function keep_within_asked() set enable_nestloop = off;
