"""本单位工作: the supervisor's page: who has how much, and the office's work shared out anew (article 15(3))."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from activities.work import Counted, Wanted, counted, office_on
from desk.page import Database, Me, Servers, Signed, go, render, today
from rules.schemes.dalian_work import AT_ONCE, Known
from runtime.errors import BadInput, Refused
from service import work

router = APIRouter()
NOBODY = "nobody"


@router.get("/office-work")
async def office_work(request: Request, me: Signed, database: Database) -> Response:
    """Who has how much, and the work of one of them, or of nobody, to be given to others."""
    return await _page(request, me, database, dict(request.query_params))


@router.post("/office-work/preview")
async def preview(request: Request, me: Signed, servers: Servers) -> Response:
    """Show what would go to whom; nothing is changed."""
    sent = await request.form()
    asked = {name: str(sent.get(name, "")) for name in ("of", "kind", "due")}
    among = [one for one in sent.getlist("to") if isinstance(one, str)]
    picked = [one for one in sent.getlist("proceedings") if isinstance(one, str)]
    first = str(sent.get("first", "")).strip()
    if re.fullmatch("[1-9][0-9]{0,8}", first):
        picked = [row["stream"] for row in await _rows(request, me, servers, asked, min(int(first), AT_ONCE))]
    fault = "picked" if not picked else "to" if not among else ""
    if fault:
        told = {"fault": fault, "picked": picked, "among": among}
        return await _page(request, me, servers.pool, asked, status=422, **told)
    people, have = await _have(request, me, servers.pool)
    moves = work.shared(picked[:AT_ONCE], among, have)
    return await _preview(request, me, servers.pool, moves, have=have, people=people)


@router.post("/office-work")
async def redistribute(request: Request, me: Signed, servers: Servers) -> Response:
    """Give each to whom the preview named."""
    sent = await request.form()
    named = [str(one).rpartition("=") for one in sent.getlist("move")]
    moves = [(stream, to) for stream, _, to in named]
    reason = str(sent.get("reason", "")).strip()
    form = {"moves": [{"proceeding": stream, "to": to} for stream, to in moves], "reason": reason}
    try:
        await work.order(servers, me.officer, "redistribute", form, str(sent.get("command") or uuid4()))
    except BadInput as bad:
        if [field for field, _ in bad.faults] != ["reason"]:
            raise
        people, have = await _have(request, me, servers.pool)
        told: dict[str, Any] = {"have": have, "people": people, "status": 422, "fault": "reason"}
        return await _preview(request, me, servers.pool, moves, **told)
    return go("/office-work", said="redistributed", n=str(len(moves)))


async def _preview(request: Request, me: Me, database: Database, moves: list[tuple[str, str]], **more: Any) -> Response:
    await _supervised(request, me, database)
    status, have = more.pop("status", 200), more.pop("have")
    items = await work.items_of(database, me.officer, [stream for stream, _ in moves])
    listed = [(items[stream], to) for stream, to in moves if stream in items]
    after = dict(have)
    for item, to in listed:
        after[to] = after.get(to, 0) + 1
        if item["taken_by"] in after:
            after[item["taken_by"]] -= 1
    return await render(
        request,
        "office_work/preview.html",
        status=status,
        moves=listed,
        before=have,
        after=after,
        command=str(uuid4()),
        **{"fault": ""} | more,
    )


async def _supervised(request: Request, me: Me, database: Database) -> Known:
    office = await office_on(database, me.officer, today(request))
    if not office.supervises(me.code):
        why = f"{me.code} is no supervisor of {me.officer.office} on this day"
        raise Refused("supervisor_of_office", "15(3)", why)
    return office


async def _loads(
    request: Request, me: Me, database: Database, office: Known
) -> tuple[list[dict[str, Any]], list[work.Load], list[Counted]]:
    """Who acts for the office today, how much each of them has, and what that was counted from."""
    people = await work.colleagues(database, me.officer, today(request))
    counts = await counted(database, me.officer, office, today(request))
    return people, work.loads(counts, people), counts


async def _have(request: Request, me: Me, database: Database) -> tuple[list[dict[str, Any]], dict[str, int]]:
    people, loads, _ = await _loads(request, me, database, await _supervised(request, me, database))
    return people, {one.code: one.items for one in loads if one.code}


async def _rows(request: Request, me: Me, servers: Servers, asked: dict[str, str], limit: int) -> list[dict[str, Any]]:
    wanted = Wanted(kind=asked["kind"] or None, taken=asked["of"] or NOBODY, limit=limit)
    day = today(request)
    office = await office_on(servers.pool, me.officer, day)
    return (await work.page_of(servers.pool, me.officer, office, day, wanted, asked["due"])).rows


async def _page(
    request: Request, me: Me, database: Database, asked: dict[str, str], status: int = 200, **more: Any
) -> Response:
    office = await _supervised(request, me, database)
    people, loads, counts = await _loads(request, me, database, office)
    of = asked.get("of") or NOBODY
    kind, due = asked.get("kind", ""), asked.get("due", "")
    return await render(
        request,
        "office_work/list.html",
        status=status,
        loads=loads,
        page=await work.page_of(
            database,
            me.officer,
            office,
            today(request),
            Wanted(kind=kind or None, taken=of, limit=100),
            due,
            asked.get("after"),
        ),
        people=people,
        of=of,
        chosen={"kind": kind, "due": due},
        kinds=list(dict.fromkeys(one.kind for one in counts)),
        most=AT_ONCE,
        **{"fault": "", "picked": [], "among": []} | more,
    )
