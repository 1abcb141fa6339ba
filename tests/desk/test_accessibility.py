"""Every page that links lead to, in both languages, on the demonstration's data: nothing that axe, a narrow screen, a
console, a stranger's host or a reader of Chinese would complain of. One page is looked at of each kind of address.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Error, Page
from temporalio.testing import WorkflowEnvironment

from db.embedded import EmbeddedPostgres
from rules.timetable import SHANGHAI
from service.session import Session
from tests.demonstration import Demonstrated, demonstrated
from tests.desk.clerk import clerk
from tests.desk.serving import browsing, serving
from tests.hands import Clock

pytestmark = [pytest.mark.xdist_group("chromium"), pytest.mark.timeout(400)]
NARROW = {"width": 360, "height": 800}
#: So many pages of one kind of address are looked at, by all visitors together; of a form of an act one of each kind.
OF_EACH, AT_MOST = 1, 400
#: What is no page: what is downloaded, what is for machines, and the way out.
NO_PAGE = re.compile(r"\.(pdf|xlsx?|csv|json|txt)$|^/(static|healthz|readyz|metrics|api|openapi|sign-out|documents)\b")

#: Text that can be read, outside what is marked as English, as code or as a person's own words; labels for the blind.
READ = """() => {
    const skip = 'script, style, code, pre, kbd, samp, [lang="en"], .hash, [data-verbatim], option[value*="_"]:empty';
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const within = node.parentElement;
        if (within.closest(skip) || !node.textContent.trim()) continue;
        found.push(node.textContent.trim());
    }
    for (const one of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
        if (one.closest(skip)) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
            const said = one.getAttribute(name);
            if (said && said.trim()) found.push(said.trim());
        }
    }
    return found;
}"""
#: A code with an underscore, or three words of English in a row; a model or a unit has no such words.
RAW_CODE = re.compile(r"(?<![\w./@-])[a-z]+(?:_[a-z0-9]+)+(?![\w./@-])")
ENGLISH = re.compile(r"(?<![\w-])(?:[A-Za-z][a-z]+[ ,;:]+){2,}[a-z]{2,}")


def untranslated(texts: list[str]) -> Iterator[str]:
    """What is left in English, or as the program's own code, on a page in Chinese."""
    for text in texts:
        if RAW_CODE.search(text) or ENGLISH.search(text):
            yield text[:120]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("district_review", True),
        ("环节：public_notice", True),
        ("It would go through", True),
        ("不得为空: must not be empty", True),
        ("已拨付", False),
        ("Ex d IIC T4，24000 r/min, 30 kW", False),
        ("insurer-a-1 · DL-2026-000001", False),
        ("case@example.org", False),
    ],
)
def test_what_is_left_in_english_is_told_from_models_units_and_codes(text: str, *, left: bool) -> None:
    assert bool(list(untranslated([text]))) is left


@pytest.fixture(scope="module")
async def begun(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demonstrated]:
    """The demonstration as it begins; only looked at."""
    today = datetime.now(SHANGHAI).date()
    folder = tmp_path_factory.mktemp("documents")
    async with demonstrated(postgres, "demonstration_read", today, folder) as played:
        yield played


def kind_of(href: str) -> str:
    """Which kind of address this is: its path without numbers and codes, and what its query narrows by."""
    parts = urlsplit(href)
    path = re.sub(r"/p/(\w+)/[^/]+/acts/\w+", r"/p/\1/*/acts/*", parts.path)
    path = re.sub(r"/p/(\w+)/[^/]+", r"/p/\1/*", path)
    path = re.sub(r"/[^/]*[0-9][^/]*", "/*", path)
    return "?".join(filter(None, (path, "&".join(sorted({name for name, _ in parse_qsl(parts.query)})))))


@dataclass
class Look:
    """All that is looked at, and all that was found wrong, by page."""

    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def crawl(self, browser: Browser, desk: str, officer: str | None) -> None:
        """Follow links from where an officer begins, one page of each kind of address."""
        async with clerk(browser, desk, officer, "zh") as one:
            begins = "/" if officer is None else "/work"
            waiting, known = [begins, *(["/account"] if officer else ["/sign-in"])], {begins}
            one.page.on("request", lambda asked: self._stays(asked.url, desk))
            while waiting and self.seen.total() < AT_MOST:
                href = waiting.pop(0)
                # A place of its own each office begins at; all else once, whoever leads there first.
                kind = kind_of(href) + (f" as {officer}" if href == begins else "")
                if self.seen[kind] >= OF_EACH:
                    continue
                self.seen[kind] += 1
                links = await self.look(one.page, desk, href, officer, one.complaints)
                fresh = [link for link in links if link not in known]
                known.update(fresh)
                waiting += fresh

    def _stays(self, url: str, desk: str) -> None:
        if not url.startswith((desk, "data:", "blob:", "about:")):
            self.wrong.append(f"asks another host: {url}")

    async def look(self, page: Page, desk: str, href: str, officer: str | None, complaints: list[str]) -> list[str]:
        """Look at one page in both languages; return where its links lead."""
        links: list[str] = []
        for language in ("zh", "en"):
            where = f"{href} ({language}, {officer or 'anybody'})"
            await page.context.add_cookies([{"name": "lang", "value": language, "url": desk}])
            try:
                answer = await page.goto(href)
            except Error:
                # What is downloaded is no page.
                return []
            if answer is None or answer.status >= 400:
                self.wrong.append(f"{where}: answers {answer and answer.status}")
                break
            found = await Axe().run(page)
            for one in found.response["violations"]:
                self.wrong.append(f"{where}: {one['id']}: {one['nodes'][0]['html'][:160]}")
            if language == "zh":
                self.wrong += [f"{where}: not in Chinese: {left}" for left in untranslated(await page.evaluate(READ))]
                hrefs = await page.evaluate("() => [...document.querySelectorAll('a[href]')].map(one => one.href)")
                links = [one.removeprefix(desk).partition("#")[0] for one in hrefs if one.startswith(desk)]
            await page.set_viewport_size({"width": 360, "height": 800})
            over = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                self.wrong.append(f"{where}: {over} px too wide at 360")
            await page.set_viewport_size({"width": 1280, "height": 900})
            self.wrong += [f"{where}: console: {said}" for said in complaints]
            complaints.clear()
        return [one for one in links if one and not NO_PAGE.search(urlsplit(one).path) and "lang=" not in one]


async def test_every_page_that_links_lead_to_can_be_read_by_anybody_in_either_language(
    begun: Demonstrated, skipping: WorkflowEnvironment
) -> None:
    session, looked = Session(begun.pool, skipping.client, f"read-{uuid4()}", Clock()), Look()
    parts = begun.script.parts
    visitors = [
        *(None, "bureau-1", "regulator-1", "finance-1", "insurer-a-1", "assessor-a-1"),
        parts["returned-0"].officer("district-1"),
        parts["planned-0"].officer("enterprise"),
    ]
    async with serving(session) as desk, browsing() as browser:
        for pair in zip(visitors[::2], visitors[1::2], strict=True):
            await asyncio.gather(*(looked.crawl(browser, desk, officer) for officer in pair))
    assert len(looked.seen) > 20, looked.seen
    assert sorted(set(looked.wrong)) == []
