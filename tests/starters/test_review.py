"""`firstcover round worksheet` and `review`: an office's opinions of many applications at once (articles 13, 15)."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest

from db.pool import Pool
from rules.schemes.dalian_opinions import COLUMNS
from tests.activities.desk import Desk, first
from tests.hands import Hands
from tests.starters.terminal import Outcome, Terminal

NAMES = [column.name for column in COLUMNS]
OFFICER = "bureau-1"
REASON = ("--reason", "材料齐全")
#: A case may still be being told that it was filed.
OF_ROUND = "select count(*) from event where stream like 'round:%'"


@pytest.fixture
async def numbers(pool: Pool, place: int) -> list[str]:
    """Three applications of one insurer."""
    until = first("ledger", "appropriate")
    return [(await Desk(pool, serial=place * 10 + serial).play(until)).application for serial in (1, 2, 3)]


@pytest.fixture
async def quarter(hands: Hands, numbers: list[str]) -> str:
    """A round whose filing has closed, with the three in it."""
    stream, session = f"round:dalian:{hands.quarter}", hands.writing.session
    await session.open(stream, "open", "regulator-1", {"quarter": hands.quarter}, None)
    await session.act(stream, "file_return", "insurer-a-1", hands.forms.quarterly_return(*numbers), None)
    await session.act(stream, "close_filing", "regulator-1", {}, None)
    return hands.quarter


async def review(terminal: Terminal, quarter: str, *words: str, officer: str = OFFICER) -> Outcome:
    return await terminal.run("round", "review", quarter, *words, "--as", officer, "--json")


async def worksheet(terminal: Terminal, quarter: str, name: str, officer: str = OFFICER) -> Path:
    out = terminal.folder / name
    made = await terminal.run("round", "worksheet", quarter, "--out", str(out), "--as", officer, "--json")
    assert made.status == 0, made.err
    return out


async def opinions(pool: Pool) -> list[tuple[str, str, bool, str]]:
    """Which application whose officer approves, and why."""
    rows = await pool.fetch("select application, officer, approves, reason from opinion order by application, officer")
    return [tuple(row) for row in rows]


def counted(outcome: Outcome) -> list[int]:
    """How many are approved, refused, were given before, and how many rows are blank and left out."""
    told = outcome.json
    names = ("approved", "refused", "given_before", "blank")
    return [*(told[name] for name in names), len(told["left_out"])]


# --- The worksheet --------------------------------------------------------------------------------------------------


def filled(path: Path, *verdicts: tuple[str, str]) -> Path:
    """Fill the rows of a worksheet in with an opinion and a reason each."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for line, said in enumerate(verdicts, 2):
            for name, value in zip(("approves", "reason"), said, strict=True):
                book["审核表"].cell(line, NAMES.index(name) + 1).value = value
        book.save(path)
    elif path.suffix == ".csv":
        titles, *rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig")))
        text = io.StringIO(newline="")
        csv.writer(text).writerows([titles, *([*row[:-2], *said] for row, said in zip(rows, verdicts, strict=True))])
        path.write_text(text.getvalue(), encoding="utf-8")
    else:
        rows = json.loads(path.read_text(encoding="utf-8"))
        for row, (approves, reason) in zip(rows, verdicts, strict=True):
            row |= {"approves": approves, "reason": reason}
        path.write_text(json.dumps(rows), encoding="utf-8")
    return path


async def test_a_worksheet_holds_what_awaits_the_office_with_what_it_should_know(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    await pool.execute("insert into insurer_bar values ('insurer-a', '2026-01-01', 'a test')")
    sheet = openpyxl.load_workbook(await worksheet(terminal, quarter, "审核 sheet.xlsx"))["审核表"]
    assert [cell.value for cell in sheet[1]] == [f"{column.zh}\n{column.name}" for column in COLUMNS]
    rows = [dict(zip(NAMES, (cell.value for cell in row), strict=True)) for row in list(sheet.iter_rows())[1:]]
    assert [row["application"] for row in rows] == numbers
    assert (rows[0]["insurer"], rows[0]["asked"], rows[0]["cap_left"]) == ("insurer-a", 600_000, 500_000)
    assert "2026-01-01" in rows[0]["known"]
    assert not any(row["approves"] for row in rows)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "json"])
async def test_a_worksheet_is_filled_in_and_handed_in_once(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str], suffix: str
) -> None:
    path = await worksheet(terminal, quarter, f"sheet.{suffix}")
    filled(path, ("同意", "材料齐全"), ("不同意", "发票不符"), ("", ""))
    told = await review(terminal, quarter, str(path))
    assert (told.status, told.err, counted(told)) == (0, "", [1, 1, 0, 1, 0])
    assert (told.json["approved_asked"], told.json["refused_asked"]) == ("600000.00", "600000.00")
    assert len(told.json["events"]) == 1
    given = [(numbers[0], OFFICER, True, "材料齐全"), (numbers[1], OFFICER, False, "发票不符")]
    assert await opinions(pool) == given
    again = await review(terminal, quarter, str(path))
    assert (again.status, counted(again), again.json["events"]) == (0, [0, 0, 2, 1, 0], [])
    assert await opinions(pool) == given
    left = await worksheet(terminal, quarter, "left.json")
    assert [row["application"] for row in json.loads(left.read_text(encoding="utf-8"))] == numbers[2:]


