"""统计报告: a year's take-up and evaluation: on the page, as a workbook, on paper (articles 1, 14)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.language import N_, language
from desk.page import Database, Nav, Signed, go, render, today
from desk.places import download, only, spoken
from runtime.documents import report as paper
from service.report import TABLES, report_of

router = APIRouter()
READERS = ("finance", "industry_bureau", "regulator")
NAV = (Nav(N_("Reports"), "/reports", kinds=READERS, order=70),)
ARTICLES = {"take_up": "14", "evaluation": "1"}


@router.get("/reports")
async def latest(request: Request, me: Signed) -> Response:
    """The take-up of the year that runs."""
    only(me, *READERS)
    return go(f"/reports/take_up/{today(request).year}")


@router.get("/reports/{kind}/{year}")
async def report(request: Request, me: Signed, database: Database, kind: str, year: int) -> Response:
    """A report of a year, table by table."""
    sheet = paper.sheet(await _made(request, me, database, kind, year), language())
    return await render(
        request,
        "reports/show.html",
        kind=kind,
        kinds=tuple(TABLES),
        year=year,
        article=ARTICLES[kind],
        tables=[(table, _figures(table)) for table in sheet["tables"]],
        sheet=sheet,
        years=range(today(request).year, max(today(request).year - 6, 2015), -1),
    )


@router.get("/reports/{kind}/{year}/file.{ending}")
async def file(request: Request, me: Signed, database: Database, kind: str, year: int, ending: str) -> Response:
    """A report as a workbook or on paper."""
    written = {"xlsx": paper.excel, "pdf": paper.pdf}
    if ending not in written:
        raise HTTPException(404)
    made = await _made(request, me, database, kind, year)
    return download(await asyncio.to_thread(written[ending], made, *spoken()), f"{kind}-{year}.{ending}")


def _figures(table: Mapping[str, Any]) -> list[bool]:
    """Which columns of a table hold figures, and stand at the right."""
    columns = zip(*table["rows"], strict=True) if table["rows"] else ()
    return [all(re.fullmatch("[-0-9.,%]*", cell) for cell in column) for column in columns]


async def _made(request: Request, me: Signed, database: Database, kind: str, year: int) -> paper.Report:
    only(me, *READERS)
    if kind not in TABLES or not 2016 <= year <= 2999:
        raise HTTPException(404)
    return await report_of(database, kind, "dalian", year, today(request))
