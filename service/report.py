"""统计报告: take-up (推广应用情况) and figures for the evaluation (绩效评价) (articles 1, 14, 15(5))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from db.pool import Pool
from db.sql import queries
from rules.edition import edition_of
from runtime.documents import report as paper

REPORT = queries("report")
#: A report looks at every case of a year, which takes longer than an act: ten minutes.
PATIENCE = 600.0
#: 办理环节: the deadlines that say how long a step took, in the order of the procedure.
STEPS = (
    *("verification", "correction", "entrusting", "assessment", "publication", "insurance", "joint_review", "payment"),
    *("loss_acceptance", "loss_decision", "loss_payment", "refund", "repayment", "complaint_admission"),
)


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
