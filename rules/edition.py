"""版本: a dated edition of a scheme's law: every figure with its article, every condition by its name.

An edition in force is never edited: a change is a new edition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Final, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from rules.facts import InsuranceFacts, RecognitionFacts
from rules.finding import Finding
from rules.periods import last_day_of_years

T = TypeVar("T")

#: 办法: the schemes, and the module in which each declares its editions.
SCHEMES: Final = {
    "dalian": "rules.schemes.dalian",
    "national-first-set": "rules.schemes.national_first_set",
    "national-first-batch": "rules.schemes.national_first_batch",
}


class UnknownEdition(ValueError):
    """There is no such scheme, or it has no such edition."""


class Unsettled(ValueError):
    """An edition lacks a value that its law requires, so it cannot be put in force."""


@dataclass(frozen=True)
class Cited(Generic[T]):
    """A figure and the article it stands in. `because` gives the reason where the text leaves it open (P, I-n)."""

    settled: T | None
    article: str
    because: str = ""

    @property
    def value(self) -> T:
        """The figure; raises `Unsettled` where the edition gives none."""
        if self.settled is None:
            raise Unsettled(f"a value that article {self.article} requires has not been settled")
        return self.settled


@dataclass(frozen=True)
class Interpretation:
    """解释: a reading of the text that its owners may change."""

    name: str
    article: str
    says: str


class CityFigures(BaseModel):
    """What an edition of a city scheme settles. Days are calendar days unless they are said to be working days."""

    #: 注册年限: years since registration, counted to the day of submission.
    registered_years: Cited[int] = Cited(None, "8(1)")
    #: 补正次数, 补正期限: how often a submission may be returned, and working days to put it right.
    correction_rounds: Cited[int] = Cited(None, "9")
    correction_days: Cited[int] = Cited(None, "9")
    #: 区县核实: working days of the district.
    verification_days: Cited[int] = Cited(None, "9")
    #: 第三方评定: working days of the assessor.
    assessment_days: Cited[int] = Cited(None, "10")
    #: 公示: working days before publication.
    public_notice_days: Cited[int] = Cited(None, "10")
    #: 认定有效期: years from publication.
    validity_years: Cited[int] = Cited(None, "10")
    #: 投保期限: days from the later of contract and delivery.
    insure_within_days: Cited[int] = Cited(None, "11")
    #: 试点名单: years an insurer stays listed.
    insurer_list_years: Cited[int] = Cited(None, "12")
    #: 费率上限: the highest yearly premium, as a fraction of the sum insured.
    rate_ceiling: Cited[Decimal] = Cited(None, "3")
    #: 自主协商: whether article 4's negotiation frees the rate from its ceiling.
    negotiated_rate_ceiling: Cited[Literal["kept", "waived"]] = Cited(None, "4")
    #: 费率优惠: the fraction of the sum insured that the treasury pays to the insurer.
    rate_preference: Cited[Decimal] = Cited(None, "7")
    #: 补贴期限: the policy years that are subsidised, from inception.
    subsidised_years: Cited[int] = Cited(None, "7")
    #: 年度财政扶持额度: yuan for one enterprise and fiscal year, over all insurers.
    annual_cap: Cited[Decimal] = Cited(None, "7")
    #: 投保时间: which moment orders the applications of a plan: when the contract was concluded, or the day applied on.
    insurance_time: Cited[Literal["concluded", "applied"]] = Cited(None, "13")
    #: 同时投保: what decides between equal insurance times, in this order; the number, where nothing else does.
    tie_basis: Cited[tuple[Literal["return_received_at", "number"], ...]] = Cited(None, "13")
    #: 三方议定: whether the three offices settle a tie that decides money; where they do not, `tie_basis` decides.
    ties_settled_by_offices: Cited[bool] = Cited(None, "13")
    #: 汇总申报日: days after the quarter's end.
    filing_day: Cited[int] = Cited(None, "13")
    #: 会同审核: working days of the joint review.
    joint_review_days: Cited[int] = Cited(None, "13")
    #: 一票否决: whether one refusal refuses; where it does not, the majority decides once all three have spoken.
    refusal_blocks: Cited[bool] = Cited(None, "13")
    #: 计划公示: working days of a plan's public notice before it is signed; 0 where none is given.
    plan_notice_days: Cited[int] = Cited(None, "13")
    #: 拨付: working days after the plan is signed.
    payment_days: Cited[int] = Cited(None, "13")
    #: 轮候: fiscal years after its own at whose end a waiting application lapses.
    waitlist_years: Cited[int] = Cited(None, "13")
    #: 结转: whether what is left of a year's budget is carried into the next; else it returns to the treasury.
    budget_carries_over: Cited[bool] = Cited(None, "13")
    #: 理赔: days to decide, to pay what was agreed, to pay in advance, and to tell a refusal; years to dispute it.
    loss_decision_days: Cited[int] = Cited(None, "12")
    #: 受理索赔: working days of the insurer, from the report.
    loss_acceptance_days: Cited[int] = Cited(None, "12")
    #: 一次性通知补充: how often papers that are missing may be asked for.
    loss_document_rounds: Cited[int] = Cited(None, "12")
    loss_payment_days: Cited[int] = Cited(None, "12")
    loss_advance_days: Cited[int] = Cited(None, "12")
    loss_refusal_notice_days: Cited[int] = Cited(None, "12")
    loss_dispute_years: Cited[int] = Cited(None, "12")
    #: 异议、举报、投诉: days to admit, to answer, to appeal, and to answer the appeal.
    complaint_admission_days: Cited[int] = Cited(None, "15(1)")
    complaint_answer_days: Cited[int] = Cited(None, "15(1)")
    complaint_appeal_days: Cited[int] = Cited(None, "15(1)")
    complaint_appeal_answer_days: Cited[int] = Cited(None, "15(1)")
    #: 退保, 追缴: days to return the treasury's part of a contract that ended early, and what was recovered.
    refund_days: Cited[int] = Cited(None, "7")
    repayment_days: Cited[int] = Cited(None, "15(2)")
    #: 提醒: working days before a deadline, and the step in which it is told overdue.
    reminder_ladder: Cited[tuple[int, ...]] = Cited(None, "14")
    overdue_reminder_every: Cited[int] = Cited(None, "14")
    #: 行政复议, 行政诉讼: days and months from being told in which an adverse decision can be contested.
    reconsideration_days: Cited[int] = Cited(None, "15(3)")
    litigation_months: Cited[int] = Cited(None, "15(3)")


class NationalFigures(BaseModel):
    """What an edition of a national scheme settles."""

    #: 指导目录: the catalogue whose edition of the day of application decides.
    catalogue: Cited[str] = Cited(None, "2(3)")
    #: 资格有效期: years of a qualification.
    qualification_years: Cited[int] = Cited(None, "3(4)")
    #: 补贴资金上限: the ceiling as a fraction of the product's value.
    ceiling_ratio: Cited[Decimal] = Cited(None, "3(4)")
    #: 补贴比例: the subsidy as a fraction of the premium actually paid.
    premium_share: Cited[Decimal] = Cited(None, "3(5)")
    #: 禁止申报: years for which false material bars.
    bar_years: Cited[int] = Cited(None, "4(9)")


_FIGURES: Final[dict[str, type[BaseModel]]] = {"city": CityFigures, "national": NationalFigures}


class Edition(CityFigures, NationalFigures):
    """One edition of a scheme's law. Only the figures of its own family of schemes are settled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scheme: str
    name: str
    family: Literal["city", "national"]
    #: 文件名称, and 文号 where the text gives one.
    title: str
    document: str | None = None
    #: 主管部门: who amend and interpret it together.
    owners: tuple[str, ...]
    #: 印发日期: nothing may invent one.
    issued_on: date | None = None
    issued_under: str
    #: 有效期限: years in force, the day of issue included; None where the text sets no end.
    in_force_years: Cited[int] | None = None
    #: 提前终止: an earlier last day that its owners signed.
    ended_on: date | None = None
    #: Whether it stands in for an edition that its owners have not signed.
    demonstration: bool
    #: The articles of the text, in its order.
    articles: tuple[str, ...]
    interpretations: tuple[Interpretation, ...] = ()
    recognition_conditions: tuple[Callable[[RecognitionFacts, Edition], Finding], ...] = ()
    subsidy_conditions: tuple[Callable[[InsuranceFacts, Edition], Finding], ...] = ()

    @property
    def figures(self) -> dict[str, Cited[object]]:
        """The figures of its family of schemes, by their names."""
        return {name: getattr(self, name) for name in _FIGURES[self.family].model_fields}

    @property
    def last_day_in_force(self) -> date | None:
        """The last day in force, to its 24:00; None where no end is set."""
        if self.issued_on is None or self.in_force_years is None:
            return self.ended_on
        last = last_day_of_years(self.issued_on, self.in_force_years.value)
        return min(last, self.ended_on or last)

    def in_force(self, on: date) -> bool:
        """Say whether it is in force on a day; the day of issue and the last day are."""
        last = self.last_day_in_force
        return self.issued_on is not None and self.issued_on <= on and (last is None or on <= last)

    def ready(self) -> Self:
        """Return itself where it can be put in force; raise `Unsettled` naming every value that is missing."""
        missing = [f"{name} (article {cited.article})" for name, cited in self.figures.items() if cited.settled is None]
        if self.issued_on is None:
            missing.append(f"issued_on (article {self.issued_under})")
        if missing:
            raise Unsettled(f"the edition {self.name} cannot be put in force: {', '.join(missing)} must be settled")
        return self

    @model_validator(mode="after")
    def _cites_its_own_articles(self) -> Self:
        cited = {name: figure.article for name, figure in self.figures.items()}
        cited |= {reading.name: reading.article for reading in self.interpretations}
        if strange := [f"{name} cites {article}" for name, article in cited.items() if article not in self.articles]:
            raise ValueError(f"the edition {self.name} has no such article: {', '.join(strange)}")
        return self


