"""会同审核: an opinion is of the amount that was asked, and nobody reviews what he prepared (articles 13, 15(3))."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound


async def filed(desk: Desk, *others: Desk) -> Quarter:
    """A round closed for filing, with the applications of some desks in it."""
    quarter = await (await Quarter(desk, "2030Q1").open()).filed(*others)
    await quarter.do("close_filing", "regulator-1")
    return quarter


async def endorsed(desk: Desk, sum_insured: str, hours: int = 0) -> None:
    """The policy is endorsed; what its case asks for follows."""
    desk.moment += timedelta(hours=hours)
    form = desk.forms.endorsement(sum_insured) | {"endorsement_number": f"PD-{sum_insured}"}
    answer = await order(desk, "endorse", "insurer-a-1", form, f"policy:dalian:{desk.application}")
    assert answer.event.passed, answer.event.findings
    await desk.relay()


async def order(desk: Desk, act: str, officer: str, data: dict[str, Any], stream: str | None = None) -> Answer:
    recorded = await desk.order(act, officer, data, stream=stream or desk.case)
    assert recorded.answer
    return recorded.answer


async def rectified(desk: Desk, officer: str) -> None:
    asked = {"field": "delivery.user", "correct": f"大连重工 {desk.named}", "reason": "笔误"}
    await order(desk, "ask_rectification", desk.forms.enterprise, asked)
    assert (await order(desk, "rectify", officer, {})).event.passed


async def reviewed(quarter: Quarter, *desks: Desk, by: str = "1") -> None:
    for office in ("regulator", "bureau", "finance"):
        await quarter.do("review", f"{office}-{by}", quarter.desk.forms.review(*(one.application for one in desks)))


async def plan_of(quarter: Quarter) -> dict[str, Any]:
    return (await quarter.desk.file_of(quarter.stream)).facts["plan"]


# --- An opinion is of an amount -------------------------------------------------------------------------------------


async def test_an_opinion_keeps_what_was_asked_and_when_it_was_insured(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    await reviewed(quarter, one)
    asked = await desk.pool.fetchrow("select asked, concluded_at from subsidy_application")
    assert asked
    kept = await desk.pool.fetch("select asked, concluded_at from opinion")
    assert [tuple(row) for row in kept] == [tuple(asked)] * 3
    told = (await desk.file_of(quarter.stream)).facts["reviewed"]
    assert told == {
        "by": "finance-1",
        "applications": {
            one.application: {"asked": "200000.00", "concluded_at": f"{asked['concluded_at']:%Y-%m-%dT%H:%M}"}
        },
    }
    await sound(desk)


async def test_an_amount_that_moved_after_the_opinions_is_held_until_all_three_have_spoken_of_it(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1)
    quarter = await filed(desk, one, other)
    await reviewed(quarter, one, other)
    await endorsed(one, "15000000.00")
    await quarter.do("prepare_plan", "regulator-1")
    plan = await plan_of(quarter)
    assert (plan["lines"], plan["held"], plan["refused"]) == (1, 1, 0)
    await quarter.do("take_back_plan", "regulator-1", desk.forms.reasons())
    await reviewed(quarter, one, by="2")
    await quarter.signed()
    assert (await one.file()).money["approved"] == "150000.00"
    assert await desk.pool.fetchval("select count(*) from opinion where application = $1", one.application) == 6
    await sound(desk)


async def test_a_later_insurance_time_asks_for_the_opinions_again(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    quarter = await filed(desk, one)
    await reviewed(quarter, one)
    # Up and down again: the amount is what it was, the place in time is later.
    await endorsed(one, "25000000.00", hours=1)
    await endorsed(one, "20000000.00", hours=1)
    assert await desk.pool.fetchval("select distinct asked from opinion") == 200_000
    await quarter.do("prepare_plan", "regulator-1")
    assert (await plan_of(quarter))["held"] == 1
    await sound(desk)


async def test_a_refusal_of_another_amount_refuses_no_more(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    refusal = [{"application": one.application, "approves": False, "reason": "保额过高"}]
    await quarter.do("review", "finance-1", {"opinions": refusal})
    await endorsed(one, "15000000.00")
    await quarter.do("prepare_plan", "regulator-1")
    plan = await plan_of(quarter)
    assert (plan["held"], plan["refused"]) == (1, 0)


async def test_an_opinion_of_the_same_amount_is_given_once(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    await quarter.do("review", "finance-1", desk.forms.review(one.application))
    with pytest.raises(Unfit, match="has your office's opinion already"):
        await quarter.try_("review", "finance-2", desk.forms.review(one.application))
    await endorsed(one, "15000000.00")
    await endorsed(one, "20000000.00")
    # What is asked is again what was reviewed.
    with pytest.raises(Unfit, match="has your office's opinion already"):
        await quarter.try_("review", "finance-2", desk.forms.review(one.application))


async def test_a_plan_whose_opinions_went_stale_is_refused_at_the_third_signature(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1)
    quarter = await filed(desk, one, other)
    await reviewed(quarter, one, other)
    await quarter.do("prepare_plan", "regulator-1")
    for office in ("regulator", "bureau"):
        await quarter.do("sign_plan", f"{office}-2")
    await endorsed(one, "15000000.00")
    third = await quarter.try_("sign_plan", "finance-2")
    (moved,) = [found for found in third.event.findings if not found.passed]
    assert (moved.rule, moved.article) == ("plan_unmoved", "13")
    assert one.application in moved.reason
    assert other.application not in moved.reason
    assert await desk.pool.fetchval("select count(*) from ledger_entry where kind = 'commitment'") == 0
    await sound(desk)


@pytest.mark.parametrize(
    ("said", "field"),
    [({"asked": "150000.00"}, "opinions[0].asked"), ({"concluded_at": "2030-01-01T09:00"}, "opinions[0].concluded_at")],
    ids=["amount", "insurance time"],
)
async def test_an_office_that_had_another_amount_before_it_says_nothing(
    desk: Desk, said: dict[str, str], field: str
) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    (opinion,) = desk.forms.review(one.application)["opinions"]
    with pytest.raises(Unfit) as unfit:
        await quarter.try_("review", "finance-1", {"opinions": [opinion | said]})
    assert [name for name, _ in unfit.value.faults] == [field]
    assert await desk.pool.fetchval("select count(*) from opinion") == 0


async def test_an_opinion_of_what_is_in_no_round_is_unfit(desk: Desk) -> None:
    one, other = await applied(desk), await applied(desk, 1)
    quarter = await filed(desk, one)
    with pytest.raises(Unfit, match=r"opinions\[1\]\.application"):
        await quarter.try_("review", "finance-1", desk.forms.review(one.application, other.application))


# --- Nobody reviews what he prepared --------------------------------------------------------------------------------


async def test_who_admitted_an_application_does_not_review_it_and_a_colleague_does(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    await quarter.do("admit_held", "regulator-1", {"application": f" {one.application} ", "reason": "经查属实"})
    with pytest.raises(Barred, match="preparer_does_not_review"):
        await quarter.try_("review", "regulator-1", desk.forms.review(one.application))
    assert (await desk.refusals())[-1] == ("review", "regulator-1", "preparer_does_not_review", "15(3)")
    assert await desk.pool.fetchval("select count(*) from opinion") == 0
    await quarter.do("review", "regulator-2", desk.forms.review(one.application))


async def test_who_reviewed_an_application_does_not_admit_it(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await filed(desk, one)
    await quarter.do("review", "regulator-1", desk.forms.review(one.application))
    form = {"application": one.application, "reason": "经查属实"}
    with pytest.raises(Barred, match="preparer_does_not_review"):
        await quarter.try_("admit_held", "regulator-1", form)
    await quarter.do("admit_held", "regulator-2", form)


async def test_who_corrected_a_file_does_not_review_its_application(desk: Desk) -> None:
    one, other = await applied(desk), await applied(desk, 1)
    await rectified(one, "bureau-1")
    quarter = await filed(desk, one, other)
    with pytest.raises(Barred, match=f"rectify for {one.application}"):
        await quarter.try_("review", "bureau-1", desk.forms.review(one.application, other.application))
    assert (await desk.refusals())[-1][1:] == ("bureau-1", "preparer_does_not_review", "15(3)")
    await quarter.do("review", "bureau-1", desk.forms.review(other.application))
    await quarter.do("review", "bureau-2", desk.forms.review(one.application))


async def test_a_correction_the_law_refused_bars_nobody(desk: Desk) -> None:
    one = await applied(desk)
    assert not (await order(one, "rectify", "bureau-1", {})).event.passed
    quarter = await filed(desk, one)
    await quarter.do("review", "bureau-1", desk.forms.review(one.application))
