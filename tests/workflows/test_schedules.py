"""The Schedule by which quarters open themselves (article 13): what the server keeps, what a worker's start does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleOverlapPolicy,
    ScheduleUpdate,
)

from rules.schemes.dalian_quarter import quarter_before
from rules.timetable import SHANGHAI
from tests.hands import Hands
from workflows.schedules import CATCH_UP, ensure_rounds


@pytest.fixture
def client(alone: Hands) -> Client:
    return alone.session.client


@pytest.fixture
async def name(client: Client) -> AsyncIterator[str]:
    """A Schedule of this test's own, taken away again."""
    made = f"rounds:{uuid4()}"
    yield made
    await client.get_schedule_handle(made).delete()


async def test_a_quarter_opens_on_the_first_day_after_its_end_at_half_past_midnight_in_shanghai(
    client: Client, name: str
) -> None:
    moments = (await ensure_rounds(client, "nobody", name)).info.next_action_times[:4]
    local = [moment.astimezone(SHANGHAI) for moment in moments]
    assert {f"{moment:%m-%dT%H:%M}" for moment in local} == {"01-01T00:30", "04-01T00:30", "07-01T00:30", "10-01T00:30"}
    assert local == sorted(local)
    assert local[0] - datetime.now(UTC) < timedelta(days=93)


async def test_every_quarter_that_was_missed_is_caught_up_with_one_after_the_other(client: Client, name: str) -> None:
    policy = (await ensure_rounds(client, "nobody", name)).schedule.policy
    assert policy.overlap == ScheduleOverlapPolicy.BUFFER_ALL
    assert policy.catchup_window == CATCH_UP >= timedelta(days=3 * 365)


async def test_a_schedule_that_is_as_written_is_not_touched_for_an_update_drops_what_is_missed(
    client: Client, name: str
) -> None:
    await ensure_rounds(client, "nobody", name)
    again = await ensure_rounds(client, "nobody", name)
    assert again.info.last_updated_at is None


async def test_a_schedule_that_differs_is_rewritten_and_stays_paused_where_it_was(client: Client, name: str) -> None:
    written = (await ensure_rounds(client, "nobody", name)).schedule
    handle = client.get_schedule_handle(name)
    await handle.pause()

    def an_hour_later(there: Schedule) -> Schedule:
        there.spec.time_zone_name = "Asia/Tokyo"
        return there

    await handle.update(lambda current: ScheduleUpdate(an_hour_later(current.description.schedule)))
    there = (await ensure_rounds(client, "another-queue", name)).schedule
    assert (there.spec, there.policy) == (written.spec, written.policy)
    assert isinstance(there.action, ScheduleActionStartWorkflow)
    assert there.action.task_queue == "another-queue"
    assert there.state.paused


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ("2027-01-01", "2026Q4"),
        ("2027-03-31", "2026Q4"),
        ("2027-04-01", "2027Q1"),
        ("2027-07-01", "2027Q2"),
        ("2027-10-01", "2027Q3"),
        ("2027-12-31", "2027Q3"),
    ],
)
def test_the_quarter_is_the_last_one_that_ended_before_the_day(day: str, quarter: str) -> None:
    assert quarter_before(datetime.fromisoformat(day).date()) == quarter
