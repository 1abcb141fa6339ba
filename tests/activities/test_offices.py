"""Offices change while cases run: officers come and go, districts are absorbed, editions follow one another."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from activities.contracts import Answer
from rules import edition as editions
from rules.edition import Cited, edition_of
from rules.faults import Unfit
from rules.procedure import Barred
from rules.schemes import dalian
from tests.activities.desk import Desk, first

REGISTER = "offices:dalian:register"


async def enter(desk: Desk, act: str, officer: str = "bureau-1", **told: Any) -> Answer:
    """Enter a change in the register of offices."""
    recorded = await desk.order(act, officer, {**desk.forms.of(act), **told}, kind="offices", stream=REGISTER)
    assert recorded.answer
    return recorded.answer


async def appointed(desk: Desk, code: str, office: str, since: date) -> Answer:
    """Have an officer of a district proposed by one of the bureau and appointed by another."""
    await enter(desk, "propose_officer", code=code, office=office, since=f"{since}")
    return await enter(desk, "appoint", "bureau-2", code=code)


async def confirm(desk: Desk, officer: str) -> Answer:
    recorded = await desk.order("confirm", officer)
    assert recorded.answer
    return recorded.answer


# --- officers ------------------------------------------------------------------------------------------------------


async def test_an_appointed_officer_acts_for_his_office(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await appointed(desk, "ganjingzi-3", "ganjingzi", desk.forms.now.date())
    assert (await confirm(desk, "ganjingzi-3")).event.officer_name == "周敏"


async def test_an_officer_does_not_act_before_he_is_appointed(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    tomorrow = desk.forms.now.date() + timedelta(days=1)
    await appointed(desk, "ganjingzi-3", "ganjingzi", tomorrow)
    with pytest.raises(Barred, match="officer_active"):
        await confirm(desk, "ganjingzi-3")


async def test_what_an_officer_leaves_open_goes_on_in_his_office(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await enter(desk, "leave", code="ganjingzi-1")
    desk.moment += timedelta(days=1)
    with pytest.raises(Barred, match="officer_active"):
        await confirm(desk, "ganjingzi-1")
    assert (await confirm(desk, "ganjingzi-2")).event.passed


async def test_an_officer_acts_to_the_end_of_his_last_day(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await enter(desk, "leave", code="ganjingzi-1")
    assert (await confirm(desk, "ganjingzi-1")).event.passed


async def test_who_prepared_and_left_is_still_not_who_approves(desk: Desk) -> None:
    await desk.play(first("case", "publish"))
    await enter(desk, "leave", "bureau-2", code="bureau-1")
    desk.moment += timedelta(days=1)
    assert (await desk.write(await desk.attempt(desk.command("case", "publish", "bureau-2")))).answer


async def test_the_last_officer_of_an_office_does_not_leave_it_empty(desk: Desk) -> None:
    await enter(desk, "leave", code="ganjingzi-1")
    with pytest.raises(Unfit, match="last officer"):
        await enter(desk, "leave", code="ganjingzi-2")


@pytest.mark.parametrize(
    ("act", "told", "field"),
    [
        ("propose_officer", {"office": "nowhere"}, "office"),
        ("propose_officer", {"code": "bureau-1"}, "code"),
        ("propose_officer", {"code": "clock"}, "code"),
        ("propose_officer", {"code": "91210211MA0000001K"}, "code"),
        ("propose_officer", {"since": "soon"}, "since"),
        ("propose_officer", {"since": "2020-01-06"}, "since"),
        ("appoint", {"code": "nobody"}, "code"),
        ("leave", {"code": "nobody"}, "code"),
        ("leave", {"code": "bureau-1"}, "code"),
        ("leave", {"last_day": "2016-02-01"}, "last_day"),
        ("absorb", {"district": "nowhere"}, "district"),
        ("absorb", {"into": "nowhere"}, "into"),
        ("absorb", {"into": "baoshui"}, "into"),
    ],
)
async def test_a_change_that_cannot_be_is_told_by_its_field(
    desk: Desk, act: str, told: dict[str, str], field: str
) -> None:
    with pytest.raises(Unfit, match=f"^{field}:"):
        await enter(desk, act, **told)
    assert await desk.pool.fetchval("select count(*) from event") == 0


@pytest.mark.parametrize("act", ["propose_officer", "appoint", "leave", "absorb"])
async def test_only_the_owners_keep_the_register_of_offices(desk: Desk, act: str) -> None:
    with pytest.raises(Barred, match="right_office"):
        await enter(desk, act, "ganjingzi-1")


@pytest.mark.parametrize(
    ("officer", "office"),
    [("bureau-1", "finance"), ("bureau-1", "regulator"), ("bureau-1", "insurer-a"), ("finance-1", "bureau")],
)
async def test_an_owner_enters_its_own_people_only(desk: Desk, officer: str, office: str) -> None:
    with pytest.raises(Barred, match="enters_own_people"):
        await enter(desk, "propose_officer", officer, code="new-1", office=office)
    with pytest.raises(Barred, match="enters_own_people"):
        await enter(desk, "leave", officer, code=f"{office}-2")


async def test_nobody_enters_for_an_enterprise(desk: Desk) -> None:
    await desk.play(1)
    with pytest.raises(Barred, match="enters_own_people"):
        await enter(desk, "propose_officer", code="new-1", office=desk.forms.enterprise)


async def test_nobody_appoints_whom_he_proposed(desk: Desk) -> None:
    await enter(desk, "propose_officer", code="bureau-9")
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await enter(desk, "appoint", code="bureau-9")
    await enter(desk, "appoint", "bureau-2", code="bureau-9")
    with pytest.raises(Unfit, match="must have been proposed"):
        await enter(desk, "appoint", "bureau-2", code="bureau-9")


async def test_an_officer_of_a_day_to_come_can_leave_and_his_code_is_not_given_again(desk: Desk) -> None:
    later = desk.forms.now.date() + timedelta(days=400)
    await appointed(desk, "bureau-9", "bureau", later)
    with pytest.raises(Unfit, match="must be new"):
        await enter(desk, "propose_officer", code="bureau-9")


async def test_nobody_is_appointed_to_an_absorbed_districts_office(desk: Desk) -> None:
    await enter(desk, "absorb", district="ganjingzi", into="jinpu", last_day=f"{desk.forms.now.date()}")
    desk.moment += timedelta(days=1)
    with pytest.raises(Unfit, match=r"^office:"):
        await enter(desk, "propose_officer", code="ganjingzi-9", office="ganjingzi")


# --- districts -----------------------------------------------------------------------------------------------------


async def test_an_absorbed_districts_open_cases_are_its_successors_from_the_day_after(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await enter(desk, "absorb", district="ganjingzi", into="jinpu", last_day=f"{desk.forms.now.date()}")
    with pytest.raises(Barred, match="own_district"):
        await confirm(desk, "jinpu-1")
    desk.moment += timedelta(days=1)
    with pytest.raises(Barred, match="officer_active"):
        await confirm(desk, "ganjingzi-1")
    answer = await confirm(desk, "jinpu-1")
    assert (answer.event.passed, answer.event.office) == (True, "jinpu")
    # The case is not rewritten: it says where it was submitted.
    assert (await desk.file()).district == "ganjingzi"


async def test_a_case_follows_its_district_through_two_absorptions(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await enter(desk, "absorb", district="ganjingzi", into="baoshui", last_day=f"{desk.forms.now.date()}")
    desk.moment += timedelta(days=1)
    await enter(desk, "absorb", district="baoshui", into="jinpu", last_day=f"{desk.forms.now.date()}")
    desk.moment += timedelta(days=1)
    assert (await confirm(desk, "jinpu-1")).event.passed


async def test_what_lapses_after_an_absorption_is_told_by_the_district_that_absorbed(desk: Desk) -> None:
    await desk.play(first("case", "correct"))
    await enter(desk, "absorb", district="ganjingzi", into="jinpu", last_day=f"{desk.forms.now.date()}")
    desk.moment += timedelta(days=60)
    command = desk.command("case", "lapse", "clock", {"deadline": "correction", "rung": "passed"}, id="lapse/rung")
    await desk.write(await desk.attempt(command, by_clock=True))
    told = "select office from notice where stream = $1 order by sequence desc limit 1"
    assert await desk.pool.fetchval(told, desk.case) == "jinpu"


async def test_nothing_new_is_submitted_to_a_district_that_was_absorbed(desk: Desk) -> None:
    await enter(desk, "absorb", district="ganjingzi", into="jinpu", last_day=f"{desk.forms.now.date()}")
    desk.moment += timedelta(days=1)
    with pytest.raises(Unfit, match=r"enterprise\.district"):
        await desk.play(1)


async def test_two_districts_cannot_absorb_each_other(desk: Desk) -> None:
    await enter(desk, "absorb", district="ganjingzi", into="jinpu", last_day=f"{desk.forms.now.date()}")
    with pytest.raises(Unfit, match=r"^into:"):
        await enter(desk, "absorb", district="jinpu", into="ganjingzi", last_day=f"{desk.forms.now.date()}")


# --- editions ------------------------------------------------------------------------------------------------------


async def test_a_running_case_keeps_its_edition_and_a_new_one_gets_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.play(first("case", "confirm"))
    later = edition_of("dalian").model_copy(
        update={
            "name": "dalian-2027",
            "issued_on": desk.forms.now.date() + timedelta(days=1),
            "demonstration": False,
            "assessment_days": Cited(20, "10"),
        }
    )
    monkeypatch.setattr(dalian, "EDITIONS", (*dalian.EDITIONS, later))
    assert editions.editions_of("dalian")[-1] is later
    desk.moment += timedelta(days=2)
    new = Desk(desk.pool, serial=desk.serial + 1, moment=desk.moment)
    for one in (desk, new):
        await one.play(first("case", "receive")) if one is new else await confirm(one, "ganjingzi-1")
        await one.order("receive", "bureau-1")
        await one.order("entrust", "bureau-1")
    kept, got = await desk.file(), await new.file()
    assert (kept.edition, got.edition) == ("dalian-demonstration-2026", "dalian-2027")
    first_deadline, second = kept.deadline("assessment"), got.deadline("assessment")
    assert first_deadline
    assert second
    assert (first_deadline.days, second.days) == (45, 20)
