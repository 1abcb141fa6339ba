"""Whether the desk lives, is ready, and how it does: for whoever runs it. Nothing here tells of a case."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from temporalio.service import RPCError

from db.pool import AWAY, one
from db.sql import queries
from desk.page import Database, Servers, today

METRICS = queries("metrics")
router = APIRouter()


@router.get("/healthz")
async def alive() -> Response:
    """The desk answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def ready(servers: Servers) -> Response:
    """The record answers the desk, and the workflows do."""
    missing = []
    try:
        await servers.pool.fetchval("select 1")
    except AWAY:
        missing.append("postgresql")
    try:
        await servers.client.service_client.check_health()
    except RPCError:
        missing.append("temporal")
    if missing:
        return PlainTextResponse(f"not ready: {', '.join(missing)}\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def metrics(request: Request, database: Database) -> Response:
    """What Prometheus reads; how much waits is asked of the record now, and left out where that is away."""
    with suppress(*AWAY):
        row = await one(database, METRICS.waiting, today(request))
        for name, gauge in request.app.state.waiting.items():
            gauge.set(row[name])
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
