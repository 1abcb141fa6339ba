-- others --
-- A policy's losses beside one: the event, and what was settled, decided or at least paid in advance for each.
select number, file #>> '{facts,loss,loss_on}' as loss_on, file #>> '{facts,loss,cover}' as cover,
    coalesce(file #>> '{facts,settlement,amount}', file #>> '{facts,decision,amount}', file #>> '{facts,advance,total}', '0')::numeric as amount
from proceeding where kind = 'loss_claim' and about = $1 and stream <> $2 order by number

-- list --
-- Some loss claims after a number ($3): an insurer's, or all where none is named; at a stage ($4); with what runs and until when.
select p.number, p.stage, p.closed, p.about, e.name_zh as enterprise_name, p.stream, p.file #>> '{facts,loss,loss_on}' as loss_on,
    p.file #>> '{facts,loss,cover}' as cover, d.name as deadline, d.due_on, d.provisional,
    coalesce(p.file #>> '{facts,payment,amount}', p.file #>> '{facts,settlement,amount}', p.file #>> '{facts,decision,amount}') as amount
from proceeding p left join office e on e.code = p.enterprise
left join lateral (
    select name, due_on, provisional from deadline where stream = p.stream and met_on is null and not p.closed order by due_on limit 1
) d on true
where p.kind = 'loss_claim' and p.scheme = $1 and ($2::text is null or p.insurer = $2) and p.number > $3 and ($4::text is null or p.stage = $4)
order by p.number limit $5
