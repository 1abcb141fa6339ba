"""止付: nothing is disbursed on a falsified application once it is known, whatever was signed (article 15(2), I-15)."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound
from tests.db.invariants import broken

INSURER = "pilot_insurer:dalian:insurer-a"


async def signed(desk: Desk, *desks: Desk, insurer: str = "insurer-a") -> Quarter:
    """A round whose plan gives each of some cases its money."""
    quarter = await (await Quarter(desk, "2030Q1").open()).filed(*desks, insurer=insurer)
    return await (await quarter.reviewed(*desks)).signed()


async def proposed(desk: Desk, *false: Desk) -> None:
    """The regulator proposes to bar insurer-a for some applications."""
    form = {"insurer": "insurer-a", "reason": "承保能力"}
    nominated = desk.command("pilot_insurer", "nominate", "regulator-1", form, stream="pilot_insurer:dalian:new")
    await desk.record.open(nominated)
    named = {"reason": "虚假合同", "applications": [one.application for one in false]}
    await desk.order("propose_bar", "regulator-1", named, kind="pilot_insurer", stream=INSURER)


async def bar(desk: Desk) -> Answer:
    recorded = await desk.order("bar", "regulator-2", kind="pilot_insurer", stream=INSURER)
    assert recorded.answer
    return recorded.answer


async def money(desk: Desk) -> dict[str, Decimal]:
    """What each kind of entry comes to."""
    rows = await desk.pool.fetch("select kind, sum(amount) as amount from ledger_entry group by kind")
    return {row["kind"]: row["amount"] for row in rows}


async def state(desk: Desk) -> str:
    row: str = await desk.pool.fetchval("select state from subsidy_application where number = $1", desk.application)
    return row


async def holds(desk: Desk) -> None:
    await sound(desk)
    assert await broken(desk.pool) == []


async def test_what_was_signed_and_not_ordered_is_cancelled_as_soon_as_a_bar_names_it(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    false, honest = await applied(desk), await applied(desk, 1)
    quarter = await signed(desk, false, honest)
    await proposed(desk, false)
    assert (await bar(desk)).event.passed
    assert (await money(desk))["cancellation"] == Decimal("200000.00")
    assert await desk.pool.fetchval("select committed from budget") == Decimal("200000.00")
    freed = "select committed from enterprise_year where enterprise = $1"
    assert await desk.pool.fetchval(freed, (await false.file()).enterprise) == 0
    await holds(desk)
    await desk.relay()
    file = await false.file()
    assert (file.stage, file.closed, file.money["approved"]) == ("payment_stopped", True, "0.00")
    assert file.money["enterprise_share"] == file.money["premium"]
    assert await state(false) == "refused"
    await holds(desk)
    # The honest one is paid, and nothing else.
    await quarter.do("order_payment", "finance-1")
    assert (await desk.file_of(quarter.stream)).facts["order"] == {"insurer-a": "200000.00"}
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    assert (await money(desk))["payment"] == Decimal("200000.00")
    assert ((await honest.file()).stage, await state(false)) == ("paid", "refused")
    assert await desk.pool.fetchval("select count(*) from proceeding where kind = 'recovery'") == 0
    await holds(desk)


async def test_a_round_of_which_all_was_cancelled_is_ordered_and_closed_without_a_payment(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    false = await applied(desk)
    quarter = await signed(desk, false)
    await proposed(desk, false)
    await bar(desk)
    await desk.relay()
    await quarter.do("order_payment", "finance-1")
    assert (await desk.file_of(quarter.stream)).facts["order"] == {}
    closed = await quarter.do("pay", "finance-2", {"vouchers": {}})
    assert (closed.standing.stage, await money(desk)) == (
        "paid",
        {name: Decimal(amount) for name, amount in
         (("appropriation", "1000000.00"), ("commitment", "200000.00"), ("cancellation", "200000.00"))},
    )  # fmt: skip
    await holds(desk)


async def ordered(desk: Desk) -> tuple[Desk, Quarter]:
    """A payment is with the treasury when its application is found to be false."""
    await appropriate(desk, "1000000.00")
    false = await applied(desk)
    quarter = await signed(desk, false)
    await quarter.do("order_payment", "finance-1")
    await proposed(desk, false)
    await bar(desk)
    await desk.relay()
    assert "cancellation" not in await money(desk)
    assert ((await false.file()).stage, await state(false)) == ("planned", "signed")
    return false, quarter


async def test_what_the_treasury_has_paid_meanwhile_is_recovered(desk: Desk) -> None:
    false, quarter = await ordered(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    file = await desk.file_of(await desk.pool.fetchval("select stream from proceeding where kind = 'recovery'"))
    assert file.facts["recovery"]["applications"] == [false.application]
    assert "cancellation" not in await money(desk)
    await holds(desk)


async def test_what_the_treasury_could_not_pay_is_cancelled(desk: Desk) -> None:
    false, quarter = await ordered(desk)
    failed = {"vouchers": {}, "failed": {"insurer-a": "账号有误"}}
    assert (await quarter.do("pay", "finance-2", failed)).standing.stage == "signed"
    assert (await money(desk))["cancellation"] == Decimal("200000.00")
    assert ((await false.file()).stage, await state(false)) == ("payment_stopped", "refused")
    await holds(desk)
    await quarter.paid()
    assert (await desk.file_of(quarter.stream)).stage == "paid"
    await holds(desk)


async def test_an_order_taken_back_is_ordered_again_without_what_is_false(desk: Desk) -> None:
    false, quarter = await ordered(desk)
    await quarter.do("take_back_order", "finance-1", desk.forms.reasons())
    assert (await money(desk))["cancellation"] == Decimal("200000.00")
    assert (await false.file()).stage == "payment_stopped"
    await holds(desk)


async def test_what_waits_beside_what_was_signed_ends_with_it(desk: Desk) -> None:
    await appropriate(desk, "50000.00")
    false = await applied(desk)
    await signed(desk, false)
    await proposed(desk, false)
    await bar(desk)
    await desk.relay()
    file = await false.file()
    assert (file.stage, file.money["waitlisted"], file.money["approved"]) == ("payment_stopped", "0.00", "0.00")
    await holds(desk)
    await appropriate(desk, "1000000.00")
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    assert (await desk.file_of(second.stream)).facts["left_over"]["count"] == 0


async def second_plan(desk: Desk) -> tuple[Desk, Quarter]:
    """Of an application a first plan's part is paid, and a second plan has just given the rest."""
    await appropriate(desk, "50000.00")
    one = await applied(desk)
    await (await signed(desk, one)).paid("insurer-a")
    await appropriate(desk, "1000000.00")
    return one, await (await (await Quarter(desk, "2030Q2").open()).reviewed()).signed()


