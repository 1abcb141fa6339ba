"""文书: what offices told in writing, as a list and as PDF."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from desk.language import N_, language
from desk.page import Database, Nav, Signed, render
from rules.schemes.dalian_proposing import OWNERS
from runtime.documents import letter
from service.acting import known_stream, may_see
from service.administration import letters
from service.notices import notice_of
from service.showing import file_of

router = APIRouter()
NAV = (Nav(N_("Letters"), "/letters", kinds=("enterprise", "district", "assessor", "insurer"), order=80),)


@router.get("/letters")
async def list_of(request: Request, me: Signed, database: Database, after: str = "", whose: str = "") -> Response:
    """Letters, the latest first: an owner sees all, any other office those it issued or was written."""
    every = me.kind in OWNERS and whose != "ours"
    rows, more = await letters(database, None if every else me.officer.office, after)
    return await render(request, "letters/list.html", rows=rows, after=more, every=every, owner=me.kind in OWNERS)


@router.get("/letters/{number}")
async def pdf(me: Signed, database: Database, number: str) -> Response:
    """A letter as PDF: in Chinese, with its translation where the page speaks another language."""
    notice = await notice_of(database, number)
    if notice is None:
        raise HTTPException(404)
    if not may_see(await file_of(database, known_stream(notice.proceeding, notice.case)), me.officer):
        raise HTTPException(404)
    made = await run_in_threadpool(letter.pdf, notice, *dict.fromkeys(("zh", language())))
    headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(number)}.pdf"}
    return Response(made, media_type="application/pdf", headers=headers)
