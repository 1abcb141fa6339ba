"""`firstcover notice`: listed, shown and printed from the record alone."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from db.pool import Pool
from tests.activities.desk import Desk, first
from tests.starters.terminal import Terminal
from tests.workshop import Workshop


@pytest.fixture
async def desk(pool: Pool) -> Desk:
    """Two cases: one accepted after a correction, the other refused by its district."""
    other = await Desk(pool, serial=2).play(1)
    await other.order("refuse", "ganjingzi-1", {"reason": "企业规模不符"})
    return await Desk(pool).play(first("case", "receive") + 1)


@pytest.fixture
def terminal(desk: Desk, database: str, folder: Path) -> Terminal:
    return Terminal(folder, {"FIRSTCOVER_DATABASE_URL": database})


def case_of(desk: Desk) -> str:
    return desk.case.split(":")[-1]


async def test_notices_are_listed_of_all_of_a_case_and_of_an_office(terminal: Terminal, desk: Desk) -> None:
    year = desk.forms.now.year
    refusal, correction = (f"甘井子中小新认〔{year}〕{n}号" for n in (1, 2))
    acceptance = f"大工信新认〔{year}〕1号"
    everything = (await terminal.run("notice", "list", "--json")).lines
    assert [one["number"] for one in everything] == [acceptance, refusal, correction]
    of_case = (await terminal.run("notice", "list", "--about", case_of(desk), "--json")).lines
    assert [(one["number"], one["kind"], one["sequence"]) for one in of_case] == [
        (acceptance, "acceptance", 5),
        (correction, "correction", 2),
    ]
    of_office = (await terminal.run("notice", "list", "--office", "bureau", "--json")).lines
    assert [(one["number"], one["addressed_to"]) for one in of_office] == [(acceptance, desk.forms.enterprise)]
    assert (await terminal.run("notice", "list", "--office", "finance", "--json")).out == ""
    assert acceptance in (await terminal.run("notice", "list", "--about", desk.case)).out


async def test_notices_are_listed_by_office_year_and_number(terminal: Terminal, desk: Desk, workshop: Workshop) -> None:
    await workshop.superuser.execute("update given_number set last = 8 where series like '甘井子%'")
    # What was opened first is told last, and a new year begins at one.
    opened = [await Desk(desk.pool, serial=serial, moment=desk.moment).play(1) for serial in (3, 4)]
    for one in reversed(opened):
        await one.order("return_for_correction", "ganjingzi-1")
    later = Desk(desk.pool, serial=5, moment=desk.moment + timedelta(days=400))
    await later.play(first("case", "return_for_correction") + 1)
    year, of_office = desk.forms.now.year, ("notice", "list", "--office", "ganjingzi", "--json")
    listed = [one["number"] for one in (await terminal.run(*of_office)).lines]
    assert listed[:4] == [f"甘井子中小新认〔{year}〕{n}号" for n in (1, 2, 9, 10)]
    assert listed[4:] == [f"甘井子中小新认〔{later.forms.now.year}〕1号"]


async def test_pages_of_a_long_list_follow_each_other(
    terminal: Terminal, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (await terminal.run("notice", "list", "--json")).out
    monkeypatch.setattr("starters.notice.PAGE", 1)
    assert (await terminal.run("notice", "list", "--json")).out == whole


async def test_a_case_shows_its_notices(terminal: Terminal, desk: Desk) -> None:
    shown = (await terminal.run("case", "show", case_of(desk), "--json")).json
    assert [sorted(one) for one in shown["notices"]] == [["issued_on", "kind", "number", "sequence"]] * 2
    assert [one["kind"] for one in shown["notices"]] == ["correction", "acceptance"]
    assert shown["notices"][0]["number"] in (await terminal.run("case", "show", case_of(desk))).out


async def test_a_notice_is_shown_as_data_and_as_a_letter_with_its_translation(terminal: Terminal, desk: Desk) -> None:
    number = f"甘井子中小新认〔{desk.forms.now.year}〕1号"
    data = (await terminal.run("notice", "show", number, "--json")).json
    assert (data["number"], data["kind"], data["reasons"]) == (number, "decision", ["企业规模不符"])
    assert [one["way"] for one in data["remedies"]] == ["reconsideration", "litigation"]
    both = (await terminal.run("notice", "show", number)).out
    assert both.index("不予确认决定书") < both.index("the Chinese text decides")
    terminal.environment["FIRSTCOVER_LANGUAGE"] = "zh"
    assert "the Chinese text decides" not in (await terminal.run("notice", "show", number)).out


async def test_a_notice_is_printed_with_its_number_its_items_and_its_last_day(terminal: Terminal, desk: Desk) -> None:
    (told,) = await desk.pool.fetch("select number, body from notice where kind = 'correction'")
    path = terminal.folder / "补正.pdf"
    assert (await terminal.run("notice", "pdf", told["number"], "--out", str(path))).status == 0
    read = PdfReader(io.BytesIO(path.read_bytes()))
    text = re.sub(r"\s", "", read.pages[0].extract_text())
    due = (await desk.file()).deadline("correction")
    assert due
    for said in (told["number"], *told["body"]["items"], f"{due.due_on.month}月{due.due_on.day}日"):
        assert re.sub(r"\s", "", said) in text
    assert len(read.pages) == 2


async def test_a_notice_that_was_never_issued_is_told_in_one_line(terminal: Terminal) -> None:
    for words in (
        ("show", "无〔2026〕1号"),
        ("pdf", "无〔2026〕1号", "--out", "x.pdf"),
        ("show", "x" * 201),
        ("show", "a\nb"),
    ):
        outcome = await terminal.run("notice", *words)
        assert (outcome.status, outcome.out) == (2, "")
        assert re.fullmatch(r"bad input: number: .*\n", outcome.err)


async def test_a_place_that_cannot_be_written_to_is_bad_input(terminal: Terminal, desk: Desk) -> None:
    number = await desk.pool.fetchval("select number from notice limit 1")
    outcome = await terminal.run("notice", "pdf", number, "--out", str(terminal.folder / "none" / "x.pdf"))
    assert (outcome.status, outcome.out) == (2, "")
    assert re.fullmatch(r"bad input: out: '.*x\.pdf' cannot be written: No such file or directory\n", outcome.err)
