-- What the registers have ended stays ended, a clause is its insurer's own, and what the acts of insurers' files left behind is put right (articles 3, 12, 15(2)).

-- Two insurers may number their clauses alike: neither keeps the other from its own.
alter table filed_clause drop constraint filed_clause_pkey;
alter table filed_clause add primary key (insurer, number);
drop index filed_clause_insurer_idx;

-- A filing counts from the day it was entered: what stood in a file before counted from the day its insurer stated.
update filed_clause c set filed_on = least(entered.on_day, c.valid_until)
from (
    select distinct on (p.number, clause.number) p.number as insurer, clause.number,
        ((e.body::jsonb ->> 'at')::timestamptz at time zone 'Asia/Shanghai')::date as on_day
    from event e join proceeding p using (stream)
    cross join jsonb_object_keys(e.body::jsonb #> '{changes,facts,clauses}') clause (number)
    where p.kind = 'pilot_insurer' and e.act = 'file_clause' and e.passed
    order by p.number, clause.number, e.sequence
) entered
where c.insurer = entered.insurer and c.number = entered.number and c.head_office_filing_number is not null;
comment on column filed_clause.filed_on is 'The day the filing was entered, from which it counts; the day its insurer states is in the event';

-- A bar ends the listing and the suspension with it.
update insurer_listing l set ended_on = greatest(b.barred_on, l.listed_from)
from insurer_bar b join proceeding p on p.kind = 'pilot_insurer' and p.number = b.insurer and p.stage = 'barred'
where l.insurer = b.insurer and l.ended_on is null and l.listed_until >= b.barred_on;
update insurer_suspension s set ended_on = b.barred_on
from insurer_bar b join proceeding p on p.kind = 'pilot_insurer' and p.number = b.insurer and p.stage = 'barred'
where s.insurer = b.insurer and s.ended_on is null;

create function register_stays() returns trigger language plpgsql as $$
begin
    raise exception '%: what is ended, withdrawn or given stays so', tg_table_name using errcode = 'check_violation';
end $$;
create trigger end_stays before update on insurer_listing for each row
    when (old.ended_on is not null and new.ended_on is distinct from old.ended_on) execute function register_stays();
create trigger end_stays before update on insurer_suspension for each row
    when (old.ended_on is not null and new.ended_on is distinct from old.ended_on) execute function register_stays();
create trigger end_stays before update on filed_clause for each row
    when ((old.withdrawn_on is not null and new.withdrawn_on is distinct from old.withdrawn_on) or new.valid_until < old.valid_until)
    execute function register_stays();
create trigger number_stays before update on given_number for each row
    when (new.last < old.last or new.series <> old.series) execute function register_stays();
