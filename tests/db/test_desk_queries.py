"""The desk's lists are answered by index: no plan reads a whole table of proceedings, events, deadlines or work."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from activities import work
from activities.authority import known_officer
from activities.inquiry import Inquiry
from benchmarks._many import NOW, Loading, enterprise_of, load
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE
from db.pool import Connection, open_pool
from db.sql import queries
from rules.procedure import NO_FILE, File
from rules.procedures import Stream
from rules.schemes.dalian_review import JOINT
from rules.schemes.dalian_work import NextWanted
from service.acting import may_see
from service.rounds import VIEWS
from tests.conftest import PASSWORD

ACCOUNT, ENTERPRISE, NOTICE, POLICY = queries("account"), queries("enterprise"), queries("notice"), queries("policy")
PROCEEDING, PUBLIC, WORK = queries("proceeding"), queries("public"), queries("work")
RETURNS, REVIEW, ROUND = queries("returns"), queries("review"), queries("round")
MANY = 4_000
OFFICERS = ["bureau-1", "bureau-2"]
NARROWED = (None, None, None, date.min, "", 50)
PLACES = ["", "bureau"]
ROUNDS = [f"round:dalian:{year}Q{quarter}" for year in (2023, 2024, 2025) for quarter in (1, 2, 3, 4)]
STREAM, TODAY = "case:dalian:DL-2020-100007", NOW.date()
COMMON, RARE = ["高压", "压缩"], ["核级", "xk-33"]
ALL, OWN = ["all"], ["handled", "district:", "district:xigang"]
LATEST = (f"{TODAY}", "9999-12-31", "~", 51)
#: The tables that grow with the cases.
LARGE = re.compile(r"Seq Scan on (proceeding|event|deadline|work_item|policy|subsidy_application|opinion|office\b)")

SEES_ALL = ("regulator", "industry_bureau")

QUESTIONS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "mine": (WORK.mine, ("industry_bureau", PLACES, *NARROWED, OFFICERS, False)),
    "held": (WORK.held, ("industry_bureau", PLACES, *NARROWED, OFFICERS)),
    "mine_found": (WORK.mine_found, ("industry_bureau", PLACES, *NARROWED, OFFICERS, False, RARE, None)),
    "mine_found, common": (WORK.mine_found, ("industry_bureau", PLACES, *NARROWED, OFFICERS, False, COMMON, None)),
    "counts": (WORK.counts, ("district", ["district/xigang"], TODAY)),
    "open_to": (
        WORK.open_to,
        ("industry_bureau", PLACES, OFFICERS, None, 20, date.min, NOW, "", ["case"], ["assessed"]),
    ),
    "claim": (WORK.claim, (STREAM, "industry_bureau", PLACES, OFFICERS)),
    "named": (WORK.named, ([STREAM], [STREAM])),
    "found by number": (WORK.found, (["dl-2020-100007"], "", "bureau", 51, ALL)),
    "found by a product": (WORK.found, (COMMON, "", "bureau", 51, ALL)),
    "found by rare words": (WORK.found, (RARE, "", "xigang", 51, OWN)),
    "by_stream": (PROCEEDING.by_stream, (STREAM,)),
    "events": (PROCEEDING.events, (STREAM,)),
    "related": (PROCEEDING.related, (STREAM, "bureau")),
    "notices": (NOTICE.of_stream, (STREAM,)),
    "session": (ACCOUNT.session, (b"0" * 32, NOW, NOW)),
    "register": (PUBLIC.register, ("dalian", None, None, None, None, *LATEST)),
    "register, common words": (PUBLIC.register, ("dalian", COMMON, None, None, None, *LATEST)),
    "register, rare words": (PUBLIC.register, ("dalian", RARE, "xigang", None, "valid", *LATEST)),
    "entry": (PUBLIC.entry, (STREAM,)),
    "own": (ENTERPRISE.own, (enterprise_of(7), NOW, "", 31)),
    "at_stages": (ENTERPRISE.at_stages, (["assessed"], None, None, "", 31)),
    "at_stages, an assessor's": (ENTERPRISE.at_stages, (["assessed"], None, "assessor-a", "", 31)),
    "counts_at, a district's": (ENTERPRISE.counts_at, (["district_review"], ["xigang"], None)),
    "counts_at, an assessor's": (ENTERPRISE.counts_at, (["assessment", "assessed"], None, "assessor-a")),
    "register, expired": (PUBLIC.register, ("dalian", None, None, None, "expired", *LATEST)),
    "register, expired of a kind": (PUBLIC.register, ("dalian", None, "xigang", "system", "expired", *LATEST)),
    "round": (ROUND.reviewed, (ROUNDS[5], "", None, None, None, "finance", TODAY, 51)),
    "round, an insurer's": (ROUND.reviewed, (ROUNDS[5], "", "insurer-a", None, "held", "finance", TODAY, 51)),
    **{f"round, {view}": (ROUND.reviewed, (ROUNDS[5], "", None, None, view, "finance", TODAY, 51)) for view in VIEWS},
    "returns": (ROUND.returns, (ROUNDS[5],)),
    "by_office": (REVIEW.by_office, (ROUNDS[5], list(JOINT))),
    "an insurer's applications": (RETURNS.mine, ("dalian", "insurer-a", "", None, None, 51)),
    "an insurer's rounds": (RETURNS.rounds_of, ("dalian", "insurer-a", 8)),
    "policies": (POLICY.list, ("dalian", "insurer-a", "", None, None, 51)),
    "policies, words": (POLICY.list, ("dalian", None, "", None, RARE, 51)),
}


@pytest.fixture(scope="module")
async def many(postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """A database with many cases, as the program's role sees it."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database desk_queries template {DATABASE}")
    owner = await asyncpg.connect(postgres.dsn(database="desk_queries"))
    await load(owner, MANY, Loading(rounds=ROUNDS))
    await owner.close()
    program = postgres.dsn(user="firstcover_app", database="desk_queries", password=PASSWORD)
    async with await open_pool(program) as pool, pool.acquire() as connection:
        yield connection
    await admin.execute("drop database desk_queries with (force)")
    await admin.close()


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_list_of_the_desk_reads_no_whole_table(many: Connection, name: str) -> None:
    query, values = QUESTIONS[name]
    await many.execute("set plan_cache_mode = force_custom_plan")
    plan = "\n".join(row[0] for row in await many.fetch(f"explain {query}", *values))
    assert not LARGE.search(plan), plan


