"""明文查看: what is masked of a person, shown in full once to an officer who decides on it and says why.

Every look is in `unmasking`, which is only added to: who, when, of which proceeding, for what (article 15(3)).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from activities.authority import Officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import File
from rules.procedures import Stream
from runtime.errors import BadInput, Refused
from service.acting import possible_acts

UNMASKING, PROCEEDING = queries("unmasking"), queries("proceeding")
LONGEST = 200


def decides(stream: Stream, file: File, officer: Officer) -> bool:
    """Whether an officer has an act to do in a proceeding now: only for that does he need to know whom to ask."""
    return any(one.allowed for one in possible_acts(stream, file, officer))


async def unmask(pool: Pool, stream: Stream, file: File, officer: Officer, reason: str, at: datetime) -> None:
    """Write a look down before it is shown; raise `BadInput` without a reason.

    Who decides nothing there is noted as having tried without authority; raises `Refused`.
    """
    why = reason.strip()
    if not why or len(why) > LONGEST or not why.isprintable():
        raise BadInput(("reason", f"must say in 1 to {LONGEST} characters what the persons are needed for"))
    if not decides(stream, file, officer):
        barred = ("entitled_to_see", "15(3)", f"{officer.code} has no act to do in {stream.number} now")
        await pool.execute(PROCEEDING.refuse, str(uuid4()), str(stream), "unmask", officer.code, *barred, at)
        raise Refused(*barred)
    await pool.execute(UNMASKING.note, str(stream), officer.code, at, why)


async def looks(pool: Pool, stream: Stream) -> list[dict[str, Any]]:
    """Return who had the persons of a proceeding shown in full, the latest first."""
    return [dict(row) for row in await pool.fetch(UNMASKING.of_stream, str(stream))]
