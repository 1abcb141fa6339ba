"""`firstcover insurer return`: a quarter's return as a file, filled, checked, filed and printed (article 13)."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from pypdf import PdfReader

from db.pool import Pool
from rules.schemes.dalian_return import COLUMNS
from service import return_files, tables
from service.sample_forms import digest
from starters.tables import bytes_of
from tests.activities.desk import Desk, first
from tests.hands import Hands
from tests.starters.terminal import Outcome, Terminal

INSURER = "insurer-a-1"
APPLIED = first("ledger", "appropriate")
OF_ROUND = "select count(*) from event where stream like 'round:%'"
NAMES = [column.name for column in COLUMNS]


@pytest.fixture
async def desks(pool: Pool, place: int) -> list[Desk]:
    """Three applications of one insurer that can be filed."""
    return [await Desk(pool, serial=place * 10 + serial).play(APPLIED) for serial in (1, 2, 3)]


@pytest.fixture
async def quarter(hands: Hands) -> str:
    """A round that is open for filing."""
    stream, form = f"round:dalian:{hands.quarter}", {"quarter": hands.quarter}
    await hands.writing.session.open(stream, "open", "regulator-1", form, None)
    return hands.quarter


@pytest.fixture
async def template(terminal: Terminal, desks: list[Desk], quarter: str) -> Path:
    out = terminal.folder / "汇总 return.xlsx"
    made = await terminal.run("insurer", "return", "template", quarter, "--as", INSURER, "--out", str(out), "--json")
    assert made.json == {"round": quarter, "rows": 3, "out": str(out)}
    return out


def changed(template: Path, change: Callable[[Any], None], name: str = "changed.xlsx") -> Path:
    """A copy of the template that its officer worked on."""
    book = openpyxl.load_workbook(template)
    change(book["汇总表"])
    book.save(path := template.with_name(name))
    return path


def place_of(sheet: Any, line: int, field: str) -> Any:
    return sheet.cell(line, NAMES.index(field) + 1)


async def give(terminal: Terminal, act: str, quarter: str, file: Path, *more: str, officer: str = INSURER) -> Outcome:
    return await terminal.run("insurer", "return", act, quarter, str(file), "--as", officer, "--json", *more)


async def states(pool: Pool) -> list[str]:
    return [row["state"] for row in await pool.fetch("select state from subsidy_application order by number")]


def said(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = outcome.json
    return told


# --- The template ---------------------------------------------------------------------------------------------------


async def test_the_template_holds_text_as_text_amounts_as_numbers_and_days_as_days(
    template: Path, desks: list[Desk]
) -> None:
    sheet = openpyxl.load_workbook(template)["汇总表"]
    assert [cell.value for cell in sheet[1]] == [f"{column.zh}\n{column.name}" for column in COLUMNS]
    row = dict(zip(NAMES, sheet[2], strict=True))
    assert row["application"].value == desks[0].application
    assert (row["uscc"].value, row["uscc"].data_type) == (desks[0].forms.enterprise, "s")
    assert (row["sum_insured"].value, row["sum_insured"].number_format) == (60000000, "#,##0.00")
    assert row["premium_rate"].value == 0.03
    assert row["start_on"].is_date
    assert row["concluded_at"].is_date


async def test_the_template_goes_back_as_it_is_and_everything_is_filed_once(
    terminal: Terminal, pool: Pool, template: Path, quarter: str
) -> None:
    report = terminal.folder / "report.xlsx"
    told = await give(terminal, "file", quarter, template, "--report", str(report))
    assert (told.status, told.err) == (0, "")
    assert [said(told)[name] for name in ("rows", "filed", "already_filed", "returned")] == [3, 3, 0, 0]
    assert openpyxl.load_workbook(report).active.max_row == 1  # type: ignore[union-attr]
    assert await states(pool) == ["filed"] * 3
    again = await give(terminal, "file", quarter, template)
    assert (again.status, said(again)["events"]) == (0, [])
    assert [said(again)[name] for name in ("filed", "already_filed", "returned")] == [0, 3, 0]
    assert await pool.fetchval("select count(*) from event where act = 'file_return'") == 1
    assert await pool.fetchval("select count(*) from outbox where command ->> 'act' = 'file'") == 3


async def test_a_return_is_filed_in_as_many_acts_as_it_needs_each_answered_as_the_first_time(
    terminal: Terminal, pool: Pool, template: Path, quarter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.returns.MOST_AT_ONCE", 2)
    assert said(await give(terminal, "file", quarter, template))["filed"] == 3
    acts = "select body::jsonb -> 'data' -> 'applications' as filed, command_id from event where act = 'file_return'"
    rows = await pool.fetch(f"{acts} order by sequence")
    assert [len(row["filed"]) for row in rows] == [2, 1]
    assert len({row["command_id"] for row in rows}) == 2
    # As if the file had been sent twice at once: the record has not yet said that it holds the rows.
    await pool.execute("update subsidy_application set state = 'applied', round = null")
    assert said(await give(terminal, "file", quarter, template))["filed"] == 3
    assert len(await pool.fetch(acts)) == 2


# --- Row by row -----------------------------------------------------------------------------------------------------


async def test_right_rows_are_kept_and_wrong_ones_come_back_in_one_report_and_can_be_filed_again(
    terminal: Terminal, pool: Pool, template: Path, quarter: str, desks: list[Desk]
) -> None:
    def slip(sheet: Any) -> None:
        place_of(sheet, 3, "uscc").value = "=cmd|' /c calc'!A1".removeprefix("=")
        place_of(sheet, 3, "premium").value = 1.01

    report = terminal.folder / "退回 report.xlsx"
    told = await give(terminal, "file", quarter, changed(template, slip), "--report", str(report))
    assert told.status == 1
    assert re.fullmatch(
        r"refused: row_as_recorded \(article 8\): 1 of 3 rows are returned, see .*report\.xlsx\n", told.err
    )
    assert [said(told)[name] for name in ("filed", "returned")] == [2, 1]
    sheet = openpyxl.load_workbook(report).active
    assert sheet
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0] == ["行", "申请编号", "栏目", "所填", "登记", "规则", "条款"]
    number, uscc = desks[1].application, desks[1].forms.enterprise
    assert lines[1:] == [
        [3, number, "统一社会信用代码 uscc", "cmd|' /c calc'!A1", uscc, "与登记一致 row_as_recorded", "8"],
        [3, number, "保费 premium", "1.01", "1800000.00", "与登记一致 row_as_recorded", "3"],
    ]
    assert await states(pool) == ["filed", "applied", "filed"]
    again = await give(terminal, "file", quarter, template)
    assert (again.status, said(again)["filed"], said(again)["already_filed"]) == (0, 1, 2)
    assert await states(pool) == ["filed"] * 3


async def test_a_check_files_nothing(terminal: Terminal, pool: Pool, template: Path, quarter: str) -> None:
    events = await pool.fetchval(OF_ROUND)
    told = await give(terminal, "check", quarter, template)
    assert (told.status, said(told)["right"], said(told)["filed"]) == (0, 3, 0)
    assert await pool.fetchval(OF_ROUND) == events
    shown = await terminal.run("insurer", "return", "check", quarter, str(template), "--as", INSURER)
    assert f"{quarter}, insurer-a: of 3 rows 3 are right and 0 were filed now" in shown.out


async def test_another_insurers_rows_are_not_shown_and_not_filed(
    terminal: Terminal, template: Path, quarter: str
) -> None:
    told = await give(terminal, "check", quarter, template, officer="insurer-b-1")
    assert told.status == 1
    assert {(fault["rule"], fault["recorded"]) for fault in said(told)["faults"]} == {("own_application", "")}
    out = str(terminal.folder / "none.xlsx")
    other = await terminal.run("insurer", "return", "template", quarter, "--as", "insurer-b-1", "--out", out, "--json")
    assert other.json["rows"] == 0


@pytest.mark.parametrize("officer", ["regulator-1", "nobody"])
async def test_a_return_is_the_insurers_own(terminal: Terminal, template: Path, quarter: str, officer: str) -> None:
    told = await give(terminal, "file", quarter, template, officer=officer)
    assert told.status == 1
    assert re.match(r"refused: (right_office \(article 13\)|officer_known \(article 15\(3\)\))", told.err)


async def test_a_barred_insurer_files_nothing(terminal: Terminal, pool: Pool, template: Path, quarter: str) -> None:
    await pool.execute("insert into insurer_bar values ('insurer-a', '2026-01-01', 'a test')")
    told = await give(terminal, "file", quarter, template)
    assert told.status == 1
    assert told.err.startswith("refused: insurer_not_barred (article 15(2)): ")
    assert await states(pool) == ["applied"] * 3


async def test_a_closed_filing_takes_no_more_but_still_answers_for_what_it_took(
    terminal: Terminal, desks: list[Desk], template: Path, quarter: str
) -> None:
    one = changed(template, lambda sheet: sheet.delete_rows(3, 2))
    assert said(await give(terminal, "file", quarter, one))["filed"] == 1
    assert (await terminal.run("round", "act", quarter, "close_filing", "--as", "regulator-1")).status == 0
    assert said(await give(terminal, "file", quarter, one))["already_filed"] == 1
    late = await give(terminal, "file", quarter, template)
    assert (late.status, late.err.split(":")[1]) == (1, " act_in_turn (article 13)")


async def test_a_round_that_is_not_there_is_told(terminal: Terminal, template: Path) -> None:
    told = await give(terminal, "file", "2099Q4", template)
    assert (told.status, told.err) == (2, "bad input: round: there is no round '2099Q4'\n")
    assert (await give(terminal, "check", "2099Q5", template)).status == 2


# --- A nil return ---------------------------------------------------------------------------------------------------

TITLES = ",".join(NAMES)


@pytest.mark.parametrize("spelling", ["xlsx", "csv", "json"])
async def test_a_table_without_rows_is_a_nil_return(
    terminal: Terminal, pool: Pool, template: Path, quarter: str, spelling: str
) -> None:
    path = terminal.folder / f"nil.{spelling}"
    if spelling == "xlsx":
        path = changed(template, lambda sheet: sheet.delete_rows(2, 3), path.name)
    else:
        path.write_text({"csv": TITLES, "json": "[]"}[spelling], encoding="utf-8")
    checked = await give(terminal, "check", quarter, path, officer="insurer-b-1")
    assert (checked.status, said(checked)["rows"], said(checked)["events"]) == (0, 0, [])
    paper = str(terminal.folder / "nil.pdf")
    printed = await terminal.run(
        "insurer", "return", "print", quarter, str(path), "--as", "insurer-b-1", "--out", paper
    )
    assert printed.status == 0, printed.err
    assert "现作零申报" in re.sub(r"\s", "", PdfReader(paper).pages[0].extract_text())
    filed = await give(terminal, "file", quarter, path, officer="insurer-b-1")
    assert (filed.status, said(filed)["filed"], len(said(filed)["events"])) == (0, 0, 1)
    # The same paper again is answered as the first time.
    assert said(await give(terminal, "file", quarter, path, officer="insurer-b-1")) == said(filed)
    shown = (await terminal.run("round", "show", quarter, "--json")).json
    assert shown["facts"]["awaited"] == {"insurer-a": False, "insurer-b": True}
    told = await terminal.run("insurer", "return", "file", quarter, str(path), "--as", "insurer-b-1")
    assert "nil_return" in told.out
    assert await states(pool) == ["applied"] * 3


async def test_a_nil_return_by_hand_is_the_same_act_and_applications_may_follow_it(
    terminal: Terminal, pool: Pool, template: Path, quarter: str
) -> None:
    form = {"applications": [], "summary_sha256": digest("汇总表"), "cover_letter_sha256": digest("报送函")}
    nil = await terminal.run("round", "act", quarter, "file_return", "--as", INSURER, "--json", data=form)
    assert nil.json["findings"][-1]["rule"] == "nil_return"
    assert "3 of its applications could be filed" in nil.json["findings"][-1]["reason"]
    assert said(await give(terminal, "file", quarter, template))["filed"] == 3
    assert await states(pool) == ["filed"] * 3
    empty = terminal.folder / "empty.csv"
    empty.write_text(TITLES, encoding="utf-8")
    again = await give(terminal, "file", quarter, empty)
    assert (again.status, again.err.startswith("bad input: applications: must not be empty: 3 were filed")) == (2, True)


# --- Contract copies and sealed papers ------------------------------------------------------------------------------


async def test_a_sealed_copy_is_known_by_its_hash_whatever_it_is_called(
    terminal: Terminal, pool: Pool, template: Path, quarter: str
) -> None:
    folder = terminal.folder / "合同 copies"
    folder.mkdir()
    (folder / "other.pdf").write_bytes(b"another paper")
    without = await give(terminal, "file", quarter, template, "--contracts", str(folder))
    assert without.status == 1
    assert {(one["field"], one["rule"], one["article"]) for one in said(without)["faults"]} == {
        ("contract_sha256", "contract_copy_handed_in", "13")
    }
    assert said(without)["unmatched_copies"] == ["other.pdf"]
    (folder / "随便.pdf").write_bytes("保险合同".encode())
    assert said(await give(terminal, "file", quarter, template, "--contracts", str(folder)))["filed"] == 3
    absent = await give(terminal, "check", quarter, template, "--contracts", str(folder / "absent"))
    assert (absent.status, absent.err.startswith("bad input: contracts: ")) == (2, True)


async def test_the_scans_of_the_sealed_papers_are_filed_by_their_hashes(
    terminal: Terminal, pool: Pool, template: Path, quarter: str
) -> None:
    scans = {"--summary": "汇总表", "--cover-letter": "报送函"}
    words = []
    for option, text in scans.items():
        path = terminal.folder / f"{text}.pdf"
        path.write_bytes(text.encode())
        words += [option, str(path)]
    assert (await give(terminal, "file", quarter, template, *words)).status == 0
    data = await pool.fetchval("select body::jsonb -> 'data' from event where act = 'file_return'")
    assert [data["summary_sha256"], data["cover_letter_sha256"]] == [digest(text) for text in scans.values()]


async def test_without_scans_the_file_itself_and_its_letter_stand_for_them(
    terminal: Terminal, pool: Pool, template: Path, quarter: str
) -> None:
    told = said(await give(terminal, "file", quarter, template))
    data = await pool.fetchval("select body::jsonb -> 'data' from event where act = 'file_return'")
    assert (
        data["summary_sha256"]
        == told["file_sha256"]
        == return_files.read_return(bytes_of(str(template)), template.name)[0]
    )
    assert re.fullmatch("[0-9a-f]{64}", data["cover_letter_sha256"])


async def test_summary_and_letter_are_printed_with_every_right_row_and_the_totals(
    terminal: Terminal, template: Path, quarter: str, desks: list[Desk]
) -> None:
    def slip(sheet: Any) -> None:
        place_of(sheet, 4, "model").value = "#strong[x]"

    words = ("insurer", "return", "print", quarter)
    paths = [terminal.folder / name for name in ("one.pdf", "two.pdf", "part.pdf")]
    for path, file in zip(paths, (template, template, changed(template, slip)), strict=True):
        told = await terminal.run(*words, str(file), "--as", INSURER, "--out", str(path))
        assert told.status == (path.name == "part.pdf")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    text, part = (
        re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(path).pages)) for path in paths[1:]
    )
    for desk in desks:
        assert desk.application in text
        assert desk.forms.enterprise in text
    for one in ("第十三条", "3件", "180,000,000.00元", "5,400,000.00", "1,800,000.00", "演示版本", "（盖章）"):
        assert one in text, one
    assert desks[2].application not in part
    assert "2件" in part


# --- Other spellings of the file ------------------------------------------------------------------------------------


def values_of(template: Path) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(template)["汇总表"]
    rows = list(sheet.iter_rows(values_only=True))[1:]
    return [dict(zip(NAMES, row, strict=True)) for row in rows]


def as_csv(template: Path) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.zh for column in COLUMNS])
    for row in values_of(template):
        shown = {
            **row,
            "premium_rate": "3.00%",
            "sum_insured": f"{row['sum_insured']:,.2f}",
            "concluded_at": f"{row['concluded_at']:%Y/%m/%d %H:%M}",
        }
        shown |= {name: f"{row[name]:%Y/%m/%d}" for name in ("start_on", "delivered_on")}
        shown |= {name: f"{row[name]:%Y-%m-%d}" for name in ("end_on", "published_on", "valid_until")}
        writer.writerow([shown[name] for name in NAMES])
    return text.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_what_a_chinese_spreadsheet_saves_as_csv_is_filed(
    terminal: Terminal, template: Path, quarter: str, encoding: str
) -> None:
    path = terminal.folder / "return.csv"
    path.write_bytes(as_csv(template).encode(encoding))
    told = await give(terminal, "file", quarter, path)
    assert (told.status, said(told)["filed"]) == (0, 3), told


async def test_json_is_filed(terminal: Terminal, template: Path, quarter: str) -> None:
    rows = [
        {**row, **{name: str(row[name])[:10] for name in NAMES if name.endswith(("_on", "_until"))},
         "concluded_at": str(row["concluded_at"])}
        for row in values_of(template)
    ]  # fmt: skip
    path = terminal.folder / "return.json"
    path.write_text(json.dumps({"rows": rows}), encoding="utf-8")
    assert said(await give(terminal, "file", quarter, path))["filed"] == 3


# --- Hostile files --------------------------------------------------------------------------------------------------


def columns_swapped(sheet: Any) -> None:
    for line in range(1, 5):
        first_, second = sheet.cell(line, 2).value, sheet.cell(line, 8).value
        sheet.cell(line, 2).value, sheet.cell(line, 8).value = second, first_


async def test_columns_in_another_order_and_empty_rows_at_the_end_are_no_fault(
    terminal: Terminal, template: Path, quarter: str
) -> None:
    def work(sheet: Any) -> None:
        columns_swapped(sheet)
        sheet.cell(900, 1).value = " "

    assert said(await give(terminal, "check", quarter, changed(template, work)))["right"] == 3


def put(place: str, value: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[place].value = value

    return change


def renamed(sheet: Any) -> None:
    sheet.title = "Sheet1"


CHANGES: dict[str, tuple[Callable[[Any], None], str]] = {
    "a formula": (put("O2", "=30000000*2"), r"must hold values and no formulas \(row 2: =30000000\*2\)"),
    "merged cells": (lambda sheet: sheet.merge_cells("A3:A4"), "must have no merged cells in the sheet 汇总表"),
    "a missing column": (lambda sheet: sheet.delete_cols(2), "lacks columns: 企业名称"),
    "a doubled column": (put("B1", "产品型号"), "lacks columns: 企业名称"),
    "a column twice": (put("U1", "uscc"), "has twice columns: 统一社会信用代码"),
    "an unknown column": (put("U1", "备注"), "has unknown columns: 备注"),
    "a column without a title": (put("U2", "x"), r"has more cells than columns \(row 2\)"),
    "no titles": (lambda sheet: sheet.delete_rows(1), "must begin with the template's row of titles"),
    "an empty row": (lambda sheet: sheet.insert_rows(3), r"must have no empty row between others \(row 3\)"),
    "a row far below": (put("A200000", "x"), r"must have no empty row between others \(row 5\)"),
    "another sheet": (renamed, r"must have a sheet called 汇总表 \(it has: Sheet1\)"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
async def test_a_workbook_of_another_form_is_refused_in_one_line_and_nothing_is_stored(
    terminal: Terminal, pool: Pool, template: Path, quarter: str, case: str
) -> None:
    change, says = CHANGES[case]
    events = await pool.fetchval(OF_ROUND)
    told = await give(terminal, "file", quarter, changed(template, change))
    assert (told.status, told.out) == (2, "")
    assert re.fullmatch(rf"bad input: file: {says}.*\n", told.err)
    assert await pool.fetchval(OF_ROUND) == events


def zipped(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), body)
    return made.getvalue()


def workbook(**changes: bytes) -> bytes:
    """A workbook of one sheet, some of whose parts say something else."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.add_worksheet("汇总表").write_row(0, 0, [column.zh for column in COLUMNS])
    book.close()
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, changes.get(Path(name).stem, body))
    return again.getvalue()


