"""What a round cannot finish: applications held, returned, waiting for budget; payments that failed (article 13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from service.auditing import verified
from tests.activities.desk import Desk, first
from tests.activities.market import Market

JOINT = ("regulator", "bureau", "finance")


@dataclass
class Quarter:
    """A round in the hands of its offices; every act is what the law lets pass."""

    desk: Desk
    quarter: str

    @property
    def stream(self) -> str:
        return f"round:dalian:{self.quarter}"

    async def try_(self, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
        recorded = await self.desk.order(act, officer, data or {}, kind="round", stream=self.stream)
        assert recorded.answer
        return recorded.answer

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
        answer = await self.try_(act, officer, data)
        assert answer.event.passed, answer.event.findings
        await self.desk.relay()
        return answer

    async def open(self) -> Quarter:
        await self.do("open", "regulator-1", {"quarter": self.quarter})
        return self

    async def filed(self, *desks: Desk, insurer: str = "insurer-a") -> Quarter:
        numbers = [desk.application for desk in desks]
        await self.do("file_return", f"{insurer}-1", self.desk.forms.quarterly_return(*numbers))
        return self

    async def reviewed(self, *desks: Desk) -> Quarter:
        await self.do("close_filing", "regulator-1")
        for office in JOINT if desks else ():
            review = self.desk.forms.review(*(desk.application for desk in desks))
            await self.do("review", f"{office}-1", review)
        return self

    async def signed(self) -> Quarter:
        await self.do("prepare_plan", "regulator-1")
        for office in JOINT:
            await self.do("sign_plan", f"{office}-2")
        return self

    async def paid(self, *insurers: str) -> Quarter:
        await self.do("order_payment", "finance-1")
        await self.do(
            "pay", "finance-2", {"vouchers": {insurer: f"PZ-{self.quarter}-{insurer}" for insurer in insurers}}
        )
        return self


async def applied(desk: Desk, serial: int = 0, sum_insured: str = "20000000.00", insurer: str = "a") -> Desk:
    """A case brought to its application; another than the desk's own by its serial, and so many minutes later."""
    one = Desk(desk.pool, serial=desk.serial + 10 + serial, moment=desk.moment + timedelta(minutes=serial))
    await one.play(first("case", "insure"))
    await one.order("insure", f"insurer-{insurer}-1", one.forms.contract(insurer, sum_insured))
    await one.order("apply", one.forms.enterprise)
    await one.relay()
    return one


async def appropriate(desk: Desk, amount: str, year: int = 2030) -> None:
    form = {"amount": amount, "document": f"大财指{amount}"}
    command = desk.command("ledger", "appropriate", "finance-1", form, stream=f"ledger:dalian:{year}")
    await desk.write(await desk.attempt(command))


async def sound(desk: Desk) -> None:
    found = await verified(desk.pool)
    assert found["ok"], found


async def test_what_waits_is_funded_by_the_next_round_ahead_of_who_insured_later(desk: Desk) -> None:
    await appropriate(desk, "250000.00")
    early, late = await applied(desk), await applied(desk, 1)
    await (await (await Quarter(desk, "2030Q1").open()).filed(early, late)).reviewed(early, late)
    first_round = await Quarter(desk, "2030Q1").signed()
    assert ((await early.file()).stage, (await late.file()).stage) == ("planned", "planned")
    assert (await late.file()).money["waitlisted"] == "150000.00"
    await first_round.paid("insurer-a")
    assert ((await early.file()).stage, (await late.file()).stage) == ("paid", "waitlisted")
    await sound(desk)
    # The next round takes the rest up by itself, and new money reaches it before a newcomer.
    newcomer = await applied(desk, 2)
    await appropriate(desk, "200000.00")
    second = await (await (await Quarter(desk, "2030Q2").open()).filed(newcomer)).reviewed(newcomer)
    await second.signed()
    file, new = await late.file(), await newcomer.file()
    assert (file.money["approved"], file.money["waitlisted"], file.stage) == ("200000.00", "0.00", "planned")
    assert (new.money["approved"], new.money["waitlisted"]) == ("50000.00", "150000.00")
    await second.paid("insurer-a")
    file = await late.file()
    assert (file.stage, file.money["paid"], file.closed) == ("paid", "200000.00", True)
    assert Decimal(file.money["premium"]) == Decimal(file.money["approved"]) + Decimal(file.money["enterprise_share"])
    await sound(desk)


