"""双人办理: in the register of offices one person of an owner proposes, and another enters (article 15(3))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rules.faults import Unfit
from rules.procedure import Barred, Effect, Form, Situation
from rules.timetable import OfficeKind

#: Whose people each owner enters. Enterprises enter themselves by submitting, and the system has no people.
ENTERS: Mapping[OfficeKind, tuple[OfficeKind, ...]] = {
    "industry_bureau": ("industry_bureau", "district", "assessor"),
    "regulator": ("regulator", "insurer"),
    "finance": ("finance",),
}
OWNERS = tuple(ENTERS)
#: Codes that nobody may be entered under: the system's own names, and those that enterprises will have.
RESERVED = re.compile(r"clock|system|[0-9A-HJ-NP-RTUW-Y]{18}")


def enters(situation: Situation, kind: OfficeKind) -> None:
    """Raise `Barred` where what is entered of an office of that kind is another owner's."""
    if kind not in ENTERS.get(situation.office_kind, ()):
        whose = ", ".join(ENTERS[situation.office_kind])
        why = f"the {situation.office_kind} enters what is of: {whose}; not of the {kind}"
        raise Barred("enters_own_people", "15(3)", why)


def propose(situation: Situation, kept: str, key: str, form: Form) -> Effect:
    """Keep what is proposed, under its key, with who proposed it; what was proposed before under it is replaced."""
    said = {**form.said(), "proposed_by": situation.officer}
    return Effect(facts={kept: {**situation.file.facts.get(kept, {}), key: said}})


def proposed(situation: Situation, kept: str, field: str, key: str) -> dict[str, Any]:
    """Return what was proposed under a key, and by whom; raise `Unfit` where nothing was."""
    said = situation.file.facts.get(kept, {}).get(key)
    if not said:
        raise Unfit((field, f"must have been proposed before (not {key!r})"))
    return dict(said)


def take_up(situation: Situation, kept: str, key: str, fact: str, form: type[Form]) -> Effect:
    """Enter what was proposed as a fact; raise `Barred` for whoever proposed it."""
    proposals = situation.file.facts[kept]
    said = dict(proposals[key])
    if said.pop("proposed_by") == situation.officer:
        why = f"{situation.officer} proposed {key}, so another must enter it"
        raise Barred("preparer_does_not_approve", "15(3)", why)
    return Effect(facts={fact: said, kept: {**proposals, key: {}}}, carries=form.model_validate(said))
