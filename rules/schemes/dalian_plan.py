"""补贴计划: what three offices approve is planned and signed (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final

from rules.budget import Application, Plan, allocate
from rules.finding import Finding
from rules.procedure import Barred, Effect, Nothing, Situation
from rules.schemes.dalian_forms import Reasons
from rules.schemes.dalian_review import JOINT, reviewed
from rules.timetable import budgeted
from rules.values import ZERO

#: Of applications that a finding names one by one: an event and an answer stay short, whatever the plan holds.
MOST_SAID: Final = 20


def work_out(situation: Situation, approved: Iterable[Mapping[str, Any]]) -> Plan:
    """补贴计划: the allocation of what is approved, from today's budget and caps; nothing but the round is asked."""
    approved = list(approved)
    return allocate(
        situation.fact("round")["fiscal_year"],
        situation.register.budget_left,
        {row["enterprise"]: row["committed"] for row in approved},
        [
            Application(row["number"], row["enterprise"], row["concluded_at"], row["return_received_at"], row["asked"])
            for row in approved
        ],
        situation.edition,
    )


def _digest(plan: Plan, insurers: Mapping[str, str]) -> str:
    """The plan's lines under one hash, so that what is signed is what was drawn; `db/queries/audit.sql` takes it."""
    lines = (
        f"{line.rank} {line.number} {line.enterprise} {insurers[line.number]} "
        f"{line.asked:.2f} {line.cut_by_cap:.2f} {line.approved:.2f} {line.waitlisted:.2f}"
        for line in plan.lines
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def prepare_plan(situation: Situation, form: Nothing) -> Effect:
    """拟定计划: the plan is worked out in order of insurance time, within budget and cap (articles 7, 13)."""
    groups = reviewed(situation)
    plan = work_out(situation, groups["approved"])
    number = f"{situation.file.number}-P{situation.file.sequence + 1}"
    parts = ("asked", "cut_by_cap", "approved", "waitlisted")
    asked, cut, total, waiting = (sum((getattr(line, part) for line in plan.lines), ZERO) for part in parts)
    findings = (
        Finding(
            rule="opinions_counted",
            article="13",
            passed=True,
            reason=f"approved by all three offices: {len(plan.lines)}; refused: {len(groups['refused'])}; "
            f"held: {len(groups['held'])}"
            + (" (an office has said nothing, or the insurer is barred)" if groups["held"] else ""),
        ),
        Finding(
            rule="money_told",
            article="13",
            passed=True,
            reason=f"of {asked:.2f} asked for, {cut:.2f} is cut by caps, {total:.2f} approved, {waiting:.2f} waits; "
            f"the budget held {situation.register.budget_left:.2f}",
        ),
        Finding(
            rule="ties_told",
            article="13",
            passed=True,
            reason=f"ties that decide money, to be settled by the three offices: {_first(_told_ties(plan), '; ')}"
            if plan.ties
            else "no tie decides money",
        ),
    )
    told = {
        "number": number,
        "prepared_by": situation.officer,
        "lines": len(plan.lines),
        "lines_sha256": _digest(plan, {row["number"]: row["insurer"] for row in groups["approved"]}),
        "approved": f"{total:.2f}",
        "budget_before": f"{situation.register.budget_left:.2f}",
        "budget_after": f"{plan.left:.2f}",
        "held": len(groups["held"]),
        "refused": len(groups["refused"]),
        "refused_sha256": _digest_of(row["number"] for row in groups["refused"]),
    }
    return Effect(findings=findings, facts={"plan": told, "signatures": {}}, carries=plan)


def sign_plan(situation: Situation, form: Nothing) -> Effect:
    """会签: each of the three offices signs once; the third signature works the plan out again (articles 13, 15(3))."""
    signed = situation.file.facts.get("signatures", {})
    if situation.office_kind in signed:
        raise Barred(
            "one_signature_each", "13", f"the {situation.office_kind} has signed by {signed[situation.office_kind]}"
        )
    signatures = {**signed, situation.office_kind: situation.officer}
    if len(signatures) < len(JOINT):
        return Effect(facts={"signatures": signatures}, stage="planned")
    groups = reviewed(situation)
    plan = work_out(situation, groups["approved"])
    moved = [*differences(situation.register.plan_lines, plan), *_refused_otherwise(situation, groups["refused"])]
    unmoved = Finding(
        rule="plan_unmoved",
        article="13",
        passed=not moved,
        reason=f"{_first(moved, '; ')}: prepare the plan again"
        if moved
        else "worked out again at the third signature: the same",
    )
    days = situation.edition.payment_days.value
    return Effect(
        findings=(unmoved,),
        facts={"signatures": signatures},
        opens=(budgeted("payment", "13", "finance", situation.today, days, situation.calendar),),
        meets=("joint_review",),
        stage="signed",
        carries=(plan, groups["refused"]),
    )


def differences(drawn: Iterable[Mapping[str, Any]], plan: Plan) -> Iterator[str]:
    """Tell how a plan differs from the lines that were drawn, line by line; nothing where it does not."""
    before, now = {line["application"]: line for line in drawn}, {line.number: line for line in plan.lines}
    for number in before:
        if number not in now:
            yield f"{number}: no longer in the plan"
    for number, line in now.items():
        if number not in before:
            yield f"{number}: newly in the plan"
            continue
        for part in ("cut_by_cap", "approved", "waitlisted"):
            then, today = before[number][part], getattr(line, part)
            if then != today:
                yield f"{number}: {part} {then:.2f} when drawn, {today:.2f} now"


def why_left_out(row: Mapping[str, Any], today: date) -> tuple[tuple[str, str, str], ...]:
    """未列入计划的理由: why an application is held or refused: each reason's name, its article, and whom it is of.

    An office that refuses is named with what it said; one that has said nothing is only named.
    """
    refusing = [office for office, approves in row["opinions"].items() if not approves]
    if refusing:
        return (("office_refuses", "13", f"{', '.join(refusing)}: {'; '.join(row['objections'])}"),)
    silent = () if row["waited"] else (office for office in JOINT if office not in row["opinions"])
    barred = row["barred_on"] is not None and row["barred_on"] <= today and not row["admitted"]
    return (
        *((("falsified", "15(2)", row["number"]),) if row["falsified"] else ()),
        *((("insurer_barred", "15(2)", f"{row['insurer']}, {row['barred_on']}"),) if barred else ()),
        *(("office_silent", "13", office) for office in silent),
    )


def _refused_otherwise(situation: Situation, refused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the review refuses now is what it refused when the plan was drawn: the cases are told at the signature."""
    told = situation.fact("plan")
    # A plan that was drawn before the digest was told names each of them.
    drawn = told.get("refused_sha256") or _digest_of(told["refused"])
    if drawn != _digest_of(row["number"] for row in refused):
        many = told["refused"] if isinstance(told["refused"], int) else len(told["refused"])
        yield f"other applications are refused: {many} when drawn, {len(refused)} now"


def _digest_of(numbers: Iterable[str]) -> str:
    """Numbers under one hash, whatever their order; `db/queries/audit.sql` takes it too."""
    return sha256("\n".join(sorted(numbers)).encode()).hexdigest()


def _told_ties(plan: Plan) -> list[str]:
    return [_first(tie, ", ") for tie in plan.ties]


def _first(said: Sequence[str], between: str) -> str:
    """The first of what may be said of a hundred thousand, and how many more there are."""
    more = len(said) - MOST_SAID
    return between.join((*said[:MOST_SAID], *((f"and {more} more",) if more > 0 else ())))


def take_back_plan(situation: Situation, form: Reasons) -> Effect:
    """撤回计划: before its third signature a plan goes back to the review, without its signatures (article 13)."""
    return Effect(facts={"plan_taken_back": form.said(), "signatures": {}})
