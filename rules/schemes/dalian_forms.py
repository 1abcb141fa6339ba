"""What each act of a city case hands in (domain §8): the fields of the forms, in the order an officer fills them.

Each form checks only itself and the day it is received. What the law makes of it is `dalian_case`'s.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from rules.faults import read, shown
from rules.identifiers import Uscc
from rules.periods import last_day_of_years
from rules.procedure import Form
from rules.values import Flag, LawDate, Minute, Rate, Yuan, YuanOrZero

#: 填充符: letters and signs of Unicode that show nothing.
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"


def _readable(text: str) -> str:
    if not any(unicodedata.category(one)[0] in "LNPS" and one not in FILLERS for one in text):
        raise ValueError(f"must hold something that can be read, not {shown(text)}")
    return text


#: Text on one line, without what a terminal obeys or what turns the reading direction.
Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"),
    AfterValidator(_readable),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$")]
CaseNumber = Annotated[str, StringConstraints(pattern=r"^DL-[0-9]{4}-[0-9]{6}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


#: 笔误可更正的事项: what was copied from a paper, and so can have been copied wrongly.
Rectifiable = Literal[
    "submission.enterprise.name",
    "submission.enterprise.contact",
    "submission.product.name",
    "submission.product.batch_number",
    "submission.product.first_user",
    "delivery.user",
    "delivery.contract_number",
    "delivery.contract_signed_on",
    "delivery.delivered_on",
    "contract.policy_number",
    "contract.clause_number",
    "contract.applied_on",
    "contract.concluded_at",
    "contract.start_on",
    "contract.end_on",
    "contract.sum_insured",
    "contract.premium_rate",
]


def _declared(value: bool) -> bool:
    if not value:
        raise ValueError("must be true: without this declaration nothing can be handed in")
    return value


#: 声明: what whoever signs must declare.
Declared = Annotated[Flag, AfterValidator(_declared)]
#: The district's checklist: what article 2 demands, article 8's chapeau and its six items.
CHECKLIST = ("2", "8", "8(1)", "8(2)", "8(3)", "8(4)", "8(5)", "8(6)")
ChecklistItem = Literal["2", "8", "8(1)", "8(2)", "8(3)", "8(4)", "8(5)", "8(6)"]


def in_future(now: datetime, **moments: date) -> Iterator[tuple[str, str]]:
    """Yield a fault for each moment after `now`; two underscores stand for a dot in a field's name."""
    for name, moment in moments.items():
        limit = now if isinstance(moment, datetime) else now.date()
        if moment > limit:
            yield (
                name.replace("__", "."),
                f"must not be in the future: {moment} is after {limit}, when this was received",
            )


class Enterprise(Form):
    """投保企业: the maker that asks for the rate preference (article 8)."""

    name: Text
    uscc: Uscc
    district: Code
    contact: Text
    registered_on: LawDate
    registered_in_city: Flag
    legal_person: Flag
    sme: Flag
    industrial_manufacturer: Flag
    key_industry: Flag


class Product(Form):
    """新产品: the product as article 2 describes it, and what article 8 asks of it."""

    name: Text
    model: Text
    specification: Text
    kind: Literal["equipment", "system", "core_component"]
    breakthrough: list[Literal["variety", "specification", "parameters", "other"]]
    has_ip: Flag
    market_record: Flag
    first_user: Text
    batch_number: Text
    quantity: int = Field(ge=1, le=1_000_000)
    industrial_policy_met: Flag
    standards_met: Flag
    quality_certified: Flag
    patent: Flag
    test_report: Flag
    environment_met: Flag
    other_conditions_met: Flag = True


class Paper(Form):
    """申报材料: one paper of the file, known by its hash."""

    kind: Literal["licence", "product_description", "patent", "test_report", "certificate", "policy_statement", "other"]
    title: Text
    sha256: Sha256


class Submission(Form):
    """新产品认定申请表: what an enterprise submits to its district (article 9)."""

    scheme: Literal["dalian"]
    enterprise: Enterprise
    product: Product
    papers: list[Paper] = Field(min_length=1, max_length=200)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, enterprise__registered_on=self.enterprise.registered_on)


