"""An officer at the desk in a real Chromium: signed in by a click, filling forms in by the names of their fields."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page

from tests.desk.browser import flat


@dataclass
class Clerk:
    """One officer's browser; `complaints` are what its console called errors, but an answer's own status."""

    page: Page
    desk: str
    complaints: list[str] = field(default_factory=list)

    async def does(self, proceeding: str, act: str, data: Mapping[str, Any] | None = None) -> str:
        """Fill in an act's form, preview it, send it, and return what the page then says; an empty one is previewed."""
        await self.open_form(proceeding, act)
        await self.fill(data or {})
        if not await self.page.locator('button[name="send"]').count():
            await self.page.locator('button[name="preview"]').last.click()
        await self.page.locator('button[name="send"]').click()
        return await self.said()

    async def open_form(self, proceeding: str, act: str) -> None:
        answer = await self.page.goto(f"{path_of(proceeding)}/acts/{act}")
        assert answer
        assert answer.status == 200, await self.said()

    async def said(self) -> str:
        """What the page shows."""
        return await self.page.locator("main").inner_text()

    async def reads(self, path: str) -> int:
        """Open a page and return its status."""
        answer = await self.page.goto(path)
        assert answer
        return answer.status

    async def sends(self, proceeding: str, act: str) -> int:
        """Send an act past its page, as nobody's button would, and return the status."""
        where = f"{self.desk}{path_of(proceeding)}/acts/{act}"
        from_here = {"origin": self.desk, "sec-fetch-site": "same-origin"}
        answer = await self.page.request.post(where, form={"send": "yes"}, headers=from_here, max_redirects=0)
        return answer.status

    async def fill(self, data: Mapping[str, Any]) -> None:
        """Fill a form in by its fields' names, whatever their order; rows are added as they are needed."""
        kinds = await self.page.evaluate(KINDS)
        for group, value in data.items():
            if isinstance(value, Mapping) and group in kinds:
                # A mapping of codes is written one on each line.
                await self._fill_one(
                    group, kinds[group], "\n".join(f"{left} = {right}" for left, right in value.items())
                )
                continue
            for name, given in flat({group: value}).items():
                while "[" in name and name not in kinds:
                    await self.page.click(f'button[name="add"][value="{name.partition("[")[0]}"]')
                    kinds = await self.page.evaluate(KINDS)
                await self._fill_one(name, kinds[name], given)

    async def _fill_one(self, name: str, kind: str, given: Any) -> None:
        one = self.page.locator(f'main [name="{name}"]').first
        if kind in ("radio", "checkbox"):
            for choice in given if isinstance(given, list) else [given]:
                await self.page.check(f'main [name="{name}"][value="{choice}"]')
        elif kind == "select-one":
            await one.select_option(str(given))
        elif kind != "hidden":
            await one.fill("\n".join(given) if isinstance(given, list) else str(given))


#: The fields of the page and their kinds; what a page keeps folded is unfolded first, as anybody would.
KINDS = """() => {
    document.querySelectorAll('main details').forEach(one => { if (one.querySelector('[name]')) one.open = true });
    const named = [...document.querySelectorAll('main [name]')].map(one => [one.name, one.type]);
    return Object.fromEntries(named.reverse());
}"""


def path_of(proceeding: str) -> str:
    """Where a proceeding's page is."""
    kind, _, number = proceeding.split(":")
    return f"/p/{kind}/{number}"


@asynccontextmanager
async def clerk(browser: Browser, desk: str, officer: str | None, language: str = "en") -> AsyncIterator[Clerk]:
    """An officer at his desk, signed in by one click; None is anybody, who is not."""
    context = await browser.new_context(base_url=desk, viewport={"width": 1280, "height": 900})
    # Far more than it takes: others may work on this machine too.
    context.set_default_timeout(120_000)
    page = await context.new_page()
    made = Clerk(page, desk)
    page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    await page.goto(f"/sign-in?lang={language}")
    if officer:
        await page.click(f'form[action="/sign-in/{officer}"] button')
    try:
        yield made
    finally:
        await context.close()
