"""A history that was altered behind the program's back is found, and where is told (article 15(3))."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool
from starters.audit import verified
from tests.activities.desk import PATH, Desk

EVENTS_OF_THE_CASE = sum(step.kind == "case" for step in PATH)


@pytest.fixture
async def superuser(pool: Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """Who can do anything, in this test's database, with every trigger out of force."""
    connection = await asyncpg.connect(postgres.dsn(database=await pool.fetchval("select current_database()")))
    await connection.execute("set session_replication_role = replica")
    yield connection
    await connection.close()


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    """A case paid by its round, and a second that was only submitted."""
    played = await Desk(pool).play()
    await Desk(pool, serial=2).play(1)
    return played


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