class CorrectionRequest(Form):
    """一次性告知: everything that is missing or wrong, told at once (article 9)."""

    items: list[Text] = Field(min_length=1, max_length=50)


class Correction(Form):
    """补正: what the enterprise adds or puts right; a part that is given replaces the whole of that part."""

    enterprise: Enterprise | None = None
    product: Product | None = None
    papers: list[Paper] = Field(default=[], max_length=200)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if not (self.enterprise or self.product or self.papers):
            yield "form", "must put something right: enterprise, product or papers"
        if self.enterprise:
            yield from in_future(now, enterprise__registered_on=self.enterprise.registered_on)


class ChecklistVerdict(Form):
    """核实: one item of the district's checklist, its evidence and verdict."""

    item: ChecklistItem
    met: Flag
    evidence: Text


class DistrictOpinion(Form):
    """确认意见: the district's confirmation, item by item (article 9)."""

    checklist: list[ChecklistVerdict]
    opinion: Text
    site_visit_on: LawDate | None = None

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        given = [verdict.item for verdict in self.checklist]
        if missing := [item for item in CHECKLIST if item not in given]:
            yield "checklist", f"must give a verdict on every item; missing: {', '.join(missing)}"
        if len(set(given)) != len(given):
            yield "checklist", "must give one verdict on an item"
        if self.site_visit_on:
            yield from in_future(now, site_visit_on=self.site_visit_on)


class Reasons(Form):
    """A decision's grounds in the officer's own words; what the rules found is added to them."""

    reason: Text


class Entrustment(Form):
    """委托评定: the third party that is to assess (article 10)."""

    assessor: Code


class Criterion(Form):
    """评分项: one line of the experts' score sheet; a veto (一票否决) ends the matter whatever the sum."""

    criterion: Text
    maximum: int = Field(ge=1, le=100)
    score: int = Field(ge=0, le=100)
    veto: Flag = False


class AssessmentReport(Form):
    """评定报告: the third party's result, with the score sheet it rests on (article 10)."""

    recommended: Flag
    score: int = Field(ge=0, le=100)
    score_sheet: list[Criterion] = Field(default=[], max_length=50)
    no_conflict_of_interest: Declared
    report_sha256: Sha256
    conclusion: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        for place, line in enumerate(self.score_sheet):
            if line.score > line.maximum:
                yield f"score_sheet[{place}].score", f"must not exceed its maximum, {line.maximum}, not {line.score}"
        total = sum(line.score for line in self.score_sheet)
        if self.score_sheet and total != self.score:
            yield "score", f"must be the sum of the score sheet, {total}, not {self.score}"
        if self.recommended and any(line.veto for line in self.score_sheet):
            yield "recommended", "must be false where a criterion is vetoed"


class Objection(Form):
    """异议: what somebody objects to during the public notice, and who objects (article 10, P)."""

    objector: Text
    ground: Text


class Supersession(Form):
    """取代: the case whose recognition takes the place of this one."""

    by_case: CaseNumber


class Publication(Form):
    """公布: the page that published the recognition; the year runs from its day (article 10)."""

    page: Annotated[str, StringConstraints(pattern=r"^https?://\S{3,500}$")]
    published_at: Minute
    snapshot_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, published_at=self.published_at)


class Delivery(Form):
    """供货合同与交付: the supply contract and the user's signed receipt (article 11)."""

    user: Text
    contract_number: Text
    contract_signed_on: LawDate
    delivered_on: LawDate
    receipt_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, contract_signed_on=self.contract_signed_on, delivered_on=self.delivered_on)


class InsuranceContract(Form):
    """保险合同: what was concluded with the insurer (articles 3 to 5, 7, 11)."""

    policy_number: Text
    insurer: Code
    clause_number: Text
    applied_on: LawDate
    concluded_at: Minute
    start_on: LawDate
    end_on: LawDate
    sum_insured: Yuan
    premium_rate: Rate
    quality_cover: Flag
    liability_cover: Flag
    category: Literal["aircraft", "ship_offshore", "nuclear", "other_high_value"] | None = None
    category_confirmed: Flag = False
    shortfall_borne_by: Literal["enterprise", "insurer"]
    contract_sha256: Sha256

    @property
    def years(self) -> int | None:
        """The whole years of the term, or None where it is no whole number of years."""
        return next((n for n in range(1, 11) if last_day_of_years(self.start_on, n) == self.end_on), None)

    def said(self) -> dict[str, Any]:
        return {**super().said(), "years": self.years}

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, applied_on=self.applied_on, concluded_at=self.concluded_at)
        if self.years is None:
            yield "end_on", "must close a term of 1 to 10 whole years, the first and the last day both counted"
        elif self.end_on < now.date():
            yield "end_on", f"must not be past: nothing is covered by a term that ended on {self.end_on}"


