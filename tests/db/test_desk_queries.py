"""The desk's lists are answered by index: no plan reads a whole table of proceedings, events, deadlines or work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from activities import work
from activities.authority import known_officer
from activities.inquiry import Inquiry
from benchmarks._many import NOW, load
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE
from db.pool import Connection, open_pool
from db.sql import queries
from rules.procedure import NO_FILE
from rules.procedures import Stream
from rules.schemes.dalian_work import NextWanted
from tests.conftest import PASSWORD

WORK, PROCEEDING = queries("work"), queries("proceeding")
MANY = 4_000
OFFICERS = ["bureau-1", "bureau-2"]
NARROWED = (None, None, None, date.min, "", 50)
PLACES = ["", "bureau"]
STREAM, TODAY = "case:dalian:DL-2020-100007", NOW.date()

QUESTIONS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "mine": (WORK.mine, ("industry_bureau", PLACES, *NARROWED, OFFICERS, False)),
    "held": (WORK.held, ("industry_bureau", PLACES, *NARROWED, OFFICERS)),
    "mine_found": (WORK.mine_found, ("industry_bureau", PLACES, *NARROWED, OFFICERS, False, ["核级", "xk"], None)),
    "counts": (WORK.counts, ("district", ["district/xigang"], TODAY)),
    "open_to": (
        WORK.open_to,
        ("industry_bureau", PLACES, OFFICERS, None, 20, date.min, NOW, "", ["case"], ["assessed"]),
    ),
    "claim": (WORK.claim, (STREAM, "industry_bureau", PLACES, OFFICERS)),
    "found": (WORK.found, (["dl-2020-100007"], "", "bureau", 50, ["all"])),
    "by_stream": (PROCEEDING.by_stream, (STREAM,)),
    "events": (PROCEEDING.events, (STREAM,)),
}


@pytest.fixture(scope="module")
async def many(postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """A database with many cases, as the program's role sees it."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database desk_queries template {DATABASE}")
    owner = await asyncpg.connect(postgres.dsn(database="desk_queries"))
    await load(owner, MANY)
    await owner.close()
    program = postgres.dsn(user="firstcover_app", database="desk_queries", password=PASSWORD)
    async with await open_pool(program) as pool, pool.acquire() as connection:
        yield connection
    await admin.execute("drop database desk_queries with (force)")
    await admin.close()


@pytest.mark.parametrize("generic", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_list_of_the_desk_reads_no_whole_table(many: Connection, name: str, generic: str) -> None:
    query, values = QUESTIONS[name]
    await many.execute(f"set plan_cache_mode = {generic}")
    plan = "\n".join(row[0] for row in await many.fetch(f"explain {query}", *values))
    assert not [line for line in plan.splitlines() if "Seq Scan on" in line], plan


async def test_the_next_one_is_found_without_looking_at_what_its_office_cannot_move(many: Connection) -> None:
    officer, place = await known_officer(many, "finance-1", NOW), Stream("work", "dalian", "finance")
    inquiry = Inquiry(many, place, NO_FILE, NextWanted(), officer, TODAY)
    asked: list[str] = []
    with many.query_logger(lambda record: asked.append(record.query)):
        found = await work.next_known(inquiry)
    assert found.work
    assert found.work.next_one is None
    assert await many.fetchval("select count(*) from work_item where office_kind = 'finance'") > 100
    assert PROCEEDING.by_stream not in asked


def test_what_has_no_day_is_due_last() -> None:
    assert date.max == work.NEVER
