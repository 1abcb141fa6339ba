"""The quarter, on real servers: from the returns to the payment, and what the joint review and the plan refuse."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from activities.contracts import OFFICER_PATIENCE, Answer
from db.pool import Pool
from rules.procedures import Stream
from rules.schemes.dalian_quarter import fiscal_year_of
from runtime.errors import BadInput, Refused
from service.auditing import verified
from service.ledger import ledger_of
from service.showing import events_of
from tests.hands import Hands
from workflows.offering import ANSWER_WITHIN

OFFICES = ("regulator", "bureau", "finance")


class Quarter:
    """A round in the hands of its three offices."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.stream = hands, Stream("round", "dalian", hands.quarter)
        self.fiscal_year = fiscal_year_of(int(hands.quarter[:4]), int(hands.quarter[5]))

    async def opened(self, budget: str = "5000000.00") -> Quarter:
        money = {"amount": budget, "document": f"document of {budget}"}
        session = self.hands.session
        await session.open(f"ledger:dalian:{self.fiscal_year}", "appropriate", "finance-1", money, None)
        await session.open(str(self.stream), "open", "regulator-1", {"quarter": self.stream.number}, None)
        return self

    async def act(self, act: str, officer: str, data: dict[str, object] | None = None) -> Answer:
        return await self.hands.session.act(str(self.stream), act, officer, data or {}, None)

    async def filed(self, *cases: Hands, insurer: str = "insurer-a-1") -> Quarter:
        applications = [f"{case.stream.number}-1" for case in cases]
        await self.act("file_return", insurer, self.hands.forms.quarterly_return(*applications))
        return self

    async def reviewed(self, *cases: Hands) -> Quarter:
        await self.act("close_filing", "regulator-1")
        applications = [f"{case.stream.number}-1" for case in cases]
        for office in OFFICES:
            await self.act("review", f"{office}-1", self.hands.forms.review(*applications))
        return self

    async def signed(self) -> Answer:
        await self.act("prepare_plan", "regulator-1")
        for office in OFFICES:
            answer = await self.act("sign_plan", f"{office}-2")
        return answer

    async def ledger(self) -> dict[str, object]:
        return await ledger_of(self.hands.session.pool, "dalian", self.fiscal_year)


async def applied(hands: Hands, sum_insured: str = "60000000.00") -> Hands:
    """Bring a case to its application for the subsidy; it is insured now."""
    await hands.bring_to("record_delivery")
    contract = hands.forms.contract(sum_insured=sum_insured)
    assert (await hands.act("insure", "insurer-a-1", contract)).event.passed
    await hands.act("apply")
    return hands


async def test_a_case_is_paid_by_the_plan_and_its_shares_add_up_under_the_cap(hands: Hands) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened()).filed(hands)).reviewed(hands)
    assert (await quarter.signed()).standing.stage == "signed"
    money = (await hands.reached("planned")).money
    assert money["approved"] == "500000.00"
    assert money["cut_by_cap"] == "100000.00"
    assert (money["cap_left"], money["budget_left"]) == ("0.00", "4500000.00")
    shares = ("approved", "waitlisted", "enterprise_share", "insurer_share")
    assert sum(Decimal(money[share]) for share in shares) == Decimal(money["premium"])
    await quarter.act("order_payment", "finance-1")
    paid = await quarter.act("pay", "finance-2", hands.forms.vouchers("insurer-a"))
    assert paid.standing.closed
    assert (await hands.reached("paid")).money["paid"] == "500000.00"
    ledger = await quarter.ledger()
    assert ledger["balanced"]
    assert (await verified(hands.session.pool))["ok"]
    assert ledger["accounts"] == {
        "treasury": "-5000000.00",
        "available": "4500000.00",
        "committed": "0.00",
        "paid": "500000.00",
        "returned": "0.00",
    }


async def test_two_enterprises_share_what_the_budget_holds_in_order_of_insurance_time(hands: Hands) -> None:
    # The relay's clock is the machine's: what is done ahead of it would wait.
    hands.clock.ahead -= timedelta(minutes=1)
    first = await applied(hands, "30000000.00")
    hands.clock.ahead += timedelta(minutes=1)
    second = await applied(hands.another(), "30000000.00")
    quarter = await (await (await Quarter(hands).opened("400000.00")).filed(first, second)).reviewed(first, second)
    await quarter.signed()
    await first.reached("planned")
    await second.reached("planned")
    given = {one.stream.number: (await one.file()).money for one in (first, second)}
    assert [given[one.stream.number]["approved"] for one in (first, second)] == ["300000.00", "100000.00"]
    assert given[second.stream.number]["waitlisted"] == "200000.00"


async def test_a_round_whose_year_has_no_money_makes_everything_wait_and_still_ends(hands: Hands) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened("0.01")).filed(hands)).reviewed(hands)
    await quarter.signed()
    money = (await hands.reached("planned")).money
    assert (money["approved"], money["waitlisted"]) == ("0.01", "499999.99")
    await quarter.act("order_payment", "finance-1")
    assert (await quarter.act("pay", "finance-2", hands.forms.vouchers("insurer-a"))).standing.closed
    assert (await hands.reached("waitlisted")).money["paid"] == "0.01"


async def test_a_round_without_an_application_ends_with_nothing_to_pay(hands: Hands) -> None:
    quarter = await Quarter(hands).opened()
    await quarter.act("close_filing", "regulator-1")
    await quarter.signed()
    await quarter.act("order_payment", "finance-1")
    assert (await quarter.act("pay", "finance-2", {"vouchers": {}})).standing.closed


