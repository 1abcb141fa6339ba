"""各机构的办件: a district's cases to verify, the bureau's up to the register, an assessor's entrusted ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.language import N_
from desk.page import Database, Me, Nav, Signed, go, render
from rules.facts import RecognitionFacts
from rules.procedures import PROCEDURES
from service.choices import names_of
from service.enterprise import Asked, cases_at, counts_at

router = APIRouter()


class Place(NamedTuple):
    """An office's page of cases: where it is, whose it is, what it is called, and its stages in their order."""

    path: str
    kind: str
    title: str
    stages: Sequence[str]
    #: What is done at a stage, in the order it is looked for.
    acts: dict[str, tuple[str, ...]]


PLACES = (
    Place(
        "/verification",
        "district",
        N_("Verification"),
        ("district_review", "correction", "confirmed"),
        {"district_review": ("confirm", "return_for_correction", "refuse"), "confirmed": ("take_back_confirmation",)},
    ),
    Place(
        "/recognition",
        "industry_bureau",
        N_("Recognition"),
        ("confirmed", "received", "assessment", "assessed", "public_notice", "objection", "proposed", "recognised"),
        {
            "confirmed": ("receive",),
            "received": ("entrust",),
            "assessed": ("propose", "reject"),
            "public_notice": ("publish", "record_objection"),
            "objection": ("dismiss_objection", "uphold_objection"),
            "proposed": ("publish", "take_back_proposal"),
        },
    ),
    Place(
        "/assessments",
        "assessor",
        N_("Assessments"),
        ("assessment", "assessment_correction", "assessed"),
        {"assessment": ("assess", "ask_for_more", "decline_assessment"), "assessed": ("take_back_assessment",)},
    ),
)
NAV = tuple(Nav(one.title, one.path, kinds=(one.kind,), order=15) for one in PLACES)


@router.get("/verification")
async def verification(request: Request, me: Signed, database: Database, stage: str = "", after: str = "") -> Response:
    """A district's cases: those to verify first, with what each item of the checklist rests on."""
    return await _page(request, me, database, PLACES[0], stage, after)


@router.get("/recognition")
async def recognition(request: Request, me: Signed, database: Database, stage: str = "", after: str = "") -> Response:
    """The bureau's cases by how far they have come, from confirmed to the register."""
    return await _page(request, me, database, PLACES[1], stage, after)


@router.get("/assessments")
async def assessments(request: Request, me: Signed, database: Database, stage: str = "", after: str = "") -> Response:
    """What is entrusted to an assessor."""
    return await _page(request, me, database, PLACES[2], stage, after)


async def _page(request: Request, me: Me, database: Database, place: Place, stage: str, after: str) -> Response:
    if me.kind != place.kind:
        return go("/work")
    districts = tuple(sorted(me.officer.districts)) if me.kind == "district" else None
    assessor = me.officer.office if me.kind == "assessor" else None
    counts = await counts_at(database, Asked(tuple(place.stages), districts, assessor))
    chosen = stage if stage in place.stages else next((one for one in place.stages if counts.get(one)), place.stages[0])
    rows, more = await cases_at(database, Asked((chosen,), districts, assessor), after or None)
    acts = PROCEDURES["case", "dalian"].acts
    codes = [row[name] for row in rows for name in ("district", "assessor") if row[name]]
    return await render(
        request,
        "cases/list.html",
        place=place,
        counts=counts,
        chosen=chosen,
        rows=rows,
        after=more,
        claims={row["number"]: _claims(row["submission"]) for row in rows},
        acts=[acts[name] for name in place.acts.get(chosen, ())],
        names=await names_of(database, codes),
    )


def _claims(submission: dict[str, Any]) -> tuple[int, int]:
    """Of what the law asks and the enterprise stated, how much it says holds, and how much there is."""
    said = {**submission["enterprise"], **submission["product"]}
    asked = [name for name in RecognitionFacts.model_fields if isinstance(said.get(name), bool)]
    return sum(said[name] is (name != "market_record") for name in asked), len(asked)
