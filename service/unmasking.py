"""明文查看: what is masked of a person, shown in full once to an officer who decides on it and says why.

Every look is in `unmasking`, which is only added to: who, when, of which proceeding, for what (article 15(3)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from activities.authority import Officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import File
from rules.procedures import Stream
from runtime.errors import BadInput, Refused
from service.acting import note_tried, possible_acts
from service.reading import read_word

UNMASKING = queries("unmasking")
LONGEST = 200
#: For how long a look sent again under its name is the same look: time to ask anew after an answer that got lost.
SAME_LOOK = timedelta(minutes=10)


@dataclass(frozen=True)
class Look:
    """Who looks, what for, when; and under which name, where whoever sends it gave it one."""

    officer: Officer
    reason: str
    at: datetime
    command_id: str | None = None


def decides(stream: Stream, file: File, officer: Officer) -> bool:
    """Whether an officer has an act to do in a proceeding now: only for that does he need to know whom to ask."""
    return any(one.allowed for one in possible_acts(stream, file, officer))


async def unmask(pool: Pool, stream: Stream, file: File, look: Look) -> str:
    """Write a look down before it is shown, and return its name; one sent again soon under its name is there already.

    Who decides nothing there is noted as having tried without authority; raises `Refused`. Raises `BadInput` without
    a reason, and for the name of another look.
    """
    code, reason = look.officer.code, look.reason.strip()
    name = str(uuid4()) if look.command_id is None else read_word("command_id", look.command_id)
    if not decides(stream, file, look.officer):
        refused = Refused("entitled_to_see", "15(3)", f"{code} has no act to do in {stream.number} now")
        await note_tried(pool, stream, "unmask", look.officer, refused, look.at, name)
        raise refused
    if not reason or len(reason) > LONGEST or not reason.isprintable():
        raise BadInput(("reason", f"must say in 1 to {LONGEST} characters what the persons are needed for"))
    if not await pool.fetchval(UNMASKING.note, name, str(stream), code, look.at, reason):
        first = await pool.fetchrow(UNMASKING.named, name)
        assert first is not None, "what is noted is never taken away"
        same = (first["stream"], first["officer"], first["reason"]) == (str(stream), code, reason)
        if not same or look.at > first["at"] + SAME_LOOK:
            raise BadInput(("command_id", f"{name!r} was already used for another look, or too long ago"))
    return name


async def looks(pool: Pool, stream: Stream) -> list[dict[str, Any]]:
    """Return who had the persons of a proceeding shown in full, the latest first."""
    return [dict(row) for row in await pool.fetch(UNMASKING.of_stream, str(stream))]