async def test_an_application_that_an_office_refuses_is_not_planned_and_is_told_the_reason(hands: Hands) -> None:
    kept, refused = await applied(hands), await applied(hands.another())
    quarter = await (await Quarter(hands).opened()).filed(kept, refused)
    await quarter.act("close_filing", "regulator-1")
    for office in OFFICES:
        opinions = hands.forms.review(f"{kept.stream.number}-1", f"{refused.stream.number}-1")
        if office == "finance":
            opinions["opinions"][1] |= {"approves": False, "reason": "发票不符"}
        await quarter.act("review", f"{office}-1", opinions)
    await quarter.signed()
    assert (await refused.reached("subsidy_refused")).facts["review"]["reasons"] == ["发票不符"]
    await kept.reached("planned")


async def test_an_application_on_which_an_office_is_silent_is_held_and_not_planned(hands: Hands) -> None:
    spoken, silent = await applied(hands), await applied(hands.another())
    quarter = await (await Quarter(hands).opened()).filed(spoken, silent)
    await quarter.act("close_filing", "regulator-1")
    for office in OFFICES:
        about = [f"{spoken.stream.number}-1"] + ([] if office == "finance" else [f"{silent.stream.number}-1"])
        await quarter.act("review", f"{office}-1", hands.forms.review(*about))
    await quarter.signed()
    await spoken.reached("planned")
    assert (await silent.file()).stage == "filed"


async def test_a_withdrawal_before_the_third_signature_moves_the_plan_and_is_found(
    hands: Hands,
) -> None:
    staying, leaving = await applied(hands), await applied(hands.another())
    quarter = await (await (await Quarter(hands).opened()).filed(staying, leaving)).reviewed(staying, leaving)
    await leaving.reached("filed")
    await quarter.act("prepare_plan", "regulator-1")
    for office in ("regulator", "bureau"):
        await quarter.act("sign_plan", f"{office}-2")
    await leaving.act("withdraw")
    third = await quarter.act("sign_plan", "finance-2")
    (ground,) = third.event.findings
    assert (ground.rule, ground.passed) == ("plan_unmoved", False)
    assert f"{leaving.stream.number}-1: no longer in the plan" in ground.reason
    assert third.standing.stage == "planned"
    assert (await quarter.signed()).standing.stage == "signed"
    await staying.reached("planned")


async def test_after_the_third_signature_a_withdrawal_is_refused(hands: Hands) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened()).filed(hands)).reviewed(hands)
    await quarter.signed()
    with pytest.raises(Refused, match=r"act_in_turn|withdrawn_before_signing"):
        await hands.act("withdraw")
    await hands.reached("planned")


async def test_nobody_signs_the_plan_he_prepared_and_no_office_signs_twice(hands: Hands) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened()).filed(hands)).reviewed(hands)
    await quarter.act("prepare_plan", "regulator-1")
    with pytest.raises(Refused, match=r"preparer_does_not_approve \(article 15\(3\)\)"):
        await quarter.act("sign_plan", "regulator-1")
    await quarter.act("sign_plan", "regulator-2")
    with pytest.raises(Refused, match="one_signature_each"):
        await quarter.act("sign_plan", "regulator-2")


async def test_whoever_ordered_the_payment_cannot_confirm_it(hands: Hands) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened()).filed(hands)).reviewed(hands)
    await quarter.signed()
    await quarter.act("order_payment", "finance-1")
    with pytest.raises(Refused, match="preparer_does_not_approve"):
        await quarter.act("pay", "finance-1", hands.forms.vouchers("insurer-a"))
    with pytest.raises(BadInput, match="vouchers: must name one voucher for each insurer ordered: insurer-a"):
        await quarter.act("pay", "finance-2", hands.forms.vouchers("insurer-b"))


async def test_an_insurer_cannot_file_another_insurers_application_nor_file_twice(hands: Hands) -> None:
    await applied(hands)
    quarter = await Quarter(hands).opened()
    with pytest.raises(BadInput, match=r"applications\[0\]: must be an application for a policy of insurer-b"):
        await quarter.filed(hands, insurer="insurer-b-1")
    await quarter.filed(hands)
    with pytest.raises(BadInput, match=r"applications\[0\]: must not have been filed or ended before"):
        await quarter.filed(hands)


async def test_a_quarter_is_opened_once_and_says_that_it_was_opened_by_hand_before_its_end(hands: Hands) -> None:
    quarter = await Quarter(hands).opened()
    with pytest.raises(Refused, match="opened_once"):
        await hands.session.open(str(quarter.stream), "open", "regulator-2", {"quarter": hands.quarter}, None)
    (opened,) = await events_of(hands.session.pool, quarter.stream)
    assert "by hand, before the quarter's end" in opened.findings[0].reason


async def test_an_act_of_a_whole_round_is_answered_however_long_an_officer_of_one_case_would_wait(
    hands: Hands, pool: Pool
) -> None:
    await applied(hands)
    quarter = await (await (await Quarter(hands).opened()).filed(hands)).reviewed(hands)
    async with pool.acquire() as slow:
        lock = slow.transaction()
        await lock.start()
        await slow.execute("select lock_budget('dalian', $1)", quarter.fiscal_year)
        preparing = asyncio.create_task(quarter.act("prepare_plan", "regulator-1"))
        longer = max(OFFICER_PATIENCE, ANSWER_WITHIN) + timedelta(seconds=1)
        done, _ = await asyncio.wait({preparing}, timeout=longer.total_seconds())
        assert not done
        await lock.rollback()
        assert (await preparing).standing.stage == "planned"
