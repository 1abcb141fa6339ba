"""Tables that are handed in and handed out: rows under known titles, read from Excel, CSV or JSON, written as Excel.

What is read is bounded before it is opened: a file of a few kilobytes can claim to hold gigabytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException

from rules.schemes.dalian_return import Cell, Column, Row
from runtime.documents.sheets import csv_of, rows_of
from runtime.errors import BadInput
from service.reading import plain

MOST_ROWS = 100_000
#: As many lines as a sheet of Excel has.
MOST_LINES = 2**20
#: What the parts of a workbook may unfold to: a sheet of so many rows, its texts, and each of the rest.
MOST_OF_PART = {"worksheets": 400 * 1024 * 1024, "sharedStrings": 100 * 1024 * 1024, "": 10 * 1024 * 1024}
MOST_PARTS = 200

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b")


@dataclass(frozen=True)
class Layout:
    """版式: the sheet a table stands on, its columns in order, and those without which it cannot be read."""

    sheet: str
    columns: tuple[Column, ...]
    needed: frozenset[str]
    #: Whether a table without rows says something too.
    may_be_empty: bool = False

    @cached_property
    def by_title(self) -> Mapping[str, Column]:
        """The columns by what their titles may say."""
        return {title: column for column in self.columns for title in _titles(column)}


def _titles(column: Column) -> tuple[str, ...]:
    return column.name, column.zh, f"{column.zh} {column.name}"


Table = Iterator[tuple[int, Sequence[Cell]]]


def _wrong(why: str) -> BadInput:
    return BadInput(("file", why))


def read_table(raw: bytes, name: str, layout: Layout) -> tuple[str, list[Row]]:
    """Return a file's hash and its rows; raise `BadInput`, with one clear fault, for what cannot be such a table."""
    if raw.startswith(b"PK"):
        lines = _of_workbook(raw, layout)
    elif raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise _wrong("must be an .xlsx workbook without a password (not an older .xls or a protected one)")
    elif name.lower().endswith((".xlsx", ".xlsm")):
        raise _wrong("is not an Excel workbook")
    elif raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        return sha256(raw).hexdigest(), _of_json(raw, layout)
    else:
        lines = _of_csv(raw)
    return sha256(raw).hexdigest(), list(_rows(lines, layout))


def _rows(table: Table, layout: Layout) -> Iterator[Row]:
    """Read the rows below the header. Empty lines at the end are a spreadsheet's; one in between is a slip."""
    header: list[Column] | None = None
    gap, count = 0, 0
    for line, cells in table:
        if header is None:
            header = _header(cells, layout)
            continue
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            gap = gap or line
            continue
        if gap:
            raise _wrong(f"must have no empty row between others (row {gap})")
        count += 1
        if count > MOST_ROWS:
            raise _wrong(f"must not have more than {MOST_ROWS} rows")
        if any(cell not in (None, "") for cell in cells[len(header) :]):
            raise _wrong(f"has more cells than columns (row {line})")
        yield Row(line, dict(zip((column.name for column in header), cells, strict=False)))
    if not count and not (layout.may_be_empty and header):
        raise _wrong("has no rows: below the titles there must be one for each application")


def _header(cells: Sequence[Cell], layout: Layout) -> list[Column]:
    """Know the columns by their titles, in whatever order; none that is needed is missing, none is there twice."""
    titles = [" ".join(str(cell).split()) if cell is not None else "" for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    unknown = [title for title in titles if title not in layout.by_title]
    columns = [layout.by_title[title] for title in titles if title in layout.by_title]
    missing = [column.zh for column in layout.columns if column.name in layout.needed and column not in columns]
    doubled = [column.zh for column in layout.columns if columns.count(column) > 1]
    if not columns:
        raise _wrong("must begin with the template's row of titles")
    if missing:
        raise _wrong(f"lacks columns: {_listed(missing)}")
    if doubled:
        raise _wrong(f"has twice columns: {_listed(doubled)}")
    if unknown:
        raise _wrong(f"has unknown columns: {_listed(unknown)}")
    return columns


def _listed(titles: Sequence[str]) -> str:
    return ", ".join(plain(title) or "(no title)" for title in titles[:30])


# --- Excel ----------------------------------------------------------------------------------------------------------


def _of_workbook(raw: bytes, layout: Layout) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _bounded(archive)
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        if layout.sheet not in book.sheetnames:
            sheets = ", ".join(plain(name) for name in book.sheetnames[:10])
            raise _wrong(f"must have a sheet called {layout.sheet} (it has: {sheets})")
        sheet: Any = book[layout.sheet]
        part = getattr(sheet, "_worksheet_path", None)
        if part is None:
            raise _wrong(f"must have cells in the sheet {layout.sheet}")
        _without_merged_cells(raw, part, layout.sheet)
        # Cells far out to the right would make every row as wide: one beyond the columns is enough to see them.
        sheet.reset_dimensions()
        yield from _cells(sheet, len(layout.columns))
    except BadInput:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, EOFError) as error:
        raise _wrong("is not an Excel workbook") from error
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise _wrong(f"is a workbook that cannot be read: {plain(str(error), 200)}") from error


