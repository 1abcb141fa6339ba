"""Recoveries in the record: what can be recovered, from whom, and who decides (articles 15(2), 15(3))."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from tests.activities.desk import Desk, first

NEW = "recovery:dalian:new"


async def open_one(desk: Desk, officer: str = "regulator-1", **said: Any) -> Answer:
    form = {**desk.forms.recovery(desk.application, about=desk.case), **said}
    recorded = await desk.order("open_recovery", officer, form, "recovery", stream=NEW)
    assert recorded.answer
    return recorded.answer


async def act(desk: Desk, stream: str, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    recorded = await desk.order(act, officer, data, "recovery", stream=stream)
    assert recorded.answer
    return recorded.answer


@pytest.mark.parametrize(("opener", "decider"), [("regulator-1", "finance-1"), ("finance-1", "finance-2")])
async def test_all_that_was_disbursed_is_recovered_by_another_officers_decision(
    desk: Desk, opener: str, decider: str
) -> None:
    await desk.play()
    opened = await open_one(desk, opener)
    assert stream_of(opened.stream).number.startswith("RC-")
    file = await desk.file_of(opened.stream)
    assert file.about == desk.case
    assert file.facts["recovery"]["disbursed"] == {desk.application: "500000.00"}
    assert file.facts["recovery"]["debtors"] == ["insurer-a", desk.forms.enterprise]
    decided = await act(desk, opened.stream, "decide_recovery", decider)
    assert (decided.event.passed, decided.standing.stage, decided.standing.closed) == (True, "decided", False)


async def test_a_recovery_may_be_about_the_policy(desk: Desk) -> None:
    await (await desk.play()).relay()
    opened = await open_one(desk, about=f"policy:dalian:{desk.application}")
    assert (await desk.file_of(opened.stream)).facts["recovery"]["disbursed"] == {desk.application: "500000.00"}


async def test_of_two_recoveries_opened_at_once_one_is_opened(desk: Desk) -> None:
    await desk.play()
    both = await asyncio.gather(*(open_one(desk, f"regulator-{n}") for n in (1, 2)), return_exceptions=True)
    (refused,) = (one for one in both if isinstance(one, BaseException))
    assert isinstance(refused, Barred)
    assert refused.rule == "recovered_once"


async def test_an_insurer_that_falsified_is_the_one_debtor(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk, fraudster="insurer-a")
    assert (await desk.file_of(opened.stream)).facts["recovery"]["debtors"] == ["insurer-a"]


@pytest.mark.parametrize("amount", ["499999.99", "500000.01", "1.00"])
async def test_no_other_amount_than_all_is_recovered(desk: Desk, amount: str) -> None:
    await desk.play()
    opened = await open_one(desk)
    refused = await act(desk, opened.stream, "decide_recovery", "finance-1", desk.forms.recovery_decision(amount))
    assert not refused.event.passed
    assert [(found.rule, found.article) for found in refused.event.findings] == [("all_is_recovered", "15(2)")]
    assert refused.standing.stage == "opened"


async def test_whoever_opened_a_recovery_neither_decides_nor_drops_it(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk, "finance-1")
    for name in ("decide_recovery", "drop_recovery"):
        with pytest.raises(Barred, match="preparer_does_not_approve"):
            await act(desk, opened.stream, name, "finance-1")


@pytest.mark.parametrize("officer", ["bureau-1", "insurer-a-1", "ganjingzi-1"])
async def test_only_the_regulator_and_finance_open_a_recovery(desk: Desk, officer: str) -> None:
    await desk.play()
    with pytest.raises(Barred, match="right_office"):
        await open_one(desk, officer)


async def test_only_finance_decides(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk)
    with pytest.raises(Barred, match="right_office"):
        await act(desk, opened.stream, "decide_recovery", "regulator-2")


async def test_an_application_is_recovered_once_unless_it_was_dropped(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk)
    with pytest.raises(Barred, match=r"recovered_once .* recovers one of these applications already"):
        await open_one(desk, "finance-1")
    dropped = await act(desk, opened.stream, "drop_recovery", "finance-1")
    assert (dropped.standing.stage, dropped.standing.closed) == ("dropped", True)
    again = await open_one(desk, "finance-1")
    await act(desk, again.stream, "decide_recovery", "finance-2")
    with pytest.raises(Barred, match="recovered_once"):
        await open_one(desk)


async def test_what_was_not_paid_cannot_be_recovered(desk: Desk) -> None:
    await desk.play(first("round", "pay"))
    with pytest.raises(Unfit, match=r"applications\[0\]: must have been paid: nothing was disbursed on"):
        await open_one(desk)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"about": "case:dalian:DL-2026-999999"}, "about: there is no case 'DL-2026-999999'"),
        ({"about": "nobody"}, "about: must be kind:scheme:number"),
        ({"applications": ["DL-2026-999999-1"]}, r"applications\[0\]: must be an application of case:dalian:DL-"),
        ({"applications": []}, "applications"),
        ({"applications": ["x", "x"]}, "applications: must name each application once"),
        ({"evidence": []}, "evidence"),
        ({"evidence": ["x"]}, r"evidence\[0\]"),
        ({"fraudster": "nobody"}, "fraudster: must be the code of an office or an enterprise"),
    ],
)
async def test_a_recovery_names_what_exists(desk: Desk, said: dict[str, object], why: str) -> None:
    await desk.play()
    before = await desk.events()
    with pytest.raises(Unfit, match=why):
        await open_one(desk, **said)
    assert await desk.events() == before


async def test_an_application_of_another_case_is_not_recovered_with_this_one(desk: Desk) -> None:
    await desk.play()
    other = Desk(desk.pool, serial=2)
    await other.play(1)
    with pytest.raises(Unfit, match=r"applications\[0\]: must be an application of"):
        await open_one(desk, about=other.case)
