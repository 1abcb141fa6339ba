"""A notice of days off is loaded: entered by one, confirmed by another; provisional deadlines are counted anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activities import calendar
from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from rules.schemes.dalian_calendar import HolidayNotice
from service.auditing import verified
from tests.activities.desk import Desk, first

REGISTER = "calendar:dalian:china"
#: Invented for this test: days off around the new year and in its first weeks.
NOTICE = {
    "year": 2027,
    "document": "国办发明电〔2026〕0号",
    "days_off": ["2026-12-31", *(f"2027-01-{n:02d}" for n in range(1, 9))],
    "workdays": ["2027-01-09"],
}


async def order(desk: Desk, act: str, officer: str, data: dict[str, Any]) -> Answer:
    recorded = await desk.order(act, officer, data, kind="calendar", stream=REGISTER)
    assert recorded.answer
    return recorded.answer


async def load(desk: Desk) -> None:
    """Have the notice entered by one officer of the bureau and confirmed by another."""
    await order(desk, "enter_notice", "bureau-1", NOTICE)
    await order(desk, "load_notice", "bureau-2", {"year": 2027})


@pytest.fixture
async def december(desk: Desk) -> Desk:
    """A case submitted in December, whose district's days run into a year without a notice."""
    desk.moment = datetime(2026, 12, 15, 2, tzinfo=UTC)
    return await desk.play(first("case", "return_for_correction"))


async def test_loading_a_notice_moves_what_was_provisional_and_says_why(december: Desk) -> None:
    before = (await december.file()).deadline("verification")
    assert before
    assert (before.provisional, before.due_on) == (True, date(2027, 1, 5))
    today = december.forms.now.date()
    [foreseen], left_out = await calendar.moved(december.pool, HolidayNotice.model_validate(NOTICE), today)
    assert left_out == 0
    await load(december)
    await december.relay()
    after = (await december.file()).deadline("verification")
    assert after
    # Fifteen working days after 15 December: 12 until 30 December, then 9, 11 and 12 January.
    assert (after.provisional, after.due_on) == (False, date(2027, 1, 13))
    assert (foreseen["old"], foreseen["new"], foreseen["office"]) == (before.due_on, after.due_on, "district")
    [event] = await december.pool.fetch("select body from event where act = 'recount_deadlines'")
    assert "verification of the district moves from 2027-01-05 to 2027-01-13 by 国办发明电〔2026〕0号" in event["body"]
    assert await december.pool.fetchval("select due_on from deadline where name = 'verification'") == after.due_on
    assert (await verified(december.pool))["ok"]


async def test_the_timer_is_armed_from_the_new_day(december: Desk) -> None:
    await load(december)
    await december.relay()
    wake = (await december.file()).wakes[0]
    # Ten working days before 13 January.
    assert (wake.rung, wake.at) == ("10 working days before", datetime(2026, 12, 22, 1, tzinfo=UTC))


async def test_what_is_opened_afterwards_is_counted_by_the_notice(december: Desk) -> None:
    await load(december)
    other = Desk(december.pool, serial=2, moment=december.moment)
    await other.play(first("case", "return_for_correction"))
    deadline = (await other.file()).deadline("verification")
    assert deadline
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 13), False)


async def test_what_is_settled_or_closed_is_not_told(desk: Desk) -> None:
    desk.moment = datetime(2026, 9, 1, 2, tzinfo=UTC)
    await desk.play(first("case", "return_for_correction"))
    await load(desk)
    assert await desk.pool.fetchval("select count(*) from outbox where command ->> 'act' = 'recount_deadlines'") == 0


async def test_nobody_confirms_what_he_entered_or_what_nobody_entered(desk: Desk) -> None:
    with pytest.raises(Unfit, match="must have been entered"):
        await order(desk, "load_notice", "bureau-2", {"year": 2027})
    await order(desk, "enter_notice", "bureau-1", NOTICE)
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await order(desk, "load_notice", "bureau-1", {"year": 2027})


async def test_only_the_bureau_enters_a_notice(desk: Desk) -> None:
    with pytest.raises(Barred, match="right_office"):
        await order(desk, "enter_notice", "finance-1", NOTICE)


async def test_a_notice_that_is_loaded_is_never_edited(desk: Desk) -> None:
    await load(desk)
    for year in (2026, 2027):
        again = {**NOTICE, "year": year, "days_off": [f"{year}-01-01"], "workdays": []}
        with pytest.raises(Unfit, match="never edited"):
            await order(desk, "enter_notice", "bureau-1", again)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"days_off": ["2026-12-24"]}, "days_off"),
        ({"days_off": ["2028-01-01"]}, "days_off"),
        ({"days_off": ["2027-01-01", "2027-01-01"]}, "days_off"),
        ({"workdays": ["2027-01-02"]}, "workdays"),
        ({"workdays": ["2027-01-11"]}, "workdays"),
        ({"days_off": []}, "days_off"),
        ({"year": 2025, "days_off": ["2025-01-01"], "workdays": []}, "year"),
    ],
)
async def test_a_notice_that_cannot_be_is_told_by_its_field(desk: Desk, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Unfit) as unfit:
        await order(desk, "enter_notice", "bureau-1", NOTICE | change)
    assert unfit.value.faults[0][0] == field


async def test_time_that_was_given_is_not_taken_back(december: Desk) -> None:
    """A notice that has a weekend worked would move the last day before today: then it stays."""
    worked = {"days_off": ["2027-01-29"], "workdays": ["2026-12-26", "2026-12-27", "2027-01-02", "2027-01-03"]}
    await order(december, "enter_notice", "bureau-1", NOTICE | worked)
    december.moment += timedelta(days=20)
    await order(december, "load_notice", "bureau-2", {"year": 2027})
    await december.relay()
    deadline = (await december.file()).deadline("verification")
    assert deadline
    assert (deadline.due_on, deadline.provisional, deadline.wake is not None) == (date(2027, 1, 5), False, True)
