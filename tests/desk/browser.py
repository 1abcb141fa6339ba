"""The desk as a browser without scripts sees it: cookies, forms, and our own origin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from httpx import ASGITransport, AsyncClient, Response

from desk.app import build
from desk.settings import DeskSettings
from service.session import Session

ORIGIN = "http://desk.test"


class Browser:
    """One visitor's browser."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **more: Any) -> Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        """Send a form as our own page would."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"} | more.pop("headers", {})
        return await self.client.post(path, data=data or {}, headers=headers, **more)

    async def sign_in(self, officer: str) -> Response:
        """Sign in by the demonstration's one click."""
        return await self.post(f"/sign-in/{officer}")


@asynccontextmanager
async def visiting(session: Session, **settings: Any) -> AsyncIterator[Browser]:
    """A desk on these servers, and a browser on it that speaks English."""
    app = build(DeskSettings(**({"one_click": True} | settings)), session)
    transport = ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, cookies={"lang": "en"}, follow_redirects=False
    ) as client:
        yield Browser(client)


def flat(data: Any, prefix: str = "") -> dict[str, Any]:
    """A form's data as a browser names its fields."""
    if isinstance(data, dict):
        found: dict[str, Any] = {}
        for name, value in data.items():
            found |= flat(value, f"{prefix}.{name}" if prefix else name)
        return found
    if isinstance(data, list) and data and isinstance(data[0], dict):
        found = {}
        for at, row in enumerate(data):
            found |= flat(row, f"{prefix}[{at}]")
        return found
    if isinstance(data, bool):
        return {prefix: str(data).lower()}
    return {prefix: data} if data is not None else {}
