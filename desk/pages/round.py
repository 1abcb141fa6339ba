"""季度会同审核: a round as the three offices see it: its returns, its review, its plan (article 13)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from desk.language import N_, _, language
from desk.naming import day, office_kind
from desk.page import Database, Me, Nav, Servers, Signed, go, render, today
from desk.places import day_of, download, only, refused_page, round_or_404, spoken
from rules.faults import Unfit, read
from rules.procedure import File
from rules.schemes.dalian_review import JOINT
from rules.schemes.dalian_round_forms import Opinion
from rules.work import turns
from runtime.documents import plan as paper
from runtime.errors import BadInput
from service.acting import possible_acts
from service.plan_preview import LeftOut, left_out_of, previewed
from service.plan_preview import reasons as left_out_reasons
from service.plans import plan_of, round_stream, signers
from service.review import Reviewing, Wanted, give, reviewing
from service.rounds import VIEWS, Narrowed, applications_in, matching, names_of, progress_in, returns_in, rounds
from service.session import Session
from service.showing import events_of

router = APIRouter()
NAV = (Nav(N_("Quarterly rounds"), "/round", kinds=JOINT, order=20),)
#: Lines of a plan on a page; and so many of what is left out of a plan, or of opinions, are told there.
LINES, LEFT_OUT = 100, 50
_OFFICE = re.compile(rf"^(?:{'|'.join(JOINT)})(?=:|$)")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Acts of a round that its page gives as buttons; opinions, completions and admissions have their places in the list.
OF_PLAN = (
    "sign_plan",
    "prepare_plan",
    "publish_plan_notice",
    "propose_tie_order",
    "agree_tie_order",
    "take_back_plan",
    "order_payment",
)
BUTTONS = ("close_filing", *OF_PLAN, "reopen_filing")
#: Rules by which an office that has done its part of what all three do need not, and may not, do it again.
DONE = ("one_signature_each", "one_agreement_each")


class Ordered(NamedTuple):
    """Opinions as they were asked for: of which applications, what, and why."""

    scope: str
    verdict: str
    reason: str
    numbers: list[str]
    narrowed: Narrowed
    #: What was previewed: where it is no longer what would be given, it is shown again.
    seen: str

    @property
    def query(self) -> dict[str, str]:
        said = {"view": self.narrowed.view, "insurer": self.narrowed.insurer, "words": self.narrowed.words}
        return {name: value for name, value in said.items() if value}


def asked_for(view: str = "", insurer: str = "", words: str = "") -> Narrowed:
    """What narrows a round's list, as it stands in an address."""
    return Narrowed(view if view in VIEWS else None, insurer or None, words.strip() or None)


Asked = Annotated[Narrowed, Depends(asked_for)]


@router.get("/round")
async def every_round(request: Request, me: Signed, database: Database) -> Response:
    """The quarters, the newest first."""
    only(me, *JOINT)
    return await render(request, "round/list.html", rounds=await rounds(database))


@router.get("/round/{quarter}")
async def of_quarter(
    request: Request, me: Signed, database: Database, quarter: str, narrowed: Asked, after: str = ""
) -> Response:
    """A round: who has filed, how far the review has come, and its applications with what each office said."""
    only(me, *JOINT)
    file = await round_or_404(database, quarter)
    page = await applications_in(database, quarter, me.officer, narrowed, today(request), after)
    returned = await returns_in(database, file)
    return await render(
        request,
        "round/show.html",
        file=file,
        stream=round_stream(quarter),
        due=next((one for one in file.deadlines if not one.met_on), None),
        signers=await signers(database, file),
        **_acts(file, me, BUTTONS),
        returned=returned,
        names={one["insurer"]: one["names"] for one in returned}
        | await names_of(database, [row["insurer"] for row in page.rows]),
        progress=await progress_in(database, quarter),
        page=page,
        views=VIEWS,
        chosen=narrowed,
        reviewing=file.stage == "review",
        done=request.query_params.get("done"),
        given=request.query_params.get("given"),
        left_out=request.query_params.get("left_out"),
    )


