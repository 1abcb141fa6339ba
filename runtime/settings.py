"""Where the servers are: named by the environment, or found through the embedded stack's `stack.json`.

Free of Temporal, so that what needs only the database stays quick.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.errors import BadInput, Unreachable
from runtime.processes import ProcessId

DATA, DOCUMENTS = ".firstcover", "documents"
START_ONE = "start one with: firstcover up"


class StackInfo(BaseModel):
    """What `stack.json` tells of a running embedded stack."""

    model_config = ConfigDict(frozen=True)

    database_url: str
    temporal_address: str
    temporal_namespace: str
    ui_url: str | None
    #: 工作台: where a browser finds the desk.
    desk_url: str | None = None
    #: The process of `firstcover up` or `firstcover demo`, which keeps the servers running and ends them.
    started_by: ProcessId
    processes: dict[str, ProcessId]
    logs: dict[str, Path]


class Settings(BaseSettings):
    """The program's settings, each from the variable `FIRSTCOVER_<NAME>`; a wrong one raises `BadInput`."""

    model_config = SettingsConfigDict(env_prefix="FIRSTCOVER_")

    #: PostgreSQL, as the program's role; without it the embedded stack's.
    database_url: str | None = None
    #: The embedded stack's folder; without it `.firstcover` in this folder or one above it.
    data: Path | None = None
    #: The folder of documents; without it `documents` in the embedded stack's.
    documents: Path | None = None
    #: How large a document may be, in megabytes.
    document_megabytes: int = Field(default=20, ge=1, le=1024)
    #: How many days a password that another gave lets its officer in.
    first_password_days: int = Field(default=7, ge=1, le=90)
    task_queue: str = "firstcover"
    log_format: Literal["json", "console"] = "json"

    def __init__(self) -> None:
        try:
            super().__init__()
        except ValidationError as error:
            faults = ((f"FIRSTCOVER_{fault['loc'][0]}".upper(), fault["msg"]) for fault in error.errors())
            raise BadInput(*faults) from error

    @property
    def first_password_lasts(self) -> timedelta:
        """How long a password that another gave lets its officer in."""
        return timedelta(days=self.first_password_days)

    def require_database_url(self) -> str:
        """Return the database's address; raise `Unreachable` where neither the environment nor a stack tells one."""
        if self.database_url:
            return self.database_url
        if stack := find_stack():
            return stack.database_url
        raise Unreachable("PostgreSQL", "FIRSTCOVER_DATABASE_URL", f"it is not set; {START_ONE}")

    def require_documents(self) -> Path:
        """Return the folder of documents; raise `Unreachable` where neither the environment nor a stack tells one."""
        if self.documents:
            return self.documents
        if not self.database_url and (path := _stack_file()):
            # A link to a stack's data elsewhere leads there.
            return path.resolve().parent / DOCUMENTS
        raise Unreachable("the documents", "FIRSTCOVER_DOCUMENTS", "it is not set; name the folder they are kept in")

    def database_place(self) -> str:
        """Return the database's address without its password."""
        parts = urlsplit(self.require_database_url())
        return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


def find_stack(start: Path | None = None) -> StackInfo | None:
    """Return the embedded stack that runs for `start` (this folder), or None where none was started.

    A stack that was started and is gone, or that belongs to someone else, raises `Unreachable`.
    """
    path = _stack_file(start)
    return _read(path) if path else None


def _stack_file(start: Path | None = None) -> Path | None:
    paths = (folder / "stack.json" for folder in _candidates(start or Path.cwd()))
    return next((path for path in paths if path.exists()), None)


def _candidates(start: Path) -> Iterator[Path]:
    if named := Settings().data:
        yield named
        return
    for folder in (start, *start.parents):
        yield folder / DATA
    yield Path(sys.prefix).parent / DATA


def _read(path: Path) -> StackInfo:
    try:
        stack = StackInfo.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not what this version writes"
        raise Unreachable("the embedded stack", str(path), f"{why}; {START_ONE}") from error
    # Its servers are started again by it: one that is missing for a moment is waited for like any other.
    if stack.started_by.find() is None:
        why = f"what started it (process {stack.started_by.pid}) is gone; {START_ONE}"
        raise Unreachable("the embedded stack", str(path), why)
    return stack
