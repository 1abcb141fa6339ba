"""Proof that no history was altered: chains followed, what is kept compared with what it tells (article 15(3))."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from db.pool import Connection, Pool
from db.sql import queries
from rules.procedure import NO_FILE, File
from service.anchor import Anchor, changed_refusal
from service.auditing_money import PATIENCE, disagreements

PROCEEDING, AUDIT = queries("proceeding"), queries("audit")


async def verified(pool: Pool, anchor: Anchor | None = None) -> dict[str, Any]:
    """Return `{"ok": true, "events": N}`, or the first broken link: stream, the last sound event's sequence, and why.

    All is read in one snapshot, event by event, so that a record of any size can be verified while cases run.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        following = Following(anchor)
        found = await following.chains(connection)
        if found["ok"] and (broken := await following.officers(connection)):
            return broken
        if found["ok"] and anchor and (broken := await following.ends(connection, anchor)):
            return broken
        if found["ok"]:
            async for stream, seq, why in disagreements(connection):
                return {"ok": False, "stream": stream, "seq": seq, "why": why}
    return found


class Following:
    """All streams, one after the other."""

    def __init__(self, anchor: Anchor | None) -> None:
        self._ends = dict(anchor.heads) if anchor else {}
        self._anchored = len(self._ends)
        #: The office each officer first acted for, and where.
        self._acted: dict[str, tuple[str, str, int]] = {}

    async def chains(self, connection: Connection) -> dict[str, Any]:
        """Follow every chain; return what `verified` returns."""
        count, folding = 0, Folding("")
        async for row in connection.cursor(PROCEEDING.all_events, timeout=PATIENCE):
            if row["stream"] != folding.stream:
                if why := folding.unfinished():
                    return folding.broken(why)
                folding = Folding(row["stream"])
            if why := folding.follow(row) or self._made_anew(row):
                return folding.broken(why)
            self._acted.setdefault(folding.said["officer"], (folding.said["office"], row["stream"], row["sequence"]))
            count += 1
        if why := folding.unfinished():
            return folding.broken(why)
        return {"ok": True, "events": count} | ({"anchored": self._anchored} if self._anchored else {})

    def _made_anew(self, row: Any) -> str | None:
        seq, digest = self._ends.get(row["stream"], (0, ""))
        if row["sequence"] != seq:
            return None
        del self._ends[row["stream"]]
        return None if row["hash"].hex() == digest else "it is not the event that the anchor knows"

    async def ends(self, connection: Connection, anchor: Anchor) -> dict[str, Any] | None:
        """Say what the anchor knows and the record no longer has."""
        for stream, (seq, _) in self._ends.items():
            return {"ok": False, "stream": stream, "seq": seq, "why": "the anchor knows it, and it is missing"}
        if refusal := await changed_refusal(connection, anchor):
            why = f"refusal: {'/'.join(refusal)} is not what the anchor knows"
            return {"ok": False, "stream": "", "seq": 0, "why": why}
        return None

    async def officers(self, connection: Connection) -> dict[str, Any] | None:
        """Say whether somebody acted who is not in the register, or is there for another office."""
        known = {row["code"]: row["office"] async for row in connection.cursor(AUDIT.officers, timeout=PATIENCE)}
        for officer, (office, stream, seq) in self._acted.items():
            if office != "system" and known.get(officer) != office:
                why = f"officer: {officer} acted for {office}; the register says {known.get(officer, 'nothing')}"
                return {"ok": False, "stream": stream, "seq": seq, "why": why}
        return None


class Folding:
    """A stream as its events are followed, one by one."""

    def __init__(self, stream: str) -> None:
        self.stream, self._file, self._last = stream, NO_FILE, b""
        self._stands_at = 0
        self.said: dict[str, Any] = {}

    def follow(self, row: Any) -> str | None:
        """Take the next event in; say what is wrong with it, if anything."""
        self._stands_at = row["stands_at"]
        if why := self._broken_link(row):
            return why
        try:
            self._file, self._last = self._file.folded(self.said["changes"]), row["hash"]
        except (KeyError, TypeError, ValueError):
            return "the text of the event after it tells no changes of a proceeding"
        if self._file.sequence != row["sequence"]:
            return "the event after it changes no proceeding"
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
        self.said = json.loads(row["body"])
        if any(self.said.get(name) != row[name] for name in ("stream", "sequence", "command_id")):
            return "the text of the event after it names another place"
        same = all(self.said.get(name) == row[name] for name in ("act", "officer", "passed"))
        return None if same else "the columns of the event after it are not what its text says"
