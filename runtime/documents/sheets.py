"""Tables as files: Excel for people, CSV for other programs; a cell of text is text, whatever it begins with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | datetime | None

#: What a spreadsheet would take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Book:
    """An Excel workbook in the making. The same cells give the same bytes."""

    def __init__(self, made_at: datetime) -> None:
        self._bytes = io.BytesIO()
        self._workbook = Workbook(self._bytes, {"in_memory": True})
        self._workbook.set_properties({"created": made_at})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def page(self, name: str, widths: Sequence[int]) -> Page:
        """Add a sheet whose columns are so many letters wide; it prints on A4, as wide as the paper."""
        sheet = self._workbook.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return Page(self, sheet, len(widths))

    def style(self, **style: Any) -> Any:
        """Return a format; equal ones are one."""
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format({"font_name": "SimSun", "valign": "vcenter", **style})
        return self._formats[key]

    def finish(self) -> bytes:
        self._workbook.close()
        return self._bytes.getvalue()


class Page:
    """A sheet that is filled row by row."""

    def __init__(self, book: Book, sheet: Worksheet, columns: int) -> None:
        self._book, self._sheet, self._columns, self._row = book, sheet, columns, 0

    def title(self, text: str, **style: Any) -> None:
        """Write text over the sheet's whole width."""
        self._sheet.merge_range(self._row, 0, self._row, self._columns - 1, "", self._book.style(**style))
        self.row([text], **style)

    def heading(self, cells: Iterable[str], columns: int = 1) -> None:
        """Write the columns' names; they and some columns stay in sight, and head every printed page."""
        self._sheet.freeze_panes(self._row + 1, columns)
        self._sheet.repeat_rows(self._row)
        self.row(cells, border=1, bold=True, align="center", bg_color="#EDEDED")

    def row(self, cells: Iterable[Cell], after: int = 0, **style: Any) -> None:
        """Write a row's cells, `after` so many empty ones: amounts and counts as numbers, all else as text."""
        for column, cell in enumerate(cells, after):
            self._write(column, cell, style)
        self._row += 1

    def gap(self) -> None:
        self._row += 1

    def _write(self, column: int, cell: Cell, style: dict[str, Any]) -> None:
        place, styled = (self._row, column), self._book.style
        if isinstance(cell, Decimal):
            self._sheet.write_number(*place, cell, styled(**style, num_format="#,##0.00"))
        elif isinstance(cell, int):
            self._sheet.write_number(*place, cell, styled(**style, num_format="0"))
        elif isinstance(cell, datetime):
            self._sheet.write_datetime(*place, cell, styled(**style, num_format="yyyy-mm-dd hh:mm"))
        elif cell:
            # Never Worksheet.write, which makes a formula of what looks like one.
            self._sheet.write_string(*place, cell, styled(**style, num_format="@"))
        else:
            self._sheet.write_blank(*place, None, styled(**style))


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write rows as CSV in UTF-8, marked so that Excel reads it as such; amounts have two decimals."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def rows_of(raw: bytes) -> list[list[str]]:
    """Read CSV in UTF-8 or GB18030, as Chinese Excel writes it; raise ValueError with a sentence for what is none."""
    try:
        return [[_unguarded(cell) for cell in row] for row in csv.reader(_lines(raw), strict=True)]
    except csv.Error as error:
        raise ValueError(f"must be CSV: {error}") from None


def _lines(raw: bytes) -> io.StringIO:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return io.StringIO(text, newline="")
    raise ValueError("must be text in UTF-8 or GB18030")


def _written(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and _would_be_formula(text) else text


def _unguarded(cell: str) -> str:
    """Take away the mark by which a cell of text was kept from being a formula."""
    return cell[1:] if cell.startswith("'") and _would_be_formula(cell[1:]) else cell


def _would_be_formula(text: str) -> bool:
    # Behind marks of its own, too: else it could not be told from what was marked here.
    return text.lstrip("'").startswith(FORMULA)
