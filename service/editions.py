"""版本: the scheme's editions as pages show them: in force or not, figure by figure, beside the one before (15(4))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any, Literal, get_args, get_origin, get_type_hints

from activities.editions import known
from db.pool import Pool
from rules.edition import Edition

SCHEME = "dalian"


@dataclass(frozen=True)
class FigureRow:
    """A figure of an edition, with what it was in the one before; `before` is None where that is the same."""

    name: str
    article: str
    value: Any
    because: str
    before: Any = None
    changed: bool = False


async def editions(pool: Pool) -> tuple[Edition, ...]:
    """Return the editions, the latest issued first."""
    found = await known(pool, SCHEME)
    return tuple(sorted(found, key=lambda one: (one.issued_on or date.min, one.name), reverse=True))


def state_of(edition: Edition, on: date) -> str:
    """Say whether an edition is in force on a day, is yet to come, or has ended."""
    if edition.in_force(on):
        return "in_force"
    return "to_come" if edition.issued_on is None or edition.issued_on > on else "ended"


def before(edition: Edition, among: Iterable[Edition]) -> Edition | None:
    """Return the edition issued last before another."""
    earlier = [one for one in among if one.issued_on and edition.issued_on and one.issued_on < edition.issued_on]
    return max(earlier, key=lambda one: one.issued_on or date.min, default=None)


def figures(edition: Edition, earlier: Edition | None) -> list[FigureRow]:
    """Return an edition's figures in the order of its articles, each beside what it was."""
    rows = []
    for name, cited in edition.figures.items():
        was = earlier.figures[name].settled if earlier else None
        changed = earlier is not None and was != cited.settled
        rows.append(FigureRow(name, cited.article, cited.settled, cited.because, was, changed))
    place = {article: at for at, article in enumerate(edition.articles)}
    return sorted(rows, key=lambda row: place[row.article])


@cache
def choices() -> Mapping[str, tuple[str, ...]]:
    """The values that a figure may have, as `written` writes them, where there are only some."""
    found: dict[str, tuple[str, ...]] = {}
    for name, hint in get_type_hints(Edition).items():
        of = next(iter(get_args(hint)), None)
        parts = get_args(next(iter(get_args(of)), None))
        if of is bool:
            found[name] = ("true", "false")
        elif get_origin(of) is Literal:
            found[name] = get_args(of)
        elif get_origin(of) is tuple and parts:
            found[name] = tuple(map(written, permutations(parts)))
    return found


def written(value: Any) -> str:
    """Write a figure as a form shows it: what `read` reads back."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def read(current: Any, text: str) -> Any:
    """Read a figure that is written for one like `current`; what is no such value stays text, to be told of."""
    text = text.strip()
    match current:
        case bool():
            return {"true": True, "false": False}.get(text, text)
        case int():
            return int(text) if re.fullmatch("[0-9]{1,6}", text) else text
        case Decimal():
            return text.replace(",", "")
        case tuple():
            return [read(current[0], part) for part in text.split(",") if part.strip()] if current else text
    return text or None


def changes(base: Edition, sent: Mapping[str, str], because: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the figures that were written otherwise than an edition has them, with their reasons."""
    return {
        name: {"value": read(cited.settled, sent[name]), "because": because.get(name, "").strip()}
        for name, cited in base.figures.items()
        if name in sent and read(cited.settled, sent[name]) != read(cited.settled, written(cited.settled))
    }
