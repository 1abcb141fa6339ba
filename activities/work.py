"""待办: what waits for an officer, who has taken it, and what an order of an office's register of work changes.

Entrances read here; the record looks up and carries out here. What waits is kept by the record with every act.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from activities.authority import Officer, authorise, known_officer
from activities.done import Done
from activities.inquiry import Inquiry
from db.pool import Connection, Pool, one
from db.sql import queries
from rules import work
from rules.faults import Unfit
from rules.procedure import Act, Barred, File, Procedure
from rules.procedures import DRIVEN, PROCEDURES, Stream, stream_of
from rules.register import Register
from rules.schemes.dalian_viewing import unlisted
from rules.schemes.dalian_work import Known

WORK, PROCEEDING = queries("work"), queries("proceeding")
#: What has no day is due last.
NEVER = date.max
_BEFORE_ALL: tuple[date, datetime, str] = (date.min, datetime(1, 1, 1, tzinfo=UTC), "")
#: How many are looked at at once for the next one an officer may handle.
_LOOKED_AT = 20


def places_of(officer: Officer) -> list[str]:
    """Return the places whose work is an officer's: his office's own, and its districts'."""
    return ["", officer.office, *map(work.place_of_district, sorted(officer.districts))]


# --- what the record keeps -------------------------------------------------------------------------------------------


async def keep(connection: Connection, stream: Stream, procedure: Procedure, file: File, at: datetime) -> None:
    """Store whom a driven proceeding waits for after an act."""
    if procedure.driven:
        items = [item.model_dump(mode="json") for item in work.items(procedure, file)]
        place = (str(stream), stream.kind, stream.scheme, file.number, file.stage)
        await connection.execute(WORK.keep, *place, items, at)


async def refill(pool: Pool) -> int:
    """Work out anew what waits for whom and how each open proceeding is found; return how many there are."""
    after, count = "", 0
    while rows := await pool.fetch(WORK.open_files, after, list(DRIVEN), 500):
        async with pool.acquire() as connection, connection.transaction():
            for row in rows:
                stream = stream_of(row["stream"])
                locked = await one(connection, PROCEEDING.lock, row["stream"])
                file = File.model_validate(locked["file"])
                await connection.execute(WORK.find_by, row["stream"], list(work.terms(file)))
                await keep(connection, stream, stream.procedure, file, row["changed_at"])
        after, count = rows[-1]["stream"], count + len(rows)
    return count


async def acted_for(connection: Connection, stream: Stream, officer: str, office_kind: str, on: date) -> str | None:
    """Return the absent colleague who has a proceeding, where an officer stands in for him."""
    found: str | None = await connection.fetchval(WORK.acted_for, str(stream), office_kind, officer, on)
    return found


# --- what an order of the register is weighed against, and what it changes -------------------------------------------


async def known(connection: Connection, officer: Officer, on: date, named: Sequence[str] = ()) -> Known:
    """Return what is known of an officer's office and of the items it names, which stay locked."""
    row = await one(connection, WORK.office, officer.office, on)
    held = await connection.fetch(WORK.locked, list(named), officer.kind, places_of(officer)) if named else []
    return Known(
        taken={item["stream"]: item["taken_by"] for item in held},
        officers=frozenset(row["officers"]),
        supervisors=frozenset(row["supervisors"]),
        substitutions=frozenset((absent, substitute) for absent, substitute in row["substitutions"]),
    )


async def office_known(inquiry: Inquiry) -> Register:
    """The office on the day, and the proceedings that the form names."""
    form = inquiry.form
    named = getattr(form, "proceedings", None) or [move.proceeding for move in getattr(form, "moves", ())]
    return Register(work=await known(inquiry.connection, inquiry.officer, inquiry.today, named))


async def next_known(inquiry: Inquiry) -> Register:
    """The office on the day, and the most urgent item that the officer may handle, locked."""
    shared = await known(inquiry.connection, inquiry.officer, inquiry.today)
    found = await _next(inquiry, shared)
    if found is None:
        return Register(work=shared)
    return Register(
        work=Known(shared.taken, shared.officers, shared.supervisors, shared.substitutions, found["stream"],
                   _because(found, inquiry.today))
    )  # fmt: skip


async def _next(inquiry: Inquiry, shared: Known) -> Any:
    whose = (inquiry.officer.kind, places_of(inquiry.officer))
    async for row in _urgent(inquiry, list(shared.officers)):
        if await _may_handle(inquiry.connection, row["stream"], inquiry.officer):
            claimed = await inquiry.connection.fetchval(WORK.claim, row["stream"], *whose, list(shared.officers))
            if claimed:
                return row
    return None


async def _urgent(inquiry: Inquiry, officers: list[str]) -> AsyncIterator[Any]:
    """Yield what nobody has and his kind of office moves on, the most urgent first: what is overdue before all."""
    kind, after = inquiry.officer.kind, _BEFORE_ALL
    whose = (kind, places_of(inquiry.officer), officers, inquiry.form.kind)
    while rows := await inquiry.connection.fetch(WORK.open_to, *whose, _LOOKED_AT, *after, *_moved_by(kind)):
        for row in rows:
            yield row
        last = rows[-1]
        after = (last["due_on"], last["changed_at"], last["stream"])


@cache
def _moved_by(office_kind: str) -> tuple[list[str], list[str]]:
    """Kinds of proceedings, each with a stage, that a kind of office moves on: what but binds it, it cannot."""
    procedures = [(kind, procedure) for (kind, _), procedure in PROCEDURES.items() if procedure.driven]
    pairs = [(kind, stage) for kind, procedure in procedures for stage in work.moved_by(procedure, office_kind)]
    return [kind for kind, _ in pairs], [stage for _, stage in pairs]


