"""The city's premium and its shares (articles 3, 7; domain §4)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.edition import edition_of
from rules.subsidy import PremiumShares, premium_shares
from rules.values import in_yuan

DALIAN = edition_of("dalian")


def shares(sum_insured: str, rate: str, years: int = 1) -> PremiumShares:
    return premium_shares(Decimal(sum_insured), Decimal(rate), years, DALIAN)


@pytest.mark.parametrize(
    ("sum_insured", "rate", "years", "premium", "subsidy", "enterprise"),
    [
        # Worked examples 1, 2 and 4.
        ("20000000", "0.03", 1, "600000.00", "200000.00", "400000.00"),
        ("20000000", "0.025", 1, "500000.00", "200000.00", "300000.00"),
        ("12345678.90", "0.0275", 1, "339506.17", "123456.79", "216049.38"),
        # The first year alone is subsidised (I-13).
        ("20000000", "0.03", 3, "1800000.00", "200000.00", "1600000.00"),
        # The preference cannot exceed the rate (I-4).
        ("20000000", "0.01", 1, "200000.00", "200000.00", "0.00"),
        ("20000000", "0.005", 1, "100000.00", "100000.00", "0.00"),
        ("20000000", "0.005", 2, "200000.00", "100000.00", "100000.00"),
        # Half a fen is rounded up; less than half to nothing.
        ("0.50", "0.01", 1, "0.01", "0.01", "0.00"),
        ("0.01", "0.03", 1, "0.00", "0.00", "0.00"),
        ("9999999999999999", "0.03", 10, "2999999999999999.70", "99999999999999.99", "2899999999999999.71"),
    ],
)
def test_premium_and_shares(
    sum_insured: str, rate: str, years: int, premium: str, subsidy: str, enterprise: str
) -> None:
    found = shares(sum_insured, rate, years)
    assert (in_yuan(found.premium), in_yuan(found.subsidy), in_yuan(found.enterprise_share)) == (
        premium,
        subsidy,
        enterprise,
    )


@pytest.mark.parametrize(("rate", "within"), [("0.03", True), ("0.030001", False), ("0.0301", False)])
def test_three_per_cent_itself_is_allowed_and_above_it_nothing_is_subsidised(rate: str, within: bool) -> None:
    """Worked example 3 (article 3)."""
    found = shares("20000000", rate)
    assert found.rate_within_ceiling is within
    assert in_yuan(found.subsidy) == ("200000.00" if within else "0.00")
    assert found.enterprise_share == found.premium - found.subsidy
    assert [(one.article, one.passed) for one in found.findings] == [("3", within), ("7", within)]


@given(
    st.decimals("0.01", 10**14 - 1, places=2),
    st.decimals("0.000001", "0.999999", places=6),
    st.integers(1, 10),
)
def test_the_shares_always_add_up(sum_insured: Decimal, rate: Decimal, years: int) -> None:
    found = premium_shares(sum_insured, rate, years, DALIAN)
    assert found.subsidy + found.enterprise_share == found.premium
    assert 0 <= found.subsidy <= found.premium
    assert found.subsidy <= min(Decimal("0.01"), rate) * sum_insured + Decimal("0.005")
