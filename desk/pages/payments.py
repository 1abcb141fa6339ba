"""拨付: a plan's orders of payment, the treasury's file and its answer, and what reconciles (article 13)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.language import N_
from desk.page import Database, Me, Nav, Servers, Signed, go, render
from desk.places import download, only, refused_page, round_or_404, spoken, uploaded
from rules.procedure import File
from rules.schemes.dalian_bank import Answered
from runtime.documents import payment as paper
from runtime.errors import BadInput
from service.acting import possible_acts
from service.payment import answered, ordering_of, payments_of, placed
from service.plans import round_stream
from service.rounds import names_of, rounds
from service.session import Session

router = APIRouter()
NAV = (Nav(N_("Payments"), "/payments", kinds=("finance",), order=40),)
PAYABLE = ("signed", "ordered", "paid")
BUTTONS = ("order_payment", "take_back_order")


@router.get("/payments")
async def every_round(request: Request, me: Signed, database: Database) -> Response:
    """The quarters whose plans are signed: to order, ordered, paid."""
    only(me, "finance")
    signed = [one for one in await rounds(database) if one["stage"] in PAYABLE]
    return await render(request, "payments/list.html", rounds=signed)


@router.get("/payments/{quarter}")
async def of_quarter(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """A signed plan's money by insurer: what is due, ordered, paid or failed, and whether it reconciles."""
    only(me, "finance")
    return await _page(request, me, servers, await _payable(servers, quarter))


@router.get("/payments/{quarter}/orders.{ending}")
async def orders(me: Signed, servers: Servers, quarter: str, ending: str) -> Response:
    """The file the treasury imports, a row for each order: CSV or Excel; or the orders on paper."""
    only(me, "finance")
    await _payable(servers, quarter)
    if ending not in ("csv", "xlsx", "pdf"):
        raise HTTPException(404)
    at = servers.clock()
    ordering = await ordering_of(servers.pool, await placed(servers.pool, quarter), at)
    made = await asyncio.to_thread(_WRITTEN[ending], ordering)
    return download(made, f"{quarter}-orders.{ending}")


_WRITTEN: dict[str, Any] = {
    "csv": lambda ordering: paper.table(ordering.orders),
    "xlsx": paper.excel,
    "pdf": lambda ordering: paper.pdf(ordering, *spoken()),
}


@router.post("/payments/{quarter}/answer")
async def answer(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """Read the treasury's answer against the orders, to the fen, and show what would be recorded."""
    only(me, "finance")
    file = await _payable(servers, quarter)
    async with request.form() as form:
        raw, _ = await uploaded(form, "answer")
    try:
        if not raw:
            raise BadInput(("answer", "must be a file that holds something"))
        read = await answered(servers.pool, quarter, raw, servers.clock())
    except BadInput as bad:
        return await _page(request, me, servers, file, faults=bad.faults, status=422)
    return await _page(request, me, servers, file, read=read)


@router.post("/payments/{quarter}/pay")
async def pay(request: Request, me: Signed, servers: Servers, quarter: str) -> Response:
    """Record what the treasury answered: the round's own act, in which everything is looked at again."""
    only(me, "finance")
    await _payable(servers, quarter)
    form = await request.form()
    data: dict[str, Any] = {"vouchers": {}, "failed": {}}
    for name, value in form.multi_items():
        kind, _, insurer = name.partition(".")
        if kind in data and insurer:
            data[kind][insurer] = str(value)
    said = data if data["failed"] else {"vouchers": data["vouchers"]}
    told = await servers.act(str(round_stream(quarter)), "pay", me.code, said, str(form.get("command") or uuid4()))
    return go(f"/payments/{quarter}", done="pay") if told.event.passed else await refused_page(request, told)


async def _payable(servers: Session, quarter: str) -> File:
    """A round whose plan is signed; any other is not found."""
    file = await round_or_404(servers.pool, quarter)
    if file.stage not in PAYABLE:
        raise HTTPException(404)
    return file


async def _page(
    request: Request,
    me: Me,
    servers: Session,
    file: File,
    *,
    read: Answered | None = None,
    faults: Any = (),
    status: int = 200,
) -> Response:
    stream = round_stream(file.number)
    told = await payments_of(servers.pool, file.number, servers.clock())
    possible = {one.act.name: one for one in possible_acts(stream, file, me.officer)}
    return await render(
        request,
        "payments/show.html",
        status=status,
        file=file,
        stream=stream,
        told=told,
        names=await names_of(servers.pool, [one["insurer"] for one in told["payments"]]),
        due=file.deadline("payment"),
        acts=[possible[name] for name in BUTTONS if possible[name].allowed],
        pay=possible["pay"],
        again=any(one["status"] == "failed" for one in told["payments"]),
        read=read,
        command=str(uuid4()),
        faults=faults,
        done=request.query_params.get("done"),
    )
