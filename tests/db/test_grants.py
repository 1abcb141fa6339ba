"""The program's role owns nothing: it adds to history and money, and cannot take away, rewrite or forge."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM
from db.pool import Connection
from tests.conftest import PASSWORD

READS, ADDS, KEEPS = frozenset({"SELECT"}), frozenset({"SELECT", "INSERT"}), frozenset({"SELECT", "INSERT", "UPDATE"})
#: What the role may do with each table.
MAY = {
    **dict.fromkeys(("bank_account", "budget", "district", "enterprise_year"), READS),
    **dict.fromkeys(("migration", "office", "officer", "letterhead", "annual_cap"), READS),
    # A listing and a suspension can be ended, a clause prolonged or withdrawn: by their columns, not as a whole.
    **dict.fromkeys(("insurer_bar", "insurer_listing", "insurer_suspension", "filed_clause"), ADDS),
    **dict.fromkeys(
        ("event", "ledger_entry", "refusal", "opinion", "plan_line", "left_over", "notice", "policy"), ADDS
    ),
    "payment_voucher": ADDS,
    **dict.fromkeys(("document", "document_withdrawal"), ADDS),
    **dict.fromkeys(("supervisor", "substitution", "holiday_notice", "signed_edition", "edition_end"), ADDS),
    # What waits is taken away when it waits no longer: who had it stands in the office's register of work.
    "work_item": KEEPS | {"DELETE"},
    **dict.fromkeys(("given_number", "proceeding", "deadline", "outbox"), KEEPS),
    "subsidy_application": ADDS,
    # A hash is asked for one by one, of a function; nobody reads the accounts.
    **dict.fromkeys(("signed_in", "api_token", "given_password", "unmasking"), ADDS),
    "sign_in": READS,
}
#: Of tables it may not update as a whole, the columns that it may.
MAY_CHANGE = {
    "subsidy_application": {"state", "round", "return_received_at", "asked", "concluded_at", "waiting", "admitted"},
    "signed_in": {"seen_at", "revoked_at"},
    "api_token": {"revoked_at"},
    "insurer_listing": {"ended_on"},
    "insurer_suspension": {"ended_on"},
    "filed_clause": {"valid_until", "withdrawn_on"},
    "supervisor": {"until"},
    "policy": {"policy_number", "number_key", "released"},
}
#: History and money, with a column of each.
KEPT = {
    "event": "body",
    "ledger_entry": "amount",
    "budget": "appropriated",
    "enterprise_year": "committed",
    "annual_cap": "amount",
    "opinion": "approves",
    "plan_line": "approved",
    "left_over": "application",
    "refusal": "why",
    "notice": "number",
    "document": "sha256",
    "document_withdrawal": "reason",
    "sign_in": "officer",
    "unmasking": "reason",
    "payment_voucher": "insurer",
}


@pytest.fixture
async def program(database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def barred(postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """The program's role, in a database where it tries only what it may not: nothing is ever written there."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database grants template {DATABASE}")
    connection = await asyncpg.connect(postgres.dsn(PROGRAM, "grants", PASSWORD))
    yield connection
    await connection.close()
    await admin.execute("drop database grants")
    await admin.close()


async def test_the_role_may_do_with_each_table_exactly_what_is_declared(program: Connection) -> None:
    rows = await program.fetch(
        "select tablename, privilege from pg_tables, "
        "unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege "
        "where schemaname = 'public' and has_table_privilege(tablename, privilege)"
    )
    may: dict[str, set[str]] = {}
    for row in rows:
        may.setdefault(row["tablename"], set()).add(row["privilege"])
    assert may == MAY


async def test_the_role_may_change_exactly_the_columns_that_are_declared(program: Connection) -> None:
    rows = await program.fetch(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not a.attisdropped "
        "and has_column_privilege(c.oid, a.attnum, 'UPDATE') and not has_table_privilege(c.oid, 'UPDATE')"
    )
    may: dict[str, set[str]] = {}
    for row in rows:
        may.setdefault(row["relname"], set()).add(row["attname"])
    assert may == MAY_CHANGE


async def test_the_role_owns_nothing_and_is_nobody_else(program: Connection) -> None:
    assert await program.fetchval("select current_user") == PROGRAM
    owned = """
        select relname from pg_class where relowner = $1::regrole union all
        select proname from pg_proc where proowner = $1::regrole union all
        select nspname from pg_namespace where nspowner = $1::regrole union all
        select datname from pg_database where datdba = $1::regrole
    """
    assert await program.fetch(owned, PROGRAM) == []
    role = await program.fetchrow(
        "select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as mighty, "
        "exists (select from pg_auth_members where member = r.oid) as member from pg_roles r where rolname = $1",
        PROGRAM,
    )
    assert tuple(role or ()) == (False, False)


