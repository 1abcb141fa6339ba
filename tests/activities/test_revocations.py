"""撤销认定: a revocation reaches the application, its money and the further batches at every step (article 10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer
from rules.procedure import Barred
from tests.activities.desk import Desk, first
from tests.activities.test_batches import delivered
from tests.activities.test_stopped_payments import holds, money, second_plan, signed, state
from tests.activities.test_waiting import Quarter, applied, appropriate


async def revoke(desk: Desk, ground: str = "not_met") -> Answer:
    await desk.order("propose_revocation", "bureau-1")
    recorded = await desk.order("revoke", "bureau-2", {"reason": "检测报告系伪造", "ground": ground})
    assert recorded.answer
    assert recorded.answer.event.passed, recorded.answer.event.findings
    return recorded.answer


async def recoveries(desk: Desk) -> list[Any]:
    rows = await desk.pool.fetch("select file from proceeding where kind = 'recovery' order by number")
    return [row["file"]["facts"]["recovery"] for row in rows]


async def policy(desk: Desk) -> str:
    stage: str = (await desk.file_of(f"policy:dalian:{desk.application}")).stage
    return stage


async def test_what_is_signed_and_not_ordered_is_cancelled(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1)
    quarter = await signed(desk, one, other)
    await revoke(one)
    await holds(desk)
    assert (await money(desk))["cancellation"] == Decimal("200000.00")
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.closed, file.money["approved"], await state(one)) == ("revoked", True, "0.00", "refused")
    assert file.money["enterprise_share"] == file.money["premium"]
    assert await policy(one) == "released"
    await holds(desk)
    await quarter.paid("insurer-a")
    assert (await money(desk))["payment"] == Decimal("200000.00")
    await holds(desk)


async def test_what_was_just_signed_is_cancelled_before_its_case_is_told(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await quarter.do("prepare_plan", "regulator-1")
    for office in ("regulator", "bureau", "finance"):
        await quarter.try_("sign_plan", f"{office}-2")
    assert (await revoke(one)).standing.stage == "filed"
    await holds(desk)
    await desk.relay()
    assert ((await one.file()).stage, await state(one)) == ("revoked", "refused")
    await holds(desk)


@pytest.mark.parametrize("ground", ["not_met", "fraud"])
@pytest.mark.parametrize("told", [True, False])
async def test_what_is_with_the_treasury_awaits_its_answer(desk: Desk, ground: str, told: bool) -> None:
    await appropriate(desk, "50000.00")
    one = await applied(desk)
    quarter = await signed(desk, one)
    await quarter.do("order_payment", "finance-1")
    if not told:
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    assert (await revoke(one, ground)).standing.stage == "planned"
    assert "cancellation" not in await money(desk)
    await holds(desk)
    if told:
        await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["paid"], file.money["waitlisted"]) == ("revoked", "50000.00", "0.00")
    assert await state(one) == "paid"
    assert len(await recoveries(desk)) == (ground == "fraud")
    assert Decimal(file.money["premium"]) == Decimal(file.money["approved"]) + Decimal(file.money["enterprise_share"])
    await holds(desk)


async def test_what_the_treasury_could_not_pay_is_cancelled(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    quarter = await signed(desk, one)
    await quarter.do("order_payment", "finance-1")
    await revoke(one)
    await quarter.do("pay", "finance-2", {"vouchers": {}, "failed": {"insurer-a": "账号有误"}})
    assert ((await one.file()).stage, await state(one)) == ("revoked", "refused")
    await holds(desk)


@pytest.mark.parametrize("budget", [None, "50000.00"])
async def test_what_waits_waits_no_more(desk: Desk, budget: str | None) -> None:
    if budget:
        await appropriate(desk, budget)
    one = await applied(desk)
    await (await signed(desk, one)).paid(*(["insurer-a"] if budget else []))
    await revoke(one)
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["waitlisted"]) == ("revoked", "0.00")
    assert await state(one) == ("paid" if budget else "lapsed")
    assert await policy(one) == ("in_force" if budget else "released")
    await holds(desk)
    await appropriate(desk, "1000000.00")
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    assert (await desk.file_of(second.stream)).facts["left_over"]["count"] == 0


@pytest.mark.parametrize("revoked", ["filed", "waitlisted"])
async def test_what_a_plan_just_let_wait_ends_when_it_is_told(desk: Desk, revoked: str) -> None:
    one = await applied(desk)
    if revoked == "waitlisted":
        await (await signed(desk, one)).paid()
    quarter = Quarter(desk, "2030Q2" if revoked == "waitlisted" else "2030Q1")
    await quarter.open()
    await ((await quarter.filed(one)).reviewed(one) if revoked == "filed" else quarter.reviewed())
    await quarter.do("prepare_plan", "regulator-1")
    for office in ("regulator", "bureau", "finance"):
        await quarter.try_("sign_plan", f"{office}-2")
    assert (await revoke(one)).standing.stage == revoked
    await holds(desk)
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["waitlisted"], file.money["enterprise_share"]) == (
        "revoked",
        "0.00",
        file.money["premium"],
    )
    await holds(desk)


@pytest.mark.parametrize("ground", ["not_met", "fraud"])
async def test_a_paid_and_closed_case_is_revoked_and_its_money_recovered_where_the_ground_is_fraud(
    desk: Desk, ground: str
) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    await (await signed(desk, one)).paid("insurer-a")
    assert (await one.file()).closed
    answer = await revoke(one, ground)
    await desk.relay()
    file = await one.file()
    assert (answer.standing.stage, file.stage, file.money["paid"]) == ("revoked", "revoked", "200000.00")
    # What was concluded while it was recognised stays insured (I-6).
    assert await policy(one) == "in_force"
    assert [opened["applications"] for opened in await recoveries(desk)] == (
        [[one.application]] if ground == "fraud" else []
    )
    await holds(desk)
    with pytest.raises(Barred, match="act_in_turn"):
        await one.order("revoke", "bureau-2", {"reason": "x"})


async def test_what_was_never_recognised_is_not_revoked(desk: Desk) -> None:
    await desk.play(first("case", "confirm"))
    await desk.order("withdraw", desk.forms.enterprise)
    await desk.order("propose_revocation", "bureau-1")
    refused = await desk.order("revoke", "bureau-2")
    assert refused.answer
    failed = [finding.rule for finding in refused.answer.event.findings if not finding.passed]
    assert failed == ["recognition_holds"]


async def test_no_batch_is_delivered_under_a_recognition_revoked_after_its_case_was_paid(desk: Desk) -> None:
    await desk.play()
    await desk.relay()
    await revoke(desk)
    form = desk.forms.further_delivery(desk.case.rpartition(":")[2])
    with pytest.raises(Barred, match="recognition_holds"):
        await desk.record.open(desk.command("batch", "deliver", desk.forms.enterprise, form, stream="batch:dalian:new"))


@pytest.mark.parametrize("stage", ["applied", "planned", "ordered", "paid"])
@pytest.mark.parametrize("ground", ["not_met", "fraud"])
async def test_a_batch_under_a_recognition_revoked_after_its_case_closed_ends_at_every_stage(
    desk: Desk, ground: str, stage: str
) -> None:
    await desk.play()
    await desk.relay()
    batch = await delivered(desk)
    await batch.do("insure", "insurer-a-1", batch.contract(sum_insured="1000000.00"))
    await batch.do("apply", desk.forms.enterprise)
    await desk.relay()
    await appropriate(desk, "1000000.00", 2031)
    number = batch.stream.rpartition(":")[2]
    quarter = Quarter(desk, "2030Q4")
    if stage != "applied":
        await quarter.open()
        await quarter.do("file_return", "insurer-a-1", desk.forms.quarterly_return(number))
        await quarter.do("close_filing", "regulator-1")
        for office in ("regulator", "bureau", "finance"):
            await quarter.do("review", f"{office}-1", desk.forms.review(number))
        await quarter.signed()
    if stage in ("ordered", "paid"):
        await quarter.do("order_payment", "finance-1")
    if stage == "paid":
        await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-9"}})
    await revoke(desk, ground)
    await desk.relay()
    await holds(desk)
    if stage == "ordered":
        await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-9"}})
    assert await batch.stage() == ("paid" if stage == "paid" else "revoked")
    paid = stage in ("ordered", "paid")
    recovered = [opened["applications"] for opened in await recoveries(desk)]
    assert sorted(recovered) == (
        sorted([[desk.application], *([[number]] if paid else [])]) if ground == "fraud" else []
    )
    await holds(desk)


async def test_the_rest_that_a_second_plan_gave_is_cancelled_and_the_first_part_stays_paid(desk: Desk) -> None:
    one, second = await second_plan(desk)
    await revoke(one)
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["approved"], file.money["paid"]) == ("revoked", "50000.00", "50000.00")
    assert await state(one) == "paid"
    await second.paid()
    await holds(desk)


async def test_of_a_contract_cancelled_between_signing_and_payment_nothing_comes_back_that_is_never_paid(
    desk: Desk,
) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    await signed(desk, one)
    stream = f"policy:dalian:{one.application}"
    await one.order("cancel", "insurer-a-1", kind="policy", stream=stream)
    assert await policy(one) == "refund_due"
    await revoke(one)
    await desk.relay()
    file = await desk.file_of(stream)
    assert (file.stage, file.facts["cancellation"]["to_treasury"]) == ("cancelled", "0.00")
    await holds(desk)


async def test_of_a_contract_cancelled_between_two_payments_the_part_of_the_first_comes_back(desk: Desk) -> None:
    one, _ = await second_plan(desk)
    stream = f"policy:dalian:{one.application}"
    await one.order("cancel", "insurer-a-1", kind="policy", stream=stream)
    assert (await desk.file_of(stream)).facts["cancellation"]["to_treasury"] == "199452.05"
    await revoke(one)
    await desk.relay()
    file = await desk.file_of(stream)
    assert (file.stage, file.facts["cancellation"]["to_treasury"]) == ("refund_due", "49863.01")
    refund = {**one.forms.refund("49863.01"), "voucher": "TB-1"}
    returned = await one.order("record_refund", "finance-1", refund, kind="policy", stream=stream)
    assert returned.standing.stage == "cancelled"
    await holds(desk)
