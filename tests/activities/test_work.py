"""An office shares out its work: taken, handed over, released, redistributed, and stood in for (article 15(3))."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from activities import work
from activities.authority import Officer, known_officer
from activities.contracts import Answer
from activities.work import Wanted
from rules.faults import Unfit
from rules.procedure import Barred
from rules.schemes.dalian_work import AT_ONCE
from service.auditing import verified
from tests.activities.desk import Desk, first

OFFICES = "offices:dalian:register"


async def order(desk: Desk, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    """Have an officer order something of his office's work."""
    stream = f"work:dalian:{officer.rpartition('-')[0]}"
    recorded = await desk.order(act, officer, data if data is not None else {}, kind="work", stream=stream)
    assert recorded.answer
    return recorded.answer


async def take(desk: Desk, officer: str, *cases: str) -> Answer:
    return await order(desk, "take", officer, {"proceedings": list(cases or [desk.case])})


async def holder(desk: Desk, case: str = "", kind: str = "district") -> str | None:
    who: str | None = await desk.pool.fetchval(
        "select taken_by from work_item where stream = $1 and office_kind = $2", case or desk.case, kind
    )
    return who


async def officer_of(desk: Desk, code: str) -> Officer:
    async with desk.pool.acquire() as connection:
        return await known_officer(connection, code, desk.moment)


async def waiting(desk: Desk, code: str, **wanted: Any) -> list[dict[str, Any]]:
    officer = await officer_of(desk, code)
    office = await work.office_on(desk.pool, officer, desk.forms.now.date())
    return await work.waiting(desk.pool, officer, office, Wanted(**wanted))


async def supervisor(desk: Desk, code: str) -> None:
    """Have an officer of a district appointed as its supervisor."""
    since = f"{desk.forms.now.date()}"
    for act, by in (("propose_supervisor", "bureau-1"), ("appoint_supervisor", "bureau-2")):
        data = {"code": code} | ({"since": since} if act == "propose_supervisor" else {})
        await desk.order(act, by, data, kind="offices", stream=OFFICES)


async def absence(desk: Desk, by: str = "ganjingzi-1", days: int = 3) -> Answer:
    today = desk.forms.now.date()
    told = {"absent": "ganjingzi-1", "substitute": "ganjingzi-2", "reason": "年休假"}
    return await order(desk, "substitute", by, {**told, "since": f"{today}", "until": f"{today + timedelta(days)}"})


async def another(desk: Desk, days: int = 0) -> Desk:
    """Another enterprise's case, submitted some days later."""
    other = Desk(desk.pool, serial=desk.serial + 1, moment=desk.moment + timedelta(days))
    return await other.play(first("case", "return_for_correction"))


@pytest.fixture
async def submitted(desk: Desk) -> Desk:
    return await desk.play(first("case", "return_for_correction"))


# --- taking --------------------------------------------------------------------------------------------------------


