"""The desk put together: settings, servers, what guards it, and every place of `desk.pages`, found by itself."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk import errors, pages
from desk.api.app import build as build_api
from desk.pace import Pace
from desk.page import Nav
from desk.security import Guard
from desk.settings import DeskSettings
from service.session import Session, session

#: What came of an act, by how it was answered.
OUTCOMES = {
    200: "done",
    201: "done",
    303: "done",
    403: "no_authority",
    404: "not_found",
    409: "refused_by_law",
    422: "bad_input",
    503: "server_away",
}
STATIC = Path(__file__).parent / "static"


def build(settings: DeskSettings, servers: Session | None = None) -> FastAPI:
    """Return the desk; without `servers` it opens those the program's settings name, and closes them at its end."""

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            app.state.servers = servers or await opened.enter_async_context(session())
            yield

    app = FastAPI(title="Firstcover", lifespan=running, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.settings, app.state.servers = settings, servers
    app.state.nav = _join(app)
    app.state.api = api = build_api()
    api.state = app.state
    app.mount("/api", api, name="api")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    errors.tell(app)
    _measured(app)
    app.add_middleware(
        Pace,
        searches_a_minute=settings.searches_a_minute,
        sign_ins_a_minute=settings.sign_ins_a_minute,
        applies_a_minute=settings.applies_a_minute,
    )
    app.add_middleware(Guard, most_bytes=settings.most_bytes, secure=settings.secure_cookies)
    return app


def _join(app: FastAPI) -> list[Nav]:
    """Take in every place's router, and return the bar at the top."""
    nav: list[Nav] = []
    for found in iter_modules(pages.__path__):
        module = import_module(f"{pages.__name__}.{found.name}")
        # Its routes themselves: included, each would be made a second time when it is first asked for.
        app.router.routes.extend(module.router.routes)
        nav += getattr(module, "NAV", ())
    return sorted(nav, key=lambda one: one.order)


class Measured:
    """Tells of every answer its scope, its status and the seconds until it began."""

    def __init__(self, app: ASGIApp, tell: Callable[[Scope, int, float], None]) -> None:
        self._app, self._tell = app, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message["status"], time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, told)


def _measured(app: FastAPI) -> None:
    """Count and time what is answered, by the route and never by what stands in an address."""
    app.state.metrics = registry = CollectorRegistry()
    answers = Counter("firstcover_desk_answers", "Answers of the desk.", ("route", "status"), registry=registry)
    seconds = Histogram("firstcover_desk_seconds", "Seconds an answer took.", ("route",), registry=registry)

    acts = Counter("firstcover_desk_acts", "Acts sent, by what came of them.", ("door", "outcome"), registry=registry)
    app.state.waiting = {
        "outbox": Gauge("firstcover_outbox_waiting", "Commands no workflow is known to have taken.", registry=registry),
        "overdue": Gauge("firstcover_work_overdue", "Work whose day has passed.", registry=registry),
    }

    def measured(scope: Scope, status: int, took: float) -> None:
        route = scope.get("root_path", "") + getattr(scope.get("route"), "path", "none")
        if scope["method"] == "POST" and route.endswith("/acts/{act}"):
            door = "api" if route.startswith("/api/") else "page"
            outcome = "previewed" if (door, status) == ("page", 200) else OUTCOMES.get(status)
            acts.labels(door, outcome or "other").inc()
        answers.labels(route, status).inc()
        seconds.labels(route).observe(took)

    app.add_middleware(Measured, tell=measured)
