"""The desk served to a real browser, and the browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from playwright.async_api import Browser, async_playwright

from desk.app import build
from desk.settings import DeskSettings
from service.session import Session
from tests.desk.chromium import chromium, with_chinese_font


@asynccontextmanager
async def serving(session: Session, **settings: Any) -> AsyncIterator[str]:
    """Serve a desk on these servers; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = build(DeskSettings(**({"one_click": True} | settings)), session)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
    served = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 - the server tells it no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await served


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox"], env=dict(with_chinese_font())
        )
        yield browser
        await browser.close()
