"""补贴计划: what three offices approve is planned and signed (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from rules.budget import Application, Plan, allocate
from rules.finding import Finding
from rules.procedure import Barred, Effect, File, Nothing, Situation
from rules.schemes.dalian_forms import Reasons
from rules.schemes.dalian_numbers import digest_of, first_of
from rules.schemes.dalian_plan_notice import notice_ended, notice_withdrawn
from rules.schemes.dalian_review import JOINT, others, reviewed, spoken
from rules.schemes.dalian_ties import (
    put_to_offices,
    settled_order,
    tie_awaits,
    tie_facts,
    tie_settled,
    ties_told,
)
from rules.timetable import OfficeKind, budgeted
from rules.values import ZERO


def work_out(situation: Situation, approved: Iterable[Mapping[str, Any]]) -> Plan:
    """补贴计划: the allocation of what is approved, from today's budget and caps; nothing but the round is asked.

    A tie that decides money stands in the order that the three offices settled, if it is of the same applications.
    """
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
        settled_order(situation.file),
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
        ties_told(situation, plan),
    )
    tie, order = tie_facts(situation, plan)
    notice, ended = notice_withdrawn(situation)
    told = {
        "number": number,
        "prepared_by": situation.officer,
        "prepared_on": situation.today.isoformat(),
        "lines": len(plan.lines),
        "lines_sha256": _digest(plan, {row["number"]: row["insurer"] for row in groups["approved"]}),
        "approved": f"{total:.2f}",
        "budget_before": f"{situation.register.budget_left:.2f}",
        "budget_after": f"{plan.left:.2f}",
        "held": len(groups["held"]),
        "refused": len(groups["refused"]),
        "refused_sha256": digest_of(row["number"] for row in groups["refused"]),
        **tie,
    }
    facts = {"plan": told, "signatures": {}, "signed_on": {}, **order, **notice}
    return Effect(findings=findings, facts=facts, meets=ended, carries=plan)


def awaited_of_plan(file: File) -> Mapping[str, tuple[OfficeKind, ...]]:
    """待会签: what a drawn plan waits for, of whom: an order of its tie, then who has not signed (article 13)."""
    return tie_awaits(file) or {"sign_plan": others(file.facts.get("signatures", {}))}


def one_signature_each(file: File, kind: OfficeKind) -> None:
    """一方一签: raise `Barred` where an office has signed the plan that stands (article 13)."""
    signed, day = file.facts.get("signatures", {}), file.facts.get("signed_on", {}).get(kind)
    if kind in signed:
        # Of what was signed before the days were kept, the history alone tells the day.
        said = f"your office has signed{f' on {day}' if day else ''}; still to sign: {spoken(others(signed))}"
        raise Barred("one_signature_each", "13", said)


def sign_plan(situation: Situation, form: Nothing) -> Effect:
    """会签: each of the three offices signs once; the third signature works the plan out again (articles 13, 15(3)).

    Nobody signs while a tie that decides money is not settled, or the plan's public notice runs.
    """
    before = situation.file.facts
    signatures = {**before.get("signatures", {}), situation.office_kind: situation.officer}
    days = {**before.get("signed_on", {}), situation.office_kind: situation.today.isoformat()}
    signed = {"signatures": signatures, "signed_on": days}
    ready = (*tie_settled(situation), *notice_ended(situation))
    if len(signatures) < len(JOINT):
        return Effect(findings=ready, facts=signed, stage="planned")
    groups = reviewed(situation)
    plan = work_out(situation, groups["approved"])
    moved = _moved(situation, plan, groups["refused"])
    told = f"{first_of(moved, '; ')}: prepare the plan again" if moved else "the same"
    unmoved = Finding(
        rule="plan_unmoved", article="13", passed=not moved, reason=f"worked out again at the third signature: {told}"
    )
    within = situation.edition.payment_days.value
    return Effect(
        findings=(*ready, unmoved),
        facts=signed,
        opens=(budgeted("payment", "13", "finance", situation.today, within, situation.calendar),),
        meets=("joint_review", "plan_notice"),
        stage="signed",
        carries=(plan, groups["refused"]),
    )


def _moved(situation: Situation, plan: Plan, refused: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is another than when the plan was drawn; one drawn before ties were put to the offices may have one."""
    moved = [*differences(situation.register.plan_lines, plan), *_refused_otherwise(situation, refused)]
    if not moved and put_to_offices(situation, plan):
        moved.append(f"a tie decides money and is not settled: {first_of(plan.tie, ', ')}")
    return moved


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


def _refused_otherwise(situation: Situation, refused: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What the review refuses now is what it refused when the plan was drawn: the cases are told at the signature."""
    told = situation.fact("plan")
    # A plan that was drawn before the digest was told names each of them.
    drawn = told.get("refused_sha256") or digest_of(told["refused"])
    if drawn != digest_of(row["number"] for row in refused):
        many = told["refused"] if isinstance(told["refused"], int) else len(told["refused"])
        yield f"other applications are refused: {many} when drawn, {len(refused)} now"


def take_back_plan(situation: Situation, form: Reasons) -> Effect:
    """撤回计划: before its third signature a plan goes back to the review, without its signatures (article 13)."""
    notice, ended = notice_withdrawn(situation)
    told = {"plan_taken_back": form.said(), "signatures": {}, "signed_on": {}, **notice}
    return Effect(facts=told, meets=ended)
