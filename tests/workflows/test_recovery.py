"""Recoveries and refunds on their workflows: opened by a bar through the relay, reminded of by the clock, closed."""

from __future__ import annotations

import asyncio

from rules.procedures import Stream, stream_of
from service.auditing import verified
from service.ledger import ledger_of
from starters.story import Story
from tests.hands import Hands


async def paid(hands: Hands) -> tuple[Hands, int]:
    """Play a case to its payment; return the hands on it, and the year that paid."""
    ending = await Story(hands.session, lambda _: None, hands.serial, hands.quarter).play()
    return hands.beside(ending.paid), ending.fiscal_year


async def ordered(hands: Hands) -> Stream:
    """The recovery that a bar ordered: it gets its number when the relay carries the order."""
    async with asyncio.timeout(60):
        while True:
            if name := await hands.session.pool.fetchval("select stream from proceeding where kind = 'recovery'"):
                return stream_of(name)
            await asyncio.sleep(0.02)


async def test_a_bar_opens_a_recovery_that_is_demanded_reminded_of_and_repaid(hands: Hands) -> None:
    case, year = await paid(hands)
    application = f"{case.stream.number}-1"
    form = {**hands.forms.of("nominate"), "insurer": "insurer-a"}
    opened = await hands.session.open("pilot_insurer:dalian:new", "nominate", "regulator-1", form, None)
    insurer = hands.beside(hands.stream_of(opened))
    await insurer.act("propose_bar", "regulator-1", {**hands.forms.of("propose_bar"), "applications": [application]})
    await insurer.act("bar", "regulator-2")

    recovery = hands.beside(await ordered(hands))
    assert (await recovery.reached("opened")).about == "pilot_insurer:dalian:insurer-a"
    await recovery.act("decide_recovery", "finance-1")
    await recovery.act("demand", "finance-1")
    await recovery.pass_days(40)
    await recovery.until(lambda file: file.sequence > 3)
    assert set((await recovery.acts())[3:]) == {"remind"}
    await recovery.act("agree_instalments", "finance-1", recovery.forms.instalments("200000.00", "300000.00"))
    first = {**recovery.forms.repayment("200000.00"), "voucher": "JK-1"}
    await recovery.act("record_repayment", "finance-1", first)
    await recovery.pass_days(70)
    await recovery.act("record_repayment", "finance-1", {**recovery.forms.repayment("300000.00"), "voucher": "JK-2"})
    assert (await recovery.handle.result())["stage"] == "paid"
    ledger = await ledger_of(hands.session.pool, "dalian", year)
    assert ledger["balanced"]
    assert ledger["accounts"]["returned"] == "500000.00"
    assert (await verified(hands.session.pool))["ok"]


async def test_the_treasurys_part_of_a_cancelled_policy_is_reminded_of_until_it_is_returned(hands: Hands) -> None:
    case, _ = await paid(hands)
    policy = case.beside(Stream("policy", "dalian", f"{case.stream.number}-1"))
    await policy.act("cancel", "insurer-a-1")
    due = await policy.reached("refund_due")
    # Its thirty days have passed.
    await policy.pass_days(50)
    await policy.until(lambda file: file.sequence > due.sequence)
    part = due.facts["cancellation"]["to_treasury"]
    await policy.act("record_refund", "finance-1", policy.forms.refund(part))
    assert (await policy.handle.result())["stage"] == "cancelled"
    assert set((await policy.acts())[due.sequence : -1]) == {"remind"}
    assert (await verified(hands.session.pool))["ok"]
