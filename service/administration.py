"""管理: what an administrator looks at and orders: people, first passwords, letters, refusals, orders undone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from activities.authority import Officer, known_officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import Barred
from rules.procedures import Stream
from rules.schemes.dalian_offices import REGISTER
from rules.schemes.dalian_proposing import ENTERS
from runtime.errors import BadInput, Refused
from runtime.settings import Settings
from service.accounts import set_password
from service.masking import masked

OFFICE, PROCEEDING, OUTBOX, NOTICE = queries("office"), queries("proceeding"), queries("outbox"), queries("notice")
#: The registers that nobody drives, by their kinds.
REGISTERS = {
    "offices": Stream("offices", "dalian", REGISTER),
    "editions": Stream("editions", "dalian", "register"),
    "calendar": Stream("calendar", "dalian", "china"),
}
#: What a one-time password is written with: nothing that looks like something else.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PAGE = 100
#: An order that was refused so often waits long to be tried again: somebody should look.
DEAD_AFTER = 3
LAST: tuple[datetime, str, str] = (datetime(9999, 1, 1, tzinfo=UTC), "", "")


def enters(officer: Officer) -> tuple[str, ...]:
    """Return the kinds of office whose people an officer's office enters (article 15(3))."""
    return ENTERS.get(officer.kind, ())


async def facts_of(pool: Pool, kind: str) -> dict[str, Any]:
    """Return the facts of a register; none where nothing was entered yet."""
    row = await pool.fetchrow(PROCEEDING.by_stream, str(REGISTERS[kind]))
    return dict(row["file"]["facts"]) if row else {}


async def people(
    pool: Pool, kinds: Sequence[str], at: datetime, words: str = "", after: str = ""
) -> tuple[list[dict[str, Any]], str | None]:
    """Return officers of some kinds of office by office and code, and the key the next page begins after."""
    office, _, code = after.partition("~")
    rows = await pool.fetch(OFFICE.people, list(kinds), words.strip().lower(), at, office, code, PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return [dict(row) for row in rows[:PAGE]], f"{last['office']}~{last['code']}" if last else None


async def offices(pool: Pool, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return the offices of some kinds."""
    return [dict(row) for row in await pool.fetch(OFFICE.offices_of, list(kinds))]


async def directory(pool: Pool, kinds: Sequence[str], today: date) -> list[dict[str, Any]]:
    """Return the offices of some kinds with their letterhead and, its number masked, their account of today."""
    return [masked(dict(row)) for row in await pool.fetch(OFFICE.directory, list(kinds), today)]


async def districts(pool: Pool) -> list[dict[str, Any]]:
    """Return every district there was, and what became of it."""
    return [dict(row) for row in await pool.fetch(OFFICE.districts_known)]


async def give_password(pool: Pool, by: Officer, code: str, at: datetime) -> tuple[str, datetime]:
    """Open the account of an officer of one's own people; return the password, which he must change, and when it ends.

    It is told once and kept nowhere; one that ended before he was ever in is given anew. Raises `Refused` for another's
    people and for oneself, which is noted as an act tried without authority (article 15(3)), and `BadInput` for who is
    no officer or has an account: an officer who could give a colleague another password could sign in as him.
    """
    async with pool.acquire() as connection:
        try:
            officer = await known_officer(connection, code, at)
        except Barred as barred:
            raise BadInput(("code", barred.why)) from barred
    if officer.kind not in enters(by) or code == by.code:
        why = f"{by.code} gives passwords to officers of: {', '.join(enters(by)) or 'nobody'}, and not to himself"
        named = (str(uuid4()), str(REGISTERS["offices"]), "give_password", by.code)
        await pool.execute(PROCEEDING.refuse, *named, "enters_own_people", "15(3)", why, at)
        raise Refused("enters_own_people", "15(3)", why)
    if await pool.fetchval(OFFICE.has_account, code, at):
        raise BadInput(("code", f"must have no account yet: {code!r} has one"))
    word = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    await pool.execute(OFFICE.note_given, code, by.code, at)
    ends = at + Settings().first_password_lasts
    await set_password(pool, code, word, at, ends=ends)
    return word, ends


async def letters(pool: Pool, office: str | None, after: str = "") -> tuple[list[dict[str, Any]], str | None]:
    """Return letters, the latest first: those of one office, where it is named; and the next page's key."""
    day, _, number = after.partition("~")
    try:
        key = (date.fromisoformat(day), number)
    except ValueError:
        key = (date.max, "")
    rows = await pool.fetch(NOTICE.letters, office, *key, PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return [dict(row) for row in rows[:PAGE]], f"{last['issued_on']}~{last['number']}" if last else None


async def refusals(pool: Pool, after: str = "", limit: int = 50) -> tuple[list[dict[str, Any]], str | None]:
    """Return acts tried without authority, the latest first; and the next page's key (article 15(3))."""
    at, *named = after.split("~")
    try:
        key = (datetime.fromisoformat(at), named[0], named[1])
    except (ValueError, IndexError):
        key = LAST
    rows = await pool.fetch(PROCEEDING.refused, *key, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    told = f"{last['received_at'].isoformat()}~{last['command_id']}~{last['rule']}" if last else None
    return [dict(row) for row in rows[:limit]], told


async def undone(pool: Pool) -> tuple[int, list[dict[str, Any]]]:
    """Return how many orders of the record are not taken yet, and those that were refused too often."""
    rows = await pool.fetch(OUTBOX.dead_letters, DEAD_AFTER, PAGE)
    return await pool.fetchval(OUTBOX.undelivered), [dict(row) for row in rows]
