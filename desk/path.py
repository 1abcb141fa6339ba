"""办理路径: where a proceeding has been, where it stands and where it can go, as steps to be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.language import N_
from rules.procedure import Act, Procedure, Stage

#: 阶段: the parts of a case's way, by the first stage of each (articles 9, 10, 11, 13).
PHASES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "case": {
        "district_review": (N_("Submission and verification"), "9"),
        "confirmed": (N_("Assessment and recognition"), "10"),
        "recognised": (N_("Delivery and insurance"), "11"),
        "applied": (N_("Subsidy"), "13"),
    }
}
#: 主线: the way a proceeding goes where nothing goes wrong, and where one that left it comes back.
MAIN: Mapping[str, tuple[str, ...]] = {
    "case": (
        *("district_review", "confirmed", "received", "assessment", "assessed", "proposed", "recognised"),
        *("insured", "applied", "filed", "planned", "paid"),
    ),
    "batch": ("recognised", "insured", "applied", "filed", "planned", "paid"),
    "policy": ("concluded", "in_force", "expired"),
    "loss_claim": ("reported", "accepted", "surveyed", "decided_to_pay", "paid", "payment_stands"),
    "complaint": ("received", "admitted", "investigated", "answered", "answer_stands"),
    "pilot_insurer": ("candidate", "selected", "listed"),
    "recovery": ("opened", "decided", "demanded", "paid"),
}
#: Acts that lead where the edition says, and where that is as a rule.
LEADS: Mapping[str, str] = {"propose": "proposed"}
BACK: Mapping[str, str] = {
    "correction": "district_review",
    "assessment_correction": "assessment",
    "public_notice": "recognised",
    "objection": "public_notice",
    "returned": "applied",
    "waitlisted": "planned",
    "more_documents": "accepted",
    "not_selected": "selected",
    "delisted": "selected",
    "suspended": "listed",
    "listing_ended": "listed",
    "instalments": "paid",
    "enforcement": "paid",
    "judicial_transfer": "paid",
}


@dataclass(frozen=True)
class Step:
    """A stage on the path: `state` is `done`, `here` or `ahead`; `at` is when it was reached, by which act and whom."""

    stage: Stage
    state: str
    at: str = ""
    act: str = ""
    who: str = ""
    office: str = ""


@dataclass(frozen=True)
class Phase:
    """A part of the path: what it is called, its article, and its steps; a kind without parts has one, unnamed."""

    name: str
    article: str
    steps: list[Step]


@dataclass(frozen=True)
class Coming:
    """What can come next: an act, the stage it leads to, and whether that is the main line, a side way or an end."""

    act: Act
    to: Stage
    way: str


def path_of(procedure: Procedure, stage: str, events: Sequence[Mapping[str, Any]]) -> list[Phase]:
    """The stages that were, the one that is, and those its main line still leads through, phase by phase."""
    phases, order = PHASES.get(procedure.kind, {}), list(procedure.stages)
    found: list[Phase] = []
    for step in _steps(procedure, stage, events):
        begun = [name for name in phases if order.index(name) <= order.index(step.stage.name)]
        name, article = phases[begun[-1]] if begun else ("", "")
        # An end stands after every stage, but belongs to the phase it ended.
        if found and (step.stage.closed or found[-1].name == name):
            found[-1].steps.append(step)
        else:
            found.append(Phase(name, article, [step]))
    return found


def _steps(procedure: Procedure, stage: str, events: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    been = _been(procedure, events, stage)
    for place, (name, event) in enumerate(been):
        state = "here" if place == len(been) - 1 else "done"
        told = (event["at"], event["act"], event["officer_name"], event["office"]) if event else ()
        yield Step(procedure.stages[name], state, *told)
    if not procedure.stages[stage].closed:
        yield from (Step(procedure.stages[one], "ahead") for one in _ahead(procedure, stage))


def _been(
    procedure: Procedure, events: Sequence[Mapping[str, Any]], stage: str
) -> list[tuple[str, Mapping[str, Any] | None]]:
    """The stages in the order they were reached; one that was left and reached again stands once, where it is last."""
    found: list[tuple[str, Mapping[str, Any] | None]] = []
    for event in events:
        act = procedure.acts.get(event["act"])
        if not event["passed"] or act is None or not act.leads_to or (found and found[-1][0] == act.leads_to):
            continue
        found = _not_yet(found, act.stages)
        found = [one for one in found if one[0] != act.leads_to]
        found.append((act.leads_to, event))
    found = _not_yet(found, (stage,))
    if not found or found[-1][0] != stage:
        found = [one for one in found if one[0] != stage]
        found.append((stage, events[-1] if events else None))
    return found


def _not_yet(
    found: list[tuple[str, Mapping[str, Any] | None]], standing: Sequence[str]
) -> list[tuple[str, Mapping[str, Any] | None]]:
    """Take back a stage that an act leads to only when all have done it: what followed was done at the one before."""
    led_too_far = len(found) > 1 and found[-1][0] not in standing and found[-2][0] in standing
    return found[:-1] if led_too_far else found


def _ahead(procedure: Procedure, stage: str) -> list[str]:
    """The main line from a stage on: as declared, or at each the first act that leads to a later stage, still open."""
    order = list(procedure.stages)
    line: list[str] = []
    main = MAIN.get(procedure.kind, ())
    while main and stage not in main and stage in BACK:
        stage = BACK[stage]
        line.append(stage)
    if stage in main:
        return [*line, *main[main.index(stage) + 1 :]]
    while True:
        leads = [
            act.leads_to
            for act in procedure.acts.values()
            if stage in act.stages
            and act.leads_to
            and act.name not in ("withdraw", "revoke")
            and order.index(act.leads_to) > order.index(stage)
        ]
        stage = next((one for one in leads if not procedure.stages[one].closed), leads[0] if leads else "")
        if not stage or stage in line:
            return line
        line.append(stage)
        if procedure.stages[stage].closed:
            return line


def coming(procedure: Procedure, stage: str) -> list[Coming]:
    """Every act that leads on from a stage: the main line first, then side ways, then ends."""
    if procedure.stages[stage].closed:
        return []
    main = next(iter(_ahead(procedure, stage)), "")
    leads = [
        Coming(act, procedure.stages[to], _way(procedure.stages[to], main))
        for act in procedure.acts.values()
        if stage in act.stages and (to := act.leads_to or LEADS.get(act.name)) and to != stage
    ]
    return sorted(leads, key=lambda one: ("main", "side", "end").index(one.way))


def _way(to: Stage, main: str) -> str:
    return "main" if to.name == main else "end" if to.closed else "side"