def _bounded(archive: zipfile.ZipFile) -> None:
    """Refuse what unfolds beyond measure; no part is ever read further than the size it declares."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise _wrong(f"must not have more than {MOST_PARTS} parts")
    for part in parts:
        most = next(size for name, size in MOST_OF_PART.items() if name in part.filename)
        if part.file_size > most:
            raise _wrong(f"must not unfold to so much ({plain(part.filename)}: {part.file_size // 1024 // 1024} MB)")
        if part.flag_bits & 1:
            raise _wrong("must be a workbook without a password")


def _without_merged_cells(raw: bytes, part: str, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open(part) as stream:
        before = b""
        while chunk := stream.read(1 << 20):
            if _MERGED.search(before + chunk):
                raise _wrong(f"must have no merged cells in the sheet {name}")
            before = chunk[-40:]


def _cells(sheet: Any, columns: int) -> Table:
    for line, cells in enumerate(sheet.iter_rows(max_col=columns + 1), 1):
        if line > MOST_LINES:
            raise _wrong(f"must not have more than {MOST_ROWS} rows")
        for cell in cells:
            if cell.data_type == "f":
                raise _wrong(f"must hold values and no formulas (row {line}: {plain(str(cell.value))})")
        yield line, [cell.value for cell in cells]


# --- CSV and JSON ---------------------------------------------------------------------------------------------------


def _of_csv(raw: bytes) -> Table:
    """Read what a spreadsheet saves as CSV: UTF-8 with or without its mark, or, in Chinese, GB 18030."""
    try:
        yield from enumerate(rows_of(raw), 1)
    except ValueError as error:
        raise _wrong(str(error)) from None


def _of_json(raw: bytes, layout: Layout) -> list[Row]:
    """Read a list of objects, or an object whose `rows` are one; the fields are called as in the code."""
    try:
        said = json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, object_pairs_hook=_once_each)
    except UnicodeDecodeError as error:
        raise _wrong(f"must be UTF-8 (byte {error.start + 1} is not)") from None
    except (ValueError, RecursionError) as error:
        raise _wrong(f"is not JSON: {plain(str(error), 200)}") from None
    listed = said.get("rows") if isinstance(said, dict) else said
    if not isinstance(listed, list):
        raise _wrong("must be a list of rows")
    return list(_rows(_table(layout, listed), layout))


def _table(layout: Layout, listed: list[Any]) -> Table:
    names = [column.name for column in layout.columns]
    yield 0, names
    for line, one in enumerate(listed, 1):
        if not isinstance(one, dict) or any(isinstance(value, dict | list) for value in one.values()):
            raise _wrong(f"must be a list of rows, each an object of plain values (row {line})")
        missing = [name for name in names if name in layout.needed and name not in one]
        if wrong := [*missing, *(name for name in one if name not in names)]:
            raise _wrong(f"has unknown or missing fields (row {line}): {', '.join(map(plain, wrong[:30]))}")
        yield line, [one.get(name) for name in names]


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(read := dict(pairs)) != len(pairs):
        raise _wrong("gives a field twice in one row")
    return read


# --- Written --------------------------------------------------------------------------------------------------------

_WIDTHS = {"text": 24, "date": 12, "minute": 17, "yuan": 18, "rate": 10}


def table_of(layout: Layout, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a workbook that is to be worked on and handed in again, filled with what is known of each row."""
    with workbook() as (book, made):
        sheet = book.add_worksheet(layout.sheet)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "border": 1})
        looks = {
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "minute": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "yuan": book.add_format({"num_format": "#,##0.00"}),
            "rate": book.add_format({"num_format": "0.00####%"}),
        }
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(layout.columns):
            sheet.set_column(place, place, _WIDTHS[column.kind], looks[column.kind])
            sheet.write_string(0, place, f"{column.zh}\n{column.name}", head)
        for line, row in enumerate(rows, 1):
            for place, column in enumerate(layout.columns):
                _write(sheet, (line, place), column, row[column.name], looks[column.kind])
    return made.getvalue()


def csv_table(layout: Layout, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the same table as CSV."""
    names = [column.name for column in layout.columns]
    titles = [f"{column.zh} {column.name}" for column in layout.columns]
    return csv_of([titles, *([row[name] for name in names] for row in rows)])


def _write(sheet: Any, at: tuple[int, int], column: Column, said: str, look: Any) -> None:
    if column.kind == "date":
        sheet.write_datetime(*at, date.fromisoformat(said), look)
    elif column.kind == "minute":
        sheet.write_datetime(*at, datetime.fromisoformat(said), look)
    # A spreadsheet keeps fifteen digits of a number: a longer amount stays text.
    elif column.kind in ("yuan", "rate") and len(said.replace(".", "")) <= 15:
        sheet.write_number(*at, float(said), look)
    else:
        sheet.write_string(*at, said, look)


@contextmanager
def workbook() -> Iterator[tuple[Any, io.BytesIO]]:
    """A workbook in the making and what it is written to, which holds it whole once all went well."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    yield book, made
    book.close()
