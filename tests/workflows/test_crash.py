"""What happens when a worker or the database dies at the worst moment: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from activities.contracts import Attempt, Command, Opening
from activities.history import standing_of
from activities.record import Record
from db.pool import Pool, open_pool
from rules.procedures import Stream
from runtime.errors import Unreachable
from tests.gate import Gate
from tests.hands import Hands, working
from worker.build import build_worker
from worker.relay import Relay
from workflows.case import Case
from workflows.offering import start


@asynccontextmanager
async def dying_worker(hands: Hands, database: str, act: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run, as a process of its own, a worker that is killed as soon as `act` is committed."""
    client = hands.session.client
    named = {
        "FIRSTCOVER_DATABASE_URL": database,
        "FIRSTCOVER_TASK_QUEUE": hands.session.task_queue,
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.dying_worker", act, env=os.environ | named
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.parametrize("act", ["return_for_correction", "confirm"])
async def test_a_worker_killed_between_commit_and_report_leaves_the_act_done_once_and_the_case_going_on(
    alone: Hands, pool: Pool, database: str, act: str
) -> None:
    await alone.submit()
    async with dying_worker(alone, database, act) as process:
        ordered = asyncio.create_task(alone.act(act, "ganjingzi-1", command_id="order"))
        assert await process.wait() == -9
    assert await alone.acts() == ["submit", act]
    async with working(alone.session.client, pool, alone.session.task_queue):
        # The caller may be answered, or be told that no worker did: then the same order again is answered.
        with suppress(Unreachable):
            await ordered
        answer = await alone.act(act, "ganjingzi-1", command_id="order")
        assert answer.event.seq == 2
        following = ("correct", None) if act == "return_for_correction" else ("receive", "bureau-1")
        assert (await alone.act(*following)).event.seq == 3
    assert await alone.acts() == ["submit", act, following[0]]


async def test_an_act_whose_update_never_came_back_is_adopted_when_the_next_officer_acts(
    hands: Hands, pool: Pool
) -> None:
    await hands.submit()
    await committed_behind_the_workflows_back(hands, pool, "confirm", "ganjingzi-1")
    assert (await hands.act("receive", "bureau-1")).standing.stage == "received"
    assert await hands.acts() == ["submit", "confirm", "receive"]


async def test_an_act_whose_update_never_came_back_is_offered_again_by_the_relay(hands: Hands, pool: Pool) -> None:
    await hands.submit()
    await committed_behind_the_workflows_back(hands, pool, "return_for_correction", "ganjingzi-1")
    relay = Relay(pool, hands.session.client, hands.session.task_queue)
    assert await relay.carry_due(datetime.now(UTC)) == 0
    assert await relay.carry_due(datetime.now(UTC) + timedelta(seconds=31)) == 1
    # The workflow knows the correction's deadline now: silence lapses the case.
    await hands.pass_days(30)
    await hands.reached("lapsed")


async def test_a_caller_answered_from_the_record_does_not_hide_the_act_from_its_workflow(
    hands: Hands, pool: Pool
) -> None:
    await hands.submit()
    await committed_behind_the_workflows_back(hands, pool, "confirm", "ganjingzi-1", "order")
    assert (await hands.act("confirm", "ganjingzi-1", command_id="order")).event.seq == 2
    assert (await hands.act("receive", "bureau-1")).standing.stage == "received"


async def test_a_submission_whose_sender_died_before_starting_its_workflow_is_started_by_the_relay(
    hands: Hands, pool: Pool
) -> None:
    form = hands.forms.submission()
    command = Command(
        id=str(uuid4()),
        stream="case:dalian:new",
        act="submit",
        officer=form["enterprise"]["uscc"],
        received_at=hands.clock(),
        data=form,
    )
    answer = await Record(pool).open(command)
    hands.case = hands.stream_of(answer)
    relay = Relay(pool, hands.session.client, hands.session.task_queue)
    await relay.carry_due(datetime.now(UTC) + timedelta(seconds=31))
    assert (await hands.act("confirm", "ganjingzi-1")).standing.stage == "confirmed"


async def test_whoever_waits_for_an_answer_can_be_interrupted(alone: Hands) -> None:
    await alone.submit()
    ordered = asyncio.create_task(alone.act("confirm", "ganjingzi-1"))
    done, _ = await asyncio.wait({ordered}, timeout=0.5)
    assert not done
    ordered.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ordered


async def away(*_: object) -> None:
    """Stand for a Temporal that cannot be reached."""
    raise RPCError("no connection", RPCStatusCode.UNAVAILABLE, b"")


async def test_a_submission_that_temporal_went_away_from_is_answered_and_started_by_the_relay(
    hands: Hands, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("service.session.start", away)
        assert (await hands.submit()).event.seq == 1
    await Relay(pool, hands.session.client, hands.session.task_queue).carry_due(
        datetime.now(UTC) + timedelta(seconds=31)
    )
    assert (await hands.act("confirm", "ganjingzi-1")).standing.stage == "confirmed"


async def test_an_act_does_not_wait_for_the_relay_to_start_its_workflow(
    alone: Hands, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("service.session.start", away)
        await alone.submit()
    client, task_queue = alone.session.client, alone.session.task_queue
    async with build_worker(client, pool, task_queue):
        assert (await alone.act("confirm", "ganjingzi-1")).standing.stage == "confirmed"


async def test_an_act_starts_a_workflow_anew_that_was_terminated(hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    await hands.handle.terminate("by hand")
    assert (await hands.act("correct")).standing.stage == "district_review"
    assert (await hands.handle.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_what_another_proceeding_tells_a_case_starts_its_workflow_where_temporal_lost_it(hands: Hands) -> None:
    await hands.bring_to("apply")
    await hands.handle.terminate("by hand")
    quarter = hands.beside(Stream("round", "dalian", hands.quarter))
    await hands.session.open(str(quarter.stream), "open", "regulator-1", {"quarter": hands.quarter}, None)
    await quarter.act("file_return", "insurer-a-1", hands.forms.quarterly_return(f"{hands.stream.number}-1"))
    await hands.reached("filed")
    assert (await hands.handle.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_a_case_whose_workflow_was_terminated_goes_on_once_it_is_started_again(hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    await hands.handle.terminate("by hand")
    standing = standing_of(await hands.file())
    for _ in range(2):
        await start(
            hands.session.client, Opening(stream=str(hands.stream), standing=standing), hands.session.task_queue
        )
    await hands.pass_days(30)
    assert (await hands.reached("lapsed")).closed
    await start(hands.session.client, Opening(stream=str(hands.stream), standing=standing), hands.session.task_queue)
    assert (await hands.handle.describe()).status == WorkflowExecutionStatus.COMPLETED


async def committed_behind_the_workflows_back(
    hands: Hands, pool: Pool, act: str, officer: str, command_id: str | None = None
) -> None:
    """Commit an act as a worker does that dies before it reports."""
    file = await hands.file()
    command = Command(
        id=command_id or str(uuid4()),
        stream=str(hands.stream),
        act=act,
        officer=officer,
        received_at=hands.clock(),
        data=hands.forms.of(act),
    )
    recorded = await Record(pool).write(Attempt(command=command, sequence=file.sequence))
    assert recorded.answer


async def test_an_act_while_the_database_is_away_is_told_so_soon_and_succeeds_when_it_is_back(
    alone: Hands, gate: Gate
) -> None:
    await alone.submit()
    client, queue = alone.session.client, alone.session.task_queue
    async with await open_pool(gate.database) as through_gate, working(client, through_gate, queue):
        await gate.shut()
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unreachable, match="PostgreSQL"):
            await alone.act("confirm", "ganjingzi-1", command_id="order")
        assert asyncio.get_running_loop().time() - began < 10
        assert await alone.acts() == ["submit"]
        await gate.open()
        assert (await alone.act("confirm", "ganjingzi-1", command_id="order")).standing.stage == "confirmed"
    assert await alone.acts() == ["submit", "confirm"]


async def test_officers_who_act_in_one_case_at_once_while_the_database_is_away_are_all_told_so_soon(
    alone: Hands, gate: Gate
) -> None:
    await alone.submit()
    client, queue = alone.session.client, alone.session.task_queue
    async with await open_pool(gate.database) as through_gate, working(client, through_gate, queue):
        await gate.shut()
        began = asyncio.get_running_loop().time()
        told = await asyncio.gather(*(alone.act("confirm", "ganjingzi-1") for _ in range(4)), return_exceptions=True)
        assert asyncio.get_running_loop().time() - began < 13
        assert [type(one) for one in told] == [Unreachable] * 4
        assert all("PostgreSQL" in str(one) for one in told), told
        await gate.open()
    # Who was turned away without a try hung on the clock: history tells it the same way again.
    replayer = Replayer(workflows=[Case], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(await alone.handle.fetch_history())


async def test_a_reminder_that_falls_due_while_the_database_is_away_is_recorded_once_it_is_back(
    alone: Hands, gate: Gate
) -> None:
    await alone.submit()
    client, queue = alone.session.client, alone.session.task_queue
    async with await open_pool(gate.database) as through_gate, working(client, through_gate, queue):
        wake = (await alone.file()).wakes[0]
        await gate.shut()
        passing = asyncio.create_task(alone.pass_days((wake.at - alone.clock()).days + 1))
        await alone.has_scheduled_an_activity()
        await gate.open()
        await passing
        await alone.until(lambda file: file.sequence == 2)
    assert await alone.acts() == ["submit", "remind"]
