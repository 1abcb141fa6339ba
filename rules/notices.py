"""文书: what an office tells in writing with an act: acceptance, correction told at once and whole, decision.

A notice is data: whose, to whom, on which day, what was decided and why, and how it can be contested. It is drawn up
from the act alone, so the same act always says the same; the words of the letter are `runtime.documents`' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import Field

from rules.condition import Condition
from rules.edition import Edition
from rules.finding import Finding
from rules.procedure import Act, Effect, File, Form, Notice, Procedure, Situation
from rules.timetable import Deadline, Frozen, OfficeKind

#: 行政机关: the offices whose decisions are contested by reconsideration and litigation; others are not authorities.
AUTHORITIES: tuple[OfficeKind, ...] = ("district", "industry_bureau", "regulator", "finance")


class Issuer(Frozen):
    """发文机关: the office in whose name a notice is served."""

    code: str
    kind: OfficeKind
    title: str
    title_en: str
    #: 文号机关代字: what its numbers begin with.
    word: str
    #: 复议机关: who reconsiders its decisions; None where its register does not say.
    review_authority: str | None = None


class Party(Frozen):
    """受送达人: whom a notice is addressed to; a person outside the registers has no code."""

    code: str
    name: str


class Product(Frozen):
    """新产品: which product the notice is about."""

    name: str
    model: str


class Ground(Frozen):
    """理由: one demand of the law that is not met. `term` is its Chinese name, where the edition gives one."""

    rule: str
    article: str
    term: str
    reason: str
    inputs: dict[str, str] = Field(default_factory=dict)


class Period(Frozen):
    """期限: a last day the notice tells, how it was counted, and what silence means."""

    name: str
    article: str
    office: OfficeKind
    counted_from: date
    days: int | None
    nominal_on: date
    last_day: date
    provisional: bool
    because: tuple[str, ...]
    silence: str | None


class Remedy(Frozen):
    """救济途径: how the decision can be contested, within how long of being told, and before whom."""

    way: Literal["reconsideration", "litigation"]
    within: int
    unit: Literal["days", "months"]
    #: The figure's article, and its reason, which names the law that gives the period.
    article: str
    because: str
    authority: str | None


class WrittenNotice(Frozen):
    """文书: a notice as the record keeps it, whole."""

    number: str
    kind: Notice
    issued_on: date
    issuer: Issuer
    officer_name: str
    addressed_to: Party
    scheme: str
    edition: str
    demonstration: bool
    proceeding: str
    case: str
    product: Product | None
    act: str
    act_zh: str
    article: str
    stage: str
    stage_zh: str
    #: 补正事项: everything that is missing, told at once.
    items: tuple[str, ...] = ()
    #: What the officer, or the joint review, gives as the reason in their own words.
    reasons: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    #: 涉及的补贴申请: the falsified applications that the decision rests on.
    applications: tuple[str, ...] = ()
    #: 应退金额: what is to be paid back, in yuan.
    amount_due: str | None = None
    periods: tuple[Period, ...] = ()
    remedies: tuple[Remedy, ...] = ()


def series(issuer: Issuer, day: date) -> str:
    """发文字号: an office's numbers of a year, as `大工信新认〔2026〕`."""
    return f"{issuer.word}〔{day.year}〕"


def numbered(issuer: Issuer, day: date, serial: int) -> str:
    """Return the number of a notice, as `大工信新认〔2026〕1号`."""
    return f"{series(issuer, day)}{serial}号"


def issuing_kind(act: Act, situation: Situation) -> OfficeKind:
    """Whose office speaks: the doer's, or, where the system acts, the one in whose name it does."""
    if situation.office_kind == "system":
        return act.in_name_of[situation.file.stage]
    return situation.office_kind


class Served(NamedTuple):
    """What the record looks up for a notice: its number, who issues it, and to whom."""

    number: str
    issuer: Issuer
    addressed_to: Party


