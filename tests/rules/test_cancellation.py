"""What an insurer refunds, and to whom (I-14)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cancellation import split_refund
from rules.edition import edition_of
from rules.facts import CancellationFacts
from rules.faults import Unfit, read

DALIAN = edition_of("dalian")
#: Worked example 13.
CANCELLED = {
    "start_on": "2026-03-01",
    "end_on": "2027-02-28",
    "cancelled_on": "2026-08-31",
    "premium": "600000",
    "subsidy": "200000",
}


def split(**changes: str) -> tuple[str, ...]:
    return tuple(map(str, split_refund(read(CancellationFacts, CANCELLED | changes), DALIAN)))


def test_a_year_cancelled_at_its_half_is_refunded_by_days() -> None:
    """Worked example 13."""
    assert split() == ("297534.25", "99178.08", "198356.17")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cancelled_on": "2027-02-28"}, ("0.00", "0.00", "0.00")),
        ({"cancelled_on": "2026-03-01"}, ("598356.16", "199452.05", "398904.11")),
        ({"end_on": "2026-03-01", "cancelled_on": "2026-03-01"}, ("0.00", "0.00", "0.00")),
        ({"subsidy": "0"}, ("297534.25", "0.00", "297534.25")),
        ({"subsidy": "600000"}, ("297534.25", "297534.25", "0.00")),
        # Three years: the subsidy belongs to the first twelve months, which are over in the second case.
        ({"end_on": "2029-02-28", "premium": "1800000"}, ("1497810.22", "99178.08", "1398632.14")),
        ({"end_on": "2029-02-28", "cancelled_on": "2027-03-01"}, ("399635.04", "0.00", "399635.04")),
        # Six months: the whole term stands in for the twelve.
        ({"end_on": "2026-08-31", "cancelled_on": "2026-05-31"}, ("300000.00", "100000.00", "200000.00")),
        # Begun on 29 February, the first twelve months end with February.
        (
            {"start_on": "2024-02-29", "end_on": "2025-02-28", "cancelled_on": "2025-02-27"},
            ("1639.34", "546.45", "1092.89"),
        ),
        # The calendar's last year.
        (
            {"start_on": "9999-01-01", "end_on": "9999-12-31", "cancelled_on": "9999-12-30"},
            ("1643.84", "547.95", "1095.89"),
        ),
    ],
)
def test_refunds_by_days_left(changes: dict[str, str], expected: tuple[str, ...]) -> None:
    assert split(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"end_on": "2026-02-28"}, "end_on", "must not be before the first day of cover, 2026-03-01, not 2026-02-28"),
        (
            {"cancelled_on": "2026-02-28"},
            "cancelled_on",
            "must not be before the first day of cover, 2026-03-01, not 2026-02-28",
        ),
        (
            {"cancelled_on": "2027-03-01"},
            "cancelled_on",
            "must not be after the last day of the term, 2027-02-28, not 2027-03-01",
        ),
        ({"subsidy": "600000.01"}, "subsidy", "must not exceed the premium of 600000.00, not 600000.01"),
    ],
)
def test_facts_that_cannot_be_together_name_the_field(changes: dict[str, str], field: str, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        split(**changes)
    assert refused.value.faults[0] == (field, why)


amounts = st.decimals("0.01", 10**13, places=2)


@given(st.dates(date(1, 1, 1), date(9990, 1, 1)), st.integers(1, 3650), st.data(), amounts, amounts)
def test_the_parts_of_a_refund_add_up(
    start: date, days: int, data: st.DataObject, one: Decimal, other: Decimal
) -> None:
    end = start + timedelta(days=days - 1)
    cancelled = data.draw(st.dates(start, end))
    facts = CancellationFacts(
        start_on=start, end_on=end, cancelled_on=cancelled, premium=max(one, other), subsidy=min(one, other)
    )
    found = split_refund(facts, DALIAN)
    assert found.to_treasury + found.to_enterprise == found.refund
    assert 0 <= found.to_treasury <= facts.subsidy
    assert found.to_enterprise >= 0
    assert found.refund <= facts.premium