async def test_what_an_officer_takes_is_shown_as_his_and_recorded(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    [item] = await waiting(submitted, "ganjingzi-2")
    assert (item["taken_by"], item["taken_at"], item["deadline"]) == ("ganjingzi-1", submitted.moment, "verification")
    assert (await verified(submitted.pool))["ok"]


async def test_taking_keeps_no_colleague_from_acting(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    assert (await submitted.order("confirm", "ganjingzi-2")).answer


async def test_what_no_longer_waits_for_the_office_nobody_has_any_longer(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    await submitted.order("return_for_correction", "ganjingzi-1")
    assert await waiting(submitted, "ganjingzi-1") == []
    await submitted.order("correct", submitted.forms.enterprise)
    assert await holder(submitted) is None


async def test_what_a_colleague_has_is_not_taken_from_him(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    with pytest.raises(Barred, match="taken_already"):
        await take(submitted, "ganjingzi-2")


async def test_what_waits_for_another_office_is_not_taken(submitted: Desk) -> None:
    for officer in ("bureau-1", "xigang-1"):
        with pytest.raises(Unfit, match="must await your office"):
            await take(submitted, officer)


async def test_an_office_does_not_order_anothers_work(submitted: Desk) -> None:
    with pytest.raises(Barred, match="own_work"):
        await submitted.order(
            "take", "xigang-1", {"proceedings": [submitted.case]}, kind="work", stream="work:dalian:ganjingzi"
        )


async def test_what_is_handed_over_is_the_colleagues_and_what_is_released_nobodys(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    told = {"proceedings": [submitted.case], "note": "出差"}
    await order(submitted, "hand_over", "ganjingzi-1", {**told, "to": "ganjingzi-2"})
    assert await holder(submitted) == "ganjingzi-2"
    with pytest.raises(Barred, match="supervisor_of_office"):
        await order(submitted, "release", "ganjingzi-1", told)
    await order(submitted, "release", "ganjingzi-2", told)
    assert await holder(submitted) is None
    assert (await verified(submitted.pool))["ok"]


async def test_nothing_is_handed_over_to_another_office(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    told = {"proceedings": [submitted.case], "note": "出差", "to": "xigang-1"}
    with pytest.raises(Unfit, match="must act for your office today"):
        await order(submitted, "hand_over", "ganjingzi-1", told)


async def test_an_officer_of_an_absorbing_district_takes_what_was_the_others(submitted: Desk) -> None:
    form = submitted.forms.of("absorb") | {"district": "ganjingzi", "into": "xigang"}
    await submitted.order("absorb", "bureau-1", form, kind="offices", stream=OFFICES)
    submitted.moment += timedelta(days=1)
    await take(submitted, "xigang-1")
    assert await holder(submitted) == "xigang-1"


# --- next ----------------------------------------------------------------------------------------------------------


async def test_the_next_one_is_what_is_due_soonest_and_says_why(submitted: Desk) -> None:
    other = await another(submitted, days=20)
    answer = await order(other, "take_next", "ganjingzi-1")
    assert "verification is overdue since" in answer.event.findings[0].reason
    assert await holder(submitted) == "ganjingzi-1"
    await order(other, "take_next", "ganjingzi-1")
    assert await holder(other) == "ganjingzi-1"
    with pytest.raises(Barred, match="next_in_turn"):
        await order(other, "take_next", "ganjingzi-1")


async def test_two_officers_who_press_at_once_get_two_different_ones(submitted: Desk) -> None:
    other = await another(submitted)
    await asyncio.gather(*(order(submitted, "take_next", f"ganjingzi-{n}") for n in (1, 2)))
    assert {await holder(submitted), await holder(other)} == {"ganjingzi-1", "ganjingzi-2"}


async def test_the_next_one_passes_over_what_its_preparer_may_not_approve(desk: Desk) -> None:
    await desk.play(first("case", "publish"))
    with pytest.raises(Barred, match="next_in_turn"):
        await order(desk, "take_next", "bureau-1")
    await order(desk, "take_next", "bureau-2")
    assert await holder(desk, kind="industry_bureau") == "bureau-2"


# --- supervisors and substitutes -----------------------------------------------------------------------------------


async def test_a_supervisor_redistributes_many_at_once(submitted: Desk) -> None:
    other = await another(submitted)
    await take(submitted, "ganjingzi-1")
    moves = [{"proceeding": one.case, "to": "ganjingzi-2"} for one in (submitted, other)]
    data = {"moves": moves, "reason": "均衡工作量"}
    with pytest.raises(Barred, match="supervisor_of_office"):
        await order(submitted, "redistribute", "ganjingzi-2", data)
    await supervisor(submitted, "ganjingzi-2")
    await order(submitted, "redistribute", "ganjingzi-2", data)
    assert [await holder(one) for one in (submitted, other)] == ["ganjingzi-2"] * 2
    assert (await verified(submitted.pool))["ok"]


async def test_nobody_appoints_the_supervisor_he_proposed_nor_one_of_anothers_people(submitted: Desk) -> None:
    form = {"code": "ganjingzi-1", "since": f"{submitted.forms.now.date()}"}
    await submitted.order("propose_supervisor", "bureau-1", form, kind="offices", stream=OFFICES)
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await submitted.order("appoint_supervisor", "bureau-1", {"code": "ganjingzi-1"}, kind="offices", stream=OFFICES)
    with pytest.raises(Barred, match="enters_own_people"):
        await submitted.order("propose_supervisor", "finance-1", form, kind="offices", stream=OFFICES)


async def test_nobody_supervises_or_stands_in_twice_from_one_day(submitted: Desk) -> None:
    await supervisor(submitted, "ganjingzi-1")
    with pytest.raises(Unfit, match="must not supervise then already"):
        await supervisor(submitted, "ganjingzi-1")
    await absence(submitted)
    with pytest.raises(Unfit, match="must be new"):
        await absence(submitted)


async def test_a_relieved_supervisor_redistributes_no_longer(submitted: Desk) -> None:
    await supervisor(submitted, "ganjingzi-2")
    form = {"code": "ganjingzi-2", "last_day": f"{submitted.forms.now.date()}", "reason": "调任"}
    await submitted.order("relieve_supervisor", "bureau-1", form, kind="offices", stream=OFFICES)
    submitted.moment += timedelta(days=1)
    with pytest.raises(Barred, match="supervisor_of_office"):
        await order(submitted, "redistribute", "ganjingzi-2",
                    {"moves": [{"proceeding": submitted.case, "to": "ganjingzi-1"}], "reason": "均衡"})  # fmt: skip
    assert (await verified(submitted.pool))["ok"]


async def test_a_substitute_sees_the_absent_ones_work_and_acts_in_his_own_name(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    assert await waiting(submitted, "ganjingzi-2", taken="me") == []
    await absence(submitted)
    [item] = await waiting(submitted, "ganjingzi-2", taken="me")
    assert item["in_substitution"]
    recorded = await submitted.order("confirm", "ganjingzi-2")
    assert recorded.answer
    body = await submitted.pool.fetchval(
        "select body from event where stream = $1 order by sequence desc limit 1", submitted.case
    )
    assert (json.loads(body)["officer"], json.loads(body)["acted_for"]) == ("ganjingzi-2", "ganjingzi-1")
    assert (await verified(submitted.pool))["ok"]


async def test_a_substitution_ends_by_itself(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    await absence(submitted, days=1)
    submitted.moment += timedelta(days=2)
    assert await waiting(submitted, "ganjingzi-2", taken="me") == []
    with pytest.raises(Barred, match="taken_already"):
        await take(submitted, "ganjingzi-2")


async def test_who_prepared_does_not_approve_as_anothers_substitute(desk: Desk) -> None:
    await desk.play(first("case", "publish"))
    await take(desk, "bureau-2")
    today = f"{desk.forms.now.date()}"
    told = {"absent": "bureau-2", "substitute": "bureau-1", "since": today, "until": today, "reason": "病假"}
    await order(desk, "substitute", "bureau-2", told)
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await desk.order("publish", "bureau-1")


async def test_a_supervisors_substitute_redistributes_for_him(submitted: Desk) -> None:
    await supervisor(submitted, "ganjingzi-1")
    await absence(submitted)
    moves = [{"proceeding": submitted.case, "to": "ganjingzi-2"}]
    assert await order(submitted, "redistribute", "ganjingzi-2", {"moves": moves, "reason": "均衡"})


async def test_nobody_makes_himself_a_colleagues_substitute(submitted: Desk) -> None:
    with pytest.raises(Barred, match="supervisor_of_office"):
        await absence(submitted, by="ganjingzi-2")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"substitute": "xigang-1"}, "substitute"),
        ({"substitute": "ganjingzi-1"}, "substitute"),
        ({"since": "2020-01-01"}, "since"),
        ({"until": "2020-01-01"}, "until"),
        ({"reason": ""}, "reason"),
    ],
)
async def test_a_substitution_that_cannot_be_is_told_by_its_field(
    submitted: Desk, change: dict[str, str], field: str
) -> None:
    today = f"{submitted.forms.now.date()}"
    told = {"absent": "ganjingzi-1", "substitute": "ganjingzi-2", "since": today, "until": today, "reason": "年休假"}
    with pytest.raises(Unfit) as unfit:
        await order(submitted, "substitute", "ganjingzi-1", told | change)
    assert unfit.value.faults[0][0] == field


async def test_no_more_is_shared_out_at_once_than_an_order_holds(submitted: Desk) -> None:
    with pytest.raises(Unfit, match="proceedings"):
        await take(submitted, "ganjingzi-1", *[submitted.case] * (AT_ONCE + 1))


# --- lists ---------------------------------------------------------------------------------------------------------


async def test_a_list_is_narrowed_by_who_has_it_by_its_day_and_by_words_and_goes_on_where_it_ended(
    submitted: Desk,
) -> None:
    other = await another(submitted, days=5)
    await take(submitted, "ganjingzi-1")
    both = await waiting(submitted, "ganjingzi-1")
    numbers = [item["number"] for item in both]
    assert numbers == [submitted.case.split(":")[-1], other.case.split(":")[-1]]

    async def listed(**wanted: Any) -> list[str]:
        return [item["number"] for item in await waiting(submitted, "ganjingzi-1", **wanted)]

    assert await listed(taken="me") == numbers[:1]
    assert await listed(taken="nobody") == numbers[1:]
    assert await listed(due_before=both[1]["due_on"]) == numbers[:1]
    assert await listed(text=numbers[1]) == numbers[1:]
    assert await listed(after=(both[0]["due_on"], numbers[0])) == numbers[1:]
    assert await listed(kind="policy") == []
    officer, day = await officer_of(submitted, "ganjingzi-1"), submitted.forms.now.date()
    counted = await work.counted(submitted.pool, officer, await work.office_on(submitted.pool, officer, day), day)
    assert {(row.kind, row.taken_by, row.items) for row in counted} == {
        ("case", "ganjingzi-1", 1),
        ("case", None, 1),
    }
    found, _ = await work.found(submitted.pool, numbers[0], None)
    assert [row["stream"] for row in found] == [submitted.case]


async def test_what_waits_can_be_worked_out_anew(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    before = await submitted.pool.fetch("select * from work_item order by 1, 2, 3")
    await work.refill(submitted.pool)
    assert await submitted.pool.fetch("select * from work_item order by 1, 2, 3") == before


async def test_whoever_left_keeps_nothing_from_his_colleagues(submitted: Desk) -> None:
    await take(submitted, "ganjingzi-1")
    form = submitted.forms.of("leave") | {"code": "ganjingzi-1"}
    await submitted.order("leave", "bureau-1", form, kind="offices", stream=OFFICES)
    submitted.moment += timedelta(days=1)
    await order(submitted, "take_next", "ganjingzi-2")
    assert await holder(submitted) == "ganjingzi-2"
