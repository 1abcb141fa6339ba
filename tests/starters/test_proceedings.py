"""Every kind of proceeding on the command line: opened, acted in, shown, listed, by whoever may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.hands import Hands
from tests.starters.terminal import Outcome, Terminal, nowhere


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Let lists be asked for at another moment."""
    with patch("starters.proceeding.now", lambda: moment):
        yield


async def ran(terminal: Terminal, *words: str, data: Any = None) -> Outcome:
    """Run a command; DATA stands for a file with what is handed in."""
    return await terminal.run(*(terminal.file(data) if word == "DATA" else word for word in words))


async def done(terminal: Terminal, *words: str, data: Any = None) -> Any:
    """Run a command that is done, and return its JSON."""
    outcome = await ran(terminal, *words, "--json", data=data)
    assert (outcome.status, outcome.err) == (0, ""), outcome
    return outcome.json


async def refused(terminal: Terminal, *words: str, data: Any = None) -> Outcome:
    outcome = await ran(terminal, *words, data=data)
    assert outcome.status in (1, 2)
    assert outcome.err.count("\n") == 1
    return outcome


async def test_a_further_batch_and_its_policy_are_told_with_their_case(terminal: Terminal, hands: Hands) -> None:
    await hands.bring_to("apply")
    case, enterprise = hands.stream.number, hands.forms.enterprise
    await hands.beside(hands.stream._replace(kind="policy", number=f"{case}-1")).reached("in_force")
    opened = await done(terminal, "batch", "open", "DATA", "--as", enterprise, data=hands.forms.further_delivery(case))
    assert (opened["batch"], opened["stage"]) == (f"{case}-2", "recognised")
    shown = await done(terminal, "case", "show", case)
    assert shown["related"] == [
        {"kind": "batch", "number": f"{case}-2", "stage": "recognised", "closed": False},
        {"kind": "policy", "number": f"{case}-1", "stage": "in_force", "closed": False},
    ]
    listed = await done(terminal, "policy", "list", "--about", str(hands.stream))
    assert (listed["policy"], listed["about"]) == (f"{case}-1", str(hands.stream))
    words = ("insurer", "policy-endorse", f"{case}-1", "--as", "insurer-a-1", "--data", "DATA")
    endorsed = await done(terminal, *words, data=hands.forms.endorsement())
    assert endorsed["money"]["subsidy_asked"] == "500000.00"
    told = await terminal.run("policy", "show", f"{case}-1")
    assert "cover_ends" in told.out
    another = (*words[:3], "--as", "insurer-b-1", "--data", "DATA")
    outcome = await refused(terminal, *another, data=hands.forms.endorsement())
    assert "own_contract" in outcome.err


async def test_a_loss_claim_is_opened_on_a_policy_by_its_insurer(terminal: Terminal, hands: Hands) -> None:
    await hands.bring_to("insure")
    policy = hands.beside(hands.stream._replace(kind="policy", number=f"{hands.stream.number}-1"))
    await policy.reached("in_force")
    form = {**hands.forms.of("report"), "policy": str(policy.stream)}
    opened = await done(terminal, "loss-claim", "open", "DATA", "--as", "insurer-a-1", data=form)
    assert opened["stage"] == "reported"
    outcome = await refused(terminal, "loss-claim", "open", "DATA", "--as", "insurer-b-1", data=form)
    assert "article" in outcome.err


async def test_an_officer_is_proposed_by_one_appointed_by_another_and_acts(terminal: Terminal, hands: Hands) -> None:
    await hands.submit()
    form = {"code": "ganjingzi-3", "name": "周敏", "office": "ganjingzi", "since": f"{hands.today}"}
    proposed = await refused(terminal, "office", "propose", "DATA", "--as", "finance-1", data=form)
    assert "enters_own_people" in proposed.err
    await done(terminal, "office", "propose", "DATA", "--as", "bureau-1", data=form)
    alone = await refused(terminal, "office", "appoint", "ganjingzi-3", "--as", "bureau-1")
    assert "preparer_does_not_approve" in alone.err
    await done(terminal, "office", "appoint", "ganjingzi-3", "--as", "bureau-2")
    words = ("district", "confirm", hands.stream.number, "--as", "ganjingzi-3", "--data", "DATA")
    assert (await done(terminal, *words, data=hands.forms.opinion()))["stage"] == "confirmed"
    wrong = await refused(terminal, "office", "leave", "DATA", "--as", "bureau-1", data={"code": "ganjingzi-3"})
    assert "last_day" in wrong.err


