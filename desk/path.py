"""办理路径: where a proceeding has been, where it stands and where it can go, as steps to be drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.procedure import Procedure, Stage


@dataclass(frozen=True)
class Step:
    """A stage on the path: `state` is `done`, `here` or `ahead`; `at` is when it was reached."""

    stage: Stage
    state: str
    at: str = ""
    by: str = ""


def path_of(procedure: Procedure, stage: str, events: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The stages that were, the one that is, and those its main line still leads through."""
    been = _been(procedure, events, stage)
    steps = [Step(procedure.stages[name], "done", at, act) for name, at, act in been[:-1]]
    name, at, act = been[-1]
    steps.append(Step(procedure.stages[name], "here", at, act))
    if not procedure.stages[stage].closed:
        steps += [Step(procedure.stages[one], "ahead") for one in _ahead(procedure, stage)]
    return steps


def _been(procedure: Procedure, events: Sequence[Mapping[str, Any]], stage: str) -> list[tuple[str, str, str]]:
    """The stages in the order they were reached; one that was left and reached again stands once, where it is last."""
    found: list[tuple[str, str, str]] = []
    for event in events:
        act = procedure.acts.get(event["act"])
        if not event["passed"] or act is None or not act.leads_to or (found and found[-1][0] == act.leads_to):
            continue
        found = [one for one in found if one[0] != act.leads_to]
        found.append((act.leads_to, event["at"], event["act"]))
    if not found or found[-1][0] != stage:
        found = [one for one in found if one[0] != stage]
        found.append((stage, events[-1]["at"] if events else "", events[-1]["act"] if events else ""))
    return found


def _ahead(procedure: Procedure, stage: str) -> list[str]:
    """The main line from a stage on: at each the first act that leads to a stage declared later and still open."""
    order = list(procedure.stages)
    line: list[str] = []
    while True:
        leads = [
            act.leads_to
            for act in procedure.acts.values()
            if stage in act.stages and act.leads_to and order.index(act.leads_to) > order.index(stage)
        ]
        stage = next((one for one in leads if not procedure.stages[one].closed), leads[0] if leads else "")
        if not stage or stage in line:
            return line
        line.append(stage)
        if procedure.stages[stage].closed:
            return line
