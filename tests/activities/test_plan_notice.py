"""A plan is given public notice where the edition asks for it, and nobody signs before it has run out (article 13)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from activities import record
from activities.contracts import Answer
from rules.edition import Cited, Edition, edition_of
from rules.faults import Unfit
from rules.procedure import Barred
from rules.timetable import SHANGHAI
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound

#: A Thursday: its five working days end on the Wednesday after.
THURSDAY, LAST_DAY = date(2030, 7, 11), date(2030, 7, 17)


@pytest.fixture
def five_days(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = {"plan_notice_days": Cited(5, "13", "a test")}

    def changed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
        return edition_of(scheme, name, known).model_copy(update=figure)

    monkeypatch.setattr(record, "edition_of", changed)


@pytest.fixture
async def quarter(desk: Desk) -> Quarter:
    """A plan of one application, drawn on a Thursday."""
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    on(desk, THURSDAY)
    await quarter.do("prepare_plan", "regulator-1")
    return quarter


def on(desk: Desk, day: date, at: time = time(10)) -> None:
    desk.moment = datetime.combine(day, at, SHANGHAI)


async def noticed(quarter: Quarter) -> Answer:
    return await quarter.do("publish_plan_notice", "regulator-1", quarter.desk.forms.of("publish_plan_notice"))


async def grounds(quarter: Quarter, officer: str = "finance-2") -> list[tuple[str, str]]:
    """Why a signature is refused."""
    answer = await quarter.try_("sign_plan", officer)
    return [(one.rule, one.article) for one in answer.event.findings if not one.passed]


async def test_without_days_no_notice_is_asked_for_and_none_is_given(quarter: Quarter) -> None:
    with pytest.raises(Barred, match="plan_notice_asked"):
        await noticed(quarter)
    for office in ("regulator", "bureau", "finance"):
        await quarter.do("sign_plan", f"{office}-2")
    assert "plan_notice" not in (await quarter.desk.file_of(quarter.stream)).facts
    await sound(quarter.desk)


@pytest.mark.usefixtures("five_days")
async def test_nobody_signs_before_a_notice_was_given(quarter: Quarter) -> None:
    for office in ("regulator", "bureau", "finance"):
        assert await grounds(quarter, f"{office}-2") == [("plan_notice_ended", "13")]


@pytest.mark.usefixtures("five_days")
async def test_its_first_day_counts_and_the_day_after_its_last_is_the_first_to_sign(quarter: Quarter) -> None:
    await noticed(quarter)
    file = await quarter.desk.file_of(quarter.stream)
    deadline = file.deadline("plan_notice")
    assert deadline
    assert (deadline.due_on, deadline.article, deadline.running) == (LAST_DAY, "13", True)
    on(quarter.desk, LAST_DAY, time(23, 59))
    assert await grounds(quarter) == [("plan_notice_ended", "13")]
    on(quarter.desk, LAST_DAY + timedelta(days=1), time(0))
    for office in ("regulator", "bureau", "finance"):
        await quarter.do("sign_plan", f"{office}-2")
    file = await quarter.desk.file_of(quarter.stream)
    deadline = file.deadline("plan_notice")
    assert deadline
    assert (file.stage, deadline.met_on) == ("signed", LAST_DAY + timedelta(days=1))
    await sound(quarter.desk)


@pytest.mark.usefixtures("five_days")
async def test_a_plan_is_given_notice_of_once(quarter: Quarter) -> None:
    await noticed(quarter)
    with pytest.raises(Barred, match="one_notice_each"):
        await noticed(quarter)


@pytest.mark.usefixtures("five_days")
async def test_a_notice_is_not_older_than_its_plan(quarter: Quarter) -> None:
    form = quarter.desk.forms.of("publish_plan_notice") | {"published_at": f"{THURSDAY - timedelta(days=1)}T23:59"}
    with pytest.raises(Unfit, match="must not be before the plan was prepared on 2030-07-11"):
        await quarter.try_("publish_plan_notice", "regulator-1", form)


@pytest.mark.usefixtures("five_days")
@pytest.mark.parametrize("taken_back", [True, False])
async def test_a_plan_that_is_drawn_anew_needs_a_new_notice(quarter: Quarter, *, taken_back: bool) -> None:
    await noticed(quarter)
    on(quarter.desk, LAST_DAY + timedelta(days=1))
    if taken_back:
        await quarter.do("take_back_plan", "regulator-1", quarter.desk.forms.reasons())
    await quarter.do("prepare_plan", "regulator-1")
    file = await quarter.desk.file_of(quarter.stream)
    deadline = file.deadline("plan_notice")
    assert deadline
    assert (file.facts["plan_notice"], deadline.running) == ({}, False)
    assert await grounds(quarter) == [("plan_notice_ended", "13")]
    await noticed(quarter)
    deadline = (await quarter.desk.file_of(quarter.stream)).deadline("plan_notice")
    assert deadline
    assert (deadline.due_on, deadline.running) == (date(2030, 7, 24), True)


async def objected(desk: Desk, stream: str, **changed: Any) -> str:
    form = {"kind": "objection", "subject": stream, "ground": "排序有误", "channel": "letter"}
    person = {"person": {"name": "王某", "contact": "13800000000"}}
    await desk.record.open(
        desk.command("complaint", "receive_complaint", "ganjingzi-1", {**form, **person, **changed},
                     stream="complaint:dalian:new")
    )  # fmt: skip
    found: str = await desk.pool.fetchval("select max(stream) from proceeding where kind = 'complaint'")
    return found


async def decided(desk: Desk, stream: str) -> None:
    for act in ("admit_complaint", "investigate", "answer_complaint"):
        await desk.order(act, "ganjingzi-1", desk.forms.of(act), kind="complaint", stream=stream)


@pytest.mark.usefixtures("five_days")
async def test_an_objection_that_is_not_decided_holds_the_signatures_up(quarter: Quarter) -> None:
    await noticed(quarter)
    objection = await objected(quarter.desk, quarter.stream)
    on(quarter.desk, LAST_DAY + timedelta(days=1))
    for office in ("regulator", "bureau", "finance"):
        assert await grounds(quarter, f"{office}-2") == [("plan_objections_decided", "13")]
    await decided(quarter.desk, objection)
    for office in ("regulator", "bureau"):
        await quarter.do("sign_plan", f"{office}-2")
    # The answer is appealed against: it is undecided again, and the third office waits.
    await quarter.desk.order("appeal", "ganjingzi-1", {"ground": "不服"}, kind="complaint", stream=objection)
    assert await grounds(quarter) == [("plan_objections_decided", "13")]


@pytest.mark.usefixtures("five_days")
async def test_a_complaint_of_another_kind_or_of_another_round_holds_nothing_up(quarter: Quarter) -> None:
    await noticed(quarter)
    await objected(quarter.desk, quarter.stream, kind="complaint")
    await Quarter(quarter.desk, "2030Q2").open()
    await objected(quarter.desk, "round:dalian:2030Q2")
    on(quarter.desk, LAST_DAY + timedelta(days=1))
    assert await grounds(quarter) == []


@pytest.mark.usefixtures("five_days")
async def test_no_notice_is_given_of_a_plan_whose_tie_is_open(desk: Desk) -> None:
    await appropriate(desk, "250000.00")
    one = await applied(desk)
    desk.moment -= timedelta(minutes=1)
    other = await applied(desk, 1)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one, other)).reviewed(one, other)
    await quarter.do("prepare_plan", "regulator-1")
    answer = await quarter.try_("publish_plan_notice", "regulator-1", desk.forms.of("publish_plan_notice"))
    assert [one.rule for one in answer.event.findings if not one.passed] == ["tie_settled"]
    assert "plan_notice" not in (await desk.file_of(quarter.stream)).facts