async def test_a_preview_stores_nothing(terminal: Terminal, pool: Pool, quarter: str) -> None:
    path = filled(await worksheet(terminal, quarter, "sheet.csv"), *[("同意", "材料齐全")] * 3)
    events = await pool.fetchval(OF_ROUND)
    for words in ((str(path),), ("--approve-all", *REASON)):
        told = await review(terminal, quarter, *words, "--preview")
        assert (told.status, counted(told), told.json["preview"]) == (0, [3, 0, 0, 0, 0], True)
        assert (told.json["approved_asked"], told.json["events"]) == ("1800000.00", [])
    shown = await terminal.run("round", "review", quarter, str(path), "--as", OFFICER, "--preview")
    assert "nothing is stored. 3 would be approved, asking 1800000.00 yuan" in shown.out
    assert await pool.fetchval(OF_ROUND) == events
    assert await opinions(pool) == []


async def test_opinions_are_given_in_as_many_acts_as_they_need(
    terminal: Terminal, pool: Pool, quarter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.review.MOST_AT_ONCE", 2)
    told = await review(terminal, quarter, "--approve-all", *REASON)
    assert (told.status, len(told.json["events"])) == (0, 2)
    monkeypatch.setattr("service.review.MOST_BYTES", 1)
    told = await review(terminal, quarter, "--approve-all", *REASON, officer="finance-1")
    assert len(told.json["events"]) == 3
    assert len(await opinions(pool)) == 6


# --- All at once, and by name ---------------------------------------------------------------------------------------


async def test_all_that_await_an_office_are_approved_with_a_reason_and_nothing_is_new_the_second_time(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    none = await review(terminal, quarter, "--approve-all", *REASON, "--insurer", "insurer-b")
    assert (none.status, counted(none)) == (0, [0] * 5)
    told = await review(terminal, quarter, "--approve-all", *REASON, "--insurer", "insurer-a")
    assert (told.status, counted(told)) == (0, [3, 0, 0, 0, 0])
    assert await opinions(pool) == [(number, OFFICER, True, "材料齐全") for number in numbers]
    again = await review(terminal, quarter, "--approve-all", *REASON)
    assert (again.status, counted(again), again.json["events"]) == (0, [0] * 5, [])


async def test_applications_are_approved_and_refused_by_name(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    one, other, _ = numbers
    assert (await review(terminal, quarter, "--approve", one, *REASON)).status == 0
    refused = await review(terminal, quarter, "--refuse", other, "--reason", "发票不符")
    assert counted(refused) == [0, 1, 0, 0, 0]
    assert await opinions(pool) == [(one, OFFICER, True, "材料齐全"), (other, OFFICER, False, "发票不符")]
    contrary = await review(terminal, quarter, "--refuse", one, "--reason", "发票不符")
    assert contrary.status == 1
    assert re.match(
        rf"refused: opinion_once \(article 13\): {one} approves: your office has said the contrary", contrary.err
    )


# --- What is left out -----------------------------------------------------------------------------------------------


async def test_rows_that_cannot_be_given_are_told_with_rule_and_article_and_the_others_are_given(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    rows = [
        {"application": numbers[0], "approves": "同意", "reason": "材料齐全"},
        {"application": numbers[1], "approves": "同意", "reason": "材料齐全", "asked": "499999.99"},
        {"application": numbers[2], "approves": "也许", "reason": "材料齐全"},
        {"application": "DL-2099-000001-1", "approves": "同意", "reason": "材料齐全"},
        {"application": numbers[0], "approves": "不同意", "reason": "材料齐全"},
    ]
    told = await review(terminal, quarter, terminal.file(rows))
    assert (told.status, counted(told)) == (1, [1, 0, 0, 0, 4])
    left_out = {(one["row"], one["field"], one["rule"], one["article"]) for one in told.json["left_out"]}
    assert left_out == {
        (2, "asked", "asked_unmoved", "13"),
        (3, "approves", "row_readable", "13"),
        (4, "application", "application_in_review", "13"),
        (5, "application", "row_once", "13"),
    }
    assert re.match(r"refused: row_readable \(article 13\): ", told.err)
    assert await opinions(pool) == [(numbers[0], OFFICER, True, "材料齐全")]
    shown = await terminal.run("round", "review", quarter, terminal.file(rows), "--as", OFFICER)
    assert (shown.status, "asked_unmoved" in shown.out) == (1, True)


async def test_who_prepared_an_application_does_not_review_it_and_a_colleague_does(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    form = {"application": numbers[0], "reason": "经查属实"}
    assert (await terminal.run("round", "act", quarter, "admit_held", "--as", "regulator-1", data=form)).status == 0
    barred = await review(terminal, quarter, "--approve", numbers[0], *REASON, officer="regulator-1")
    assert barred.status == 1
    assert barred.err.startswith("refused: preparer_does_not_review (article 15(3)): ")
    all_others = await review(terminal, quarter, "--approve-all", *REASON, officer="regulator-1")
    assert (all_others.status, counted(all_others)) == (0, [2, 0, 0, 0, 1])
    assert (await review(terminal, quarter, "--approve-all", *REASON, officer="regulator-2")).status == 0
    assert [officer for _, officer, _, _ in await opinions(pool)] == ["regulator-2", "regulator-1", "regulator-1"]


async def test_what_a_barred_insurer_filed_is_left_out_in_bulk_and_approved_by_name(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    await pool.execute("insert into insurer_bar values ('insurer-a', '2026-01-01', 'a test')")
    told = await review(terminal, quarter, "--approve-all", *REASON)
    assert (told.status, counted(told)) == (0, [0, 0, 0, 0, 3])
    assert {(one["rule"], one["article"]) for one in told.json["left_out"]} == {("insurer_not_barred", "15(2)")}
    assert await opinions(pool) == []
    assert (await review(terminal, quarter, "--approve", numbers[0], *REASON)).status == 0
    assert [number for number, *_ in await opinions(pool)] == numbers[:1]


# --- Who may, and when ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("officer", "grounds"),
    [("insurer-a-1", "right_office (article 13)"), ("ganjingzi-1", "right_office (article 13)"),
     ("nobody", "officer_known (article 15(3))")],
)  # fmt: skip
async def test_only_an_officer_of_the_three_offices_sees_and_says_anything(
    terminal: Terminal, pool: Pool, quarter: str, officer: str, grounds: str
) -> None:
    out = str(terminal.folder / "none.csv")
    for words in (("review", quarter, "--approve-all", *REASON), ("worksheet", quarter, "--out", out)):
        told = await terminal.run("round", *words, "--as", officer)
        assert (told.status, told.err.split(":")[:2]) == (1, ["refused", f" {grounds}"]), told
    assert await opinions(pool) == []


async def test_an_opinion_is_of_its_officers_own_office(
    terminal: Terminal, pool: Pool, quarter: str, numbers: list[str]
) -> None:
    for officer in ("finance-1", "regulator-1"):
        assert (await review(terminal, quarter, "--approve", numbers[0], *REASON, officer=officer)).status == 0
    rows = await pool.fetch("select office_kind, officer from opinion order by officer")
    assert [tuple(row) for row in rows] == [("finance", "finance-1"), ("regulator", "regulator-1")]


async def test_nothing_is_reviewed_before_filing_has_closed(terminal: Terminal, hands: Hands) -> None:
    assert (await terminal.run("round", "open", hands.quarter, "--as", "regulator-1")).status == 0
    early = await review(terminal, hands.quarter, "--approve-all", *REASON)
    assert (early.status, early.err.split(":")[1]) == (1, " act_in_turn (article 13)")


# --- Bad input ------------------------------------------------------------------------------------------------------

ONE_WAY = "opinions: must be given in one way"
BAD: dict[str, tuple[tuple[str, ...], str]] = {
    "no way": ((), ONE_WAY),
    "two ways": (("--approve-all", "--approve", "A", *REASON), ONE_WAY),
    "by name both ways": (("--approve", "A", "--refuse", "B", *REASON), ONE_WAY),
    "no reason": (("--approve-all",), "reason: "),
    "an empty reason": (("--refuse", "A", "--reason", " "), "reason: "),
    "an insurer by name": (("--approve", "A", "--insurer", "insurer-a", *REASON), "insurer: must only be given"),
    "an unknown insurer": (("--approve-all", "--insurer", "nobody", *REASON), "insurer: must be the code"),
    "no file": (("absent.xlsx",), "file: 'absent.xlsx' cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_wrong_order_names_its_field(terminal: Terminal, pool: Pool, quarter: str, case: str) -> None:
    words, says = BAD[case]
    told = await terminal.run("round", "review", quarter, *words, "--as", OFFICER)
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith(f"bad input: {says}"), told.err
    assert await opinions(pool) == []


async def test_a_table_without_rows_or_without_opinions_is_no_review(terminal: Terminal, quarter: str) -> None:
    empty = await review(terminal, quarter, terminal.file([]))
    assert (empty.status, empty.err.startswith("bad input: file: has no rows")) == (2, True)
    lacking = await review(terminal, quarter, terminal.file("申请编号\nA\n"))
    assert (lacking.status, lacking.err) == (2, "bad input: file: lacks columns: 审核意见\n")


async def test_a_worksheet_of_another_kind_or_of_no_round_is_refused(terminal: Terminal, quarter: str) -> None:
    words = ("--as", OFFICER, "--out")
    kind = await terminal.run("round", "worksheet", quarter, *words, str(terminal.folder / "sheet.pdf"))
    assert (kind.status, kind.err.startswith("bad input: out: must end in .xlsx, .csv or .json")) == (2, True)
    none = await terminal.run("round", "worksheet", "2099Q4", *words, str(terminal.folder / "sheet.csv"))
    assert (none.status, none.err) == (2, "bad input: round: there is no round '2099Q4'\n")
