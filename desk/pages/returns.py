"""季度汇总申报: an insurer's return by pages: the template, the check row by row, the filing, and what became of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from db.sql import queries
from desk import filing
from desk.filing import Going, mine
from desk.language import N_
from desk.page import Database, Me, Nav, Servers, Signed, go, render, settings
from desk.places import download, only, round_or_404, uploaded
from desk.settings import MIB
from rules.procedure import File
from runtime.documents import quarterly_return
from runtime.errors import BadInput
from service import return_files, returns
from service.documents import hand_in
from service.plans import round_stream
from service.returns import HandedIn, Weighed
from service.rounds import STATES, overview_of, own_applications
from service.session import Session

router = APIRouter()
NAV = (Nav(N_("Quarterly return"), "/returns", kinds=("insurer",), order=20),)
SUBSIDY = queries("subsidy")
#: A page of faults.
FAULTS = 100
SEALED = {"summary_sha256": "summary", "cover_letter_sha256": "cover_letter"}


@router.get("/returns")
async def overview(
    request: Request, me: Signed, database: Database, state: str = "", quarter: str = "", after: str = ""
) -> Response:
    """The quarters open to this insurer, and its applications with what became of each."""
    only(me, "insurer")
    known = state if state in STATES else None
    rounds, counted = await overview_of(database, me.officer.office)
    return await render(
        request,
        "returns/list.html",
        rounds=rounds,
        counted=counted,
        page=await own_applications(database, me.officer.office, known, quarter or None, after),
        states=STATES,
        chosen={"state": state, "quarter": quarter},
    )


@router.get("/returns/{quarter}")
async def of_quarter(request: Request, me: Signed, database: Database, quarter: str) -> Response:
    """A quarter's return, step by step."""
    only(me, "insurer")
    return await _quarter(request, me, database, await round_or_404(database, quarter))


@router.get("/returns/{quarter}/template.{ending}")
async def template(me: Signed, servers: Servers, quarter: str, ending: str) -> Response:
    """The return to fill in: every application of this insurer's that can be filed."""
    only(me, "insurer")
    if ending not in ("xlsx", "csv"):
        raise HTTPException(404)
    await round_or_404(servers.pool, quarter)
    rows = await returns.held(servers.pool, me.officer, quarter, None)
    made = await asyncio.to_thread(return_files.template, rows, as_csv=ending == "csv")
    return download(made, f"{quarter}-{me.officer.office}.{ending}")


