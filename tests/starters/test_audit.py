"""A history that was altered behind the program's back is found, and where is told (article 15(3))."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool, open_pool
from rules.procedure import Barred
from runtime.errors import BadInput
from service.anchor import Anchor, anchored, read_anchor
from service.auditing import verified
from tests.activities.desk import PATH, Desk, first
from tests.activities.test_insurers import Register
from tests.activities.test_offices import enter
from tests.conftest import PASSWORD
from tests.hands import Hands
from tests.starters.terminal import Terminal
from tests.workshop import Workshop, opened

EVENTS_OF_THE_CASE = sum(step.kind == "case" for step in PATH)


async def paid(pool: Pool) -> Desk:
    """A case paid by its round, and a second that was only submitted."""
    played = await Desk(pool).play()
    await Desk(pool, serial=2).play(1)
    return played


async def registered(pool: Pool) -> Desk:
    """A record in which every register has been written to by acts."""
    desk = await Desk(pool).play(first("round", "prepare_plan"))
    other = Desk(pool, serial=2)
    await other.play(first("case", "apply") + 1)
    await other.order("withdraw", other.forms.enterprise, kind="case")
    c = await Register(desk, "insurer-c").passes("nominate", "select", "list", "suspend", "reinstate", "suspend")
    await c.passes("file_clause", officer="insurer-c-1")
    await c.do("file_clause", "insurer-c-1", clause_number="CLAUSE-C-2026-03")
    await c.passes("withdraw_clause", officer="insurer-c-1")
    a = await Register(desk, "insurer-a").passes("nominate")
    await a.do("propose_bar", applications=[desk.application])
    await a.passes("bar", officer="regulator-2")
    today = f"{desk.forms.now.date()}"
    person = {"code": "finance-9", "name": "王芳", "office": "finance", "since": today}
    await enter(desk, "propose_officer", "finance-1", **person)
    await enter(desk, "appoint", "finance-2", code="finance-9")
    await enter(desk, "leave", "bureau-1", code="ganjingzi-2", last_day=today)
    await enter(desk, "absorb", "bureau-1", district="baoshui", into="jinpu", last_day=today)
    await desk.relay()
    return desk


class Played(NamedTuple):
    """A record in a database that is put back to it."""

    workshop: Workshop
    desk: Desk


@asynccontextmanager
async def playing(
    postgres: EmbeddedPostgres, name: str, play: Callable[[Pool], Awaitable[Desk]]
) -> AsyncIterator[Played]:
    """Play a record once for the tests that alter it."""
    async with opened(postgres, name, PASSWORD) as workshop:
        async with await open_pool(workshop.address) as pool:
            desk = await play(pool)
        await workshop.keep()
        yield Played(workshop, desk)


@pytest.fixture(scope="module")
async def played(postgres: EmbeddedPostgres) -> AsyncIterator[dict[str, Played]]:
    """What was played, by the fixture that gives it to a test."""
    async with (
        playing(postgres, "audit_paid", paid) as desk,
        playing(postgres, "audit_registered", registered) as registers,
    ):
        yield {"desk": desk, "registers": registers}


@pytest.fixture
async def workshop(request: pytest.FixtureRequest, workshop: Workshop, played: dict[str, Played]) -> Workshop:
    """Where this test's record is: one that was played, or that with nothing in it."""
    return next((played[name].workshop for name in played if name in request.fixturenames), workshop)


@pytest.fixture
async def database(workshop: Workshop) -> str:
    return await workshop.put_back()


@pytest.fixture
def desk(played: dict[str, Played], pool: Pool) -> Desk:
    return replace(played["desk"].desk, pool=pool)


@pytest.fixture
def registers(played: dict[str, Played], pool: Pool) -> Desk:
    return replace(played["registers"].desk, pool=pool)


