"""What every request passes before a page sees it, and every answer after it: origin, size, headers, language."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.language import COOKIE, LANGUAGES, N_, asked_for, gettext, speak

#: The cookie of a session.
SESSION = "firstcover"
TOO_LARGE = N_("request body too large")
FAILED = N_("the desk itself failed: see whether it was done before you send it again")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Refuses what comes from another site or is too large; speaks the visitor's language; hardens every answer."""

    def __init__(self, app: ASGIApp, most_bytes: int, *, secure: bool = False) -> None:
        self._app, self._most, self._secure = app, most_bytes, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        speak(asked_for(request))
        answer = self._hardened(request, send)
        if request.method not in SAFE and not from_here(request):
            await refusal(request, 403, N_("cross-site request refused"))(scope, receive, answer)
            return
        if not request.headers.get("content-length", "0").isdigit() or self._most < int(
            request.headers.get("content-length", "0")
        ):
            await refusal(request, 413, TOO_LARGE)(scope, receive, answer)
            return
        # Whoever may fetch a page may ask whether it is there: its head is that of the page, and its body is left out.
        asked = {**scope, "method": "GET"} if request.method == "HEAD" else scope
        await _or_failed(self._app, asked, _bounded(receive, self._most), answer)

    def _hardened(self, request: Request, send: Send) -> Send:
        wanted = request.query_params.get("lang")

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not request.url.path.startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
                if wanted in LANGUAGES:
                    secure = "; Secure" if self._secure else ""
                    headers.append("set-cookie", f"{COOKIE}={wanted}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")
            elif request.method == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        return hardened


async def _or_failed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Tell whoever asks that the desk failed, where no answer has begun; what failed goes on to the log."""
    begun = False

    async def noted(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(scope, receive, noted)
    except Exception:
        if not begun:
            await refusal(Request(scope), 500, FAILED)(scope, receive, send)
        raise


def from_here(request: Request) -> bool:
    """Whether a request that changes something comes from our own pages, as the browser itself says.

    What comes to the API without a session's cookie, or with a token, by which alone it is judged, nobody can forge.
    """
    if is_api(request) and ("authorization" in request.headers or SESSION not in request.cookies):
        return True
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def is_api(request: Request) -> bool:
    """Whether another program asks: it is answered as one."""
    return request.url.path.startswith("/api/")


def refusal(request: Request, status: int, why: str) -> Response:
    """Refuse a request where no page or act has taken it, in the words of whoever asks."""
    if not is_api(request):
        return PlainTextResponse(f"{gettext(why)}\n", status)
    title = gettext(HTTPStatus(status).phrase.capitalize())
    told = {"type": "/api#refused", "title": title, "status": status, "detail": gettext(why)}
    return JSONResponse(told, status, media_type="application/problem+json")


class TooLarge(Exception):
    """A body grew beyond what the desk takes."""


def _bounded(receive: Receive, most: int) -> Receive:
    """Stop reading a body that does not say its length, where it grows too large."""
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise TooLarge
        return message

    return bounded
