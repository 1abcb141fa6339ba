"""`firstcover ledger`: a year's money from its first document to its closing, as officers enter it (article 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from rules.timetable import SHANGHAI
from service.session import Session
from tests.starters.terminal import Outcome, Terminal

ORDER = Session._order
NEW_YEAR = datetime(2031, 1, 1, tzinfo=SHANGHAI)


async def entered(terminal: Terminal, act: str, officer: str, *words: str, on: datetime | None = None) -> Outcome:
    """Enter an act, now or on another day: a command's clock is a session's."""
    moment = on or datetime.now(UTC)
    with patch.object(Session, "_order", lambda self, *order: ORDER(replace(self, clock=lambda: moment), *order)):
        return await terminal.run("ledger", act, "--year", "2030", *words, "--as", officer, "--json")


async def granted(terminal: Terminal) -> None:
    outcome = await entered(terminal, "appropriate", "finance-1", "--amount", "5000000.00", "--document", "大财指1号")
    assert outcome.status == 0, outcome.err


async def test_a_year_is_granted_taken_back_and_closed_from_the_command_line(terminal: Terminal) -> None:
    await granted(terminal)
    taken = await entered(terminal, "adjust", "finance-1", "--amount", "500000.00", "--document", "大财指2号")
    assert (taken.status, taken.json["ledger"], taken.json["stage"]) == (0, "2030", "open")
    early = await entered(terminal, "propose-closing", "finance-1")
    assert (early.status, "year_has_ended" in early.err) == (1, True)
    assert (await entered(terminal, "propose-closing", "finance-1", on=NEW_YEAR)).json["stage"] == "closing_proposed"
    back = await entered(terminal, "take-back-closing", "finance-1", "--reason", "等待指标文件", on=NEW_YEAR)
    assert back.json["stage"] == "open"
    assert (await entered(terminal, "propose-closing", "finance-1", on=NEW_YEAR)).status == 0
    alone = await entered(terminal, "close", "finance-1", on=NEW_YEAR)
    assert (alone.status, "15(3)" in alone.err) == (1, True)
    assert (await entered(terminal, "close", "finance-2", on=NEW_YEAR)).json["stage"] == "closed"
    told = (await terminal.run("ledger", "show", "--year", "2030", "--json")).json
    assert told["balanced"] is True
    assert [(entry["kind"], entry["amount"]) for entry in told["entries"]] == [
        ("appropriation", "5000000.00"),
        ("adjustment", "500000.00"),
        ("closing", "4500000.00"),
    ]
    assert told["accounts"]["available"] == "0.00"
    (listed,) = (await terminal.run("ledger", "list", "--stage", "closed", "--json")).lines
    assert (listed["ledger"], listed["stage"]) == ("2030", "closed")
    history = (await terminal.run("ledger", "history", "--year", "2030", "--json")).json
    assert [event["act"] for event in history["events"]] == [
        "appropriate",
        "adjust",
        "propose_closing",
        "propose_closing",
        "take_back_closing",
        "propose_closing",
        "close_year",
    ]
    assert (await terminal.run("audit", "verify")).status == 0


async def test_more_than_is_left_is_taken_back_by_nobody(terminal: Terminal) -> None:
    await granted(terminal)
    refused = await entered(terminal, "adjust", "finance-1", "--amount", "5000000.01", "--document", "大财指2号")
    assert refused.status == 1
    assert "adjusted_within_available (article 13)" in refused.err


@pytest.mark.parametrize("amount", ["0.00", "-1", "1e3", "1.001"])
async def test_what_is_no_amount_is_bad_input(terminal: Terminal, amount: str) -> None:
    refused = await entered(terminal, "adjust", "finance-1", f"--amount={amount}", "--document", "大财指2号")
    assert (refused.status, refused.err.startswith("bad input: amount")) == (2, True)