def editions_of(scheme: str) -> tuple[Edition, ...]:
    """Return the dated editions of a scheme; raise `UnknownEdition` where there is no such scheme."""
    if scheme not in SCHEMES:
        raise UnknownEdition(f"must be one of {', '.join(SCHEMES)}, not {scheme!r}")
    # Imported by name: a scheme's module imports this one.
    editions: tuple[Edition, ...] = import_module(SCHEMES[scheme]).EDITIONS
    return editions


def edition_of(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
    """Return the edition called `name`, else the scheme's demonstration edition; of those declared, or those `known`.

    Raises `UnknownEdition` where there is none, `Unsettled` where it lacks a value that its law requires.
    """
    editions = known or editions_of(scheme)
    for edition in editions:
        if edition.name == name or (name is None and edition.demonstration):
            return edition.ready()
    names = ", ".join(edition.name for edition in editions)
    raise UnknownEdition(f"must be an edition of {scheme} ({names}), not {name!r}")


def edition_in_force(scheme: str, on: date, known: tuple[Edition, ...] = ()) -> Edition:
    """Return the edition of a scheme in force on a day, the latest issued; raise `UnknownEdition` where none is."""
    current = [edition.ready() for edition in known or editions_of(scheme) if edition.in_force(on)]
    if not current:
        raise UnknownEdition(f"no edition of {scheme} is in force on {on}")
    return max(current, key=lambda edition: edition.issued_on or date.min)