@pytest.mark.parametrize("name", ["mine", "held", "counts", "open_to", "claim", "found by number", "events"])
async def test_a_list_reads_no_whole_table_whatever_is_asked_for(many: Connection, name: str) -> None:
    query, values = QUESTIONS[name]
    await many.execute("set plan_cache_mode = force_generic_plan")
    plan = "\n".join(row[0] for row in await many.fetch(f"explain {query}", *values))
    assert not LARGE.search(plan), plan


async def test_what_waits_is_counted_in_the_order_of_its_index(many: Connection) -> None:
    query, values = QUESTIONS["counts"]
    plan = "\n".join(row[0] for row in await many.fetch(f"explain {query}", *values))
    assert "Index Only Scan using counted" in plan
    assert "Group Key: work_item.kind, work_item.stage" in plan


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


@pytest.mark.parametrize(
    "who", ["xigang-1", "bureau-1", "assessor-a-1", "insurer-b-1", "regulator-1", enterprise_of(7)]
)
async def test_a_search_shows_an_officer_what_he_may_see_and_nothing_else(many: Connection, who: str) -> None:
    officer = await known_officer(many, who, NOW)
    rows = await many.fetch(
        "select file, shown_to && $1 as shown from proceeding where number < 'DL-2021'", work.shown_to(officer)
    )
    assert {row["shown"] for row in rows} == {True} | ({False} if officer.kind not in SEES_ALL else set())
    assert all(may_see(File.model_validate(row["file"]), officer) is row["shown"] for row in rows)


def test_what_has_no_day_is_due_last() -> None:
    assert date.max == work.NEVER
