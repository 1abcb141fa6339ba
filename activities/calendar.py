"""节假日: the calendar as far as its notices are loaded, and what loading one moves (domain §3)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from activities.done import Done
from db.pool import Connection, Pool
from db.sql import queries
from rules.calendar import CHINA, Calendar, Notice
from rules.procedure import File, recounted
from rules.schemes.dalian_calendar import HolidayNotice, first_day_moved

CALENDAR = queries("calendar")


async def current(connection: Connection | Pool) -> Calendar:
    """Return the calendar with every notice that is loaded."""
    rows = await connection.fetch(CALENDAR.notices)
    return _with(tuple((r["year"], r["document"], tuple(r["days_off"]), tuple(r["workdays"])) for r in rows))


@lru_cache(maxsize=8)
def _with(loaded: tuple[tuple[int, str, tuple[date, ...], tuple[date, ...]], ...]) -> Calendar:
    notices = (Notice(year, document, frozenset(off), frozenset(worked)) for year, document, off, worked in loaded)
    return Calendar((*CHINA.notices, *notices)) if loaded else CHINA


async def load_notice(done: Done) -> None:
    """Load a notice, and order every open proceeding that it may move to count its deadlines anew."""
    form: HolidayNotice = done.effect.carries
    await done.connection.execute(CALENDAR.load, form.year, form.document, form.days_off, form.workdays)
    rows = await done.connection.fetch(CALENDAR.unsettled, first_day_moved(form.year))
    told = {"year": form.year, "document": form.document}
    await done.tell_all("recount_deadlines", [(row["stream"], told) for row in rows])


async def moved(
    pool: Pool, form: HolidayNotice, today: date, most: int | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Return what loading a notice would do to each deadline it may move: its old day, its new day, whose it is.

    At most so many proceedings are counted, those with such a deadline first; and how many were not.
    """
    calendar = (await current(pool)).loading(form.notice)
    found: list[dict[str, Any]] = []
    rows = await pool.fetch(CALENDAR.unsettled_first, first_day_moved(form.year), most)
    for row in rows:
        file = File.model_validate(row["file"])
        found += [
            {
                "stream": row["stream"],
                "deadline": new.name,
                "office": new.office,
                "old": old.due_on,
                "new": new.due_on,
                "provisional": new.provisional,
            }
            for old, new in recounted(file, calendar, today)
        ]
    left_out = rows[0]["there_are"] - len(rows) if rows else 0
    return sorted(found, key=lambda one: (one["new"] == one["old"], one["new"], one["stream"])), left_out
