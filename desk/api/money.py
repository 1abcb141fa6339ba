"""账与计划: a year's ledger and what a quarter's plan would give, for the three offices that fix it (article 13)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path

from activities.authority import Officer
from desk.api import models
from desk.api.calling import Caller
from desk.api.problems import told
from desk.language import _
from desk.page import Database
from rules.schemes.dalian_review import JOINT
from rules.values import in_yuan
from runtime.errors import BadInput, Refused
from service.ledger import ledger_of
from service.plan_preview import left_out_json, previewed
from service.plans import line_json, round_stream
from service.showing import file_of

router = APIRouter(tags=["money"])


@router.get("/ledger/{year}", responses=told(401, 403, 422))
async def ledger(me: Caller, database: Database, year: Annotated[int, Path(ge=2016, le=2999)]) -> models.Ledger:
    """Tell a fiscal year's accounts, entries and caps, and whether they balance."""
    _of_the_three(me)
    return models.Ledger.model_validate(await ledger_of(database, "dalian", year))


@router.get("/rounds/{quarter}/plan/preview", responses=told(401, 403, 404, 422))
async def plan_preview(me: Caller, database: Database, quarter: str) -> models.PlanPreview:
    """Work out what a quarter's plan would give now, line by line, and what it would leave out; nothing is stored."""
    _of_the_three(me)
    try:
        file = await file_of(database, round_stream(quarter))
    except BadInput as error:
        raise HTTPException(404, _("there is no such round")) from error
    found = await previewed(database, file)
    return models.PlanPreview(
        quarter=file.number,
        fiscal_year=file.facts["round"]["fiscal_year"],
        budget_before=in_yuan(found.budget),
        budget_after=in_yuan(found.plan.left),
        lines=[line_json(row) for row in found.rows],
        left_out=[{"is": one.why, **left_out_json(one)} for one in found.left_out],
        ties=[list(tie) for tie in found.plan.ties],
        moved=list(found.moved),
    )


def _of_the_three(me: Officer) -> None:
    if me.kind not in JOINT:
        raise Refused("right_office", "13", f"the three offices fix the plan; {me.code} acts for {me.office}")