async def test_what_waits_without_any_money_is_funded_later_too(desk: Desk) -> None:
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid()
    assert (await one.file()).stage == "waitlisted"
    await appropriate(desk, "1000000.00")
    await (await (await (await Quarter(desk, "2030Q2").open()).reviewed()).signed()).paid("insurer-a")
    file = await one.file()
    assert (file.stage, file.money["paid"]) == ("paid", "200000.00")
    await sound(desk)


async def test_what_waits_is_not_reviewed_again(desk: Desk) -> None:
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid()
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    with pytest.raises(Unfit, match="approved and waits"):
        await second.try_("review", "finance-1", desk.forms.review(one.application))


@pytest.mark.parametrize("budget", ["0.00", "50000.00"])
async def test_what_waits_lapses_at_the_end_of_the_year_that_follows(desk: Desk, budget: str) -> None:
    if budget != "0.00":
        await appropriate(desk, budget)
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid(*(["insurer-a"] if budget != "0.00" else []))
    file = await one.file()
    waitlist = file.deadline("waitlist")
    assert waitlist
    assert (waitlist.due_on, file.stage) == (date(2031, 12, 31), "waitlisted")
    rung = {"deadline": "waitlist", "rung": "passed"}
    command = one.command("case", "expire", "clock", rung, id="waitlist/rung")
    await one.write(await one.attempt(command, by_clock=True))
    file = await one.file()
    assert (file.stage, file.money["waitlisted"]) == ("paid" if budget != "0.00" else "waiting_lapsed", "0.00")
    assert Decimal(file.money["enterprise_share"]) == Decimal(file.money["premium"]) - Decimal(file.money["approved"])
    # No later round finds it.
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    assert (await desk.file_of(second.stream)).facts["left_over"]["count"] == 0
    await sound(desk)


async def test_what_an_office_said_nothing_of_is_held_and_reviewed_in_the_next_round(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, silent = await applied(desk), await applied(desk, 1)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one, silent)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid("insurer-a")
    assert (await silent.file()).stage == "filed"
    second = await (await Quarter(desk, "2030Q2").open()).reviewed(silent)
    await (await second.signed()).paid("insurer-a")
    assert ((await one.file()).stage, (await silent.file()).stage) == ("paid", "paid")
    await sound(desk)


