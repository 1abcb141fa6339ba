"""待办: an office's work as pages show it: what waits and why, who has it, and orders of its register (15(3))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from activities import work as kept
from activities.authority import Officer
from activities.contracts import Answer
from activities.work import Counted, Wanted
from db.pool import Pool
from db.sql import queries
from rules.procedure import Act, File
from rules.procedures import PROCEDURES, Stream, stream_of
from rules.schemes.dalian_work import Known
from rules.work import turns
from runtime.errors import Refused
from service.session import Session

WORK = queries("work")
#: When something is due, as seen from today: overdue, today, within seven days, later or without a day.
DUE = ("overdue", "today", "week", "later")


@dataclass(frozen=True)
class Page:
    """Some of an office's work in order, and the key the next page begins after."""

    rows: list[dict[str, Any]]
    after: str | None


@dataclass(frozen=True)
class Load:
    """How much of an office's work a colleague has; of nobody where `code` is None."""

    code: str | None
    name: str
    items: int
    overdue: int
    today: int
    week: int


def span(due: str, today: date) -> tuple[date | None, date | None]:
    """Return the first day and the day after the last of what is due so; None where it has no such day."""
    week = today + timedelta(days=7)
    return {
        "overdue": (None, today),
        "today": (today, today + timedelta(days=1)),
        "week": (today + timedelta(days=1), week),
        "later": (week, None),
    }.get(due, (None, None))


async def page_of(
    pool: Pool, officer: Officer, office: Known, on: date, wanted: Wanted, due: str = "", after: str | None = None
) -> Page:
    """Return a page of what waits for an officer's office and is due so; a key `after` that is none begins anew."""
    begins, before = span(due, on)
    key = _key(after) or (begins or date.min, "")
    found = await items_after(pool, officer, office, replace(wanted, due_before=before, after=key))
    return Page(await told(pool, officer, found.rows), found.after)


async def items_after(pool: Pool, officer: Officer, office: Known, wanted: Wanted) -> Page:
    """Return what waits for an officer's office as the index has it, and the key the next page begins after."""
    rows = await kept.waiting(pool, officer, office, replace(wanted, limit=wanted.limit + 1))
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return Page(rows[: wanted.limit], f"{last['due_on'] or kept.NEVER}~{last['number']}" if last else None)


def _key(after: str | None) -> tuple[date, str] | None:
    day, _, number = (after or "").partition("~")
    try:
        return date.fromisoformat(day), number
    except ValueError:
        return None


async def told(pool: Pool, officer: Officer, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return items with whose they are, about which product, and which acts of the office are awaited and why."""
    listed = [dict(row) for row in rows]
    named: dict[str, Any] = {}
    articles: dict[tuple[str, str], str] = {}
    # Only at a stage that tells whom it waits for is the file read: of few.
    telling = [one["stream"] for one in listed if stream_of(one["stream"]).procedure.stages[one["stage"]].awaits]
    for row in await pool.fetch(WORK.named, [row["stream"] for row in listed], telling):
        named[row["stream"]] = row
        articles[row["stream"], row["deadline"]] = row["article"]
    return [
        one
        | {
            "enterprise_name": named[one["stream"]]["enterprise_name"],
            "product_name": named[one["stream"]]["product_name"],
            "called": _called(named[one["stream"]]),
            "acts": _acts(one, named[one["stream"]]["file"], officer.kind),
            "article": articles.get((one["stream"], one["deadline"])),
        }
        for one in listed
    ]


def _called(row: Mapping[str, Any]) -> dict[str, str] | None:
    """What a proceeding that is numbered by an office's code is called: as that office."""
    return {"zh": row["office_zh"], "en": row["office_en"]} if row["office_zh"] else None


def _acts(item: Mapping[str, Any], file: Mapping[str, Any] | None, office_kind: str) -> tuple[Act, ...]:
    """Return the acts of a kind of office that a proceeding waits for, by its file where its stage alone does not."""
    if file is None:
        return _awaited(item["kind"], item["stage"], office_kind)
    waits = turns(stream_of(item["stream"]).procedure, File.model_validate(file))
    return tuple(act for act, whose in waits if office_kind in whose)


@cache
def _awaited(kind: str, stage: str, office_kind: str, scheme: str = "dalian") -> tuple[Act, ...]:
    """Return the acts of a kind of office that a proceeding at a stage waits for."""
    return tuple(act for act in PROCEDURES[kind, scheme].movers(stage) if office_kind in act.by)


async def items_of(pool: Pool, officer: Officer, streams: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return those of some proceedings that wait for the officer's office, by their streams."""
    rows = await pool.fetch(WORK.items, list(streams), officer.kind, kept.places_of(officer))
    return {one["stream"]: one for one in await told(pool, officer, map(kept.dated, rows))}


async def next_of(servers: Session, officer: Officer, kind: str | None, command: str | None) -> str | None:
    """Take the most urgent one that an officer may handle; return its stream, or None where nothing is left.

    Raises `Refused` for whatever else bars it.
    """
    try:
        answer = await order(servers, officer, "take_next", {"kind": kind}, command)
    except Refused as refused:
        if refused.rule == "next_in_turn":
            return None
        raise
    place = (officer.code, answer.event.seq, officer.kind, kept.places_of(officer))
    got: str | None = await servers.pool.fetchval(WORK.got, *place)
    return got


async def colleagues(pool: Pool, officer: Officer, on: date) -> list[dict[str, Any]]:
    """Return who acts for an officer's office on a day: code, name, and whether he supervises."""
    return [dict(row) for row in await pool.fetch(WORK.colleagues, officer.office, on)]


async def substitutions(pool: Pool, officer: Officer, on: date) -> list[dict[str, Any]]:
    """Return who stands in for whom in an officer's office, on a day or later."""
    return [dict(row) for row in await pool.fetch(WORK.substitutions, officer.office, on)]


def loads(counts: Sequence[Counted], people: Sequence[Mapping[str, Any]]) -> list[Load]:
    """Return how much each colleague has, and what nobody has, which comes first."""
    found = []
    for code, name in ((None, ""), *((one["code"], one["name"]) for one in people)):
        due: dict[str, int] = {}
        for one in counts:
            if one.taken_by == code:
                due[one.due] = due.get(one.due, 0) + one.items
        now = (due.get(name, 0) for name in ("overdue", "today", "soon"))
        found.append(Load(code, name, sum(due.values()), *now))
    return found


def shared(streams: Sequence[str], among: Sequence[str], have: Mapping[str, int]) -> list[tuple[str, str]]:
    """Share proceedings out in their order, each to whoever has least by then; of two alike to the first named."""
    load, moves = {one: have.get(one, 0) for one in among}, []
    for stream in streams:
        to = min(among, key=lambda one: load[one])
        load[to] += 1
        moves.append((stream, to))
    return moves


async def order(servers: Session, officer: Officer, act: str, form: Mapping[str, Any], command: str | None) -> Answer:
    """Order something of an office's register of work."""
    return await servers.open(str(Stream("work", "dalian", officer.office)), act, officer.code, form, command)
