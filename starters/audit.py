"""`firstcover audit`: prove that no history was altered (article 15(3))."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import typer

from db.pool import Pool
from db.sql import queries
from rules.procedure import NO_FILE, File
from runtime.errors import Refused
from runtime.messages import say
from starters.session import reading, run
from starters.telling import Json, console, tell_json

app = typer.Typer(no_args_is_help=True, help="Proofs about the record.")
PROCEEDING = queries("proceeding")


@app.callback()
def audit() -> None:
    """Proofs about the record."""


@app.command()
def verify(as_json: Json = False) -> None:
    """Follow every chain from its first event and compare each proceeding with the fold of its events."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            return await verified(pool)

    found = run(work())
    if as_json:
        tell_json(found)
    if not found["ok"]:
        raise Refused("unaltered_history", "15(3)", f"{found['stream']}/{found['seq']}: {found['why']}")
    if not as_json:
        console().print(say("verified", events=found["events"]))


async def verified(pool: Pool) -> dict[str, Any]:
    """Return `{"ok": true, "events": N}`, or the first broken link: stream, the last sound event's sequence, and why.

    All is read in one snapshot, event by event, so that a record of any size can be verified while cases run.
    """
    count, folding = 0, Folding("")
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(PROCEEDING.all_events):
            if row["stream"] != folding.stream:
                if why := folding.unfinished():
                    return folding.broken(why)
                folding = Folding(row["stream"])
            if why := folding.follow(row):
                return folding.broken(why)
            count += 1
    if why := folding.unfinished():
        return folding.broken(why)
    return {"ok": True, "events": count}


class Folding:
    """A stream as its events are followed, one by one."""

    def __init__(self, stream: str) -> None:
        self.stream, self._file, self._last = stream, NO_FILE, b""
        self._stands_at = 0

    def follow(self, row: Any) -> str | None:
        """Take the next event in; say what is wrong with it, if anything."""
        self._stands_at = row["stands_at"]
        if why := self._broken_link(row):
            return why
        try:
            self._file, self._last = self._file.folded(json.loads(row["body"])["changes"]), row["hash"]
        except (KeyError, TypeError, ValueError):
            return "the text of the event after it tells no changes of a proceeding"
        if row["file"] is not None and (File.model_validate(row["file"]) != self._file or not row["columns_agree"]):
            return "its proceeding is not the fold of its events"
        return None

    def unfinished(self) -> str | None:
        """Say whether the proceeding stands beyond its last event."""
        return "the events after it are missing" if self._stands_at != self._file.sequence else None

    def broken(self, why: str) -> dict[str, Any]:
        return {"ok": False, "stream": self.stream, "seq": self._file.sequence, "why": why}

    def _broken_link(self, row: Any) -> str | None:
        if row["stands_at"] is None:
            return "its proceeding is missing"
        if row["sequence"] != self._file.sequence + 1:
            return "the event after it is missing"
        if row["previous"] != self._last:
            return "the event after it does not follow it"
        if sha256(row["previous"] + row["body"].encode()).digest() != row["hash"]:
            return "the text of the event after it is not what was hashed"
        said = json.loads(row["body"])
        if any(said.get(name) != row[name] for name in ("stream", "sequence", "command_id")):
            return "the text of the event after it names another place"
        return None
