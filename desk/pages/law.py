"""办法: the scheme by article, with the figures of the edition in force; and the calculators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel

from desk.forms import every, fields_of, read_filled
from desk.language import N_
from desk.page import Database, Nav, today
from desk.public import show
from rules import facts
from rules.calculators import CALCULATORS, Calculator
from rules.edition import Edition, edition_of
from rules.faults import Unfit
from service.articles import articles
from service.the_law import figures_of, in_force

router = APIRouter()
NAV = (
    Nav(N_("Calculators"), "/calculators", order=30, public=True),
    Nav(N_("The measures"), "/law", order=40, public=True),
)


@dataclass(frozen=True)
class Sum:
    """计算器: what it asks, how it answers, which article it follows, and whether its figures are only illustrative."""

    form: type[BaseModel]
    answer: Callable[[Mapping[str, Any], Edition], dict[str, Any]]
    article: str
    says: str
    scheme: str = "dalian"


def _check(stage: str) -> Calculator:
    return lambda filled, edition: CALCULATORS["city"]["check"]({"stage": stage, **filled}, edition)


CITY, NATIONAL = CALCULATORS["city"], CALCULATORS["national"]
SUMS: Mapping[str, Sum] = {
    "premium": Sum(
        facts.PremiumFacts, CITY["premium"], "7", N_("What the insurance costs, and which part the city pays.")
    ),
    "deadline": Sum(facts.DeliveryFacts, CITY["deadline"], "11", N_("The last day to insure, and how it is counted.")),
    "validity": Sum(facts.PublicationFacts, CITY["validity"], "10", N_("How long a recognition holds.")),
    "cancel": Sum(
        facts.CancellationFacts, CITY["cancel"], "7", N_("What goes back to whom when a contract ends early.")
    ),
    "recognition": Sum(
        facts.RecognitionFacts,
        _check("recognition"),
        "8",
        N_("Whether enterprise and product meet the conditions."),
    ),
    "subsidy": Sum(
        facts.SubsidyFacts,
        _check("subsidy"),
        "13",
        N_("Whether an insured batch meets the conditions."),
    ),
    "ceiling": Sum(
        facts.QualificationFacts,
        NATIONAL["ceiling"],
        "3(4)",
        N_("The national scheme's ceiling for a product."),
        "national-first-set",
    ),
    "fund": Sum(
        facts.FundFacts,
        NATIONAL["fund"],
        "3(5)",
        N_("The national subsidy for a premium."),
        "national-first-set",
    ),
}


@router.get("/law")
async def law(request: Request, database: Database) -> Response:
    """The measures by article, and the figures of the edition in force."""
    edition = await in_force(database, today(request))
    figures: dict[str, list[Any]] = {}
    for one in figures_of(edition):
        figures.setdefault(one.article, []).append(one)
    return await show(request, "public/law.html", articles=articles().values(), edition=edition, figures=figures)


@router.get("/law/{number}")
async def article(request: Request, database: Database, number: str) -> Response:
    """One article, at its permanent address: its text, its figures, and how it is read."""
    known = articles()
    if number not in known:
        raise HTTPException(404)
    edition = await in_force(database, today(request))
    numbers = list(known)
    at = numbers.index(number)
    return await show(
        request,
        "public/article.html",
        one=known[number],
        edition=edition,
        figures=[one for one in figures_of(edition) if one.article == number],
        readings=[one for one in edition.interpretations if one.article == number],
        before=numbers[at - 1] if at else None,
        following=numbers[at + 1] if at + 1 < len(numbers) else None,
    )


@router.get("/calculators")
async def calculators(request: Request) -> Response:
    """Every calculator there is."""
    return await show(request, "public/calculators.html", sums=SUMS)


@router.get("/calculators/{name}")
async def calculator(request: Request, name: str) -> Response:
    """A calculator, and its answer where the address says what is asked: such an address can be sent to others."""
    one = SUMS.get(name)
    if one is None:
        raise HTTPException(404)
    sent = {key: request.query_params.getlist(key) for key in request.query_params}
    asked = any(key in one.form.model_fields for key in sent)
    filled = read_filled(one.form, sent)
    answer, errors = _answer(one, filled) if asked else (None, {})
    fields = fields_of(one.form, filled, errors)
    named = {field.name for field in every(fields)}
    return await show(
        request,
        "public/calculator.html",
        status=422 if errors else 200,
        name=name,
        one=one,
        fields=fields,
        answer=answer,
        loose=[(field, why) for field, why in errors.items() if field not in named],
        wrong=len(errors),
        settled={figure.name: figure.value for figure in figures_of(edition_of(one.scheme))},
    )


def _answer(one: Sum, filled: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, str]]:
    try:
        return one.answer(filled, edition_of(one.scheme)), {}
    except Unfit as unfit:
        return None, dict(unfit.faults)
