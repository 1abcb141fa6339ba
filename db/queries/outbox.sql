-- send --
-- Note a command to be offered to its workflow, not before a moment.
insert into outbox (command_id, stream, command, not_before) values ($1, $2, $3, $4) on conflict do nothing

-- send_all --
-- Order one act of many proceedings at once, each order with its place among them: what they share is the text of an object left open. An order's name ends with whose it is, and where that has no number yet, with what it is about; in the order of names an index takes a hundred thousand at half the cost.
insert into outbox (command_id, stream, command, not_before, place)
select n.name, t.stream, ($2 || ', "id": ' || to_json(n.name) || ', "stream": ' || to_json(t.stream) || ', "data": ' || t.data || '}')::jsonb, $3, t.place
from unnest($4::text[], $5::text[]) with ordinality t (stream, data, place)
cross join lateral (select $1 || t.stream || case when t.stream like '%:new' then '/' || (t.data::jsonb ->> 'about') else '' end as name) n order by n.name on conflict do nothing

-- sent_by_the_record --
-- Whether the record itself caused this command: what allows an act of the system.
select command from outbox where command_id = $1

-- acknowledge --
-- The workflow has taken a command: nothing is left to offer. What was said in a complaint stays in its event alone.
update outbox set done = true, command = case when stream like 'complaint:%' then command || '{"data": {}}' else command end
where command_id = $1 and not done

-- acknowledge_earlier --
-- A proceeding's next act shows that its workflow has taken every event before it. What was said in a complaint stays in its event alone.
update outbox set done = true, command = case when stream like 'complaint:%' then command || '{"data": {}}' else command end
where stream = $1 and not done
  and command_id in (select command_id from event where stream = $1 and sequence < $2)

-- overtake --
-- A proceeding has closed: what others ordered of it and it has not done is settled as overtaken, and stays to be seen as that.
update outbox o set done = true, last_error = 'overtaken: ' || $2::text
where o.stream = $1 and not o.done and not exists (select from event e where e.command_id = o.command_id)

-- being_told --
-- What another proceeding ordered of this one and is not done yet: one of some acts.
select o.command ->> 'act' from outbox o
where o.stream = $1 and not o.done and o.command ->> 'act' = any ($2)
  and not exists (select from event e where e.command_id = o.command_id) limit 1

-- not_taken --
-- A stream's events whose commands no workflow is known to have taken, in their order.
select o.command from outbox o join event e using (command_id) where o.stream = $1 and not o.done order by e.sequence

-- take --
-- Claim commands that are due, the first of each sender before the second of any, passing over those another relay holds and those whose sender's earlier one is not taken.
select command_id, stream, command, attempts from outbox o
where not done and not_before <= $1 and not exists (
    select from outbox earlier
    where earlier.stream = o.stream and not earlier.done and earlier.command ->> 'officer' = o.command ->> 'officer'
      and (earlier.command ->> 'received_at')::timestamptz < (o.command ->> 'received_at')::timestamptz
)
order by place, not_before limit $2 for update of o skip locked

-- lease --
-- Keep claimed commands from others while they are being offered; one that was refused $3 times is tried again much later.
update outbox set not_before = $2::timestamptz + case when attempts < $3 then interval '30 seconds' else interval '1 hour' end where command_id = any ($1)

-- failed --
-- Say why an offer failed, and whether that counts against the command: a server that was away does not.
update outbox set last_error = $2, attempts = attempts + $3::boolean::integer where command_id = $1 and not done

-- ordered --
-- What one proceeding ordered in another and is not done yet, in its order.
select command from outbox where not done and command_id like '%/%' order by place, not_before, command_id

-- told --
-- How far what a proceeding ordered in others has been told: by act and plan, how many were ordered, have taken it, closed before they could, or failed and are tried again.
select command ->> 'act' as act, command #>> '{data,plan}' as plan, count(*) as ordered,
    count(*) filter (where done and coalesce(last_error, '') not like 'overtaken: %') as told,
    count(*) filter (where done and last_error like 'overtaken: %') as overtaken,
    count(*) filter (where not done and attempts > 0) as failed
from outbox where command ->> 'officer' = $1 and command_id ^@ ($1 || '/') group by 1, 2 order by min(command ->> 'received_at'), 1

-- dead_letters --
-- Orders of the record that were refused at least $1 times and wait to be tried again, the longest waiting first.
select command_id, stream, command ->> 'act' as act, attempts, last_error, not_before from outbox
where not done and attempts >= $1 order by not_before limit $2

-- undelivered --
-- How many orders of the record no workflow is known to have taken.
select count(*)::integer from outbox where not done
