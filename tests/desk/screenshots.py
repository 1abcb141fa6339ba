"""`make screenshots`: every page of `tests.desk.shots`, wide and narrow, in both languages, into `screenshots/`.

Arguments are parts of names: only the pages that have one of them are taken.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from rules.timetable import SHANGHAI
from service.sample_forms import SampleForms
from service.sample_values import uscc
from service.session import Session, now, session
from starters.stack import EmbeddedStack
from starters.story import Story, quarter_of
from tests.desk import shots
from tests.desk.serving import browsing
from tests.desk.shots import Shot

OUT = Path(__file__).parents[2] / "screenshots"
WIDTHS = {"wide": 1440, "narrow": 360}


def all_shots(wanted: list[str]) -> Iterator[Shot]:
    for found in sorted(iter_modules(shots.__path__), key=lambda one: one.name):
        for shot in import_module(f"{shots.__name__}.{found.name}").SHOTS:
            if not wanted or any(part in shot.name for part in wanted):
                yield shot


async def played(servers: Session) -> dict[str, str]:
    """The demonstration's story, and some cases on their way; what addresses are filled in with."""
    ending = await Story(servers, lambda _: None, 4_000_001, quarter_of(now())).play()
    numbers = {}
    for serial, name in ((5_000_001, "review"), (5_000_002, "confirmed"), (5_000_003, "another")):
        forms = SampleForms.at(now(), serial)
        answer = await servers.open("case:dalian:new", "submit", forms.enterprise, forms.submission(), None)
        numbers[name] = answer.stream.split(":")[2]
    await servers.act(
        f"case:dalian:{numbers['confirmed']}", "confirm", "ganjingzi-1", forms.of("confirm"), None
    )  # fmt: skip
    register, supervises = "offices:dalian:register", {"code": "ganjingzi-1"}
    since = {"since": f"{now().astimezone(SHANGHAI).date()}"}
    await servers.open(register, "propose_supervisor", "bureau-1", supervises | since, None)
    await servers.open(register, "appoint_supervisor", "bureau-2", supervises, None)
    told = {
        "paid": ending.paid.number,
        "late": ending.late.number,
        "quarter": ending.round.number,
        "year": f"{now():%Y}",
    }
    return numbers | told | {"enterprise": uscc(4_000_001)}


async def take(browser: Browser, desk: str, shot: Shot, filled: Mapping[str, str]) -> None:
    """Take a page in both languages and widths."""
    for language in ("zh", "en"):
        for name, width in WIDTHS.items():
            context = await browser.new_context(viewport={"width": width, "height": 900}, base_url=desk)
            page = await context.new_page()
            await page.goto(f"/sign-in?lang={language}")
            if shot.officer:
                await page.click(f'form[action="/sign-in/{shot.officer.format(**filled)}"] button')
            await page.goto(shot.path.format(**filled))
            if shot.press:
                await page.locator(f'button[name="{shot.press}"]').last.click()
            await page.screenshot(path=OUT / f"{shot.name}.{language}.{name}.png", full_page=True)
            await context.close()


async def taken(desk: str, wanted: list[str]) -> None:
    async with session() as servers:
        filled = await played(servers)
    async with browsing() as browser:
        for shot in all_shots(wanted):
            await take(browser, desk, shot, filled)
            print(shot.name)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, EmbeddedStack(Path(folder), headless=True, one_click=True) as stack:
        os.environ.update(stack.environment)
        asyncio.run(taken(stack.desk_url, sys.argv[1:]))


if __name__ == "__main__":
    main()