@pytest.fixture
async def superuser(pool: Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """Who can do anything, in this test's database, with every trigger out of force."""
    connection = await asyncpg.connect(postgres.dsn(database=await pool.fetchval("select current_database()")))
    await connection.execute("set session_replication_role = replica")
    yield connection
    await connection.close()


REHASH = "update event set hash = sha256(previous || convert_to(body, 'UTF8')) where stream = $1 and sequence {}"
#: Chain every event anew from the text it now has, as someone would who knows how it is made.
FORGE = """do $$ declare one record; before bytea := ''; last bytea := ''; begin
    for one in select * from event where stream = '{}' order by sequence loop
        last := sha256(last || convert_to(one.body, 'UTF8'));
        update event set previous = before, hash = last where stream = one.stream and sequence = one.sequence;
        before := last;
    end loop;
end $$"""


class Tampering(NamedTuple):
    """What is done to the case's record, after which event it shows, and what is said of it."""

    done: tuple[str, ...]
    after: int
    says: str


TEXT = "update event set body = replace(body, {}) where stream = $1 and sequence = {}"
OFFICER = "'ganjingzi-1', 'ganjingzi-2'"
TAMPERINGS = {
    "a text is edited": Tampering((TEXT.format(OFFICER, 4),), 3, "not what was hashed"),
    "the last text is edited": Tampering((TEXT.format("'500000.00', '500001.00'", 15),), 14, "not what was hashed"),
    "a text gains a blank": Tampering((TEXT.format("'{', '{ '", 4),), 3, "not what was hashed"),
    "a hash is edited": Tampering(
        ("update event set hash = sha256(hash) where stream = $1 and sequence = 4",), 3, "not what was hashed"
    ),
    "a text is edited and hashed again": Tampering(
        (TEXT.format(OFFICER, 4), REHASH.format("= 4")), 4, "does not follow"
    ),
    "a text is edited and the chain forged": Tampering(
        (TEXT.format("'PA-1', 'PA-2'", 11), FORGE), 15, "not the fold of its events"
    ),
    "a forged text leaves its place out": Tampering(
        (TEXT.format("'\"stream\"', '\"strand\"'", 4), FORGE), 3, "names another place"
    ),
    "a forged text leaves its changes out": Tampering(
        (TEXT.format("'\"changes\"', '\"chances\"'", 4), FORGE), 3, "changes"
    ),
    "an event is deleted": Tampering(("delete from event where stream = $1 and sequence = 7",), 6, "missing"),
    "the first event is deleted": Tampering(("delete from event where stream = $1 and sequence = 1",), 0, "missing"),
    "the last event is deleted": Tampering(("delete from event where stream = $1 and sequence = 15",), 14, "missing"),
    "every event is deleted": Tampering(("delete from event where stream = $1",), 0, "missing"),
    "two texts are swapped": Tampering(
        (
            "update event e set body = o.body from event o where o.stream = e.stream and e.stream = $1 "
            "and (e.sequence, o.sequence) in ((5, 6), (6, 5))",
        ),
        4,
        "not what was hashed",
    ),
    "two events are swapped": Tampering(
        (
            "update event set sequence = 99 where stream = $1 and sequence = 5",
            "update event set sequence = 5 where stream = $1 and sequence = 6",
            "update event set sequence = 6 where stream = $1 and sequence = 99",
        ),
        4,
        "does not follow",
    ),
    "a command is renamed": Tampering(
        ("update event set command_id = 'another' where stream = $1 and sequence = 4",), 3, "names another place"
    ),
    "the file is edited": Tampering(
        ("update proceeding set file = jsonb_set(file, '{money,paid}', '\"1.00\"') where stream = $1",),
        15,
        "not the fold of its events",
    ),
    "an article's day is edited in the file": Tampering(
        ("update proceeding set file = jsonb_set(file, '{deadlines,0,due_on}', '\"2099-01-01\"') where stream = $1",),
        15,
        "not the fold of its events",
    ),
    "the stage is edited beside the file": Tampering(
        ("update proceeding set stage = 'planned', closed = false where stream = $1",), 15, "not the fold of its events"
    ),
    "the district is edited beside the file": Tampering(
        ("update proceeding set district = 'zhongshan' where stream = $1",), 15, "not the fold of its events"
    ),
    "the sequence is edited beside the file": Tampering(
        ("update proceeding set sequence = 14 where stream = $1",), 14, "not the fold of its events"
    ),
    "the proceeding is deleted": Tampering(("delete from proceeding where stream = $1",), 0, "proceeding is missing"),
}


async def test_a_record_that_nobody_touched_is_whole(desk: Desk) -> None:
    assert await verified(desk.pool) == {"ok": True, "events": len(PATH) + 1}


async def test_a_record_with_nothing_in_it_is_whole(pool: Pool) -> None:
    assert await verified(pool) == {"ok": True, "events": 0}


@pytest.mark.parametrize("case", TAMPERINGS)
async def test_tampering_is_found_and_named(desk: Desk, superuser: Connection, case: str) -> None:
    tampering = TAMPERINGS[case]
    for statement in tampering.done:
        before = await superuser.fetch("select * from event full join proceeding using (stream) order by 1, 2")
        if "$1" in statement:
            await superuser.execute(statement, desk.case)
        else:
            await superuser.execute(statement.format(desk.case))
        assert await superuser.fetch("select * from event full join proceeding using (stream) order by 1, 2") != before
    found = await verified(desk.pool)
    assert (found["ok"], found["stream"], found["seq"]) == (False, desk.case, tampering.after), found
    assert tampering.says in found["why"]


#: What is done to a table beside the chains, by a superuser who keeps whatever belongs together in step.
MONEY = {
    "an entry and its balances are raised together": (
        "update ledger_entry set amount = amount + 1 where kind = 'appropriation'",
        "update budget set appropriated = appropriated + 1",
        "ledger_entry",
    ),
    "a payment and its commitment are raised together": (
        "update ledger_entry set amount = amount + 1 where kind <> 'appropriation'",
        "update budget set committed = committed + 1, paid = paid + 1",
        "update enterprise_year set committed = committed + 1, cap = cap + 1",
        "ledger_entry",
    ),
    "an entry is deleted with its balance": (
        "delete from ledger_entry where kind = 'payment'",
        "update budget set paid = 0",
        "ledger_entry",
    ),
    "a commitment is deleted with its balances": (
        "delete from ledger_entry where kind = 'commitment'",
        "update budget set committed = 0, paid = 0",
        "delete from enterprise_year",
        "ledger_entry",
    ),
    "a document is renamed": ("update ledger_entry set reference = 'x' where kind = 'appropriation'", "ledger_entry"),
    "a voucher is renamed": ("update ledger_entry set reference = 'x' where kind = 'payment'", "ledger_entry"),
    "an entry names another year": (
        "update ledger_entry set fiscal_year = 2029",
        "update budget set fiscal_year = 2029",
        "update enterprise_year set fiscal_year = 2029",
        "ledger_entry",
    ),
    "a balance is edited": ("update budget set appropriated = appropriated + 1", "budget"),
    "a balance is added": ("insert into budget values ('dalian', 2029, 1, 0, 0)", "budget"),
    "a balance is deleted": ("delete from budget", "budget"),
    "what an enterprise was committed is edited": ("update enterprise_year set committed = 0", "enterprise_year"),
    "an enterprise's cap is raised": ("update enterprise_year set cap = cap * 2", "enterprise_year"),
    "the cap itself is raised, and an enterprise's with it": (
        "update annual_cap set amount = amount * 2",
        "update enterprise_year set cap = cap * 2",
        "annual_cap",
    ),
    "a later year is given another cap": ("insert into annual_cap values ('dalian', 2031, 500001)", "annual_cap"),
    "a line gives more, and its entries with it": (
        "update plan_line set approved = approved + 1, asked = asked + 1",
        "update ledger_entry set amount = amount + 1 where kind <> 'appropriation'",
        "update budget set committed = committed + 1, paid = paid + 1",
        "update enterprise_year set committed = committed + 1, cap = cap + 1",
        "plan_line",
    ),
    "a line cuts less": ("update plan_line set asked = asked - 1, cut_by_cap = cut_by_cap - 1", "plan_line"),
    "a line pays another insurer": ("update plan_line set insurer = 'insurer-b'", "plan_line"),
    "a line is ranked higher": ("update plan_line set rank = 7", "plan_line"),
    "a line is deleted": ("delete from plan_line", "plan_line"),
    "a line is added": (
        "insert into plan_line select plan, round, 2, 'another', enterprise, insurer, 0, 0, 0, 0 from plan_line",
        "plan_line",
    ),
    "a plan is added": (
        "insert into plan_line select '2030Q1-P99', round, rank, application, enterprise, insurer, asked, cut_by_cap, "
        "approved, waitlisted from plan_line",
        "plan_line",
    ),
    "an application asks for more": ("update subsidy_application set asked = asked + 1", "subsidy_application"),
    "an application is another insurer's": (
        "update subsidy_application set insurer = 'insurer-b'",
        "subsidy_application",
    ),
    "an application is another enterprise's": (
        "update subsidy_application set enterprise = 'insurer-b'",
        "subsidy_application",
    ),
    "an application was insured earlier": (
        "update subsidy_application set concluded_at = '2016-01-01'",
        "subsidy_application",
    ),
    "an application is paid no more": ("update subsidy_application set state = 'applied'", "subsidy_application"),
    "an application is of another round": ("update subsidy_application set round = 'x'", "subsidy_application"),
    "an application was returned earlier": (
        "update subsidy_application set return_received_at = '2016-01-01'",
        "subsidy_application",
    ),
    "an application waits for more": ("update subsidy_application set waiting = 1", "subsidy_application"),
    "an application is admitted": ("update subsidy_application set admitted = true", "subsidy_application"),
    "an application is deleted": ("delete from subsidy_application", "subsidy_application"),
    "an application is added": (
        "insert into subsidy_application select 'another', stream, scheme, enterprise, insurer, concluded_at, asked, "
        "'refused' from subsidy_application",
        "subsidy_application",
    ),
    "an opinion is turned": ("update opinion set approves = false where office_kind = 'finance'", "opinion"),
    "an opinion's ground is rewritten": ("update opinion set reason = 'x' where office_kind = 'finance'", "opinion"),
    "an opinion is another officer's": (
        "update opinion set officer = 'finance-2' where office_kind = 'finance'",
        "opinion",
    ),
    "an opinion is of another amount": ("update opinion set asked = 1 where office_kind = 'finance'", "opinion"),
    "an opinion is of another insurance time": (
        "update opinion set concluded_at = '2016-01-01' where office_kind = 'finance'",
        "opinion",
    ),
    "an opinion is deleted": ("delete from opinion where office_kind = 'finance'", "opinion"),
    "an opinion is added": (
        "insert into opinion select 'another', round, office_kind, officer, approves, reason, asked, concluded_at "
        "from opinion limit 1",
        "opinion",
    ),
    "a legal date is put off": ("update deadline set due_on = '2099-01-01' where name = 'insurance'", "deadline"),
    "a deadline is met later": ("update deadline set met_on = '2099-01-01' where name = 'insurance'", "deadline"),
    "a deadline is deleted": ("delete from deadline where name = 'insurance'", "deadline"),
    "a deadline is added": (
        "insert into deadline "
        "select stream, 'x', article, office, nominal_on, due_on, provisional from deadline limit 1",
        "deadline",
    ),
    "an order is forged": (
        "insert into outbox (command_id, stream, command, not_before) select replace(command_id, '/pay/', '/pay/x'), "
        "stream, command, not_before from outbox where command ->> 'act' = 'pay' and command_id like 'round:%'",
        "outbox",
    ),
    "a notice is rewritten": (
        """update notice set body = jsonb_set(body, '{number}', '"x"') where kind = 'acceptance'""",
        "notice",
    ),
    "a notice is deleted": ("delete from notice where kind = 'acceptance'", "notice"),
    "an officer is put into another office": (
        "update officer set office = 'finance' where code = 'bureau-1'",
        "officer",
    ),
    "an officer is deleted": ("delete from officer where code = 'bureau-2'", "officer"),
}


@pytest.mark.parametrize("case", MONEY)
async def test_tampering_beside_the_chains_is_found_and_its_table_named(
    desk: Desk, superuser: Connection, case: str
) -> None:
    *statements, table = MONEY[case]
    for statement in statements:
        assert await superuser.execute(statement) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
    found = await verified(desk.pool)
    assert (found["ok"], found.get("why", "").split(":")[0]) == (False, table), found


async def test_an_entry_that_is_made_twice_is_found(postgres: EmbeddedPostgres) -> None:
    """The index that bars it has to go first, so that this is done where nothing is put back."""
    async with opened(postgres, "audit_twice", PASSWORD) as workshop, await open_pool(workshop.address) as pool:
        await paid(pool)
        await workshop.superuser.execute("drop index one_appropriation_per_document")
        await workshop.superuser.execute(
            "set session_replication_role = replica;"
            "insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, reference, stream, sequence) "
            "select scheme, fiscal_year, kind, debit, credit, amount, reference, stream, sequence from ledger_entry "
            "where kind = 'appropriation'; update budget set appropriated = appropriated * 2"
        )
        found = await verified(pool)
    assert (found["ok"], found["why"].split(":")[0]) == (False, "ledger_entry"), found


#: What is done to the registers behind the record's back, and the table in which it shows.
REGISTERS = {
    "a listing is deleted": ("delete from insurer_listing where insurer = 'insurer-c'", "insurer_listing"),
    "a listing is added": (
        "insert into insurer_listing values ('insurer-c', '2000-01-01', '2000-12-31', 'x', 'x', 'x')",
        "insurer_listing",
    ),
    "a listing lasts longer": ("update insurer_listing set listed_until = '2999-12-31'", "insurer_listing"),
    "a paper listing of the file lasts longer": (
        "update insurer_listing set listed_until = '2999-12-31' where insurer = 'insurer-a'",
        "insurer_listing",
    ),
    "a listing ends no more": (
        "update insurer_listing set ended_on = null where insurer = 'insurer-a'",
        "insurer_listing",
    ),
    "a listing ends": (
        "update insurer_listing set ended_on = listed_until where insurer = 'insurer-c'",
        "insurer_listing",
    ),
    "a suspension is deleted": ("delete from insurer_suspension", "insurer_suspension"),
    "a suspension begins earlier": (
        "update insurer_suspension set suspended_on = '2016-01-01'",
        "insurer_suspension",
    ),
    "a suspension ends earlier": (
        "update insurer_suspension set ended_on = suspended_on where ended_on is null",
        "insurer_suspension",
    ),
    "a suspension is added": (
        "insert into insurer_suspension (insurer, suspended_on) values ('insurer-b', '2026-01-01')",
        "insurer_suspension",
    ),
    "a bar is lifted": ("delete from insurer_bar", "insurer_bar"),
    "a bar is added": ("insert into insurer_bar values ('insurer-c', '2026-01-01', 'x')", "insurer_bar"),
    "a bar has another ground": ("update insurer_bar set reason = 'x'", "insurer_bar"),
    "a clause is filed earlier": ("update filed_clause set filed_on = '2000-01-01'", "filed_clause"),
    "a clause is made older than the file": (
        "update filed_clause set filed_on = '2000-01-01', head_office_filing_number = null",
        "filed_clause",
    ),
    "a clause has another text": ("update filed_clause set text_sha256 = repeat('e', 64)", "filed_clause"),
    "a withdrawn clause is back": (
        "update filed_clause set withdrawn_on = null where withdrawn_on is not null",
        "filed_clause",
    ),
    "a clause of before the file is withdrawn": (
        "update filed_clause set withdrawn_on = '2026-01-01' where number = 'CLAUSE-C-2026-01'",
        "filed_clause",
    ),
    "a clause runs longer": ("update filed_clause set valid_until = '9999-01-01'", "filed_clause"),
    "a clause is deleted": ("delete from filed_clause where withdrawn_on is null", "filed_clause"),
    "an officer is appointed": (
        "insert into officer values ('ghost', '鬼', 'finance', '2999-01-01')",
        "officer",
    ),
    "an appointed officer is another's": ("update officer set office = 'bureau' where code = 'finance-9'", "officer"),
    "an officer began earlier": ("update officer set since = '2016-01-02' where code = 'finance-9'", "officer"),
    "an officer has not left": ("update officer set until = null where until is not null", "officer"),
    "an officer has left": ("update officer set until = '2999-01-01' where code = 'finance-1'", "officer"),
    "a district is not absorbed": ("update district set until = null, successor = null", "district"),
    "a district is absorbed": (
        "update district set until = '2999-01-01', successor = 'jinpu' where code = 'gaoxin'",
        "district",
    ),
    "a policy has another number": ("update policy set policy_number = 'x'", "policy"),
    "a policy is another insurer's": ("update policy set insurer = 'insurer-b'", "policy"),
    "a policy is released": ("update policy set released = true where not released", "policy"),
    "a released policy is held": ("update policy set released = false where released", "policy"),
    "a policy is deleted": ("delete from policy", "policy"),
    "a policy is added": (
        "insert into policy select 'policy:dalian:x', about, scheme, insurer, 'x', false, 'x' from policy limit 1",
        "policy",
    ),
}


async def test_registers_that_acts_alone_have_written_are_whole(registers: Desk) -> None:
    assert (await verified(registers.pool))["ok"] is True


@pytest.mark.parametrize("case", REGISTERS)
async def test_a_register_written_behind_the_record_is_found_and_named(
    registers: Desk, superuser: Connection, case: str
) -> None:
    statement, table = REGISTERS[case]
    assert await superuser.execute(statement) not in {"UPDATE 0", "DELETE 0", "INSERT 0 0"}
    found = await verified(registers.pool)
    assert (found["ok"], found.get("why", "").split(":")[0]) == (False, table), found


async def test_where_the_money_parts_from_the_events_is_told(desk: Desk, superuser: Connection) -> None:
    await superuser.execute("update ledger_entry set amount = amount - 1 where kind = 'payment'")
    found = await verified(desk.pool)
    paid = await desk.pool.fetchval("select sequence from event where act = 'pay' and stream = 'round:dalian:2030Q1'")
    assert (found["stream"], found["seq"]) == ("round:dalian:2030Q1", paid)
    assert '"kind": "payment"' in found["why"]


async def test_a_plan_drawn_before_digests_were_kept_is_known_by_its_lines_and_their_sum(
    desk: Desk, superuser: Connection
) -> None:
    """The round's whole record as an older version would have written it, hashes and all."""
    digest = await superuser.fetchval(
        "select file #>> '{facts,plan,lines_sha256}' from proceeding where kind = 'round'"
    )
    told, round_ = f'"lines_sha256":"{digest}",', "round:dalian:2030Q1"
    await superuser.execute("update event set body = replace(body, $1, '') where stream = $2", told, round_)
    await superuser.execute(FORGE.format(round_))
    await superuser.execute("update proceeding set file = file #- '{facts,plan,lines_sha256}' where kind = 'round'")
    assert await verified(desk.pool) == {"ok": True, "events": len(PATH) + 1}
    await superuser.execute("update plan_line set approved = approved + 1, asked = asked + 1")
    assert "plan_line" in (await verified(desk.pool))["why"]


async def anchor_of(desk: Desk, folder: Path) -> Anchor:
    """Keep the record's head outside it."""
    kept = folder / "anchor"
    kept.write_text("".join(f"{line}\n" for line in await anchored(desk.pool, desk.moment)))
    return read_anchor(kept)


async def test_a_record_that_only_grew_still_holds_its_anchor(desk: Desk, folder: Path) -> None:
    anchor = await anchor_of(desk, folder)
    assert await verified(desk.pool, anchor) == {"ok": True, "events": len(PATH) + 1, "anchored": 4}
    await Desk(desk.pool, serial=3).play(2)
    assert await verified(desk.pool, anchor) == {"ok": True, "events": len(PATH) + 3, "anchored": 4}


async def test_a_chain_made_anew_is_found_by_an_anchor_alone(desk: Desk, superuser: Connection, folder: Path) -> None:
    anchor = await anchor_of(desk, folder)
    named = 'update event set body = replace(body, \'"officer_name":"\', \'"officer_name":"张\') where stream = $1'
    await superuser.execute(named, desk.case)
    await superuser.execute(FORGE.format(desk.case))
    assert (await verified(desk.pool))["ok"]
    found = await verified(desk.pool, anchor)
    assert (found["ok"], found["stream"], found["seq"]) == (False, desk.case, EVENTS_OF_THE_CASE)
    assert "anchor" in found["why"]


async def test_a_stream_that_is_gone_is_found_by_an_anchor(desk: Desk, superuser: Connection, folder: Path) -> None:
    anchor = await anchor_of(desk, folder)
    other = next(stream for stream in anchor.heads if stream.startswith("case:") and stream != desk.case)
    for table in ("event", "deadline", "proceeding"):
        await superuser.execute(f"delete from {table} where stream = $1", other)
    assert (await verified(desk.pool))["ok"]
    found = await verified(desk.pool, anchor)
    assert (found["ok"], found["stream"]) == (False, other)


@pytest.mark.parametrize("done", ["update refusal set why = 'x'", "delete from refusal"])
async def test_a_refusal_that_was_rewritten_is_found_by_an_anchor(
    desk: Desk, superuser: Connection, folder: Path, done: str
) -> None:
    with pytest.raises(Barred):
        await desk.order("confirm", "zhongshan-1")
    anchor = await anchor_of(desk, folder)
    await superuser.execute(done)
    found = await verified(desk.pool, anchor)
    assert not found["ok"]
    assert found["why"].startswith("refusal")


async def test_an_anchor_that_was_edited_is_no_anchor(desk: Desk, folder: Path) -> None:
    await anchor_of(desk, folder)
    kept = folder / "anchor"
    kept.write_text(kept.read_text().replace('"seq": 1', '"seq": 2'))
    with pytest.raises(BadInput, match="must be whole"):
        read_anchor(kept)
    kept.write_text("nonsense")
    with pytest.raises(BadInput, match="must be what"):
        read_anchor(kept)
    with pytest.raises(BadInput, match="cannot be read"):
        read_anchor(folder / "absent")


async def test_an_anchor_that_holds_less_than_it_says_is_no_anchor(desk: Desk, folder: Path) -> None:
    """Its lines may be cut and its head made of what is left: the counts still tell."""
    await anchor_of(desk, folder)
    kept = folder / "anchor"
    first, *lines = kept.read_text().splitlines()
    for left in ([], lines[:1]):
        head = sha256("".join(f"{line}\n" for line in left).encode()).hexdigest()
        kept.write_text("\n".join([json.dumps(json.loads(first) | {"head": head}), *left]) + "\n")
        with pytest.raises(BadInput, match="must be whole: it says that it holds 4 streams"):
            read_anchor(kept)
    kept.write_text("")
    with pytest.raises(BadInput, match="must be what"):
        read_anchor(kept)


async def test_a_proceeding_that_nobody_recorded_is_found(desk: Desk, superuser: Connection) -> None:
    await superuser.execute(
        "insert into proceeding select 'case:dalian:DL-2016-000001', kind, 'DL-2016-000001', scheme, edition, stage, "
        "sequence, closed, enterprise, district, 'x', awaits, file, opened_at, changed_at "
        "from proceeding where stream = $1",
        desk.case,
    )
    found = await verified(desk.pool)
    assert (found["ok"], found["stream"]) == (False, "case:dalian:DL-2016-000001")


async def test_an_event_moved_to_another_stream_is_found(desk: Desk, superuser: Connection) -> None:
    await superuser.execute(
        "update event set stream = 'case:dalian:DL-2016-000001' where stream = $1 and sequence = $2",
        *(desk.case, EVENTS_OF_THE_CASE),
    )
    found = await verified(desk.pool)
    assert not found["ok"]
    assert found["stream"] in {desk.case, "case:dalian:DL-2016-000001"}


async def test_a_record_is_verified_as_of_one_moment_while_cases_run(desk: Desk) -> None:
    """What commits while it is being read is either seen whole or not at all."""
    desks = [Desk(desk.pool, serial) for serial in range(10, 16)]
    *found, _ = await asyncio.gather(*(verified(desk.pool) for _ in range(3)), *(one.play(5) for one in desks))
    assert all(one["ok"] for one in found[:3])


async def test_the_head_that_the_command_prints_is_what_verify_holds_the_record_to(
    terminal: Terminal, hands: Hands, postgres: EmbeddedPostgres
) -> None:
    await hands.bring_to("receive")
    printed = await terminal.run("audit", "anchor")
    assert (printed.status, printed.err) == (0, "")
    first, *heads = map(json.loads, printed.out.splitlines())
    assert [(one["stream"], one["seq"]) for one in heads] == [(str(hands.stream), first["events"])]
    anchor = terminal.file(printed.out)
    held = await terminal.run("audit", "verify", "--anchor", anchor, "--json")
    assert held.json == {"ok": True, "events": first["events"], "anchored": 1}
    assert "1 chains anchored" in (await terminal.run("audit", "verify", "--anchor", anchor)).out
    superuser = await asyncpg.connect(
        postgres.dsn(database=await hands.session.pool.fetchval("select current_database()"))
    )
    await superuser.execute("set session_replication_role = replica; delete from event; delete from notice")
    await superuser.execute("delete from deadline; delete from proceeding")
    await superuser.close()
    assert (await terminal.run("audit", "verify", "--json")).json["ok"] is True
    gone = await terminal.run("audit", "verify", "--anchor", anchor, "--json")
    assert (gone.status, gone.json["ok"], gone.json["stream"]) == (1, False, str(hands.stream))
    nonsense = await terminal.run("audit", "verify", "--anchor", terminal.file("nonsense"))
    assert (nonsense.status, nonsense.err.startswith("bad input: anchor")) == (2, True)
