"""The treasury's part of a contract that ended early: due once the subsidy was paid, returned to the fen (I-14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred, File
from service.auditing import verified
from service.ledger import ledger_of
from tests.activities.desk import PATH, Desk, first

#: One of the 365 days was covered when the 500,000 were paid.
PART = "498630.14"


def policy_of(desk: Desk) -> str:
    return f"policy:dalian:{desk.application}"


async def do(desk: Desk, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    recorded = await desk.order(act, officer, data, kind="policy", stream=policy_of(desk))
    assert recorded.answer
    return recorded.answer


async def refund(desk: Desk, amount: str = PART, voucher: str = "TB-1") -> Answer:
    return await do(desk, "record_refund", "finance-1", {**desk.forms.refund(amount), "voucher": voucher})


async def ended(desk: Desk, act: str = "cancel") -> Desk:
    """Play a case to its payment, and end its contract."""
    await desk.play()
    await desk.relay()
    await do(desk, act, "insurer-a-1")
    return desk


async def policy(desk: Desk) -> File:
    return await desk.file_of(policy_of(desk))


def refused(answer: Answer) -> list[tuple[str, str]]:
    return [(found.rule, found.article) for found in answer.event.findings if not found.passed]


async def refunds(desk: Desk) -> list[tuple[Any, ...]]:
    rows = await desk.pool.fetch(
        "select amount, application, reference, fiscal_year from ledger_entry where kind = 'refund'"
    )
    return [tuple(row) for row in rows]


async def test_a_policy_cancelled_after_payment_waits_until_its_part_is_returned(desk: Desk) -> None:
    await ended(desk)
    file = await policy(desk)
    due = file.deadline("refund")
    assert due
    assert (file.stage, file.closed, file.facts["cancellation"]["to_treasury"]) == ("refund_due", False, PART)
    assert (due.article, due.office, [wake.deadline for wake in file.wakes]) == ("7", "insurer", ["refund"])
    closed = await refund(desk)
    assert (closed.standing.stage, closed.standing.closed) == ("cancelled", True)
    assert await refunds(desk) == [(Decimal(PART), desk.application, desk.application, 2030)]
    ledger = await ledger_of(desk.pool, "dalian", 2030)
    assert ledger["balanced"]
    assert (ledger["accounts"]["paid"], ledger["accounts"]["returned"]) == ("1369.86", PART)
    assert (await verified(desk.pool))["ok"]


async def test_a_policy_rescinded_after_payment_returns_all_of_it(desk: Desk) -> None:
    await ended(desk, "rescind")
    assert refused(await refund(desk)) == [("refund_is_whole", "7")]
    closed = await refund(desk, "500000.00", "TB-2")
    assert closed.standing.stage == "rescinded"


@pytest.mark.parametrize("amount", ["498630.13", "498630.15", "0.01"])
async def test_no_other_amount_than_the_treasurys_part_is_returned(desk: Desk, amount: str) -> None:
    await ended(desk)
    assert refused(await refund(desk, amount)) == [("refund_is_whole", "7")]
    assert ((await policy(desk)).stage, await refunds(desk)) == ("refund_due", [])


async def test_a_refund_falls_due_when_a_subsidy_that_was_only_signed_is_paid(desk: Desk) -> None:
    await desk.play(first("round", "order_payment"))
    await desk.relay()
    await do(desk, "cancel", "insurer-a-1")
    assert ((await policy(desk)).stage, (await policy(desk)).deadline("refund")) == ("refund_due", None)
    assert refused(await refund(desk)) == [("subsidy_was_paid", "7")]
    for step in PATH[first("round", "order_payment") :]:
        if step.kind == "round":
            await desk.do(step)
    await desk.relay()
    file = await policy(desk)
    assert file.deadline("refund")
    assert [wake.deadline for wake in file.wakes] == ["refund"]
    assert (await refund(desk, voucher="TB-2")).standing.stage == "cancelled"


async def test_before_a_plan_is_signed_nothing_is_to_be_returned(desk: Desk) -> None:
    await desk.play(first("case", "file"))
    await desk.relay()
    await do(desk, "cancel", "insurer-a-1")
    assert (await policy(desk)).stage == "cancelled"


@pytest.mark.parametrize("officer", ["insurer-a-1", "regulator-1", "bureau-1"])
async def test_only_finance_records_a_refund(desk: Desk, officer: str) -> None:
    await ended(desk)
    with pytest.raises(Barred, match="right_office"):
        await do(desk, "record_refund", officer)


async def test_a_voucher_that_returned_money_returns_no_other(desk: Desk) -> None:
    await ended(desk)
    other = await demanded(desk)
    with pytest.raises(Barred, match="act_in_turn"):
        await refund(desk, voucher="JK-1")
    await repaid(desk, other, "1.00")
    with pytest.raises(Unfit, match="voucher: must be a new one"):
        await repaid(desk, other, "1.00")


# --- Beside a recovery ----------------------------------------------------------------------------------------------


async def opened(desk: Desk) -> str:
    form = desk.forms.recovery(desk.application, about=desk.case)
    recorded = await desk.order("open_recovery", "regulator-1", form, "recovery", stream="recovery:dalian:new")
    assert recorded.answer
    return recorded.answer.stream


async def demanded(desk: Desk) -> str:
    """A recovery of all that is left, to its demand; what its policy was still to return is part of it."""
    stream = await opened(desk)
    for act in ("decide_recovery", "demand"):
        recorded = await desk.order(act, "finance-1", None, "recovery", stream=stream)
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings
    await desk.relay()
    return stream


async def repaid(desk: Desk, stream: str, amount: str) -> Answer:
    form = {**desk.forms.repayment(amount), "voucher": "JK-1"}
    recorded = await desk.order("record_repayment", "finance-1", form, "recovery", stream=stream)
    assert recorded.answer
    return recorded.answer


async def test_while_a_recovery_is_under_way_no_part_is_refunded_and_when_it_is_decided_all_goes_back_by_it(
    desk: Desk,
) -> None:
    await ended(desk)
    stream = await opened(desk)
    assert refused(await refund(desk)) == [("not_recovered_besides", "15(2)")]
    await desk.order("decide_recovery", "finance-1", None, "recovery", stream=stream)
    await desk.relay()
    assert (await policy(desk)).stage == "cancelled"
    await desk.order("demand", "finance-1", None, "recovery", stream=stream)
    assert (await repaid(desk, stream, "500000.00")).standing.stage == "paid"
    assert (await verified(desk.pool))["ok"]


async def test_a_contract_that_ends_after_its_subsidy_is_recovered_returns_nothing_besides(desk: Desk) -> None:
    await desk.play()
    await desk.relay()
    await demanded(desk)
    answer = await do(desk, "cancel", "insurer-a-1")
    assert answer.standing.stage == "cancelled"
    assert "takes back all that was paid" in answer.event.findings[0].reason


async def test_a_recovery_takes_only_what_a_refund_has_left(desk: Desk) -> None:
    await ended(desk)
    await refund(desk)
    stream = await opened(desk)
    assert (await desk.file_of(stream)).facts["recovery"]["disbursed"] == {desk.application: "1369.86"}
    decision = desk.forms.recovery_decision("1369.86")
    await desk.order("decide_recovery", "finance-1", decision, "recovery", stream=stream)
    await desk.order("demand", "finance-1", None, "recovery", stream=stream)
    assert (await repaid(desk, stream, "1369.86")).standing.stage == "paid"
    assert (await ledger_of(desk.pool, "dalian", 2030))["accounts"]["paid"] == "0.00"
