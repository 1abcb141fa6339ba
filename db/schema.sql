-- The whole schema, as the migrations make it. Written by `python -m db.schema`; not to be edited.

CREATE FUNCTION public.absorb_district(absorbed text, into_district text, last_day date) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    update district set until = last_day, successor = into_district where code = absorbed
$$;

CREATE FUNCTION public.account_of(whose text) RETURNS TABLE(hash text, must_change boolean, locked_until timestamp with time zone, ends_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    select hash, must_change, locked_until, ends_at from account where officer = whose
$$;

CREATE FUNCTION public.appoint_officer(officer_code text, officer_name text, office_code text, from_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if from_day < (select min(since) from officer) then
        raise exception 'officer % would have acted since %, before the register began', officer_code, from_day
            using errcode = 'check_violation', constraint = 'since_the_register';
    end if;
    insert into officer (code, name, office, since) values (officer_code, officer_name, office_code, from_day);
end $$;

CREATE FUNCTION public.check_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
    last event%rowtype;
    said jsonb := new.body::jsonb;
begin
    select * into last from event where stream = new.stream order by sequence desc limit 1;
    if new.sequence <> coalesce(last.sequence, 0) + 1 or new.previous <> coalesce(last.hash, ''::bytea) then
        raise exception 'event %/% does not follow the last one', new.stream, new.sequence using errcode = 'unique_violation', constraint = 'event_pkey';
    end if;
    if new.hash <> sha256(new.previous || convert_to(new.body, 'UTF8')) then
        raise exception 'event %/% is not hashed over its predecessor and its body', new.stream, new.sequence using errcode = 'check_violation';
    end if;
    if said ->> 'stream' is distinct from new.stream or (said ->> 'sequence')::integer is distinct from new.sequence
        or said ->> 'command_id' is distinct from new.command_id then
        raise exception 'event %/% names another place than its own', new.stream, new.sequence using errcode = 'check_violation';
    end if;
    return new;
end $$;

CREATE FUNCTION public.close_budget(for_scheme text, for_year integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    perform lock_budget(for_scheme, for_year);
    if exists (select from budget where scheme = for_scheme and fiscal_year = for_year and appropriated <> committed) then
        raise exception 'what is left of the budget of % must leave it before it is closed', for_year using errcode = 'check_violation', constraint = 'closed_without_rest';
    end if;
    update budget set closed = true where scheme = for_scheme and fiscal_year = for_year;
end $$;

CREATE FUNCTION public.districts_of(code_of_today text, on_day date) RETURNS text[]
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    with recursive handled as (
        select code from district where code = code_of_today
        union
        select d.code from district d join handled h on d.successor = h.code where d.until < on_day
    )
    select array_agg(code order by code) from handled
$$;

CREATE FUNCTION public.end_officer(officer_code text, last_day date) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    update officer set until = last_day where code = officer_code
$$;

CREATE FUNCTION public.enter_account(event integer, insurer_code text, from_day date, paid_to text, at_bank text, branch text, number text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if event is null or from_day <= (select max(since) from bank_account where office = insurer_code)
        or not exists (select from office where code = insurer_code and kind = 'insurer') then
        raise exception 'an account of % from % is not the next one of an event', insurer_code, from_day using errcode = 'check_violation', constraint = 'next_account';
    end if;
    insert into bank_account (office, since, payee, bank_name, bank_code, account, entered_in)
    values (insurer_code, from_day, paid_to, at_bank, branch, number, event);
end $$;

CREATE FUNCTION public.enter_letterhead(event integer, office_code text, from_day date, signs_as text, numbers_under text, reconsidered_by text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if event is null or from_day <= (select max(since) from letterhead where office = office_code) then
        raise exception 'a letterhead of % from % is not the next one of an event', office_code, from_day using errcode = 'check_violation', constraint = 'next_letterhead';
    end if;
    insert into letterhead (office, since, title, word, review_authority, entered_in)
    values (office_code, from_day, signs_as, numbers_under, reconsidered_by, event);
end $$;

CREATE FUNCTION public.establish_office(event integer, office_code text, office_kind text, zh text, en text, on_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if event is null or office_kind not in ('district', 'assessor', 'insurer') then
        raise exception 'nobody establishes an office of the kind % without an event', office_kind using errcode = 'check_violation', constraint = 'kinds_established';
    end if;
    if office_kind = 'district' then
        insert into district (code, name_zh, name_en, since) values (office_code, zh, en, on_day);
        insert into office (code, kind, name_zh, name_en, district, established_in)
        values (office_code, office_kind, zh || '中小企业主管部门', en || ' SME authority', office_code, event);
    else
        insert into office (code, kind, name_zh, name_en, established_in) values (office_code, office_kind, zh, en, event);
    end if;
end $$;

CREATE FUNCTION public.give_cap(for_scheme text, for_year integer, cap numeric) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    if not exists (select from signed_edition where scheme = for_scheme) then
        raise exception 'a cap is given by an edition that is signed' using errcode = 'check_violation', constraint = 'cap_of_an_edition';
    end if;
    if exists (select from enterprise_year where scheme = for_scheme and fiscal_year >= for_year) then
        raise exception 'the cap of % is in use', for_year using errcode = 'check_violation', constraint = 'cap_in_use';
    end if;
    insert into annual_cap (scheme, from_year, amount) values (for_scheme, for_year, cap);
end $$;

CREATE FUNCTION public.keep_left_over() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
    wrong text;
begin
    execute $q$
        select min(t.application) from taken t
        left join subsidy_application a on a.number = t.application left join event e on e.stream = t.round and e.sequence = t.sequence
        where a.number is null or e.stream is null
    $q$ into wrong;
    if wrong is not null then
        raise exception 'what a round takes up is no application, or no event took it: %', wrong using errcode = 'foreign_key_violation', constraint = 'taken_up_by_an_event';
    end if;
    return null;
end $_$;

CREATE FUNCTION public.keep_line_of_application() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
    wrong text;
begin
    execute $q$
        select min(l.application) from drawn l left join subsidy_application a on a.number = l.application
        where (a.enterprise, a.insurer) is distinct from (l.enterprise, l.insurer)
    $q$ into wrong;
    if wrong is not null then
        raise exception 'a line of a plan is of another enterprise or insurer than application %', wrong using errcode = 'check_violation', constraint = 'line_of_its_application';
    end if;
    execute $q$
        select min(r.round) from (select distinct round from drawn) r left join proceeding p on p.stream = r.round where p.stream is null
    $q$ into wrong;
    if wrong is not null then
        raise exception 'a line of a plan is of a round %, which there is not', wrong using errcode = 'foreign_key_violation', constraint = 'line_of_a_round';
    end if;
    return null;
end $_$;

CREATE FUNCTION public.keep_within_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
    wrong text;
begin
    execute $q$
        select min(n.number) from now_so n join before_so b using (number)
        where n.asked <> b.asked and (b.waiting > 0 or exists (select from ledger_entry c where c.kind = 'commitment' and c.application = n.number))
    $q$ into wrong;
    if wrong is not null then
        raise exception 'what application % asks was settled by a signed plan', wrong using errcode = 'check_violation', constraint = 'asked_is_settled';
    end if;
    execute $q$
        with waits as materialized (select number, asked, waiting from now_so where waiting > 0),
        moved as (
            select l.application, l.amount from ledger_entry l join waits w on w.number = l.application where l.kind = 'commitment'
            union all
            select l.application, -l.amount from ledger_entry l join waits w on w.number = l.application where l.kind = 'cancellation'
        )
        select min(w.number) from waits w left join (select application, sum(amount) as amount from moved group by application) c on c.application = w.number
        where w.waiting > w.asked - coalesce(c.amount, 0)
    $q$ into wrong;
    if wrong is not null then
        raise exception 'more waits of application % than it asks and was not given', wrong using errcode = 'check_violation', constraint = 'waiting_within_asked';
    end if;
    return null;
end $_$;

CREATE FUNCTION public.lock_budget(for_scheme text, for_year integer) RETURNS numeric
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
    available numeric(18, 2);
begin
    insert into budget (scheme, fiscal_year) values (for_scheme, for_year) on conflict do nothing;
    select appropriated - committed into available from budget
    where scheme = for_scheme and fiscal_year = for_year for update;
    return available;
end $$;

CREATE FUNCTION public.note_sign_in(whose text, at timestamp with time zone, passed boolean, why text, most integer, locked_for interval) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    insert into sign_in (officer, at, passed, why) values (whose, at, passed, why);
    update account set
        failed = case when passed or failed + 1 >= most then 0 else failed + 1 end,
        locked_until = case when not passed and failed + 1 >= most then at + locked_for end
    where officer = whose and why in ('password', 'wrong');
$$;

CREATE FUNCTION public.post_to_balances() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    insert into budget (scheme, fiscal_year) select distinct scheme, fiscal_year from posted order by 1, 2 on conflict do nothing;
    perform from budget where (scheme, fiscal_year) in (select scheme, fiscal_year from posted) order by scheme, fiscal_year for update;
    update budget b set
        appropriated = b.appropriated + s.appropriated, committed = b.committed + s.committed, paid = b.paid + s.paid, returned = b.returned + s.returned
    from (
        select scheme, fiscal_year,
            sum(case when kind in ('appropriation', 'carry_over') then amount when kind in ('adjustment', 'closing') then -amount else 0 end) as appropriated,
            sum(case kind when 'commitment' then amount when 'cancellation' then -amount else 0 end) as committed,
            sum(case kind when 'payment' then amount else 0 end) as paid,
            sum(case when kind in ('recovery', 'refund') then amount else 0 end) as returned
        from posted group by scheme, fiscal_year
    ) s where b.scheme = s.scheme and b.fiscal_year = s.fiscal_year;
    -- What is freed goes first: what is committed beside it may need it.
    update enterprise_year e set committed = e.committed - s.amount
    from (select scheme, fiscal_year, enterprise, sum(amount) as amount from posted where kind = 'cancellation' group by scheme, fiscal_year, enterprise) s
    where e.scheme = s.scheme and e.fiscal_year = s.fiscal_year and e.enterprise = s.enterprise;
    insert into enterprise_year as e (scheme, fiscal_year, enterprise, cap, committed)
    select p.scheme, p.fiscal_year, p.enterprise,
        (select amount from annual_cap c where c.scheme = p.scheme and c.from_year <= p.fiscal_year order by c.from_year desc limit 1), p.amount
    from (select scheme, fiscal_year, enterprise, sum(amount) as amount from posted where kind = 'commitment' group by scheme, fiscal_year, enterprise) p
    on conflict (scheme, fiscal_year, enterprise) do update set committed = e.committed + excluded.committed;
    return null;
end $$;

CREATE FUNCTION public.register_enterprise(uscc text, name text, district_code text, contact text, on_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    insert into office (code, kind, name_zh, name_en, district) values (uscc, 'enterprise', name, name, district_code)
    on conflict (code) do nothing;
    insert into officer (code, name, office, since)
    select uscc, contact, uscc, on_day from office where code = uscc and kind = 'enterprise'
    on conflict (code) do nothing;
end $$;

CREATE FUNCTION public.register_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception '%: what is ended, withdrawn or given stays so', tg_table_name using errcode = 'check_violation';
end $$;

CREATE FUNCTION public.set_password(whose text, new_hash text, ends timestamp with time zone, at timestamp with time zone, kept bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    insert into account as a (officer, hash, must_change, ends_at, changed_at) values (whose, new_hash, ends is not null, ends, at)
    on conflict (officer) do update set
        hash = new_hash, must_change = ends is not null, ends_at = ends, failed = 0, locked_until = null, changed_at = at;
    update signed_in set revoked_at = at where officer = whose and revoked_at is null and token_sha256 is distinct from kept;
$$;

CREATE FUNCTION public.weigh_closing() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
declare
    wrong record;
begin
    select b.fiscal_year into wrong from posted p join budget b using (scheme, fiscal_year)
    where b.closed and p.kind in ('appropriation', 'adjustment', 'carry_over', 'closing', 'commitment') limit 1;
    if found then
        raise exception 'the budget of % is closed', wrong.fiscal_year using errcode = 'check_violation', constraint = 'budget_closed';
    end if;
    select p.fiscal_year into wrong from posted p join budget b using (scheme, fiscal_year)
    where p.kind = 'closing' and b.appropriated <> b.committed limit 1;
    if found then
        raise exception 'closing the budget of % takes all that is left of it', wrong.fiscal_year using errcode = 'check_violation', constraint = 'closing_takes_the_rest';
    end if;
    select p.fiscal_year into wrong from posted p
    left join ledger_entry c on c.kind = 'closing' and c.scheme = p.scheme and c.fiscal_year = p.fiscal_year - 1
    where p.kind = 'carry_over' and (c.amount is distinct from p.amount or c.stream <> p.stream or c.sequence <> p.sequence) limit 1;
    if found then
        raise exception 'what is carried into % is not what closed the year before', wrong.fiscal_year using errcode = 'check_violation', constraint = 'carried_as_closed';
    end if;
    return null;
end $$;

CREATE FUNCTION public.weigh_entries() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $_$
declare
    wrong record;
    kinds text[];
begin
    select array_agg(distinct kind) into kinds from posted;
    select p.stream, p.sequence into wrong from (select distinct stream, sequence from posted) p
    left join event e using (stream, sequence) where e.stream is null limit 1;
    if found then
        raise exception 'an entry is of event %/%, which there is not', wrong.stream, wrong.sequence
            using errcode = 'foreign_key_violation', constraint = 'entry_of_an_event';
    end if;
    -- A commitment is of its line's enterprise, and that is the application's; what follows it is of the commitment's.
    if kinds && '{commitment}' then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            left join plan_line l on l.plan = p.plan and l.application = p.application and l.enterprise = p.enterprise
            where p.kind = 'commitment' and l.approved is distinct from p.amount
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed another amount than plan % approves', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'committed_as_planned';
        end if;
        -- Of whatever was posted, and not of commitments alone: a condition would have few rows expected of many.
        execute $q$
            with touched as materialized (select distinct application from posted),
            moved as (
                select l.application, l.amount from touched join ledger_entry l using (application) where l.kind = 'commitment'
                union all
                select l.application, -l.amount from touched join ledger_entry l using (application) where l.kind = 'cancellation'
            )
            select min(a.number) as application from (select application, sum(amount) as amount from moved group by application) c
            join subsidy_application a on a.number = c.application where c.amount + a.waiting > a.asked
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is committed more than it asks', wrong.application
                using errcode = 'check_violation', constraint = 'committed_within_asked';
        end if;
    end if;
    -- Each is looked up by itself, not joined: what is known of the table before a new plan's entries has it searched through for each.
    if kinds && '{payment,cancellation}' then
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            where p.kind in ('payment', 'cancellation') and not coalesce((
                select (c.amount, c.scheme, c.fiscal_year, c.enterprise) = (p.amount, p.scheme, p.fiscal_year, p.enterprise)
                from ledger_entry c where c.kind = 'commitment' and c.application = p.application and c.plan = p.plan
            ), false)
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'application % is paid or cancelled another amount than plan % committed to it', wrong.application, wrong.plan
                using errcode = 'check_violation', constraint = 'paid_as_committed';
        end if;
        execute $q$
            select min(p.application) as application, min(p.plan) as plan from posted p
            where p.kind = 'payment' and (select true from ledger_entry o where o.kind = 'cancellation' and o.application = p.application and o.plan = p.plan)
                or p.kind = 'cancellation' and (select true from ledger_entry o where o.kind = 'payment' and o.application = p.application and o.plan = p.plan)
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'what plan % committed to application % is paid or cancelled, and not both', wrong.plan, wrong.application
                using errcode = 'check_violation', constraint = 'paid_or_cancelled';
        end if;
    end if;
    if kinds && '{recovery,refund}' then
        execute $q$
            select min(p.application) as application from posted p left join subsidy_application a on a.number = p.application
            where p.kind in ('recovery', 'refund') and a.enterprise is distinct from p.enterprise
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'an entry is of another enterprise than application %', wrong.application
                using errcode = 'foreign_key_violation', constraint = 'entry_of_the_applicant';
        end if;
        execute $q$
            select min(application) as application, min(fiscal_year) as fiscal_year from (
                select l.application, l.fiscal_year from ledger_entry l
                where (l.scheme, l.fiscal_year, l.application) in (select scheme, fiscal_year, application from posted where kind in ('recovery', 'refund'))
                group by l.scheme, l.fiscal_year, l.application
                having sum(case l.kind when 'payment' then l.amount when 'recovery' then -l.amount when 'refund' then -l.amount else 0 end) < 0
            ) more
        $q$ into wrong;
        if wrong.application is not null then
            raise exception 'more comes back of application % than the year % paid on it', wrong.application, wrong.fiscal_year
                using errcode = 'check_violation', constraint = 'returned_was_paid';
        end if;
    end if;
    return null;
end $_$;

CREATE TABLE public.account (
    officer text NOT NULL,
    hash text NOT NULL,
    must_change boolean NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    CONSTRAINT account_failed_check CHECK ((failed >= 0)),
    CONSTRAINT account_given_ends CHECK (((ends_at IS NOT NULL) = must_change)),
    CONSTRAINT account_hash_check CHECK ((hash ~~ '$argon2%'::text))
);

COMMENT ON COLUMN public.account.ends_at IS '初始口令到期: until when a password that another gave signs its officer in; null for one of his own';

CREATE TABLE public.annual_cap (
    scheme text NOT NULL,
    from_year integer NOT NULL,
    amount numeric(18,2) NOT NULL,
    CONSTRAINT amount_is_a_number CHECK ((amount <> 'NaN'::numeric)),
    CONSTRAINT annual_cap_amount_check CHECK ((amount > (0)::numeric))
);

COMMENT ON TABLE public.annual_cap IS '年度财政扶持额度: the most one enterprise may receive in a fiscal year (article 7), as the editions say';

CREATE TABLE public.api_token (
    number bigint NOT NULL,
    token_sha256 bytea NOT NULL,
    officer text NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT api_token_check CHECK ((expires_at > created_at)),
    CONSTRAINT api_token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT api_token_token_sha256_check CHECK ((octet_length(token_sha256) = 32))
);

COMMENT ON TABLE public.api_token IS '访问令牌: by which another program acts for an officer; who reads this table cannot act with one';

ALTER TABLE public.api_token ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.api_token_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.bank_account (
    office text NOT NULL,
    since date NOT NULL,
    payee text NOT NULL,
    bank_name text NOT NULL,
    bank_code text NOT NULL,
    account text NOT NULL,
    entered_in integer,
    CONSTRAINT bank_account_account_check CHECK ((account ~ '^[0-9]{8,32}$'::text)),
    CONSTRAINT bank_account_bank_code_check CHECK ((bank_code ~ '^[0-9]{12}$'::text)),
    CONSTRAINT bank_account_bank_name_check CHECK ((bank_name <> ''::text)),
    CONSTRAINT bank_account_payee_check CHECK ((payee <> ''::text))
);

COMMENT ON TABLE public.bank_account IS '收款账户: a payee''s bank details; those with the latest `since` that has come are used';

COMMENT ON COLUMN public.bank_account.bank_code IS '联行号: the twelve digits by which payment systems know a branch';

COMMENT ON COLUMN public.bank_account.entered_in IS 'The event of the register of offices that entered it; null where the owner of the database did';

CREATE TABLE public.budget (
    scheme text NOT NULL,
    fiscal_year integer NOT NULL,
    appropriated numeric(18,2) DEFAULT 0 NOT NULL,
    committed numeric(18,2) DEFAULT 0 NOT NULL,
    paid numeric(18,2) DEFAULT 0 NOT NULL,
    returned numeric(18,2) DEFAULT 0 NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    CONSTRAINT budget_not_overspent CHECK ((((0)::numeric <= paid) AND (paid <= committed) AND (committed <= appropriated))),
    CONSTRAINT returned_was_paid CHECK ((((0)::numeric <= returned) AND (returned <= paid)))
);

COMMENT ON TABLE public.budget IS '预算规模: a fiscal year''s money (article 13), maintained by the ledger''s trigger alone';

COMMENT ON COLUMN public.budget.returned IS '退回: what came back of the year''s payments; `paid` and `committed` stay as they were';

COMMENT ON COLUMN public.budget.closed IS '已关账: nothing is granted, taken back or committed any more; what was committed stays payable';

CREATE TABLE public.deadline (
    stream text NOT NULL,
    name text NOT NULL,
    article text NOT NULL,
    office text NOT NULL,
    nominal_on date NOT NULL,
    due_on date NOT NULL,
    provisional boolean NOT NULL,
    met_on date
);

COMMENT ON TABLE public.deadline IS '期限: the legal dates of a proceeding; the file says how each was counted';

CREATE TABLE public.district (
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    since date NOT NULL,
    until date,
    successor text,
    CONSTRAINT absorbed_when_ended CHECK (((successor IS NULL) OR ((until IS NOT NULL) AND (successor <> code)))),
    CONSTRAINT district_check CHECK ((until >= since))
);

COMMENT ON TABLE public.district IS '区市县（先导区）: a district whose SME authority verifies submissions (article 9)';

COMMENT ON COLUMN public.district.successor IS 'The district that absorbed this one after its last day: its authority takes the open cases over';

CREATE TABLE public.document (
    number text NOT NULL,
    stream text NOT NULL,
    dossier text NOT NULL,
    sequence integer NOT NULL,
    proves text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    version integer NOT NULL,
    supersedes text,
    handed_in_by text NOT NULL,
    office text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT document_check CHECK (((version = 1) = (supersedes IS NULL))),
    CONSTRAINT document_name_check CHECK ((((length(name) >= 1) AND (length(name) <= 120)) AND (name !~ '[/\\]'::text))),
    CONSTRAINT document_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT document_size_check CHECK ((size > 0)),
    CONSTRAINT document_version_check CHECK ((version > 0))
);

COMMENT ON TABLE public.document IS '材料: a document of a proceeding: what it proves, who handed it in, and the hash of its bytes';

CREATE TABLE public.document_withdrawal (
    document text NOT NULL,
    dossier text NOT NULL,
    sequence integer NOT NULL,
    withdrawn_by text NOT NULL,
    reason text NOT NULL,
    withdrawn_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.document_withdrawal IS '撤回材料: documents that count no more; they stay, and may still be seen';

CREATE TABLE public.edition_end (
    scheme text NOT NULL,
    name text NOT NULL,
    last_day date NOT NULL,
    place integer NOT NULL
);

COMMENT ON TABLE public.edition_end IS '提前终止: an earlier last day of an edition, signed by its three owners (article 15(5))';

CREATE TABLE public.enterprise_year (
    scheme text NOT NULL,
    fiscal_year integer NOT NULL,
    enterprise text NOT NULL,
    cap numeric(18,2) NOT NULL,
    committed numeric(18,2) DEFAULT 0 NOT NULL,
    CONSTRAINT cap_not_exceeded CHECK ((((0)::numeric <= committed) AND (committed <= cap)))
);

COMMENT ON TABLE public.enterprise_year IS 'What a plan has committed to one enterprise in a fiscal year, over all insurers (article 7)';

CREATE TABLE public.event (
    stream text NOT NULL,
    sequence integer NOT NULL,
    command_id text NOT NULL,
    body text NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    act text GENERATED ALWAYS AS (((body)::jsonb ->> 'act'::text)) STORED NOT NULL,
    officer text GENERATED ALWAYS AS (((body)::jsonb ->> 'officer'::text)) STORED NOT NULL,
    passed boolean GENERATED ALWAYS AS ((((body)::jsonb ->> 'passed'::text))::boolean) STORED NOT NULL,
    recorded bigint NOT NULL,
    CONSTRAINT event_sequence_check CHECK ((sequence > 0))
);

COMMENT ON TABLE public.event IS 'The history of each stream (a case, a round, the ledger of a year). `body` is the canonical text that is hashed; the generated columns are read from it, so they cannot say otherwise';

ALTER TABLE public.event ALTER COLUMN recorded ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_recorded_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.filed_clause (
    number text NOT NULL,
    insurer text NOT NULL,
    filed_on date NOT NULL,
    valid_until date NOT NULL,
    text_sha256 text NOT NULL,
    head_office_filing_number text,
    withdrawn_on date,
    CONSTRAINT filed_clause_check CHECK ((valid_until >= filed_on)),
    CONSTRAINT filed_clause_text_sha256_check CHECK ((text_sha256 ~ '^[0-9a-f]{64}$'::text))
);

COMMENT ON TABLE public.filed_clause IS '备案条款: a clause of the comprehensive cover filed with the regulator (article 3)';

COMMENT ON COLUMN public.filed_clause.filed_on IS 'The day the filing was entered, from which it counts; the day its insurer states is in the event';

COMMENT ON COLUMN public.filed_clause.head_office_filing_number IS '总公司备案号: the number the head office filed the clause under; null where it is older than the file';

COMMENT ON COLUMN public.filed_clause.withdrawn_on IS 'The first day no contract may be concluded on it';

CREATE TABLE public.founding (
    founded boolean DEFAULT true NOT NULL,
    founded_on date NOT NULL,
    CONSTRAINT founding_founded_check CHECK (founded)
);

COMMENT ON TABLE public.founding IS '设立: that this record began with the three owners that an administrator named, and not with the demonstration''s data; one row, or none';

CREATE TABLE public.given_number (
    series text NOT NULL,
    last integer NOT NULL,
    CONSTRAINT given_number_last_check CHECK ((last >= 0))
);

COMMENT ON TABLE public.given_number IS 'The last number given in a series (the cases of a year, an office''s notices of a year): gapless, because it is given in the transaction that uses it';

CREATE TABLE public.given_password (
    officer text NOT NULL,
    given_by text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT given_password_check CHECK ((officer <> given_by))
);

COMMENT ON TABLE public.given_password IS '初始口令: an account that an owner''s officer opened for one of its people (article 15(3)); the password itself is nowhere, its hash with the account';

CREATE TABLE public.holiday_notice (
    year integer NOT NULL,
    document text NOT NULL,
    days_off date[] NOT NULL,
    workdays date[] NOT NULL
);

COMMENT ON TABLE public.holiday_notice IS '放假通知: a year''s days off and the weekend days worked instead; never edited, beside those the program knows';

CREATE TABLE public.insurer_bar (
    insurer text NOT NULL,
    barred_on date NOT NULL,
    reason text NOT NULL
);

COMMENT ON TABLE public.insurer_bar IS '取消申报资格: an insurer that may ask for no further subsidy (article 15(2))';

CREATE TABLE public.insurer_listing (
    insurer text NOT NULL,
    listed_from date NOT NULL,
    listed_until date NOT NULL,
    notice text NOT NULL,
    industry_bureau_page text,
    regulator_page text,
    ended_on date,
    CONSTRAINT insurer_listing_check CHECK ((listed_until >= listed_from)),
    CONSTRAINT insurer_listing_check1 CHECK ((ended_on >= listed_from))
);

COMMENT ON TABLE public.insurer_listing IS '试点保险机构名单: when an insurer stands on the published pilot list (article 12)';

COMMENT ON COLUMN public.insurer_listing.industry_bureau_page IS 'The list''s page on the industry bureau''s portal; null where the listing is older than the file';

COMMENT ON COLUMN public.insurer_listing.regulator_page IS 'The list''s page on the regulator''s portal';

COMMENT ON COLUMN public.insurer_listing.ended_on IS 'The first day the insurer is off the list, where it was taken off before its term ran out';

CREATE TABLE public.insurer_suspension (
    insurer text NOT NULL,
    suspended_on date NOT NULL,
    ended_on date,
    id bigint NOT NULL,
    CONSTRAINT insurer_suspension_check CHECK ((ended_on >= suspended_on))
);

COMMENT ON TABLE public.insurer_suspension IS '暂停: when a listed insurer counts as not listed; the first day is of it, the day it ended on is not (article 12)';

ALTER TABLE public.insurer_suspension ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.insurer_suspension_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_entry (
    id bigint NOT NULL,
    scheme text NOT NULL,
    fiscal_year integer NOT NULL,
    kind text NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    amount numeric(18,2) NOT NULL,
    enterprise text,
    application text,
    reference text NOT NULL,
    stream text NOT NULL,
    sequence integer NOT NULL,
    plan text,
    CONSTRAINT amount_is_a_number CHECK ((amount <> 'NaN'::numeric)),
    CONSTRAINT application_where_it_must_be CHECK ((((kind = ANY (ARRAY['appropriation'::text, 'adjustment'::text, 'carry_over'::text, 'closing'::text])) = (application IS NULL)) AND ((application IS NULL) = (enterprise IS NULL)))),
    CONSTRAINT kind_fixes_the_accounts CHECK (((((((((((kind = 'appropriation'::text) AND (debit = 'available'::text) AND (credit = 'treasury'::text)) OR ((kind = 'adjustment'::text) AND (debit = 'treasury'::text) AND (credit = 'available'::text))) OR ((kind = 'carry_over'::text) AND (debit = 'available'::text) AND (credit = 'treasury'::text))) OR ((kind = 'closing'::text) AND (debit = 'treasury'::text) AND (credit = 'available'::text))) OR ((kind = 'commitment'::text) AND (debit = 'committed'::text) AND (credit = 'available'::text))) OR ((kind = 'cancellation'::text) AND (debit = 'available'::text) AND (credit = 'committed'::text))) OR ((kind = 'payment'::text) AND (debit = 'paid'::text) AND (credit = 'committed'::text))) OR ((kind = 'recovery'::text) AND (debit = 'returned'::text) AND (credit = 'paid'::text))) OR ((kind = 'refund'::text) AND (debit = 'returned'::text) AND (credit = 'paid'::text)))),
    CONSTRAINT ledger_entry_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT plan_where_it_must_be CHECK (((kind = ANY (ARRAY['commitment'::text, 'cancellation'::text, 'payment'::text])) = (plan IS NOT NULL)))
);

COMMENT ON TABLE public.ledger_entry IS '总账: double entry, one row a movement; `reference` is the document of an appropriation or an adjustment (指标文号), the plan''s number, the voucher of a payment or a recovery, the policy that is refunded, or the year that closes';

COMMENT ON COLUMN public.ledger_entry.plan IS '补贴计划: which plan gave the money that is committed or paid';

ALTER TABLE public.ledger_entry ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.left_over (
    round text NOT NULL,
    sequence integer NOT NULL,
    application text NOT NULL
);

COMMENT ON TABLE public.left_over IS '结转申请: what earlier rounds held or could not fund, as the closing of a round''s filing took it up (article 13); its event tells how many, and under which digest';

CREATE TABLE public.letterhead (
    office text NOT NULL,
    since date NOT NULL,
    title text NOT NULL,
    word text NOT NULL,
    review_authority text,
    entered_in integer
);

COMMENT ON TABLE public.letterhead IS '发文机关: how an office signs its notices from a day on: its full name, the word its numbers begin with (文号机关代字), and who reconsiders its decisions (复议机关)';

COMMENT ON COLUMN public.letterhead.review_authority IS 'Null where the office is no authority, or its register does not say';

COMMENT ON COLUMN public.letterhead.entered_in IS 'The event of the register of offices that entered it; null where the owner of the database did';

CREATE TABLE public.migration (
    name text NOT NULL,
    sha256 text NOT NULL
);

CREATE TABLE public.notice (
    number text NOT NULL,
    stream text NOT NULL,
    sequence integer NOT NULL,
    kind text NOT NULL,
    office text NOT NULL,
    addressed_to text NOT NULL,
    issued_on date NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT notice_kind_check CHECK ((kind = ANY (ARRAY['acceptance'::text, 'correction'::text, 'decision'::text])))
);

COMMENT ON TABLE public.notice IS '文书: the notice served with an act, as data; its event holds its number and the hash of its body';

CREATE TABLE public.office (
    code text NOT NULL,
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    district text,
    established_in integer,
    CONSTRAINT office_check CHECK (((kind <> ALL (ARRAY['district'::text, 'enterprise'::text])) OR (district IS NOT NULL))),
    CONSTRAINT office_kind_check CHECK ((kind = ANY (ARRAY['enterprise'::text, 'district'::text, 'industry_bureau'::text, 'regulator'::text, 'finance'::text, 'assessor'::text, 'insurer'::text])))
);

COMMENT ON TABLE public.office IS '机构: an office of one of seven kinds; an enterprise''s code is its unified social credit code';

COMMENT ON COLUMN public.office.established_in IS 'The event of the register of offices that entered it; null for one that is older, and for an enterprise, which enters itself';

CREATE TABLE public.officer (
    code text NOT NULL,
    name text NOT NULL,
    office text NOT NULL,
    since date NOT NULL,
    until date,
    CONSTRAINT officer_check CHECK ((until >= since))
);

COMMENT ON TABLE public.officer IS '经办人: a named person who acts for one office (article 15(3))';

CREATE TABLE public.opinion (
    application text NOT NULL,
    round text NOT NULL,
    office_kind text NOT NULL,
    officer text NOT NULL,
    approves boolean NOT NULL,
    reason text NOT NULL,
    asked numeric(18,2) NOT NULL,
    concluded_at timestamp without time zone NOT NULL,
    CONSTRAINT amount_is_a_number CHECK ((asked <> 'NaN'::numeric)),
    CONSTRAINT opinion_asked_check CHECK ((asked >= (0)::numeric)),
    CONSTRAINT opinion_office_kind_check CHECK ((office_kind = ANY (ARRAY['regulator'::text, 'industry_bureau'::text, 'finance'::text])))
);

COMMENT ON TABLE public.opinion IS '会同审核意见: what each of the three offices says of what an application asks (article 13); it counts while that is asked';

COMMENT ON COLUMN public.opinion.asked IS '申请金额: what was asked when the opinion was given';

COMMENT ON COLUMN public.opinion.concluded_at IS '投保时间: the insurance time when the opinion was given';

CREATE TABLE public.outbox (
    command_id text NOT NULL,
    stream text NOT NULL,
    command jsonb NOT NULL,
    not_before timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    done boolean DEFAULT false NOT NULL,
    place integer DEFAULT 0 NOT NULL
);

COMMENT ON TABLE public.outbox IS 'Commands to offer to a workflow: those another proceeding caused, and those committed here whose answer was never acknowledged';

COMMENT ON COLUMN public.outbox.place IS 'The place of a command among those ordered with it: what stands first goes first, whoever ordered it';

CREATE TABLE public.payment_voucher (
    scheme text NOT NULL,
    voucher text NOT NULL,
    plan text NOT NULL,
    insurer text NOT NULL,
    stream text NOT NULL,
    sequence integer NOT NULL,
    CONSTRAINT payment_voucher_voucher_check CHECK ((voucher <> ''::text))
);

COMMENT ON TABLE public.payment_voucher IS '拨付凭证: which insurer''s payment of which plan a voucher proves, and by which act it was confirmed';

CREATE TABLE public.plan_line (
    plan text NOT NULL,
    round text NOT NULL,
    rank integer NOT NULL,
    application text NOT NULL,
    enterprise text NOT NULL,
    insurer text NOT NULL,
    asked numeric(18,2) NOT NULL,
    cut_by_cap numeric(18,2) NOT NULL,
    approved numeric(18,2) NOT NULL,
    waitlisted numeric(18,2) NOT NULL,
    CONSTRAINT amounts_are_numbers CHECK (((asked <> 'NaN'::numeric) AND (cut_by_cap <> 'NaN'::numeric) AND (approved <> 'NaN'::numeric) AND (waitlisted <> 'NaN'::numeric))),
    CONSTRAINT plan_line_approved_check CHECK ((approved >= (0)::numeric)),
    CONSTRAINT plan_line_check CHECK ((((cut_by_cap + approved) + waitlisted) = asked)),
    CONSTRAINT plan_line_cut_by_cap_check CHECK ((cut_by_cap >= (0)::numeric)),
    CONSTRAINT plan_line_waitlisted_check CHECK ((waitlisted >= (0)::numeric))
);

COMMENT ON TABLE public.plan_line IS '补贴计划: what a plan gives each application, in order of insurance time (article 13)';

CREATE TABLE public.policy (
    stream text NOT NULL,
    about text NOT NULL,
    scheme text NOT NULL,
    insurer text NOT NULL,
    policy_number text NOT NULL,
    released boolean DEFAULT false NOT NULL,
    number_key text NOT NULL
);

COMMENT ON TABLE public.policy IS '保单: each contract insured in a case, by its number; released where the case ended without a subsidy';

CREATE TABLE public.proceeding (
    stream text NOT NULL,
    kind text NOT NULL,
    number text NOT NULL,
    scheme text NOT NULL,
    edition text NOT NULL,
    stage text NOT NULL,
    sequence integer NOT NULL,
    closed boolean NOT NULL,
    enterprise text,
    district text,
    product_key text,
    awaits text[] NOT NULL,
    file jsonb NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    about text,
    insurer text GENERATED ALWAYS AS (COALESCE((file #>> '{facts,contract,insurer}'::text[]), (file #>> '{facts,nomination,insurer}'::text[]))) STORED,
    assessor text GENERATED ALWAYS AS ((file #>> '{facts,entrustment,assessor}'::text[])) STORED,
    handled_by text GENERATED ALWAYS AS ((file #>> '{facts,handling,office}'::text[])) STORED,
    terms text[] DEFAULT '{}'::text[] NOT NULL,
    published_on text GENERATED ALWAYS AS ((file #>> '{facts,recognition,published_on}'::text[])) STORED,
    valid_until text GENERATED ALWAYS AS ((file #>> '{facts,recognition,valid_until}'::text[])) STORED,
    product_kind text GENERATED ALWAYS AS ((file #>> '{facts,submission,product,kind}'::text[])) STORED,
    shown_to text[] GENERATED ALWAYS AS (
CASE
    WHEN ((file #> '{facts,handling}'::text[]) IS NOT NULL) THEN ARRAY['all'::text, 'handled'::text]
    ELSE ARRAY['all'::text, ('enterprise:'::text || COALESCE(enterprise, ''::text)), ('district:'::text || COALESCE(district, ''::text)), ('assessor:'::text ||
    CASE
        WHEN (enterprise IS NULL) THEN ''::text
        ELSE COALESCE((file #>> '{facts,entrustment,assessor}'::text[]), 'none'::text)
    END), ('insurer:'::text ||
    CASE
        WHEN (((file #> '{facts,submission}'::text[]) IS NOT NULL) AND ((file #> '{facts,recognition}'::text[]) IS NULL)) THEN 'none'::text
        ELSE COALESCE((file #>> '{facts,contract,insurer}'::text[]), (file #>> '{facts,nomination,insurer}'::text[]), ''::text)
    END)]
END) STORED NOT NULL,
    CONSTRAINT proceeding_kind_check CHECK ((kind = ANY (ARRAY['case'::text, 'batch'::text, 'policy'::text, 'loss_claim'::text, 'pilot_insurer'::text, 'complaint'::text, 'recovery'::text, 'round'::text, 'ledger'::text, 'offices'::text, 'work'::text, 'editions'::text, 'calendar'::text, 'dossier'::text])))
);

COMMENT ON TABLE public.proceeding IS '办件: how each case, round and ledger stands: the fold of its events, kept for reading and for locking';

COMMENT ON COLUMN public.proceeding.about IS 'The stream this proceeding is about: a policy''s case, a loss claim''s policy, what a complaint complains of';

COMMENT ON COLUMN public.proceeding.terms IS 'The words by which it is found: beginnings of its number, pairs of characters of its enterprise and product';

COMMENT ON COLUMN public.proceeding.valid_until IS '有效期至: the last day of a recognition, told by its file';

COMMENT ON COLUMN public.proceeding.product_kind IS '产品类别: what kind of product is recognised, told by its file';

COMMENT ON COLUMN public.proceeding.shown_to IS 'Whom it is shown to, by kind of office: the code of whose it is, or nothing where it is nobody''s of that kind; a tip-off besides only to whoever handles it, and to no insurer what is not recognised';

CREATE TABLE public.refusal (
    command_id text NOT NULL,
    stream text NOT NULL,
    act text NOT NULL,
    officer text NOT NULL,
    rule text NOT NULL,
    article text NOT NULL,
    why text NOT NULL,
    received_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.refusal IS 'Acts tried without authority: outside the chain, because they are no part of the case (article 15(3))';

CREATE TABLE public.sign_in (
    id bigint NOT NULL,
    officer text NOT NULL,
    at timestamp with time zone NOT NULL,
    passed boolean NOT NULL,
    why text NOT NULL,
    CONSTRAINT sign_in_officer_check CHECK ((length(officer) <= 200)),
    CONSTRAINT sign_in_why_check CHECK ((why = ANY (ARRAY['password'::text, 'one_click'::text, 'wrong'::text, 'locked'::text, 'unknown'::text, 'inactive'::text, 'ended'::text])))
);

ALTER TABLE public.sign_in ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sign_in_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.signed_edition (
    scheme text NOT NULL,
    name text NOT NULL,
    said jsonb NOT NULL,
    place integer NOT NULL
);

COMMENT ON TABLE public.signed_edition IS '版本: an edition that its three owners signed, as the draft they signed tells it (article 15(4)); `place` is the event of the third signature';

CREATE TABLE public.signed_in (
    token_sha256 bytea NOT NULL,
    officer text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT signed_in_check CHECK ((expires_at > created_at)),
    CONSTRAINT signed_in_token_sha256_check CHECK ((octet_length(token_sha256) = 32))
);

CREATE TABLE public.subsidy_application (
    number text NOT NULL,
    stream text NOT NULL,
    scheme text NOT NULL,
    enterprise text NOT NULL,
    insurer text NOT NULL,
    concluded_at timestamp without time zone NOT NULL,
    asked numeric(18,2) NOT NULL,
    state text NOT NULL,
    round text,
    return_received_at timestamp without time zone,
    waiting numeric(18,2) DEFAULT 0 NOT NULL,
    admitted boolean DEFAULT false NOT NULL,
    live boolean GENERATED ALWAYS AS ((state <> ALL (ARRAY['refused'::text, 'withdrawn'::text]))) STORED NOT NULL,
    CONSTRAINT amounts_are_numbers CHECK (((asked <> 'NaN'::numeric) AND (waiting <> 'NaN'::numeric))),
    CONSTRAINT subsidy_application_asked_check CHECK ((asked >= (0)::numeric)),
    CONSTRAINT subsidy_application_state_check CHECK ((state = ANY (ARRAY['applied'::text, 'filed'::text, 'returned'::text, 'waitlisted'::text, 'refused'::text, 'signed'::text, 'paid'::text, 'withdrawn'::text, 'lapsed'::text]))),
    CONSTRAINT subsidy_application_waiting_check CHECK ((waiting >= (0)::numeric))
)
WITH (fillfactor='50');

COMMENT ON TABLE public.subsidy_application IS '保费补贴申请: one application for one policy (article 13)';

COMMENT ON COLUMN public.subsidy_application.waiting IS '轮候: what a signed plan approved of and had no budget for; zero where nothing waits';

COMMENT ON COLUMN public.subsidy_application.admitted IS 'Whether it is decided that it is reviewed although its insurer is barred (I-15)';

COMMENT ON COLUMN public.subsidy_application.live IS 'Whether it is neither refused nor withdrawn: its policy has no other';

CREATE TABLE public.substitution (
    absent text NOT NULL,
    substitute text NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    reason text NOT NULL,
    CONSTRAINT substitution_check CHECK ((until >= since)),
    CONSTRAINT substitution_check1 CHECK ((absent <> substitute))
);

COMMENT ON TABLE public.substitution IS '代理: who sees the work of an absent colleague of his office, and acts in it as himself, from a day to a day (article 15(3))';

CREATE TABLE public.supervisor (
    officer text NOT NULL,
    since date NOT NULL,
    until date,
    CONSTRAINT supervisor_check CHECK ((until >= since))
);

COMMENT ON TABLE public.supervisor IS '负责人: an officer who may redistribute his office''s work, from a day to a day (article 15(3))';

CREATE TABLE public.unmasking (
    stream text NOT NULL,
    officer text NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    command_id text NOT NULL,
    CONSTRAINT unmasking_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 200)))
);

COMMENT ON TABLE public.unmasking IS '明文查看: an officer had what is masked of a person in a proceeding shown in full once, and why; it is only added to, once under each name';

CREATE TABLE public.work_item (
    stream text NOT NULL,
    office_kind text NOT NULL,
    place text NOT NULL,
    kind text NOT NULL,
    scheme text NOT NULL,
    number text NOT NULL,
    stage text NOT NULL,
    deadline text,
    due_on date NOT NULL,
    provisional boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    taken_by text,
    taken_at timestamp with time zone,
    taken_in integer,
    CONSTRAINT work_item_check CHECK ((((taken_by IS NULL) = (taken_at IS NULL)) AND ((taken_by IS NULL) = (taken_in IS NULL))))
);

COMMENT ON TABLE public.work_item IS '待办: an office that an open proceeding waits for. It goes when the proceeding no longer waits for it, and whoever had taken it has it no longer';

COMMENT ON COLUMN public.work_item.place IS 'Whose of its kind: district/CODE, an office''s or enterprise''s code; empty where the kind is one office';

COMMENT ON COLUMN public.work_item.due_on IS 'The earliest running deadline, the office''s own before another''s; infinity where none runs';

COMMENT ON COLUMN public.work_item.taken_in IS 'The event of the office''s register of work in which it was taken';

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (officer);

ALTER TABLE ONLY public.annual_cap
    ADD CONSTRAINT annual_cap_pkey PRIMARY KEY (scheme, from_year);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_token_sha256_key UNIQUE (token_sha256);

ALTER TABLE ONLY public.bank_account
    ADD CONSTRAINT bank_account_pkey PRIMARY KEY (office, since);

ALTER TABLE ONLY public.budget
    ADD CONSTRAINT budget_pkey PRIMARY KEY (scheme, fiscal_year);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_pkey PRIMARY KEY (stream, name);

ALTER TABLE ONLY public.district
    ADD CONSTRAINT district_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_dossier_sequence_key UNIQUE (dossier, sequence);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_stream_office_proves_name_version_key UNIQUE (stream, office, proves, name, version);

ALTER TABLE ONLY public.document_withdrawal
    ADD CONSTRAINT document_withdrawal_pkey PRIMARY KEY (document);

ALTER TABLE ONLY public.edition_end
    ADD CONSTRAINT edition_end_pkey PRIMARY KEY (scheme, name, place);

ALTER TABLE ONLY public.enterprise_year
    ADD CONSTRAINT enterprise_year_pkey PRIMARY KEY (scheme, fiscal_year, enterprise);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_command_id_key UNIQUE (command_id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (stream, sequence);

ALTER TABLE ONLY public.filed_clause
    ADD CONSTRAINT filed_clause_pkey PRIMARY KEY (insurer, number);

ALTER TABLE ONLY public.founding
    ADD CONSTRAINT founding_pkey PRIMARY KEY (founded);

ALTER TABLE ONLY public.given_number
    ADD CONSTRAINT given_number_pkey PRIMARY KEY (series);

ALTER TABLE ONLY public.given_password
    ADD CONSTRAINT given_password_pkey PRIMARY KEY (officer, at);

ALTER TABLE ONLY public.holiday_notice
    ADD CONSTRAINT holiday_notice_pkey PRIMARY KEY (year);

ALTER TABLE ONLY public.insurer_bar
    ADD CONSTRAINT insurer_bar_pkey PRIMARY KEY (insurer);

ALTER TABLE ONLY public.insurer_listing
    ADD CONSTRAINT insurer_listing_pkey PRIMARY KEY (insurer, listed_from);

ALTER TABLE ONLY public.insurer_suspension
    ADD CONSTRAINT insurer_suspension_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.left_over
    ADD CONSTRAINT left_over_pkey PRIMARY KEY (round, sequence, application);

ALTER TABLE ONLY public.letterhead
    ADD CONSTRAINT letterhead_pkey PRIMARY KEY (office, since);

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_stream_sequence_key UNIQUE (stream, sequence);

ALTER TABLE ONLY public.office
    ADD CONSTRAINT office_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.officer
    ADD CONSTRAINT officer_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.plan_line
    ADD CONSTRAINT one_line_per_application UNIQUE (application, plan);

ALTER TABLE ONLY public.opinion
    ADD CONSTRAINT opinion_pkey PRIMARY KEY (application, round, office_kind, asked, concluded_at);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (command_id);

ALTER TABLE ONLY public.payment_voucher
    ADD CONSTRAINT payment_voucher_pkey PRIMARY KEY (scheme, voucher);

ALTER TABLE ONLY public.payment_voucher
    ADD CONSTRAINT payment_voucher_plan_insurer_key UNIQUE (plan, insurer);

ALTER TABLE ONLY public.plan_line
    ADD CONSTRAINT plan_line_pkey PRIMARY KEY (plan, rank);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_pkey PRIMARY KEY (stream);

ALTER TABLE ONLY public.proceeding
    ADD CONSTRAINT proceeding_pkey PRIMARY KEY (stream);

ALTER TABLE ONLY public.proceeding
    ADD CONSTRAINT proceeding_scheme_kind_number_key UNIQUE (scheme, kind, number);

ALTER TABLE ONLY public.refusal
    ADD CONSTRAINT refusal_pkey PRIMARY KEY (command_id, rule);

ALTER TABLE ONLY public.sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.signed_edition
    ADD CONSTRAINT signed_edition_pkey PRIMARY KEY (scheme, name);

ALTER TABLE ONLY public.signed_in
    ADD CONSTRAINT signed_in_pkey PRIMARY KEY (token_sha256);

ALTER TABLE ONLY public.subsidy_application
    ADD CONSTRAINT subsidy_application_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_pkey PRIMARY KEY (absent, substitute, since);

ALTER TABLE ONLY public.supervisor
    ADD CONSTRAINT supervisor_pkey PRIMARY KEY (officer, since);

ALTER TABLE ONLY public.unmasking
    ADD CONSTRAINT unmasking_pkey PRIMARY KEY (command_id);

ALTER TABLE ONLY public.work_item
    ADD CONSTRAINT work_item_pkey PRIMARY KEY (stream, office_kind, place);

CREATE INDEX api_token_officer_number_idx ON public.api_token USING btree (officer, number);

CREATE INDEX applications_in ON public.subsidy_application USING btree (round, number) INCLUDE (insurer, asked, concluded_at);

CREATE INDEX applications_of ON public.subsidy_application USING btree (scheme, insurer, number);

CREATE INDEX cases_of_enterprise ON public.proceeding USING btree (enterprise, changed_at, stream) WHERE (enterprise IS NOT NULL);

CREATE INDEX counted ON public.work_item USING btree (office_kind, place, kind, stage, taken_by, due_on);

CREATE INDEX deadline_due_on_idx ON public.deadline USING btree (due_on) WHERE (met_on IS NULL);

CREATE INDEX document_sha256_idx ON public.document USING btree (sha256);

CREATE INDEX entrusted_to ON public.proceeding USING btree (assessor, stage, number) WHERE ((kind = 'case'::text) AND (NOT closed));

CREATE INDEX event_stream_idx ON public.event USING btree (stream) WHERE (NOT passed);

CREATE INDEX found_by ON public.proceeding USING gin (terms, shown_to);

CREATE INDEX ledger_entry_plan_application_idx ON public.ledger_entry USING btree (plan, application) WHERE (kind = ANY (ARRAY['commitment'::text, 'cancellation'::text, 'payment'::text]));

CREATE INDEX ledger_entry_scheme_fiscal_year_idx ON public.ledger_entry USING btree (scheme, fiscal_year);

CREATE INDEX ledger_entry_stream_sequence_idx ON public.ledger_entry USING btree (stream, sequence);

CREATE INDEX looks_of ON public.unmasking USING btree (stream, at DESC);

CREATE INDEX notice_issued_on_number_idx ON public.notice USING btree (issued_on DESC, number DESC);

CREATE INDEX notice_office_issued_on_idx ON public.notice USING btree (office, issued_on);

CREATE INDEX officer_office_idx ON public.officer USING btree (office);

CREATE UNIQUE INDEX one_adjustment_per_document ON public.ledger_entry USING btree (scheme, fiscal_year, reference) WHERE (kind = 'adjustment'::text);

CREATE UNIQUE INDEX one_application_per_policy ON public.subsidy_application USING btree (stream) WHERE live;

CREATE UNIQUE INDEX one_appropriation_per_document ON public.ledger_entry USING btree (scheme, fiscal_year, reference) WHERE (kind = 'appropriation'::text);

CREATE UNIQUE INDEX one_cancellation_per_plan ON public.ledger_entry USING btree (application, plan) WHERE (kind = 'cancellation'::text);

CREATE UNIQUE INDEX one_carry_over_per_year ON public.ledger_entry USING btree (scheme, fiscal_year) WHERE (kind = 'carry_over'::text);

CREATE UNIQUE INDEX one_case_per_policy ON public.policy USING btree (scheme, insurer, number_key) WHERE (NOT released);

CREATE UNIQUE INDEX one_closing_per_year ON public.ledger_entry USING btree (scheme, fiscal_year) WHERE (kind = 'closing'::text);

CREATE UNIQUE INDEX one_commitment_per_plan ON public.ledger_entry USING btree (application, reference) WHERE (kind = 'commitment'::text);

CREATE UNIQUE INDEX one_live_case_per_product ON public.proceeding USING btree (scheme, enterprise, product_key) WHERE ((kind = 'case'::text) AND (product_key IS NOT NULL));

CREATE UNIQUE INDEX one_payment_per_plan ON public.ledger_entry USING btree (application, plan) WHERE (kind = 'payment'::text);

CREATE UNIQUE INDEX one_recovery_per_voucher ON public.ledger_entry USING btree (application, fiscal_year, reference) WHERE (kind = 'recovery'::text);

CREATE UNIQUE INDEX one_refund_per_application ON public.ledger_entry USING btree (application, fiscal_year) WHERE (kind = 'refund'::text);

CREATE UNIQUE INDEX one_suspension_at_a_time ON public.insurer_suspension USING btree (insurer) WHERE (ended_on IS NULL);

CREATE INDEX open_cases_at ON public.proceeding USING btree (stage, number) WHERE ((kind = 'case'::text) AND (NOT closed));

CREATE INDEX open_to ON public.work_item USING btree (office_kind, place, kind, stage, due_on, changed_at, stream);

CREATE INDEX opinion_round_office_kind_application_idx ON public.opinion USING btree (round, office_kind, application);

CREATE INDEX outbox_place_not_before_idx ON public.outbox USING btree (place, not_before) WHERE (NOT done);

CREATE INDEX outbox_stream_idx ON public.outbox USING btree (stream) WHERE (NOT done);

CREATE INDEX policy_about_idx ON public.policy USING btree (about);

CREATE INDEX prepared_by ON public.event USING btree (officer, act) WHERE (act = ANY (ARRAY['rectify'::text, 'admit_held'::text]));

CREATE INDEX proceeding_about_idx ON public.proceeding USING btree (about) WHERE (about IS NOT NULL);

CREATE INDEX proceeding_awaits_idx ON public.proceeding USING gin (awaits) WHERE (NOT closed);

CREATE INDEX proceeding_kind_stage_district_idx ON public.proceeding USING btree (kind, stage, district);

CREATE INDEX proceeding_number_idx ON public.proceeding USING btree (number);

CREATE INDEX recognised_products ON public.proceeding USING btree (scheme, published_on DESC, number DESC) INCLUDE (stream, stage, district, valid_until, product_kind) WHERE ((kind = 'case'::text) AND (published_on IS NOT NULL));

CREATE INDEX refusal_received_at_command_id_rule_idx ON public.refusal USING btree (received_at DESC, command_id DESC, rule DESC);

CREATE INDEX revoked ON public.proceeding USING btree (stream) WHERE ((file -> 'facts'::text) ? 'revocation'::text);

CREATE INDEX sign_in_officer_at_idx ON public.sign_in USING btree (officer, at);

CREATE INDEX signed_in_officer_idx ON public.signed_in USING btree (officer) WHERE (revoked_at IS NULL);

CREATE INDEX substitution_substitute_until_idx ON public.substitution USING btree (substitute, until);

CREATE INDEX work_item_office_kind_place_due_on_number_idx ON public.work_item USING btree (office_kind, place, due_on, number);

CREATE INDEX work_item_taken_by_due_on_number_idx ON public.work_item USING btree (taken_by, due_on, number) WHERE (taken_by IS NOT NULL);

CREATE TRIGGER check_chain BEFORE INSERT ON public.event FOR EACH ROW EXECUTE FUNCTION public.check_chain();

CREATE TRIGGER end_stays BEFORE UPDATE ON public.filed_clause FOR EACH ROW WHEN ((((old.withdrawn_on IS NOT NULL) AND (new.withdrawn_on IS DISTINCT FROM old.withdrawn_on)) OR (new.valid_until < old.valid_until))) EXECUTE FUNCTION public.register_stays();

CREATE TRIGGER end_stays BEFORE UPDATE ON public.insurer_listing FOR EACH ROW WHEN (((old.ended_on IS NOT NULL) AND (new.ended_on IS DISTINCT FROM old.ended_on))) EXECUTE FUNCTION public.register_stays();

CREATE TRIGGER end_stays BEFORE UPDATE ON public.insurer_suspension FOR EACH ROW WHEN (((old.ended_on IS NOT NULL) AND (new.ended_on IS DISTINCT FROM old.ended_on))) EXECUTE FUNCTION public.register_stays();

CREATE TRIGGER keep_left_over AFTER INSERT ON public.left_over REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION public.keep_left_over();

CREATE TRIGGER keep_line_of_application AFTER INSERT ON public.plan_line REFERENCING NEW TABLE AS drawn FOR EACH STATEMENT EXECUTE FUNCTION public.keep_line_of_application();

CREATE TRIGGER keep_within_asked AFTER UPDATE ON public.subsidy_application REFERENCING OLD TABLE AS before_so NEW TABLE AS now_so FOR EACH STATEMENT EXECUTE FUNCTION public.keep_within_asked();

CREATE TRIGGER number_stays BEFORE UPDATE ON public.given_number FOR EACH ROW WHEN (((new.last < old.last) OR (new.series <> old.series))) EXECUTE FUNCTION public.register_stays();

CREATE TRIGGER post_to_balances AFTER INSERT ON public.ledger_entry REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION public.post_to_balances();

CREATE TRIGGER weigh_closing AFTER INSERT ON public.ledger_entry REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION public.weigh_closing();

CREATE TRIGGER weigh_entries AFTER INSERT ON public.ledger_entry REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION public.weigh_entries();

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.bank_account
    ADD CONSTRAINT bank_account_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);

ALTER TABLE ONLY public.deadline
    ADD CONSTRAINT deadline_stream_fkey FOREIGN KEY (stream) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.district
    ADD CONSTRAINT district_successor_fkey FOREIGN KEY (successor) REFERENCES public.district(code);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_dossier_fkey FOREIGN KEY (dossier) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_handed_in_by_fkey FOREIGN KEY (handed_in_by) REFERENCES public.officer(code);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_stream_fkey FOREIGN KEY (stream) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.document
    ADD CONSTRAINT document_supersedes_fkey FOREIGN KEY (supersedes) REFERENCES public.document(number);

ALTER TABLE ONLY public.document_withdrawal
    ADD CONSTRAINT document_withdrawal_document_fkey FOREIGN KEY (document) REFERENCES public.document(number);

ALTER TABLE ONLY public.document_withdrawal
    ADD CONSTRAINT document_withdrawal_dossier_fkey FOREIGN KEY (dossier) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.document_withdrawal
    ADD CONSTRAINT document_withdrawal_withdrawn_by_fkey FOREIGN KEY (withdrawn_by) REFERENCES public.officer(code);

ALTER TABLE ONLY public.enterprise_year
    ADD CONSTRAINT enterprise_year_enterprise_fkey FOREIGN KEY (enterprise) REFERENCES public.office(code);

ALTER TABLE ONLY public.filed_clause
    ADD CONSTRAINT filed_clause_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.given_password
    ADD CONSTRAINT given_password_given_by_fkey FOREIGN KEY (given_by) REFERENCES public.officer(code);

ALTER TABLE ONLY public.given_password
    ADD CONSTRAINT given_password_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.insurer_bar
    ADD CONSTRAINT insurer_bar_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.insurer_listing
    ADD CONSTRAINT insurer_listing_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.insurer_suspension
    ADD CONSTRAINT insurer_suspension_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.letterhead
    ADD CONSTRAINT letterhead_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_stream_sequence_fkey FOREIGN KEY (stream, sequence) REFERENCES public.event(stream, sequence);

ALTER TABLE ONLY public.office
    ADD CONSTRAINT office_district_fkey FOREIGN KEY (district) REFERENCES public.district(code);

ALTER TABLE ONLY public.officer
    ADD CONSTRAINT officer_office_fkey FOREIGN KEY (office) REFERENCES public.office(code);

ALTER TABLE ONLY public.opinion
    ADD CONSTRAINT opinion_application_fkey FOREIGN KEY (application) REFERENCES public.subsidy_application(number);

ALTER TABLE ONLY public.opinion
    ADD CONSTRAINT opinion_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.opinion
    ADD CONSTRAINT opinion_round_fkey FOREIGN KEY (round) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.payment_voucher
    ADD CONSTRAINT payment_voucher_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_about_fkey FOREIGN KEY (about) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.proceeding
    ADD CONSTRAINT proceeding_district_fkey FOREIGN KEY (district) REFERENCES public.district(code);

ALTER TABLE ONLY public.proceeding
    ADD CONSTRAINT proceeding_enterprise_fkey FOREIGN KEY (enterprise) REFERENCES public.office(code);

ALTER TABLE ONLY public.signed_in
    ADD CONSTRAINT signed_in_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.subsidy_application
    ADD CONSTRAINT subsidy_application_enterprise_fkey FOREIGN KEY (enterprise) REFERENCES public.office(code);

ALTER TABLE ONLY public.subsidy_application
    ADD CONSTRAINT subsidy_application_insurer_fkey FOREIGN KEY (insurer) REFERENCES public.office(code);

ALTER TABLE ONLY public.subsidy_application
    ADD CONSTRAINT subsidy_application_round_fkey FOREIGN KEY (round) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.subsidy_application
    ADD CONSTRAINT subsidy_application_stream_fkey FOREIGN KEY (stream) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_absent_fkey FOREIGN KEY (absent) REFERENCES public.officer(code);

ALTER TABLE ONLY public.substitution
    ADD CONSTRAINT substitution_substitute_fkey FOREIGN KEY (substitute) REFERENCES public.officer(code);

ALTER TABLE ONLY public.supervisor
    ADD CONSTRAINT supervisor_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.unmasking
    ADD CONSTRAINT unmasking_officer_fkey FOREIGN KEY (officer) REFERENCES public.officer(code);

ALTER TABLE ONLY public.unmasking
    ADD CONSTRAINT unmasking_stream_fkey FOREIGN KEY (stream) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.work_item
    ADD CONSTRAINT work_item_stream_fkey FOREIGN KEY (stream) REFERENCES public.proceeding(stream);

ALTER TABLE ONLY public.work_item
    ADD CONSTRAINT work_item_taken_by_fkey FOREIGN KEY (taken_by) REFERENCES public.officer(code);

GRANT USAGE ON SCHEMA public TO firstcover_app;

REVOKE ALL ON FUNCTION public.absorb_district(absorbed text, into_district text, last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.absorb_district(absorbed text, into_district text, last_day date) TO firstcover_app;

REVOKE ALL ON FUNCTION public.account_of(whose text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_of(whose text) TO firstcover_app;

REVOKE ALL ON FUNCTION public.appoint_officer(officer_code text, officer_name text, office_code text, from_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.appoint_officer(officer_code text, officer_name text, office_code text, from_day date) TO firstcover_app;

REVOKE ALL ON FUNCTION public.close_budget(for_scheme text, for_year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.close_budget(for_scheme text, for_year integer) TO firstcover_app;

REVOKE ALL ON FUNCTION public.end_officer(officer_code text, last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_officer(officer_code text, last_day date) TO firstcover_app;

REVOKE ALL ON FUNCTION public.enter_account(event integer, insurer_code text, from_day date, paid_to text, at_bank text, branch text, number text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter_account(event integer, insurer_code text, from_day date, paid_to text, at_bank text, branch text, number text) TO firstcover_app;

REVOKE ALL ON FUNCTION public.enter_letterhead(event integer, office_code text, from_day date, signs_as text, numbers_under text, reconsidered_by text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter_letterhead(event integer, office_code text, from_day date, signs_as text, numbers_under text, reconsidered_by text) TO firstcover_app;

REVOKE ALL ON FUNCTION public.establish_office(event integer, office_code text, office_kind text, zh text, en text, on_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.establish_office(event integer, office_code text, office_kind text, zh text, en text, on_day date) TO firstcover_app;

REVOKE ALL ON FUNCTION public.give_cap(for_scheme text, for_year integer, cap numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.give_cap(for_scheme text, for_year integer, cap numeric) TO firstcover_app;

REVOKE ALL ON FUNCTION public.lock_budget(for_scheme text, for_year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.lock_budget(for_scheme text, for_year integer) TO firstcover_app;

REVOKE ALL ON FUNCTION public.note_sign_in(whose text, at timestamp with time zone, passed boolean, why text, most integer, locked_for interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.note_sign_in(whose text, at timestamp with time zone, passed boolean, why text, most integer, locked_for interval) TO firstcover_app;

REVOKE ALL ON FUNCTION public.register_enterprise(uscc text, name text, district_code text, contact text, on_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.register_enterprise(uscc text, name text, district_code text, contact text, on_day date) TO firstcover_app;

REVOKE ALL ON FUNCTION public.set_password(whose text, new_hash text, ends timestamp with time zone, at timestamp with time zone, kept bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.set_password(whose text, new_hash text, ends timestamp with time zone, at timestamp with time zone, kept bytea) TO firstcover_app;

GRANT SELECT ON TABLE public.annual_cap TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.api_token TO firstcover_app;

GRANT UPDATE(revoked_at) ON TABLE public.api_token TO firstcover_app;

GRANT SELECT ON TABLE public.bank_account TO firstcover_app;

GRANT SELECT ON TABLE public.budget TO firstcover_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.deadline TO firstcover_app;

GRANT SELECT ON TABLE public.district TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.document TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.document_withdrawal TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.edition_end TO firstcover_app;

GRANT SELECT ON TABLE public.enterprise_year TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.event TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.filed_clause TO firstcover_app;

GRANT UPDATE(valid_until) ON TABLE public.filed_clause TO firstcover_app;

GRANT UPDATE(withdrawn_on) ON TABLE public.filed_clause TO firstcover_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.given_number TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.given_password TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.holiday_notice TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.insurer_bar TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.insurer_listing TO firstcover_app;

GRANT UPDATE(ended_on) ON TABLE public.insurer_listing TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.insurer_suspension TO firstcover_app;

GRANT UPDATE(ended_on) ON TABLE public.insurer_suspension TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.ledger_entry TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.left_over TO firstcover_app;

GRANT SELECT ON TABLE public.letterhead TO firstcover_app;

GRANT SELECT ON TABLE public.migration TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.notice TO firstcover_app;

GRANT SELECT ON TABLE public.office TO firstcover_app;

GRANT SELECT ON TABLE public.officer TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.opinion TO firstcover_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.outbox TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.payment_voucher TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.plan_line TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.policy TO firstcover_app;

GRANT UPDATE(policy_number) ON TABLE public.policy TO firstcover_app;

GRANT UPDATE(released) ON TABLE public.policy TO firstcover_app;

GRANT UPDATE(number_key) ON TABLE public.policy TO firstcover_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.proceeding TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.refusal TO firstcover_app;

GRANT SELECT ON TABLE public.sign_in TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.signed_edition TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.signed_in TO firstcover_app;

GRANT UPDATE(seen_at) ON TABLE public.signed_in TO firstcover_app;

GRANT UPDATE(revoked_at) ON TABLE public.signed_in TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(concluded_at) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(asked) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(state) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(round) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(return_received_at) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(waiting) ON TABLE public.subsidy_application TO firstcover_app;

GRANT UPDATE(admitted) ON TABLE public.subsidy_application TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.substitution TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.supervisor TO firstcover_app;

GRANT UPDATE(until) ON TABLE public.supervisor TO firstcover_app;

GRANT SELECT,INSERT ON TABLE public.unmasking TO firstcover_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.work_item TO firstcover_app;
