"""All that workflows and entrances know of the activities: their names, and the models that travel.

One model goes in and one comes out, so that a field can be added without breaking a running case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Barred
from rules.timetable import Wake

#: Names of activities: workflows call them by name and never import their code.
RECORD = "record"
#: Types of the failures that cross Temporal; their details are below.
BAD_INPUT, REFUSED, UNAVAILABLE, FAULT = "BadInput", "Refused", "Unavailable", "Fault"


#: An officer waits: his act is tried for so long in all, and then he is told to try again.
OFFICER_PATIENCE = timedelta(seconds=5)
#: Where his act weighs a whole round he waits for what the database does, though not longer for one that is away.
ROUND_PATIENCE = timedelta(seconds=60)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Command(Model):
    """An act as an officer ordered it. The caller mints `id`: the same id is the same act, done once.

    The system's own orders are named by what causes them, with strokes (`round:dalian:2026Q4/2/file/…`); an officer's
    name has none. `stream` names the proceeding, `received_at` (an instant) is what the law judges by.
    """

    id: str
    stream: str
    act: str
    officer: str
    received_at: AwareDatetime
    data: dict[str, Any] = {}


class Standing(Model):
    """How a proceeding stands: all that its workflow needs to remember."""

    sequence: int
    stage: str
    closed: bool
    wakes: tuple[Wake, ...] = ()


class Attempt(Model):
    """A command offered to the record as the event after `sequence`.

    `by_clock` marks an act of the workflow's own timer, which no officer can send.
    """

    command: Command
    sequence: int
    by_clock: bool = False


class Event(Model):
    """One entry of a proceeding's history."""

    seq: int
    command_id: str
    act: str
    officer: str
    #: 经办人: the person; empty for an act of the system.
    officer_name: str
    office: str
    at: datetime
    article: str
    passed: bool
    findings: tuple[Finding, ...]
    hash: str


class Answer(Model):
    """What an act came to. `event.passed` is False where the law refused it."""

    stream: str
    event: Event
    standing: Standing
    money: dict[str, str]


class Recorded(Model):
    """The record's reply: the answer, or, where the record is ahead of the workflow, only how things stand there."""

    answer: Answer | None
    standing: Standing


def refusal(refused: Unfit | Barred, *, final: bool = True) -> ApplicationError:
    """Tell a refusal across Temporal, field by field or as rule, article and why; `final` is not tried again."""
    how: dict[str, Any] = {"non_retryable": final, "category": ApplicationErrorCategory.BENIGN}
    if isinstance(refused, Unfit):
        return ApplicationError(str(refused), refused.faults, type=BAD_INPUT, **how)
    return ApplicationError(str(refused), refused.rule, refused.article, refused.why, type=REFUSED, **how)


class Opening(Model):
    """What starts the workflow of a proceeding that the record already holds."""

    stream: str
    standing: Standing
