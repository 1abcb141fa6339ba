"""资金图: a premium as one bar: what is paid of it, what is on its way, what waits, and who bears the rest (I-9)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from desk.language import N_

#: How long the bar is, in its own units.
LENGTH = 1000
#: The parts of a premium in the order they are drawn, and what they are called.
PARTS = {
    "paid": N_("subsidy paid to the insurer"),
    "on_its_way": N_("subsidy approved, not paid yet"),
    "waits": N_("subsidy that waits for budget"),
    "undecided": N_("subsidy not decided yet"),
    "insurer": N_("borne by the insurer"),
    "enterprise": N_("borne by the enterprise"),
}


class Part(NamedTuple):
    """A part of the bar: its name, its amount, where it begins and how long it is."""

    name: str
    amount: Decimal
    begins: int
    length: int

    @property
    def called(self) -> str:
        return PARTS[self.name]


def bar_of(money: Mapping[str, str]) -> list[Part]:
    """The parts of a premium; nothing where there is none, nobody says who bears it, or they do not add up."""
    read = {name: Decimal(amount) for name, amount in money.items()}
    zero = Decimal(0)
    premium = read.get("premium", zero)
    amounts = {
        "paid": read.get("paid", zero),
        "on_its_way": read.get("approved", zero) - read.get("paid", zero),
        "waits": read.get("waitlisted", zero),
        "undecided": zero,
        "insurer": read.get("insurer_share", zero),
        "enterprise": read.get("enterprise_share", zero),
    }
    amounts["undecided"] = premium - sum(amounts.values())
    if not premium or "enterprise_share" not in read or min(amounts.values()) < 0:
        return []
    parts, reached = [], zero
    for name, amount in amounts.items():
        if amount:
            begins, ends = (int(LENGTH * at / premium) for at in (reached, reached + amount))
            parts.append(Part(name, amount, begins, max(ends - begins, 3)))
        reached += amount
    return parts
