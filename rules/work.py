"""待办: which offices an open proceeding waits for, by when, and by which words it is found.

That an office may act is the procedure's; that its act is awaited is narrower: nobody is waited for to revoke, to take
back or to dispute. Nothing here reads a clock or a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from rules.procedure import Act, File, Procedure
from rules.timetable import Deadline, Frozen, OfficeKind

#: Passings by which a term runs out or begins: a status, which nobody need do anything about.
_OF_ITSELF: Final = ("begin", "expire")


class Item(Frozen):
    """待办事项: one office that a proceeding waits for, and the day its work is due; None where no day is set."""

    office_kind: OfficeKind
    #: Whose of that kind: see `place`. Empty where the whole kind is one office.
    place: str
    deadline: str | None
    due_on: date | None
    provisional: bool


def moved_by(procedure: Procedure, kind: str) -> Iterator[str]:
    """Yield the stages at which an act of a kind of office is awaited: elsewhere none of its officers moves it on."""
    for stage in procedure.stages:
        if any(kind in act.by for act in procedure.movers(stage)):
            yield stage


def turns(procedure: Procedure, file: File) -> tuple[tuple[Act, tuple[OfficeKind, ...]], ...]:
    """Return the acts that a proceeding waits for, each with the kinds of office that have still to do it."""
    if awaits := procedure.stages[file.stage].awaits:
        return tuple((procedure.acts[name], kinds) for name, kinds in awaits(file).items())
    return tuple((act, act.by) for act in procedure.movers(file.stage))


def awaited(procedure: Procedure, file: File) -> tuple[str, ...]:
    """Return the kinds of office that are to move a proceeding on; where one office handles it, that one's."""
    handling = file.facts.get("handling")
    kinds = dict.fromkeys(kind for _, whose in turns(procedure, file) for kind in whose if kind != "system")
    return tuple(kind for kind in kinds if handling is None or kind == handling["kind"])


def items(procedure: Procedure, file: File) -> tuple[Item, ...]:
    """Return what an open proceeding waits for: whoever can move it on, and whoever a running deadline binds.

    Where its stage tells whom it waits for, a deadline of the whole binds nobody who has done his part.
    """
    if file.closed:
        return ()
    running = [d for d in file.deadlines if d.running and d.silence not in _OF_ITSELF]
    kinds = dict.fromkeys(kind for _, whose in turns(procedure, file) for kind in whose)
    if not procedure.stages[file.stage].awaits:
        kinds |= dict.fromkeys(deadline.office for deadline in running)
    return tuple(
        _item(kind, place, running) for kind in kinds if kind != "system" for place in _places(kind, procedure, file)
    )


def _item(kind: OfficeKind, place: str, running: list[Deadline]) -> Item:
    own = [deadline for deadline in running if deadline.office == kind] or running
    first = min(own, key=lambda deadline: (deadline.due_on, deadline.name), default=None)
    if first is None:
        return Item(office_kind=kind, place=place, deadline=None, due_on=None, provisional=False)
    return Item(
        office_kind=kind, place=place, deadline=first.name, due_on=first.due_on, provisional=first.provisional
    )  # fmt: skip


def _places(kind: OfficeKind, procedure: Procedure, file: File) -> tuple[str, ...]:
    """Say whose of a kind: the district's, the enterprise's, the entrusted assessor's, the insurer's; or its only one.

    A file that names no such office yet waits for none of them.
    """
    facts = file.facts
    if handling := facts.get("handling"):
        return (handling["office"],) if handling["kind"] == kind else ()
    if kind == "insurer" and procedure.kind == "round":
        return tuple(insurer for insurer, filed in facts.get("awaited", {}).items() if not filed)
    named: dict[str, Any] = {
        "district": file.district and place_of_district(file.district),
        "enterprise": file.enterprise,
        "assessor": facts.get("entrustment", {}).get("assessor"),
        "insurer": facts.get("contract", {}).get("insurer") or facts.get("nomination", {}).get("insurer"),
    }
    if kind not in named:
        return ("",)
    return (named[kind],) if named[kind] else ()


def place_of_district(code: str) -> str:
    """Name a district as the place of its work: an office of the same code is another thing."""
    return f"district/{code}"


def terms(file: File) -> tuple[str, ...]:
    """Return the words by which a proceeding is found: its number, its enterprise, its product and its policy."""
    submission = file.facts.get("submission", {})
    product, policy = submission.get("product", {}), file.facts.get("contract", {}).get("policy_number")
    said = [file.enterprise, submission.get("enterprise", {}).get("name"), policy]
    found = dict.fromkeys(_prefixes(file.number.lower()))
    for text in (*said, product.get("name"), product.get("model"), product.get("batch_number")):
        for run in _runs(text or ""):
            found |= dict.fromkeys(_prefixes(run) if run.isascii() else _pairs(run))
    return tuple(found)


def asked_terms(text: str) -> tuple[str, ...]:
    """Return the words all of which a proceeding must have to be found by what was typed.

    A single character tells too little; the city and the legal form, which most enterprises share, tell nothing.
    """
    found: dict[str, None] = {}
    for piece in _COMMON.sub(" ", text.lower()).split():
        numbered = piece.isascii() and "-" in piece
        for run in [piece] if numbered else _runs(piece):
            found |= dict.fromkeys([run[:_LONGEST]] if run.isascii() else _pairs(run))
    return tuple(found)


#: The longest beginning of a word that is kept: a number's own and a credit code's.
_LONGEST: Final = 24
_COMMON: Final = re.compile("大连市?|(股份|责任)?有限(责任)?公司")


def _runs(text: str) -> list[str]:
    """Part a text into words of letters and digits, and runs of Chinese."""
    return re.findall(r"[a-z0-9]+|[^\W\x00-\x7f]+", text.lower())


def _prefixes(word: str) -> Iterator[str]:
    """Yield the beginnings of a word, and of a number's parts, from its second letter on."""
    for part in dict.fromkeys((word, *word.split("-"))):
        yield from (part[:n] for n in range(min(2, len(part)), min(len(part), _LONGEST) + 1))


def _pairs(run: str) -> tuple[str, ...]:
    return tuple(run[n : n + 2] for n in range(len(run) - 1))
