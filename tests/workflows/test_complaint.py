"""The clock of a complaint, on real servers: an overdue admission is told, silence lets an answer stand."""

from __future__ import annotations

import pytest

from activities.contracts import Answer
from runtime.errors import Refused
from tests.hands import Hands


async def receive(hands: Hands) -> None:
    form = hands.forms.complaint()
    answer = await hands.session.open("complaint:dalian:new", "receive_complaint", "regulator-1", form, None)
    hands.case = hands.stream_of(answer)


async def answered(hands: Hands) -> Answer:
    await receive(hands)
    for act in ("admit_complaint", "investigate"):
        await hands.act(act, "regulator-1")
    return await hands.act("answer_complaint", "regulator-1")


async def test_silence_after_the_answer_lets_it_stand(hands: Hands) -> None:
    assert (await answered(hands)).standing.stage == "answered"
    await hands.pass_days(50)
    assert (await hands.reached("answer_stands")).closed
    assert (await hands.acts())[-1] == "expire"
    with pytest.raises(Refused, match="act_in_turn"):
        await hands.act("appeal", "regulator-1")


async def test_an_appeal_in_time_keeps_the_answer_from_standing(hands: Hands) -> None:
    await answered(hands)
    await hands.pass_days(20)
    assert (await hands.act("appeal", "regulator-1")).standing.stage == "appealed"
    await hands.pass_days(20)
    assert (await hands.file()).stage == "appealed"
    final = await hands.act("answer_appeal", "regulator-2")
    assert (final.standing.stage, final.standing.closed) == ("answered_finally", True)


async def test_the_days_to_admit_are_told_and_close_nothing(hands: Hands) -> None:
    await receive(hands)
    await hands.pass_days(40)
    reminded = await hands.until(lambda file: file.sequence > 4)
    assert reminded.stage == "received"
    assert set((await hands.acts())[1:]) == {"remind"}
