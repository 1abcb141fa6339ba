-- What the program's own role may do: it owns nothing, and history and money can only be added to.

grant usage on schema public to firstcover_app;
grant select on all tables in schema public to firstcover_app;
grant insert on event, ledger_entry, refusal, opinion, plan_line to firstcover_app;
grant insert, update on case_number, proceeding, deadline, outbox, subsidy_application to firstcover_app;
revoke execute on function register_enterprise, lock_budget from public;
grant execute on function register_enterprise, lock_budget to firstcover_app;
