"""The API put together: its operations, who calls, how failures are told, and its description as OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from desk.api import money, papers, problems, proceedings, public
from desk.language import N_, gettext, language

ABOUT = N_(
    "The desk's acts for other programs. Times are local to Shanghai, amounts are yuan as text with two decimals, "
    "articles are those of the city's measures. Failures are problem details (RFC 9457) naming field, rule and article."
)
TAGS = {
    "proceedings": N_("Proceedings"),
    "work": N_("Work"),
    "money": N_("Money"),
    "documents": N_("Documents"),
    "public": N_("Public register and law"),
    "rules": N_("Rules"),
}
#: Where the first thing that a description says ends.
_HEAD = re.compile(r"[.:;。：；]")


def build() -> FastAPI:
    """Return the API, to be mounted at `/api`; it shares the desk's state, and is described in its caller's words."""
    app = FastAPI(title="Firstcover", version="1", description=ABOUT, docs_url=None, redoc_url=None)
    for part in (proceedings, money, papers, public):
        # Its routes themselves: included, each would be made a second time when it is first asked for.
        app.router.routes.extend(part.router.routes)
    problems.tell(app)
    spoken = cache(lambda _: described(app))
    app.openapi = lambda: spoken(language())  # type: ignore[method-assign]
    return app


def described(app: FastAPI, say: Callable[[str], str] = gettext) -> dict[str, Any]:
    """What OpenAPI says, as `say` puts it; with the problems among its schemas, without FastAPI's own word for them."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[{"name": name, "description": called} for name, called in TAGS.items()],
        servers=[{"url": "/api"}],
    )
    _, told = models_json_schema([(problems.Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas = made["components"]["schemas"]
    schemas.update(told["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operation in _operations(made):
        del operation["summary"]
        if "HTTPValidationError" in str(operation["responses"].get("422")):
            del operation["responses"]["422"]
    said: dict[str, Any] = _said(made, say)
    for operation in _operations(said):
        operation["summary"] = _HEAD.split(operation["description"], maxsplit=1)[0]
    return said


def _operations(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for path in made["paths"].values() for one in path.values()]


def _said(part: Any, say: Callable[[str], str], name: str = "") -> Any:
    """A part of a description with its words as `say` puts them."""
    match part:
        case dict():
            return {key: _said(inner, say, key) for key, inner in part.items()}
        case list():
            return [_said(inner, say) for inner in part]
        case str() if name == "description":
            return say(" ".join(part.split()))
    return part
