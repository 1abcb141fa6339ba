"""`make screenshots`: every page of the demonstration, wide and narrow, in both languages, into `screenshots/`.

Each visitor's pages are those that links lead him to and nobody before him saw (`tests.desk.crawl`), and `BESIDE`.
Arguments are parts of names: only the pages that have one of them are taken.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.async_api import Browser

from db.pool import open_pool
from rules.timetable import SHANGHAI
from service.session import now
from starters.demo import demonstrating
from starters.demonstration import play_past
from starters.demonstration.script import Script
from starters.stack import EmbeddedStack
from tests.desk.clerk import Clerk, clerk
from tests.desk.crawl import LANGUAGES, VISITORS, followed, kind_of, speak, visitor_of
from tests.desk.serving import browsing

OUT = Path(__file__).parents[2] / "screenshots"
WIDTHS = {"wide": 1440, "narrow": 360}


class Beside(NamedTuple):
    """A view that no link leads to: who looks, its address with the number of a part's case, what is pressed there."""

    visitor: str
    name: str
    path: str
    press: str = ""


FORECAST = "/forecast?sum_insured=60000000&premium_rate=0.03&years=1&shortfall_borne_by=enterprise"
BESIDE = (
    Beside("anybody", "register-none", "/register?q=nothing-like-it"),
    Beside("anybody", "premium", "/calculators/premium?sum_insured=20000000.00&premium_rate=0.025&years=1"),
    Beside("anybody", "deadline", "/calculators/deadline?contract_signed_on=2026-01-05&delivered_on=2026-01-20"),
    Beside("anybody", "validity", "/calculators/validity?published_on=2026-01-05"),
    Beside("anybody", "subsidy-wrong", "/calculators/subsidy?premium_rate=3"),
    Beside("anybody", "ceiling", "/calculators/ceiling?product_value=50000000.00"),
    Beside("anybody", "apply-wrong", "/apply", press="preview"),
    Beside("enterprise", "forecast", FORECAST),
    Beside("enterprise", "submit-wrong", "/p/case/new/acts/submit", press="preview"),
    Beside("district", "confirm-wrong", "/p/case/{review-0}/acts/confirm", press="preview"),
    Beside("district", "not-found", "/p/case/DL-1999-000001"),
    Beside("district", "search-nothing", "/search?q=zz-none"),
    Beside("bureau-1", "receive-preview", "/p/case/{confirmed-0}/acts/receive", press="preview"),
    Beside("bureau-1", "work-fault", "/work", press="act"),
)


@dataclass
class Camera:
    """Takes the pages whose names have one of the wanted parts, or all, in both languages and widths."""

    wanted: list[str]
    seen: set[str] = field(default_factory=set)

    async def take(self, one: Clerk, name: str, href: str, press: str = "") -> None:
        wanted = not self.wanted or any(part in name for part in self.wanted)
        for language in LANGUAGES if wanted else ():
            await speak(one, language)
            await one.reads(href)
            if press:
                await one.page.locator(f'button[name="{press}"]').last.click()
            for width, pixels in WIDTHS.items():
                await one.page.set_viewport_size({"width": pixels, "height": 900})
                await one.page.screenshot(path=OUT / f"{name}.{language}.{width}.png", full_page=True)
        if wanted:
            print(name)
        else:
            await one.reads(href)

    async def visit(self, browser: Browser, desk: str, script: Script, visitor: str) -> None:
        """Take what links lead a visitor to and nobody saw before, and what is beside it."""
        code, begins = visitor_of(script, visitor)
        self.seen.discard("/work")
        async with clerk(browser, desk, code) as one:
            async for href in followed(one, begins, self.seen):
                await self.take(one, f"{visitor}.{_slug(kind_of(href))}", href)
            for beside in (beside for beside in BESIDE if beside.visitor == visitor):
                numbers = {name: part.number for name, part in script.parts.items()}
                await self.take(one, f"{visitor}.{beside.name}", beside.path.format(**numbers), beside.press)


def _slug(kind: str) -> str:
    return kind.strip("/").replace("/", "-").replace("*", "one") or "front"


async def taken(stack: EmbeddedStack, wanted: list[str]) -> None:
    async with await open_pool(stack.database_url) as pool:
        script = await play_past(pool, now().astimezone(SHANGHAI).date(), stack.documents)
    camera = Camera(wanted)
    async with browsing() as browser:
        for visitor in VISITORS:
            await camera.visit(browser, stack.desk_url, script, visitor)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, demonstrating(Path(folder), lambda _: None) as stack:
        asyncio.run(taken(stack, sys.argv[1:]))


if __name__ == "__main__":
    main()
