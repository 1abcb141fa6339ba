-- lock --
-- A case's policy, locked: the last row that an act on either side of it waits for.
select stream from policy where about = $1 for update

-- insured_elsewhere --
-- The case or batch, other than this one, in which a policy of an insurer is insured and was not released.
select split_part(about, ':', 3) from policy
where scheme = $1 and insurer = $2 and number_key = $3 and about <> $4 and not released

-- add --
-- Enter the policy of a case.
insert into policy (stream, about, scheme, insurer, policy_number, number_key) values ($1, $2, $3, $4, $5, $6)

-- renumber --
-- Put the number of a case's policy right.
update policy set policy_number = $2, number_key = $3 where about = $1 and not released

-- release --
-- Let a case's policy go: the case ended without a subsidy. Returns the policy's stream.
update policy set released = true where about = $1 and not released returning stream