async def test_a_decided_recovery_cancels_what_a_later_plan_still_gives(desk: Desk) -> None:
    one, second = await second_plan(desk)
    form = one.forms.recovery(one.application, about=one.case)
    opened = await desk.order("open_recovery", "regulator-1", form, "recovery", stream="recovery:dalian:new")
    assert opened.answer
    # Until it is decided nothing is known to be false.
    assert "cancellation" not in await money(desk)
    decision = desk.forms.recovery_decision("50000.00")
    await desk.order("decide_recovery", "finance-1", decision, "recovery", stream=opened.answer.stream)
    assert (await money(desk))["cancellation"] == Decimal("150000.00")
    await holds(desk)
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["approved"], file.money["paid"]) == ("paid", "50000.00", "50000.00")
    assert await state(one) == "paid"
    await holds(desk)
    await second.paid()
    assert (await money(desk))["payment"] == Decimal("50000.00")
    await holds(desk)


async def at_once(*acts: Any) -> list[Any]:
    return await asyncio.gather(*acts, return_exceptions=True)


@pytest.mark.parametrize("act", ["sign_plan", "order_payment", "pay"])
@pytest.mark.parametrize("first", [True, False])
async def test_whichever_comes_first_of_a_bar_and_the_money_all_of_it_is_accounted_for(
    desk: Desk, act: str, first: bool
) -> None:
    await appropriate(desk, "1000000.00")
    false = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(false)).reviewed(false)
    await proposed(desk, false)
    await quarter.do("prepare_plan", "regulator-1")
    for office in ("regulator", "bureau"):
        await quarter.do("sign_plan", f"{office}-2")
    steps = (("sign_plan", "finance-2", {}), ("order_payment", "finance-1", {}),
             ("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}}))  # fmt: skip
    before = [name for name, _, _ in steps].index(act)
    for step in steps[:before]:
        await quarter.do(*step)
    racing = [quarter.try_(*steps[before]), bar(desk)]
    await at_once(*(racing if first else reversed(racing)))
    await desk.relay()
    await holds(desk)
    come_to = await money(desk)
    if act == "pay":
        assert come_to["payment"] == Decimal("200000.00")
        assert await desk.pool.fetchval("select count(*) from proceeding where kind = 'recovery'") == 1
    else:
        assert "payment" not in come_to


async def test_of_two_insurers_barred_before_one_payment_both_are_recovered_from(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1, insurer="b")
    quarter = await (await Quarter(desk, "2030Q1").open()).filed(one)
    await quarter.filed(other, insurer="insurer-b")
    await (await quarter.reviewed(one, other)).signed()
    await quarter.do("order_payment", "finance-1")
    for insurer, false in (("insurer-a", one), ("insurer-b", other)):
        stream = f"pilot_insurer:dalian:{insurer}"
        form = {"insurer": insurer, "reason": "承保能力"}
        nominated = desk.command("pilot_insurer", "nominate", "regulator-1", form, stream="pilot_insurer:dalian:new")
        await desk.record.open(nominated)
        named = {"reason": "虚假合同", "applications": [false.application]}
        await desk.order("propose_bar", "regulator-1", named, kind="pilot_insurer", stream=stream)
        await desk.order("bar", "regulator-2", kind="pilot_insurer", stream=stream)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1", "insurer-b": "PZ-2"}})
    rows = await desk.pool.fetch("select file from proceeding where kind = 'recovery' order by number")
    named_in = [row["file"]["facts"]["recovery"]["applications"] for row in rows]
    assert sorted(named_in) == sorted([[one.application], [other.application]])
    await holds(desk)
