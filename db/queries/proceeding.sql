-- repeated --
-- The event a command has already become, whatever proceeding it is in.
select stream, sequence, body, hash from event where command_id = $1

-- lock --
-- A proceeding, locked until the transaction ends.
select file, stage, sequence, closed from proceeding where stream = $1 for update

-- by_stream --
-- A proceeding as it stands.
select file, stage, sequence, closed from proceeding where stream = $1

-- last_event --
-- The latest event of a stream.
select sequence, body, hash from event where stream = $1 order by sequence desc limit 1

-- events --
-- A stream's history, oldest first.
select sequence, body, hash from event where stream = $1 order by sequence

-- add_event --
-- Add an event to the end of its chain.
insert into event (stream, sequence, command_id, body, previous, hash) values ($1, $2, $3, $4, $5, $6)

-- next_number --
-- Give the next number of a series; whoever asks second waits for the first to commit.
insert into given_number as given (series, last) values ($1, 1)
on conflict (series) do update set last = given.last + 1
returning last

-- keep --
-- Store how a proceeding stands after its newest event.
insert into proceeding (stream, kind, number, scheme, edition, stage, sequence, closed, enterprise, district, product_key, about, awaits, file, opened_at, changed_at, terms)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)
on conflict (stream) do update set
    stage = excluded.stage, sequence = excluded.sequence, closed = excluded.closed, enterprise = excluded.enterprise,
    district = excluded.district, product_key = excluded.product_key, about = excluded.about, awaits = excluded.awaits, file = excluded.file,
    changed_at = excluded.changed_at, terms = excluded.terms

-- keep_deadline --
-- Store a deadline as it now runs.
insert into deadline (stream, name, article, office, nominal_on, due_on, provisional, met_on)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (stream, name) do update set
    nominal_on = excluded.nominal_on, due_on = excluded.due_on, provisional = excluded.provisional, met_on = excluded.met_on

-- refuse --
-- Note an act tried without authority.
insert into refusal (command_id, stream, act, officer, rule, article, why, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing

-- list --
-- Proceedings of a kind in order of number, narrowed by what is given; $7 is the number the page begins after. A district's are also those of the districts it has absorbed by the day $9. A tip-off is shown to the office $10 if that handles it.
select number, scheme, stage, enterprise, district, about, awaits, closed, opened_at, changed_at
from proceeding
where kind = $1 and ($2::text is null or stage = $2) and ($3::text is null or district = any (districts_of($3, $9)))
  and ($4::text is null or $4 = any (awaits)) and ($5::text is null or enterprise = $5) and ($6::text is null or about = $6) and number > $7
  and (kind <> 'complaint' or file #>> '{facts,complaint,kind}' <> 'tip_off' or file #>> '{facts,handling,office}' = $10)
order by number limit $8

-- all_events --
-- Every event, stream by stream, oldest first, the one a proceeding stands at with its file; and proceedings without events.
select stream, e.sequence, e.command_id, e.act, e.officer, e.passed, e.body, e.previous, e.hash, p.sequence as stands_at,
    case when e.sequence is null or e.sequence = p.sequence then p.file end as file,
    -- Beside its file a proceeding has columns to be found by, which say nothing else.
    to_jsonb(p) @> (p.file - '{facts,money,deadlines,done_by}'::text[]) as columns_agree
from event e full join proceeding p using (stream) order by stream, e.sequence

-- open_ones --
-- Proceedings that a workflow should be driving.
select stream, file from proceeding where not closed and kind = any ($1) order by stream

-- recovering --
-- A recovery, not dropped, of any of some applications.
select number from proceeding
where kind = 'recovery' and stage <> 'dropped' and file #> '{facts,recovery,applications}' ?| $1::text[] order by number limit 1

-- subject --
-- Whose product a proceeding is about in the end: a policy by its case, a loss claim by its policy's.
select s.submission #>> '{product,name}' as product, s.submission #>> '{product,model}' as model, s.submission #>> '{enterprise,name}' as enterprise
from proceeding p left join proceeding a on a.stream = p.about left join proceeding b on b.stream = a.about
cross join lateral (select coalesce(p.file #> '{facts,submission}', a.file #> '{facts,submission}', b.file #> '{facts,submission}') as submission) s
where p.stream = $1 and p.kind <> 'complaint'

-- related --
-- What is about a proceeding: a case's further batches and policies, a policy's loss claims; a tip-off only for the office $2 that handles it, a recovery for its debtor or where every ($3) is told.
select kind, number, stage, closed from proceeding
where about = $1 and (kind <> 'recovery' or $3 or file #> '{facts,recovery,debtors}' ? $2) and (kind <> 'complaint' or file #>> '{facts,complaint,kind}' <> 'tip_off' or file #>> '{facts,handling,office}' = $2)
order by kind, number

-- open_about --
-- The open proceedings of a kind that are about another.
select stream from proceeding where about = $1 and kind = $2 and not closed order by stream

-- seen_by --
-- Proceedings of a kind after a number that an office ($3, $4; of the districts $5) may be shown, by number; narrowed to a stage: as `service.acting.may_see` says of one. Of a kind that it is not listed ($8) only what it is to pay back.
select number, scheme, stage, enterprise, district, about, awaits, closed, opened_at, changed_at
from proceeding
where kind = $1 and ($2::text is null or stage = $2) and number > $6 and (not $8 or file #> '{facts,recovery,debtors}' ? $4)
  and case
    when file #>> '{facts,handling,office}' is not null then
        file #>> '{facts,handling,office}' = $4 or file #>> '{facts,complaint,kind}' is distinct from 'tip_off'
    when $3 = 'enterprise' then enterprise is null or enterprise = $4
    when $3 = 'district' then district is null or district = any ($5)
    when $3 = 'assessor' then enterprise is null or file #>> '{facts,entrustment,assessor}' = $4
    when $3 = 'insurer' and file #> '{facts,submission}' is not null and file #> '{facts,recognition}' is null then false
    when $3 = 'insurer' then coalesce(file #>> '{facts,contract,insurer}', file #>> '{facts,nomination,insurer}', $4) = $4
    else true end
order by number limit $7

-- refused --
-- Acts that were tried without authority, the latest first, after a key ($1, $2, $3).
select command_id, stream, act, officer, rule, article, why, received_at from refusal
where (received_at, command_id, rule) < ($1, $2, $3) order by received_at desc, command_id desc, rule desc limit $4