async def test_an_office_its_letterhead_and_an_account_are_proposed_by_one_and_entered_by_another(
    terminal: Terminal, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = hands.forms.of("propose_office") | {"office_code": "assessor-n"}
    letterhead = hands.forms.of("propose_letterhead") | {"office": "assessor-n"}
    account = hands.forms.of("propose_account")
    await done(terminal, "office", "propose-office", "DATA", "--as", "bureau-1", data=office)
    assert "preparer" in (await refused(terminal, "office", "establish", "assessor-n", "--as", "bureau-1")).err
    await done(terminal, "office", "establish", "assessor-n", "--as", "bureau-2")
    await done(terminal, "office", "propose-letterhead", "DATA", "--as", "bureau-1", data=letterhead)
    await done(terminal, "office", "enter-letterhead", "assessor-n", "--as", "bureau-2")
    await done(terminal, "office", "propose-account", "DATA", "--as", "finance-1", data=account)
    for typed, status in (("62220000", 2), (account["account"], 0)):
        monkeypatch.setattr("sys.stdin", StringIO(f"{typed}\n"))
        told = await terminal.run("office", "enter-account", "insurer-a", "--as", "finance-2")
        assert told.status == status, told.err
    entered = {one["code"]: one for one in (await terminal.run("office", "directory", "--json")).lines}
    assert entered["assessor-n"]["word"] == letterhead["word"]
    assert entered["insurer-a"]["bank_name"] == account["bank_name"]
    assert account["account"] not in str(entered)


async def test_a_districts_list_holds_the_cases_of_a_district_it_absorbed(terminal: Terminal, hands: Hands) -> None:
    await hands.submit()
    form = {"district": "ganjingzi", "into": "jinpu", "last_day": f"{hands.today}", "document": "大编办1号"}
    await done(terminal, "office", "absorb", "DATA", "--as", "bureau-1", data=form)
    words = ("case", "list", "--district", "jinpu", "--json")
    assert (await terminal.run(*words)).lines == []
    with freeze(hands.clock() + timedelta(days=1)):
        assert [one["case"] for one in (await terminal.run(*words)).lines] == [hands.stream.number]


async def test_the_schema_tells_every_kind_of_proceeding(folder: Path) -> None:
    outcome = await Terminal(folder, nowhere()).run("case", "schema", "--json")
    kinds = {"batch", "policy", "loss_claim", "pilot_insurer", "complaint", "recovery", "round", "ledger", "offices"}
    assert kinds <= set(outcome.json)
    assert all(outcome.json[kind]["acts"] and outcome.json[kind]["stages"] for kind in kinds)


@pytest.mark.parametrize("kind", ["batch", "policy", "loss-claim", "pilot-insurer", "complaint", "recovery"])
async def test_a_number_that_nothing_has_is_told_in_one_line(terminal: Terminal, kind: str) -> None:
    outcome = await refused(terminal, kind, "show", "XX-2026-000001")
    assert "there is no" in outcome.err


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("case", "list", "--stage", "nowhere"), "stage"),
        (("policy", "list", "--stage", "district_review"), "stage"),
        (("policy", "list", "--about", "case:dalian:DL-2099-000001"), "about"),
        (("round", "list", "--stage", "nowhere"), "stage"),
        (("office", "list", "--kind", "embassy"), "kind"),
        (("notice", "list", "--office", "nobody"), "office"),
        (("notice", "list", "--about", "DL-2099-000001"), "about"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
async def test_a_list_of_what_there_is_not_is_bad_input_that_names_the_field(
    terminal: Terminal, words: tuple[str, ...], field: str
) -> None:
    told = await terminal.run(*words)
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith(f"bad input: {field}: "), told.err


async def test_rounds_are_listed_as_every_kind_is(terminal: Terminal, hands: Hands) -> None:
    assert (await terminal.run("round", "list", "--json")).lines == []
    listed = await terminal.run("round", "list", "--stage", "filing")
    assert listed.status == 0


async def test_persons_are_masked_at_the_terminal_but_in_the_json_that_programs_were_promised(
    terminal: Terminal, hands: Hands
) -> None:
    await hands.submit()
    case, name = hands.stream.number, hands.forms.contact
    people, officers = await terminal.run("case", "show", case), await terminal.run("office", "list", "--json")
    for told in (people.out, officers.out):
        assert (name in told, f"{name[0]}＊＊" in told) == (False, True)
    program = (await terminal.run("case", "show", case, "--json")).json
    assert (program["facts"]["submission"]["enterprise"]["contact"], program["masked"]) == (name, False)


async def test_persons_are_shown_at_the_terminal_once_for_a_reason_that_is_kept(
    terminal: Terminal, hands: Hands
) -> None:
    await hands.submit()
    asked = ("case", "show", hands.stream.number, "--persons", "约定现场核查时间")
    nobody = await terminal.run(*asked)
    assert (nobody.status, "as must name who looks" in nobody.err.replace(":", "")) == (2, True), nobody.err
    stranger = await terminal.run(*asked, "--as", "finance-1")
    assert (stranger.status, hands.forms.contact in stranger.out) == (1, False)
    shown = await terminal.run(*asked, "--as", "ganjingzi-1")
    assert (shown.status, hands.forms.contact in shown.out) == (0, True), shown.err
    rows = await hands.session.pool.fetch("select officer, reason from unmasking")
    assert [tuple(row) for row in rows] == [("ganjingzi-1", "约定现场核查时间")]


async def test_what_is_told_of_a_complaint_masks_who_complains(terminal: Terminal, hands: Hands) -> None:
    form = hands.forms.complaint()
    opened = await done(terminal, "complaint", "open", "DATA", "--as", "regulator-1", data=form)
    number = opened["complaint"]
    shown = (await terminal.run("complaint", "show", number, "--as", "regulator-1", "--json")).json
    assert shown["masked"], shown["facts"]