def handed_in(section: Mapping[str, Any]) -> dict[str, Any]:
    """What a form was given, from what the file keeps of it: without what was worked out."""
    return {name: value for name, value in section.items() if name != "years"}


def corrected(section: str, given: Mapping[str, Any], field: str, correct: str) -> dict[str, Any]:
    """What a form would have been given, had one field been written rightly; a term moves with its first day."""
    rightly = {**given, field: correct}
    if section == "contract" and field == "start_on" and (years := read(InsuranceContract, given).years):
        with suppress(ValueError):
            rightly["end_on"] = last_day_of_years(date.fromisoformat(correct), years).isoformat()
    return rightly


class Quote(Form):
    """报价: what an insurer offers, so that the enterprise sees the cap and the budget before it binds itself (I-9)."""

    sum_insured: Yuan
    premium_rate: Rate
    years: int = Field(ge=1, le=10)
    shortfall_borne_by: Literal["enterprise", "insurer"]


class Recalculated(Form):
    """重新计算: what an endorsement or a cancellation of the policy leaves to be asked for (articles 5, 7)."""

    policy: Text
    sum_insured: Yuan
    premium_rate: Rate
    premium: YuanOrZero
    subsidy_asked: YuanOrZero
    #: When more was agreed on; None where the application keeps its place.
    insurance_time: Minute | None = None


class WaitingReduced(Form):
    """轮候减少: what may still wait of a contract that its policy changed or ended (article 13)."""

    policy: Text
    waitlisted: YuanOrZero


class InsuranceEnded(Form):
    """保险解除: which policy was rescinded, and why."""

    policy: Text
    ground: Text


class FurtherDelivery(Delivery):
    """后续交付: another first batch under a recognition in its year, delivered to another user (articles 2, 10, 11)."""

    case: CaseNumber
    batch_number: Text
    quantity: int = Field(ge=1, le=1_000_000)


class RectificationRequest(Form):
    """更正申请: one clerical error of the file, and what it should say (article 15(3))."""

    field: Rectifiable
    correct: Text
    reason: Text


class SubsidyRequest(Form):
    """保费补贴申请表: the enterprise's application, which its insurer files with the quarterly return (article 13)."""

    invoice_number: Text
    other_subsidies: YuanOrZero
    declaration_true_and_complete: Declared


class Filed(Form):
    """季度汇总申报: the insurer's return that took the application in (article 13)."""

    round: Text
    return_received_at: Minute


class Returned(Form):
    """退回补充: which office of the joint review lacks what (article 13)."""

    round: Text
    office: Text
    items: list[Text]


class Completed(Form):
    """补充完善: what the enterprise adds to its application (article 13)."""

    papers: list[Paper] = Field(min_length=1, max_length=200)
    declaration_true_and_complete: Declared


class Reviewed(Form):
    """会同审核: why the joint review refuses an application (article 13)."""

    round: Text
    reasons: list[Text]


class Planned(Form):
    """补贴计划: what the signed plan gives (article 13)."""

    plan: Text
    rank: int
    fiscal_year: int
    cut_by_cap: YuanOrZero
    approved: YuanOrZero
    waitlisted: YuanOrZero
    #: What the plan leaves of the enterprise's cap and of the year's budget.
    cap_left: YuanOrZero
    budget_left: YuanOrZero


class Paid(Form):
    """拨付: the finance bureau's payment to the insurer (article 13)."""

    plan: Text
    voucher: Text
    amount: Yuan


class Rung(Form):
    """提醒: the rung of a deadline's ladder that was reached."""

    deadline: Text
    rung: Text
