"""Which moment orders an application is the edition's to say: its contract's conclusion, or its day (article 13)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from activities import record
from rules.edition import Cited, Edition, edition_of
from rules.timetable import SHANGHAI
from tests.activities.desk import Desk, first
from tests.activities.test_waiting import Quarter, appropriate, sound


@pytest.fixture
def by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = {"insurance_time": Cited("applied", "13", "a test")}

    def changed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
        return edition_of(scheme, name, known).model_copy(update=figure)

    monkeypatch.setattr(record, "edition_of", changed)


async def times(desk: Desk) -> list[datetime]:
    rows = await desk.pool.fetch("select concluded_at from subsidy_application order by number")
    return [row["concluded_at"] for row in rows]


async def insured(desk: Desk, serial: int, days_before: int, moment: datetime | None = None) -> Desk:
    """A case whose insurance was applied for so many days before its contract was concluded."""
    concluded = moment or desk.moment
    one = Desk(desk.pool, serial=desk.serial + 10 + serial, moment=concluded - timedelta(days=days_before))
    await one.play(first("case", "insure"))
    applied_on, one.moment = one.forms.now.date(), concluded
    await one.order("insure", "insurer-a-1", one.forms.contract("a", "20000000.00") | {"applied_on": f"{applied_on}"})
    await one.order("apply", one.forms.enterprise)
    await one.relay()
    assert (await one.file()).stage == "applied", (await one.file()).facts
    return one


async def test_by_conclusion_it_is_the_contracts_minute(desk: Desk) -> None:
    one = await insured(desk, 0, days_before=2)
    assert await times(desk) == [one.forms.now.replace(second=0, microsecond=0)]
    await sound(desk)


@pytest.mark.usefixtures("by_day")
async def test_by_application_it_is_the_first_minute_of_the_day_applied_on(desk: Desk) -> None:
    one = await insured(desk, 0, days_before=2)
    day = one.forms.now.date() - timedelta(days=2)
    assert await times(desk) == [datetime.combine(day, time(0))]
    assert (await one.file()).facts["application"]["insurance_time"] == f"{day}T00:00"
    await sound(desk)


@pytest.mark.usefixtures("by_day")
async def test_by_application_who_applied_earlier_and_concluded_later_goes_first(desk: Desk) -> None:
    await appropriate(desk, "250000.00")
    late = await insured(desk, 0, days_before=0)
    early = await insured(desk, 1, days_before=1, moment=desk.moment + timedelta(minutes=5))
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(late, early)).reviewed(late, early)
    await quarter.signed()
    assert ((await early.file()).money["approved"], (await late.file()).money["approved"]) == ("200000.00", "50000.00")
    await sound(desk)


@pytest.mark.usefixtures("by_day")
async def test_by_application_a_day_ties_whoever_concluded_first(desk: Desk) -> None:
    await appropriate(desk, "250000.00")
    one = await insured(desk, 0, days_before=0)
    other = await insured(desk, 1, days_before=0, moment=desk.moment + timedelta(minutes=5))
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one, other)).reviewed(one, other)
    await quarter.do("prepare_plan", "regulator-1")
    assert (await desk.file_of(quarter.stream)).facts["plan"]["tie"]["count"] == 2


@pytest.mark.parametrize("kind", ["concluded", "applied"])
async def test_a_corrected_contract_corrects_its_place(desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    figure = {"insurance_time": Cited(kind, "13", "a test")}

    def changed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
        return edition_of(scheme, name, known).model_copy(update=figure)

    monkeypatch.setattr(record, "edition_of", changed)
    one = await insured(desk, 0, days_before=2)
    said = {"field": "contract.applied_on", "correct": f"{one.forms.now.date() - timedelta(days=1)}", "reason": "笔误"}
    await one.order("ask_rectification", one.forms.enterprise, said)
    recorded = await one.order("rectify", "bureau-1")
    assert recorded.answer
    assert recorded.answer.event.passed, recorded.answer.event.findings
    await one.relay()
    now = one.forms.now.replace(second=0, microsecond=0)
    expected = now if kind == "concluded" else datetime.combine(now.date() - timedelta(days=1), time(0))
    assert await times(desk) == [expected]
    await sound(desk)


@pytest.mark.parametrize(("kind", "passes"), [("concluded", False), ("applied", True)])
async def test_what_was_applied_for_on_the_quarters_last_day_is_of_it_where_the_day_orders(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, *, passes: bool
) -> None:
    """Concluded in the first minute of the next quarter."""
    figure = {"insurance_time": Cited(kind, "13", "a test")}

    def changed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
        return edition_of(scheme, name, known).model_copy(update=figure)

    monkeypatch.setattr(record, "edition_of", changed)
    ends = datetime.now(SHANGHAI).date().replace(month=9, day=30)
    desk.moment = datetime.combine(date(ends.year, 10, 1), time(0, 0), SHANGHAI)
    one = await insured(desk, 0, days_before=1)
    quarter = await Quarter(desk, f"{ends.year}Q3").open()
    answer = await quarter.try_("file_return", "insurer-a-1", desk.forms.quarterly_return(one.application))
    assert answer.event.passed is passes
    failed = [found.rule for found in answer.event.findings if not found.passed]
    assert failed == ([] if passes else ["insured_by_quarter_end"])