async def _may_handle(connection: Connection, stream: str, officer: Officer) -> bool:
    """Say whether an officer may move a proceeding, and is not whom separation of duties bars (article 15(3))."""
    row = await one(connection, PROCEEDING.by_stream, stream)
    file = File.model_validate(row["file"])
    bars = {_bar(act, file, officer) for act, _ in work.turns(stream_of(stream).procedure, file)}
    return None in bars and not bars & {"preparer_does_not_approve", "not_in_own_cause"}


def _bar(act: Act, file: File, officer: Officer) -> str | None:
    try:
        authorise(act, file, officer)
    except Barred as barred:
        return barred.rule
    return None


def _because(row: Any, today: date) -> str:
    if row["due_on"] == NEVER:
        return "nothing that has a day waits untaken; of the rest this changed longest ago"
    state = f"overdue since {row['due_on']}" if row["due_on"] < today else f"due on {row['due_on']}"
    unsure = ", provisional" if row["provisional"] else ""
    return f"{row['deadline']} is {state}{unsure}: nothing that you may handle and nobody has is due sooner"


async def assign(done: Done) -> None:
    """Give what an order shares out to whom it names."""
    officer = await known_officer(done.connection, done.situation.officer, done.situation.received_at)
    order = (done.effect.carries, officer.kind, places_of(officer))
    await done.connection.execute(WORK.assign, *order, done.situation.received_at, done.event.seq)


async def substitute(done: Done) -> None:
    """Enter who stands in for whom."""
    form = done.effect.carries
    told = (form.absent, form.substitute, form.since, form.until, form.reason)
    if not await done.connection.fetchval(WORK.substitute, *told):
        raise Unfit(("since", f"must be new: {form.substitute} stands in for {form.absent} from {form.since} already"))


# --- what entrances show ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """How a list of work is narrowed, and where its page begins."""

    kind: str | None = None
    stage: str | None = None
    due_before: date | None = None
    #: "me", "nobody", an officer's code, or None for whoever has it.
    taken: str | None = None
    #: Words of its number, enterprise or product.
    text: str = ""
    #: The day and the number after which it begins: a day alone begins with what is due on it.
    after: tuple[date, str] = (date.min, "")
    limit: int = 50


async def office_on(pool: Pool, officer: Officer, on: date) -> Known:
    """Return who acts for an officer's office on a day, who supervises it, and who stands in for whom."""
    async with pool.acquire() as connection:
        return await known(connection, officer, on)


async def waiting(pool: Pool, officer: Officer, shared: Known, wanted: Wanted) -> list[dict[str, Any]]:
    """Return a page of what waits for an officer's office, the first due first; and for whom he has it."""
    mine = {officer.code} | shared.absent_for(officer.code)
    narrowed = (wanted.kind, wanted.stage, wanted.due_before, *wanted.after, wanted.limit)
    whose, free = (officer.kind, places_of(officer), *narrowed), wanted.taken == "nobody"
    holders = {None: None, "nobody": None, "me": sorted(mine)}.get(wanted.taken, [wanted.taken])
    if asked := list(work.asked_terms(wanted.text)):
        rows = await pool.fetch(WORK.mine_found, *whose, list(shared.officers), free, asked, holders)
    elif holders:
        rows = await pool.fetch(WORK.held, *whose, holders)
    else:
        rows = await pool.fetch(WORK.mine, *whose, list(shared.officers), free)
    return [dated(row) | {"in_substitution": row["taken_by"] in mine - {officer.code}} for row in rows]


def dated(row: Any) -> dict[str, Any]:
    """Return an item with None for a day that none is."""
    return {**row, "due_on": None if row["due_on"] == NEVER else row["due_on"]}


@dataclass(frozen=True)
class Counted:
    """How much waits of one kind, at one stage, due at one time, and with one holder."""

    kind: str
    stage: str
    #: overdue, today, soon (within seven days), later, undated.
    due: str
    #: Who of the office has it; None where nobody who acts today has.
    taken_by: str | None
    items: int


async def counted(pool: Pool, officer: Officer, shared: Known, on: date) -> list[Counted]:
    """Return how much waits for an officer's office, by kind, stage, when it is due and who has it."""
    rows = await pool.fetch(WORK.counts, officer.kind, places_of(officer), on)
    return [
        Counted(kind, stage, due, holder if holder in shared.officers else None, items)
        for kind, stage, holder, items, due in rows
    ]


async def found(
    pool: Pool, text: str, officer: Officer | None, after: str = "", limit: int = 50
) -> tuple[list[dict[str, Any]], str | None]:
    """Return proceedings that have every word of a text and that an officer may see, by number; and where to go on."""
    asked = list(work.asked_terms(text))
    if not asked:
        return [], None
    who = (officer and officer.office, limit + 1, shown_to(officer), unlisted(officer.kind) if officer else [])
    rows = await pool.fetch(WORK.found, asked, after, *who)
    return [dict(row) for row in rows[:limit]], rows[limit - 1]["number"] if len(rows) > limit else None


def shown_to(officer: Officer | None) -> list[str]:
    """Return the marks of which a proceeding has one that an officer is shown: as `service.acting.may_see` says."""
    if officer is None or officer.kind not in ("enterprise", "district", "assessor", "insurer"):
        return ["all"]
    whose = sorted(officer.districts) if officer.kind == "district" else [officer.office]
    return ["handled", *(f"{officer.kind}:{code}" for code in ("", *whose))]
