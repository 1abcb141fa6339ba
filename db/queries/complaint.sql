-- acted --
-- Who did what in a proceeding, for which office.
select distinct act, officer, body::jsonb ->> 'office' as office from event where stream = $1 and passed

-- objections --
-- The objections about a proceeding that are not decided, or whose answer is appealed against.
select number from proceeding
where about = $1 and kind = 'complaint' and stage in ('received', 'admitted', 'investigated', 'appealed') and file #>> '{facts,complaint,kind}' = 'objection'
order by number

-- list --
-- Some complaints after a number ($3): at a stage ($4), of a kind ($5), handled by an office alone where $6 says so; a tip-off is shown to the office $2 if that handles it.
select p.number, p.stage, p.closed, p.about, p.file #>> '{facts,complaint,kind}' as kind, p.handled_by, o.name_zh, o.name_en, p.stream,
    p.opened_at, d.name as deadline, d.due_on, d.provisional
from proceeding p left join office o on o.code = p.handled_by
left join lateral (
    select name, due_on, provisional from deadline where stream = p.stream and met_on is null and not p.closed order by due_on limit 1
) d on true
where p.kind = 'complaint' and p.scheme = $1 and (p.file #>> '{facts,complaint,kind}' <> 'tip_off' or p.handled_by = $2) and p.number > $3
  and ($4::text is null or p.stage = $4) and ($5::text is null or p.file #>> '{facts,complaint,kind}' = $5) and (not $6::boolean or p.handled_by = $2)
order by p.number limit $7
