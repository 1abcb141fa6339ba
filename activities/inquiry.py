"""What a look-up is about, and what look-ups of several kinds ask alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from activities.authority import Officer
from db.pool import Connection
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred, File
from rules.procedures import Stream, stream_of

OFFICE, POLICY, PROCEEDING = queries("office"), queries("policy"), queries("proceeding")
SUBSIDY, OUTBOX = queries("subsidy"), queries("outbox")


@dataclass(frozen=True)
class Inquiry:
    """What a look-up is about."""

    connection: Connection
    stream: Stream
    file: File
    form: Any
    officer: Officer
    today: date


async def told_first(inquiry: Inquiry, case: str, acts: tuple[str, ...]) -> bool:
    """Lock a case's application and then its policy; raise `Barred` where one is just being told of the other.

    Return whether a signed plan has settled the application.

    A case and its policy change each other. Both sides lock the same rows in this order, so that whoever comes second
    finds what the first has ordered; it is done within a second.
    """
    connection, stream = inquiry.connection, str(inquiry.stream)
    settled = await connection.fetchval(SUBSIDY.lock_settled, case)
    await connection.fetchval(POLICY.lock, case)
    if order := await connection.fetchval(OUTBOX.being_told, stream, acts):
        raise Barred(
            "told_first", "13", f"{inquiry.stream.number} is just being told to {order}; then this can be done"
        )
    return bool(settled)


async def proceeding(inquiry: Inquiry, field: str, name: str) -> File:
    """Return the proceeding that a field of the form names; raise `Unfit` naming the field."""
    try:
        stream = stream_of(name)
        _ = stream.procedure
    except Unfit as unfit:
        raise Unfit(*((field, why) for _, why in unfit.faults)) from unfit
    row = await inquiry.connection.fetchrow(PROCEEDING.by_stream, name)
    if row is None:
        raise Unfit((field, f"there is no {stream.kind} {stream.number!r}"))
    return File.model_validate(row["file"])


async def known_office(inquiry: Inquiry, field: str, code: str) -> None:
    if not await inquiry.connection.fetchval(OFFICE.known, code):
        raise Unfit((field, f"must be the code of an office or an enterprise (not {code!r})"))
