"""核验: that no history was altered, what was tried without authority, and what is still to be told (article 15(3))."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from desk.page import Database, Servers, Signed, render
from desk.pages.administration import owner
from service import administration as admin
from service.anchor import anchored
from service.auditing import verified

router = APIRouter()
#: How long a page follows the chains: a large record is verified by `firstcover audit verify`.
PATIENCE_SECONDS = 20.0
_one_at_a_time = asyncio.Lock()


@router.get("/administration/proof")
async def proof(request: Request, me: Signed, database: Database, verify: str = "", after: str = "") -> Response:
    """Refusals, orders that are not taken, and, where it is asked for, whether every history is unaltered."""
    owner(me)
    found, busy = None, False
    if verify and _one_at_a_time.locked():
        busy = True
    elif verify:
        async with _one_at_a_time:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    found = await verified(database)
            except TimeoutError:
                found = {"ok": None}
    refused, more = await admin.refusals(database, after)
    waiting, dead = await admin.undone(database)
    return await render(
        request,
        "proof/show.html",
        found=found,
        busy=busy,
        seconds=int(PATIENCE_SECONDS),
        refused=refused,
        after=more,
        waiting=waiting,
        dead=dead,
    )


@router.get("/administration/proof/anchor")
async def anchor(me: Signed, servers: Servers) -> Response:
    """How every chain ends, to be kept outside."""
    owner(me)
    at = servers.clock()
    async with _one_at_a_time, asyncio.timeout(PATIENCE_SECONDS):
        lines = await anchored(servers.pool, at)
    name = f"anchor-{at:%Y%m%d-%H%M}.jsonl"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse("\n".join(lines) + "\n", media_type="application/jsonl", headers=headers)
