-- waiting --
-- How many commands no workflow is known to have taken, and how much work is overdue as seen from a day.
select (select count(*) from outbox where not done) as outbox, (select count(*) from work_item where due_on < $1) as overdue
