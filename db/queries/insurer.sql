-- listing --
-- The listing that an insurer stands in on a day, the one that lasts longest.
select notice, listed_from, listed_until from insurer_listing
where insurer = $1 and $2::date between listed_from and listed_until and (ended_on is null or $2 < ended_on)
order by listed_until desc limit 1

-- listed_on --
-- The insurers that the list names on a day, so that their returns are awaited: one that is suspended still files what it concluded before, one that is barred files nothing.
select distinct insurer from insurer_listing l
where $1::date between listed_from and listed_until and (ended_on is null or $1 < ended_on)
    and not exists (select from insurer_bar b where b.insurer = l.insurer and b.barred_on <= $1)
order by insurer

-- list --
-- Enter an insurer's term on the published list.
insert into insurer_listing (insurer, listed_from, listed_until, notice, industry_bureau_page, regulator_page)
values ($1, $2, $3, $4, $5, $6)

-- end_listings --
-- Take an insurer off the list from a day on.
update insurer_listing set ended_on = greatest($2::date, listed_from)
where insurer = $1 and ended_on is null and listed_until >= $2

-- suspend --
-- Suspend an insurer from a day on.
insert into insurer_suspension (insurer, suspended_on) values ($1, $2)

-- end_suspension --
-- End an insurer's suspension, if there is one.
update insurer_suspension set ended_on = $2 where insurer = $1 and ended_on is null

-- bar --
-- Bar an insurer from a day on.
insert into insurer_bar (insurer, barred_on, reason) values ($1, $2, $3)

-- clause --
-- An insurer's clause as it was filed.
select filed_on, valid_until, text_sha256, withdrawn_on from filed_clause where insurer = $1 and number = $2

-- file_clause --
-- Enter a filed clause, from a day on.
insert into filed_clause (insurer, number, filed_on, valid_until, text_sha256, head_office_filing_number)
values ($1, $2, $3, $4, $5, $6)

-- prolong_clause --
-- Let a clause that was filed again unchanged run on.
update filed_clause set valid_until = $3 where insurer = $1 and number = $2

-- withdraw_clause --
-- Withdraw a clause from a day on.
update filed_clause set withdrawn_on = $3 where insurer = $1 and number = $2

-- register --
-- Every insurer on a day: its listing, its suspension, its bar, how many clauses it may use, how many measures were taken, and where its file stands.
select o.code, o.name_zh, o.name_en, l.listed_from, l.listed_until, l.notice, l.industry_bureau_page, l.regulator_page,
    exists (select from insurer_suspension s where s.insurer = o.code and s.suspended_on <= $1 and s.ended_on is null) as suspended, b.barred_on, p.stage,
    (select count(*) from filed_clause c where c.insurer = o.code and c.valid_until >= $1 and c.withdrawn_on is null) as clauses,
    coalesce(jsonb_array_length(p.file #> '{facts,measures,taken}'), 0) as measures, p.file #> '{facts,proposed_bar}' ? 'reason' as bar_proposed
from office o
left join lateral (
    select * from insurer_listing t where t.insurer = o.code and $1::date between t.listed_from and t.listed_until and (t.ended_on is null or $1 < t.ended_on)
    order by t.listed_until desc limit 1
) l on true
left join insurer_bar b on b.insurer = o.code and b.barred_on <= $1
left join proceeding p on p.kind = 'pilot_insurer' and p.number = o.code
where o.kind = 'insurer' and ($2::text is null or o.code = $2) order by o.code

-- clauses --
-- The clauses of an insurer, or of all, the newest first.
select c.insurer, c.number, c.filed_on, c.valid_until, c.withdrawn_on, c.head_office_filing_number, c.text_sha256, o.name_zh, o.name_en
from filed_clause c join office o on o.code = c.insurer where $1::text is null or c.insurer = $1 order by c.filed_on desc, c.insurer, c.number limit 200

-- listings --
-- Every term of an insurer on the list.
select listed_from, listed_until, ended_on, notice from insurer_listing where insurer = $1 order by listed_from desc

-- measures --
-- The measures taken about insurers, the newest first.
select p.number as insurer, o.name_zh, o.name_en, m.taken ->> 'measure' as measure, m.taken ->> 'ground' as ground, m.taken ->> 'reason' as reason,
    m.taken ->> 'taken_on' as taken_on
from proceeding p join office o on o.code = p.number cross join jsonb_array_elements(p.file #> '{facts,measures,taken}') m (taken)
where p.kind = 'pilot_insurer' and ($1::text is null or p.number = $1) order by m.taken ->> 'taken_on' desc, p.number limit 200
