"""在办: the open proceedings that await an office, first due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from activities.authority import Officer
from db.pool import Pool
from db.sql import queries

WORK = queries("waiting_work")
PAGE = 50
#: What sorts after every date: nothing runs.
NEVER = "9999-12-31"


@dataclass(frozen=True)
class Narrowed:
    """What an officer looks for among his work; None asks for all."""

    kind: str | None = None
    stage: str | None = None
    #: Only what is due by this day.
    due_by: str | None = None


@dataclass(frozen=True)
class Page:
    """Some of an office's work in order, and the key the next page begins after."""

    rows: list[dict[str, Any]]
    after: str | None


async def work_of(pool: Pool, officer: Officer, narrowed: Narrowed, after: str | None = None) -> Page:
    """Return a page of what awaits an officer's office and is its own; `after` is a page's key."""
    due, _, stream = (after or "").partition("~")
    asked = (narrowed.kind, narrowed.stage, narrowed.due_by, due, stream)
    rows = [dict(row) for row in await pool.fetch(WORK.mine, *_whose(officer), *asked, PAGE + 1)]
    shown = [row | {"next_due": None if row["next_due"] == NEVER else row["next_due"]} for row in rows[:PAGE]]
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(shown, f"{last['next_due']}~{last['stream']}" if last else None)


async def counts_of(pool: Pool, officer: Officer, today: date) -> list[dict[str, Any]]:
    """How much of it there is by kind and stage, due today and overdue."""
    return [dict(row) for row in await pool.fetch(WORK.counts, *_whose(officer), today.isoformat())]


def _whose(officer: Officer) -> tuple[str, str, list[str]]:
    return officer.kind, officer.office, sorted(officer.districts)
