"""`make pictures`: the README's pictures of the desk, taken from the demonstration into `docs/pictures/`."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from db.pool import open_pool
from rules.timetable import SHANGHAI
from runtime.logging import set_up_logging
from service.session import now
from starters.demo import demonstrating
from starters.demonstration import play_past
from starters.stack import EmbeddedStack
from tests.desk.clerk import clerk
from tests.desk.serving import browsing

OUT = Path(__file__).parents[2] / "docs" / "pictures"
#: A picture in a README is looked at in passing: it must be there at once.
MOST_BYTES = 200_000
WIDTH, HEIGHT = 1120, 760


async def taken(stack: EmbeddedStack, today: date) -> None:
    """Take each page as its officer sees it: my work, a case's path, a form beside its article, a plan to be signed."""
    async with await open_pool(stack.database_url) as pool:
        parts = (await play_past(pool, today, stack.documents)).parts
    wanted = (
        ("work", "bureau-1", "zh", "/work"),
        ("case", "bureau-1", "zh", f"/p/case/{parts['waitlisted'].number}"),
        ("form", parts["review-0"].officer("district-1"), "en", f"/p/case/{parts['review-0'].number}/acts/confirm"),
    )
    async with browsing() as browser:
        for name, officer, language, path in wanted:
            async with clerk(browser, stack.desk_url, officer, language) as one:
                await one.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
                await one.reads(path)
                made = await one.page.screenshot(path=OUT / f"{name}.png", scale="css")
                assert len(made) < MOST_BYTES, f"{name}.png has {len(made)} bytes"


def main() -> None:
    set_up_logging("json", logging.WARNING)
    OUT.mkdir(parents=True, exist_ok=True)
    today = now().astimezone(SHANGHAI).date()
    with TemporaryDirectory() as folder, demonstrating(Path(folder), lambda _: None) as stack:
        asyncio.run(taken(stack, today))


if __name__ == "__main__":
    main()
