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

-- list --
-- Some policies after a number ($3): an insurer's, or all where none is named; at a stage ($4); with words of their own or of their case ($5); until when a refund is due.
with hit as materialized (
    select stream from proceeding where terms @> $5
    union
    select p.stream from proceeding c join proceeding p on p.about = c.stream and p.kind = 'policy' where c.kind in ('case', 'batch') and c.terms @> $5
)
select p.number, p.stage, p.closed, p.enterprise, e.name_zh as enterprise_name, p.insurer, l.policy_number, d.due_on, d.provisional,
    p.file #>> '{facts,contract,start_on}' as start_on, p.file #>> '{facts,contract,end_on}' as end_on,
    p.file #>> '{money,premium}' as premium, p.file #>> '{facts,cancellation,to_treasury}' as to_treasury
from proceeding p left join office e on e.code = p.enterprise left join policy l on l.stream = p.stream
left join lateral (
    select due_on, provisional from deadline where stream = p.stream and met_on is null and p.stage = 'refund_due' order by due_on limit 1
) d on true
where p.kind = 'policy' and p.scheme = $1 and ($2::text is null or p.insurer = $2) and p.number > $3 and ($4::text is null or p.stage = $4)
  and ($5::text[] is null or p.stream = any (array(select stream from hit)))
order by p.number limit $6
