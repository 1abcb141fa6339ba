"""拨付凭证: a voucher is of one insurer's payment of one plan, whoever gives it again and however (article 13)."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from activities.contracts import Answer
from rules.faults import Unfit
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
