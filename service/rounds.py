"""季度申报与会同审核: a round as the three offices and the insurers see it (article 13)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from activities.authority import Officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import File
from rules.schemes.dalian_review import JOINT
from service.plans import round_stream

ROUND, RETURNS, REVIEW = queries("round"), queries("returns"), queries("review")
PAGE = 50
SCHEME = "dalian"
#: 审核情况: how a round's applications can be narrowed.
VIEWS = ("mine", "approved", "refused", "held")
#: 申请状态: as an insurer asks for its own.
STATES = ("applied", "filed", "returned", "signed", "paid", "waitlisted", "refused", "withdrawn", "lapsed")
Record = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the key the next page begins after."""

    rows: list[Record]
    after: str | None


def paged(rows: Sequence[Any], key: str, size: int = PAGE) -> Page:
    """Keep a page of what was asked for with one row more than that."""
    shown = [dict(row) for row in rows[:size]]
    return Page(shown, str(shown[-1][key]) if len(rows) > size else None)


@dataclass(frozen=True)
class Narrowed:
    """What an officer looks for among a round's applications; None asks for all."""

    view: str | None = None
    insurer: str | None = None
    words: str | None = None


async def rounds(pool: Pool, most: int = 40) -> list[Record]:
    """The newest rounds, with how many applications stand in each."""
    return [dict(row) for row in await pool.fetch(ROUND.list, SCHEME, most)]


async def names_of(pool: Pool, codes: Sequence[str]) -> dict[str, dict[str, str]]:
    """What some offices are called in every language."""
    rows = await pool.fetch(ROUND.offices_named, list(codes))
    return {row["code"]: {"zh": row["name_zh"], "en": row["name_en"]} for row in rows}


async def returns_in(pool: Pool, file: File) -> list[Record]:
    """Each insurer's return in a round: filed, awaited or late, with what stands there of it."""
    awaited, filed = file.facts.get("awaited", {}), file.facts.get("returns", {})
    there = {row["insurer"]: row for row in await pool.fetch(ROUND.returns, str(round_stream(file.number)))}
    codes = sorted({*awaited, *filed, *there})
    names = await names_of(pool, codes)
    return [
        {
            "insurer": code,
            "names": names[code],
            "how": _how(file, code, filed, awaited),
            "applications": there[code]["applications"] if code in there else 0,
            "asked": there[code]["asked"] if code in there else 0,
        }
        for code in codes
        if code in names
    ]


def _how(file: File, code: str, filed: Any, awaited: Any) -> str:
    if code in filed:
        said = filed[code]
        return "filed" if isinstance(said, list) or said["applications"] else "nil"
    # What a round holds of an insurer that filed nothing in it, earlier rounds left over.
    return ("awaited" if file.stage == "filing" else "late") if code in awaited else "left_over"


async def progress_in(pool: Pool, quarter: str) -> list[Record]:
    """How far the joint review has come, office by office."""
    return [dict(row) for row in await pool.fetch(REVIEW.by_office, str(round_stream(quarter)), list(JOINT))]


async def applications_in(
    pool: Pool, quarter: str, officer: Officer, asked: Narrowed, today: date, after: str | None = None
) -> Page:
    """A page of a round's applications with what the three offices said of each."""
    return paged(await _reviewed(pool, quarter, officer, asked, today, after, PAGE + 1), "number")


async def matching(pool: Pool, quarter: str, officer: Officer, asked: Narrowed, today: date) -> list[str]:
    """The numbers of every application that is asked for and awaits the officer's office."""
    rows = await _reviewed(pool, quarter, officer, asked, today, None, None)
    due = (row for row in rows if row["state"] == "filed" and not row["waited"])
    return [row["number"] for row in due if officer.kind not in row["opinions"]]


async def _reviewed(
    pool: Pool, quarter: str, officer: Officer, asked: Narrowed, today: date, after: str | None, most: int | None
) -> list[Any]:
    narrowed = (asked.insurer, asked.words, asked.view, officer.kind, today)
    found: list[Any] = await pool.fetch(ROUND.reviewed, str(round_stream(quarter)), after or "", *narrowed, most)
    return found


# --- An insurer's own -----------------------------------------------------------------------------------------------


async def overview_of(pool: Pool, insurer: str, most: int = 8) -> tuple[list[Record], Counter[str]]:
    """The newest rounds as an insurer sees them, with what stands of it in each; and its applications by state."""
    states, counted, asked = Counter[str](), Counter[str](), defaultdict[str, Decimal](Decimal)
    for row in await pool.fetch(RETURNS.standing, SCHEME, insurer):
        states[row["state"]] += row["applications"]
        counted[row["round"]] += row["applications"]
        asked[row["round"]] += row["asked"]
    rounds = await pool.fetch(RETURNS.rounds_of, SCHEME, insurer, most)
    told = [{**one, "applications": counted[one["stream"]], "asked": asked[one["stream"]]} for one in rounds]
    return told, states


async def own_applications(
    pool: Pool, insurer: str, state: str | None, quarter: str | None, after: str | None = None
) -> Page:
    """A page of an insurer's applications with what plans gave them and what was paid."""
    round_ = str(round_stream(quarter)) if quarter else None
    rows = await pool.fetch(RETURNS.mine, SCHEME, insurer, after or "", state, round_, PAGE + 1)
    return paged(rows, "number")
