"""退回款项: what is still to come back of what was paid, and which instalment is due next (article 15(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rules.values import ZERO


class Disbursed(NamedTuple):
    """已拨付未退回: what a year paid on an application and has not had back."""

    application: str
    enterprise: str
    insurer: str
    fiscal_year: int
    left: Decimal


class Returned(NamedTuple):
    """退回: what comes back of a year's payment on an application."""

    application: str
    enterprise: str
    fiscal_year: int
    amount: Decimal


class Instalment(NamedTuple):
    """分期: what is to be paid by a day."""

    due_on: date
    amount: Decimal


def owed(rows: Iterable[Disbursed]) -> Decimal:
    """What is still to come back of some payments."""
    return sum((row.left for row in rows), ZERO)


def spread(amount: Decimal, rows: Iterable[Disbursed]) -> tuple[Returned, ...]:
    """Spread an amount over payments in their order; raise `ValueError` where it is more than they were."""
    spent = []
    for row in rows:
        part = min(amount, row.left)
        if part > 0:
            spent.append(Returned(row.application, row.enterprise, row.fiscal_year, part))
            amount -= part
    if amount > 0:
        raise ValueError(f"{amount} yuan are more than was paid")
    return tuple(spent)


def next_instalment(plan: Iterable[Instalment], repaid: Decimal) -> Instalment | None:
    """The first instalment that `repaid`, in all since the plan was agreed, does not cover; with what is left of it."""
    for instalment in plan:
        if repaid < instalment.amount:
            return instalment._replace(amount=instalment.amount - repaid)
        repaid -= instalment.amount
    return None
