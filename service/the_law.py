"""现行版本: the edition in force, and each of its figures as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from activities import editions
from db.pool import Pool
from rules.edition import Edition
from rules.procedures import edition_for
from rules.values import in_yuan


class Figure(NamedTuple):
    """数值: a figure of an edition, as text, with its article; `open` where the text leaves it to the edition."""

    name: str
    value: str
    article: str
    open: bool
    because: str


async def in_force(pool: Pool, today: date, scheme: str = "dalian") -> Edition:
    """Return the edition of a day, or the demonstration edition that stands in for one."""
    return edition_for(scheme, today, await editions.known(pool, scheme))


def figures_of(edition: Edition) -> Iterator[Figure]:
    """Yield every figure of an edition; one with a reason is open in the text (P, I-n)."""
    for name, cited in edition.figures.items():
        yield Figure(name, _written(cited.value), cited.article, bool(cited.because), cited.because)


def _written(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal() if value < 1:
            return f"{(value * 100).normalize():f}%"
        case Decimal():
            return in_yuan(value)
        case tuple():
            return ", ".join(map(str, value))
    return str(value)
