"""会同审核: three offices say of each application whether it is planned, or lacks something (article 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Effect, Situation
from rules.schemes.dalian_round_forms import Admission, Completion, Review
from rules.timetable import OfficeKind

#: 会同: the regulator leads; the industry bureau and finance review with it.
JOINT: tuple[OfficeKind, ...] = ("regulator", "industry_bureau", "finance")


def return_for_completion(situation: Situation, form: Completion) -> Effect:
    """退回补充: an office lacks something; the enterprise completes it, and it is filed again (article 13)."""
    if (state := _state_in_round(situation, form.application)) != "reviewable":
        raise Unfit(("application", f"must be reviewed in this round (not {form.application!r}, which {state})"))
    return Effect(
        facts={"returned": {**situation.file.facts.get("returned", {}), form.application: form.said()}}, carries=form
    )


def admit_held(situation: Situation, form: Admission) -> Effect:
    """恢复审核: it is decided that an honest application of a barred insurer is reviewed (article 15(2), I-15)."""
    if (state := _state_in_round(situation, form.application)) != "reviewable":
        raise Unfit(("application", f"must be reviewed in this round (not {form.application!r}, which {state})"))
    row = next(row for row in situation.register.applications if row["number"] == form.application)
    honest = Finding(
        rule="not_falsified",
        article="15(2)",
        passed=not row["falsified"],
        reason=f"{form.application} is {'' if row['falsified'] else 'not '}named in a bar or in a recovery",
    )
    admitted = {**situation.file.facts.get("admitted", {}), form.application: form.reason}
    return Effect(findings=(honest,), facts={"admitted": admitted}, carries=form)


def _state_in_round(situation: Situation, application: str) -> str:
    row = next((row for row in situation.register.applications if row["number"] == application), None)
    return "is not in it" if row is None else "was approved before and waits" if row["waited"] else "reviewable"


def review(situation: Situation, form: Review) -> Effect:
    """会同审核: an office says of each application whether it approves (article 13)."""
    filed = {row["number"]: row for row in situation.register.applications}
    wrong = []
    for place, opinion in enumerate(form.opinions):
        row = filed.get(opinion.application)
        if row is None:
            wrong.append((f"opinions[{place}].application", f"must be in this round (not {opinion.application!r})"))
        elif row["waited"]:
            why = f"must not be one that was approved and waits ({opinion.application!r})"
            wrong.append((f"opinions[{place}].application", why))
        elif situation.office_kind in row["opinions"]:
            wrong.append((f"opinions[{place}].application", f"{opinion.application} has your office's opinion already"))
    if wrong:
        raise Unfit(*wrong)
    return Effect(carries=form.opinions)


def reviewed(situation: Situation) -> dict[Literal["approved", "refused", "held"], list[Mapping[str, Any]]]:
    """Sort the round's applications: approved by all three, refused by any, held for silence or a bar (I-15)."""
    sorted_: dict[Literal["approved", "refused", "held"], list[Mapping[str, Any]]]
    sorted_ = {"approved": [], "refused": [], "held": []}
    for row in situation.register.applications:
        opinions = row["opinions"]
        if any(not approves for approves in opinions.values()):
            sorted_["refused"].append(row)
        else:
            barred = row["barred_on"] is not None and row["barred_on"] <= situation.today and not row["admitted"]
            # What is recovered, or was named in a bar, gets nothing more.
            barred = barred or row["falsified"]
            # What waits was approved by all three before its first plan.
            approved = row["waited"] or len(opinions) == len(JOINT)
            sorted_["approved" if approved and not barred else "held"].append(row)
    return sorted_
