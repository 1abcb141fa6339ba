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
