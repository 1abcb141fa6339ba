-- signed --
-- The editions of a scheme that its owners signed, in the order they were signed.
select name, said from signed_edition where scheme = $1 order by place

-- ends --
-- The earlier last days that were signed.
select name, min(last_day) as last_day from edition_end where scheme = $1 group by name

-- put_in_force --
-- Enter an edition that all three owners have signed.
insert into signed_edition (scheme, name, said, place) values ($1, $2, $3, $4)

-- end --
-- Enter an edition's earlier last day.
insert into edition_end (scheme, name, last_day, place) values ($1, $2, $3, $4)

-- cap --
-- The cap of a fiscal year from which on it is given so.
select amount from annual_cap where scheme = $1 and from_year = $2

-- caps --
-- Every cap, and the fiscal year from which on it is given.
select scheme, from_year, amount from annual_cap order by scheme, from_year

-- set_cap --
-- Give the cap of a fiscal year and those after it.
select give_cap($1, $2, $3)
