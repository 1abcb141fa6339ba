"""Writing documents to files: in the law's language first, and in the one that is spoken here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runtime.documents.typesetting import LANGUAGES
from runtime.errors import BadInput
from runtime.messages import language
from service.reading import plain

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]


def languages() -> tuple[str, ...]:
    """The law's language, and after it the one that is spoken here."""
    return tuple(dict.fromkeys((LANGUAGES[0], language())))


def write(out: Path, made: bytes) -> None:
    """Write a document; raise `BadInput` where it cannot be written where it was asked for."""
    try:
        out.write_bytes(made)
    except OSError as error:
        raise BadInput(("out", f"{plain(str(out), 200)!r} cannot be written: {error.strerror}")) from error
