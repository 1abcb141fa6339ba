"""放假通知: the notices of days off, what loading one moves, and its confirmation by another officer (article 14)."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from activities import calendar
from desk.language import _
from desk.page import Database, Me, Servers, Signed, go, render, today
from desk.pages.administration import owner
from rules.schemes.dalian_calendar import HolidayNotice
from runtime.errors import BadInput, Refused
from service import administration as admin
from service.acting import preview
from service.holiday_text import read_notice

router = APIRouter()
REGISTER = admin.REGISTERS["calendar"]
#: How many of the deadlines that move are shown; all are counted.
SHOWN = 300
#: How many proceedings a page counts anew, those due first; all are counted once the notice is loaded.
WEIGHED = 2_000


@router.get("/administration/days-off")
async def notices(request: Request, me: Signed, database: Database) -> Response:
    """The notices that are loaded, those that wait for confirmation, and the form for another."""
    owner(me)
    return await _page(request, database, {}, {})


@router.post("/administration/days-off")
async def enter(request: Request, me: Signed, servers: Servers) -> Response:
    """Show what a pasted notice says and moves, or enter it."""
    _bureau(me)
    sent = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    year, document = sent.get("year", "").strip(), sent.get("document", "").strip()
    if not (re.fullmatch("[0-9]{4}", year) and 2000 <= int(year) <= 9998):
        return await _page(request, servers.pool, sent, {"year": _("must be a year")}, status=422)
    said = read_notice(int(year), sent.get("text", ""))
    days = {"days_off": [f"{day}" for day in said.days_off], "workdays": [f"{day}" for day in said.workdays]}
    form: dict[str, Any] = {"year": int(year), "document": document, **days}
    command = sent.get("command") or str(uuid4())
    try:
        if "send" not in sent:
            await preview(servers.pool, REGISTER, "enter_notice", me.code, form)
            told = {"form": form, "said": said, "command": command, **await _moved(request, servers.pool, form)}
            return await _page(request, servers.pool, sent, {}, **told)
        await servers.open(str(REGISTER), "enter_notice", me.code, form, command)
    except BadInput as bad:
        faults = {name.partition("[")[0].partition(".")[0]: why for name, why in bad.faults}
        return await _page(request, servers.pool, sent, faults, status=422)
    return go("/administration/days-off", done="enter_notice")


@router.get("/administration/days-off/{year}")
async def entered(request: Request, me: Signed, database: Database, year: int) -> Response:
    """A notice that waits for confirmation, and every deadline it would move."""
    owner(me)
    form = (await admin.facts_of(database, "calendar")).get("entered_notices", {}).get(str(year))
    if not form:
        raise HTTPException(404)
    return await render(
        request,
        "days_off/show.html",
        form=form,
        spans=spans,
        most=SHOWN,
        command=str(uuid4()),
        **await _moved(request, database, {name: said for name, said in form.items() if name != "entered_by"}),
    )


@router.post("/administration/days-off/{year}/confirm")
async def confirm(request: Request, me: Signed, servers: Servers, year: int) -> Response:
    """Confirm the notice: it counts from now on, and what it moves is told to the offices."""
    _bureau(me)
    command = str((await request.form()).get("command") or uuid4())
    await servers.open(str(REGISTER), "load_notice", me.code, {"year": year}, command)
    return go("/administration/days-off", done="load_notice")


def spans(days: list[Any]) -> list[tuple[date, date]]:
    """Put days that follow each other together."""
    read = sorted(day if isinstance(day, date) else date.fromisoformat(day) for day in days)
    breaks = [at for at, (one, other) in enumerate(pairwise(read), 1) if (other - one).days > 1]
    edges = [0, *breaks, len(read)]
    return [(read[first], read[last - 1]) for first, last in pairwise(edges)] if read else []


def _bureau(me: Me) -> None:
    if me.kind != "industry_bureau":
        raise Refused("right_office", "14", f"the industry bureau enters the notices; {me.code} is not of it")


async def _moved(request: Request, database: Database, form: dict[str, Any]) -> dict[str, Any]:
    notice = HolidayNotice.model_validate(form)
    rows, left_out = await calendar.moved(database, notice, today(request), WEIGHED)
    return {"moved": rows, "left_out": left_out}


async def _page(
    request: Request, database: Database, sent: dict[str, str], faults: dict[str, str], **more: Any
) -> Response:
    waiting = (await admin.facts_of(database, "calendar")).get("entered_notices", {})
    return await render(
        request,
        "days_off/list.html",
        notices=(await calendar.current(database)).notices,
        waiting={year: said for year, said in waiting.items() if said},
        filled={name: sent.get(name, "") for name in ("year", "document", "text")},
        faults=faults,
        spans=spans,
        most=SHOWN,
        **{"form": None, "said": None, "moved": [], "left_out": 0, "command": str(uuid4())} | more,
    )
