-- What an enterprise's own page and the pages of cases at a stage are listed by, so that they read no whole table.

create index cases_of_enterprise on proceeding (enterprise, changed_at, stream) where enterprise is not null;
create index open_cases_at on proceeding (stage, number) where kind = 'case' and not closed;
