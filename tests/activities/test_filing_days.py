"""The days to file (article 13): who is awaited and reminded, what comes in time, and what the next quarter takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from activities.contracts import Answer, Attempt
from db.pool import Pool
from rules.faults import Unfit
from rules.procedure import Barred
from rules.timetable import SHANGHAI, Deadline
from service.auditing import verified
from tests.activities.desk import Desk, first

QUARTER, NEXT = "2027Q4", "2028Q1"
INSURER = "insurer-a-1"


def stream_of(quarter: str) -> str:
    return f"round:dalian:{quarter}"


async def ordered(desk: Desk, quarter: str, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    recorded = await desk.order(act, officer, data, "round", stream=stream_of(quarter))
    assert recorded.answer
    return recorded.answer


async def opened(desk: Desk, quarter: str = QUARTER) -> Desk:
    await ordered(desk, quarter, "open", "regulator-1", {"quarter": quarter})
    return desk


async def filing_of(desk: Desk, quarter: str = QUARTER) -> Deadline:
    filing = (await desk.file_of(stream_of(quarter))).deadline("filing")
    assert filing
    return filing


async def rung(desk: Desk) -> Answer:
    """Let the clock ring the next rung of the quarter."""
    wake = (await desk.file_of(stream_of(QUARTER))).wakes[0]
    desk.moment = wake.at
    data = {"deadline": wake.deadline, "rung": wake.rung}
    command = desk.command("round", wake.act, "clock", data, stream=stream_of(QUARTER))
    recorded = await desk.write(await desk.attempt(command, by_clock=True))
    assert recorded.answer
    return recorded.answer


@pytest.fixture
async def applied(pool: Pool) -> Desk:
    return await Desk(pool).play(first("round", "open"))


async def test_a_round_awaits_a_return_of_every_insurer_listed_when_it_opens(applied: Desk) -> None:
    await opened(applied)
    assert (await applied.file_of(stream_of(QUARTER))).facts["awaited"] == {"insurer-a": False, "insurer-b": False}
    await ordered(applied, QUARTER, "file_return", INSURER)
    assert (await applied.file_of(stream_of(QUARTER))).facts["awaited"] == {"insurer-a": True, "insurer-b": False}


async def test_a_barred_insurer_is_not_awaited_and_a_suspended_one_is(desk: Desk) -> None:
    today = desk.forms.now.date()
    await desk.pool.execute(
        "insert into insurer_bar (insurer, barred_on, reason) values ('insurer-a', $1, '骗保')", today
    )
    await desk.pool.execute("insert into insurer_suspension (insurer, suspended_on) values ('insurer-b', $1)", today)
    await opened(desk)
    assert (await desk.file_of(stream_of(QUARTER))).facts["awaited"] == {"insurer-b": False}


async def test_the_reminders_of_the_filing_day_name_who_has_not_filed(applied: Desk) -> None:
    await opened(applied)
    told = (await rung(applied)).event.findings
    assert [(found.rule, found.article) for found in told] == [("reminder", "13"), ("returns_awaited", "13")]
    assert told[1].reason == "not filed yet: insurer-a, insurer-b"
    await ordered(applied, QUARTER, "file_return", INSURER)
    assert (await rung(applied)).event.findings[1].reason == "not filed yet: insurer-b"


NIL = {"applications": [], "summary_sha256": "0" * 64, "cover_letter_sha256": "1" * 64}


async def test_an_insurer_with_nothing_to_file_says_so_and_is_awaited_no_more(applied: Desk) -> None:
    await opened(applied)
    event = (await ordered(applied, QUARTER, "file_return", "insurer-b-1", NIL)).event
    assert event.passed
    told = event.findings[-1]
    assert (told.rule, told.article) == ("nil_return", "13")
    assert "insurer-b files no application insured by 2027-12-31; 0 of its applications could be filed" in told.reason
    facts = (await applied.file_of(stream_of(QUARTER))).facts
    assert facts["awaited"] == {"insurer-a": False, "insurer-b": True}
    assert [facts["returns"]["insurer-b"][name] for name in ("filings", "applications")] == [1, 0]
    assert (await rung(applied)).event.findings[1].reason == "not filed yet: insurer-a"
    assert (await verified(applied.pool))["ok"]


async def test_a_nil_return_tells_what_could_be_filed_and_what_comes_afterwards_is_taken(applied: Desk) -> None:
    await opened(applied)
    told = (await ordered(applied, QUARTER, "file_return", INSURER, NIL)).event.findings[-1]
    assert told.reason.endswith("; 1 of its applications could be filed")
    assert (await ordered(applied, QUARTER, "file_return", INSURER)).event.passed
    assert await applied.pool.fetchval("select state from subsidy_application") == "filed"
    kept = (await applied.file_of(stream_of(QUARTER))).facts["returns"]["insurer-a"]
    assert (kept["filings"], kept["applications"]) == (2, 1)
    assert (await verified(applied.pool))["ok"]


async def test_who_has_filed_applications_files_no_nil_return(applied: Desk) -> None:
    await opened(applied)
    await ordered(applied, QUARTER, "file_return", INSURER)
    with pytest.raises(Unfit, match="applications: must not be empty: 1 were filed in this round before"):
        await ordered(applied, QUARTER, "file_return", INSURER, NIL)


async def test_a_barred_insurer_and_one_who_is_late_file_no_nil_return(applied: Desk) -> None:
    await opened(applied)
    applied.moment = datetime(2028, 1, 11, 2, tzinfo=UTC)
    late = (await ordered(applied, QUARTER, "file_return", "insurer-b-1", NIL)).event
    assert [found.rule for found in late.findings if not found.passed] == ["filed_in_time"]
    await applied.pool.execute("insert into insurer_bar values ('insurer-b', '2026-01-01', '骗保')")
    barred = (await ordered(applied, QUARTER, "file_return", "insurer-b-1", NIL)).event
    assert [found.rule for found in barred.findings if not found.passed] == ["insurer_not_barred", "filed_in_time"]


async def test_what_is_received_on_the_filing_day_is_taken_and_a_minute_later_belongs_to_the_next_quarter(
    applied: Desk,
) -> None:
    await opened(applied)
    last = (await filing_of(applied)).due_on
    assert last == date(2028, 1, 10)
    applied.moment = datetime.combine(last, time(23, 59), SHANGHAI) + timedelta(minutes=1)
    late = (await ordered(applied, QUARTER, "file_return", INSURER)).event
    (ground,) = [found for found in late.findings if not found.passed]
    assert (ground.rule, ground.article) == ("filed_in_time", "13")
    assert ground.reason.endswith("the filing day is 2028-01-10: file it with the return of 2028Q1")
    assert await applied.pool.fetchval("select state from subsidy_application") == "applied"
    # The next quarter's return takes it, and charges that quarter's year.
    await opened(applied, NEXT)
    assert (await ordered(applied, NEXT, "file_return", INSURER)).event.passed
    assert (await applied.file_of(stream_of(NEXT))).facts["round"]["fiscal_year"] == 2028


async def test_a_round_that_opens_after_its_filing_day_gives_the_days_from_its_opening(desk: Desk) -> None:
    desk.moment = datetime(2026, 7, 20, 2, tzinfo=UTC)
    await opened(desk, "2026Q1")
    filing = await filing_of(desk, "2026Q1")
    assert (filing.counted_from, filing.due_on) == (date(2026, 7, 20), date(2026, 7, 30))


@pytest.mark.parametrize("day", [1, 10])
async def test_a_round_that_opens_by_its_filing_day_keeps_it(desk: Desk, day: int) -> None:
    desk.moment = datetime(2026, 7, day, 2, tzinfo=UTC)
    await opened(desk, "2026Q2")
    filing = await filing_of(desk, "2026Q2")
    assert (filing.counted_from, filing.due_on) == (date(2026, 6, 30), date(2026, 7, 10))


async def test_the_clock_closes_filing_an_hour_after_the_filing_day_rolled_off_days_off(desk: Desk) -> None:
    desk.moment = datetime(2026, 9, 30, 2, tzinfo=UTC)
    stream = stream_of("2026Q3")
    await opened(desk, "2026Q3")
    # Day 10 is a Saturday on which people work.
    assert (await filing_of(desk, "2026Q3")).due_on == date(2026, 10, 10)
    *_, last = [wake async for wake in _rings(desk, stream)]
    assert last == ("close", datetime(2026, 10, 10, 17, tzinfo=UTC))
    assert (await desk.file_of(stream)).stage == "review"


async def _rings(desk: Desk, stream: str):  # type: ignore[no-untyped-def]
    while (wake := (await desk.file_of(stream)).wakes[0]).deadline == "filing":
        desk.moment = wake.at
        command = desk.command("round", wake.act, "clock", {"deadline": "filing", "rung": wake.rung}, stream=stream)
        await desk.write(await desk.attempt(command, by_clock=True))
        yield wake.act, wake.at


async def test_filing_is_not_opened_again_after_the_filing_day(desk: Desk) -> None:
    await opened(desk)
    await ordered(desk, QUARTER, "close_filing", "regulator-1")
    desk.moment = datetime.combine((await filing_of(desk)).due_on + timedelta(days=1), time(10), SHANGHAI)
    answer = await ordered(desk, QUARTER, "reopen_filing", "regulator-1")
    assert answer.standing.stage == "review"
    assert [found.rule for found in answer.event.findings if not found.passed] == ["filing_day_ahead"]


# --- Who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("officer", ["clock", "insurer-a-1", "finance-1", "bureau-1"])
async def test_no_officer_opens_a_quarter_but_the_regulators_and_none_in_the_clocks_name(
    desk: Desk, officer: str
) -> None:
    with pytest.raises(Barred, match=r"right_office|officer_known"):
        await opened_by(desk, officer)
    assert await desk.pool.fetchval("select count(*) from proceeding where kind = 'round'") == 0


async def test_nobody_can_take_the_name_of_the_order_that_opens_a_quarter(desk: Desk) -> None:
    with pytest.raises(Unfit, match="command_id: must be without strokes"):
        await opened_by(desk, "regulator-1", id=f"{stream_of(QUARTER)}/1/open")


async def test_the_clock_opens_a_quarter_once_and_its_repeat_is_answered_as_the_first_time(desk: Desk) -> None:
    command = desk.command("round", "open", "clock", {"quarter": QUARTER}, stream=stream_of(QUARTER))
    attempt = Attempt(
        command=command.model_copy(update={"id": f"{stream_of(QUARTER)}/1/open"}), sequence=0, by_clock=True
    )
    first_time, again = await desk.write(attempt), await desk.write(attempt)
    assert first_time == again
    assert first_time.answer
    assert (first_time.answer.event.office, await desk.events()) == ("system", 1)
    # Its workflow is the relay's to start, at once.
    row = await desk.pool.fetchrow("select done, not_before from outbox")
    assert row
    assert tuple(row) == (False, command.received_at)


async def opened_by(desk: Desk, officer: str, **more: str) -> None:
    command = desk.command("round", "open", officer, {"quarter": QUARTER}, **{"stream": stream_of(QUARTER), **more})
    await desk.write(await desk.attempt(command))
