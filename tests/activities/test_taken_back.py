"""What a round takes back while nothing has gone out: a closing, a plan, an order of payment (article 13)."""

from __future__ import annotations

import pytest

from activities.contracts import Answer
from rules.procedure import Barred
from tests.activities.desk import PATH, Desk, Step, first


async def do(desk: Desk, act: str, officer: str) -> Answer:
    recorded = await desk.order(act, officer, kind="round")
    assert recorded.answer
    return recorded.answer


async def test_filing_that_was_closed_too_early_is_open_again_with_its_own_last_day(desk: Desk) -> None:
    await desk.play(first("round", "review"))
    before = (await desk.file("round")).deadline("filing")
    assert (await do(desk, "reopen_filing", "regulator-1")).standing.stage == "filing"
    file = await desk.file("round")
    filing, joint_review = file.deadline("filing"), file.deadline("joint_review")
    assert before
    assert filing
    assert joint_review
    assert (filing.due_on, filing.met_on) == (before.due_on, None)
    assert not joint_review.running
    await desk.do(Step("round", "close_filing", "regulator-1"))
    again = (await desk.file("round")).deadline("joint_review")
    assert again
    # The review has no new days: the clock only stood still.
    assert (again.running, again.due_on) == (True, joint_review.due_on)


async def test_filing_stays_closed_once_an_opinion_is_given(desk: Desk) -> None:
    await desk.play(first("round", "review") + 1)
    answer = await do(desk, "reopen_filing", "regulator-1")
    assert not answer.event.passed
    assert answer.standing.stage == "review"


async def test_a_plan_taken_back_loses_its_signatures_and_is_drawn_up_again(desk: Desk) -> None:
    await desk.play(first("round", "sign_plan") + 1)
    assert (await do(desk, "take_back_plan", "regulator-1")).standing.stage == "review"
    assert (await desk.file("round")).facts["signatures"] == {}
    for step in PATH[first("round", "prepare_plan") : first("case", "plan")]:
        await desk.do(step)
    assert (await desk.file("round")).stage == "signed"


async def test_a_signed_plan_is_not_taken_back(desk: Desk) -> None:
    await desk.play(first("round", "order_payment"))
    with pytest.raises(Barred, match="act_in_turn"):
        await do(desk, "take_back_plan", "regulator-1")


async def test_an_order_taken_back_is_given_again_and_paid_once(desk: Desk) -> None:
    await desk.play(first("round", "pay"))
    assert (await do(desk, "take_back_order", "finance-1")).standing.stage == "signed"
    for step in PATH[first("round", "order_payment") :]:
        await desk.do(step)
    assert await desk.pool.fetchval("select count(*) from ledger_entry where kind = 'payment'") == 1


async def test_what_is_paid_is_not_taken_back(desk: Desk) -> None:
    await desk.play()
    with pytest.raises(Barred, match="act_in_turn"):
        await do(desk, "take_back_order", "finance-1")
