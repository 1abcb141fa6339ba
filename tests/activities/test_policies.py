"""Policies on the record: endorsed, cancelled, rescinded, renewed; and what each leaves of the subsidy (I-13, I-14)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer, Attempt
from rules.faults import Unfit
from rules.periods import last_day_of_years
from rules.procedure import Barred
from tests.activities.desk import Desk, first


async def insured(desk: Desk, until: str = "apply") -> Desk:
    """Play a case to where an act comes next, its policy open."""
    await desk.play(first("case", until))
    await desk.relay()
    return desk


def policy_of(desk: Desk) -> str:
    return f"policy:dalian:{desk.application}"


async def do(desk: Desk, act: str, data: dict[str, Any] | None = None, officer: str = "insurer-a-1") -> Answer:
    recorded = await desk.order(act, officer, data, kind="policy", stream=policy_of(desk))
    assert recorded.answer
    return recorded.answer


def rule(answer: Answer, name: str) -> str:
    return next(finding.reason for finding in answer.event.findings if finding.rule == name)


async def ring(desk: Desk, act: str, deadline: str) -> None:
    command = desk.command(
        "policy", act, "clock", {"deadline": deadline, "rung": "passed"}, stream=policy_of(desk), id=f"{act}/rung"
    )
    await desk.write(await desk.attempt(command, by_clock=True))


async def test_a_concluded_contract_has_a_policy_that_ends_with_its_term(desk: Desk) -> None:
    await insured(desk)
    file = await desk.file_of(policy_of(desk))
    assert (file.stage, file.about, file.money["subsidy_asked"]) == ("in_force", desk.case, "600000.00")
    ends = file.deadline("cover_ends")
    assert ends
    assert ends.due_on == last_day_of_years(desk.forms.now.date(), 1)
    await ring(desk, "expire", "cover_ends")
    assert (await desk.file_of(policy_of(desk))).stage == "expired"


async def test_cover_that_begins_later_is_concluded_until_then(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    begins = desk.forms.now.date() + timedelta(days=5)
    term = {"start_on": f"{begins}", "end_on": f"{last_day_of_years(begins, 1)}"}
    await desk.order("insure", "insurer-a-1", {**desk.forms.contract(), **term})
    await desk.relay()
    file = await desk.file_of(policy_of(desk))
    assert file.stage == "concluded"
    begin = file.wakes[0]
    assert (begin.act, begin.at.date()) == ("begin", begins - timedelta(days=1))  # an hour after midnight, in UTC
    await ring(desk, "begin", "cover_begins")
    assert (await desk.file_of(policy_of(desk))).stage == "in_force"


async def test_a_decrease_lowers_what_is_asked_and_keeps_its_place(desk: Desk) -> None:
    await insured(desk, "file")
    before = await desk.pool.fetchval("select concluded_at from subsidy_application")
    await do(desk, "endorse", desk.forms.endorsement("40000000.00"))
    row = await desk.pool.fetchrow("select asked, concluded_at from subsidy_application")
    assert row
    assert (row["asked"], row["concluded_at"]) == (Decimal("400000.00"), before)
    await desk.relay()
    money = (await desk.file()).money
    assert (money["subsidy_asked"], money["premium"]) == ("400000.00", "1200000.00")
    assert Decimal(money["enterprise_share"]) == Decimal("800000.00")


async def test_an_increase_in_time_is_counted_but_waits_from_its_own_minute(desk: Desk) -> None:
    await insured(desk, "file")
    desk.moment += timedelta(hours=1)
    await do(desk, "endorse", desk.forms.endorsement("70000000.00"))
    row = await desk.pool.fetchrow("select asked, concluded_at from subsidy_application")
    assert row
    assert row["asked"] == Decimal("700000.00")
    assert f"{row['concluded_at']:%Y-%m-%dT%H:%M}" == desk.forms.endorsement()["endorsed_at"]


async def test_what_was_added_before_applying_waits_from_its_own_minute_too(desk: Desk) -> None:
    await insured(desk)
    desk.moment += timedelta(hours=1)
    await do(desk, "endorse", desk.forms.endorsement("70000000.00"))
    added_at = desk.forms.endorsement()["endorsed_at"]
    desk.moment += timedelta(hours=1)
    await do(desk, "endorse", desk.forms.endorsement("65000000.00"))
    await desk.relay()
    await desk.order("apply", desk.forms.enterprise)
    row = await desk.pool.fetchrow("select asked, concluded_at from subsidy_application")
    assert row
    assert (row["asked"], f"{row['concluded_at']:%Y-%m-%dT%H:%M}") == (Decimal("650000.00"), added_at)


async def test_what_is_added_after_the_last_day_to_insure_is_not_subsidised(desk: Desk) -> None:
    await insured(desk, "file")
    desk.moment += timedelta(days=60)
    answer = await do(desk, "endorse", desk.forms.endorsement("70000000.00"))
    assert "not subsidised" in rule(answer, "increase_in_time")
    assert await desk.pool.fetchval("select asked from subsidy_application") == Decimal("600000.00")
    assert (await desk.file_of(policy_of(desk))).money["premium"] == "2100000.00"


async def test_an_endorsement_above_the_ceiling_is_refused_and_moves_nothing(desk: Desk) -> None:
    await insured(desk, "file")
    answer = await do(desk, "endorse", {**desk.forms.endorsement(), "premium_rate": "0.0301"})
    assert not answer.event.passed
    assert await desk.pool.fetchval("select asked from subsidy_application") == Decimal("600000.00")


async def test_an_endorsement_before_the_contract_is_unfit(desk: Desk) -> None:
    await insured(desk)
    with pytest.raises(Unfit, match="endorsed_at"):
        await do(desk, "endorse", {**desk.forms.endorsement(), "endorsed_at": "2026-01-05T09:00"})


async def test_cancelled_before_a_plan_only_the_days_covered_are_asked_for(desk: Desk) -> None:
    await insured(desk, "file")
    await do(desk, "cancel")
    file = await desk.file_of(policy_of(desk))
    split = file.facts["cancellation"]
    assert file.stage == "cancelled"
    # One day of 365 is covered.
    assert Decimal(split["to_treasury"]) == Decimal("598356.16")
    assert Decimal(split["refund"]) == Decimal(split["to_treasury"]) + Decimal(split["to_enterprise"])
    assert await desk.pool.fetchval("select asked from subsidy_application") == Decimal("1643.84")
    await desk.relay()
    money = (await desk.file()).money
    assert Decimal(money["premium"]) == Decimal(money["subsidy_asked"]) + Decimal(money["enterprise_share"])


async def test_cancelled_after_the_plan_the_treasurys_part_is_told_and_the_case_keeps_what_it_was_given(
    desk: Desk,
) -> None:
    await desk.play()
    await desk.relay()
    answer = await do(desk, "cancel")
    assert "returned to the treasury" in rule(answer, "treasury_share")
    # The cap cut 100,000: what goes back is of the 500,000 that was paid.
    assert (await desk.file_of(policy_of(desk))).facts["cancellation"]["to_treasury"] == "498630.14"
    assert (await desk.file()).money["paid"] == "500000.00"


async def test_a_day_of_cover_outside_the_term_is_unfit(desk: Desk) -> None:
    await insured(desk)
    with pytest.raises(Unfit, match="cancelled_on"):
        await do(desk, "cancel", {**desk.forms.cancellation(), "cancelled_on": "2026-01-05"})


async def test_a_rescinded_policy_ends_its_case_and_frees_its_number(desk: Desk) -> None:
    await insured(desk, "file")
    await do(desk, "rescind")
    assert await desk.pool.fetchval("select state from subsidy_application") == "withdrawn"
    await desk.relay()
    assert ((await desk.file()).stage, (await desk.file_of(policy_of(desk))).stage) == ("uninsured", "rescinded")
    assert await desk.pool.fetchval("select released from policy")


async def test_a_policy_rescinded_after_payment_owes_the_treasury_all_of_it(desk: Desk) -> None:
    await desk.play()
    await desk.relay()
    await do(desk, "rescind")
    assert (await desk.file_of(policy_of(desk))).facts["rescission"]["to_treasury"] == "500000.00"
    assert (await desk.file()).stage == "paid"


async def test_a_renewed_policy_ends_as_renewed_and_is_not_subsidised(desk: Desk) -> None:
    await insured(desk)
    answer = await do(desk, "renew")
    assert "no subsidy" in rule(answer, "renewal_unsubsidised")
    await ring(desk, "expire", "cover_ends")
    assert (await desk.file_of(policy_of(desk))).stage == "renewed"


async def test_a_renewal_that_leaves_a_gap_is_unfit(desk: Desk) -> None:
    await insured(desk)
    with pytest.raises(Unfit, match="start_on"):
        await do(desk, "renew", {**desk.forms.renewal(), "start_on": f"{desk.forms.now.date()}"})


@pytest.mark.parametrize("act", ["endorse", "cancel", "rescind", "renew"])
async def test_another_insurer_has_no_say_in_a_policy(desk: Desk, act: str) -> None:
    await insured(desk)
    with pytest.raises(Barred, match="own_contract"):
        await do(desk, act, officer="insurer-b-1")


async def test_a_withdrawn_application_lets_its_policy_go(desk: Desk) -> None:
    await insured(desk, "file")
    await desk.order("withdraw", desk.forms.enterprise)
    await desk.relay()
    assert (await desk.file_of(policy_of(desk))).stage == "released"


# --- one policy, one subsidy (article 7) ---------------------------------------------------------------------------


async def another_with_the_same_policy(desk: Desk, **told: Any) -> tuple[Desk, Answer]:
    other = Desk(desk.pool, serial=desk.serial + 1, moment=desk.moment)
    await other.play(first("case", "insure"))
    contract = {**other.forms.contract(), "policy_number": desk.forms.contract()["policy_number"], **told}
    recorded = await other.order("insure", "insurer-a-1", contract)
    assert recorded.answer
    return other, recorded.answer


@pytest.mark.parametrize("written", ["{}", " {} ", "pa-{serial}", "P A-{serial}"])
async def test_one_policy_is_insured_in_one_case_however_its_number_is_written(desk: Desk, written: str) -> None:
    await insured(desk)
    number = written.format(desk.forms.contract()["policy_number"], serial=desk.serial)
    _, answer = await another_with_the_same_policy(desk, policy_number=number)
    failed = [finding for finding in answer.event.findings if not finding.passed]
    assert [(finding.rule, finding.article) for finding in failed] == [("policy_subsidised_once", "7")]
    assert desk.case.rpartition(":")[2] in failed[0].reason


async def test_the_policy_of_a_case_that_was_withdrawn_may_be_insured_in_another(desk: Desk) -> None:
    await insured(desk, "file")
    await desk.order("withdraw", desk.forms.enterprise)
    _, answer = await another_with_the_same_policy(desk)
    assert answer.event.passed


async def test_two_insurers_may_number_their_policies_alike(desk: Desk) -> None:
    await insured(desk)
    other = Desk(desk.pool, serial=desk.serial + 1, moment=desk.moment)
    await other.play(first("case", "insure"))
    contract = {**other.forms.contract("b"), "policy_number": desk.forms.contract()["policy_number"]}
    recorded = await other.order("insure", "insurer-b-1", contract)
    assert recorded.answer
    assert recorded.answer.event.passed


async def test_the_same_contract_tried_again_after_a_withdrawal_is_still_the_first_batch(desk: Desk) -> None:
    await insured(desk, "file")
    await desk.order("withdraw", desk.forms.enterprise)
    # The enterprise submits the product again, and insures the very batch it had delivered.
    again = Desk(desk.pool, serial=desk.serial, moment=desk.moment, named=100)
    await again.play(first("case", "insure"))
    recorded = await again.order("insure", "insurer-a-1")
    assert recorded.answer
    assert recorded.answer.event.passed


async def test_an_order_tells_what_a_policy_was_answered_once(desk: Desk) -> None:
    await insured(desk, "file")
    command = desk.command("policy", "cancel", "insurer-a-1", stream=policy_of(desk))
    firstly = await desk.write(await desk.attempt(command))
    again = await desk.write(Attempt(command=command, sequence=1))
    assert firstly.answer == again.answer


# --- a case and its policy at once ---------------------------------------------------------------------------------


async def test_nothing_is_asked_for_while_the_case_is_being_told_that_its_policy_is_undone(desk: Desk) -> None:
    await insured(desk)
    await do(desk, "rescind")
    with pytest.raises(Barred, match="told_first"):
        await desk.order("apply", desk.forms.enterprise)
    await desk.relay()
    file = await desk.file()
    assert (file.stage, file.money["premium"], file.money["enterprise_share"]) == ("uninsured", "0.00", "0.00")
    assert await desk.pool.fetchval("select count(*) from subsidy_application") == 0


async def test_nothing_is_asked_for_while_the_case_is_being_told_of_an_endorsement(desk: Desk) -> None:
    await insured(desk)
    await do(desk, "endorse")
    with pytest.raises(Barred, match="told_first"):
        await desk.order("apply", desk.forms.enterprise)


async def test_a_correction_waits_until_the_case_is_told_what_became_of_its_policy(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    await desk.relay()
    asked = {"field": "contract.policy_number", "correct": "PA-RIGHT", "reason": "笔误"}
    await desk.order("ask_rectification", desk.forms.enterprise, asked)
    await do(desk, "endorse")
    with pytest.raises(Barred, match="told_first"):
        await desk.order("rectify", "bureau-1", {})


async def test_a_policy_is_changed_when_it_has_taken_over_its_cases_correction(desk: Desk) -> None:
    await insured(desk)
    asked = {"field": "contract.policy_number", "correct": "PA-RIGHT", "reason": "笔误"}
    await desk.order("ask_rectification", desk.forms.enterprise, asked)
    await desk.order("rectify", "bureau-1", {})
    with pytest.raises(Barred, match="told_first"):
        await do(desk, "endorse")
    await desk.relay()
    await do(desk, "endorse")
    await desk.relay()
    case, policy = await desk.file(), await desk.file_of(policy_of(desk))
    assert case.money["premium"] == policy.money["premium"]
    assert policy.facts["contract"]["policy_number"] == "PA-RIGHT"


async def test_a_decrease_after_payment_does_not_keep_the_policy_from_being_cancelled(desk: Desk) -> None:
    await desk.play()
    await desk.relay()
    await do(desk, "endorse", desk.forms.endorsement("10000000.00"))
    await do(desk, "cancel")
    # 500,000 was paid on a premium of now 300,000: 200,000 goes back whole, and 364 of 365 days of the rest.
    assert (await desk.file_of(policy_of(desk))).facts["cancellation"]["to_treasury"] == "499178.08"


@pytest.mark.parametrize("number", ["ＰA-{serial}", "PA-{serial}\u200b", "PA\u3000-{serial}", "PA\uff0d{serial}"])
async def test_a_policy_number_is_the_same_in_any_width_and_with_anything_invisible(desk: Desk, number: str) -> None:
    await insured(desk)
    _, answer = await another_with_the_same_policy(desk, policy_number=number.format(serial=desk.serial))
    assert [one.rule for one in answer.event.findings if not one.passed] == ["policy_subsidised_once"]


async def test_a_term_that_is_over_is_not_insured(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    past = {"start_on": "2010-01-01", "end_on": "2010-12-31"}
    with pytest.raises(Unfit, match="end_on"):
        await desk.order("insure", "insurer-a-1", {**desk.forms.contract(), **past})
