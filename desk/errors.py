"""What goes wrong, each kind on a page of its own, in the law's words where the law speaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asyncpg import CharacterNotInRepertoireError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from db.pool import AWAY, is_away
from desk.page import ChangeFirst, SignInFirst, go, render
from desk.security import TOO_LARGE, TooLarge, is_api, refusal
from desk.sent import held
from desk.unreadable import faults_of
from rules.calendar import CHINA
from runtime.errors import BadInput, Refused, Unreachable

NUL = BadInput(("body", "must not hold the character NUL"))


def tell(app: FastAPI) -> None:
    """Teach the desk which page each failure has."""
    for kind, page in PAGES.items():
        app.add_exception_handler(kind, page)


async def sign_in_first(request: Request, error: Exception) -> Response:
    """To the sign-in, and back to the page that was asked for; what was filled in is kept, to be sent after it."""
    if request.headers.get("hx-request"):
        # What is checked as one types is still on the page: leading away from there would lose it.
        return Response(status_code=401, headers={} if request.method == "POST" else {"HX-Redirect": "/sign-in"})
    kept = await held(request)
    if kept["held"]:
        # Who signs in sees it again before it is sent: he may be another.
        kept["held"].pop("send", None)
        return await render(request, "errors/signed_out.html", status=401, **kept)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go("/sign-in", next=wanted if request.method == "GET" else None)


async def change_first(request: Request, error: Exception) -> Response:
    """To the account, where a password is chosen."""
    return go("/account")


async def refused(request: Request, error: Exception) -> Response:
    """The law or the limits of an office forbid it."""
    return await render(request, "errors/refused.html", status=403, refused=error)


async def bad_input(request: Request, error: Exception) -> Response:
    """What was handed in cannot be read."""
    assert isinstance(error, BadInput)
    return await render(request, "errors/bad_input.html", status=422, faults=error.faults)


async def unreadable(request: Request, error: Exception) -> Response:
    """A field of an address or of a plain form is missing or no such value."""
    assert isinstance(error, RequestValidationError)
    return await render(request, "errors/bad_input.html", status=422, faults=faults_of(error))


async def too_large(request: Request, error: Exception) -> Response:
    """More was sent than the desk takes."""
    return refusal(request, 413, TOO_LARGE)


async def http(request: Request, error: Exception) -> Response:
    """There is no such page, or no such way to ask for it."""
    assert isinstance(error, HTTPException)
    if is_api(request):
        return refusal(request, error.status_code, str(error.detail))
    template = "errors/not_found.html" if error.status_code in (404, 405) else "errors/other.html"
    answer = await render(request, template, status=error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def unwritable(request: Request, error: Exception) -> Response:
    """An address or a form holds the one character that the record cannot write."""
    return await bad_input(request, NUL)


async def away(request: Request, error: Exception) -> Response:
    """The database is away: said without asking it who is signed in."""
    if not is_away(error):
        raise error
    return await render_plainly(request, error)


async def render_plainly(request: Request, error: Exception) -> Response:
    """A page for when a server does not answer."""
    request.state.me, request.state.calendar = None, CHINA
    return await render(request, "errors/away.html", status=503, error=error, **await held(request))


PAGES: dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    SignInFirst: sign_in_first,
    ChangeFirst: change_first,
    Refused: refused,
    BadInput: bad_input,
    RequestValidationError: unreadable,
    Unreachable: render_plainly,
    TooLarge: too_large,
    HTTPException: http,
    CharacterNotInRepertoireError: unwritable,
    **dict.fromkeys(AWAY, away),
}
