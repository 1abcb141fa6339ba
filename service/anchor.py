"""The head of the record, to be kept where nobody who can write the database can write (article 15(3)).

A chain proves that no event was altered by itself. Who rewrites a whole chain, hashes and all, is found only by
somebody who knows how it once ended: that is an anchor, one JSON object a line. The first line says when it was made
and how much it covers, with a digest (`head`) of all lines after it, which can be printed, published or signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from db.pool import Connection, Pool
from db.sql import queries
from runtime.errors import BadInput
from service.auditing_money import PATIENCE

AUDIT = queries("audit")


class Anchor(NamedTuple):
    """How each stream ended, and each refusal's digest, at a moment."""

    at: str
    heads: dict[str, tuple[int, str]]
    refusals: dict[tuple[str, str], str]


async def anchored(pool: Pool, at: datetime) -> Iterable[str]:
    """Return the lines of an anchor, taken in one snapshot."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        heads = [
            (row["stream"], row["sequence"], row["hash"].hex())
            async for row in connection.cursor(AUDIT.heads, timeout=PATIENCE)
        ]
        lines = [json.dumps({"stream": stream, "seq": seq, "hash": digest}) for stream, seq, digest in heads]
        refused = await _refusals(connection)
    lines += [json.dumps({"refusal": name, "rule": rule, "sha256": one}) for (name, rule), one in refused.items()]
    count = {"streams": len(heads), "events": sum(seq for _, seq, _ in heads), "refusals": len(refused)}
    return [json.dumps({"at": at.isoformat(), "head": _head(lines), **count}), *lines]


def read_anchor(path: Path) -> Anchor:
    """Read an anchor; raise `BadInput` where it is none, or is not what was printed."""
    try:
        first, *lines = path.read_text(encoding="utf-8").splitlines()
        said, told = json.loads(first), [json.loads(line) for line in lines]
        heads = {one["stream"]: (one["seq"], one["hash"]) for one in told if "stream" in one}
        refusals = {(one["refusal"], one["rule"]): one["sha256"] for one in told if "refusal" in one}
        at, head = str(said["at"]), said["head"]
        counts = {"streams": said["streams"], "refusals": said["refusals"]}
    except OSError as error:
        raise BadInput(("anchor", f"cannot be read: {error.strerror}")) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(("anchor", "must be what firstcover audit anchor printed")) from error
    if head != _head(lines):
        raise BadInput(("anchor", "must be whole: its lines are not those its head was made of"))
    if counts != {"streams": len(heads), "refusals": len(refusals)}:
        says = f"it says that it holds {counts['streams']} streams and {counts['refusals']} refusals"
        raise BadInput(("anchor", f"must be whole: {says} (not {len(heads)} and {len(refusals)})"))
    return Anchor(at, heads, refusals)


async def changed_refusal(connection: Connection, anchor: Anchor) -> tuple[str, str] | None:
    """Return the command and rule of a refusal that is no longer as the anchor knows it."""
    now = await _refusals(connection)
    return next((name for name, digest in anchor.refusals.items() if now.get(name) != digest), None)


async def _refusals(connection: Connection) -> dict[tuple[str, str], Any]:
    return {
        (row["command_id"], row["rule"]): row["digest"]
        async for row in connection.cursor(AUDIT.refusals, timeout=PATIENCE)
    }


def _head(lines: Iterable[str]) -> str:
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
