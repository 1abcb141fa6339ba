"""退保: what an insurer refunds when a contract ends early, and to whom (I-14)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from rules.edition import Edition
from rules.facts import CancellationFacts
from rules.periods import OffTheCalendar, last_day_of_years
from rules.values import ZERO, to_fen


class Refund(NamedTuple):
    """退费: yuan. The treasury's part and the enterprise's add up to the refund."""

    refund: Decimal
    to_treasury: Decimal
    to_enterprise: Decimal


def split_refund(facts: CancellationFacts, edition: Edition) -> Refund:
    """Split the refund of a contract cancelled at the end of `cancelled_on`, its last day of cover.

    The premium is refunded for the days left of the term, the subsidy for those left of the subsidised year; a term
    counts both its ends.
    """
    subsidised_until = min(facts.end_on, _last_subsidised_day(facts.start_on, edition))
    refund = _share_left(facts.premium, facts.start_on, facts.end_on, facts.cancelled_on)
    to_treasury = _share_left(facts.subsidy, facts.start_on, subsidised_until, facts.cancelled_on)
    return Refund(refund, to_treasury, max(refund - to_treasury, ZERO))


def _last_subsidised_day(start_on: date, edition: Edition) -> date:
    try:
        return last_day_of_years(start_on, edition.subsidised_years.value)
    except OffTheCalendar:
        return date.max


def _share_left(amount: Decimal, first: date, last: date, cancelled_on: date) -> Decimal:
    left = max((last - cancelled_on).days, 0)
    return to_fen(amount * left / ((last - first).days + 1))
