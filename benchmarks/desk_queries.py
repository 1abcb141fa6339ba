"""How long the desk's lists take with 100,000 cases: my work of three offices, next, counts, search, one case's page.

Run as `python -m benchmarks.desk_queries`. The claim: each under 30 ms median, one user, by index.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import asyncpg

from activities import work
from activities.authority import known_officer
from activities.inquiry import Inquiry
from activities.work import Wanted
from benchmarks._many import MANY, NOW, file_of, load
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, prepare
from db.pool import Pool, open_pool
from db.sql import queries
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_work import NextWanted
from service.work import colleagues, page_of, supervises

TIMES, PASSWORD = 21, "not-a-secret"
TODAY = NOW.date()


@asynccontextmanager
async def loaded(many: int = MANY) -> Any:
    """Open a server with so many cases, as the program's role sees it."""
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        await prepare(server.dsn(), PASSWORD)
        owner = await asyncpg.connect(server.dsn(database=DATABASE))
        await load(owner, many)
        await owner.close()
        async with await open_pool(server.dsn(user="firstcover_app", database=DATABASE, password=PASSWORD)) as pool:
            yield pool


async def asked(pool: Pool, many: int = MANY) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Return every question, by its name."""
    async with pool.acquire() as connection:
        who = {code: await known_officer(connection, code, NOW) for code in ("ganjingzi-1", "bureau-2", "finance-1")}
    proceeding, notice = queries("proceeding"), queries("notice")
    stream = str(Stream("case", "dalian", file_of(50_000 if many > 50_000 else 5).number))

    async def page() -> None:
        await pool.fetchrow(proceeding.by_stream, stream)
        await pool.fetch(proceeding.events, stream)
        await pool.fetch(proceeding.related, stream, "bureau")
        await pool.fetch(notice.of_stream, stream)

    def whole_page(code: str, who_has: str = "") -> Callable[[], Awaitable[Any]]:
        """All that `/work` asks of the record."""

        async def asked_for() -> None:
            await work.counted(pool, who[code], TODAY)
            await page_of(pool, who[code], TODAY, Wanted(taken=who_has or None))
            await colleagues(pool, who[code], TODAY)
            await supervises(pool, who[code], TODAY)

        return asked_for

    async def take_next(code: str) -> None:
        async with pool.acquire() as connection, connection.transaction():
            form: Any = NextWanted()
            place = Stream("work", "dalian", who[code].office)
            await work.next_known(
                Inquiry(connection, place, File(number="", scheme="dalian", edition=""), form, who[code], TODAY)
            )

    def listed(code: str, **wanted: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: work.waiting(pool, who[code], TODAY, Wanted(**wanted))

    return {
        "nothing: the way to the server and back": lambda: pool.fetchval("select 1"),
        **{f"my work of {code}": listed(code) for code in who},
        **{f"my work of {code}, page 100": listed(code, after=(TODAY + timedelta(20), "DL-2023")) for code in who},
        "my work, nobody has it, a kind, before a day": listed(
            "bureau-2", taken="nobody", kind="case", due_before=TODAY
        ),
        "my work that I have": listed("finance-1", taken="me"),
        "my work, common words": listed("ganjingzi-1", text="大连 有限公司"),
        "my work, rare words": listed("bureau-2", text="压缩机 XK-33"),
        **{f"counts of {code}": lambda code=code: work.counted(pool, who[code], TODAY) for code in who},  # type: ignore[misc]
        **{f"the whole page of {code}": whole_page(code) for code in who},
        **{f"next of {code}": lambda code=code: take_next(code) for code in who},  # type: ignore[misc]
        "search by number": lambda: work.found(pool, stream.rsplit(":", maxsplit=1)[-1], who["bureau-2"]),
        "search by an enterprise": lambda: work.found(pool, "海港精密机械有限公司", who["bureau-2"]),
        "search by a product": lambda: work.found(pool, "大连 高压压缩机 有限公司", who["bureau-2"]),
        "search by rare words": lambda: work.found(pool, "核级阀门 YK-77", who["bureau-2"]),
        "a case's page": page,
    }


async def timed(ask: Callable[[], Awaitable[Any]]) -> float:
    """Return the median of some tries, in milliseconds."""
    took = []
    for _ in range(TIMES):
        begun = perf_counter()
        await ask()
        took.append((perf_counter() - begun) * 1000)
    return median(took)


async def main() -> None:
    """Load, ask, and print each question's median."""
    async with loaded() as pool:
        for name, ask in (await asked(pool)).items():
            sys.stdout.write(f"{name}: {await timed(ask):.1f} ms\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
