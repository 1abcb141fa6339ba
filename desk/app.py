"""The desk put together: settings, servers, what guards it, and every place of `desk.pages`, found by itself."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
        app.include_router(module.router)
        nav += getattr(module, "NAV", ())
    return sorted(nav, key=lambda one: one.order)


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

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        begun = time.perf_counter()
        answer = await call_next(request)
        route = request.scope.get("root_path", "") + getattr(request.scope.get("route"), "path", "none")
        if request.method == "POST" and route.endswith("/acts/{act}"):
            door = "api" if route.startswith("/api/") else "page"
            outcome = "previewed" if (door, answer.status_code) == ("page", 200) else OUTCOMES.get(answer.status_code)
            acts.labels(door, outcome or "other").inc()
        answers.labels(route, answer.status_code).inc()
        seconds.labels(route).observe(time.perf_counter() - begun)
        return answer
