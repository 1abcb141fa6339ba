-- officer --
-- An officer, the office he acts for, and whether he acts for it on a day.
select o.code, o.name, o.office, f.kind, f.district, $2::date between o.since and coalesce(o.until, 'infinity') as active
from officer o join office f on f.code = o.office where o.code = $1

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
    exists (select from insurer_listing where insurer = $1 and $3::date between listed_from and listed_until) as listed,
    exists (select from filed_clause where number = $2 and insurer = $1 and $3::date between filed_on and valid_until) as clause_filed,
    (select barred_on from insurer_bar where insurer = $1) as barred_on

-- officers --
-- Every officer with his office.
select o.code, o.name, o.office, f.kind, f.name_zh, f.name_en, f.district, o.since, o.until
from officer o join office f on f.code = o.office
where $1::text is null or f.kind = $1 order by f.kind, o.code
