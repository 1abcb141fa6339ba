"""`make screenshots`: every page of the demonstration, wide and narrow, in both languages, into `screenshots/`.

Each visitor's pages are those that links lead him to and nobody before him saw (`tests.desk.crawl`), and `BESIDE`.
Arguments are parts of names: only the pages that have one of them are taken.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.async_api import Browser

from db.pool import open_pool
from rules.timetable import SHANGHAI
from runtime.logging import set_up_logging
from service.session import now
from starters.demo import demonstrating
from starters.demonstration import play_past
from starters.demonstration.money import Quarter
from starters.demonstration.script import Script
from starters.stack import EmbeddedStack
from tests.desk.clerk import Clerk, clerk
from tests.desk.crawl import LANGUAGES, VISITORS, followed, kind_of, speak, visitor_of
from tests.desk.serving import browsing

OUT = Path(__file__).parents[2] / "screenshots"
WIDTHS = {"wide": 1440, "narrow": 360}


class Beside(NamedTuple):
    """A view that no link leads to: who looks, its address with the number of a part's case or a round's quarter.

    What is ticked and filled in there by its selector, what is pressed then; and the application
    that an insurer adds to a return's template, which he hands in before he looks; none where it is empty.
    """

    visitor: str
    name: str
    path: str
    press: str = ""
    fill: Mapping[str, str] = {}
    row: str | None = None


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
    Beside(
        "bureau-1",
        "reject-preview",
        "/p/case/{assessed-0}/acts/reject",
        "preview",
        {"[name=reason]": "技术指标未达到要求"},
    ),
    Beside("bureau-1", "plan-drawn", "/round/{quarter-2}/plan"),
    Beside("bureau-1", "plan-signed", "/round/{quarter-3}/plan"),
    Beside("bureau-1", "opinions", "/round/{quarter-1}", "preview", {"[value=all]": "", "#reason": "材料齐全，同意"}),
    Beside("bureau-1", "opinions-wrong", "/round/{quarter-1}", "preview", {"[value=all]": ""}),
    Beside("bureau-1", "edition-wrong", "/administration/editions/new", press="preview"),
    Beside("finance-1", "offices-accounts", "/administration/offices"),
    Beside(
        "finance-1", "account-wrong", "/administration/acts/offices/enter_account?office=insurer-b", press="preview"
    ),
    Beside("bureau-1", "case-rejected", "/p/case/{rejected}"),
    Beside("bureau-1", "case-paid", "/p/case/{paid-0}"),
    Beside("bureau-1", "case-waitlisted", "/p/case/{waitlisted}"),
    Beside("bureau-1", "case-revoked", "/p/case/{revoked}"),
    Beside("bureau-1", "case-assessed", "/p/case/{assessed-0}"),
    Beside("insurer-a-1", "returns-nil", "/returns/{quarter-1}/checked", row=""),
    Beside("insurer-a-1", "returns-faulty", "/returns/{quarter-1}/checked", row="DL-1999-000001-1"),
    Beside("insurer-a-1", "insure-wrong", "/p/case/{insure-today}/acts/insure", press="preview"),
    Beside("finance-1", "payments-paid", "/payments/{quarter-4}"),
    Beside("finance-1", "appropriate-wrong", "/budget/{year}/acts/appropriate", press="preview"),
    Beside("bureau-1", "work-fault", "/work", press="act"),
)


@dataclass
class Camera:
    """Takes the pages whose names have one of the wanted parts, or all, in both languages and widths."""

    wanted: list[str]
    seen: set[str] = field(default_factory=set)

    async def take(self, one: Clerk, name: str, href: str, beside: Beside | None = None) -> None:
        wanted = not self.wanted or any(part in name for part in self.wanted)
        for language in LANGUAGES if wanted else ():
            await speak(one, language)
            if beside and beside.row is not None:
                await _hand_in(one, href.removesuffix("/checked"), beside.row)
            await one.reads(href)
            for selector, words in beside.fill.items() if beside else ():
                where = one.page.locator(selector).first
                await (where.fill(words) if words else where.check())
            if beside and beside.press:
                await one.page.locator(f'button[name="{beside.press}"]').last.click()
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
            numbers = {name: part.number for name, part in script.parts.items()} | {"year": f"{now():%Y}"}
            numbers |= {f"quarter-{back}": Quarter(script, back).quarter for back in (1, 2, 3, 4)}
            for beside in (beside for beside in BESIDE if beside.visitor == visitor):
                await self.take(one, f"{visitor}.{beside.name}", beside.path.format(**numbers), beside)


async def _hand_in(one: Clerk, where: str, row: str) -> None:
    """Hand a quarter's template in as a return, with a row more of an application that nobody knows if one is named."""
    raw = await (await one.page.request.get(f"{where}/template.csv")).body()
    more = (b"\r\n" + row.encode() + b"," * raw.splitlines()[0].count(b",")) if row else b""
    file = {"name": "return.csv", "mimeType": "text/csv", "buffer": raw.rstrip() + more}
    headers = {"origin": one.desk, "sec-fetch-site": "same-origin"}
    await one.page.request.post(f"{where}/check", multipart={"file": file}, headers=headers)


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
    set_up_logging("json", logging.WARNING)
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, demonstrating(Path(folder), lambda _: None) as stack:
        asyncio.run(taken(stack, sys.argv[1:]))


if __name__ == "__main__":
    main()
