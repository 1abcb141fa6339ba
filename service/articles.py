"""条文: the measures by article, in the law's own words and with a short English gloss."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import rules

TEXTS = Path(rules.__file__).parent / "texts"


class Article(NamedTuple):
    """An article: its text, and what it says in English."""

    number: str
    zh: str
    en: str


@cache
def articles(scheme: str = "dalian") -> dict[str, Article]:
    """Every article of a scheme's measures, in order."""
    read = tomllib.loads((TEXTS / f"{scheme}.toml").read_text(encoding="utf-8"))
    return {number: Article(number, said["zh"], said["en"]) for number, said in read.items()}


def article_text(number: str, scheme: str = "dalian") -> Article | None:
    """Return an article, or the one it is a part of where it stands under no number of its own."""
    known = articles(scheme)
    return known.get(number) or known.get(number.partition("(")[0])
