"""补贴计划: the year's budget given out in order of insurance time, within each enterprise's cap (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from rules.edition import Edition
from rules.facts import Application
from rules.values import ZERO

__all__ = ["Application", "Placed", "Plan", "PlanLine", "Standing", "allocate", "explain"]


class PlanLine(NamedTuple):
    """计划明细: what a plan gives one application: asked = cut_by_cap + approved + waitlisted."""

    number: str
    rank: int
    enterprise: str
    asked: Decimal
    #: Above the enterprise's cap: final, even where the rest could not be funded (I-9).
    cut_by_cap: Decimal
    approved: Decimal
    #: What the budget no longer covered; it waits without entitlement (I-11).
    waitlisted: Decimal


class Plan(NamedTuple):
    """补贴计划: its lines in rank order, what is left of the budget, and the ties that decide money."""

    fiscal_year: int
    lines: list[PlanLine]
    left: Decimal
    #: Numbers of applications of one insurance time between which the budget runs out: at most one such tie (I-12).
    ties: list[list[str]]
    #: 三方议定: whether the tie stands in the order that the three offices settled.
    settled: bool = False

    @property
    def tie(self) -> list[str]:
        """The applications of the tie, in rank order; none where no tie decides money."""
        return self.ties[0] if self.ties else []


def allocate(
    fiscal_year: int,
    budget: Decimal,
    committed_this_year: Mapping[str, Decimal],
    applications: Iterable[Application],
    edition: Edition,
    settled: Sequence[str] = (),
) -> Plan:
    """Give the budget out down the ranks in one pass (articles 7, 13; I-9 to I-12).

    Rank is by insurance time, then by the edition's `tie_basis`. The first whom the budget no longer covers is funded
    in part. `committed_this_year` is what each enterprise was already given out of this fiscal year. `settled` is the
    order that the three offices settled: it ranks the applications of the tie where they are exactly these.
    """
    ranked = _ranked(applications, edition.tie_basis.value)
    plan = _given_out(fiscal_year, budget, committed_this_year, ranked, edition.annual_cap.value)
    if not settled or set(settled) != set(plan.tie):
        return plan
    # The tied go first of their insurance time: behind them are only those whose cap the tied may have used up.
    place = {number: rank for rank, number in enumerate(settled)}
    ranked.sort(key=lambda one: (one.concluded_at, place.get(one.number, len(place))))
    anew = _given_out(fiscal_year, budget, committed_this_year, ranked, edition.annual_cap.value)
    return anew._replace(ties=[list(settled)], settled=True)


def _given_out(
    fiscal_year: int,
    budget: Decimal,
    committed_this_year: Mapping[str, Decimal],
    ranked: Sequence[Application],
    cap: Decimal,
) -> Plan:
    left = budget
    cap_left = {enterprise: max(cap - given, ZERO) for enterprise, given in committed_this_year.items()}
    lines: list[PlanLine] = []
    ties: list[list[str]] = []
    for _, at_once in groupby(ranked, key=_insurance_time):
        left_before, contenders, wanted = left, [], ZERO
        for number, enterprise, _, _, asked in at_once:
            enterprise_left = cap_left.get(enterprise, cap)
            rest = min(asked, enterprise_left)
            approved = min(rest, left)
            cap_left[enterprise] = enterprise_left - approved
            left -= approved
            lines.append(PlanLine(number, len(lines) + 1, enterprise, asked, asked - rest, approved, rest - approved))
            if rest:
                contenders.append(number)
                wanted += rest
        if _tied(len(contenders), left_before, wanted):
            ties.append(contenders)
    return Plan(fiscal_year, lines, left, ties)


_insurance_time = attrgetter("concluded_at")


def _ranked(applications: Iterable[Application], basis: Sequence[str]) -> list[Application]:
    """位次: by insurance time, then by the `basis`, and by number where that tells two not apart."""
    # Sorting is stable, and plain keys are quicker than one of several parts: the least important goes first.
    ranked = sorted(applications, key=attrgetter("number"))
    for key in reversed(basis):
        ranked.sort(key=attrgetter(key))
    ranked.sort(key=_insurance_time)
    return ranked


def _tied(contenders: int, left_before: Decimal, wanted: Decimal) -> bool:
    """同时投保: whether the budget runs out between applications of one insurance time (I-12)."""
    return contenders > 1 and 0 < left_before < wanted


class Placed(NamedTuple):
    """A line of a plan with what its rank goes by, in the order of the ranks."""

    line: PlanLine
    concluded_at: datetime
    return_received_at: datetime | None


class Standing(NamedTuple):
    """位次说明: why a line stands where it is, and what it left of its enterprise's cap and of the budget."""

    line: PlanLine
    cap_before: Decimal
    cap_after: Decimal
    budget_before: Decimal
    budget_after: Decimal
    #: Each reason's name and the article it rests on.
    reasons: tuple[tuple[str, str], ...]


