"""What a case costs Temporal: history events and billable actions, asserted because they do not vary (design §5)."""

from __future__ import annotations

from collections import Counter

import pytest
from temporalio.api.enums.v1 import EventType

from runtime.errors import Refused
from tests.hands import Hands


async def counted(hands: Hands) -> Counter[str]:
    history = await hands.handle.fetch_history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


def within_bounds(events: Counter[str], acts: int) -> None:
    """Assert the bounds for a life of `acts` acts, the submission among them, and the timers that fired."""
    fired, canceled = events["TIMER_FIRED"], events["TIMER_CANCELED"]
    # The timer that is armed when the case closes is canceled by closing; any other made way for an earlier one.
    rearmed = canceled - events["WORKFLOW_EXECUTION_COMPLETED"]
    # Time skipping, which only tests do, writes events of its own.
    skipping = events["WORKFLOW_EXECUTION_OPTIONS_UPDATED"] + events["WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED"]
    assert events.total() - skipping <= 6 + 6 * (acts + fired) + 2 * rearmed, events
    # A start, each update, each workflow task with local activities, each timer.
    actions = 1 + events["WORKFLOW_EXECUTION_UPDATE_ACCEPTED"] + events["MARKER_RECORDED"] + events["TIMER_STARTED"]
    assert actions <= 2 + 2 * (acts + fired) + rearmed, events
    assert events["ACTIVITY_TASK_SCHEDULED"] == 0


async def test_a_case_from_submission_to_insurance_stays_within_six_events_and_two_actions_an_act(hands: Hands) -> None:
    await hands.bring_to("apply")
    await hands.act("withdraw")
    await hands.handle.result()
    within_bounds(await counted(hands), acts=11)


async def test_a_year_in_which_only_timers_fire_stays_within_six_events_and_two_actions_a_timer(hands: Hands) -> None:
    await hands.bring_to("publish")
    await hands.pass_days(370)
    await hands.reached("expired")
    await hands.handle.result()
    events = await counted(hands)
    assert events["TIMER_FIRED"] >= 5
    within_bounds(events, acts=7)


async def test_a_refusal_before_the_record_writes_no_history(hands: Hands) -> None:
    await hands.submit()
    await hands.act("confirm", "ganjingzi-1")
    before = await counted(hands)
    for _ in range(3):
        with pytest.raises(Refused, match="act_in_turn"):
            await hands.act("publish", "bureau-1")
    assert await counted(hands) == before
