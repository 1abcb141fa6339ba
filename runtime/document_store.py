"""A folder of documents by the hash of their content: written whole or not at all, never overwritten, proved when read.

A file lies at `ab/cd/abcd…`, for its owner alone. What is being handed in lies under `incoming` until the record has
it: where a process dies between the two, reading finds it there and moves it home.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from runtime.errors import BadInput, Refused, Unreachable

INCOMING = "incoming"


class Damaged(Exception):
    """A document's file is missing, or is not what was handed in."""


class DocumentStore:
    """The documents under one folder, which is made at the first of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, digest: str) -> Path:
        """Where the content of a hash lies."""
        return self._folder / digest[:2] / digest[2:4] / digest

    @contextmanager
    def holding(self, content: bytes) -> Iterator[str]:
        """Hold content while it is recorded, and yield its hash: it is kept where that succeeds, gone where refused.

        Of any other failure nobody knows whether it was recorded: then it stays under `incoming`. Raises `Unreachable`
        where the folder cannot be written.
        """
        digest = sha256(content).hexdigest()
        try:
            draft = self._draft(digest, content)
        except OSError as error:
            raise self._unreachable(error) from error
        try:
            yield digest
        except (BadInput, Refused):
            draft.unlink()
            raise
        try:
            self._keep(draft, digest)
        except OSError as error:
            raise self._unreachable(error) from error

    def read(self, digest: str) -> bytes:
        """Return the content of a hash; raise `Damaged` where it is missing or has another."""
        path = self.path_of(digest)
        if not path.exists():
            self._bring_home(digest)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise Damaged("its file is missing") from None
        except OSError as error:
            raise self._unreachable(error) from error
        if sha256(content).hexdigest() != digest:
            raise Damaged("its file is not what was handed in")
        return content

    def _draft(self, digest: str, content: bytes) -> Path:
        incoming = self._folder / INCOMING
        _make(incoming)
        draft = incoming / f"{digest}.{uuid4().hex}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync(incoming)
        return draft

    def _keep(self, draft: Path, digest: str) -> None:
        home = self.path_of(digest)
        _make(home.parent)
        with suppress(FileExistsError):  # the same content was handed in before
            os.link(draft, home)
        _sync(home.parent)
        draft.unlink(missing_ok=True)

    def _bring_home(self, digest: str) -> None:
        for draft in (self._folder / INCOMING).glob(f"{digest}.*"):
            # A draft that was cut off by a crash is none.
            if sha256(draft.read_bytes()).hexdigest() == digest:
                self._keep(draft, digest)

    def _unreachable(self, error: OSError) -> Unreachable:
        return Unreachable("the documents", str(self._folder), f"{error.strerror}; set FIRSTCOVER_DOCUMENTS")


def _make(folder: Path) -> None:
    """Make a folder for its owner alone, so that it is there after a power cut too."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
