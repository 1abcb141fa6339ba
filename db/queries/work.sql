-- keep --
-- Store whom a proceeding waits for; what no longer does is gone, with whoever had taken it.
with given as (
    select * from jsonb_to_recordset($6) as g (office_kind text, place text, deadline text, due_on date, provisional boolean)
), gone as (
    delete from work_item w where stream = $1
      and not exists (select from given g where (g.office_kind, g.place) = (w.office_kind, w.place))
)
insert into work_item (stream, office_kind, place, kind, scheme, number, stage, deadline, due_on, provisional, changed_at)
select $1, office_kind, place, $2, $3, $4, $5, deadline, coalesce(due_on, 'infinity'), provisional, $7 from given
on conflict (stream, office_kind, place) do update set
    stage = excluded.stage, deadline = excluded.deadline, due_on = excluded.due_on, provisional = excluded.provisional,
    changed_at = excluded.changed_at

-- office --
-- Of an office on a day: who acts for it, who supervises it, and who stands in for whom.
select
    array(select code from officer where office = $1 and $2::date between since and coalesce(until, 'infinity')) as officers,
    array(select s.officer from supervisor s join officer o on o.code = s.officer
          where o.office = $1 and $2::date between s.since and coalesce(s.until, 'infinity')) as supervisors,
    coalesce((select jsonb_agg(jsonb_build_array(s.absent, s.substitute)) from substitution s join officer o on o.code = s.absent
              where o.office = $1 and $2::date between s.since and s.until), '[]') as substitutions

-- locked --
-- Items of an office that are named, locked in one order.
select stream, taken_by from work_item
where stream = any ($1) and office_kind = $2 and place = any ($3) order by stream for update

-- open_to --
-- What nobody who acts today ($3) has taken, of some kinds ($9) each at a stage ($10), the most urgent first: by its day, then by the oldest change; after ($6, $7, $8). Each kind and stage is met in its own order.
select w.* from unnest($2::text[]) whose cross join unnest($9::text[], $10::text[]) moved (kind, stage) cross join lateral (
    select stream, due_on, provisional, deadline, changed_at from work_item
    where office_kind = $1 and place = whose and kind = moved.kind and stage = moved.stage and (taken_by is null or not taken_by = any ($3))
      and (due_on, changed_at, stream) > ($6, $7, $8)
    order by due_on, changed_at, stream limit $5
) w where $4::text is null or moved.kind = $4 order by due_on, changed_at, stream limit $5

-- claim --
-- An item of an office that nobody who acts today has taken and no other transaction holds.
select stream from work_item
where stream = $1 and office_kind = $2 and place = any ($3) and (taken_by is null or not taken_by = any ($4))
for update skip locked

-- assign --
-- Say who has some items of an office: nobody where none is given.
update work_item w set taken_by = g.officer, taken_at = case when g.officer is not null then $4::timestamptz end,
    taken_in = case when g.officer is not null then $5::integer end
from jsonb_each_text($1) g (stream, officer) where w.stream = g.stream and w.office_kind = $2 and w.place = any ($3)

-- acted_for --
-- The absent colleague who has an item, where an officer stands in for him on a day.
select w.taken_by from work_item w
join substitution s on s.absent = w.taken_by and s.substitute = $3 and $4::date between s.since and s.until
where w.stream = $1 and w.office_kind = $2 limit 1

-- substitute --
-- Enter who stands in for whom; say nothing where it is so already.
insert into substitution (absent, substitute, since, until, reason) values ($1, $2, $3, $4, $5) on conflict do nothing returning true

-- supervise --
-- Enter a supervisor from a day on; say nothing where he supervises then already.
insert into supervisor (officer, since, until) select $1, $2, $3
where not exists (select from supervisor where officer = $1 and coalesce(until, 'infinity') >= $2 and since <= coalesce($3, 'infinity'::date)) returning true

-- relieve --
-- Enter a supervisor's last day.
update supervisor set until = greatest($2, since) where officer = $1 and coalesce(until, 'infinity') >= $2

-- mine --
-- What waits for an office ($1, $2), the first due first, narrowed by kind, stage and a day it is due before, after ($6, $7); where $10, only what none of those who act today ($9) has.
select w.* from unnest($2::text[]) whose cross join lateral (
    select stream, kind, number, stage, deadline, due_on, provisional, taken_by, taken_at, changed_at from work_item
    where office_kind = $1 and place = whose and ($3::text is null or kind = $3) and ($4::text is null or stage = $4) and ($5::date is null or due_on < $5)
      and (not $10::boolean or taken_by is null or not taken_by = any ($9)) and (due_on, number) > ($6, $7)
    order by due_on, number limit $8
) w order by due_on, number limit $8

-- held --
-- The same of what some officers ($9) have.
select w.* from unnest($9::text[]) holder cross join lateral (
    select stream, kind, number, stage, deadline, due_on, provisional, taken_by, taken_at, changed_at from work_item
    where taken_by = holder and office_kind = $1 and place = any ($2) and ($3::text is null or kind = $3) and ($4::text is null or stage = $4) and ($5::date is null or due_on < $5)
      and (due_on, number) > ($6, $7)
    order by due_on, number limit $8
) w order by due_on, number limit $8

