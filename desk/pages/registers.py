"""名册: policies, loss claims, complaints and recoveries, for the offices they concern (articles 7, 12, 15(2))."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.language import N_
from desk.page import Database, Nav, Signed, render
from desk.places import only
from rules.procedures import PROCEDURES
from service.registers import complaints_for, loss_claims_of, policies_of, recoveries

router = APIRouter()
INSURED = ("insurer", "finance")
HANDLERS = ("regulator", "finance", "industry_bureau", "district", "insurer")
RECOVERERS = ("finance", "regulator")
NAV = (
    Nav(N_("Policies"), "/policies", kinds=INSURED, order=50),
    Nav(N_("Loss claims"), "/loss-claims", kinds=("insurer", "regulator"), order=55),
    Nav(N_("Recoveries"), "/recoveries", kinds=RECOVERERS, order=60),
    Nav(N_("Complaints"), "/complaints", kinds=HANDLERS, order=65),
)
#: What an insurer may do in a policy, and at which stages.
POLICY_ACTS = ("endorse", "cancel", "renew")
COMPLAINT_KINDS = ("objection", "tip_off", "complaint")


def _stages(kind: str) -> list[str]:
    return list(PROCEDURES[kind, "dalian"].stages)


@router.get("/policies")
async def policies(
    request: Request, me: Signed, database: Database, stage: str = "", words: str = "", after: str = ""
) -> Response:
    """Policies: an insurer's own, with what can be done; for finance, all, to see which refunds are due."""
    only(me, *INSURED)
    whose = me.officer.office if me.kind == "insurer" else None
    return await render(
        request,
        "registers/policies.html",
        page=await policies_of(database, whose, stage or None, words.strip() or None, after),
        stages=_stages("policy"),
        acts=[PROCEDURES["policy", "dalian"].acts[name] for name in POLICY_ACTS] if whose else [],
        refunded=PROCEDURES["policy", "dalian"].acts["record_refund"],
        chosen={"stage": stage, "words": words},
    )


@router.get("/loss-claims")
async def loss_claims(
    request: Request, me: Signed, database: Database, stage: str = "", after: str = ""
) -> Response:  # fmt: skip
    """Loss claims with the service level that runs: an insurer's own; for the regulator, all (article 12)."""
    only(me, "insurer", "regulator")
    whose = me.officer.office if me.kind == "insurer" else None
    return await render(
        request,
        "registers/loss_claims.html",
        page=await loss_claims_of(database, whose, stage or None, after),
        stages=_stages("loss_claim"),
        chosen={"stage": stage},
    )


@router.get("/recoveries")
async def every_recovery(
    request: Request, me: Signed, database: Database, stage: str = "", after: str = ""
) -> Response:  # fmt: skip
    """Recoveries with what was decided, what has come back, and when the rest is due (article 15(2))."""
    only(me, *RECOVERERS)
    return await render(
        request,
        "registers/recoveries.html",
        page=await recoveries(database, stage or None, after),
        stages=_stages("recovery"),
        chosen={"stage": stage},
    )


@router.get("/complaints")
async def complaints(
    request: Request,
    me: Signed,
    database: Database,
    stage: str = "",
    kind: str = "",
    own: bool = False,
    after: str = "",
) -> Response:
    """Objections, tip-offs and complaints that this office may see (articles 10, 15(2))."""
    only(me, *HANDLERS)
    return await render(
        request,
        "registers/complaints.html",
        page=await complaints_for(database, me.officer, stage or None, kind or None, after, own=own),
        stages=_stages("complaint"),
        kinds=COMPLAINT_KINDS,
        opening=PROCEDURES["complaint", "dalian"].opening,
        chosen={"stage": stage, "kind": kind, "own": own},
    )