@router.post("/returns/{quarter}/check")
async def check(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """Read a return and its contract copies, keep them by their officer, and show how every row stands."""
    only(me, "insurer")
    file = await round_or_404(servers.pool, quarter)
    try:
        async with request.form(max_files=1_000) as form:
            raw, name = await uploaded(form, "file")
            copies = await _copies(form)
        if not name:
            raise BadInput(("file", "must be chosen"))
    except BadInput as bad:
        return await _quarter(request, me, servers.pool, file, faults=bad.faults, status=422)
    own = mine(request, me.code, quarter)
    if not own.filing:
        own.going = Going("checking", lambda _track: _read(quarter, raw, name, copies))
    return await _come_to(request, me, servers, quarter, filing.PATIENCE)


async def _read(quarter: str, raw: bytes, name: str, copies: dict[str, str]) -> HandedIn:
    digest, rows = await asyncio.to_thread(return_files.read_return, raw, name)
    return HandedIn(quarter, digest, rows, copies or None)


@router.post("/returns/{quarter}/nil")
async def nil(request: Request, me: Signed, database: Database, quarter: str) -> Response:
    """A nil return (零申报): a table without a row, looked at before it is filed."""
    only(me, "insurer")
    await round_or_404(database, quarter)
    empty = sha256(return_files.template([], as_csv=True)).hexdigest()
    mine(request, me.code, quarter).handed = HandedIn(quarter, empty, [], None)
    return go(f"/returns/{quarter}/checked")


@router.get("/returns/{quarter}/checked")
async def checked(request: Request, me: Signed, servers: Servers, quarter: str, after: int = 0) -> Response:
    """How every row of a return stands beside the record: what can be filed, and all that is wrong."""
    only(me, "insurer")
    return await _report(request, me, servers, quarter, after=after)


@router.get("/returns/{quarter}/checked/report.xlsx")
async def report(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """What is returned, as a workbook: row, field, what was given, what is recorded, rule and article."""
    weighed = await _weighed(request, me, servers, quarter)
    made = await asyncio.to_thread(return_files.report, weighed.checked.faults)
    return download(made, f"{quarter}-{me.officer.office}-report.xlsx")


@router.get("/returns/{quarter}/checked/papers.pdf")
async def papers(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """The summary (汇总表) and the cover letter (报送函) of the right rows, to be printed and sealed."""
    weighed = await _weighed(request, me, servers, quarter)
    if weighed.handed.rows and not weighed.kept:
        raise BadInput(("file", "has no row that could be filed: nothing is printed"))
    said = await returns.heading(servers.pool, weighed, servers.clock())
    return download(
        await asyncio.to_thread(quarterly_return.pdf, said, weighed.kept), f"{quarter}-{me.officer.office}.pdf"
    )


@router.post("/returns/{quarter}/copies")
async def add_copies(request: Request, me: Signed, quarter: str) -> Response:
    """More of the sealed contract copies: a great many come in several parts, or as a list of their hashes."""
    only(me, "insurer")
    own = mine(request, me.code, quarter)
    if own.handed is None:
        return go(f"/returns/{quarter}")
    async with request.form(max_files=1_000) as form:
        own.handed = replace(own.handed, copies=(own.handed.copies or {}) | await _copies(form))
    return go(f"/returns/{quarter}/checked")


@router.post("/returns/{quarter}/file")
async def file_(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """File the right rows under the scans of the sealed papers; filing again corrects, never doubles."""
    weighed = await _weighed(request, me, servers, quarter)
    scans = {}
    try:
        async with request.form() as form:
            for field, proves in SEALED.items():
                raw, name = await uploaded(form, proves)
                if name:
                    scans[field] = await _kept_scan(servers, me, quarter, proves, raw, name)
    except BadInput as bad:
        return await _report(request, me, servers, quarter, faults=bad.faults, status=422)
    own = mine(request, me.code, quarter)
    if not own.filing:
        whole = not weighed.checked.faults
        own.going = Going("filing", lambda track: returns.file(servers, weighed, scans, track), whole=whole)
    return await _come_to(request, me, servers, quarter, filing.PATIENCE)


@router.get("/returns/{quarter}/checking")
@router.get("/returns/{quarter}/filing")
async def so_far(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """How far a check or a filing has come; what came of it once it is over."""
    only(me, "insurer")
    return await _come_to(request, me, servers, quarter, 0)


async def _come_to(request: Request, me: Me, servers: Session, quarter: str, patience: float) -> Response:
    """Wait a little for what is done with a return; tell of it as it goes on, or go on to what came of it."""
    own = mine(request, me.code, quarter)
    if (going := own.going) is None:
        return go(f"/returns/{quarter}")
    here = f"/returns/{quarter}/{going.what}"
    if not await going.over(patience):
        if request.method == "POST":
            return go(here)
        return await render(request, "returns/going.html", quarter=quarter, going=going)
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": here})
    own.going = None
    return await _came_of(request, me, servers, quarter, going)


async def _came_of(request: Request, me: Me, servers: Session, quarter: str, going: Going) -> Response:
    """Show a checked return, or what stands in the quarter once it is filed; or what is wrong with either."""
    own = mine(request, me.code, quarter)
    try:
        came = going.task.result()
    except BadInput as bad:
        if going.what == "filing":
            return await _report(request, me, servers, quarter, faults=bad.faults, status=422)
        file = await round_or_404(servers.pool, quarter)
        return await _quarter(request, me, servers.pool, file, faults=bad.faults, status=422)
    if going.what == "checking":
        own.handed = came
        return go(f"/returns/{quarter}/checked")
    if going.whole:
        own.handed = None
    return go(f"/returns/{quarter}", filed=str(going.done), acts=str(len(came)))


async def _kept_scan(servers: Session, me: Me, quarter: str, proves: str, raw: bytes, name: str) -> str:
    """Keep a scan among the round's documents, once; its hash."""
    digest = sha256(raw).hexdigest()
    order = f"scan-{quarter}-{me.code}-{digest[:32]}"
    try:
        await hand_in(servers, round_stream(quarter), raw, name, proves, me.code, order)
    except BadInput as bad:
        # The very scan may be there already, from a filing that came to nothing.
        if not bad.faults[0][1].startswith("must be new"):
            raise
    return digest


# --- What was handed in and is not filed yet ------------------------------------------------------------------------


async def _weighed(request: Request, me: Me, servers: Session, quarter: str) -> Weighed:
    """The officer's return of a quarter beside the record as it is now; not found where he handed none in."""
    only(me, "insurer")
    await round_or_404(servers.pool, quarter)
    handed = mine(request, me.code, quarter).handed
    if handed is None:
        raise HTTPException(404)
    return await returns.weigh(servers.pool, handed, me.code, servers.clock())


# --- Uploads --------------------------------------------------------------------------------------------------------


async def _copies(form: FormData) -> dict[str, str]:
    """The hashes of the contract copies with their names: of the files themselves, and of a list of hashes."""
    found = {}
    for sent in form.getlist("copies"):
        if isinstance(sent, UploadFile) and sent.filename:
            found[sha256(await sent.read()).hexdigest()] = sent.filename
    listed, _ = await uploaded(form, "hashes")
    for line in listed.decode("utf-8-sig", "replace").splitlines():
        digest, _, name = line.strip().partition(" ")
        if len(digest) == 64 and not set(digest.lower()) - set("0123456789abcdef"):
            found[digest.lower()] = name.strip(" *") or digest[:12]
    return found


# --- Pages ----------------------------------------------------------------------------------------------------------


async def _quarter(
    request: Request, me: Me, database: Any, file: File, *, faults: Any = (), status: int = 200
) -> Response:
    office = me.officer.office
    deadline = file.deadline("filing")
    said = file.facts.get("returns", {}).get(office)
    return await render(
        request,
        "returns/quarter.html",
        status=status,
        quarter=file.number,
        stage=file.stage,
        awaited=file.facts.get("awaited", {}).get(office),
        filed=said if isinstance(said, dict) else None,
        due=deadline,
        could=await database.fetchval(SUBSIDY.could_file, "dalian", office, returns.ends_on(file.number)),
        page=await own_applications(database, office, None, file.number, request.query_params.get("after")),
        checked=mine(request, me.code, file.number).handed is not None,
        faults=faults,
        most=settings(request).most_bytes // MIB,
        done=request.query_params.get("filed"),
    )


async def _report(
    request: Request,
    me: Me,
    servers: Session,
    quarter: str,
    *,
    after: int = 0,
    faults: Any = (),
    status: int = 200,
) -> Response:
    if mine(request, me.code, quarter).handed is None:
        return go(f"/returns/{quarter}")
    weighed = await _weighed(request, me, servers, quarter)
    every = weighed.checked.faults
    shown = every[after : after + FAULTS]
    return await render(
        request,
        "returns/checked.html",
        status=status,
        quarter=quarter,
        weighed=weighed,
        rows=len(weighed.handed.rows),
        asked=sum(Decimal(weighed.held[row.application]["subsidy_asked"]) for row in weighed.checked.to_file),
        shown=shown,
        total=len(every),
        after=str(after + FAULTS) if after + FAULTS < len(every) else None,
        could=await servers.pool.fetchval(SUBSIDY.could_file, "dalian", me.officer.office, returns.ends_on(quarter)),
        faults=faults,
        most=settings(request).most_bytes // MIB,
    )