@pytest.mark.parametrize("statement", ["update {0} set {1} = {1}", "delete from {0}", "truncate {0} cascade"])
@pytest.mark.parametrize("table", KEPT)
async def test_history_and_money_cannot_be_rewritten(barred: Connection, table: str, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await barred.execute(statement.format(table, KEPT[table]))


@pytest.mark.parametrize(
    "statement",
    [
        "insert into budget (scheme, fiscal_year, appropriated) values ('dalian', 2026, 1000000)",
        "insert into annual_cap values ('dalian', 2020, 900000)",
        "insert into enterprise_year values ('dalian', 2026, 'insurer-a', 900000)",
        "insert into officer (code, name, office, since) values ('ghost', '鬼', 'finance', '2016-01-01')",
        "insert into office (code, kind, name_zh, name_en) values ('finance-2', 'finance', '财', 'Finance')",
        "update officer set office = 'finance' where code = 'bureau-1'",
        "update insurer_listing set listed_until = '2099-12-31'",
        "update insurer_suspension set suspended_on = '2099-12-31'",
        "update insurer_bar set barred_on = '2099-12-31'",
        "update filed_clause set text_sha256 = repeat('0', 64)",
        "update filed_clause set filed_on = '2016-01-01'",
        "delete from insurer_listing",
        "delete from insurer_suspension",
        "delete from filed_clause",
        "delete from insurer_bar",
    ],
)
async def test_registers_budgets_and_caps_are_not_the_programs_to_write(barred: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await barred.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "alter table event disable trigger all",
        "alter table ledger_entry disable trigger post_to_balances",
        "drop trigger check_chain on event",
        "set session_replication_role = replica",
        "alter table budget drop constraint budget_not_overspent",
        "create or replace function check_chain() returns trigger language plpgsql as $$ begin return new; end $$",
        "create table public.event_of_my_own (x text)",
        "drop table event",
        "create rule none as on insert to event do instead nothing",
        "set role firstcover_owner",
        "set session authorization postgres",
    ],
)
async def test_what_keeps_history_and_money_cannot_be_put_out_of_force(barred: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await barred.execute(statement)


async def test_a_temporary_table_of_the_same_name_deceives_neither_ledger_nor_chain(program: Connection) -> None:
    await program.execute("create temporary table budget (like public.budget)")
    await program.execute("insert into pg_temp.budget values ('dalian', 2026, 900, 0, 0, 0, false)")
    assert await program.fetchval("select lock_budget('dalian', 2026)") == 0
    await program.execute("create temporary table event (like public.event)")
    with pytest.raises(asyncpg.UniqueViolationError, match="does not follow the last one"):
        await add(program, place("s", 2))


async def test_an_enterprise_can_be_registered_but_no_other_office_and_no_second_name(program: Connection) -> None:
    register = "select register_enterprise($1, $2, 'ganjingzi', $3, '2026-03-02')"
    await program.execute(register, "91210211MA0000001X", "甲", "王")
    await program.execute(register, "91210211MA0000001X", "乙", "李")
    rows = await program.fetch(
        "select f.kind, f.name_zh, o.name from office f join officer o on o.office = f.code where f.code like '9121%'"
    )
    assert [tuple(row) for row in rows] == [("enterprise", "甲", "王")]
    await program.execute(register, "finance", "冒名", "鬼")
    assert await program.fetchval("select kind from office where code = 'finance'") == "finance"
    assert await program.fetchval("select count(*) from officer where office = 'finance' and code = 'finance'") == 0


# --- the chain ------------------------------------------------------------------------------------------------------


def place(stream: str, sequence: int, **more: Any) -> dict[str, Any]:
    """The body of an event."""
    told = {"stream": stream, "sequence": sequence, "command_id": f"{stream}-{sequence}"}
    return {**told, "act": "try", "officer": "bureau-1", "passed": True, **more}


async def add(
    connection: Connection,
    body: dict[str, Any],
    previous: bytes = b"",
    digest: bytes | None = None,
    at: tuple[str, int, str] | None = None,
) -> bytes:
    """Insert an event, at the place its body names and with its true hash unless others are given."""
    text = json.dumps(body)
    hashed = digest or sha256(previous + text.encode()).digest()
    where = at or (body["stream"], body["sequence"], body["command_id"])
    await connection.execute(
        "insert into public.event (stream, sequence, command_id, body, previous, hash) values ($1, $2, $3, $4, $5, $6)",
        *(*where, text, previous, hashed),
    )
    return hashed


async def test_an_event_that_follows_the_last_one_is_taken(program: Connection) -> None:
    first = await add(program, place("s", 1))
    await add(program, place("s", 2), first)
    assert await program.fetchval("select count(*) from event") == 2


async def test_an_event_that_does_not_follow_the_last_one_is_refused(program: Connection) -> None:
    first = await add(program, place("s", 1))
    other = await add(program, place("t", 1))
    out_of_line = [
        (place("s", 3), first),
        (place("s", 1, command_id="again"), b""),
        (place("s", 2), b""),
        (place("s", 2), other),
        (place("s", 0), first),
        (place("u", 2), b""),
        (place("u", 1), first),
    ]
    for body, previous in out_of_line:
        with pytest.raises(asyncpg.UniqueViolationError, match="does not follow the last one"):
            await add(program, body, previous)
    assert await program.fetchval("select count(*) from event") == 2


async def test_an_event_with_another_hash_is_refused(program: Connection) -> None:
    for digest in (
        sha256(b"another text").digest(),
        b"short",
        sha256(json.dumps(place("s", 1)).encode()).digest()[::-1],
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="not hashed over its predecessor and its body"):
            await add(program, place("s", 1), digest=digest)


@pytest.mark.parametrize(
    "lie",
    [
        {"stream": "t"},
        {"sequence": 2},
        {"command_id": "another"},
        {"stream": None},
        {"sequence": None},
        {"command_id": None},
    ],
    ids=str,
)
async def test_an_event_whose_text_names_another_place_or_none_is_refused(
    program: Connection, lie: dict[str, Any]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="names another place than its own"):
        await add(program, place("s", 1) | lie, at=("s", 1, "s-1"))


@pytest.mark.parametrize("missing", ["stream", "sequence", "command_id"])
async def test_an_event_whose_text_leaves_its_place_out_is_refused(program: Connection, missing: str) -> None:
    body = place("s", 1)
    del body[missing]
    with pytest.raises(asyncpg.CheckViolationError, match="names another place than its own"):
        await add(program, body, at=("s", 1, "s-1"))


async def test_a_command_becomes_an_event_once_in_whatever_stream(program: Connection) -> None:
    await add(program, place("s", 1, command_id="one"))
    with pytest.raises(asyncpg.UniqueViolationError, match="event_command_id_key"):
        await add(program, place("t", 1, command_id="one"))


@pytest.mark.parametrize("column", ["act", "officer", "passed"])
async def test_what_is_read_from_the_text_cannot_be_said_otherwise(program: Connection, column: str) -> None:
    with pytest.raises(asyncpg.GeneratedAlwaysError):
        await program.execute(f"insert into event (stream, {column}) values ('s', 'true')")


@pytest.mark.parametrize(
    "statement",
    [
        "update given_number set last = last - 1",
        "update given_number set series = 'another'",
        "update filed_clause set withdrawn_on = null",
        "update filed_clause set withdrawn_on = '2016-06-03'",
        "update filed_clause set valid_until = '2016-12-30'",
        "update insurer_listing set ended_on = null",
        "update insurer_listing set ended_on = '2016-12-30' where insurer = 'insurer-c'",
        "update insurer_suspension set ended_on = null",
        "update insurer_suspension set ended_on = '2016-12-30'",
    ],
)
async def test_what_a_register_has_ended_or_given_stays_so(program: Connection, statement: str) -> None:
    await program.execute("insert into given_number values ('series', 7)")
    await program.execute(
        "insert into filed_clause (number, insurer, filed_on, valid_until, text_sha256) "
        "values ('C', 'insurer-c', '2016-01-01', '2016-12-31', repeat('0', 64))"
    )
    await program.execute("insert into insurer_listing values ('insurer-c', '2016-01-01', '2016-12-31', 'a list')")
    await program.execute("insert into insurer_suspension (insurer, suspended_on) values ('insurer-c', '2016-05-01')")
    end = "update {} set {} = '2016-06-01' where insurer = 'insurer-c'"
    await program.execute(end.format("filed_clause", "withdrawn_on") + " and number = 'C'")
    for table in ("insurer_listing", "insurer_suspension"):
        await program.execute(end.format(table, "ended_on"))
    await program.execute("update given_number set last = last + 1")
    with pytest.raises(asyncpg.CheckViolationError, match="stays"):
        await program.execute(statement)
