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
