"""待交材料: files an officer has chosen for a form, kept until its act is done; then they are handed in.

They lie apart for each officer, and for each form of a visitor who has no account yet, under `waiting` in the folder of
documents: nobody hands in what another has chosen. What nobody hands in within a day is gone at the next file that is
kept.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from activities.contracts import Answer
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import Stream, stream_of
from rules.schemes.dalian_documents import PROVABLE
from runtime.errors import BadInput, Refused, Unreachable
from runtime.settings import Settings
from runtime.sniffing import media_type_of
from service.documents import hand_in
from service.session import Session

WAITING, VISITORS = "waiting", "visitors"
KEPT_FOR = timedelta(days=1)
#: How many files may wait for one officer: the oldest give way. Of visitors those from one address, and of all in all:
#: none gives way to another's, what is too much is refused.
MOST_WAITING, MOST_OF_VISITORS = 100, 1_000
_HASH = re.compile("[0-9a-f]{64}")
DOCUMENT, PROCEEDING = queries("document"), queries("proceeding")


class Chosen(NamedTuple):
    """A file of a form: its hash, what it is called, what it proves, and the field that names it."""

    digest: str
    called: str
    proves: str
    field: str


class Visitor(NamedTuple):
    """来访者: who fills a form in without an account: his address, and the name of his form, which only he has."""

    address: str
    command: str


def keep(whose: str | Visitor, content: bytes, called: str, at: datetime) -> str:
    """Keep a file until its act is done and return its hash; raise `BadInput` for what is no document, or too many."""
    settings = Settings()
    media_type_of(content, called, settings.document_megabytes * 1024 * 1024)
    folder, digest = _folder(whose), sha256(content).hexdigest()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not isinstance(whose, Visitor):
            _tidy(folder, at)
        elif not (folder / digest).is_file():
            _expect_room(folder.parent, at)
        (folder / digest).write_bytes(content)
        (folder / digest).chmod(0o600)
    except OSError as error:
        where = str(settings.require_documents())
        raise Unreachable("the documents", where, f"{error.strerror}; set FIRSTCOVER_DOCUMENTS") from error
    return digest


async def lost(pool: Pool, subject: Stream, chosen: list[Chosen], whose: str | Visitor, command: str) -> dict[str, str]:
    """Return by their fields the files of a form that are kept for nobody who sends it, and were not handed in before.

    An act must not name a paper as chosen that nobody can hand in; one that was done is only answered again.
    """
    gone = [one for one in chosen if not (_HASH.fullmatch(one.digest) and (_folder(whose) / one.digest).is_file())]
    if not gone or await pool.fetchrow(PROCEEDING.repeated, command):
        return {}
    there = {row["sha256"] for row in await pool.fetch(DOCUMENT.of_stream, str(subject))}
    return {
        one.field: f"must be handed in with the form: {one.called} is kept no longer, choose it again"
        for one in gone
        if one.digest not in there
    }


async def hand_in_chosen(
    servers: Session, answer: Answer, chosen: list[Chosen], officer: str, *, kept_for: Visitor | None = None
) -> list[str]:
    """Hand in, after an act, the files its form named; return what could not be, each in a sentence.

    They were kept for the officer, or for the visitor he was until then.
    """
    subject, failed = stream_of(answer.stream), []
    for one in chosen:
        if not _HASH.fullmatch(one.digest) or one.proves not in PROVABLE.get(subject.kind, {}):
            continue
        path = _folder(kept_for or officer) / one.digest
        with suppress(FileNotFoundError):
            content = path.read_bytes()
            command = str(uuid5(NAMESPACE_URL, f"{answer.event.command_id}/{one.digest}/{one.proves}"))
            try:
                await hand_in(servers, subject, content, one.called, one.proves, officer, command)
            except (BadInput, Refused, Unfit, Barred) as error:
                # The very document was handed in before: it is there, and proves this too.
                if "must be new" not in str(error):
                    failed.append(f"{one.called}: {error}")
                    continue
            path.unlink(missing_ok=True)
    return failed


def _folder(whose: str | Visitor) -> Path:
    parts = whose if isinstance(whose, Visitor) else (whose,)
    apart = VISITORS if isinstance(whose, Visitor) else ""
    hashed = (sha256(part.encode()).hexdigest() for part in parts)
    return Settings().require_documents().joinpath(WAITING, apart, *hashed)


def _tidy(folder: Path, at: datetime) -> None:
    """Remove what has waited too long, and the oldest where too much waits."""
    for path in _fresh(folder, at)[MOST_WAITING - 1 :]:
        path.unlink(missing_ok=True)


def _expect_room(address: Path, at: datetime) -> None:
    """Raise `BadInput` where as many files wait as may, from a visitor's address or of all visitors."""
    waiting = _fresh(address.parent, at)
    if sum(address in path.parents for path in waiting) >= MOST_WAITING:
        raise BadInput(("file", f"{MOST_WAITING} files wait from your address already: hand them in, or try tomorrow"))
    if len(waiting) >= MOST_OF_VISITORS:
        raise BadInput(("file", f"{MOST_OF_VISITORS} files of visitors wait already, as many as may: try tomorrow"))


def _fresh(folder: Path, at: datetime) -> list[Path]:
    """The files that wait in a folder, the newest first; those that have waited too long are removed."""
    too_old, waiting = (at - KEPT_FOR).timestamp(), []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and (since := path.stat().st_mtime) < too_old:
                path.unlink()
            elif path.is_file():
                waiting.append((since, path))
    return [path for _, path in sorted(waiting, reverse=True)]
