-- A look at what is masked of a person has a name of its own: sent again, as a program does that got no answer, it is the same look.

alter table unmasking add column command_id text;
update unmasking set command_id = gen_random_uuid()::text;
alter table unmasking drop constraint unmasking_pkey, add primary key (command_id);
create index looks_of on unmasking (stream, at desc);
comment on table unmasking is '明文查看: an officer had what is masked of a person in a proceeding shown in full once, and why; it is only added to, once under each name';
