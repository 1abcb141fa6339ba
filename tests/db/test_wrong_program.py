"""A deliberately wrong program, with the program's own rights: it cannot overspend, exceed a cap, edit or delete.

It writes SQL straight at a record on which money was given, paid, returned and waits. What the database cannot refuse
without knowing the law, an amount or a state that no event tells, `audit verify` finds.
"""

# ruff: noqa: E501 - a sentence and its statement stand on one line
from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.done import ACCOUNTS
from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool, open_pool
from service.auditing import verified
from tests.activities.market import Market, prepared
from tests.activities.moves import Move
from tests.conftest import PASSWORD
from tests.db.invariants import INVARIANTS, broken
from tests.workshop import Workshop, opened

#: Where each application stands: of those signed one was paid, and the other's payment failed.
PAID, PART_SIGNED, WAITS, SIGNED, WAITS_TOO, PLANNED = range(6)
FIRST, SECOND = "round:dalian:2030Q1", "round:dalian:2030Q2"
EXCEPT_STATES = "an application stands where its money does"


async def half_way(pool: Pool) -> None:
    """A year whose first round is signed and paid in part, whose second is planned, and a recovery half repaid."""
    await prepared(pool)
    market = await Market(pool).opened()
    for place in range(5):
        await market.do(Move("apply", place))
    await market.do(Move("appropriate", 2030, choice=3))
    await market.do(Move("appropriate", 2030, choice=0))
    # Insurer A is paid; the bank does not pay insurer B.
    while (move := await market.next_of("2030Q1", 0)) and move.act != "pay":
        await market.do(move)
    form = {"vouchers": {"insurer-a": "PZ-1"}, "failed": {"insurer-b": "账号有误"}}
    assert market.cases[0].case
    await market.order("pay", FIRST, "finance-2", form)
    await market.do(Move("apply", PLANNED))
    await market.do(Move("appropriate", 2030, choice=1))
    while (move := await market.next_of("2030Q2", 0)) and move.act != "sign_plan":
        await market.do(move)
    for act, choice in (("open_recovery", 0), ("decide_recovery", 1), ("demand", 0), ("record_repayment", 2)):
        await market.do(Move(act, 0, choice=choice))
    await market.relay_all()


@pytest.fixture(scope="module")
async def half_way_workshop(postgres: EmbeddedPostgres) -> AsyncIterator[Workshop]:
    async with opened(postgres, "half_way", PASSWORD) as made:
        async with await open_pool(made.address) as pool:
            await half_way(pool)
        await made.keep()
        yield made


@pytest.fixture
async def database(half_way_workshop: Workshop) -> str:
    return await half_way_workshop.put_back()


