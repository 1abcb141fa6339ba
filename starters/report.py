"""`firstcover report`: take-up (推广应用情况) and figures for the evaluation (绩效评价) (articles 1, 14, 15(5))."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from rules.timetable import SHANGHAI
from runtime.documents import report as paper
from runtime.documents.typesetting import words_of
from runtime.errors import BadInput
from runtime.messages import language
from service.reading import plain
from service.report import report_of
from service.session import now, reading, run
from starters.papers import languages, write
from starters.telling import Json, tell_json, tell_table

app = typer.Typer(no_args_is_help=True, help="Reports of a year (统计报告).")
WRITTEN: dict[str, Callable[..., bytes]] = {".xlsx": paper.excel, ".pdf": paper.pdf}
Year = Annotated[int, typer.Option(min=2016, max=2999, help="The year.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write it as a workbook (.xlsx) or on paper (.pdf).")
]


@app.command()
def take_up(year: Year, out: Out = None, as_json: Json = False) -> None:
    """Tell how new products were taken up (article 14): by district, kind, breakthrough, insurer and quarter.

    Everything is counted on its own day; the take-up rate is of the products recognised in the year.
    """
    _tell("take_up", year, out, as_json=as_json)


@app.command()
def evaluation(year: Year, out: Out = None, as_json: Json = False) -> None:
    """Tell what the scheme's evaluation asks (articles 1, 15(5)): money, days, losses, complaints, refusals.

    Money is that of the fiscal year's ledger; a step belongs to the year in which its days began.
    """
    _tell("evaluation", year, out, as_json=as_json)


def _tell(kind: str, year: int, out: Path | None, *, as_json: bool) -> None:
    if out and out.suffix.lower() not in WRITTEN:
        raise BadInput(("out", f"must end in {' or '.join(WRITTEN)} (not {plain(out.name)!r})"))

    async def work() -> paper.Report:
        async with reading() as pool:
            return await report_of(pool, kind, "dalian", year, now().astimezone(SHANGHAI).date())

    report = run(work())
    if out:
        write(out, WRITTEN[out.suffix.lower()](report, *languages()))
    if as_json:
        tell_json({"year": year, "as_of": report.as_of.isoformat()} | _json(report))
    elif not out:
        _tell_tables(report)


#: Tables of one row, told as that row.
ALONE = ("total", "budget", "caps", "complaints", "recoveries")


def _json(report: paper.Report) -> dict[str, Any]:
    told = {
        name: [{key: _figure(value) for key, value in row.items()} for row in rows]
        for name, rows in report.tables.items()
    }
    return {name: (rows[0] if rows else None) if name in ALONE else rows for name, rows in told.items()}


def _figure(value: Any) -> Any:
    """Amounts, rates and days as decimal strings."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _tell_tables(report: paper.Report) -> None:
    words = words_of("report", language())
    for name, rows in report.tables.items():
        columns = tuple(rows[0]) if rows else ()
        titles = tuple(words["column"][column] for column in columns)
        tell_table(words["table"][name], titles, [tuple(row.values()) for row in rows])
