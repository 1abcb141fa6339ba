"""会同审核: three offices say of each application whether it is planned, or lacks something (article 13)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Barred, Effect, Situation
from rules.schemes.dalian_round_forms import Admission, Completion, Opinion, Review
from rules.timetable import OfficeKind
from rules.values import in_yuan

#: 会同: the regulator leads; the industry bureau and finance review with it.
JOINT: tuple[OfficeKind, ...] = ("regulator", "industry_bureau", "finance")


def others(done: Container[str]) -> tuple[OfficeKind, ...]:
    """Those of the three offices that have not done yet what all do."""
    return tuple(kind for kind in JOINT if kind not in done)


def spoken(kinds: Iterable[str]) -> str:
    """Kinds of office, as a sentence names them."""
    return ", ".join(kind.replace("_", " ") for kind in kinds)


def return_for_completion(situation: Situation, form: Completion) -> Effect:
    """退回补充: an office lacks something; the enterprise completes it, and it is filed again (article 13)."""
    _must_be_reviewable(situation, form.application)
    # Of the last one only, here and below: the events tell of each.
    return Effect(facts={"returned": form.said()}, carries=form)


def admit_held(situation: Situation, form: Admission) -> Effect:
    """恢复审核: it is decided that an honest application of a barred insurer is reviewed (article 15(2), I-15)."""
    _must_be_reviewable(situation, form.application)
    _prepared_by_another(situation)
    (row,) = situation.register.applications
    honest = Finding(
        rule="not_falsified",
        article="15(2)",
        passed=not row["falsified"],
        reason=f"{form.application} is {'' if row['falsified'] else 'not '}named in a bar or in a recovery",
    )
    return Effect(findings=(honest,), facts={"admitted": form.said()}, carries=form)


def _must_be_reviewable(situation: Situation, application: str) -> None:
    rows = situation.register.applications
    if not rows or rows[0]["waited"]:
        state = "was approved before and waits" if rows else "is not in it"
        raise Unfit(("application", f"must be reviewed in this round (not {application!r}, which {state})"))


def review(situation: Situation, form: Review) -> Effect:
    """会同审核: an office says of each application whether it approves what is asked (article 13)."""
    held = {row["number"]: row for row in situation.register.applications}
    wrong = [
        (f"opinions[{place}].{field}", why)
        for place, opinion in enumerate(form.opinions)
        for field, why in _faults(opinion, held.get(opinion.application))
    ]
    if wrong:
        raise Unfit(*wrong)
    _prepared_by_another(situation)
    given = [(opinion, held[opinion.application]) for opinion in form.opinions]
    asked = {row["number"]: {"asked": in_yuan(row["asked"]), "concluded_at": _minute(row)} for _, row in given}
    # Of the last review only: the events tell of each what was asked when it was reviewed.
    return Effect(facts={"reviewed": {"by": situation.officer, "applications": asked}}, carries=given)


def _faults(opinion: Opinion, row: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    number = opinion.application
    if row is None:
        yield "application", f"must be in this round (not {number!r})"
    elif row["waited"]:
        yield "application", f"must not be one that was approved and waits ({number!r})"
    elif row["given"]:
        yield "application", f"{number} has your office's opinion already"
    elif opinion.asked not in (None, row["asked"]):
        yield "asked", f"must be what {number} asks now, {in_yuan(row['asked'])} (not {in_yuan(opinion.asked)})"
    elif opinion.concluded_at not in (None, row["concluded_at"]):
        yield "concluded_at", f"must be the insurance time of {number} now, {_minute(row)}"


def _minute(row: Mapping[str, Any]) -> str:
    return f"{row['concluded_at']:%Y-%m-%dT%H:%M}"


def _prepared_by_another(situation: Situation) -> None:
    """回避: nobody reviews what he prepared, nor lets be reviewed what he has reviewed (article 15(3))."""
    for number, act in situation.register.prepared.items():
        why = f"{situation.officer} did {act} for {number}, so this is for another officer of the office"
        raise Barred("preparer_does_not_review", "15(3)", why)


Verdict = Literal["approved", "refused", "held"]
#: Why an application is held or refused: the reason's name, its article, and whom it is of.
Reason = tuple[str, str, str]


def reviewed(situation: Situation) -> dict[Verdict, list[Mapping[str, Any]]]:
    """Sort the round's applications: approved, refused, or held for silence or a bar (article 13, I-15).

    What asks for another amount since an office spoke is held until it has spoken of that.
    """
    sorted_: dict[Verdict, list[Mapping[str, Any]]] = {"approved": [], "refused": [], "held": []}
    blocks = situation.edition.refusal_blocks.value
    for row in situation.register.applications:
        verdict, _ = judged(row, situation.today, refusal_blocks=blocks)
        sorted_[verdict].append(row)
    return sorted_


def judged(row: Mapping[str, Any], today: date, *, refusal_blocks: bool) -> tuple[Verdict, tuple[Reason, ...]]:
    """What an application's review comes to, and, where it is not planned, every reason (articles 13, 15(2)).

    One refusal refuses, or, where it does not block, the majority once all three have spoken. An office that refuses
    is named with what it said; one that has said nothing is only named.
    """
    opinions: Mapping[str, bool] = row["opinions"]
    refusing = [office for office, approves in opinions.items() if not approves]
    if refusing and (refusal_blocks or len(opinions) == len(JOINT) <= 2 * len(refusing)):
        return "refused", (("office_refuses", "13", f"{', '.join(refusing)}: {'; '.join(row['objections'])}"),)
    barred = row["barred_on"] is not None and row["barred_on"] <= today and not row["admitted"]
    # What waits was approved by all three before its first plan.
    silent = () if row["waited"] else (office for office in JOINT if office not in opinions)
    reasons = (
        # What is recovered, or was named in a bar, gets nothing more.
        *((("falsified", "15(2)", row["number"]),) if row["falsified"] else ()),
        *((("insurer_barred", "15(2)", f"{row['insurer']}, {row['barred_on']}"),) if barred else ()),
        *(("office_silent", "13", office) for office in silent),
    )
    return "held" if reasons else "approved", reasons
