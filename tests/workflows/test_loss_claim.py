"""The clock of a loss claim, on real servers: late insurers are told, and an undisputed refusal stands."""

from __future__ import annotations

import asyncio

import pytest

from db.sql import queries
from runtime.errors import Refused
from tests.hands import Hands

INSURER = "insurer-a-1"


async def reported(hands: Hands) -> None:
    """Insure a case, wait for its policy, and report a loss under it."""
    await hands.bring_to("insure")
    policy = f"policy:dalian:{hands.stream.number}-1"
    async with asyncio.timeout(60):
        while not await hands.session.pool.fetchrow(queries("proceeding").by_stream, policy):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    form = hands.forms.loss_report(policy)
    answer = await hands.session.open("loss_claim:dalian:new", "report", INSURER, form, None)
    hands.case = hands.stream_of(answer)


async def test_a_refusal_nobody_disputes_stands_after_two_years(hands: Hands) -> None:
    await reported(hands)
    for act in ("accept_loss", "refuse_loss", "notify_refusal"):
        await hands.act(act, INSURER)
    await hands.pass_days(760)
    assert (await hands.reached("refusal_stands")).closed
    with pytest.raises(Refused, match="act_in_turn"):
        await hands.act("dispute")


async def test_an_insurer_that_neither_decides_nor_pays_in_advance_is_told_so(hands: Hands) -> None:
    await reported(hands)
    await hands.act("accept_loss", INSURER)
    await hands.pass_days(75)
    file = await hands.until(lambda file: file.sequence > 8)
    assert file.stage == "accepted"
    told = {finding.reason for event in await hands.events() for finding in event.findings}
    for late in ("loss_decision", "loss_advance"):
        assert any(late in reason and "overdue" in reason for reason in told)
    assert (await hands.act("pay_in_advance", INSURER)).event.passed
    advance = (await hands.file()).deadline("loss_advance")
    assert advance is not None
    assert advance.met_on == hands.today


async def test_the_days_to_decide_stand_still_while_papers_are_awaited(hands: Hands) -> None:
    await reported(hands)
    await hands.act("accept_loss", INSURER)
    await hands.act("ask_for_documents", INSURER)
    await hands.pass_days(20)
    # The days to pay in advance run on: only they can have been told.
    told = {finding.reason for event in await hands.events() for finding in event.findings}
    assert not any("loss_decision" in reason for reason in told)
    await hands.act("hand_in_documents")
    decision = (await hands.file()).deadline("loss_decision")
    assert decision is not None
    assert decision.counted_from == hands.today
    assert decision.running
