"""访问令牌: the tokens by which other programs act for the officer who made them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from desk.page import Me, Servers, Signed, go, render
from runtime.errors import BadInput
from service import api_tokens
from service.api_tokens import Given

router = APIRouter(prefix="/account/tokens")


@router.get("")
async def tokens(request: Request, me: Signed, servers: Servers) -> Response:
    """An officer's tokens, and the form that makes one."""
    return await _page(request, me, servers)


@router.post("")
async def give(
    request: Request,
    me: Signed,
    servers: Servers,
    name: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "90",
) -> Response:
    """Make a token; it is on this answer and nowhere else, ever."""
    try:
        held = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0
        given = await api_tokens.give(servers.pool, me.code, name, held, servers.clock())
    except BadInput as error:
        return await _page(request, me, servers, faults=dict(error.faults), name=name, status=422)
    return await _page(request, me, servers, given=given)


@router.post("/{number}/revoke")
async def revoke(me: Signed, servers: Servers, number: int) -> Response:
    """End a token."""
    await api_tokens.revoke(servers.pool, me.code, number, servers.clock())
    return go("/account/tokens")


async def _page(
    request: Request,
    me: Me,
    servers: Servers,
    *,
    given: Given | None = None,
    faults: dict[str, str] | None = None,
    name: str = "",
    status: int = 200,
) -> Response:
    held = await api_tokens.tokens_of(servers.pool, me.code)
    told = {"given": given, "faults": faults or {}, "name": name, "tokens": held, "now": servers.clock()}
    return await render(request, "tokens/list.html", status=status, **told)
