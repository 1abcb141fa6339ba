"""补贴计划: what three offices approve is planned and signed (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from rules.budget import Application, Plan, allocate
from rules.finding import Finding
from rules.procedure import Barred, Effect, Nothing, Situation
from rules.schemes.dalian_forms import Reasons
from rules.schemes.dalian_review import JOINT, reviewed
from rules.timetable import budgeted
from rules.values import ZERO


def _worked_out(situation: Situation) -> Plan:
    """补贴计划: the allocation of what is approved, from today's budget and caps."""
    approved = reviewed(situation)["approved"]
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
    groups, plan = reviewed(situation), _worked_out(situation)
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
            reason=f"ties that decide money, to be settled by the three offices: {plan.ties}"
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
        "held": [row["number"] for row in groups["held"]],
        "refused": [row["number"] for row in groups["refused"]],
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
    plan = _worked_out(situation)
    drawn = {line["application"]: line for line in situation.register.plan_lines}
    now = {line.number: line for line in plan.lines}
    moved = [f"{number}: no longer in the plan" for number in drawn if number not in now]
    for number, line in now.items():
        if number not in drawn:
            moved.append(f"{number}: newly in the plan")
        else:
            moved += [
                f"{number}: {part} {drawn[number][part]:.2f} when drawn, {getattr(line, part):.2f} now"
                for part in ("cut_by_cap", "approved", "waitlisted")
                if drawn[number][part] != getattr(line, part)
            ]
    unmoved = Finding(
        rule="plan_unmoved",
        article="13",
        passed=not moved,
        reason="; ".join(moved) + ": prepare the plan again"
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
        carries=(plan, reviewed(situation)["refused"]),
    )


def take_back_plan(situation: Situation, form: Reasons) -> Effect:
    """撤回计划: before its third signature a plan goes back to the review, without its signatures (article 13)."""
    return Effect(facts={"plan_taken_back": form.said(), "signatures": {}})