def _acts(file: File, me: Me, names: Sequence[str]) -> dict[str, Any]:
    """What this officer may do now of some acts, which of it waits for his office, and what of it that has done."""
    stream = round_stream(file.number)
    possible = {one.act.name: one for one in possible_acts(stream, file, me.officer)}
    asked = [possible[name] for name in names]
    return {
        "acts": [one for one in asked if one.allowed],
        "awaited": [act for act, whose in turns(stream.procedure, file) if me.kind in whose],
        "done_jointly": [one for one in asked if one.rule in DONE],
    }


@router.post("/round/{quarter}/opinions")
async def opinions(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """Preview an office's opinions of one, of those chosen, or of all that match; then give them."""
    only(me, *JOINT)
    await round_or_404(servers.pool, quarter)
    sent = await request.form()
    form = {name: str(sent.get(name, "")).strip() for name in sent}
    narrowed = asked_for(form.get("view", ""), form.get("insurer", ""), form.get("words", ""))
    numbers = [str(one) for one in sent.getlist("number")]
    said = (form.get("scope", "chosen"), form.get("verdict", ""), form.get("reason", ""))
    asked = Ordered(*said, numbers, narrowed, form.get("seen", ""))
    errors = _wrong(asked)
    what = await _weighed(servers, me, quarter, asked) if "verdict" not in errors else None
    seen = _seen(what)
    if what is None or errors or "send" not in form or seen != asked.seen:
        moved = "send" in form and not errors and seen != asked.seen
        return await _preview(request, quarter, asked, what, errors, seen=seen, moved=moved)
    answers = await give(servers, what)
    if failed := next((one for one in answers if not one.event.passed), None):
        return await refused_page(request, failed)
    count, left = len(what.opinions.to_give), len(what.opinions.left_out)
    return go(f"/round/{quarter}", **asked.query, given=str(count), left_out=str(left))


def _wrong(asked: Ordered) -> dict[str, str]:
    """What is wrong with an order of opinions, by its field."""
    errors = {}
    if asked.verdict not in ("approve", "refuse"):
        errors["verdict"] = "must be given"
    if not asked.reason:
        return errors | {"reason": "must be given"}
    try:
        read(Opinion, {"application": "-", "approves": True, "reason": asked.reason})
    except Unfit as unfit:
        errors |= {field: why for field, why in unfit.faults if field == "reason"}
    return errors


async def _weighed(servers: Session, me: Me, quarter: str, asked: Ordered) -> Reviewing | None:
    """What would be given, and what is left out; nothing where nothing was chosen."""
    whole, numbers = asked.scope == "all", asked.numbers
    if whole:
        numbers = await matching(servers.pool, quarter, me.officer, asked.narrowed, day_of(servers))
    approve, refuse = (numbers, []) if asked.verdict == "approve" else ([], numbers)
    wanted = Wanted(asked.reason or "-", approve=approve, refuse=refuse, in_bulk=whole)
    if not numbers:
        return None
    return await reviewing(servers.pool, quarter, me.code, wanted, servers.clock())


def _seen(what: Reviewing | None) -> str:
    """A digest of what would be given: of which applications, asking what, insured when."""
    if what is None:
        return ""
    rows = (what.held[one.application] for one in what.opinions.to_give)
    told = "\n".join(f"{row['application']} {row['asked']} {row['concluded_at']}" for row in rows)
    return sha256(told.encode()).hexdigest()[:32]


async def _preview(
    request: Request,
    quarter: str,
    asked: Ordered,
    what: Reviewing | None,
    errors: Mapping[str, str],
    *,
    seen: str,
    moved: bool,
) -> Response:
    given = what.opinions if what else None
    return await render(
        request,
        "round/opinions.html",
        status=422 if errors else 200,
        quarter=quarter,
        asked=asked,
        opinions=given,
        amount=given.asked(what.held, approves=asked.verdict == "approve") if given and what else 0,
        left_out=given.left_out[:LEFT_OUT] if given else [],
        numbers=asked.numbers if asked.scope != "all" else [],
        errors=errors,
        seen=seen,
        moved=moved,
    )


# --- The plan -------------------------------------------------------------------------------------------------------


@router.get("/round/{quarter}/plan")
async def plan(request: Request, me: Signed, database: Database, quarter: str, after: int = 0) -> Response:
    """The plan line by line, why each stands where it is, what it leaves out, and who has signed."""
    only(me, *JOINT)
    file = await round_or_404(database, quarter)
    told = await (_drawn(database, file) if file.stage in ("signed", "ordered", "paid") else _trial(database, file))
    rows: tuple[paper.PlanRow, ...] = told.pop("rows")
    left_out: tuple[LeftOut, ...] = told.pop("left_out")
    shown = rows[after : after + LINES]
    named = {part for one in left_out[:LEFT_OUT] for *_other, whom in one.reasons for part in whom.split(", ")}
    names = await names_of(database, sorted(named))
    return await render(
        request,
        "round/plan.html",
        file=file,
        stream=round_stream(quarter),
        signers=() if told["signatures"] else await signers(database, file),
        **_acts(file, me, OF_PLAN),
        order=file.facts.get("tie_order"),
        lines=[(row, paper.reasons(row.standing, language())) for row in shown],
        count=len(rows),
        totals={part: sum(getattr(row.standing.line, part) for row in rows) for part in paper.PARTS},
        left_out=[(one, left_out_reasons(_spoken(one, names), language())) for one in left_out[:LEFT_OUT]],
        left_count=len(left_out),
        after=str(after + LINES) if after + LINES < len(rows) else None,
        **told,
    )


def _spoken(one: LeftOut, names: Mapping[str, Mapping[str, str]]) -> LeftOut:
    """An application left out, whose reasons name offices and days as this page does."""

    def told(part: str) -> str:
        if part in names and part not in JOINT:
            return names[part][language()]
        if _DAY.fullmatch(part):
            return day(part)
        return _OFFICE.sub(lambda found: office_kind(found[0]), part)

    spoken = ((code, article, _(", ").join(map(told, whom.split(", ")))) for code, article, whom in one.reasons)
    return one._replace(reasons=tuple(spoken))


async def _trial(database: Any, file: File) -> dict[str, Any]:
    """A plan as it would be now, and how one that is drawn differs from it."""
    found = await previewed(database, file)
    return {
        "rows": found.rows,
        "left_out": found.left_out,
        "ties": found.plan.ties,
        "settled": found.plan.settled,
        "moved": found.moved,
        "budget": found.budget,
        "left": found.plan.left,
        "signatures": (),
    }


async def _drawn(database: Any, file: File) -> dict[str, Any]:
    """A signed plan as it stands."""
    found = await plan_of(database, file, await events_of(database, round_stream(file.number)))
    tied = [row.standing.line.number for row in found.rows if ("tied", "13") in row.standing.reasons]
    return {
        "rows": found.rows,
        "left_out": await left_out_of(database, file),
        "ties": [tied] if tied else [],
        "settled": bool(file.facts["plan"].get("tie", {}).get("settled")),
        "moved": (),
        "budget": found.budget_before,
        "left": found.budget_after,
        "signatures": found.signatures,
    }


@router.get("/round/{quarter}/plan.{ending}")
async def plan_paper(me: Signed, database: Database, quarter: str, ending: str) -> Response:
    """The plan as it is printed, a draft until three have signed; or as a workbook."""
    only(me, *JOINT)
    file = await round_or_404(database, quarter)
    if ending not in ("pdf", "xlsx"):
        raise HTTPException(404)
    if "plan" not in file.facts:
        raise BadInput(("plan", f"no plan has been prepared in {quarter}"))
    found = await plan_of(database, file, await events_of(database, round_stream(quarter)))
    write = paper.pdf if ending == "pdf" else paper.excel
    return download(await asyncio.to_thread(write, found, *spoken()), f"{quarter}-plan.{ending}")
