"""公开: what needs no sign-in: the register, the pilot insurers, the law, and the rules as calculators."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel

from desk.api import models
from desk.api.calling import BODY, Sent
from desk.api.problems import told
from desk.api.proceedings import Key, link
from desk.language import _
from desk.page import Database, today
from rules.calculators import CALCULATORS
from rules.edition import SCHEMES, edition_of
from service.articles import articles
from service.public_register import Entry, Wanted, entry_of, insurers, register
from service.the_law import figures_of, in_force

router = APIRouter()
Asked = Annotated[str, Query(max_length=100)]
Code = Annotated[str, Query(max_length=40, pattern=r"^[a-z_-]*$")]


class Sought(BaseModel):
    """What is looked for in the register, and after which key its page begins."""

    q: Asked = ""
    district: Code = ""
    kind: Code = ""
    standing: Code = ""
    after: Key = ""


@router.get("/public/register", responses=told(422), tags=["public"])
async def products(
    request: Request, response: Response, database: Database, sought: Annotated[Sought, Query()]
) -> models.Register:
    """List recognised products, the latest published first: by words, district, kind, and how they stand today."""
    found, following = await register(
        database, Wanted(sought.q, sought.district, sought.kind, sought.standing), today(request), sought.after
    )
    link(request, response, following)
    return models.Register(items=[_product(one) for one in found], next=following)


@router.get("/public/register/{number}", responses=told(404), tags=["public"])
async def product(request: Request, database: Database, number: str) -> models.Product:
    """Tell one recognised product."""
    found = await entry_of(database, number, today(request))
    if found is None:
        raise HTTPException(404, _("the register has no such product"))
    return _product(found)


@router.get("/public/insurers", responses=told(), tags=["public"])
async def pilot_insurers(request: Request, database: Database) -> models.Insurers:
    """List the pilot insurers with their terms and filed clauses."""
    return models.Insurers.model_validate({"items": jsonable_encoder(await insurers(database, today(request)))})


@router.get("/public/law", responses=told(), tags=["public"])
async def law(request: Request, database: Database) -> models.Law:
    """Tell the measures by article, and every figure of the edition in force."""
    edition = await in_force(database, today(request))
    return models.Law(
        scheme=edition.scheme,
        edition=edition.name,
        title=edition.title,
        demonstration=edition.demonstration,
        articles=[models.Article(article=one.number, zh=one.zh, en=one.en) for one in articles().values()],
        figures=[
            {"name": one.name, "value": one.value, "article": one.article, "open": one.open, "because": one.because}
            for one in figures_of(edition)
        ],
    )


@router.post(
    "/rules/{name}",
    responses=told(404, 413, 415, 422),
    openapi_extra=BODY,
    tags=["rules"],
)
async def rules(
    data: Sent,
    name: Annotated[
        str, Path(json_schema_extra={"enum": [rule for family in CALCULATORS.values() for rule in family]})
    ],
    scheme: Annotated[str | None, Query(description="Else the first scheme that has the rule.")] = None,
) -> models.Answer:
    """Answer one object of facts as `firstcover rules` answers a line, by the demonstration edition."""
    whose = scheme or next((one for one in SCHEMES if name in CALCULATORS[edition_of(one).family]), None)
    if whose not in SCHEMES or name not in CALCULATORS[edition_of(whose).family]:
        raise HTTPException(404, _("no scheme has such a rule"))
    edition = edition_of(whose)
    answer: dict[str, Any] = await asyncio.to_thread(CALCULATORS[edition.family][name], data, edition)
    return models.Answer.model_validate(answer)


def _product(one: Entry) -> models.Product:
    told_of = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(one).items()}
    return models.Product.model_validate({**told_of, "permanent_address": f"/register/{one.number}"})
