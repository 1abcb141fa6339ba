"""事实: what each rule is asked about. Fields stand in the order of `interfaces.md`, in which faults are told."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, field_validator

from rules.deadlines import Due
from rules.faults import FaultWithin, shown
from rules.values import Flag, LawDate, Rate, Years, Yuan, YuanOrZero, amount, minute, text

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


class Application(NamedTuple):
    """补贴申请: what an enterprise asks for one contract, in yuan. A tuple, for a plan may hold 100,000."""

    number: str
    enterprise: str
    concluded_at: datetime
    return_received_at: datetime
    asked: Decimal


def _applications(given: object) -> list[Application]:
    """Read the applications of a plan; their numbers must be unique. A fault is told by its place, the first alone.

    Written for speed: a model for each of 100,000 would take most of the time a plan may.
    """
    if not isinstance(given, list):
        raise ValueError(f"must be a list of applications, not {shown(given)}")
    seen: set[str] = set()
    applications = []
    for place, one in enumerate(given):
        try:
            number = text(one["number"])
            if number in seen or len(one) != len(Application._fields):
                raise ValueError
            applications.append(
                Application(
                    number,
                    text(one["enterprise"]),
                    minute(one["concluded_at"]),
                    minute(one["return_received_at"]),
                    amount(one["asked"]),
                )
            )
            seen.add(number)
        except (TypeError, LookupError, ValueError):
            raise _fault_of_application(one, place, seen) from None
    return applications


def _fault_of_application(given: object, place: int, seen: set[str]) -> FaultWithin:
    if not isinstance(given, dict):
        return FaultWithin(f"[{place}]", f"must be an object, not {shown(given)}")
    readers = {
        "number": text,
        "enterprise": text,
        "concluded_at": minute,
        "return_received_at": minute,
        "asked": amount,
    }
    for name, read in readers.items():
        if name not in given:
            return FaultWithin(f"[{place}].{name}", "must be given")
        try:
            read(given[name])
        except ValueError as wrong:
            return FaultWithin(f"[{place}].{name}", str(wrong))
        if name == "number" and given[name] in seen:
            return FaultWithin(f"[{place}].{name}", f"must be unique, but {shown(given[name])} is given twice")
    unknown = next(name for name in given if name not in readers)
    return FaultWithin(f"[{place}].{unknown}", "must not be given: it is not known here")


class AllocationFacts(Facts):
    """补贴计划: a fiscal year's budget, what each enterprise was given out of it, and who asks for more."""

    fiscal_year: int = Field(strict=True, ge=date.min.year, le=date.max.year)
    budget: YuanOrZero
    committed_this_year: dict[str, YuanOrZero]
    applications: Annotated[list[Application], PlainValidator(_applications)]


class QualificationFacts(Facts):
    """资格: the value a subsidy ceiling is a share of (national, item 3(4))."""

    product_value: Yuan


class FundFacts(Facts):
    """资金申请: the premium actually paid, and what is left of the ceiling (national, item 3(5))."""

    premium_paid: Yuan
    ceiling_left: YuanOrZero
