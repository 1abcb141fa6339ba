-- A policy is known by what its number says, however it is written: `rules.identifiers:same_name` makes the key.

alter table policy add column number_key text;
update policy set number_key = upper(regexp_replace(normalize(policy_number, NFKC), '[\s-]', '', 'g'));
alter table policy alter column number_key set not null;
drop index one_case_per_policy;
create unique index one_case_per_policy on policy (scheme, insurer, number_key) where not released;
grant update (number_key) on policy to firstcover_app;
