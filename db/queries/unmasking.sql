-- note --
-- Note that an officer has what is masked of a person shown in full, and why.
insert into unmasking (stream, officer, at, reason) values ($1, $2, $3, $4) on conflict do nothing

-- of_stream --
-- Who had the persons of a proceeding shown in full, the latest first; the last hundred.
select u.officer, o.name, o.office, u.at, u.reason from unmasking u join officer o on o.code = u.officer
where u.stream = $1 order by u.at desc, u.officer limit 100
