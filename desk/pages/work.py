"""我的工作: what waits for me, first due first, and why it is mine."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.language import N_
from desk.page import Database, Nav, Signed, render, today
from rules.procedures import PROCEDURES
from service.work import Narrowed, counts_of, work_of

router = APIRouter()
NAV = (Nav(N_("My work"), "/work", order=10),)
DUE = ("overdue", "today", "week")


@router.get("/work")
async def my_work(
    request: Request,
    me: Signed,
    database: Database,
    kind: str = "",
    stage: str = "",
    due: str = "",
    after: str = "",
) -> Response:
    """List what awaits my office; kind, stage and due narrow it, and stay in the address."""
    day = today(request)
    by = {"overdue": day - timedelta(days=1), "today": day, "week": day + timedelta(days=7)}.get(due)
    narrowed = Narrowed(kind or None, stage or None, by.isoformat() if by else None)
    counts = await counts_of(database, me.officer, day)
    return await render(
        request,
        "work/list.html",
        page=await work_of(database, me.officer, narrowed, after or None),
        counts=counts,
        total=sum(one["count"] for one in counts),
        overdue=sum(one["overdue"] for one in counts),
        due_today=sum(one["today"] for one in counts),
        kinds=list(dict.fromkeys(one["kind"] for one in counts)),
        stages=[(one["kind"], one["stage"]) for one in counts if kind in ("", one["kind"])],
        chosen={"kind": kind, "stage": stage, "due": due if due in DUE else ""},
        procedures=PROCEDURES,
    )
