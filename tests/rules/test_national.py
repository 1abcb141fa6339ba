"""The national schemes: a ceiling by value, then funds by the premium paid (items 3(4), 3(5))."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.edition import edition_of
from rules.national import fund_amount, qualification_ceiling

NATIONAL = [edition_of("national-first-set"), edition_of("national-first-batch")]


@pytest.mark.parametrize("edition", NATIONAL, ids=lambda edition: edition.scheme)
def test_several_paid_years_draw_on_one_ceiling(edition: object) -> None:
    """Worked example 14."""
    left = qualification_ceiling(Decimal(50_000_000), edition)
    assert left == 2_500_000
    paid = []
    for _ in range(4):
        paid.append(fund_amount(Decimal(1_500_000), left, edition))
        left -= paid[-1]
    assert paid == [1_200_000, 1_200_000, 100_000, 0]


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [("0.10", "0.01"), ("0.09", "0.00"), ("0.01", "0.00"), ("9999999999999999", "499999999999999.95")],
)
def test_the_ceiling_is_rounded_to_the_fen(value: str, ceiling: str) -> None:
    assert str(qualification_ceiling(Decimal(value), NATIONAL[0])) == ceiling


def test_the_editions_say_that_ratio_and_share_are_illustrative() -> None:
    for edition in NATIONAL:
        assert "illustrative" in edition.ceiling_ratio.because
        assert "illustrative" in edition.premium_share.because


@given(st.decimals("0.01", 10**13, places=2), st.decimals(0, 10**13, places=2))
def test_funds_never_exceed_the_ceiling_or_the_share(premium: Decimal, left: Decimal) -> None:
    amount = fund_amount(premium, left, NATIONAL[0])
    assert 0 <= amount <= left
    assert amount <= premium * Decimal("0.8") + Decimal("0.005")
