"""登录: signing in and out, and the officer's own password."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from db.sql import queries
from desk.page import COOKIE, Database, Desk, Servers, Signed, Visitor, go, render, today
from runtime.errors import BadInput
from service import accounts
from service.accounts import NotSignedIn, SignedIn
from service.masking import masked

ACCOUNT = queries("account")
router = APIRouter()
Words = Annotated[str, Form(max_length=300)]
#: Where to go after signing in may be a forecast's address, with all that was filled in; one longer leads to the work.
Address = Annotated[str, Form()]
LONGEST_ADDRESS = 8_000


@router.get("/sign-in")
async def form(request: Request, desk: Desk, database: Database, next: str = "/work") -> Response:  # noqa: A002
    """The form; in the demonstration also every officer, to be signed in by one click."""
    return await _form(request, desk, database, next)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    desk: Desk,
    servers: Servers,
    officer: Words = "",
    password: Words = "",
    next: Address = "/work",  # noqa: A002
) -> Response:
    """Sign an officer in by his code and password."""
    try:
        opened = await accounts.sign_in(servers.pool, officer.strip(), password, servers.clock(), desk.policy)
    except NotSignedIn as failed:
        return await _form(request, desk, servers.pool, next, failed=failed.why, officer=officer)
    return _opened(opened, desk, next)


@router.post("/sign-in/{officer}")
async def sign_in_by_click(
    desk: Desk,
    servers: Servers,
    officer: str,
    next: Address = "/work",  # noqa: A002
) -> Response:
    """Sign one of the demonstration's officers in; there is no such address elsewhere."""
    if not desk.one_click:
        raise HTTPException(404)
    try:
        opened = await accounts.sign_in_by_click(servers.pool, officer, servers.clock(), desk.policy)
    except NotSignedIn as failed:
        raise HTTPException(404) from failed
    return _opened(opened, desk, next)


@router.post("/sign-out")
async def sign_out(request: Request, servers: Servers, me: Visitor, everywhere: Words = "") -> Response:
    """End this session, or every one of the officer's."""
    if me and everywhere:
        await accounts.sign_out_everywhere(servers.pool, me.code, servers.clock())
    elif token := request.cookies.get(COOKIE):
        await accounts.sign_out(servers.pool, token, servers.clock())
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/account")
async def account(request: Request, me: Signed) -> Response:
    """The officer's own account."""
    return await render(request, "sign_in/account.html", faults=(), must_change=me.must_change)


@router.post("/account")
async def change_password(
    request: Request,
    me: Signed,
    desk: Desk,
    servers: Servers,
    current: Words = "",
    password: Words = "",
    again: Words = "",
) -> Response:
    """Change the password; every other session of the officer ends."""
    at, template = servers.clock(), "sign_in/account.html"
    try:
        if password != again:
            raise BadInput(("again", "must be the same as the new password"))
        await accounts.sign_in(servers.pool, me.code, current, at, desk.policy)
        await accounts.set_password(servers.pool, me.code, password, at, keep=request.cookies[COOKIE])
    except (BadInput, NotSignedIn) as error:
        faults = error.faults if isinstance(error, BadInput) else (("current", error.why),)
        return await render(request, template, status=422, faults=faults, must_change=me.must_change)
    return go("/work", said="password_changed")


def _opened(opened: SignedIn, desk: Desk, after: str) -> Response:
    here = after.startswith("/") and not after.startswith(("//", "/\\")) and len(after) <= LONGEST_ADDRESS
    answer = go("/account" if opened.must_change else after if here else "/work")
    answer.set_cookie(COOKIE, opened.token, httponly=True, samesite="lax", secure=desk.secure_cookies, path="/")
    return answer


async def _form(
    request: Request, desk: Desk, database: Database, after: str, *, failed: str = "", officer: str = ""
) -> Response:
    found = await database.fetch(ACCOUNT.one_click, today(request)) if desk.one_click else []
    # Whoever acts for an enterprise is a person, and this page is the public's.
    rows = [
        {**row, "name": masked(row["name"], "contact") if row["kind"] == "enterprise" else row["name"]} for row in found
    ]
    officers = [(kind, list(of)) for kind, of in groupby(rows, itemgetter("kind"))]
    told = {"failed": failed, "officer": officer, "after": after, "demonstration": officers}
    status = {"wrong": 401, "ended": 401, "locked": 429}.get(failed, 200)
    return await render(request, "sign_in/form.html", status=status, **told)