async def test_an_application_returned_for_completion_is_completed_and_filed_again(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    before = await desk.pool.fetchval("select concluded_at from subsidy_application")
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed()
    form = {"application": one.application, "items": ["缺少发票", "缺少交付证明"]}
    await quarter.do("return_for_completion", "finance-1", form)
    file = await one.file()
    assert (file.stage, file.facts["returned"]["items"]) == ("returned", form["items"])
    assert (
        await desk.pool.fetchval("select count(*) from notice where stream = $1 and kind = 'correction'", one.case) == 2
    )
    await sound(desk)
    await one.order("complete", one.forms.enterprise)
    assert (await one.file()).stage == "applied"
    await (await quarter.signed()).paid()
    second = await (await (await Quarter(desk, "2030Q2").open()).filed(one)).reviewed(one)
    await (await second.signed()).paid("insurer-a")
    assert (await one.file()).stage == "paid"
    assert await desk.pool.fetchval("select concluded_at from subsidy_application") == before
    await sound(desk)


async def test_what_is_not_in_the_round_is_not_returned(desk: Desk) -> None:
    quarter = await (await Quarter(desk, "2030Q1").open()).reviewed()
    with pytest.raises(Unfit, match="is not in it"):
        await quarter.try_("return_for_completion", "finance-1", desk.forms.of("return_for_completion"))


async def test_a_returned_application_may_be_withdrawn(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed()
    await quarter.do("return_for_completion", "finance-1", {"application": one.application, "items": ["发票"]})
    await one.order("withdraw", one.forms.enterprise)
    assert await desk.pool.fetchval("select state from subsidy_application") == "withdrawn"
    await sound(desk)


async def barred(desk: Desk) -> None:
    """Bar insurer-a today, as its own file does."""
    form = {"insurer": "insurer-a", "reason": "承保能力"}
    await desk.record.open(
        desk.command("pilot_insurer", "nominate", "regulator-1", form, stream="pilot_insurer:dalian:new")
    )
    stream = "pilot_insurer:dalian:insurer-a"
    falsified = {"reason": "虚假合同", "applications": [f"{desk.application}"]}
    await desk.order("propose_bar", "regulator-1", falsified, kind="pilot_insurer", stream=stream)
    await desk.order("bar", "regulator-2", kind="pilot_insurer", stream=stream)


async def test_an_honest_application_of_a_barred_insurer_is_held_until_it_is_decided_to_review_it(
    desk: Desk,
) -> None:
    await appropriate(desk, "1000000.00")
    false, honest = await applied(desk), await applied(desk, 1)
    desk.case = false.case
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(false, honest)).reviewed(false, honest)
    await barred(desk)
    await quarter.do("admit_held", "regulator-2", {"application": honest.application, "reason": "经查属实"})
    await quarter.do("prepare_plan", "regulator-1")
    plan = (await desk.file_of(quarter.stream)).facts["plan"]
    assert (plan["lines"], plan["held"]) == (1, 1)


async def test_only_the_regulator_decides_what_is_held(desk: Desk) -> None:
    quarter = await (await Quarter(desk, "2030Q1").open()).reviewed()
    with pytest.raises(Barred, match="right_office"):
        await quarter.try_("admit_held", "finance-1", desk.forms.of("admit_held"))


# --- payment -------------------------------------------------------------------------------------------------------


async def test_a_payment_the_bank_did_not_make_is_ordered_again_and_the_others_stay_paid(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1, insurer="b")
    quarter = await (await Quarter(desk, "2030Q1").open()).filed(one)
    await quarter.filed(other, insurer="insurer-b")
    await (await quarter.reviewed(one, other)).signed()
    await quarter.do("order_payment", "finance-1")
    failed = {"vouchers": {"insurer-a": "PZ-1"}, "failed": {"insurer-b": "账号有误"}}
    assert (await quarter.do("pay", "finance-2", failed)).standing.stage == "signed"
    assert ((await one.file()).stage, (await other.file()).stage) == ("paid", "planned")
    await sound(desk)
    await quarter.do("order_payment", "finance-1")
    assert (await desk.file_of(quarter.stream)).facts["order"] == {"insurer-b": "200000.00"}
    with pytest.raises(Unfit, match="vouchers"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-3", "insurer-b": "PZ-2"}})
    paid = await quarter.do("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}})
    assert paid.standing.stage == "paid"
    assert (await other.file()).stage == "paid"
    rows = await desk.pool.fetch("select reference, amount from ledger_entry where kind = 'payment' order by reference")
    assert [tuple(row) for row in rows] == [("PZ-1", Decimal("200000.00")), ("PZ-2", Decimal("200000.00"))]
    await sound(desk)


async def test_an_insurer_is_not_paid_and_unpaid_at_once(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    quarter = await Quarter(desk, "2030Q1").signed()
    await quarter.do("order_payment", "finance-1")
    with pytest.raises(Unfit, match=r"failed\.insurer-a"):
        await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": "V"}, "failed": {"insurer-a": "x"}})


async def test_what_a_plan_has_just_funded_does_not_lapse_before_its_case_is_told(desk: Desk) -> None:
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid()
    await appropriate(desk, "1000000.00")
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    await second.do("prepare_plan", "regulator-1")
    for office in JOINT:
        # Nothing is relayed: the case does not know yet.
        await second.try_("sign_plan", f"{office}-2")
    command = one.command("case", "expire", "clock", {"deadline": "waitlist", "rung": "passed"}, id="waitlist/rung")
    await one.write(await one.attempt(command, by_clock=True))
    file = await one.file()
    assert (file.stage, "waitlist" in {wake.deadline for wake in file.wakes}) == ("waitlisted", True)
    await one.relay()
    assert ((await one.file()).stage, (await one.file()).money["approved"]) == ("planned", "200000.00")
    await sound(desk)


# --- what waits has no claim on the budget (I-11) -------------------------------------------------------------------


async def part_paid(desk: Desk, budget: str | None) -> Desk:
    """An application of 200,000 of which a first round could pay `budget`; the rest waits."""
    if budget:
        await appropriate(desk, budget)
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await (await Quarter(desk, "2030Q1").signed()).paid(*(["insurer-a"] if budget else []))
    return one


async def paid_later(desk: Desk) -> Decimal:
    """Give the year money, let the next round pay what it can, and say what the treasury has paid in all."""
    await appropriate(desk, "1000000.00")
    second = await (await Quarter(desk, "2030Q2").open()).reviewed()
    await second.signed()
    await second.do("order_payment", "finance-1")
    ordered = (await desk.file_of(second.stream)).facts["order"]
    await second.do("pay", "finance-2", {"vouchers": dict.fromkeys(ordered, "PZ-2")})
    total: Decimal = await desk.pool.fetchval(
        "select coalesce(sum(amount), 0) from ledger_entry where kind = 'payment'"
    )
    return total


@pytest.mark.parametrize("act", ["cancel", "rescind"])
@pytest.mark.parametrize("budget", [None, "50000.00"])
async def test_a_contract_that_ended_while_it_waited_is_funded_no_more(
    desk: Desk, act: str, budget: str | None
) -> None:
    one = await part_paid(desk, budget)
    policy = f"policy:dalian:{one.application}"
    await one.order(act, "insurer-a-1", kind="policy", stream=policy)
    await desk.relay()
    file = await one.file()
    assert (file.stage, file.money["waitlisted"]) == ("paid" if budget else "waiting_lapsed", "0.00")
    await sound(desk)
    assert await paid_later(desk) == Decimal(budget or 0)
    await sound(desk)


async def test_a_contract_endorsed_down_while_it_waits_waits_for_no_more_than_it_asks(desk: Desk) -> None:
    one = await part_paid(desk, "50000.00")
    policy = f"policy:dalian:{one.application}"
    await one.order("endorse", "insurer-a-1", one.forms.endorsement("10000000.00"), kind="policy", stream=policy)
    await sound(desk)
    await desk.relay()
    assert (await one.file()).money["waitlisted"] == "50000.00"
    await sound(desk)
    assert await paid_later(desk) == Decimal("100000.00")
    await sound(desk)


async def test_a_contract_endorsed_down_is_funded_by_a_plan_that_is_signed_before_its_case_is_told(desk: Desk) -> None:
    one = await part_paid(desk, None)
    policy = f"policy:dalian:{one.application}"
    await one.order("endorse", "insurer-a-1", one.forms.endorsement("10000000.00"), kind="policy", stream=policy)
    await appropriate(desk, "1000000.00")
    second = Quarter(desk, "2030Q2")
    acts = [("open", "regulator-1"), ("close_filing", "regulator-1"), ("prepare_plan", "regulator-1")]
    for act, officer in acts + [("sign_plan", f"{office}-2") for office in JOINT]:
        # Nothing is relayed: neither the endorsement nor the plan is told.
        await second.try_(act, officer, {"quarter": "2030Q2"} if act == "open" else {})
    await sound(desk)
    await Market(desk.pool).relay_all()
    assert ((await one.file()).money["approved"], (await one.file()).money["waitlisted"]) == ("100000.00", "0.00")
    await sound(desk)


async def test_what_is_recovered_is_funded_no_more(desk: Desk) -> None:
    one = await part_paid(desk, "50000.00")
    form = one.forms.recovery(one.application, about=one.case)
    await desk.record.open(one.command("recovery", "open_recovery", "regulator-1", form, stream="recovery:dalian:new"))
    assert await paid_later(desk) == Decimal("50000.00")
    await sound(desk)


async def test_what_a_bar_names_is_not_admitted_though_nothing_was_paid_on_it(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    false = await applied(desk)
    desk.case = false.case
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(false)).reviewed(false)
    await barred(desk)
    form = {"application": false.application, "reason": "x"}
    refused = await quarter.try_("admit_held", "regulator-2", form)
    assert [one.rule for one in refused.event.findings if not one.passed] == ["not_falsified"]


async def test_nothing_lapses_while_the_case_is_being_told_of_a_payment_and_a_later_plan(desk: Desk) -> None:
    await appropriate(desk, "50000.00")
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    first_round = await Quarter(desk, "2030Q1").signed()
    await first_round.do("order_payment", "finance-1")
    await first_round.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    command = one.command("case", "expire", "clock", {"deadline": "waitlist", "rung": "passed"}, id="waitlist/rung")
    await one.write(await one.attempt(command, by_clock=True))
    assert (await one.file()).money["waitlisted"] == "150000.00"
    await one.relay()
    assert ((await one.file()).stage, (await one.file()).money["paid"]) == ("waitlisted", "50000.00")
    await sound(desk)


async def test_filing_stays_closed_where_an_opinion_was_given_on_what_left_the_round(desk: Desk) -> None:
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed()
    await quarter.do("review", "regulator-1", desk.forms.review(one.application))
    await quarter.do("return_for_completion", "finance-1", {"application": one.application, "items": ["发票"]})
    assert not (await quarter.try_("reopen_filing", "regulator-1", desk.forms.reasons())).event.passed


async def test_a_payment_whose_case_was_never_told_is_found_by_the_audit(desk: Desk) -> None:
    await appropriate(desk, "1000000.00")
    one = await applied(desk)
    await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    quarter = await Quarter(desk, "2030Q1").signed()
    await quarter.do("order_payment", "finance-1")
    await quarter.try_("pay", "finance-2", {"vouchers": {"insurer-a": "PZ-1"}})
    await sound(desk)
    await desk.pool.execute("update outbox set done = true where command ->> 'act' = 'pay'")
    found = await verified(desk.pool)
    assert (found["ok"], found["stream"]) == (False, one.case)
