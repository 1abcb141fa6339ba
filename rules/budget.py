"""补贴计划: the year's budget given out in order of insurance time, within each enterprise's cap (articles 7, 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from rules.edition import Edition
from rules.facts import Application
from rules.values import ZERO

__all__ = ["Application", "Plan", "PlanLine", "allocate"]


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
    #: Numbers of applications of one insurance time between which the budget runs out: the offices settle it (I-12).
    ties: list[list[str]]


def allocate(
    fiscal_year: int,
    budget: Decimal,
    committed_this_year: Mapping[str, Decimal],
    applications: Iterable[Application],
    edition: Edition,
) -> Plan:
    """Give the budget out down the ranks in one pass (articles 7, 13; I-9 to I-12).

    Rank is by insurance time, then the return's receipt, then number. The first whom the budget no longer covers
    is funded in part. `committed_this_year` is what each enterprise was already given out of this fiscal year.
    """
    cap, left = edition.annual_cap.value, budget
    cap_left = {enterprise: max(cap - given, ZERO) for enterprise, given in committed_this_year.items()}
    lines: list[PlanLine] = []
    ties: list[list[str]] = []
    for _, at_once in groupby(_ranked(applications), key=_insurance_time):
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
        if len(contenders) > 1 and 0 < left_before < wanted:
            ties.append(contenders)
    return Plan(fiscal_year, lines, left, ties)


_insurance_time = attrgetter("concluded_at")


def _ranked(applications: Iterable[Application]) -> list[Application]:
    # Sorting is stable, and three plain keys are quicker than one of three parts: the least important goes first.
    ranked = sorted(applications, key=attrgetter("number"))
    ranked.sort(key=attrgetter("return_received_at"))
    ranked.sort(key=_insurance_time)
    return ranked
