"""我的工作: what waits for me and my office, why, and who has it; taking, handing over, the next one, standing in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from activities.work import Counted, Wanted, counted, office_on
from desk.language import N_
from desk.page import Database, Me, Nav, Servers, Signed, go, render, today
from runtime.errors import BadInput
from service import work

router = APIRouter()
NAV = (Nav(N_("My work"), "/work", order=10),)
WHO = ("mine", "nobody")
NARROWING = ("kind", "stage", "who", "due", "q", "after")
ORDERS = ("take", "release", "hand_over")
#: How what is counted is called in an address.
_SAID = {"soon": "week", "undated": "later"}


@router.get("/work")
async def my_work(request: Request, me: Signed, database: Database) -> Response:
    """List what awaits my office; all that narrows it stays in the address."""
    return await _list(request, me, database, dict(request.query_params))


@router.post("/work/orders")
async def ordered(request: Request, me: Signed, servers: Servers) -> Response:
    """Take, release or hand over what was ticked, and go back to the same list."""
    sent = await request.form()
    back = {name: value for name, value in parse_qsl(str(sent.get("back", ""))) if name in NARROWING}
    act, note, to = (str(sent.get(name, "")).strip() for name in ("act", "note", "to"))
    picked = [one for one in sent.getlist("proceedings") if isinstance(one, str)]
    fault = _fault(act, picked, note, to)
    if fault:
        told = {"fault": fault, "picked": picked, "note": note, "to": to}
        return await _list(request, me, servers.pool, back, status=422, **told)
    form: dict[str, Any] = {"proceedings": picked}
    form |= {} if act == "take" else {"note": note} if act == "release" else {"note": note, "to": to}
    await work.order(servers, me.officer, act, form, str(sent.get("command") or uuid4()))
    return go(f"/work?{urlencode(back | {'said': act, 'n': str(len(picked))})}")


def _fault(act: str, picked: list[str], note: str, to: str) -> str:
    if act not in ORDERS:
        return "act"
    if not picked:
        return "picked"
    if act == "hand_over" and not to:
        return "to"
    return "note" if act != "take" and not note else ""


@router.post("/work/next")
async def take_next(request: Request, me: Signed, servers: Servers) -> Response:
    """Take the most urgent one that I may handle and nobody has, and say why that one."""
    sent = await request.form()
    kind, command = str(sent.get("kind") or "") or None, str(sent.get("command") or uuid4())
    stream = await work.next_of(servers, me.officer, kind, command)
    if stream is None:
        return go("/work", said="nothing_next", kind=kind)
    return go("/work/next", got=stream, kind=kind)


@router.get("/work/next")
async def got_next(request: Request, me: Signed, database: Database, got: str = "", kind: str = "") -> Response:
    """Show what I was given, and why that one."""
    item = (await work.items_of(database, me.officer, [got])).get(got)
    if item is None or item["taken_by"] != me.code:
        return go("/work", who="mine")
    return await render(request, "work/next.html", item=item, kind=kind, command=str(uuid4()))


@router.get("/work/substitution")
async def substitution(request: Request, me: Signed, database: Database) -> Response:
    """Show who stands in for whom in my office, and the form for another."""
    return await _substitution(request, me, database, {"absent": me.code}, {})


@router.post("/work/substitution")
async def substituted(request: Request, me: Signed, servers: Servers) -> Response:
    """Appoint who stands in."""
    sent = await request.form()
    names = ("absent", "substitute", "since", "until", "reason")
    filled = {name: str(sent.get(name, "")).strip() for name in names}
    try:
        form = {name: value for name, value in filled.items() if value}
        await work.order(servers, me.officer, "substitute", form, str(sent.get("command") or uuid4()))
    except BadInput as bad:
        return await _substitution(request, me, servers.pool, filled, dict(bad.faults), status=422)
    return go("/work/substitution", said="appointed")


async def _substitution(
    request: Request, me: Me, database: Database, filled: dict[str, str], faults: dict[str, str], status: int = 200
) -> Response:
    day = today(request)
    office = await office_on(database, me.officer, day)
    return await render(
        request,
        "work/substitution.html",
        status=status,
        rows=await work.substitutions(database, me.officer, day),
        people=await work.colleagues(database, me.officer, day),
        supervises=office.supervises(me.code),
        filled={name: filled.get(name, "") for name in ("absent", "substitute", "since", "until", "reason")},
        faults=faults,
        command=str(uuid4()),
    )


async def _list(
    request: Request, me: Me, database: Database, asked: dict[str, str], status: int = 200, **more: Any
) -> Response:
    day = today(request)
    chosen = {name: asked.get(name, "") for name in NARROWING}
    office = await office_on(database, me.officer, day)
    mine = office.absent_for(me.code) | {me.code}
    counts = await counted(database, me.officer, office, day)
    return await render(
        request,
        "work/list.html",
        status=status,
        page=await work.page_of(
            database,
            me.officer,
            office,
            day,
            Wanted(
                kind=chosen["kind"] or None,
                stage=chosen["stage"] or None,
                taken={"mine": "me", "nobody": "nobody"}.get(chosen["who"]),
                text=chosen["q"],
            ),
            chosen["due"],
            chosen["after"],
        ),
        tabs=_tabs(counts, chosen, mine),
        kinds=list(dict.fromkeys(one.kind for one in counts)),
        stages=list(dict.fromkeys((one.kind, one.stage) for one in counts if chosen["kind"] in ("", one.kind))),
        chosen=chosen,
        people=await work.colleagues(database, me.officer, day),
        supervises=office.supervises(me.code),
        mine=mine,
        back=_query(chosen),
        link=lambda name, value: "/work?" + _query(chosen | {name: value, "after": ""}),
        command=str(uuid4()),
        **{"fault": "", "picked": [], "note": "", "to": ""} | more,
    )


def _query(chosen: dict[str, str]) -> str:
    return urlencode({name: value for name, value in chosen.items() if value})


def _tabs(counts: list[Counted], chosen: dict[str, str], mine: frozenset[str]) -> dict[str, dict[str, int]]:
    """How many each tab shows, within what is chosen beside it: by who has it, and by when it is due."""
    tabs = {"who": dict.fromkeys(("", *WHO), 0), "due": dict.fromkeys(("", *work.DUE), 0)}
    for one in counts:
        if chosen["kind"] not in ("", one.kind) or chosen["stage"] not in ("", one.stage):
            continue
        due = _SAID.get(one.due, one.due)
        holders = ("", "nobody") if one.taken_by is None else ("", "mine") if one.taken_by in mine else ("",)
        if chosen["due"] in ("", due):
            for who in holders:
                tabs["who"][who] += one.items
        if chosen["who"] in holders:
            tabs["due"][""] += one.items
            tabs["due"][due] += one.items
    return tabs
