"""Slips of the pen put right by a second person, and acts taken back before anything has gone out (article 15(3))."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer
from rules.calendar import CHINA
from rules.deadlines import insure_by
from rules.edition import edition_of
from rules.faults import Unfit
from rules.periods import last_day_of_years
from rules.procedure import Barred
from tests.activities.desk import Desk, first


async def ask(desk: Desk, field: str, correct: str, officer: str | None = None) -> Answer:
    form = {"field": field, "correct": correct, "reason": "笔误 (a slip of the pen)"}
    recorded = await desk.order("ask_rectification", officer or desk.forms.enterprise, form)
    assert recorded.answer
    return recorded.answer


async def do(desk: Desk, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    recorded = await desk.order(act, officer, data)
    assert recorded.answer
    return recorded.answer


def failed(answer: Answer) -> set[tuple[str, str]]:
    return {(finding.rule, finding.article) for finding in answer.event.findings if not finding.passed}


async def test_a_wrong_day_of_delivery_is_put_right_and_the_days_to_insure_are_counted_again(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    day = desk.forms.now.date() - timedelta(days=5)
    await ask(desk, "delivery.delivered_on", f"{day}")
    await do(desk, "rectify", "bureau-1", {})
    file = await desk.file()
    signed = date.fromisoformat(file.facts["delivery"]["contract_signed_on"])
    due, counted = insure_by(signed, day, edition_of("dalian"), CHINA), file.deadline("insurance")
    assert counted
    assert (file.facts["delivery"]["delivered_on"], counted.due_on) == (f"{day}", due.due_on)
    done = file.facts["rectifications"]["1"]
    assert (done["before"], done["correct"], done["asked_by"]) == (
        desk.forms.delivery()["delivered_on"],
        f"{day}",
        desk.forms.enterprise,
    )


async def test_what_was_asked_for_is_put_right_by_another_person_only(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    await ask(desk, "delivery.user", "大连重工", "bureau-1")
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await do(desk, "rectify", "bureau-1", {})
    assert (await do(desk, "rectify", "bureau-2", {})).event.passed


async def test_nothing_is_put_right_that_nobody_asked_for(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    assert failed(await do(desk, "rectify", "bureau-1", {})) == {("rectification_asked", "15(3)")}


async def test_a_correction_is_done_once(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    await ask(desk, "delivery.user", "大连重工")
    await do(desk, "rectify", "bureau-1", {})
    assert failed(await do(desk, "rectify", "bureau-1", {})) == {("rectification_asked", "15(3)")}


async def test_a_declined_correction_leaves_the_file_as_it_was(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    before = (await desk.file()).facts["delivery"]
    await ask(desk, "delivery.user", "大连重工")
    await do(desk, "decline_rectification", "bureau-1")
    assert (await desk.file()).facts["delivery"] == before
    assert failed(await do(desk, "rectify", "bureau-1", {})) == {("rectification_asked", "15(3)")}


@pytest.mark.parametrize(
    ("field", "correct", "told"),
    [
        ("delivery.delivered_on", "yesterday", "correct"),
        ("delivery.delivered_on", "2999-01-01", "correct"),
        ("contract.sum_insured", "1.00", "field"),
        ("contract.insurer", "insurer-b", "field"),
        ("submission.enterprise.uscc", "x", "field"),
    ],
)
async def test_what_cannot_be_put_right_is_told_by_its_field(desk: Desk, field: str, correct: str, told: str) -> None:
    await desk.play(first("case", "insure"))
    with pytest.raises(Unfit, match=f"^{told}:"):
        await ask(desk, field, correct)


async def test_a_correction_that_changes_nothing_is_unfit(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    with pytest.raises(Unfit, match="must differ"):
        await ask(desk, "delivery.user", desk.forms.delivery()["user"])


async def test_a_name_in_the_submission_is_put_right(desk: Desk) -> None:
    await desk.play(1)
    await ask(desk, "submission.enterprise.contact", "王建华")
    await do(desk, "rectify", "bureau-1", {})
    assert (await desk.file()).facts["submission"]["enterprise"]["contact"] == "王建华"


async def test_a_wrong_sum_is_put_right_in_the_case_the_application_and_the_policy(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    await desk.relay()
    await ask(desk, "contract.sum_insured", "40000000.00", "insurer-a-1")
    assert (await do(desk, "rectify", "bureau-1", {})).money["subsidy_asked"] == "400000.00"
    assert await desk.pool.fetchval("select asked from subsidy_application") == Decimal("400000.00")
    await desk.relay()
    policy = await desk.file_of(f"policy:dalian:{desk.application}")
    assert (policy.money["premium"], policy.money["subsidy_asked"]) == ("1200000.00", "400000.00")


async def test_a_wrong_policy_number_is_put_right_where_policies_are_known_by_it(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await desk.relay()
    await ask(desk, "contract.policy_number", "PA-RIGHT", "insurer-a-1")
    await do(desk, "rectify", "bureau-1", {})
    assert await desk.pool.fetchval("select policy_number from policy") == "PA-RIGHT"


async def test_a_correction_the_law_would_have_refused_is_refused(desk: Desk) -> None:
    """A delivery so early that the contract was concluded late: the file keeps what it says, with the ground."""
    await desk.play(first("case", "apply"))
    early = desk.forms.now.date() - timedelta(days=90)
    await ask(desk, "delivery.contract_signed_on", f"{early - timedelta(days=5)}")
    await do(desk, "rectify", "bureau-1", {})
    await ask(desk, "delivery.delivered_on", f"{early}")
    assert failed(await do(desk, "rectify", "bureau-1", {})) == {("insured_in_time", "11")}
    assert (await desk.file()).facts["delivery"]["delivered_on"] == desk.forms.delivery()["delivered_on"]


async def test_a_contract_that_was_endorsed_since_is_not_put_right_but_endorsed(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await desk.relay()
    await desk.order("endorse", "insurer-a-1", kind="policy", stream=f"policy:dalian:{desk.application}")
    await desk.relay()
    with pytest.raises(Unfit, match="endorsing the policy"):
        await ask(desk, "contract.sum_insured", "1.00")


async def test_a_correction_asked_for_before_the_policy_changed_is_not_done_after(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    await desk.relay()
    await ask(desk, "contract.sum_insured", "59000000.00", "insurer-a-1")
    await desk.order("cancel", "insurer-a-1", kind="policy", stream=f"policy:dalian:{desk.application}")
    await desk.relay()
    asked = (await desk.file()).money["subsidy_asked"]
    with pytest.raises(Unfit, match="endorsing the policy"):
        await do(desk, "rectify", "bureau-1", {})
    assert (await desk.file()).money["subsidy_asked"] == asked


async def test_a_user_put_right_to_one_who_has_had_a_first_batch_is_refused(desk: Desk) -> None:
    await desk.play(first("case", "apply"))
    form = desk.forms.further_delivery(desk.case.rpartition(":")[2])
    command = desk.command("batch", "deliver", desk.forms.enterprise, form, stream="batch:dalian:new")
    batch = (await desk.record.open(command)).stream
    contract = {**desk.forms.contract(), "policy_number": "PA-2"}
    await desk.order("insure", "insurer-a-1", contract, kind="batch", stream=batch)
    said = {"field": "delivery.user", "correct": desk.forms.delivery()["user"], "reason": "笔误"}
    await desk.order("ask_rectification", desk.forms.enterprise, said, kind="batch", stream=batch)
    recorded = await desk.order("rectify", "bureau-1", {}, kind="batch", stream=batch)
    assert recorded.answer
    assert failed(recorded.answer) == {("first_batch_for_this_user", "2")}


async def test_a_term_moves_with_its_first_day_and_cover_may_have_begun_by_then(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    begins = desk.forms.now.date() + timedelta(days=5)
    term = {"start_on": f"{begins}", "end_on": f"{last_day_of_years(begins, 1)}"}
    await desk.order("insure", "insurer-a-1", {**desk.forms.contract(), **term})
    await desk.relay()
    today = desk.forms.now.date()
    await ask(desk, "contract.start_on", f"{today}", "insurer-a-1")
    assert (await do(desk, "rectify", "bureau-1", {})).event.passed
    await desk.relay()
    policy = await desk.file_of(f"policy:dalian:{desk.application}")
    assert (policy.stage, policy.facts["contract"]["end_on"]) == ("in_force", f"{last_day_of_years(today, 1)}")
    # The clock has nothing to begin any more.
    assert {wake.act for wake in policy.wakes} == {"remind"}


# --- taking back ---------------------------------------------------------------------------------------------------


async def test_a_confirmation_is_taken_back_until_the_bureau_receives_it_and_the_days_run_on(desk: Desk) -> None:
    await desk.play(first("case", "receive"))
    assert (await do(desk, "take_back_confirmation", "ganjingzi-2")).standing.stage == "district_review"
    file = await desk.file()
    verification = file.deadline("verification")
    assert verification
    assert verification.met_on is None
    assert "verification" in {wake.deadline for wake in file.wakes}
    assert (await do(desk, "confirm", "ganjingzi-1")).standing.stage == "confirmed"


async def test_what_the_bureau_has_received_is_not_taken_back(desk: Desk) -> None:
    await desk.play(first("case", "entrust"))
    with pytest.raises(Barred, match="act_in_turn"):
        await do(desk, "take_back_confirmation", "ganjingzi-1")


async def test_a_report_is_taken_back_until_recognition_is_proposed(desk: Desk) -> None:
    await desk.play(first("case", "propose"))
    assert (await do(desk, "take_back_assessment", "assessor-a-1")).standing.stage == "assessment"
    assert "assessment" in {wake.deadline for wake in (await desk.file()).wakes}
    assert (await do(desk, "assess", "assessor-a-1")).standing.stage == "assessed"


async def test_a_proposal_is_taken_back_until_it_is_published(desk: Desk) -> None:
    await desk.play(first("case", "publish"))
    assert (await do(desk, "take_back_proposal", "bureau-1")).standing.stage == "assessed"
