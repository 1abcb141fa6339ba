-- What is told to many at once is told in its order, and holds back nobody else: a plan of twenty thousand cases waits behind whoever tells a few.

alter table outbox add column place integer not null default 0;
comment on column outbox.place is 'The place of a command among those ordered with it: what stands first goes first, whoever ordered it';
drop index outbox_not_before_idx;
create index on outbox (place, not_before) where not done;
-- Who ordered what: how far a return, a plan or a payment has been told.
create index on outbox ((command ->> 'officer')) where command_id like '%/%';
