"""The history: what an act is told as, hashed over the event before it, and what can be read from it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from activities.contracts import Answer, Command, Event, Standing
from db.pool import Connection
from db.sql import queries
from rules.procedure import NO_FILE, Act, Effect, File, Situation
from rules.procedures import Stream

PROCEEDING = queries("proceeding")


def canonical(value: Mapping[str, Any]) -> str:
    """The one text of a value that is hashed: sorted keys, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def told(
    stream: Stream,
    act: Act,
    command: Command,
    situation: Situation,
    effect: Effect,
    after: File,
    beside: Mapping[str, Any],
) -> str:
    """Tell an act, what was found and what it changed, as the text that is kept for ever.

    `beside` is told where there is any: its `notice`, and the absent colleague it was `acted_for`.
    """
    return canonical(
        {
            **{name: said for name, said in beside.items() if said},
            "stream": str(stream),
            "sequence": after.sequence,
            "command_id": command.id,
            "act": act.name,
            "article": effect.article or act.article,
            "officer": situation.officer,
            "officer_name": situation.officer_name,
            "office": situation.office,
            "at": command.received_at.isoformat(),
            "data": command.data,
            "passed": effect.passed,
            "findings": [finding.model_dump(mode="json") for finding in effect.findings],
            "changes": (situation.file if situation.file.sequence else NO_FILE).changes_to(after),
            "standing": standing_of(after).model_dump(mode="json"),
            "money": after.money,
        }
    )


async def chain(connection: Connection, stream: str, command_id: str, body: str) -> Event:
    """Add an event to its stream, hashed over its predecessor."""
    last = await connection.fetchrow(PROCEEDING.last_event, stream)
    previous = last["hash"] if last else b""
    digest = sha256(previous + body.encode()).digest()
    event = event_of(body, digest.hex())
    await connection.execute(PROCEEDING.add_event, stream, event.seq, command_id, body, previous, digest)
    return event


def event_of(body: str, digest: str) -> Event:
    """Read an event from its canonical text and its hash."""
    said = json.loads(body)
    return Event(seq=said["sequence"], hash=digest, **{name: said[name] for name in Event.model_fields if name in said})


def answer_of(body: str, digest: bytes) -> Answer:
    """Read from an event what its command was answered."""
    said = json.loads(body)
    standing = Standing.model_validate(said["standing"])
    return Answer(stream=said["stream"], event=event_of(body, digest.hex()), standing=standing, money=said["money"])


def standing_of(file: File) -> Standing:
    return Standing(sequence=file.sequence, stage=file.stage, closed=file.closed, wakes=file.wakes)
