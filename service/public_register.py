"""公开登记: what anyone may read, without signing in: recognised products, pilot insurers and their filed clauses.

Nothing of a person is in it: an enterprise is told by its name and its public code, never by its contact.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from db.pool import Pool
from db.sql import queries
from rules.work import asked_terms
from runtime.errors import BadInput
from service.masking import public_text

PUBLIC = queries("public")
PAGE, CSV_PAGE = 50, 500
SCHEME: Final = "dalian"
#: 效力: how a recognition stands, which follows from its dates and from the acts that ended it (article 10).
STANDINGS: Final = ("valid", "expired", "revoked", "superseded")
#: Sorts before every date and number there is, as lists go from the latest on.
_FIRST = ("9999-12-31", "~")
_KEY = re.compile(r"(\d{4}-\d{2}-\d{2})~([A-Za-z0-9-]{1,40})")


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the register; empty asks for all."""

    text: str = ""
    district: str = ""
    kind: str = ""
    standing: str = ""


@dataclass(frozen=True)
class Entry:
    """认定产品: a recognised product as the public reads it. `address` is the page that published it (article 10)."""

    number: str
    enterprise: str
    uscc: str
    district: str
    product: str
    model: str
    specification: str
    kind: str
    breakthrough: tuple[str, ...]
    published_on: date
    valid_until: date
    standing: str
    address: str
    snapshot_sha256: str
    #: The case that took its place, where it was superseded.
    superseded_by: str | None = None


def expect_readable(wanted: Wanted) -> None:
    """Raise `BadInput` for what cannot be looked for."""
    if not all(said.isprintable() for said in (wanted.text, wanted.district, wanted.kind)):
        raise BadInput(("q", "must be text that can be read"))


async def register(
    pool: Pool, wanted: Wanted, today: date, after: str = "", limit: int = PAGE
) -> tuple[list[Entry], str | None]:
    """Return a page of the register, the latest published first, and the key of the next; raise `BadInput`."""
    expect_readable(wanted)
    words = list(asked_terms(wanted.text))
    if wanted.text.strip() and not words:
        return [], None
    if wanted.standing and wanted.standing not in STANDINGS:
        raise BadInput(("standing", f"must be one of: {', '.join(STANDINGS)}"))
    narrowed = (words or None, wanted.district or None, wanted.kind or None, wanted.standing or None)
    rows = await pool.fetch(PUBLIC.register, SCHEME, *narrowed, today.isoformat(), *_key(after), limit + 1)
    found = [_entry(dict(row), today) for row in rows[:limit]]
    more = len(rows) > limit
    return found, f"{found[-1].published_on}~{found[-1].number}" if more else None


async def every_entry(pool: Pool, wanted: Wanted, today: date) -> AsyncIterator[Entry]:
    """Yield what is looked for whole, page by page: what a download writes."""
    after: str | None = ""
    while after is not None:
        found, after = await register(pool, wanted, today, after, CSV_PAGE)
        for one in found:
            yield one


async def entry_of(pool: Pool, number: str, today: date) -> Entry | None:
    """Return one recognised product, or None where the register has none of this number."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", number):
        return None
    row = await pool.fetchrow(PUBLIC.entry, f"case:{SCHEME}:{number}")
    return _entry(dict(row), today) if row else None


async def districts_of(pool: Pool) -> list[dict[str, str]]:
    """Return every district there is or was, by code and name."""
    return [dict(row) for row in await pool.fetch(PUBLIC.districts)]


async def insurers(pool: Pool, today: date) -> list[dict[str, Any]]:
    """Return the pilot insurers (article 12): each with its term, how it stands today, and its filed clauses."""
    clauses: dict[str, list[dict[str, Any]]] = {}
    for row in map(dict, await pool.fetch(PUBLIC.clauses)):
        clauses.setdefault(row["insurer"], []).append({**row, "standing": _clause_stands(row, today)})
    rows = map(dict, await pool.fetch(PUBLIC.insurers, today))
    return [{**row, "standing": _insurer_stands(row, today), "clauses": clauses.get(row["code"], [])} for row in rows]


def _insurer_stands(row: Mapping[str, Any], today: date) -> str:
    if row["barred_on"]:
        return "barred"
    if row["ended_on"] and row["ended_on"] <= today:
        return "delisted"
    if row["listed_until"] < today:
        return "term_over"
    return "suspended" if row["suspended_on"] else "listed"


def _clause_stands(row: Mapping[str, Any], today: date) -> str:
    if row["withdrawn_on"] and row["withdrawn_on"] <= today:
        return "withdrawn"
    if row["valid_until"] and row["valid_until"] < today:
        return "expired"
    return "filed"


def _key(after: str) -> tuple[str, str]:
    if not after:
        return _FIRST
    match = _KEY.fullmatch(after)
    if match is None:
        raise BadInput(("after", "must be the key that the page before gave"))
    return match[1], match[2]


def _entry(row: Mapping[str, Any], today: date) -> Entry:
    enterprise, product = row["submission"]["enterprise"], row["submission"]["product"]
    recognition = row["recognition"]
    until = date.fromisoformat(recognition["valid_until"])
    ended = row["stage"] if row["stage"] in ("revoked", "superseded") else None
    return Entry(
        number=row["number"],
        enterprise=public_text(enterprise["name"]),
        uscc=row["enterprise"],
        district=row["district"],
        product=public_text(product["name"]),
        model=public_text(product["model"]),
        specification=public_text(product["specification"]),
        kind=product["kind"],
        breakthrough=tuple(product["breakthrough"]),
        published_on=date.fromisoformat(recognition["published_on"]),
        valid_until=until,
        standing=ended or ("valid" if today <= until else "expired"),
        address=recognition["page"],
        snapshot_sha256=recognition["snapshot_sha256"],
        superseded_by=(row["supersession"] or {}).get("by_case"),
    )
