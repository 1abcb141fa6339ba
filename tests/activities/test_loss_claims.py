"""Loss claims in the record: whose they are, what is covered, what is paid, refused, disputed (articles 12, 15(2))."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from tests.activities.desk import Desk, first
from tests.contents import contents

NEW = "loss_claim:dalian:new"


async def insured(desk: Desk) -> str:
    """Bring a case to its insurance and open its policy, as the relay does; return the policy's stream."""
    await desk.play(first("case", "insure") + 1)
    await desk.relay()
    return f"policy:dalian:{desk.application}"


async def report(desk: Desk, policy: str, officer: str = "insurer-a-1", **said: Any) -> Answer:
    form = {**desk.forms.loss_report(policy), **said}
    recorded = await desk.order("report", officer, form, "loss_claim", stream=NEW)
    assert recorded.answer
    return recorded.answer


async def act(desk: Desk, stream: str, act: str, officer: str = "insurer-a-1", **said: Any) -> Answer:
    recorded = await desk.order(act, officer, {**desk.forms.of(act), **said}, "loss_claim", stream=stream)
    assert recorded.answer
    return recorded.answer


async def brought_to(desk: Desk, *acts: str, **said: Any) -> str:
    stream = (await report(desk, await insured(desk), **said)).stream
    for name in acts:
        assert (await act(desk, stream, name)).event.passed, name
    return stream


async def stage_of(desk: Desk, stream: str) -> str:
    return (await desk.file_of(stream)).stage


