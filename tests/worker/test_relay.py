"""What the relay makes of an answer, or of none: a command stays until it is taken, and stops no other."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import REFUSED, UNAVAILABLE, Command, Opening
from db.pool import Pool
from tests.activities.desk import Desk, first
from worker.relay import Relay

NOBODY = cast(Client, None)
AWAY = RPCError("no connection", RPCStatusCode.UNAVAILABLE, b"")
CLOSED = RPCError("already completed", RPCStatusCode.NOT_FOUND, b"")
NO = WorkflowUpdateFailedError(ApplicationError("out of turn", type=REFUSED))
NOT_NOW = WorkflowUpdateFailedError(ApplicationError("the database is away", type=UNAVAILABLE))


async def relayed(pool: Pool, monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> dict[str, Any]:
    """Relay what waits for the case, each offer ending in `error`; return how the command then stands."""

    async def offered(client: Client, command: Command) -> None:
        if error:
            raise error

    async def started(client: Client, opening: Opening, task_queue: str) -> None:
        """Find that it has been started before, and is over."""

    monkeypatch.setattr("worker.relay.offer", offered)
    monkeypatch.setattr("worker.relay.start", started)
    await Relay(pool, NOBODY, "queue").carry_due(datetime.now(UTC) + timedelta(seconds=31))
    (row,) = await pool.fetch("select done, attempts, last_error from outbox where command ->> 'act' = 'file'")
    return dict(row)


@pytest.mark.parametrize(("error", "counted"), [(AWAY, 0), (NOT_NOW, 0), (CLOSED, 1), (NO, 1)], ids=str)
async def test_only_an_answer_counts_against_a_command(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, error: Exception, counted: int
) -> None:
    await Desk(pool).play(first("case", "file"))
    told = await relayed(pool, monkeypatch, error)
    assert (told["done"], told["attempts"]) == (False, counted)
    assert told["last_error"]


@pytest.mark.parametrize(("error", "done"), [(None, True), (NO, True), (CLOSED, True), (NOT_NOW, False), (AWAY, False)])
async def test_what_has_become_an_event_waits_until_its_workflow_can_have_taken_it(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, error: Exception | None, done: bool
) -> None:
    await Desk(pool).play(first("case", "file") + 1)
    assert (await relayed(pool, monkeypatch, error))["done"] is done


@pytest.mark.parametrize("error", [NO, CLOSED])
async def test_an_order_to_a_case_that_closed_before_it_was_given_is_settled_as_overtaken(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    desk = await Desk(pool).play(first("case", "file"))
    order = await pool.fetchrow("select * from outbox where command ->> 'act' = 'file'")
    await desk.order("withdraw", desk.forms.enterprise, {"reason": "sold otherwise"})
    # As if the round had acted after the withdrawal was committed.
    await pool.execute("update outbox set done = false, last_error = null where command_id = $1", order["command_id"])
    told = await relayed(pool, monkeypatch, error)
    assert (told["done"], told["attempts"]) == (True, 0)
    assert told["last_error"] == f"overtaken: {desk.case} is closed at withdrawn"


async def test_an_offer_that_nobody_answers_holds_back_no_other(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came due while one offer hangs is offered beside it."""
    await Desk(pool).play(first("case", "file"))
    hangs, offered = asyncio.Event(), asyncio.Event()

    async def offering(client: Client, command: Command) -> None:
        if command.id == "late":
            offered.set()
        else:
            hangs.set()
            await asyncio.Event().wait()

    monkeypatch.setattr("worker.relay.offer", offering)
    relaying = asyncio.create_task(Relay(pool, NOBODY, "queue").run())
    async with asyncio.timeout(30):
        await hangs.wait()
        await pool.execute(
            "insert into outbox (command_id, stream, command, not_before) "
            'select \'late\', \'case:dalian:late\', command || \'{"id": "late", "stream": "case:dalian:late"}\', '
            "now() from outbox where command ->> 'act' = 'file'"
        )
        await offered.wait()
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    assert relaying.cancelled()


@pytest.mark.parametrize("stream", ["nonsense", "case:dalian:DL-2016-999999"])
@pytest.mark.parametrize("sent", [{}, {"act": "submit"}], ids=["unreadable", "of nothing"])
async def test_a_command_that_nobody_can_take_stays_in_sight_and_stops_no_other(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, stream: str, sent: dict[str, str]
) -> None:
    await Desk(pool).play(first("case", "file"))
    readable = {"id": "bad", "stream": stream, "officer": "x", "received_at": "2026-01-01T00:00:00Z"} if sent else {}
    insert = "insert into outbox (command_id, stream, command, not_before) values ('bad', $1, $2, '2026-01-01')"
    await pool.execute(insert, stream, readable | sent)
    assert (await relayed(pool, monkeypatch, None))["done"]
    bad = await pool.fetchrow("select done, attempts, last_error from outbox where command_id = 'bad'")
    assert bad
    assert (bad["done"], bad["attempts"]) == (False, 1)
    assert bad["last_error"]
