"""How long the desk's lists take with 100,000 cases: my work of three offices, next, counts, search, one case's page.

Run as `python -m benchmarks.desk_queries`. The claim: each under 30 ms median, one user, by index.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
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
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, prepare
from db.pool import Pool, open_pool
from db.sql import queries
from rules import work as law
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_case import CASE
from rules.schemes.dalian_work import NextWanted
from rules.timetable import Deadline
from service.sample_forms import SampleForms
from service.work import colleagues, page_of, supervises

MANY, TIMES, PASSWORD = 100_000, 21, "not-a-secret"
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
TODAY = NOW.date()
#: Where cases stand: of each stage so many in a hundred, and the deadline that runs there.
STAGES = (
    ("district_review", 12, ("verification", "district")),
    ("correction", 4, ("correction", "enterprise")),
    ("confirmed", 6, None),
    ("received", 4, None),
    ("assessment", 8, ("assessment", "assessor")),
    ("assessed", 4, None),
    ("proposed", 4, None),
    ("recognised", 10, ("insurance", "enterprise")),
    ("insured", 6, None),
    ("filed", 10, None),
    ("planned", 8, ("payment", "finance")),
    ("paid", 24, None),
)
DISTRICTS = ("zhongshan", "xigang", "shahekou", "ganjingzi", "lushunkou", "jinzhou", "pulandian", "wafangdian")
PLACES, TRADES = "大连海港金州旅顺甘井沙河中山西岗长兴", ("精密机械", "新材料", "船舶配套", "轴承制造", "智能装备")
PRODUCTS = ("数控加工中心", "高压压缩机", "永磁直驱电机", "核级阀门", "复合材料构件", "深海绞车")

#: The columns that are copied, of each table.
COLUMNS = {
    "proceeding": (
        *("stream", "kind", "number", "scheme", "edition", "stage", "sequence", "closed", "enterprise", "district"),
        *("product_key", "about", "awaits", "file", "opened_at", "changed_at", "terms"),
    ),
    "deadline": ("stream", "name", "article", "office", "nominal_on", "due_on", "provisional", "met_on"),
    "work_item": (
        *("stream", "office_kind", "place", "kind", "scheme", "number", "stage", "deadline", "due_on", "provisional"),
        *("changed_at", "taken_by", "taken_at", "taken_in"),
    ),
}


def file_of(n: int) -> File:
    """Return the file of the n-th case: a submission as the samples have it, at one of the stages."""
    stage, named = _stage(n)
    place, trade = PLACES[n % 18] + PLACES[n * 7 % 18], TRADES[n % 5]
    enterprise, district = f"91210200MA{n // 3:08d}", DISTRICTS[n * 13 % len(DISTRICTS)]
    submission = SAMPLE | {
        "enterprise": SAMPLE["enterprise"] | {"name": f"大连{place}{trade}有限公司{n // 3}", "uscc": enterprise},
        "product": SAMPLE["product"] | {"name": PRODUCTS[n % 6], "model": f"{'XYZ'[n % 3]}K-{n % 9000}"},
    }
    due = TODAY + timedelta(n * 31 % 90 - 20)
    deadlines = (
        (Deadline(name=named[0], article="9", office=named[1], counted_from=due - timedelta(21), nominal_on=due,
                  due_on=due, provisional=n % 9 == 0, because=("counted from the day before, which is not counted",)),)
        if named else ()
    )  # fmt: skip
    return File(
        number=f"DL-{2020 + n % 7}-{n:06d}", scheme="dalian", edition="dalian-demonstration-2026", stage=stage,
        sequence=9, closed=stage == "paid", enterprise=enterprise, district=district, deadlines=deadlines,
        facts={"submission": submission, "entrustment": {"assessor": f"assessor-{'ab'[n % 2]}"},
               "contract": {"insurer": f"insurer-{'ab'[n % 2]}"}},
        done_by={"confirm": f"{district}-1", "propose": "bureau-1"},
    )  # fmt: skip


SAMPLE = SampleForms(serial=1, now=NOW.replace(tzinfo=None)).of("submit")


def _stage(n: int) -> tuple[str, Any]:
    place, below = n * 37 % 100, 0
    for stage, share, deadline in STAGES:
        below += share
        if place < below:
            return stage, deadline
    raise AssertionError("the shares come to a hundred")


def rows(many: int) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    """Yield each case's row, its deadlines and what waits of it, as the record keeps them."""
    for n in range(many):
        file = file_of(n)
        stream, at = str(Stream("case", "dalian", file.number)), NOW - timedelta(hours=n % 5000)
        whole = json.dumps(file.model_dump(mode="json"))
        case = (stream, "case", file.number, "dalian", file.edition, file.stage, 9, file.closed, None, file.district,
                None, None, list(CASE.awaited(file)), whole, at, at, list(law.terms(file)))  # fmt: skip
        due = [
            (stream, d.name, d.article, d.office, d.nominal_on, d.due_on, d.provisional, None) for d in file.deadlines
        ]
        waits = [
            (stream, item.office_kind, item.place, "case", "dalian", file.number, file.stage, item.deadline,
             item.due_on or date.max, item.provisional, at, *_taken(n, item.office_kind, item.place, at))
            for item in law.items(CASE, file)
        ]  # fmt: skip
        yield case, due, waits


def _taken(n: int, kind: str, place: str, at: datetime) -> tuple[str | None, datetime | None, int | None]:
    """A third of what waits is taken by somebody."""
    office = {"industry_bureau": "bureau", "finance": "finance"}.get(kind, place.removeprefix("district/"))
    if n % 3 or kind == "enterprise":
        return None, None, None
    return f"{office}-{n % 2 + 1}", at, 1


async def load(owner: asyncpg.Connection[Any], many: int = MANY) -> None:
    """Load so many cases by COPY."""
    await owner.set_type_codec("jsonb", encoder=_jsonb, decoder=bytes, schema="pg_catalog", format="binary")
    made = list(rows(many))
    copied = {
        "proceeding": [case for case, _, _ in made],
        "deadline": [d for _, due, _ in made for d in due],
        "work_item": [w for _, _, waits in made for w in waits],
    }
    for table, records in copied.items():
        await owner.copy_records_to_table(table, records=records, columns=COLUMNS[table])
    events = "select stream, n, stream || n, '{}', '', '' from proceeding, generate_series(1, 2) n"
    await owner.execute("alter table event disable trigger all")
    await owner.execute(f"insert into event (stream, sequence, command_id, body, previous, hash) {BODY.format(events)}")
    await owner.execute("alter table event enable trigger all")
    for table in ("proceeding", "deadline", "work_item", "event"):
        await owner.execute(f"vacuum analyze {table}")


def _jsonb(text: str) -> bytes:
    """Write a text as COPY sends jsonb: its version, and the text."""
    return b"\x01" + text.encode()


#: Two events a case, each as long as an act of the samples tells.
BODY = (
    "select stream, n, command_id, jsonb_build_object('act', 'confirm', 'officer', 'bureau-1', 'passed', true, "
    "'text', repeat('x', 600))::text, previous::bytea, hash::bytea "
    "from ({}) e (stream, n, command_id, body, previous, hash)"
)


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