def explain(
    plan: Sequence[Placed],
    budget: Decimal,
    committed_this_year: Mapping[str, Decimal],
    edition: Edition,
    settled: Collection[str] = (),
) -> Iterator[Standing]:
    """Tell of each line of an allocation why it stands where it is (articles 7, 13; I-9 to I-12).

    Nothing is allocated again: the lines are followed down the ranks. One that does not follow from what was left
    before it is `moved`: the budget or a cap is another now than when the plan was drawn. `settled` are the
    applications of the tie that the plan has in the order of the three offices.
    """
    cap, basis, settled = edition.annual_cap.value, edition.tie_basis.value, frozenset(settled)
    cap_left = {enterprise: max(cap - given, ZERO) for enterprise, given in committed_this_year.items()}
    before: Placed | None = None
    for _, at_once in groupby(plan, key=_insurance_time):
        together = list(at_once)
        contenders = [one.line for one in together if one.line.approved + one.line.waitlisted]
        wanted = sum((line.approved + line.waitlisted for line in contenders), ZERO)
        tied = _tied(len(contenders), budget, wanted) and settled.isdisjoint(line.number for line in contenders)
        for placed in together:
            line = placed.line
            cap_before = cap_left.get(line.enterprise, cap)
            after = (cap_before - line.approved, budget - line.approved)
            by_offices = line.number in settled
            ranked_by = ("ranked_by_settlement", "13") if by_offices else _ranked_by(placed, before, basis)
            reasons = [ranked_by, *_given(line, cap_before, budget)]
            if tied and line in contenders:
                reasons.append(("tied", "13"))
            yield Standing(line, cap_before, after[0], budget, after[1], tuple(reasons))
            (cap_left[line.enterprise], budget), before = after, placed


def _ranked_by(placed: Placed, before: Placed | None, basis: Sequence[str]) -> tuple[str, str]:
    """排序: what puts a line behind the one before it: insurance time, else the first of the `basis` that differs."""
    if before is None or before.concluded_at != placed.concluded_at:
        return "ranked_by_time", "13"
    decides = next(
        (key for key in basis if key == "number" or before.return_received_at != placed.return_received_at), ""
    )
    return ("ranked_by_return" if decides == "return_received_at" else "ranked_by_number"), "13"


def _given(line: PlanLine, cap_left: Decimal, budget_left: Decimal) -> Iterator[tuple[str, str]]:
    """What a line is given of what it asks, and why no more."""
    if line.cut_by_cap:
        yield "cut_by_cap", "7"
    if line.waitlisted:
        yield ("funded_in_part" if line.approved else "budget_spent"), "13"
    elif line.approved:
        yield "funded", "13"
    rest = min(line.asked, cap_left)
    if (line.cut_by_cap, line.approved) != (line.asked - rest, min(rest, budget_left)):
        yield "moved", "13"
