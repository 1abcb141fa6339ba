"""A quarter opens and closes by itself, on real servers: missed, opened twice or by hand, closed by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client, ScheduleBackfill, ScheduleHandle, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from activities.contracts import Answer, Command
from db.pool import open_pool
from rules.procedures import Stream
from rules.timetable import SHANGHAI
from tests.gate import Gate
from tests.hands import Hands, working
from workflows import ids
from workflows.offering import offer
from workflows.opener import NOMINAL_TIME
from workflows.schedules import ensure_rounds

# Quarters of the past, each opened by one test alone: the tests of a run share a Temporal server.
MISSED, ALONE, BY_HAND, AWAY = ("2024Q1", "2024Q2", "2024Q3"), "2023Q1", "2023Q2", "2023Q3"


def round_of(hands: Hands, quarter: str) -> Hands:
    return hands.beside(Stream("round", "dalian", quarter))


def nominal(quarter: str) -> datetime:
    """When the Schedule means to open a quarter."""
    year, number = int(quarter[:4]), int(quarter[5])
    first = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return datetime.combine(first, time(0, 30), SHANGHAI)


async def opener(hands: Hands, quarter: str) -> str:
    """Start an opener as the Schedule would, and return the round it opened."""
    when = TypedSearchAttributes([SearchAttributePair(NOMINAL_TIME, nominal(quarter))])
    opened: str = await hands.session.client.execute_workflow(
        ids.OPENER,
        "dalian",
        id=f"opener:{uuid4()}",
        task_queue=hands.session.task_queue,
        search_attributes=when,
        result_type=str,
    )
    return opened


@pytest.fixture
async def schedule(hands: Hands) -> AsyncIterator[ScheduleHandle]:
    """A Schedule of this test's own, which starts openers on its worker."""
    client: Client = hands.session.client
    name = f"rounds:{uuid4()}"
    await ensure_rounds(client, hands.session.task_queue, name)
    yield client.get_schedule_handle(name)
    await client.get_schedule_handle(name).delete()


async def test_quarters_that_were_missed_are_each_opened_by_their_nominal_time(
    hands: Hands, schedule: ScheduleHandle
) -> None:
    since, until = nominal(MISSED[0]) - timedelta(hours=1), nominal(MISSED[-1]) + timedelta(hours=1)
    await schedule.backfill(ScheduleBackfill(start_at=since, end_at=until))
    for quarter in MISSED:
        file = await round_of(hands, quarter).reached("filing")
        assert file.facts["round"]["quarter"] == quarter
        (opened,) = await round_of(hands, quarter).events()
        assert (opened.act, opened.officer, opened.office) == ("open", "clock", "system")
        assert "by the Schedule, after the quarter's end" in opened.findings[0].reason
        assert (opened.at.astimezone(UTC) - datetime.now(UTC)) < timedelta(minutes=5), "acts are recorded when done"
    # The relay has started its workflow, as for a round that was opened by hand.
    closed = await hands.session.act(f"round:dalian:{MISSED[0]}", "close_filing", "regulator-1", {}, None)
    assert closed.standing.stage == "review"


async def test_two_openers_of_one_quarter_open_it_once(hands: Hands) -> None:
    opened = await asyncio.gather(*(opener(hands, ALONE) for _ in range(3)))
    assert set(opened) == {f"round:dalian:{ALONE}"}
    assert await round_of(hands, ALONE).acts() == ["open"]


async def test_a_round_that_was_opened_by_hand_is_left_as_it_is(hands: Hands) -> None:
    stream = f"round:dalian:{BY_HAND}"
    await hands.session.open(stream, "open", "regulator-1", {"quarter": BY_HAND}, None)
    await hands.session.act(stream, "close_filing", "regulator-1", {}, None)
    assert await opener(hands, BY_HAND) == stream
    assert [event.officer for event in await round_of(hands, BY_HAND).events()] == ["regulator-1", "regulator-1"]
    assert (await round_of(hands, BY_HAND).file()).stage == "review"


async def test_an_opener_that_no_schedule_started_knows_no_quarter_and_opens_none(hands: Hands) -> None:
    client, queue = hands.session.client, hands.session.task_queue
    with pytest.raises(WorkflowFailureError) as failed:
        await client.execute_workflow(ids.OPENER, "dalian", id=f"opener:{uuid4()}", task_queue=queue)
    assert "is started by its Schedule" in str(failed.value.cause)


async def test_an_opener_waits_for_the_database_as_long_as_it_is_away(alone: Hands, gate: Gate) -> None:
    client, queue = alone.session.client, alone.session.task_queue
    async with await open_pool(gate.database) as through_gate, working(client, through_gate, queue):
        await gate.shut()
        opening = asyncio.create_task(opener(alone, AWAY))
        handle = await started(client, queue)
        async with asyncio.timeout(60):
            while not any(p.attempt > 1 for p in (await handle.describe()).raw_description.pending_activities):  # noqa: ASYNC110 - the server decides
                await asyncio.sleep(0.1)
        await gate.open()
        assert await opening == f"round:dalian:{AWAY}"
    assert await round_of(alone, AWAY).acts() == ["open"]


async def started(client: Client, queue: str):  # type: ignore[no-untyped-def]
    """The opener that runs on a queue."""
    async with asyncio.timeout(60):
        while True:
            async for found in client.list_workflows(f"WorkflowType = 'opener' and TaskQueue = '{queue}'"):
                return client.get_workflow_handle(found.id)
            await asyncio.sleep(0.1)


# --- Closed by the clock --------------------------------------------------------------------------------------------


async def filing_night(hands: Hands) -> tuple[Hands, datetime]:
    """Open a quarter with an application to file, and come to half an hour after its filing day's midnight."""
    await hands.bring_to("apply")
    round_ = round_of(hands, hands.quarter)
    await hands.session.open(str(round_.stream), "open", "regulator-1", {"quarter": hands.quarter}, None)
    filing = (await round_.file()).deadline("filing")
    assert filing
    midnight = datetime.combine(filing.due_on + timedelta(days=1), time(0), SHANGHAI)
    ahead = midnight + timedelta(minutes=30) - hands.clock()
    await hands.skipping.fast_forward(round_.handle, ahead)
    return round_, midnight


async def file_return(round_: Hands, application: str, received_at: datetime) -> Answer:
    data = round_.forms.quarterly_return(application)
    command = Command(
        id=str(uuid4()), stream=str(round_.stream), act="file_return", officer="insurer-a-1",
        received_at=received_at, data=data,
    )  # fmt: skip
    return await offer(round_.session.client, command)


async def test_the_clock_closes_filing_after_its_grace_and_takes_what_came_in_time_until_then(hands: Hands) -> None:
    round_, midnight = await filing_night(hands)
    application = f"{hands.stream.number}-1"
    late = await file_return(round_, application, midnight)
    assert [found.rule for found in late.event.findings if not found.passed] == ["filed_in_time"]
    in_time = await file_return(round_, application, midnight - timedelta(minutes=1))
    assert in_time.event.passed, in_time.event.findings
    assert (await round_.file()).stage == "filing"
    await hands.skipping.fast_forward(round_.handle, timedelta(minutes=31))
    file = await round_.reached("review")
    *_, closed = await round_.events()
    assert (closed.act, closed.officer, closed.office) == ("close", "clock", "system")
    joint_review = file.deadline("joint_review")
    assert joint_review
    assert joint_review.counted_from == midnight.date()
    with pytest.raises(WorkflowUpdateFailedError, match="Workflow update failed") as refused:
        await file_return(round_, application, midnight + timedelta(hours=2))
    assert "its stage is 'review'" in str(refused.value.cause)
