"""Whether the desk lives, is ready, and how it does: for whoever runs it. Nothing here tells of a case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from temporalio.service import RPCError

from db.pool import AWAY, one
from db.sql import queries
from desk.page import Database, Servers, today

METRICS = queries("metrics")
#: 探测时限, in seconds: what answers a probe later than so serves no page either.
PATIENCE = 3.0
router = APIRouter()


@router.get("/healthz")
async def alive() -> Response:
    """The desk answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def ready(servers: Servers) -> Response:
    """The record answers the desk, and the workflows do."""
    asked = {
        "postgresql": servers.pool.fetchval("select 1"),
        "temporal": servers.client.service_client.check_health(),
    }
    missing = [name for name, answer in asked.items() if not await _comes(answer)]
    if missing:
        return PlainTextResponse(f"not ready: {', '.join(missing)}\n", 503)
    return PlainTextResponse("ready\n")


async def _comes(answer: Awaitable[object]) -> bool:
    """Whether a server answers while whoever probes still waits; one that is frozen answers nobody."""
    with suppress(RPCError, TimeoutError, *AWAY):
        async with asyncio.timeout(PATIENCE):
            await answer
            return True
    return False


@router.get("/metrics")
async def metrics(request: Request, database: Database) -> Response:
    """What Prometheus reads; how much waits is asked of the record now, and left out where that is away."""
    with suppress(*AWAY):
        row = await one(database, METRICS.waiting, today(request))
        for name, gauge in request.app.state.waiting.items():
            gauge.set(row[name])
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
