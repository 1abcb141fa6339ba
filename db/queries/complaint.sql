-- acted --
-- Who did what in a proceeding, for which office.
select distinct act, officer, body::jsonb ->> 'office' as office from event where stream = $1 and passed
