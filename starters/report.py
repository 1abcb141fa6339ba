"""`firstcover report`: take-up (推广应用情况) and figures for the evaluation (绩效评价) (articles 1, 14, 15(5))."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from db.pool import Pool
from db.sql import queries
from rules.edition import edition_of
from rules.timetable import SHANGHAI
from runtime.documents import report as paper
from runtime.documents.typesetting import words_of
from runtime.errors import BadInput
from runtime.messages import language
from service.reading import plain
from service.session import now, reading, run
from starters.papers import languages, write
from starters.telling import Json, tell_json, tell_table

app = typer.Typer(no_args_is_help=True, help="Reports of a year (统计报告).")
REPORT = queries("report")
#: A report looks at every case of a year, which takes longer than an act: ten minutes.
PATIENCE = 600.0
#: 办理环节: the deadlines that say how long a step took, in the order of the procedure.
STEPS = (
    *("verification", "correction", "entrusting", "assessment", "publication", "insurance", "joint_review", "payment"),
    *("loss_acceptance", "loss_decision", "loss_payment", "refund", "repayment", "complaint_admission"),
)
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


async def report_of(pool: Pool, kind: str, scheme: str, year: int, as_of: date) -> paper.Report:
    """Return a year's report of one kind, from one snapshot of the record; what is late is late on `as_of`."""
    edition = edition_of(scheme)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):

        async def asked(query: str, *values: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in await connection.fetch(query, *values, timeout=PATIENCE)]

        tables = await TABLES[kind](asked, scheme, year, as_of)
        names = {row["code"]: {"zh": row["zh"], "en": row["en"]} for row in await connection.fetch(REPORT.names)}
    return paper.Report(kind, year, edition.title, edition.demonstration, as_of, tables, names)


async def _take_up(asked: Any, scheme: str, year: int, as_of: date) -> Mapping[str, Sequence[paper.Row]]:
    rows = await asked(REPORT.take_up, scheme, date(year, 1, 1), date(year + 1, 1, 1))
    parts: dict[str, list[paper.Row]] = {"total": [], "district": [], "kind": [], "breakthrough": []}
    parts |= {"insurer": [], "quarter": []}
    for part, of_part in groupby(rows, key=lambda row: row["part"]):
        hidden = {"part", "name"} if part == "total" else {"part"}
        parts[part] = [{name: row[name] for name in row if name not in hidden} for row in of_part]
    return parts


async def _evaluation(asked: Any, scheme: str, year: int, as_of: date) -> Mapping[str, Sequence[paper.Row]]:
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    return {
        "budget": await asked(REPORT.budget_use, scheme, year),
        "caps": await asked(REPORT.cap_use, scheme, year),
        "steps": await asked(REPORT.steps, scheme, begins, ends, as_of, list(STEPS)),
        "losses": await asked(REPORT.losses, scheme, begins, ends),
        "complaints": await asked(REPORT.complaints, scheme, begins, ends, as_of),
        "recoveries": await asked(REPORT.recoveries, scheme, begins, ends),
        "refusals": await asked(REPORT.refusals, scheme, begins, ends),
    }


TABLES = {"take_up": _take_up, "evaluation": _evaluation}
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
