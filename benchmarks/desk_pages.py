"""How long the desk takes to answer with 100,000 cases: my work of each office, search, and a case's page.

Run as `python -m benchmarks.desk_pages`. The claim: each under 30 ms median on the server, one user; the browser's own
time and the network's are not in it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, cast

from httpx import ASGITransport, AsyncClient

from benchmarks.desk_queries import MANY, NOW, file_of, loaded, timed
from db.pool import Pool
from desk.app import build
from desk.settings import DeskSettings
from service.session import Session
from starters.demonstration.past import Past
from starters.demonstration.script import WAY, Part

DESK = "http://desk.bench"


async def case_among_them(pool: Pool) -> str:
    """A case with a history of its own, acts of the record and no copies: its number."""
    past, part = Past(pool, NOW.date()), Part("benchmark", 0)
    for act, who, days in WAY[:8]:
        at, officer = past.ago(70 - days), part.officer(who)
        done = await past.done(f"benchmark-{act}", part.stream, act, officer, part.forms(at).of(act), at)
        part.stream = done.stream
    return part.number


def pages(number: str) -> dict[str, tuple[str, str]]:
    """Each page that is claimed, by its name: who asks, and for what."""
    other = file_of(MANY // 2).number
    work = {f"my work of {officer}": (officer, "/work") for officer in ("ganjingzi-1", "bureau-2", "finance-1")}
    return work | {
        "my work, overdue only": ("bureau-2", "/work?due=overdue"),
        "search by number": ("bureau-2", f"/work?q={other}"),
        "search by a product": ("bureau-2", "/work?q=高压压缩机"),
        "a case's page": ("bureau-2", f"/p/case/{number}"),
        "an act's form": ("insurer-a-1", f"/p/case/{number}/acts/insure"),
    }


async def main() -> None:
    """Load, sign in, ask, and print each page's median."""
    async with loaded() as pool:
        number = await case_among_them(pool)
        # What only looks asks Temporal nothing.
        app = build(DeskSettings(one_click=True), Session(pool, cast(Any, None), "none", lambda: NOW))
        for name, (officer, path) in pages(number).items():
            async with AsyncClient(transport=ASGITransport(app), base_url=DESK) as browser:
                signed_in = await browser.post(f"/sign-in/{officer}", headers={"origin": DESK})
                assert signed_in.status_code == 303, signed_in.text
                answer = await browser.get(path)
                assert answer.status_code == 200, (path, answer.status_code)

                async def ask(browser: AsyncClient = browser, path: str = path) -> None:
                    await browser.get(path)

                sys.stdout.write(f"{name}: {await timed(ask):.1f} ms\n")
                sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
