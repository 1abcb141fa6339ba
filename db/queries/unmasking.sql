-- note --
-- Note under a name that an officer has what is masked of a person shown in full, and why; say nothing where the name is taken.
insert into unmasking (command_id, stream, officer, at, reason) values ($1, $2, $3, $4, $5) on conflict do nothing returning true

-- named --
-- The look that has a name.
select stream, officer, at, reason from unmasking where command_id = $1

-- of_stream --
-- Who had the persons of a proceeding shown in full, the latest first; the last hundred.
select u.officer, o.name, o.office, u.at, u.reason from unmasking u join officer o on o.code = u.officer
where u.stream = $1 order by u.at desc, u.officer limit 100
