"""补贴计划: the year's budget given out in order of insurance time, within each enterprise's cap (articles 7, 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from rules.edition import Edition
from rules.values import ZERO


class Application(NamedTuple):
    """补贴申请: what an enterprise asks for one contract, in yuan. A tuple, for a plan may hold 100,000."""

    number: str
    enterprise: str
    concluded_at: datetime
    return_received_at: datetime
    asked: Decimal


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
    #: Numbers of applications of one insurance time between which the budget runs out: for the offices to settle (I-12).
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
    cap_left = defaultdict(lambda: cap, {name: max(cap - given, ZERO) for name, given in committed_this_year.items()})
    lines: list[PlanLine] = []
    ties: list[list[str]] = []
    ranked = sorted(applications, key=attrgetter("concluded_at", "return_received_at", "number"))
    for _, at_once in groupby(ranked, key=attrgetter("concluded_at")):
        left_before, contenders, wanted = left, [], ZERO
        for number, enterprise, _, _, asked in at_once:
            rest = min(asked, cap_left[enterprise])
            approved = min(rest, left)
            cap_left[enterprise] -= approved
            left -= approved
            lines.append(PlanLine(number, len(lines) + 1, enterprise, asked, asked - rest, approved, rest - approved))
            if rest:
                contenders.append(number)
                wanted += rest
        if len(contenders) > 1 and 0 < left_before < wanted:
            ties.append(contenders)
    return Plan(fiscal_year, lines, left, ties)
