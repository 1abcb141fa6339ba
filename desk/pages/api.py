"""接口说明: the API described on a page of our own, made from its own description: nothing from another host."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.public import show

router = APIRouter()
EXAMPLE = """curl -H 'Authorization: Bearer fc_…' -H 'Idempotency-Key: 7f9c…' \\
  -H 'Content-Type: application/json' --data '{}' \\
  """
ACT = "/api/proceedings/case/DL-2026-000001/acts/receive"


@router.get("/api")
async def described(request: Request) -> Response:
    """Every operation: what it takes, what it answers, and how it fails."""
    described = request.app.state.api.openapi()
    operations: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            told = {"method": method.upper(), "path": f"/api{path}", **one}
            operations.setdefault(one["tags"][0], []).append(told)
    here = f"{request.url.scheme}://{request.url.netloc}"
    return await show(
        request, "api/index.html", described=described, operations=operations, example=EXAMPLE + here + ACT
    )
