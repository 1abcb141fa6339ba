"""`firstcover audit`: prove that no history was altered (article 15(3))."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import typer

from db.pool import Pool
from db.sql import queries
from rules.procedure import File
from runtime.errors import Refused
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
        console().print(f"✓ {found['events']} events, every one where it was written")


async def verified(pool: Pool) -> dict[str, Any]:
    """Return `{"ok": true, "events": N}`, or the first broken link: stream, sequence and why.

    All is read in one snapshot, event by event, so that a record of any size can be verified while cases run.
    """
    count, last = 0, b""
    folding: tuple[str, File] | None = None
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        claimed = {row["stream"]: row["file"] async for row in connection.cursor(PROCEEDING.streams)}
        async for row in connection.cursor(PROCEEDING.all_events):
            stream, count = row["stream"], count + 1
            if folding is None or folding[0] != stream:
                if folding and (why := _differs(folding[1], claimed.pop(folding[0], None))):
                    return _broken(*folding, why)
                folding, last = (stream, File(number="", scheme="", edition="")), b""
            if why := _broken_link(row, last, folding[1].sequence + 1):
                return _broken(*folding, why)
            folding, last = (stream, folding[1].folded(json.loads(row["body"])["changes"])), row["hash"]
    if folding and (why := _differs(folding[1], claimed.pop(folding[0], None))):
        return _broken(*folding, why)
    for stream, file in claimed.items():
        return _broken(stream, File.model_validate(file), "it has no events")
    return {"ok": True, "events": count}


def _broken_link(row: Any, last: bytes, expected: int) -> str | None:
    said = json.loads(row["body"])
    if row["sequence"] != expected:
        return f"event {expected} is missing"
    if row["previous"] != last:
        return "it does not follow the event before it"
    if sha256(row["previous"] + row["body"].encode()).digest() != row["hash"]:
        return "its text is not what was hashed"
    if (said["stream"], said["sequence"], said["command_id"]) != (row["stream"], row["sequence"], row["command_id"]):
        return "its text names another place"
    return None


def _differs(folded: File, claimed: Any) -> str | None:
    if claimed is None:
        return "its proceeding is missing"
    if File.model_validate(claimed) != folded:
        return "its proceeding is not the fold of its events"
    return None


def _broken(stream: str, file: File, why: str) -> dict[str, Any]:
    return {"ok": False, "stream": stream, "seq": file.sequence, "why": why}
