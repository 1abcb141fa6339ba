"""The term of a pilot insurer's listing, ended by the clock of its workflow (article 12)."""

from __future__ import annotations

import pytest

from runtime.errors import Refused
from tests.hands import Hands


async def do(hands: Hands, act: str, officer: str = "regulator-1") -> str:
    answer = await hands.session.act(str(hands.stream), act, officer, hands.forms.of(act), None)
    assert answer.event.passed, answer.event.findings
    return answer.standing.stage


async def test_a_listing_ends_by_the_clock_and_the_insurer_can_be_listed_again(hands: Hands) -> None:
    form = hands.forms.of("nominate")
    opened = await hands.session.open("pilot_insurer:dalian:new", "nominate", "regulator-1", form, None)
    hands.case = hands.stream_of(opened)
    assert hands.stream.number == "insurer-c"
    assert await do(hands, "select") == "selected"
    assert await do(hands, "list") == "listed"
    await hands.pass_days(360)
    reminded = await hands.until(lambda file: file.sequence > 3)
    assert reminded.stage == "listed"
    await hands.pass_days(7)
    ended = await hands.reached("listing_ended")
    assert not ended.closed
    with pytest.raises(Refused, match="act_in_turn"):
        await do(hands, "suspend")
    assert await do(hands, "file_clause", "insurer-c-1") == "listing_ended"
    assert await do(hands, "list") == "listed"
    acts = await hands.acts()
    assert acts[:3] == ["nominate", "select", "list"]
    assert acts[-3:] == ["expire", "file_clause", "list"]
    assert set(acts[3:-3]) == {"remind"}
