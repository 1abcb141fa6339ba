-- acted --
-- Who did what in a proceeding, for which office.
select distinct act, officer, body::jsonb ->> 'office' as office from event where stream = $1 and passed

-- objections --
-- The objections about a proceeding that are not decided, or whose answer is appealed against.
select number from proceeding
where about = $1 and kind = 'complaint' and stage in ('received', 'admitted', 'investigated', 'appealed') and file #>> '{facts,complaint,kind}' = 'objection'
order by number
