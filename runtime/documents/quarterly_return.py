"""季度汇总表与报送函: the summary and the cover letter of an insurer's return, printed to be sealed (article 13).

The same rows print the same bytes: the day is written by hand when the papers are sealed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rules.schemes.dalian_return import COLUMNS
from runtime.documents.typesetting import typeset

#: What of a row is printed; the file that its hash names holds the rest.
PRINTED = (
    "application",
    "enterprise",
    "uscc",
    "model",
    "policy_number",
    "premium_rate",
    "sum_insured",
    "premium",
    "concluded_at",
    "subsidy_asked",
)
_AMOUNTS = ("sum_insured", "premium", "subsidy_asked")
_LONG = re.compile(r"[!-~]{15,}")
_QUARTERS = dict(zip("1234", "一二三四", strict=True))
Part = Literal["letter", "summary"]


@dataclass(frozen=True)
class Heading:
    """Who files with whom, what, and under which edition; `file_sha256` binds the papers to the file they print."""

    quarter: str
    insurer: str
    regulator: str
    scheme: str
    demonstration: bool
    file_sha256: str


def pdf(heading: Heading, rows: Sequence[Mapping[str, str]], *parts: Part) -> bytes:
    """Return the letter and the summary, or one of them, as PDF; the rows are as the record holds them."""
    quarter = f"{heading.quarter[:4]}年第{_QUARTERS[heading.quarter[-1]]}季度"
    titles = {column.name: column.zh for column in COLUMNS}
    totals = {name: f"{sum((Decimal(row[name]) for row in rows), Decimal(0)):,.2f}" for name in _AMOUNTS}
    data = {
        **vars(heading),
        "round": heading.quarter,
        "quarter": quarter,
        "title": f"关于报送{quarter}保费补贴申请汇总材料的函",
        "titles": ["序号", *(titles[name] for name in PRINTED)],
        "rows": [[str(place), *(_cell(name, row[name]) for name in PRINTED)] for place, row in enumerate(rows, 1)],
        "totals": {**totals, "rows": f"{len(rows):,}"},
        "parts": parts or ("letter", "summary"),
    }
    made: bytes = typeset("quarterly_return", data, "pdf")
    return made


def _cell(name: str, said: str) -> str:
    if name in _AMOUNTS:
        return f"{Decimal(said):,.2f}"
    if name == "premium_rate":
        return f"{Decimal(said) * 100:f}".rstrip("0").rstrip(".") + "%"
    if name == "concluded_at":
        return said.replace("T", " ")
    if name in ("application", "uscc"):
        return said
    # A word that is longer than its column may break anywhere.
    return _LONG.sub(lambda word: "\u200b".join(word[0]), said)
