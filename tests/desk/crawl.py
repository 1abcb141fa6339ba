"""Every page that links lead a visitor to, one of each kind of address, in both languages, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

from tests.desk.clerk import Clerk

WIDE, NARROW = 1280, 360
#: What is no page: what is downloaded, what is for machines, and the way out.
NO_PAGE = re.compile(r"\.(pdf|xlsx?|csv|json|txt)$|^/(static|healthz|readyz|metrics|api/|sign-out|documents)")
#: The numbers and codes in an address, by which pages of one kind differ.
ONE_OF_MANY = re.compile(r"(?<=/p/)(\w+)/[^/]+|/[^/]*[0-9][^/]*|(?<=/pilot-insurers/)[^/]+|(?<=/accounts/)[^/]+")

#: What axe finds wrong: each rule with the first place that breaks it.
AXE = """async () => (await axe.run({resultTypes: ['violations']}))
    .violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)"""
#: The texts that can be read or heard outside what is marked as `foreign` or stands as code.
READ = """foreign => {
    const skip = `script, style, code, pre, kbd, .hash, [lang|="${foreign}"]`, found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        if (!node.parentElement.closest(skip)) found.push(node.textContent);
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label'])
        for (const one of document.querySelectorAll(`body [${name}]`))
            if (!one.closest(skip)) found.push(one.getAttribute(name));
    return [...new Set([document.title, ...found].map(one => one.replace(/\\s+/g, ' ').trim()))].filter(one => one);
}"""
#: By how many pixels the page is too wide, and what sticks out of it.
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - width;
    const sticks = one => one.getBoundingClientRect().right > width + 0.5;
    return over > 0 ? `${over} px: ${[...document.querySelectorAll('body *')].filter(sticks).pop()?.outerHTML.slice(0, 160)}` : '';
}"""
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(one => one.href)"

#: The program's own code, or three words of English in a row; a model, a unit or a name has no such words.
RAW_CODE = re.compile(r"(?<![\w./@-])[a-z]+(?:_[a-z0-9]+)+(?![\w./@-])|[a-z]:[a-z]+:[A-Za-z0-9]")
ENGLISH = re.compile(r"(?<![\w./@-])(?!Excel|Word|Bearer|Idempotency|Key|OpenAPI|Firstcover)[A-Z][a-z]{2,}(?![\w/@-])|(?:[a-z]{2,} ){2,}[a-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+")


def left_in_english(texts: Iterable[str]) -> Iterator[str]:
    """What is left in English, or as the program's own code, on a page in Chinese."""
    return (text[:120] for text in texts if RAW_CODE.search(text) or ENGLISH.search(text))


def left_in_chinese(texts: Iterable[str], recorded: str) -> Iterator[str]:
    """What is left in Chinese on a page in English: names and words that people wrote stand in the record, too."""
    return (text[:120] for text in texts if any(found not in recorded for found in CHINESE.findall(text)))


def kind_of(href: str) -> str:
    """Which kind of address this is: its path without numbers and codes, and what its query narrows by."""
    parts = urlsplit(href)
    path = ONE_OF_MANY.sub(lambda found: f"{found[1]}/*" if found[1] else "/*", parts.path)
    return "?".join(filter(None, (path, "&".join(sorted({name for name, _ in parse_qsl(parts.query)})))))


@dataclass
class Crawl:
    """What was looked at by all visitors together; `recorded` is every word that people wrote into the record."""

    recorded: str
    seen: set[str] = field(default_factory=set)

    async def faults(self, clerk: Clerk, begins: Iterable[str]) -> list[str]:
        """Follow links from where a visitor begins to what nobody has seen, and return all that is wrong there."""
        stray: list[str] = []
        clerk.page.on("request", lambda asked: None if asked.url.startswith((clerk.desk, "data:")) else stray.append(asked.url))
        waiting, wrong = list(begins), []
        while waiting:
            href = waiting.pop(0)
            if kind_of(href) in self.seen:
                continue
            self.seen.add(kind_of(href))
            for language, foreign in (("zh", "en"), ("en", "zh")):
                await clerk.speaks(language)
                texts = await self._opened(clerk, href, foreign)
                wrong += [f"{href} ({language}): {fault}" for fault in await self._wrong(clerk, texts, language)]
            waiting += await self._links(clerk)
        return wrong + [f"asks another host: {url}" for url in stray]
