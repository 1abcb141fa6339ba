"""Who calls: by a token of an officer's, or by the session his browser has; and what he sends."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from activities.authority import Officer
from desk.language import _
from desk.page import COOKIE, database, servers, settings
from service.accounts import signed_in
from service.api_tokens import bearer
from service.reading import read_json

_token = HTTPBearer(auto_error=False, description="A token that an officer made for another program.")
_session = APIKeyCookie(name=COOKIE, auto_error=False, description="The session of the desk.")


async def caller(
    request: Request,
    token: Annotated[HTTPAuthorizationCredentials | None, Depends(_token)],
    session: Annotated[str | None, Depends(_session)],
) -> Officer:
    """Who calls; 401 where nobody does. A request that names a token is judged by it alone."""
    pool, at = database(request), servers(request).clock()
    if "authorization" in request.headers:
        found = await bearer(pool, token.credentials, at) if token else None
    else:
        visit = await signed_in(pool, session, at, settings(request).policy) if session else None
        if visit and visit.must_change:
            raise HTTPException(403, _("choose a password of your own at the desk first"))
        found = visit.officer if visit else None
    if found is None:
        raise HTTPException(401, _("sign in at the desk, or send a token that holds"), {"WWW-Authenticate": "Bearer"})
    return found


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; nothing is an empty one."""
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HTTPException(415, _("the body must be application/json"))
    return read_json(raw)


Caller = Annotated[Officer, Depends(caller)]
Sent = Annotated[dict[str, Any], Depends(sent)]


def body_of(schema: dict[str, Any]) -> dict[str, Any]:
    """What OpenAPI says of a body that `Sent` reads."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


BODY = body_of({"type": "object"})
