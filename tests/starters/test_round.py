"""`firstcover round schedule` and `show`: by which Schedule quarters open themselves, and who has not filed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from rules.schemes.dalian_quarter import quarter_before
from tests.hands import Hands
from tests.starters.terminal import Terminal
from workflows.schedules import ROUNDS


@pytest.fixture
async def no_schedule_left(hands: Hands) -> AsyncIterator[None]:
    """The tests of a run share a Temporal server: what a command put there is taken away."""
    yield
    await hands.session.client.get_schedule_handle(ROUNDS).delete()


@pytest.mark.usefixtures("no_schedule_left")
async def test_the_schedule_is_put_in_place_and_told_with_the_quarters_it_opens_next(terminal: Terminal) -> None:
    told = (await terminal.run("round", "schedule", "--json")).json
    assert (told["schedule"], told["zone"], told["paused"], told["last"]) == (ROUNDS, "Asia/Shanghai", False, [])
    assert len({opening["quarter"] for opening in told["next"]}) == len(told["next"]) == 4
    for opening in told["next"]:
        at = datetime.fromisoformat(opening["at"])
        assert (at.day, at.hour, at.minute) == (1, 0, 30)
        assert opening["quarter"] == quarter_before(at.date())
    assert (await terminal.run("round", "schedule", "--json")).json == told
    told_to_people = await terminal.run("round", "schedule")
    assert "rounds:dalian: rounds open themselves (Asia/Shanghai)" in told_to_people.out
    assert told["next"][0]["quarter"] in told_to_people.out


async def test_a_round_tells_whose_returns_it_awaits(terminal: Terminal, hands: Hands) -> None:
    assert (await terminal.run("round", "open", hands.quarter, "--as", "regulator-1")).status == 0
    shown = await terminal.run("round", "show", hands.quarter, "--json")
    assert shown.json["facts"]["awaited"] == {"insurer-a": False, "insurer-b": False}
    told = await terminal.run("round", "show", hands.quarter)
    assert "Returns" in told.out
    assert "insurer-b" in told.out