-- mine_found --
-- The same of what has some words ($11); where $10, what none of those who act today ($9) has; where $12 is given, what those have. Words that many have are met among the first hundreds; others are looked up.
with walked as materialized (
    select w.* from (
        select i.* from unnest($2::text[]) whose cross join lateral (
            select stream, kind, number, stage, deadline, due_on, provisional, taken_by, taken_at, changed_at from work_item
            where office_kind = $1 and place = whose and ($3::text is null or kind = $3) and ($4::text is null or stage = $4) and ($5::date is null or due_on < $5)
              and (not $10::boolean or taken_by is null or not taken_by = any ($9)) and ($12::text[] is null or taken_by = any ($12)) and (due_on, number) > ($6, $7)
            order by due_on, number limit 400
        ) i order by due_on, number limit 400
    ) w where (select p.terms from proceeding p where p.stream = w.stream) @> $11 order by due_on, number limit $8
), hit as materialized (
    select stream from proceeding where terms @> $11 and not closed and (select count(*) from walked) < $8
), looked_up as (
    select w.stream, w.kind, w.number, w.stage, w.deadline, w.due_on, w.provisional, w.taken_by, w.taken_at, w.changed_at from hit join work_item w using (stream)
    where office_kind = $1 and place = any ($2) and ($3::text is null or kind = $3) and ($4::text is null or stage = $4) and ($5::date is null or due_on < $5)
      and (not $10::boolean or taken_by is null or not taken_by = any ($9)) and ($12::text[] is null or taken_by = any ($12)) and (due_on, w.number) > ($6, $7)
    order by due_on, w.number limit $8
)
select * from walked union select * from looked_up order by due_on, number limit $8

-- counts --
-- How much waits for an office, by kind, stage, who has it and when it is due as seen from the day $3: overdue, today, within seven days, later, without a day. Counted along the index, and sorted into days only once it is few.
with item as materialized (
    select i.* from unnest($2::text[]) whose cross join lateral (
        select kind, stage, taken_by, due_on, count(*)::integer as items from work_item
        where office_kind = $1 and place = whose group by kind, stage, taken_by, due_on
    ) i
)
select kind, stage, taken_by, sum(items)::integer as items,
    case when due_on < $3 then 'overdue' when due_on = $3 then 'today' when due_on < $3::date + 7 then 'soon' when due_on = 'infinity' then 'undated' else 'later' end as due
from item group by kind, stage, taken_by, due order by kind, stage, due, taken_by

-- items --
-- Some of them that are named, where they wait for an office.
select stream, kind, number, stage, deadline, due_on, provisional, taken_by, taken_at, changed_at from work_item
where stream = any ($1) and office_kind = $2 and place = any ($3)

-- got --
-- What an officer got by an event of his office's register, and has still.
select stream from work_item where taken_by = $1 and taken_in = $2 and office_kind = $3 and place = any ($4) limit 1

-- named --
-- Of some proceedings: whose they are, about which product, the office that a pilot insurer's is numbered by, the article of the deadline that runs first there, and of a few ($2) the file.
select p.stream, coalesce(p.file #>> '{facts,submission,enterprise,name}', e.name_zh, p.enterprise) as enterprise_name,
    p.file #>> '{facts,submission,product,name}' as product_name, i.name_zh as office_zh, i.name_en as office_en, d.name as deadline, d.article,
    case when p.stream = any ($2) then p.file end as file
from proceeding p left join office e on e.code = p.enterprise left join office i on p.kind = 'pilot_insurer' and i.code = p.number
left join deadline d on d.stream = p.stream and d.met_on is null
where p.stream = any ($1)

-- colleagues --
-- Who acts for an office on a day, and whether he supervises it.
select o.code, o.name, exists (select from supervisor s where s.officer = o.code and $2::date between s.since and coalesce(s.until, 'infinity')) as supervises
from officer o where o.office = $1 and $2::date between o.since and coalesce(o.until, 'infinity') order by o.code

-- substitutions --
-- Who stands in for whom in an office, on a day or later.
select s.absent, a.name as absent_name, s.substitute, b.name as substitute_name, s.since, s.until, s.reason
from substitution s join officer a on a.code = s.absent join officer b on b.code = s.substitute
where a.office = $1 and s.until >= $2 order by s.since, s.absent limit 200

-- found --
-- Proceedings that have some words and are shown to some ($5), by number: a tip-off only to the office $3 that handles it. Words that many have are met among the first hundreds; others are looked up.
with walked as materialized (
    select stream, number from (select stream, number, terms, shown_to, kind, file from proceeding where number > $2 order by number limit 1000) p
    where terms @> $1 and shown_to && $5
      and (kind <> 'complaint' or file #>> '{facts,complaint,kind}' <> 'tip_off' or file #>> '{facts,handling,office}' = $3)
    order by number limit $4
), looked_up as materialized (
    select stream, number from proceeding where terms @> $1 and shown_to && $5 and number > $2 and (select count(*) from walked) < $4
      and (kind <> 'complaint' or file #>> '{facts,complaint,kind}' <> 'tip_off' or file #>> '{facts,handling,office}' = $3)
    order by number limit $4
), hit as (select * from walked union select * from looked_up order by number limit $4)
select stream, p.number, kind, stage, closed, enterprise, district,
    coalesce(file #>> '{facts,submission,enterprise,name}', enterprise) as enterprise_name,
    file #>> '{facts,submission,product,name}' as product_name
from hit join proceeding p using (stream) order by number

-- open_files --
-- Open proceedings after a stream's name, to work out anew whom they wait for.
select stream, file, changed_at from proceeding where not closed and stream > $1 and kind = any ($2) order by stream limit $3

-- find_by --
-- Store the words a proceeding is found by.
update proceeding set terms = $2 where stream = $1
