"""保费与费率优惠: the city's premium and who pays which part of it (articles 3, 7).

The preference is a point of the rate, a fraction of the sum insured. No national formula has a place here.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from rules.edition import Edition
from rules.finding import Finding
from rules.values import ZERO, in_yuan, to_fen


class PremiumShares(BaseModel):
    """保费分担: yuan, before the enterprise's cap and the year's budget. The two shares add up to the premium."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    premium: Decimal
    subsidy: Decimal
    enterprise_share: Decimal
    rate_within_ceiling: bool
    findings: tuple[Finding, ...]


def premium_shares(sum_insured: Decimal, premium_rate: Decimal, years: int, edition: Edition) -> PremiumShares:
    """Work out the premium of a term of whole years, and the first year's subsidy (I-3, I-4, I-13).

    The subsidy is min(preference, rate) x sum insured, and nothing where the rate is above the ceiling.
    """
    ceiling, preference = edition.rate_ceiling, edition.rate_preference
    within = premium_rate <= ceiling.value
    point = min(preference.value, premium_rate)
    premium = to_fen(sum_insured * premium_rate * years)
    subsidy = to_fen(sum_insured * point) if within else ZERO
    sum_told = in_yuan(sum_insured)
    findings = (
        Finding(
            rule="rate_within_ceiling",
            article=ceiling.article,
            passed=within,
            reason=f"the rate {premium_rate} is {'within' if within else 'above'} the ceiling {ceiling.value}",
        ),
        Finding(
            rule="rate_preference_due",
            article=preference.article,
            passed=within,
            reason=f"{point} of {sum_told} for the first year, before cap and budget: {in_yuan(subsidy)}"
            if within
            else "no preference where the rate is above the ceiling",
        ),
    )
    return PremiumShares(
        premium=premium,
        subsidy=subsidy,
        # The residual, so that the shares always add up.
        enterprise_share=premium - subsidy,
        rate_within_ceiling=within,
        findings=findings,
    )
