"""统计报告: the year's reports as a workbook and on paper: the law's language first (articles 1, 14, 15(5))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from runtime.documents.sheets import Book, Cell
from runtime.documents.typesetting import LANGUAGES, typeset, words_of

Row = Mapping[str, Any]
#: Figures that are amounts of yuan.
AMOUNTS = frozenset(
    (
        *("sum_insured", "premium", "asked", "approved", "paid", "recovered", "appropriated", "committed", "returned"),
        *("available", "cut_by_cap", "decided_amount", "loss_paid"),
    )
)

#: Figures that are shares of a whole: told in per cent.
RATES = frozenset(("take_up_rate", "committed_rate", "paid_rate", "loss_ratio"))


class Report(NamedTuple):
    """统计报告: its kind, its year, and its tables by their names; names that are codes are told in words."""

    kind: str
    year: int
    scheme: str
    demonstration: bool
    as_of: date
    tables: Mapping[str, Sequence[Row]]
    #: Of districts, offices and insurers, in the languages of a document.
    names: Mapping[str, Mapping[str, str]]


def excel(report: Report, *languages: str) -> bytes:
    """Return a report as an Excel workbook: a sheet for each table and language."""
    book = Book(datetime.combine(report.as_of, time()))
    for language in languages or LANGUAGES[:1]:
        say = words_of("report", language)
        for name, rows in report.tables.items():
            columns = _columns(rows)
            page = book.page(say["table"][name], [24] * max(len(columns), 4))
            for line in _head(report, language):
                page.title(line, align="center", bold=True)
            page.heading([say["column"][column] for column in columns])
            for row in rows:
                page.row([_cell(report, row, column, language) for column in columns], border=1)
    return book.finish()


def pdf(report: Report, *languages: str) -> bytes:
    """Return a report as PDF, each language on pages of its own."""
    made: bytes = typeset("report", {"sheets": [sheet(report, one) for one in languages or LANGUAGES[:1]]}, "pdf")
    return made


def sheet(report: Report, language: str) -> dict[str, Any]:
    """A report as it is printed in a language: its head, and its tables of words and figures."""
    say = words_of("report", language)
    return {
        "language": language,
        "head": _head(report, language),
        "day": [report.as_of.year, report.as_of.month, report.as_of.day],
        "tables": [
            {
                "name": say["table"][name],
                "columns": [say["column"][column] for column in _columns(rows)],
                "rows": [[_printed(_cell(report, row, one, language)) for one in _columns(rows)] for row in rows],
                "none": say["text"]["none"],
            }
            for name, rows in report.tables.items()
        ],
    }


def _head(report: Report, language: str) -> list[str]:
    text = words_of("report", language)["text"]
    under = text["under"].format(scheme=report.scheme, as_of=_day(report.as_of, language))
    marks = [text["demonstration"]] if report.demonstration else []
    return [text[report.kind].format(year=report.year), under, *marks, *filter(None, [text["courtesy"]])]


def _day(at: date, language: str) -> str:
    return f"{at.year}年{at.month}月{at.day}日" if language == LANGUAGES[0] else f"{at.day} {at:%b %Y}"


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(rows[0]) if rows else ()


def _cell(report: Report, row: Row, column: str, language: str) -> Cell:
    """A figure as a number, and a code in words."""
    value = row[column]
    if isinstance(value, bool):
        return words_of("report", language)["word"][str(value).lower()]
    if isinstance(value, str):
        known = report.names.get(value, {}).get(language)
        return known or words_of("report", language)["word"].get(value, value)
    if isinstance(value, Decimal) and column in RATES:
        return f"{value * 100:.2f}%"
    # A number of days or a multiple has other decimals than an amount.
    return str(value) if isinstance(value, Decimal) and column not in AMOUNTS else value


def _printed(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell or "")