async def test_a_loss_goes_from_its_report_to_its_payment(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey", "decide_to_pay")
    assert stream_of(stream).number.startswith("LC-")
    paid = await act(desk, stream, "pay_loss")
    assert (paid.event.passed, paid.standing.stage, paid.standing.closed) == (True, "paid", False)
    file = await desk.file_of(stream)
    assert (file.about, file.enterprise) == (f"policy:dalian:{desk.application}", desk.forms.enterprise)
    assert {deadline.name for deadline in file.deadlines if deadline.met_on} == {
        "loss_acceptance", "loss_decision", "loss_advance", "loss_payment"
    }  # fmt: skip


async def test_a_paid_loss_does_not_reduce_the_subsidy(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey", "decide_to_pay")
    before = await contents(desk.pool)
    await act(desk, stream, "pay_loss")
    after = await contents(desk.pool)
    assert {table for table in after if after[table] != before[table]} <= {
        *("proceeding", "event", "outbox", "deadline", "work_item")
    }
    assert (await desk.file()).money["subsidy_asked"] == "600000.00"


async def test_only_the_policys_own_insurer_acts(desk: Desk) -> None:
    policy = await insured(desk)
    with pytest.raises(Barred, match="own_contract"):
        await report(desk, policy, "insurer-b-1")
    stream = (await report(desk, policy)).stream
    with pytest.raises(Barred, match="own_contract"):
        await act(desk, stream, "accept_loss", "insurer-b-1")
    assert [refused[2] for refused in await desk.refusals()] == ["own_contract", "own_contract"]


async def test_only_the_insured_enterprise_disputes(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "refuse_loss")
    other = Desk(desk.pool, serial=2)
    await other.play(1)
    with pytest.raises(Barred, match="own_case"):
        await act(desk, stream, "dispute", other.forms.enterprise)
    with pytest.raises(Barred, match="right_office"):
        await act(desk, stream, "dispute")


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("policy:dalian:DL-2026-999999-1", "policy: there is no policy 'DL-2026-999999-1'"),
        ("policy:nowhere:1", "policy: 'policy:nowhere:1' names no procedure"),
        ("policy:dalian", "policy: must be kind:scheme:number"),
        ("case:dalian:DL-2026-000001", "policy"),
    ],
)
async def test_a_loss_names_a_policy_that_exists(desk: Desk, policy: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        await report(desk, policy)
    assert await desk.events() == 0


async def test_a_loss_must_fall_in_the_policys_term(desk: Desk) -> None:
    policy = await insured(desk)
    before = desk.forms.now.date() - timedelta(days=1)
    with pytest.raises(Barred, match=rf"loss_in_term .* is in force from .* the loss is of {before}"):
        await report(desk, policy, loss_on=f"{before}")
    with pytest.raises(Unfit, match="loss_on: must not be in the future"):
        await report(desk, policy, loss_on=f"{before + timedelta(days=2)}")
    desk.moment += timedelta(days=366)
    with pytest.raises(Barred, match="loss_in_term"):
        await report(desk, policy)
    ends = date.fromisoformat((await desk.file_of(policy)).facts["contract"]["end_on"])
    assert (await report(desk, policy, loss_on=f"{ends}")).event.passed


async def test_a_loss_after_the_policy_was_cancelled_is_not_in_its_term(desk: Desk) -> None:
    policy = await insured(desk)
    desk.moment += timedelta(days=10)
    last = desk.forms.now.date() - timedelta(days=2)
    form = {"cancelled_on": f"{last}", "reason": "停产", "cancellation_sha256": "0" * 64}
    await desk.order("cancel", "insurer-a-1", form, "policy", stream=policy)
    with pytest.raises(Barred, match="loss_in_term"):
        await report(desk, policy, loss_on=f"{last + timedelta(days=1)}")
    assert (await report(desk, policy, loss_on=f"{last}")).event.passed


async def test_a_loss_under_a_rescinded_policy_was_never_insured(desk: Desk) -> None:
    policy = await insured(desk)
    form = {"ground": "non_disclosure", "rescinded_on": f"{desk.forms.now.date()}", "reason": "未如实告知"}
    await desk.order("rescind", "insurer-a-1", form, "policy", stream=policy)
    with pytest.raises(Barred, match=r"loss_in_term .* was rescinded"):
        await report(desk, policy)


async def test_more_than_the_sum_insured_is_not_paid(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey")
    refused = await act(desk, stream, "decide_to_pay", amount="60000000.01")
    assert ("within_sum_insured", "5", False) in [
        (found.rule, found.article, found.passed) for found in refused.event.findings
    ]
    assert await stage_of(desk, stream) == "surveyed"


async def test_another_amount_than_was_decided_is_not_paid(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey", "decide_to_pay")
    refused = await act(desk, stream, "pay_loss", amount="749999.99")
    assert list(failed(refused)) == ["pays_what_was_decided"]
    assert await stage_of(desk, stream) == "decided_to_pay"


async def test_what_was_paid_in_advance_is_taken_off(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "pay_in_advance", "pay_in_advance", "survey")
    too_much = await act(desk, stream, "pay_in_advance", amount="400000.01")
    assert list(failed(too_much)) == ["within_what_was_claimed"]
    with pytest.raises(Unfit, match=r"amount: must not be less than the 400000.00 yuan paid already"):
        await act(desk, stream, "decide_to_pay", amount="399999.99")
    await act(desk, stream, "decide_to_pay")
    assert not (await act(desk, stream, "pay_loss")).event.passed
    assert (await act(desk, stream, "pay_loss", amount="350000.00")).standing.stage == "paid"


async def test_an_agreement_is_not_older_than_its_claim(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey")
    yesterday = desk.forms.now.date() - timedelta(days=1)
    with pytest.raises(Unfit, match="agreed_on: must not be before the claim was accepted"):
        await act(desk, stream, "decide_to_pay", agreed_on=f"{yesterday}")


@pytest.mark.parametrize("officer", ["insurer-a-1", ""])
async def test_papers_that_were_asked_for_come_from_the_insured_or_through_the_insurer(
    desk: Desk, officer: str
) -> None:
    stream = await brought_to(desk, "accept_loss", "ask_for_documents")
    handed_in = await act(desk, stream, "hand_in_documents", officer or desk.forms.enterprise)
    assert handed_in.standing.stage == "accepted"
    assert len((await desk.file_of(stream)).facts["claimed"]["papers"]) == 2


async def test_a_false_loss_is_refused_as_fraud_and_opens_nothing_by_itself(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey")
    refused = await act(desk, stream, "refuse_as_false")
    (told,) = refused.event.findings
    assert (refused.event.article, told.rule, told.article, told.passed) == ("15(2)", "false_loss_told", "15(2)", True)
    assert "the regulator may open a recovery" in told.reason
    assert await desk.pool.fetchval("select count(*) from proceeding where kind = 'recovery'") == 0
    assert await stage_of(desk, stream) == "refused"


async def test_a_refused_insured_is_told_and_may_dispute_until_it_is_settled(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey", "refuse_loss", "notify_refusal")
    assert (await act(desk, stream, "dispute", desk.forms.enterprise)).standing.stage == "disputed"
    settled = await act(desk, stream, "settle")
    assert (settled.standing.stage, settled.standing.closed) == ("settled", True)


async def test_whoever_was_not_told_of_a_refusal_may_dispute_it_all_the_same(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "refuse_loss")
    await act(desk, stream, "dispute", desk.forms.enterprise)
    await act(desk, stream, "settle")
    assert all(deadline.met_on for deadline in (await desk.file_of(stream)).deadlines)


# --- What is paid, beside the claim, the policy as it stands and the other losses -----------------------------------


def failed(answer: Answer) -> dict[str, str]:
    return {found.rule: found.reason for found in answer.event.findings if not found.passed}


async def surveyed(desk: Desk, policy: str, amount: str = "60000000.00") -> str:
    """Report a loss and claim `amount` for it, up to its survey."""
    stream = (await report(desk, policy)).stream
    await act(desk, stream, "accept_loss", amount=amount)
    await act(desk, stream, "survey")
    return stream


async def test_the_losses_of_a_policy_come_to_no_more_than_its_sum_insured(desk: Desk) -> None:
    policy = await insured(desk)
    one, other = await surveyed(desk, policy), await surveyed(desk, policy)
    assert (await act(desk, one, "decide_to_pay", amount="59999999.00")).event.passed
    grounds = failed(await act(desk, other, "decide_to_pay", amount="1.01"))
    assert list(grounds) == ["within_sum_insured"]
    assert stream_of(one).number in grounds["within_sum_insured"]
    assert "within_sum_insured" in failed(await act(desk, other, "pay_in_advance", amount="1.01"))
    assert (await act(desk, other, "pay_in_advance", amount="1.00")).event.passed


async def test_of_two_losses_decided_at_once_the_sum_insured_pays_one(desk: Desk) -> None:
    policy = await insured(desk)
    both = [await surveyed(desk, policy) for _ in range(2)]
    answers = await asyncio.gather(*(act(desk, one, "decide_to_pay", amount="60000000.00") for one in both))
    assert sorted(answer.event.passed for answer in answers) == [False, True]


async def test_no_more_is_paid_than_was_claimed(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey")
    assert list(failed(await act(desk, stream, "decide_to_pay", amount="800000.01"))) == ["within_what_was_claimed"]
    await act(desk, stream, "dispute", desk.forms.enterprise)
    assert list(failed(await act(desk, stream, "settle", amount="800000.01"))) == ["within_what_was_claimed"]
    assert (await act(desk, stream, "settle", amount="800000.00")).event.passed


@pytest.mark.parametrize(
    ("acts", "paid"),
    [(("pay_in_advance", "survey"), "200000.00"), (("survey", "decide_to_pay", "pay_loss"), "750000.00")],
)
async def test_a_settlement_is_not_less_than_was_paid(desk: Desk, acts: tuple[str, ...], paid: str) -> None:
    stream = await brought_to(desk, "accept_loss", *acts)
    await act(desk, stream, "dispute", desk.forms.enterprise)
    with pytest.raises(Unfit, match=rf"amount: must not be less than the {paid} yuan paid already"):
        await act(desk, stream, "settle", amount="0.00")
    assert (await act(desk, stream, "settle", amount=paid)).event.passed


async def test_nothing_more_is_paid_once_the_policy_is_rescinded(desk: Desk) -> None:
    policy = await insured(desk)
    stream = await surveyed(desk, policy, "800000.00")
    decided = await surveyed(desk, policy, "800000.00")
    await act(desk, decided, "decide_to_pay")
    form = {"ground": "non_disclosure", "rescinded_on": f"{desk.forms.now.date()}", "reason": "未如实告知"}
    await desk.order("rescind", "insurer-a-1", form, "policy", stream=policy)
    for acted, name in ((stream, "pay_in_advance"), (stream, "decide_to_pay"), (decided, "pay_loss")):
        assert "loss_in_term" in failed(await act(desk, acted, name)), name
    await act(desk, stream, "dispute", desk.forms.enterprise)
    assert "loss_in_term" in failed(await act(desk, stream, "settle"))
    assert (await act(desk, stream, "settle", amount="0.00")).event.passed


async def test_the_sum_insured_is_that_of_the_policy_as_it_stands(desk: Desk) -> None:
    policy = await insured(desk)
    stream = await surveyed(desk, policy)
    endorsed = desk.forms.endorsement("1000000.00")
    await desk.order("endorse", "insurer-a-1", endorsed, "policy", stream=policy)
    grounds = failed(await act(desk, stream, "decide_to_pay", amount="1000000.01"))
    assert "of a sum insured of 1000000.00" in grounds["within_sum_insured"]
    assert (await act(desk, stream, "decide_to_pay", amount="1000000.00")).event.passed


async def test_a_survey_lies_between_the_loss_and_today(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss")
    today = desk.forms.now.date()
    for day, why in ((-1, "must not be before the loss"), (1, "must not be in the future")):
        with pytest.raises(Unfit, match=f"surveyed_on: {why}"):
            await act(desk, stream, "survey", surveyed_on=f"{today + timedelta(days=day)}")


async def test_a_second_report_of_the_same_event_is_told(desk: Desk) -> None:
    policy = await insured(desk)
    first_one = await report(desk, policy)
    assert not first_one.event.findings
    (told,) = (await report(desk, policy)).event.findings
    assert (told.rule, told.passed) == ("same_event_told", True)
    assert stream_of(first_one.stream).number in told.reason
    assert not (await report(desk, policy, cover="liability")).event.findings


# --- What the insured can do ----------------------------------------------------------------------------------------


async def test_the_insured_enterprise_reports_its_own_loss(desk: Desk) -> None:
    policy = await insured(desk)
    other = Desk(desk.pool, serial=2)
    await other.play(1)
    with pytest.raises(Barred, match="own_case"):
        await report(desk, policy, other.forms.enterprise)
    reported = await report(desk, policy, desk.forms.enterprise)
    assert (reported.event.office, reported.standing.stage) == (desk.forms.enterprise, "reported")
    assert (await act(desk, reported.stream, "accept_loss")).event.passed


async def test_whoever_reported_a_loss_sees_by_when_it_is_to_be_accepted(desk: Desk) -> None:
    stream = (await report(desk, await insured(desk))).stream
    deadline = (await desk.file_of(stream)).deadline("loss_acceptance")
    assert deadline is not None
    assert (deadline.article, deadline.office, deadline.silence) == ("12", "insurer", None)
    assert deadline.wake


@pytest.mark.parametrize(
    "acts",
    [
        (),
        ("accept_loss",),
        ("accept_loss", "ask_for_documents"),
        ("accept_loss", "survey", "decide_to_pay", "pay_loss"),
    ],
    ids=["reported", "accepted", "more_documents", "paid"],
)
async def test_the_insured_disputes_silence_and_what_was_paid(desk: Desk, acts: tuple[str, ...]) -> None:
    stream = await brought_to(desk, *acts)
    assert (await act(desk, stream, "dispute", desk.forms.enterprise)).standing.stage == "disputed"
    assert (await act(desk, stream, "settle", amount="800000.00")).standing.closed
    assert all(deadline.met_on for deadline in (await desk.file_of(stream)).deadlines)


async def test_a_payment_that_nobody_disputes_stands_after_its_years(desk: Desk) -> None:
    stream = await brought_to(desk, "accept_loss", "survey", "decide_to_pay", "pay_loss")
    deadline = (await desk.file_of(stream)).deadline("loss_dispute")
    assert deadline is not None
    assert deadline.silence == "expire"
    with pytest.raises(Barred, match="right_office"):
        await act(desk, stream, "expire", deadline="loss_dispute", rung="passed")
    desk.moment += timedelta(days=2 * 366 + 10)
    data = {"deadline": "loss_dispute", "rung": "passed"}
    command = desk.command("loss_claim", "expire", "clock", data, stream=stream)
    expired = (await desk.write(await desk.attempt(command, by_clock=True))).standing
    assert (expired.stage, expired.closed) == ("payment_stands", True)


@pytest.mark.parametrize("prefix", ["", "policy:dalian:"])
async def test_a_policy_is_named_by_its_number_or_its_stream(desk: Desk, prefix: str) -> None:
    policy = await insured(desk)
    reported = await report(desk, prefix + desk.application)
    file = await desk.file_of(reported.stream)
    assert (file.about, file.facts["loss"]["policy"]) == (policy, policy)


@pytest.mark.parametrize("policy", ["", "保单", "DL 1", "policy:dalian:DL 1"])
async def test_what_names_no_policy_is_told_in_words(desk: Desk, policy: str) -> None:
    words = r"policy: must be a policy's number, as DL-2026-000001-1, or its stream, as policy:dalian:DL-2026-000001-1"
    with pytest.raises(Unfit, match=words):
        await report(desk, policy)
