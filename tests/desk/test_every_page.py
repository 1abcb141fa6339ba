"""Every page of the demonstration, as each office sees it: nothing that axe, a narrow screen, a console, or a reader of
Chinese or of English would complain of, and nothing from another host. Who comes later looks only at what is new.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from playwright.async_api import Browser
from temporalio.testing import WorkflowEnvironment

from db.embedded import EmbeddedPostgres
from db.pool import Pool
from desk.naming import labels
from rules.timetable import SHANGHAI
from service.session import Session
from starters.demonstration.script import Script
from tests.demonstration import demonstrated
from tests.desk.clerk import clerk
from tests.desk.crawl import VISITORS, Crawl, kind_of, left_in_chinese, left_in_english, visitor_of
from tests.desk.serving import browsing, serving
from tests.hands import Clock

# One browser and one demonstration for all of them.
pytestmark = pytest.mark.timeout(300)

#: All that people wrote, and the names of people and papers.
RECORDED = """select string_agg(said, ' ') from (
    select body from event union all select name from officer union all select number from notice
    union all select notice from insurer_listing union all select bank_name from bank_account
) as recorded (said)"""


class Opened(NamedTuple):
    """The demonstration as it begins, only looked at."""

    pool: Pool
    script: Script
    desk: str
    browser: Browser
    crawl: Crawl


@pytest.fixture(scope="module")
async def opened(
    postgres: EmbeddedPostgres, skipping: WorkflowEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Opened]:
    today, folder = datetime.now(SHANGHAI).date(), tmp_path_factory.mktemp("documents")
    async with demonstrated(postgres, "demonstration_read", today, folder) as begun:
        session = Session(begun.pool, skipping.client, f"read-{uuid4()}", Clock())
        async with serving(session) as desk, browsing() as browser:
            yield Opened(begun.pool, begun.script, desk, browser, Crawl(await begun.pool.fetchval(RECORDED)))


@pytest.mark.parametrize("visitor", VISITORS)
async def test_every_page_that_links_lead_to_can_be_read_in_either_language(opened: Opened, visitor: str) -> None:
    code, begins = visitor_of(opened.script, visitor)
    async with clerk(opened.browser, opened.desk, code, "zh") as one:
        opened.crawl.seen.discard("/work")
        assert await opened.crawl.faults(one, begins) == []


def named(facts: Any) -> Iterator[str]:
    """Every name that facts have within them; codes, which name nothing, are written otherwise."""
    if isinstance(facts, dict):
        yield from (name for name in facts if re.fullmatch("[a-z_]+", name))
        facts = list(facts.values())
    if isinstance(facts, list):
        for one in facts:
            yield from named(one)


async def test_whatever_the_record_tells_of_has_a_chinese_name(opened: Opened) -> None:
    known, unnamed = labels("zh"), set()
    for (changed,) in await opened.pool.fetch("select body::jsonb -> 'changes' from event"):
        facts = {name: section for name, section in changed.get("facts", {}).items() if not name.isdigit()}
        told = {"section": facts, "field": named(list(facts.values())), "money": changed.get("money", {})}
        unnamed |= {(group, name) for group, names in told.items() for name in names if name not in known[group]}
    assert unnamed == set()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("district_review", True),
        ("环节：public_notice", True),
        ("Repayment", True),
        ("policy:dalian:DL-2026-000001-1", True),
        ("不得为空: must not be empty", True),
        ("已拨付", False),
        ("Ex d IIC T4，24000 r/min, 30 kW", False),
        ("insurer-a-1 · DL-2026-000001", False),
        ("case@example.org", False),
        ("下载 Excel", False),
    ],
)
def test_what_is_left_in_english_is_told_from_models_units_and_codes(text: str, *, left: bool) -> None:
    assert bool(list(left_in_english([text], "Ex d IIC"))) is left


def test_what_is_left_in_chinese_is_told_from_what_people_wrote() -> None:
    assert list(left_in_chinese(["Stage: 已拨付", "王丽 · Bureau"], "王丽")) == ["Stage: 已拨付"]


@pytest.mark.parametrize(
    ("href", "kind"),
    [
        ("/p/case/DL-2026-000001/acts/confirm", "/p/case/*/acts/confirm"),
        ("/p/pilot_insurer/insurer-a", "/p/pilot_insurer/*"),
        ("/pilot-insurers/insurer-a", "/pilot-insurers/*"),
        ("/round/2026Q3?view=mine", "/round/*"),
        ("/law/8(1)", "/law/*"),
        ("/reports/take_up/2026", "/reports/take_up/*"),
    ],
)
def test_pages_of_one_kind_are_told_by_their_addresses(href: str, kind: str) -> None:
    assert kind_of(href) == kind