def draw_up(
    procedure: Procedure, act: Act, situation: Situation, form: Form, effect: Effect, after: File, served: Served
) -> WrittenNotice:
    """Draw up the notice served with an act the law let pass: article 9's correction, article 10's recognition."""
    assert act.notice is not None
    edition = situation.edition
    return WrittenNotice(
        number=served.number,
        kind=act.notice,
        issued_on=situation.today,
        issuer=served.issuer,
        officer_name=situation.officer_name,
        addressed_to=served.addressed_to,
        scheme=edition.title,
        edition=edition.name,
        demonstration=edition.demonstration,
        proceeding=procedure.kind,
        case=after.number,
        product=_product(after),
        act=act.name,
        act_zh=act.zh,
        article=effect.article or act.article,
        stage=after.stage,
        stage_zh=procedure.stages[after.stage].zh,
        items=_texts(form, "items"),
        reasons=(*_demanded(effect, "ground"), *_texts(form, "reason"), *_texts(form, "reasons")),
        grounds=tuple(_grounds(effect, edition)),
        applications=tuple(_applications(effect)),
        amount_due=next(_demanded(effect, "amount"), None),
        periods=tuple(_periods(effect, after)),
        remedies=remedies(act, served.issuer, edition),
    )


def remedies(act: Act, issuer: Issuer, edition: Edition) -> tuple[Remedy, ...]:
    """救济告知: an authority's adverse decision says how to contest it (article 15(3), 行政复议法, 行政诉讼法)."""
    if act.notice != "decision" or act.favourable or issuer.kind not in AUTHORITIES:
        return ()
    days, months = edition.reconsideration_days, edition.litigation_months
    return (
        Remedy(way="reconsideration", within=days.value, unit="days", article=days.article, because=days.because,
               authority=issuer.review_authority),
        Remedy(way="litigation", within=months.value, unit="months", article=months.article, because=months.because,
               authority=None),
    )  # fmt: skip


def _texts(form: Form, name: str) -> tuple[str, ...]:
    """What the form says under a name, be it one text or a list of them."""
    said = getattr(form, name, ())
    return (said,) if isinstance(said, str) else tuple(said)


def _demanded(effect: Effect, name: str) -> Iterator[str]:
    """What a demand says under a name: the amount to be paid back, and what it is demanded for."""
    if name in effect.facts.get("demand", {}):
        yield effect.facts["demand"][name]


def _applications(effect: Effect) -> Iterator[str]:
    """The applications the act put in the file as falsified (article 15(2))."""
    for section in effect.facts.values():
        yield from section.get("applications", ())


def _product(file: File) -> Product | None:
    product = file.facts.get("submission", {}).get("product")
    return Product(name=product["name"], model=product["model"]) if product else None


def _grounds(effect: Effect, edition: Edition) -> Iterator[Ground]:
    """Every ground the act put in the file: a decision states all of them."""
    terms = _terms(edition)
    for section in effect.facts.values():
        for given in _grounds_of(section):
            found = Finding.model_validate(given)
            yield Ground(
                rule=found.rule,
                article=found.article,
                term=terms.get(found.rule, ""),
                reason=found.reason,
                inputs=found.inputs,
            )


def _grounds_of(section: Mapping[str, Any]) -> list[Any]:
    grounds = section.get("grounds") if isinstance(section, Mapping) else None
    return grounds if isinstance(grounds, list) else []


def _terms(edition: Edition) -> dict[str, str]:
    """The Chinese term of every condition, which its docstring begins with."""
    asked: tuple[object, ...] = (*edition.recognition_conditions, *edition.subsidy_conditions)
    return {one.rule: one.meaning.split(" (article", maxsplit=1)[0] for one in asked if isinstance(one, Condition)}


def _periods(effect: Effect, after: File) -> Iterator[Period]:
    """What the act opens for whoever is told, or what ran out."""
    for name in filter(None, (*(opened.name for opened in effect.opens), effect.rings)):
        deadline = after.deadline(name)
        assert deadline is not None
        yield _period(deadline)


def _period(deadline: Deadline) -> Period:
    kept = deadline.model_dump(include=set(Period.model_fields))
    return Period(**kept, last_day=deadline.due_on)
