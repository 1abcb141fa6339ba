"""What links lead a visitor to, one page of each kind of address, in both languages; and what is wrong there."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT

from starters.demonstration.script import Script
from tests.desk.clerk import Clerk

#: Who looks at the demonstration, and where he begins beside his work. An owner's officer administers; `bureau-2`
#: supervises his office.
VISITORS = {
    "anybody": ("/", "/sign-in"),
    "enterprise": ("/account",),
    "district": (),
    "bureau-1": ("/search?q=碳纤维", "/administration/proof?verify=now"),
    "bureau-2": ("/office-work",),
    "assessor-a-1": (),
    "insurer-a-1": (),
    "regulator-1": (),
    "finance-1": (),
}
#: What is no page: what is downloaded, what is for machines, and the way out.
NO_PAGE = re.compile(
    r"\.(pdf|xlsx?|csv|json|txt)$|^/(static|healthz|readyz|metrics|api/|sign-out|documents)|^/letters/."
)
#: The numbers and codes in an address, by which pages of one kind differ.
ONE_OF_MANY = re.compile(r"(?<=^/p/)(\w+)/[^/]+|(?<=/)[^/]*[0-9][^/]*|(?<=/pilot-insurers/)[^/]+")

#: What axe finds: each rule broken, with the first place. Colours are one in both languages: weighing them is slow.
AXE = """async weighed => (await axe.run(
    {resultTypes: ['violations'], preload: false, rules: {'color-contrast': {enabled: weighed}}}
)).violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)"""
#: The texts that can be read or heard, but for what is marked as of the other language or stands as code.
TEXTS = """foreign => {
    const skip = `script, style, code, pre, kbd, .hash, [lang|="${foreign}"]`, found = [document.title];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        if (!node.parentElement.closest(skip)) found.push(node.textContent);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label'])
        for (const one of document.querySelectorAll(`body [${name}]`))
            if (!one.closest(skip)) found.push(one.getAttribute(name));
    return [...new Set(found.map(one => one.replace(/\\s+/g, ' ').trim()))];
}"""
#: By how many pixels a page is wider than its window, and what sticks out of it.
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - width;
    const out = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 1);
    return over > 0 ? [`${over} px wider than ${width}: ${out.at(-1)?.outerHTML.slice(0, 160)}`] : [];
}"""
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(one => one.href.split('#')[0])"

#: The program's own code, a word that begins as an English one does, or three of them in a row.
RAW_CODE = re.compile(r"(?<![\w./@-])[a-z]+(_[a-z0-9]+)+(?![\w./@-])|[a-z]:[a-z]+:\w")
NAMES = "Bearer|Excel|Firstcover|Idempotency|Key|OpenAPI|Word"
ENGLISH = re.compile(rf"(?<![\w./@-])(?!({NAMES})\b)[A-Z][a-z]{{2,}}(?![\w/@-])|([a-z]{{2,}} ){{2,}}[a-z]{{2,}}")
CHINESE = re.compile("[\u3400-\u9fff]+")


def left_in_english(texts: Iterable[str], recorded: str) -> Iterator[str]:
    """What is left in English, or as the program's own code, on a page in Chinese."""
    for text in texts:
        if (found := RAW_CODE.search(text)) or ((found := ENGLISH.search(text)) and found[0] not in recorded):
            yield f"{found[0]} in: {text[:120]}"


def left_in_chinese(texts: Iterable[str], recorded: str) -> Iterator[str]:
    """What is left in Chinese on a page in English: names, and words that people wrote, stand in the record too."""
    return (text[:120] for text in texts if any(found not in recorded for found in CHINESE.findall(text)))


LANGUAGES = {"zh": ("en", left_in_english), "en": ("zh", left_in_chinese)}
#: How wide the window gets, one after the other: axe looks at the last, which is narrow in one language, not the other.
WIDTHS = {"zh": (1280, 360), "en": (360, 2560, 1280)}


def kind_of(href: str) -> str:
    """Which kind of page an address is of: its path without numbers and codes, whatever it is narrowed by."""
    return ONE_OF_MANY.sub(lambda found: f"{found[1]}/*" if found[1] else "*", urlsplit(href).path)


def visitor_of(script: Script, visitor: str) -> tuple[str | None, tuple[str, ...]]:
    """The code that a visitor signs in with, None for nobody's, and where he begins."""
    if visitor == "anybody":
        return None, VISITORS[visitor]
    parts = script.parts
    codes = {"enterprise": parts["applied-1"].officer("enterprise")}
    codes |= {"district": parts["review-0"].officer("district-1")}
    return codes.get(visitor, visitor), ("/work", *VISITORS[visitor])


async def followed(clerk: Clerk, begins: Iterable[str], seen: set[str]) -> AsyncIterator[str]:
    """Each address of a kind not seen yet that links lead to, from where a visitor begins; whoever asks opens it."""
    waiting = list(begins)
    while waiting:
        href = waiting.pop(0)
        if kind_of(href) in seen:
            continue
        seen.add(kind_of(href))
        yield href
        links = (one.removeprefix(clerk.desk) for one in await clerk.page.evaluate(LINKS))
        waiting += [one for one in links if one.startswith("/") and not NO_PAGE.search(one) and "lang=" not in one]


async def speak(clerk: Clerk, language: str) -> None:
    """Have the pages opened next speak a language."""
    await clerk.page.context.add_cookies([{"name": "lang", "value": language, "url": clerk.desk}])


@dataclass
class Crawl:
    """A crawl by several visitors, who look at no page twice; `recorded` is all that people wrote into the record."""

    recorded: str
    seen: set[str] = field(default_factory=set)

    async def faults(self, clerk: Clerk, begins: Iterable[str]) -> list[str]:
        """Follow links from where a visitor begins to what nobody has seen, and return all that is wrong there."""
        wrong: list[str] = []
        clerk.page.on("request", lambda asked: wrong.extend(_of_another_host(asked.url, clerk.desk)))
        async for href in followed(clerk, begins, self.seen):
            for language in LANGUAGES:
                wrong += [f"{href} ({language}): {fault}" for fault in await self._wrong_with(clerk, href, language)]
        return wrong

    async def _wrong_with(self, clerk: Clerk, href: str, language: str) -> list[str]:
        page = clerk.page
        await speak(clerk, language)
        if (status := await clerk.reads(href)) >= 400:
            return [f"answers {status}"]
        wrong: list[str] = []
        for width in WIDTHS[language]:
            await page.set_viewport_size({"width": width, "height": 900})
            wrong += await page.evaluate(TOO_WIDE)
        await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        await page.evaluate(AXE_SCRIPT)
        wrong += await page.evaluate(AXE, language == "en")
        foreign, left = LANGUAGES[language]
        wrong += left(await page.evaluate(TEXTS, foreign), self.recorded)
        wrong += [f"console: {said}" for said in clerk.complaints]
        clerk.complaints.clear()
        return wrong


def _of_another_host(url: str, desk: str) -> list[str]:
    return [] if url.startswith((f"{desk}/", "data:")) else [f"asks another host: {url}"]
