-- mine --
-- Open proceedings that await a kind of office and are this office's: by its district, insurer, assessor or enterprise; first due first, after a key.
select stream, kind, number, stage, enterprise, district, next_due, changed_at,
    (select d.name from deadline d where d.stream = p.stream and d.met_on is null and d.due_on::text = p.next_due order by d.name limit 1) as deadline,
    (select d.provisional from deadline d where d.stream = p.stream and d.met_on is null and d.due_on::text = p.next_due order by d.name limit 1) as provisional
from proceeding p
where not closed and $1 = any (awaits)
  and ($1 <> 'district' or district is null or district = any ($3::text[])) and ($1 <> 'enterprise' or enterprise = $2)
  and ($1 <> 'insurer' or insurer is null or insurer = $2) and ($1 <> 'assessor' or assessor = $2) and (handled_by is null or handled_by = $2)
  and ($4::text is null or kind = $4) and ($5::text is null or stage = $5) and ($6::text is null or next_due <= $6)
  and (next_due, stream) > ($7::text, $8::text)
order by next_due, stream limit $9

-- counts --
-- How many of them there are by kind and stage, how many are due on the day $4, and how many were before it.
select kind, stage, count(*)::integer as count, (count(*) filter (where next_due = $4))::integer as today, (count(*) filter (where next_due < $4))::integer as overdue
from proceeding
where not closed and $1 = any (awaits)
  and ($1 <> 'district' or district is null or district = any ($3::text[])) and ($1 <> 'enterprise' or enterprise = $2)
  and ($1 <> 'insurer' or insurer is null or insurer = $2) and ($1 <> 'assessor' or assessor = $2) and (handled_by is null or handled_by = $2)
group by kind, stage order by kind, stage
