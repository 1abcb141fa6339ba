"""The API put together: its operations, who calls, how failures are told, and its description as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from desk.api import money, papers, problems, proceedings, public

ABOUT = (
    "The desk's acts for other programs. Times are local to Shanghai, amounts are yuan as text with two decimals, "
    "articles are those of the city's measures. Failures are problem details (RFC 9457) naming field, rule and article."
)


def build() -> FastAPI:
    """Return the API, to be mounted at `/api`; it shares the desk's state."""
    app = FastAPI(title="Firstcover", version="1", description=ABOUT, docs_url=None, redoc_url=None)
    for part in (proceedings, money, papers, public):
        # Its routes themselves: included, each would be made a second time when it is first asked for.
        app.router.routes.extend(part.router.routes)
    problems.tell(app)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """What OpenAPI says, with the problems among its schemas and without FastAPI's own word for bad input."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": "/api"}],
        )
        _, told = models_json_schema([(problems.Problem, "serialization")], ref_template="#/components/schemas/{model}")
        schemas = made["components"]["schemas"]
        schemas.update(told["$defs"])
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for operation in (one for path in made["paths"].values() for one in path.values()):
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
        app.openapi_schema = made
    return app.openapi_schema
