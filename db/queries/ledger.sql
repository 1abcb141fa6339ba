-- document_known --
-- Whether a document has already granted money to a year, or taken it back: the kind says which.
select exists (select from ledger_entry where kind = $4 and scheme = $1 and fiscal_year = $2 and reference = $3)

-- year_closed --
-- Whether a year's budget is closed.
select closed from budget where scheme = $1 and fiscal_year = $2

-- close_budget --
-- Close a year's budget of which nothing is left.
select close_budget($1, $2)

-- rounds_unsigned --
-- The rounds that charge a fiscal year and have no signed plan yet.
select number from proceeding
where kind = 'round' and scheme = $1 and (file #>> '{facts,round,fiscal_year}')::integer = $2 and stage in ('filing', 'review', 'planned') order by number

-- ledger --
-- A year's entries in the order they were made.
select id, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence
from ledger_entry where scheme = $1 and fiscal_year = $2 order by id

-- balances --
-- A year's balance row.
select appropriated, committed, paid from budget where scheme = $1 and fiscal_year = $2

-- caps --
-- What each enterprise has been committed in a year.
select enterprise, cap, committed from enterprise_year where scheme = $1 and fiscal_year = $2 order by enterprise

-- totals --
-- What a year's entries come to, account by account: what was debited less what was credited.
select s.account, sum(s.amount) as amount from ledger_entry l
cross join lateral (values (l.debit, l.amount), (l.credit, -l.amount)) s (account, amount)
where l.scheme = $1 and l.fiscal_year = $2 group by s.account

-- caps_total --
-- What all enterprises together have been committed in a year.
select coalesce(sum(committed), 0) from enterprise_year where scheme = $1 and fiscal_year = $2

-- page --
-- Some of a year's entries, the newest first, before one ($3); of one kind ($4).
select id, kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence
from ledger_entry where scheme = $1 and fiscal_year = $2 and ($3::bigint is null or id < $3) and ($4::text is null or kind = $4) order by id desc limit $5

-- caps_used --
-- The enterprises that have used most of their cap in a year.
select y.enterprise, o.name_zh as name, y.cap, y.committed, y.cap - y.committed as left
from enterprise_year y join office o on o.code = y.enterprise
where y.scheme = $1 and y.fiscal_year = $2 and y.committed > 0 order by y.committed / y.cap desc, y.enterprise limit $3

-- years --
-- The years that have a ledger.
select fiscal_year, appropriated, closed from budget where scheme = $1 order by fiscal_year desc
