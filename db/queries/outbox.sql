-- send --
-- Note a command to be offered to its workflow, not before a moment.
insert into outbox (command_id, stream, command, not_before) values ($1, $2, $3, $4) on conflict do nothing

-- send_all --
-- Note many commands at once.
insert into outbox (command_id, stream, command, not_before)
select one ->> 'id', one ->> 'stream', one, $2 from jsonb_array_elements($1::jsonb) one on conflict do nothing

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
-- Claim commands that are due, passing over those another relay holds and those whose sender's earlier one is not taken.
select command_id, stream, command, attempts from outbox o
where not done and not_before <= $1 and not exists (
    select from outbox earlier
    where earlier.stream = o.stream and not earlier.done and earlier.command ->> 'officer' = o.command ->> 'officer'
      and (earlier.command ->> 'received_at')::timestamptz < (o.command ->> 'received_at')::timestamptz
)
order by not_before limit $2 for update of o skip locked

-- lease --
-- Keep a claimed command from others while it is being offered.
update outbox set not_before = $2 where command_id = $1

-- failed --
-- Say why an offer failed, and whether that counts against the command: a server that was away does not.
update outbox set last_error = $2, attempts = attempts + $3::boolean::integer where command_id = $1 and not done
