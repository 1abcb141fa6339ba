"""Policies and further batches on their workflows: opened by the relay, begun and ended by the clock."""

from __future__ import annotations

from datetime import timedelta

from rules.periods import last_day_of_years
from rules.procedures import Stream
from tests.hands import Hands


def policy_of(hands: Hands, place: int = 1) -> Stream:
    return Stream("policy", "dalian", f"{hands.stream.number}-{place}")


async def test_a_policy_is_opened_beside_its_case_and_begins_and_ends_by_the_clock(hands: Hands) -> None:
    await hands.bring_to("record_delivery")
    begins = hands.today + timedelta(days=3)
    term = {"start_on": f"{begins}", "end_on": f"{last_day_of_years(begins, 1)}"}
    await hands.act("insure", "insurer-a-1", {**hands.forms.contract(), **term})
    policy = hands.beside(policy_of(hands))
    await policy.reached("concluded")
    await policy.pass_days(4)
    await policy.reached("in_force")
    await policy.pass_days(370)
    await policy.reached("expired")
    assert (await policy.handle.result())["stage"] == "expired"
    # Nobody is reminded of a beginning; of the end as of any date.
    acts = await policy.acts()
    assert acts[:2] == ["conclude", "begin"]
    assert set(acts[2:-1]) == {"remind"}


async def test_an_endorsement_reaches_the_case(hands: Hands) -> None:
    await hands.bring_to("apply")
    policy = hands.beside(policy_of(hands))
    await policy.reached("in_force")
    await policy.act("endorse", "insurer-a-1", hands.forms.endorsement("30000000.00"))
    file = await hands.until(lambda file: "recalculation" in file.facts)
    assert (file.stage, file.money["subsidy_asked"]) == ("applied", "300000.00")


async def test_a_rescinded_policy_closes_its_case(hands: Hands) -> None:
    await hands.bring_to("apply")
    policy = hands.beside(policy_of(hands))
    await policy.reached("in_force")
    await policy.act("rescind", "insurer-a-1")
    assert (await hands.handle.result())["stage"] == "uninsured"
    assert (await policy.handle.result())["stage"] == "rescinded"


async def test_a_further_batch_is_insured_for_itself_and_ends_with_the_recognition(hands: Hands) -> None:
    await hands.bring_to("apply")
    form = hands.forms.further_delivery(hands.stream.number)
    answer = await hands.session.open("batch:dalian:new", "deliver", hands.forms.enterprise, form, None)
    batch = hands.beside(hands.stream_of(answer))
    await batch.act("insure", "insurer-b-1", {**hands.forms.contract("b"), "sum_insured": "1000000.00"})
    await batch.act("apply")
    policy = hands.beside(policy_of(hands, 2))
    await policy.reached("in_force")
    await hands.act("propose_revocation", "bureau-1")
    await hands.act("revoke", "bureau-2")
    assert (await batch.handle.result())["stage"] == "revoked"
