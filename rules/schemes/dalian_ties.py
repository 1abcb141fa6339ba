"""同时投保: a tie that decides money is put before the three offices, and the plan waits for them (article 13, I-12).

The regulator proposes an order of exactly the tied applications; the other two agree, each once; then the plan is
prepared again and has them in that order. A settlement is of those applications: where a new plan shows others, it
lapses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rules.budget import Plan
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Barred, Effect, File, Situation
from rules.schemes.dalian_numbers import digest_of, first_of
from rules.schemes.dalian_review import JOINT, others, spoken
from rules.schemes.dalian_round_forms import TieAgreement, TieOrder
from rules.timetable import OfficeKind


def tie_awaits(file: File) -> Mapping[str, tuple[OfficeKind, ...]]:
    """待议定: what a tie that decides money waits for, of whom; nothing where none has still to be settled."""
    tie, order = file.facts.get("plan", {}).get("tie"), file.facts.get("tie_order", {})
    if tie is None or tie["settled"]:
        return {}
    if not order:
        return {"propose_tie_order": ("regulator",)}
    if "settled_on" in order:
        return {"prepare_plan": ("regulator",)}
    return {"agree_tie_order": others(order["agreed"])}


def tie_to_settle(file: File, kind: OfficeKind) -> None:
    """待议定排序: raise `Barred` unless the drawn plan has a tie that the offices have still to settle (article 13)."""
    tie = file.facts["plan"].get("tie")
    if tie is None:
        raise Barred("tie_to_settle", "13", "no tie of this plan decides money that the three offices have to settle")
    if tie["settled"] or file.facts.get("tie_order", {}).get("settled_on"):
        raise Barred("tie_to_settle", "13", "the three offices have settled the tie of this plan")


def awaits_agreement(file: File, kind: OfficeKind) -> None:
    """待同意排序: raise `Barred` unless an order of the tie is proposed and the office has not agreed (article 13)."""
    tie_to_settle(file, kind)
    order = file.facts.get("tie_order", {})
    if not order:
        raise Barred("tie_order_proposed", "13", "the regulator has proposed no order of the tie yet")
    if kind in order["agreed"]:
        said = f"your office has agreed; still to agree: {spoken(others(order['agreed']))}"
        raise Barred("one_agreement_each", "13", said)


def propose_tie_order(situation: Situation, form: TieOrder) -> Effect:
    """提议排序: the regulator leads; what it proposes is its own agreement, and replaces what it proposed before."""
    tie = situation.fact("plan")["tie"]
    if digest_of(form.applications) != tie["numbers_sha256"]:
        why = (
            f"must be exactly the {tie['count']} applications of the tie, which plan show names, in the order proposed"
        )
        raise Unfit(("applications", why))
    proposed = {
        **form.said(),
        "proposal": situation.file.sequence + 1,
        "agreed": {situation.office_kind: situation.officer},
    }
    return Effect(facts={"tie_order": proposed})


def agree_tie_order(situation: Situation, form: TieAgreement) -> Effect:
    """同意排序: the industry bureau and finance agree to what is proposed, each once; the third office settles it."""
    order = situation.fact("tie_order")
    if form.proposal != order["proposal"]:
        raise Unfit(("proposal", f"must be the one that stands now, {order['proposal']} (not {form.proposal})"))
    agreed = {**order["agreed"], situation.office_kind: situation.officer}
    settled = len(agreed) == len(JOINT)
    told = "settled by the three offices: prepare the plan again" if settled else "one office has still to agree"
    on = {"settled_on": situation.today.isoformat()} if settled else {}
    return Effect(
        findings=(Finding(rule="tie_order_agreed", article="13", passed=True, reason=told),),
        facts={"tie_order": {**order, "agreed": agreed, **on}},
    )


def settled_order(file: File) -> Sequence[str]:
    """The order that the three offices settled, of whichever applications; none where they have not."""
    order = file.facts.get("tie_order", {})
    applications: Sequence[str] = order["applications"] if "settled_on" in order else ()
    return applications


def put_to_offices(situation: Situation, plan: Plan) -> bool:
    """Whether a plan has a tie that the edition leaves to the three offices and they have not settled."""
    return bool(plan.tie) and not plan.settled and situation.edition.ties_settled_by_offices.value


def tie_facts(situation: Situation, plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a plan's file keeps of its tie, and what becomes of the order that was proposed or settled before.

    The tied are counted and hashed: only the order that is proposed of them lists them.
    """
    order = situation.file.facts.get("tie_order", {})
    tied = digest_of(plan.tie)
    lapses = order and digest_of(order["applications"]) != tied
    kept = {"count": len(plan.tie), "numbers_sha256": tied, "settled": plan.settled}
    by_offices = plan.tie and situation.edition.ties_settled_by_offices.value
    return {"tie": kept} if by_offices else {}, {"tie_order": {}} if lapses else {}


def ties_told(situation: Situation, plan: Plan) -> Finding:
    """同时投保提示: which applications tie where it decides money, and who decides between them."""
    edition = situation.edition
    who = f"decided by {', '.join(edition.tie_basis.value)}"
    if plan.settled:
        who = "in the order that the three offices settled"
    elif edition.ties_settled_by_offices.value:
        who = "to be settled by the three offices"
    told = f"ties that decide money, {who}: {first_of(plan.tie, ', ')}" if plan.tie else "no tie decides money"
    return Finding(rule="ties_told", article="13", passed=True, reason=told)


def tie_settled(situation: Situation) -> Iterator[Finding]:
    """同时投保已议定: asked of a plan with a tie that decides money, before anybody signs it or gives notice of it."""
    tie = situation.fact("plan").get("tie")
    if tie is None:
        return
    agreed = situation.file.facts.get("tie_order", {}).get("settled_on")
    waits = (
        "prepare the plan again in the order settled" if agreed else "the three offices have not settled their order"
    )
    told = f"{tie['count']} applications of one insurance time, between which the budget runs out: "
    told += "in the order that the three offices settled" if tie["settled"] else waits
    yield Finding(rule="tie_settled", article="13", passed=tie["settled"], reason=told)
