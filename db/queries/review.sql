-- to_review --
-- Applications of a round by number, locked: what each asks now, whether it was approved before and waits, and whether an office has said its opinion of what is asked.
select a.number, a.asked, a.concluded_at, a.waiting > 0 as waited,
    exists (select from opinion o where o.application = a.number and o.round = a.round and o.office_kind = $3 and o.asked = a.asked and o.concluded_at = a.concluded_at) as given
from subsidy_application a where a.round = $1 and a.state = 'filed' and a.number = any ($2) order by a.number for update of a

-- prepared_by --
-- Which of some applications an officer prepared, and by which act: he corrected what its file says, or let it be reviewed although its insurer is barred.
select a.number, e.act from subsidy_application a join event e on e.stream = a.stream
where a.number = any ($1) and e.act = 'rectify' and e.passed and e.officer = $2
union
select said.number, e.act from proceeding p join event e using (stream)
cross join lateral (select btrim(e.body::jsonb #>> '{data,application}', e' \t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u1680') as number) said
where p.kind = 'round' and e.act = 'admit_held' and e.passed and e.officer = $2 and said.number = any ($1)

-- reviewed_by --
-- Whether an officer gave his office's opinion of an application in a round, of whatever it asked.
select exists (select from opinion where application = $1 and round = $2 and officer = $3)

-- add_opinions --
-- Enter an office's opinions, each of what is asked now.
insert into opinion (application, round, office_kind, officer, approves, reason, asked, concluded_at)
select o.application, $1, $2, $3, o.approves, o.reason, o.asked, o.concluded_at
from unnest($4::text[], $5::boolean[], $6::text[], $7::numeric[], $8::timestamp[]) as o (application, approves, reason, asked, concluded_at)
