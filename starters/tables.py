"""Files that a command reads and writes where it was told to."""

from __future__ import annotations

from pathlib import Path

from runtime.errors import BadInput, Unreachable
from runtime.messages import say

MOST_BYTES = 100 * 1024 * 1024


def bytes_of(path: str) -> bytes:
    """Return a file of at most 100 MB; raise `BadInput` where it is absent or larger."""
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(("file", f"{path!r} cannot be read: {why}")) from None
    if len(raw) > MOST_BYTES:
        raise BadInput(("file", f"must not be larger than {MOST_BYTES // 1024 // 1024} MB"))
    return raw


def keep(path: Path, made: bytes) -> None:
    """Write a file that was asked for; raise `Unreachable` where its place cannot be used."""
    try:
        path.write_bytes(made)
    except OSError as error:
        raise Unreachable(say("file"), str(path), str(error.strerror)) from error