@pytest.fixture
async def program(database: str) -> AsyncIterator[Connection]:
    """The wrong program's connection, with the rights of the right one."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


def of(place: int) -> str:
    return f"(select * from subsidy_application order by number offset {place} limit 1) a"


def entry(
    kind: str,
    amount: str,
    place: int | None = None,
    plan: str | None = None,
    *,
    year: int = 2030,
    reference: str = "X",
    whose: str = "a.enterprise",
    at: tuple[str, int] = (FIRST, 11),
) -> str:
    """An entry of the ledger about an application, or about none."""
    accounts = ACCOUNTS.get(kind, ("available", "committed"))
    about = f"{whose}, a.number" if place is not None else "null, null"
    if kind == "commitment" and plan:
        reference = plan
    planned = f"'{plan}'" if plan else "null"
    return (
        "insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, enterprise, application, plan, "
        f"reference, stream, sequence) select 'dalian', {year}, '{kind}', '{accounts[0]}', '{accounts[1]}', {amount}, "
        f"{about}, {planned}, '{reference}', '{at[0]}', {at[1]}" + (f" from {of(place)}" if place is not None else "")
    )


def line(place: int, approved: str, plan: str = "X") -> str:
    """A line of a plan that approves whatever it likes of what is asked."""
    return (
        "insert into plan_line (plan, round, rank, application, enterprise, insurer, asked, cut_by_cap, approved, "
        f"waitlisted) select '{plan}', '{SECOND}', {place + 1}, number, enterprise, insurer, {approved}, 0, {approved}, 0 "
        f"from {of(place)}"
    )


def given_to(place: int, amount: str, plan: str = "X", year: int = 2030) -> str:
    """A line and its commitment, with nothing left to wait."""
    return "; ".join(
        (settle(place, "waiting = 0"), line(place, amount, plan), entry("commitment", amount, place, plan, year=year))
    )


def settle(place: int, change: str) -> str:
    return f"update subsidy_application set {change} where number = (select number from {of(place)})"


ANOTHERS = "(select enterprise from subsidy_application b where b.enterprise <> a.enterprise order by number limit 1)"
SHADOW = "create temporary table {0} (like public.{0}); insert into pg_temp.{0} {1}; "
DONE = "2030Q1-P8"

#: What the database refuses, as sentences: a wrong program ...
REFUSED = {
    "commits more than the budget has left": f"{given_to(WAITS, '60000')}; {given_to(WAITS_TOO, '190000.01')}",
    "commits in a year that was granted nothing": given_to(WAITS, "0.01", year=2031),
    "commits beyond an enterprise's cap": given_to(PLANNED, "100000.01"),
    "commits beyond an enterprise's cap by two plans": f"{given_to(PLANNED, '60000', 'X')}; {given_to(PLANNED, '40000.01', 'Y')}",
    "commits more than is asked": given_to(WAITS_TOO, "200000.01"),
    "commits more than is asked by two plans": f"{given_to(WAITS_TOO, '150000', 'X')}; {given_to(WAITS_TOO, '50000.01', 'Y')}",
    "commits what goes on waiting": f"{line(WAITS_TOO, '0.01')}; {entry('commitment', '0.01', WAITS_TOO, 'X')}",
    "commits what no plan approves": entry("commitment", "100.00", PLANNED, "X"),
    "commits another amount than its plan approves": entry("commitment", "100000.01", PLANNED, "2030Q2-P7"),
    "commits what another's line approves": entry("commitment", "100000.00", WAITS_TOO, "2030Q2-P7"),
    "commits twice by one plan": entry("commitment", "300000.00", SIGNED, DONE),
    "commits again to what has all it asked": given_to(SIGNED, "0.01"),
    "commits to an enterprise that did not apply": f"{line(PLANNED, '1')}; {entry('commitment', '1', PLANNED, 'X', whose=ANOTHERS)}",
    "pays twice": entry("payment", "200000.00", PAID, DONE, reference="PZ-2"),
    "pays what no plan committed": entry("payment", "100.00", PLANNED, "2030Q2-P7"),
    "pays a fen more than was committed": entry("payment", "300000.01", SIGNED, DONE),
    "pays a fen less than was committed": entry("payment", "299999.99", SIGNED, DONE),
    "pays another enterprise": entry("payment", "300000.00", SIGNED, DONE, whose=ANOTHERS),
    "pays from another year": entry("payment", "300000.00", SIGNED, DONE, year=2031),
    "pays what it has cancelled": f"{entry('cancellation', '300000.00', SIGNED, DONE)}; {entry('payment', '300000.00', SIGNED, DONE)}",
    "cancels what was paid": entry("cancellation", "200000.00", PAID, DONE),
    "cancels twice": f"{entry('cancellation', '300000.00', SIGNED, DONE)}; {entry('cancellation', '300000.00', SIGNED, DONE)}",
    "cancels a part and keeps the rest": entry("cancellation", "1.00", SIGNED, DONE),
    "takes back more than was paid": entry("recovery", "166666.68", PAID),
    "takes back of what was never paid": entry("refund", "0.01", SIGNED),
    "takes back of another year": entry("recovery", "0.01", PAID, year=2031),
    "grants by one document twice": entry("appropriation", "1.00", reference="大财指66号"),
    "takes what is committed out of the year": entry("adjustment", "250000.01"),
    "closes a year that owes": entry("closing", "250000.01"),
    "enters a negative grant": entry("appropriation", "-1.00"),
    "enters a grant of nothing": entry("appropriation", "0.00"),
    "carries money over that nobody has": entry("carry_over", "100.00"),
    "closes a part of a year": entry("closing", "100.00"),
    "enters a grant that is no number": entry("appropriation", "'NaN'::numeric"),
    "carries over what is no number": entry("carry_over", "'NaN'::numeric"),
    "asks for what is no number": settle(PLANNED, "asked = 'NaN'"),
    "lets wait what is no number": settle(WAITS_TOO, "waiting = 'NaN'"),
    "plans what is no number": line(PLANNED, "'NaN'::numeric"),
    "raises the cap to what is no number": "insert into annual_cap values ('dalian', 2031, 'NaN')",
    "gives an opinion of what is no number": "insert into opinion select number, round, 'finance', 'finance-1', false, 'x', "
    f"'NaN', concluded_at from {of(PLANNED)}",
    "enters a negative commitment": entry("commitment", "-1.00", SIGNED, DONE),
    "enters a kind of its own": entry("gift", "1.00", PAID),
    "books a grant to another account": entry("appropriation", "1.00").replace("'treasury'", "'paid'"),
    "enters what no event caused": entry("appropriation", "1.00", at=(FIRST, 99)),
    "enters what no event caused, with its constraints put off": "set constraints all deferred; "
    + entry("appropriation", "1.00", at=("nowhere", 1)),
    "asks for more once a plan is signed": settle(PART_SIGNED, "asked = 400000"),
    "asks for less once a plan is signed": settle(PART_SIGNED, "asked = 200000"),
    "lets more wait than is asked": settle(PART_SIGNED, "waiting = 100000.01"),
    "asks less than nothing": settle(PLANNED, "asked = -1"),
    "hands an application to another enterprise": settle(PLANNED, "enterprise = 'insurer-a'"),
    "hands an application to another insurer": settle(PLANNED, "insurer = 'insurer-b'"),
    "approves more than is asked and cut in a line": line(PLANNED, "100").replace(", 0, 100, 0 from", ", 0, 200, 0 from"),
    "enters an application twice": "insert into subsidy_application (number, stream, scheme, enterprise, insurer, "
    f"concluded_at, asked, state) select 'again', stream, scheme, enterprise, insurer, concluded_at, asked, 'applied' from {of(SIGNED)}",
    "adds to a signed plan's line by conflict": "insert into plan_line select * from plan_line where rank = 1 "
    "on conflict (plan, rank) do update set approved = 500000",
    "raises the budget by conflict": "insert into budget (scheme, fiscal_year) values ('dalian', 2030) "
    "on conflict (scheme, fiscal_year) do update set appropriated = 9000000",
    "merges the ledger away": "merge into ledger_entry l using budget b on l.fiscal_year = b.fiscal_year when matched then delete",
    "shows the ledger a plan of its own": SHADOW.format("plan_line", "select 'X', 'r', 1, number, enterprise, insurer, 100, 0, 100, 0 "
    f"from {of(PLANNED)}") + entry("commitment", "100", PLANNED, "X"),
    "shows the ledger a budget of its own": SHADOW.format("budget", "values ('dalian', 2031, 9000000, 0, 0, 0)") + given_to(PLANNED, "1", year=2031),
    "shows the ledger entries of its own": SHADOW.format("ledger_entry", "overriding system value select * from public.ledger_entry where kind = 'x'")
    + entry("payment", "200000.00", PAID, DONE).replace("into ledger_entry", "into public.ledger_entry"),
    "appoints an officer since before there was a register": "select appoint_officer('ghost', '鬼', 'finance', '1990-01-01')",
    "takes up what is no application": f"insert into left_over values ('{SECOND}', 1, 'ghost')",
    "takes up by what never happened": f"insert into left_over select '{SECOND}', 99, number from {of(PLANNED)}",
    "puts the triggers out of force": "set session_replication_role = replica",
    "puts them out of force for its next session": "alter role firstcover_app set session_replication_role = replica",
    "disables the ledger's triggers": "alter table ledger_entry disable trigger all",
    "drops the ledger's trigger": "drop trigger weigh_entries on ledger_entry",
    "drops the budget's limit": "alter table budget drop constraint budget_not_overspent",
    "drops the ledger": "drop table ledger_entry cascade",
    "replaces what weighs entries": "create or replace function weigh_entries() returns trigger language plpgsql as $$ begin return null; end $$",
    "writes past the ledger by a rule": "create rule none as on insert to ledger_entry do instead nothing",
    "moves the numbers of the entries": "select setval('ledger_entry_id_seq', 1)",
    "moves the order of the events": "alter sequence event_recorded_seq restart",
    "grants itself the right to update": "grant update on budget to firstcover_app; update budget set paid = 0",
    "becomes the owner": "set role postgres",
    "writes the server's files": "copy ledger_entry to program 'cat'",
    "changes the catalogue": "update pg_trigger set tgenabled = 'D'",
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSED)
async def test_the_database_refuses_a_program_that(program: Connection, sentence: str) -> None:
    with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)):
        async with program.transaction():
            await program.execute(REFUSED[sentence])
    assert await broken(program) == []


@pytest.mark.parametrize(
    "statement",
    [
        entry("appropriation", "'Infinity'::numeric"),
        settle(PLANNED, "asked = 'Infinity'"),
        line(PLANNED, "'Infinity'::numeric"),
    ],
)
async def test_no_amount_is_without_end(program: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.NumericValueOutOfRangeError):
        await program.execute(statement)


async def test_nothing_anywhere_is_deleted_by_a_program(program: Connection) -> None:
    # What an office waits for goes when nobody waits any more; it is no part of the record.
    asked = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'work_item'"
    tables = await program.fetch(asked)
    assert len(tables) > 20
    for (table,) in tables:
        for statement in (f"delete from {table}", f"truncate {table} cascade", f"drop table {table} cascade"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await program.execute(statement)


def event(stream: str, act: str, changes: str = "{}") -> str:
    """An event that is chained as it should be, and tells what never was."""
    body = f"""jsonb_build_object('stream', stream, 'sequence', sequence + 1, 'command_id', 'forged', 'act', '{act}',
        'officer', 'finance-1', 'office', 'finance', 'passed', true, 'at', '2026-01-01T00:00:00+00:00',
        'data', '{{}}'::jsonb, 'changes', '{changes}'::jsonb)::text"""
    return f"""insert into event (stream, sequence, command_id, body, previous, hash)
        select stream, sequence + 1, 'forged', body, hash, sha256(hash || convert_to(body, 'UTF8'))
        from (select stream, sequence, hash, {body} as body from event where stream = '{stream}'
            order by sequence desc limit 1) last"""


def ordered(act: str, data: str) -> str:
    return f"""insert into outbox (command_id, stream, command, not_before)
        select '{FIRST}/13/{act}/' || a.stream, a.stream, jsonb_build_object('id', '{FIRST}/13/{act}/' || a.stream,
        'stream', a.stream, 'act', '{act}', 'officer', '{FIRST}', 'received_at', now(), 'data', '{data}'::jsonb), now()
        from {of(SIGNED)}"""


#: What the database takes, for the law alone says that it is wrong; the limits hold, and the audit finds it.
FOUND = {
    "grants a year money that no document granted": entry("appropriation", "9000000.00"),
    "takes back a grant": entry("adjustment", "100.00"),
    "commits by a plan that nobody signed": entry("commitment", "100000.00", PLANNED, "2030Q2-P7", at=(SECOND, 7)),
    "commits by a plan of its own": given_to(PLANNED, "100.00"),
    "pays what nobody confirmed": entry("payment", "300000.00", SIGNED, DONE),
    "cancels what a plan gave": entry("cancellation", "300000.00", SIGNED, DONE),
    "takes back what nobody repaid": entry("recovery", "1.00", PAID),
    "refunds what nobody refunded": entry("refund", "1.00", PAID),
    "says that what was paid was not": settle(PAID, "state = 'signed'"),
    "says that what is signed was paid": settle(SIGNED, "state = 'paid'"),
    "lets an application that was paid be filed again": settle(PAID, "state = 'applied', round = null"),
    "refuses what is in review": settle(PLANNED, "state = 'refused'"),
    "lets nothing wait any more": settle(WAITS_TOO, "waiting = 0"),
    "lets less wait": settle(PART_SIGNED, "waiting = 99999.99"),
    "asks for more than the contract": settle(PLANNED, "asked = 400000"),
    "puts an application before the others": settle(PLANNED, "concluded_at = '2016-01-01'"),
    "takes an application into another round": settle(PLANNED, f"round = '{FIRST}'"),
    "moves the day a return was received": settle(PLANNED, "return_received_at = '2016-01-01'"),
    "admits what was held": settle(PLANNED, "admitted = true"),
    "gives an opinion for an office": "insert into opinion select number, round, 'finance', 'finance-1', false, 'x', 1, "
    f"concluded_at from {of(PLANNED)}",
    "adds a line to a plan": line(PLANNED, "100", DONE),
    "draws a plan that nobody drew": line(PLANNED, "100"),
    "tells of an act that never was": event(SECOND, "sign_plan"),
    "tells of a stage that never was": event(SECOND, "sign_plan", '{"stage": "signed"}'),
    "rewrites how a round stands": f"update proceeding set stage = 'signed' where stream = '{SECOND}'",
    "rewrites a file": "update proceeding set file = jsonb_set(file, '{money,paid}', '\"1.00\"') where kind = 'case'",
    "moves a proceeding back": f"update proceeding set sequence = sequence - 1 where stream = '{SECOND}'",
    "orders a payment of a case": ordered("pay", '{"plan": "2030Q1-P8", "voucher": "X", "amount": "300000.00"}'),
    "moves a legal date": "update deadline set due_on = due_on + 1",
    "serves a notice": "insert into notice select 'X', stream, sequence, 'decision', 'finance', 'x', '2026-01-01', '{}' "
    f"from event where stream = '{SECOND}' and sequence = 1",
    "bars an insurer": "insert into insurer_bar values ('insurer-a', '2016-01-01', 'x')",
    "lists an insurer": "insert into insurer_listing (insurer, listed_from, listed_until, notice) "
    "values ('insurer-a', '2040-01-01', '2040-12-31', 'x')",
    "releases a policy": "update policy set released = true",
}  # fmt: skip
#: Of the invariants, those that a state or an amount asked alone can break; no money moves by it.
OF_THE_LAW = {EXCEPT_STATES, "subsidy <= min(0.01, rate) x sum insured"}


def limits_broken(found: list[str]) -> list[str]:
    return [one for one in found if one.split(": ")[0] not in OF_THE_LAW]


@pytest.mark.parametrize("sentence", FOUND)
async def test_within_the_limits_the_audit_finds_a_program_that(program: Connection, pool: Pool, sentence: str) -> None:
    assert (await verified(pool))["ok"]
    await program.execute(FOUND[sentence])
    assert not (await verified(pool))["ok"]
    assert limits_broken(await broken(pool)) == []


AMOUNTS = st.sampled_from(
    ("0.01", "23456.79", "50000", "100000", "100000.01", "150000", "166666.67", "200000", "250000", "300000", "900000")
)
PLACES, PLANS = st.integers(0, 5), st.sampled_from((DONE, "2030Q2-P7", "X", "Y"))
YEARS = st.sampled_from((2030, 2030, 2030, 2031))
EVENTS = st.sampled_from(((FIRST, 11), (SECOND, 7), ("ledger:dalian:2030", 1)))
GRANTS = st.builds(
    lambda kind, amount, year, number, at: entry(kind, amount, year=year, reference=f"R{number}", at=at),
    st.sampled_from(("appropriation", "adjustment", "carry_over", "closing")), AMOUNTS, YEARS, PLACES, EVENTS,
)  # fmt: skip
ENTRIES = st.builds(
    lambda kind, amount, place, plan, year, at: entry(
        kind, amount, place, plan if kind in ("commitment", "cancellation", "payment") else None, year=year, at=at
    ),
    st.sampled_from(("commitment", "cancellation", "payment", "payment", "recovery", "refund")),
    AMOUNTS, PLACES, PLANS, YEARS, EVENTS,
)  # fmt: skip
CHANGES = st.builds(
    settle,
    PLACES,
    st.one_of(
        st.sampled_from(("waiting = 0", "asked = 900000", "asked = 100", "round = null", "admitted = true"))
        | st.builds("waiting = {}".format, AMOUNTS),
        st.builds(
            "state = '{}'".format, st.sampled_from(("applied", "filed", "signed", "paid", "waitlisted", "refused"))
        ),
    ),
)
WRONG = st.one_of(
    ENTRIES, ENTRIES, CHANGES, GRANTS,
    st.builds(line, PLACES, AMOUNTS, PLANS),
    st.builds(given_to, PLACES, AMOUNTS, st.sampled_from(("X", "Y", "Z")), YEARS),
    st.sampled_from(tuple(REFUSED.values())),
)  # fmt: skip
#: What was written down before is there still, word for word.
KEPT = ("event", "ledger_entry", "plan_line", "opinion", "notice", "refusal", "annual_cap")
MONEY = """select md5(string_agg(row, '|' order by row)) from (select l::text as row from ledger_entry l union all
    select a::text from subsidy_application a union all select p::text from plan_line p) money"""


async def rows_of(connection: Connection) -> set[str]:
    asked = " union all ".join(f"select '{table} ' || (t::text) as row from {table} t" for table in KEPT)
    return {row["row"] for row in await connection.fetch(asked)}


@settings(
    max_examples=int(os.environ.get("FIRSTCOVER_MACHINE_RUNS", "15")), derandomize=True, deadline=None, database=None
)
@given(statements=st.lists(WRONG, min_size=3, max_size=25))
async def test_whatever_a_wrong_program_writes_the_limits_hold_nothing_is_lost_and_what_it_moved_is_found(
    half_way_workshop: Workshop, statements: list[str]
) -> None:
    async with await open_pool(await half_way_workshop.put_back(), most=2) as pool, pool.acquire() as connection:
        before, money = await rows_of(connection), await connection.fetchval(MONEY)
        for statement in statements:
            with suppress(asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(statement)
            # What a statement hid behind a temporary table is not what is asked.
            await connection.execute("discard temporary")
            assert limits_broken(await broken(connection)) == []
        assert before <= await rows_of(connection)
        if await connection.fetchval(MONEY) != money:
            assert not (await verified(pool))["ok"]


def test_only_known_invariants_are_excepted() -> None:
    assert INVARIANTS.keys() >= OF_THE_LAW
