"""查找: proceedings by number, enterprise or product, of those an officer may see."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from activities.work import found
from desk.page import Database, Signed, go, render
from rules.work import asked_terms

router = APIRouter()


@router.get("/search")
async def search(request: Request, me: Signed, database: Database, q: str = "", after: str = "") -> Response:
    """List what has every word; the one proceeding whose whole number was typed is opened."""
    words = q.strip()[:100]
    rows, more = await found(database, words, me.officer, after) if words else ([], None)
    exact = [row for row in rows if row["number"].lower() == words.lower()]
    if len(exact) == 1 and not after:
        return go(f"/p/{exact[0]['kind']}/{exact[0]['number']}")
    return await render(
        request, "search/results.html", rows=rows, after=more, words=words, short=bool(words) and not asked_terms(words)
    )