MB = 1024 * 1024
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "xxxxxxxxxx">%s]><sst xmlns=
"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&i;</t></si></sst>""" % b"".join(
    b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghi"
)
#: A name, what is in it, or how that is made where it is much, and what is said of it.
FILES: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "no workbook": ("x.xlsx", b"hello", "is not an Excel workbook"),
    "a cut workbook": ("x.xlsx", lambda: workbook()[:2000], "is not an Excel workbook"),
    "another archive": ("x.xlsx", zipped(a_xml=b"<a/>"), "is not an Excel workbook"),
    "an old workbook": ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"must be an \.xlsx workbook without a password"),
    "a bomb": ("x.xlsx", lambda: workbook(sheet1=b" " * (401 * MB)), r"must not unfold to so much \(xl/worksheets/"),
    "a bomb of texts": ("x.xlsx", lambda: workbook(sharedStrings=b" " * (101 * MB)), "must not unfold to so much"),
    "many parts": ("x.xlsx", zipped(**{f"p{n}": b"" for n in range(300)}), "must not have more than 200 parts"),
    "a bomb of entities": ("x.xlsx", lambda: workbook(sharedStrings=ENTITIES), "is a workbook that cannot be read"),
    "a broken sheet": ("x.xlsx", lambda: workbook(sheet1=b"<worksheet"), "is a workbook that cannot be read"),
    "a row without end": ("x.xlsx", lambda: workbook(sheet1=b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
        b'2006/main"><sheetData><row r="999999999"/></sheetData></worksheet>'), "must "),
    "an empty file": ("x.csv", b"", "has no rows"),
    "other titles": ("x.csv", "编号,名称\n1,2\n".encode(), "must begin with the template's row of titles"),
    "no text": ("x.csv", b"\x00\xff\xfe\x81", "must be text"),
    "an open quote": ("x.csv", b'"a,b\n', "must be CSV"),
    "cut JSON": ("x.json", b'[{"application": ', "is not JSON"),
    "deep JSON": ("x.json", b"[" * 200_000, "is not JSON|must be a list"),
    "JSON of something else": ("x.json", b'{"a": 1}', "must be a list of rows"),
    "JSON rows that are none": ("x.json", b"[1]", r"must be a list of rows, each an object of plain values \(row 1\)"),
    "JSON with nests": ("x.json", b'[{"application": []}]', "must be a list of rows, each an object of plain values"),
    "JSON with other fields": ("x.json", b'[{"number": "1"}]', r"has unknown or missing fields \(row 1\)"),
    "JSON with a field twice": ("x.json", b'[{"a": 1, "a": 2}]', "gives a field twice"),
    "JSON with digits without end": ("x.json", b'[{"a": ' + b"9" * 10_000 + b"}]", "is not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
async def test_a_file_that_is_no_return_is_refused_in_one_line_before_anything_is_asked(
    folder: Path, case: str
) -> None:
    name, body, says = FILES[case]
    path = folder / name
    path.write_bytes(body() if callable(body) else body)
    told = await Terminal(folder).run("insurer", "return", "check", "2026Q4", str(path), "--as", INSURER)
    assert (told.status, told.out) == (2, "")
    assert re.fullmatch(rf"bad input: file: ({says}).*\n", told.err), told.err
    assert len(told.err) < 400


async def test_more_rows_than_a_return_may_have_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tables.MOST_ROWS == 100_000
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    path = folder / "long.csv"
    lines = [",".join(column.name for column in COLUMNS), *["x" + "," * (len(COLUMNS) - 1)] * 3]
    path.write_text("\n".join(lines), encoding="utf-8")
    told = await Terminal(folder).run("insurer", "return", "check", "2026Q4", str(path), "--as", INSURER)
    assert (told.status, told.err) == (2, "bad input: file: must not have more than 2 rows\n")


async def test_a_file_that_is_not_there_or_a_place_that_cannot_be_used_is_told(
    terminal: Terminal, template: Path, quarter: str
) -> None:
    absent = await give(terminal, "check", quarter, terminal.folder / "absent.xlsx")
    assert (absent.status, "cannot be read" in absent.err) == (2, True)
    nowhere = str(terminal.folder / "none" / "report.xlsx")
    filed = await give(terminal, "file", quarter, template, "--report", nowhere)
    assert (filed.status, "No such file" in filed.err) == (3, True)
