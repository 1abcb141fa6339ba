"""事实: what each rule is asked about. Fields stand in the order of `interfaces.md`, which is the order faults are told in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from rules.deadlines import Due
from rules.values import Flag, LawDate, Rate, Years, Yuan, YuanOrZero

#: 档次: what article 2 knows a new product as.
ProductKind = Literal["equipment", "system", "core_component"]
#: 突破: in what a new product broke through; `other` is article 2's 等.
Breakthrough = Literal["variety", "specification", "parameters", "other"]
#: 重大技术装备: the categories of article 4 whose parties negotiate the covers.
Category = Literal["aircraft", "ship_offshore", "nuclear", "other_high_value"]


class Facts(BaseModel):
    """Facts are read strictly and never changed; nothing unknown stands beside them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecognitionFacts(Facts):
    """认定条件: what articles 8 and 2 ask of an enterprise and its product on the day it submits."""

    sme: Flag
    industrial_manufacturer: Flag
    submitted_on: LawDate
    registered_on: LawDate
    registered_in_city: Flag
    legal_person: Flag
    key_industry: Flag
    industrial_policy_met: Flag
    standards_met: Flag
    quality_certified: Flag
    patent: Flag
    test_report: Flag
    environment_met: Flag
    other_conditions_met: Flag = True
    kind: ProductKind
    breakthrough: list[Breakthrough]
    has_ip: Flag
    market_record: Flag


class SubsidyFacts(Facts):
    """补贴条件: what is asked of an insured batch before its rate preference is paid."""

    recognised_from: LawDate
    recognised_until: LawDate
    applied_on: LawDate
    concluded_on: LawDate
    contract_signed_on: LawDate
    delivered_on: LawDate
    insurer_listed: Flag
    filed_on: LawDate
    insurer_barred_on: LawDate | None = None
    clause_filed: Flag
    premium_rate: Rate
    quality_cover: Flag
    liability_cover: Flag
    category: Category | None = None
    category_confirmed: Flag = False
    policy_year: int = Field(strict=True, ge=1)
    first_batch_before: Flag

    @property
    def negotiated(self) -> bool:
        """Whether the parties may negotiate under article 4: a category is given and a reviewer confirmed it."""
        return self.category is not None and self.category_confirmed


class InsuranceFacts(SubsidyFacts):
    """The facts of a subsidy check, and the last day to insure that follows from them (article 11)."""

    insure_by: Due


class PremiumFacts(Facts):
    """保费: what a premium and its shares are worked out from."""

    sum_insured: Yuan
    premium_rate: Rate
    years: Years = 1


class DeliveryFacts(Facts):
    """交付: the two days article 11 counts from."""

    contract_signed_on: LawDate
    delivered_on: LawDate


class PublicationFacts(Facts):
    """公布: the day a recognition's validity runs from."""

    published_on: LawDate


class CancellationFacts(Facts):
    """退保: the term of an insurance, its last day of cover and its money."""

    start_on: LawDate
    end_on: LawDate
    cancelled_on: LawDate
    premium: Yuan
    subsidy: YuanOrZero

    @field_validator("end_on")
    @classmethod
    def _term_ends_after_it_starts(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start_on")
        if start and end < start:
            raise ValueError(f"must not be before the first day of cover, {start}, not {end}")
        return end

    @field_validator("cancelled_on")
    @classmethod
    def _cancelled_within_the_term(cls, cancelled: date, info: ValidationInfo) -> date:
        start, end = info.data.get("start_on"), info.data.get("end_on")
        if start and cancelled < start:
            raise ValueError(f"must not be before the first day of cover, {start}, not {cancelled}")
        if end and cancelled > end:
            raise ValueError(f"must not be after the last day of the term, {end}, not {cancelled}")
        return cancelled

    @field_validator("subsidy")
    @classmethod
    def _subsidy_within_the_premium(cls, subsidy: Decimal, info: ValidationInfo) -> Decimal:
        premium = info.data.get("premium")
        if premium is not None and subsidy > premium:
            raise ValueError(f"must not exceed the premium of {premium}, not {subsidy}")
        return subsidy


class QualificationFacts(Facts):
    """资格: the value a subsidy ceiling is a share of (national, item 3(4))."""

    product_value: Yuan


class FundFacts(Facts):
    """资金申请: the premium actually paid, and what is left of the ceiling (national, item 3(5))."""

    premium_paid: Yuan
    ceiling_left: YuanOrZero
