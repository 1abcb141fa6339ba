"""公开页: what every page that needs no sign-in has in common: how long it may be kept, and by whom."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from desk.page import COOKIE, render

#: Seconds for which a page that names nobody may be kept, by a proxy too.
KEPT = 60


async def show(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Make a public page; whoever has no session may keep it for a minute, in his language."""
    made = await render(request, template, status=status, **context)
    keep(request, made)
    return made


def keep(request: Request, answer: Response) -> None:
    """Let an answer be kept where it is the same for everyone who speaks its language."""
    answer.headers["Vary"] = "Cookie, Accept-Language"
    if COOKIE not in request.cookies and "lang" not in request.query_params and answer.status_code == 200:
        answer.headers["Cache-Control"] = f"public, max-age={KEPT}"
