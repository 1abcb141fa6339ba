-- officer --
-- An officer, the office he acts for, whether he acts for it on a day, and the districts whose cases are its on that day.
select o.code, o.name, o.office, f.kind, f.district, coalesce(districts_of(f.district, $2), '{}') as districts,
    $2::date between o.since and coalesce(o.until, 'infinity')
        and (f.kind <> 'district' or $2::date <= coalesce((select d.until from district d where d.code = f.district), 'infinity')) as active
from officer o join office f on f.code = o.office where o.code = $1

-- known_on --
-- On a day: the offices, but those of absorbed districts; the officers who have not left; the districts nobody is to absorb; every code an officer ever had; and how many others act for an officer's office.
select
    (select jsonb_object_agg(f.code, f.kind) from office f
     where not exists (select from district d where d.code = f.district and f.kind = 'district' and d.until < $1)) as offices,
    (select jsonb_object_agg(o.code, f.kind) from officer o join office f on f.code = o.office where coalesce(o.until, 'infinity') >= $1::date) as officers,
    array(select code from officer) as codes,
    array(select code from district where $1::date between since and coalesce(until, 'infinity') and successor is null) as districts,
    (select count(*)::integer from officer o join officer other using (office)
     where o.code = $2 and other.code <> $2 and $1::date >= other.since and other.until is null) as colleagues

-- registered --
-- Of an office of a code ($1) on a day ($3): whether the code is taken, its kind unless its district is absorbed, whose letters have its word ($2), and from when its last letterhead and account hold.
select
    exists (select from office where code = $1 union all select from district where code = $1) as code_taken,
    (select f.kind from office f where f.code = $1
        and not exists (select from district d where d.code = f.district and f.kind = 'district' and d.until < $3::date)) as named_kind,
    (select min(office) from letterhead where word = $2 and office <> $1) as word_of,
    (select max(since) from letterhead where office = $1) as letterhead_since,
    (select max(since) from bank_account where office = $1) as account_since

-- establish --
-- Enter an office, and of a district's the district.
select establish_office($1, $2, $3, $4, $5, $6)

-- sign_as --
-- Enter how an office signs its letters from a day on.
select enter_letterhead($1, $2, $3, $4, $5, $6)

-- pay_to --
-- Enter where an insurer is paid from a day on.
select enter_account($1, $2, $3, $4, $5, $6, $7)

-- appoint --
-- Enter an officer.
select appoint_officer($1, $2, $3, $4)

-- end --
-- Enter an officer's last day.
select end_officer($1, $2)

-- absorb --
-- Enter that a district is absorbed by another after its last day.
select absorb_district($1, $2, $3)

-- register_enterprise --
-- Register the enterprise that submits, and the person it names.
select register_enterprise($1, $2, $3, $4, $5)

-- district_exists --
-- Whether a district exists on a day.
select exists (select from district where code = $1 and $2::date between since and coalesce(until, 'infinity'))

-- districts --
-- The districts of a day.
select code from district where $1::date between since and coalesce(until, 'infinity') order by code

-- assessors --
-- The assessors the bureau works with.
select code from office where kind = 'assessor'

-- insurer --
-- What the registers say of an insurer and its clause on the day a contract is concluded.
select
    exists (select from office where code = $1 and kind = 'insurer') as known,
    exists (select from insurer_listing where insurer = $1 and $3::date between listed_from and listed_until and (ended_on is null or $3 < ended_on))
        and not exists (select from insurer_suspension where insurer = $1 and suspended_on <= $3 and (ended_on is null or $3 < ended_on)) as listed,
    exists (select from filed_clause where number = $2 and insurer = $1 and $3::date between filed_on and valid_until
        and (withdrawn_on is null or $3 < withdrawn_on)) as clause_filed,
    (select barred_on from insurer_bar where insurer = $1) as barred_on

-- officers --
-- Every officer with his office.
select o.code, o.name, o.office, f.kind, f.name_zh, f.name_en, f.district, o.since, o.until
from officer o join office f on f.code = o.office
where $1::text is null or f.kind = $1 order by f.kind, o.code

-- called --
-- What some officers are called.
select code, name from officer where code = any ($1)

-- known --
-- Whether there is an office of this code.
select exists (select from office where code = $1)

-- people --
-- Officers of some kinds of office ($1) whose code, name or office has a word ($2), after a key ($4, $5): since when, whether they supervise on the day of a moment ($3), and whether they have an account.
select o.code, o.name, o.office, f.kind, f.name_zh, f.name_en, o.since, o.until,
    exists (select from supervisor s where s.officer = o.code and t.day between s.since and coalesce(s.until, 'infinity')) as supervises,
    exists (select from account_of(o.code) a where a.ends_at is null or $3 < a.ends_at
        or exists (select from sign_in s where s.officer = o.code and s.passed)) as signs_in,
    t.day between o.since and coalesce(o.until, 'infinity') as active
from officer o join office f on f.code = o.office
cross join (select ($3::timestamptz at time zone 'Asia/Shanghai')::date as day) t
where f.kind = any ($1) and ($2 = '' or position($2 in lower(concat_ws(' ', o.code, o.name, o.office, f.name_zh, f.name_en))) > 0)
  and (o.office, o.code) > ($4, $5)
order by o.office, o.code limit $6

-- offices_of --
-- The offices of some kinds, by kind and code.
select code, kind, name_zh, name_en, district from office where kind = any ($1) order by kind, code limit 1000

-- directory --
-- The offices of some kinds ($1), with how each signs its letters and where it is paid on a day ($2).
select f.code, f.kind, f.name_zh, f.name_en, l.title, l.word, l.review_authority, l.since as letterhead_since,
    a.payee, a.bank_name, a.account, a.since as account_since
from office f
left join lateral (select * from letterhead where office = f.code and since <= $2 order by since desc limit 1) l on true
left join lateral (select * from bank_account where office = f.code and since <= $2 order by since desc limit 1) a on true
where f.kind = any ($1) and f.kind <> 'enterprise' order by f.kind, f.code limit 1000

-- districts_known --
-- Every district there was: from when to when, and by which it was absorbed.
select code, name_zh, name_en, since, until, successor from district order by code

-- note_given --
-- Note who opened an account for whom.
insert into given_password (officer, given_by, at) values ($1, $2, $3)

-- has_account --
-- Whether an officer has an account: one whose first password ended at a moment $2 before he was ever in is none.
select exists (select from account_of($1) a where a.ends_at is null or $2 < a.ends_at
    or exists (select from sign_in s where s.officer = $1 and s.passed))
