-- others --
-- A policy's losses beside one: the event, and what was settled, decided or at least paid in advance for each.
select number, file #>> '{facts,loss,loss_on}' as loss_on, file #>> '{facts,loss,cover}' as cover,
    coalesce(file #>> '{facts,settlement,amount}', file #>> '{facts,decision,amount}', file #>> '{facts,advance,total}', '0')::numeric as amount
from proceeding where kind = 'loss_claim' and about = $1 and stream <> $2 order by number
