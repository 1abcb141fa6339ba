"""拨付凭证: a voucher is of one insurer's payment of one plan, whoever gives it again and however (article 13)."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound


async def two_insurers(desk: Desk) -> Quarter:
    """A round of which two insurers are to be paid."""
    await appropriate(desk, "2000000.00")
    one, other = await applied(desk), await applied(desk, 1, insurer="b")
    quarter = await (await Quarter(desk, "2030Q1").open()).filed(one)
    await quarter.filed(other, insurer="insurer-b")
    await (await quarter.reviewed(one, other)).signed()
    await quarter.do("order_payment", "finance-1")
    return quarter


async def another(desk: Desk, quarter: str = "2030Q2", serial: int = 5) -> Quarter:
    """A later round whose payment is ordered."""
    one = await applied(desk, serial)
    later = await (await (await Quarter(desk, quarter).open()).filed(one)).reviewed(one)
    await (await later.signed()).do("order_payment", "finance-1")
    return later


async def test_one_voucher_is_not_given_for_two_insurers_at_once(desk: Desk) -> None:
    quarter = await two_insurers(desk)
    with pytest.raises(Unfit, match=r"vouchers\.insurer-b: must be of one payment alone: 'PZ-1' is insurer-a's too"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1", "insurer-b": "PZ-1"}})
    assert await desk.pool.fetchval("select count(*) from payment_voucher") == 0


async def test_a_voucher_of_an_earlier_payment_is_not_given_again_when_what_failed_is_ordered_again(
    desk: Desk,
) -> None:
    quarter = await two_insurers(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}, "failed": {"insurer-b": "账号有误"}})
    await quarter.do("order_payment", "finance-1")
    with pytest.raises(
        Unfit, match=r'vouchers\.insurer-b: must be of one payment alone: "PZ-1" is insurer-a in 2030Q1'
    ):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-1"}})
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}})
    await sound(desk)


async def test_a_voucher_of_another_round_is_not_given_again(desk: Desk) -> None:
    quarter = await two_insurers(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1", "insurer-b": "PZ-2"}})
    later = await another(desk)
    with pytest.raises(
        Unfit, match=r'vouchers\.insurer-a: must be of one payment alone: "PZ-2" is insurer-b in 2030Q1'
    ):
        await later.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-2"}})
    await sound(desk)


async def test_of_two_rounds_that_give_one_voucher_at_once_one_is_paid(desk: Desk) -> None:
    await appropriate(desk, "2000000.00")
    rounds = [await another(desk, quarter, serial) for serial, quarter in enumerate(("2030Q1", "2030Q2"))]
    form = {"vouchers": {"insurer-a": "PZ-1"}}
    come_to = await asyncio.gather(*(one.try_("pay", "finance-2", form) for one in rounds), return_exceptions=True)
    (refused,) = (one for one in come_to if not isinstance(one, Answer))
    assert isinstance(refused, Unfit)
    assert await desk.pool.fetchval("select count(*) from ledger_entry where kind = 'payment'") == 1
    await desk.relay()
    await sound(desk)


@pytest.mark.parametrize(
    "voucher", ["PZ\x1b[31m", "PZ 1", "\uff30\uff3a-1", "-", "P\u200bZ", "x" * 61, "PZ\u202e1", ""]
)
async def test_a_voucher_is_one_plain_word(desk: Desk, voucher: str) -> None:
    quarter = await two_insurers(desk)
    with pytest.raises(Unfit, match=r"vouchers\.insurer-a: must be"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": voucher, "insurer-b": "PZ-2"}})


async def test_the_database_holds_a_voucher_to_one_payment(desk: Desk) -> None:
    quarter = await two_insurers(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1", "insurer-b": "大财支〔2026〕1号"}})
    again = "insert into payment_voucher select scheme, $1, $2, insurer, stream, sequence from payment_voucher limit 1"
    for voucher, plan in (
        ("PZ-1", "2030Q9-P1"),
        ("PZ-9", (await desk.file_of(quarter.stream)).facts["plan"]["number"]),
    ):
        with pytest.raises(asyncpg.UniqueViolationError):
            await desk.pool.execute(again, voucher, plan)


async def test_a_voucher_that_no_payment_gave_is_found_by_the_audit(desk: Desk) -> None:
    quarter = await two_insurers(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1", "insurer-b": "PZ-2"}})
    forged = (
        "insert into payment_voucher select scheme, 'PZ-3', 'x', insurer, stream, sequence from payment_voucher limit 1"
    )
    await desk.pool.execute(forged)
    with pytest.raises(AssertionError, match="payment_voucher: kept and not told"):
        await sound(desk)


async def test_what_fails_three_times_is_ordered_anew_each_time_and_reminded_of_until_it_is_paid(desk: Desk) -> None:
    quarter = await two_insurers(desk)
    await quarter.do("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}, "failed": {"insurer-b": "账号有误"}})
    placed = set()
    for _ in range(3):
        placed.add((await quarter.do("order_payment", "finance-1")).event.seq)
        file = await desk.file_of(quarter.stream)
        assert file.facts["order"] == {"insurer-b": "200000.00"}
        assert "payment" in {wake.deadline for wake in file.wakes}
        await quarter.do("pay", "finance-2", {"vouchers": {}, "failed": {"insurer-b": "账号有误"}})
        await sound(desk)
    # An order's number is that of its ordering, so that none is given again.
    assert len(placed) == 3
    await quarter.do("order_payment", "finance-1")
    await quarter.do("take_back_order", "finance-1", desk.forms.reasons())
    with pytest.raises(Barred, match="act_in_turn"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}})
    await quarter.do("order_payment", "finance-1")
    paid = await quarter.do("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}})
    assert (paid.standing.stage, paid.standing.wakes) == ("paid", ())
    with pytest.raises(Barred, match="act_in_turn"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}})
    await sound(desk)


async def test_what_is_paid_back_over_years_goes_to_each_year_in_the_order_they_paid(desk: Desk) -> None:
    await appropriate(desk, "50000.00")
    one = await applied(desk)
    await (await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)).signed()
    await Quarter(desk, "2030Q1").paid("insurer-a")
    await appropriate(desk, "1000000.00", 2031)
    # A fourth quarter charges the next year.
    await (await (await (await Quarter(desk, "2030Q4").open()).reviewed()).signed()).paid("insurer-a")
    form = one.forms.recovery(one.application, about=one.case)
    opened = await desk.order("open_recovery", "regulator-1", form, "recovery", stream="recovery:dalian:new")
    assert opened.answer
    stream = opened.answer.stream

    async def act(name: str, officer: str, data: dict[str, object] | None = None) -> bool:
        done = await desk.order(name, officer, data, "recovery", stream=stream)
        assert done.answer
        return done.answer.event.passed

    assert await act("decide_recovery", "finance-1", one.forms.recovery_decision("200000.00"))
    assert await act("demand", "finance-1")
    for voucher, amount in (("TH-1", "30000.00"), ("TH-2", "40000.00"), ("TH-3", "130000.00")):
        assert not await act("record_repayment", "finance-1", {**one.forms.repayment("200000.01"), "voucher": "TH-9"})
        assert await act("record_repayment", "finance-1", {**one.forms.repayment(amount), "voucher": voucher})
    rows = await desk.pool.fetch(
        "select reference, fiscal_year, amount::text from ledger_entry where kind = 'recovery' order by id"
    )
    assert [tuple(row) for row in rows] == [
        ("TH-1", 2030, "30000.00"),
        ("TH-2", 2030, "20000.00"),
        ("TH-2", 2031, "20000.00"),
        ("TH-3", 2031, "130000.00"),
    ]
    assert (await desk.file_of(stream)).stage == "paid"
    await sound(desk)
