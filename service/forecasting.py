"""预估: what a contract would cost, and what cap and budget would cover of its subsidy (I-9)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from activities import editions
from db.pool import Pool, one
from db.sql import queries
from rules.edition import edition_of
from rules.finding import Finding
from rules.procedures import edition_for
from rules.schemes.dalian_forms import InsuranceContract, Quote
from rules.schemes.dalian_quarter import fiscal_year_of
from rules.subsidy import premium_shares
from rules.values import ZERO

SUBSIDY = queries("subsidy")


@dataclass(frozen=True)
class Forecast:
    """Amounts in yuan: the premium, the subsidy asked for, what is left today, and what would stay uncovered (I-9)."""

    premium: Decimal
    subsidy: Decimal
    cap_left: Decimal
    budget_left: Decimal
    findings: tuple[Finding, ...]
    borne_by: str

    @property
    def covered(self) -> Decimal:
        return max(min(self.subsidy, self.cap_left, self.budget_left), ZERO)

    @property
    def uncovered(self) -> Decimal:
        return self.subsidy - self.covered

    @property
    def cut_by_cap(self) -> Decimal:
        """What the enterprise's cap of the year cuts off for good (article 7)."""
        return max(self.subsidy - max(self.cap_left, ZERO), ZERO)

    @property
    def waits(self) -> Decimal:
        """What the year's budget would let wait (article 13)."""
        return self.uncovered - self.cut_by_cap

    @property
    def enterprise_pays(self) -> Decimal:
        """What the enterprise would pay in the end, where nothing that waits is funded."""
        borne = self.premium - self.covered
        return borne - self.cut_by_cap if self.borne_by == "insurer" else borne


async def forecast_of(
    pool: Pool, enterprise: str, today: date, quote: Quote, *, scheme: str = "dalian", edition: str | None = None
) -> Forecast:
    """Forecast a contract of a quote's terms, by what is left today; others who insured earlier come before it.

    `edition` is the one its case runs under; without a case, the one in force.
    """
    known = await editions.known(pool, scheme)
    law = edition_of(scheme, edition, known) if edition else edition_for(scheme, today, known)
    shares = premium_shares(quote.sum_insured, quote.premium_rate, quote.years, law)
    year = fiscal_year_of(today.year, (today.month + 2) // 3)
    left = await one(pool, SUBSIDY.forecast, scheme, year, enterprise)
    amounts = (shares.premium, shares.subsidy, left["cap_left"], left["budget_left"])
    return Forecast(*amounts, shares.findings, quote.shortfall_borne_by)


def quoted(filled: Mapping[str, Any]) -> Quote | None:
    """Read the terms to forecast by from a contract or a quote as far as it is filled in; None where it is not."""
    terms = {name: filled.get(name) for name in Quote.model_fields}
    if terms["years"] is None:
        with suppress(ValidationError, AttributeError, TypeError, ValueError):
            days = {name: date.fromisoformat(str(filled.get(name))) for name in ("start_on", "end_on")}
            terms["years"] = InsuranceContract.model_construct(None, **days).years
    with suppress(ValidationError):
        return Quote.model_validate(terms)
    return None
