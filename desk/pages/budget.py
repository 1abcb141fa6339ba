"""年度预算: a fiscal year's money: what is granted, committed, paid and left, entry by entry (articles 7, 13)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from desk.forms import every, fields_of, read_filled
from desk.language import N_
from desk.page import Database, Me, Nav, Servers, Signed, go, render, today
from desk.places import only, refused_page
from rules.faults import Unfit
from rules.procedure import Act, File, read_form
from rules.procedures import Stream
from runtime.errors import BadInput
from service.acting import Preview, barred_from, formless, possible_acts, preview
from service.ledger import book_of, caps_used, entries_of, years_of
from service.rounds import PAGE, SCHEME
from service.showing import file_of

router = APIRouter()
NAV = (Nav(N_("Budget"), "/budget", kinds=("finance",), order=30),)
KINDS = ("appropriation", "adjustment", "carry_over", "commitment", "cancellation", "payment", "recovery", "refund")
ENTRIES = (*KINDS, "closing")


@router.get("/budget")
async def this_year(request: Request, me: Signed) -> Response:
    """The budget of the year that runs."""
    only(me, "finance")
    return go(f"/budget/{today(request).year}")


@router.get("/budget/{year}")
async def of_year(
    request: Request, me: Signed, database: Database, year: int, kind: str = "", before: int | None = None
) -> Response:
    """A year's money as a bar and in figures, its entries, and the enterprises near their cap."""
    only(me, "finance")
    stream, file = await _ledger(database, year)
    entries = await entries_of(database, SCHEME, year, kind if kind in ENTRIES else None, before, PAGE + 1)
    acts = possible_acts(stream, file, me.officer) if file.sequence else ()
    return await render(
        request,
        "budget/year.html",
        year=year,
        file=file,
        book=await book_of(database, SCHEME, year),
        tabs=_tabs(await years_of(database, SCHEME), year),
        entries=entries[:PAGE],
        before=str(entries[PAGE - 1]["id"]) if len(entries) > PAGE else None,
        caps=await caps_used(database, SCHEME, year),
        kinds=ENTRIES,
        chosen=kind,
        opening=stream.procedure.opening,
        acts=[one for one in acts if one.allowed],
        cannot=[one for one in acts if not one.allowed] if file.sequence else [],
        done=request.query_params.get("done"),
    )


def _tabs(years: list[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    """The years to choose from, the newest first: those with a ledger, this one, and its neighbours."""
    near = {one: {"fiscal_year": one, "closed": False} for one in range(year - 1, year + 2)}
    known = near | {one["fiscal_year"]: one for one in years}
    return [known[one] for one in sorted(known, reverse=True)]


async def _ledger(database: Any, year: int) -> tuple[Stream, File]:
    """A year's ledger; before a document grants it money, one in which nothing was done."""
    if not 2016 <= year <= 2999:
        raise HTTPException(404)
    stream = Stream("ledger", SCHEME, str(year))
    try:
        return stream, await file_of(database, stream)
    except BadInput:
        return stream, File(number=str(year), scheme=SCHEME, edition="")


@router.get("/budget/{year}/acts/{act}")
async def fill_in(request: Request, me: Signed, database: Database, year: int, act: str) -> Response:
    """The form of an act in a year's ledger, with its article beside it."""
    one = _act(me, act)
    stream, file = await _ledger(database, year)
    # Where nothing is to be filled in, what the act would come to is all there is to see.
    told = await formless(database, stream, file, one, me.officer)
    more = {"weighed": told} if isinstance(told, Preview) else {"barred": told}
    return await _form(request, me, year, file, one, command=str(uuid4()), **more)


@router.post("/budget/{year}/acts/{act}")
async def hand_in(request: Request, me: Signed, servers: Servers, year: int, act: str) -> Response:
    """Preview an act in a year's ledger, or do it."""
    one = _act(me, act)
    stream, file = await _ledger(servers.pool, year)
    form = await request.form()
    sent = {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
    command, filled = next(iter(sent.get("command", [])), "") or str(uuid4()), read_filled(one.form, sent)
    if errors := _errors(one, filled, servers):
        return await _form(request, me, year, file, one, filled=filled, errors=errors, command=command, status=422)
    if "send" not in sent:
        weighed = await preview(servers.pool, stream, act, me.code, filled)
        return await _form(request, me, year, file, one, filled=filled, command=command, weighed=weighed)
    answer = await servers.open(str(stream), act, me.code, filled, command)
    return go(f"/budget/{year}", done=act) if answer.event.passed else await refused_page(request, answer)


def _act(me: Me, name: str) -> Act:
    only(me, "finance")
    found = Stream("ledger", SCHEME, "").procedure.acts.get(name)
    if found is None:
        raise HTTPException(404)
    return found


def _errors(act: Act, filled: dict[str, Any], servers: Any) -> dict[str, str]:
    try:
        read_form(act.form, filled, servers.clock())
    except Unfit as unfit:
        return dict(unfit.faults)
    return {}


async def _form(
    request: Request,
    me: Me,
    year: int,
    file: File,
    act: Act,
    *,
    filled: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    stream = Stream("ledger", SCHEME, str(year))
    barred = barred_from(stream, file, act, me.officer)
    fields = fields_of(act.form, filled or {}, errors or {})
    return await render(
        request,
        "budget/act.html",
        **{"status": 200, "weighed": None, "barred": barred, **more},
        year=year,
        stream=stream,
        act=act,
        fields=fields,
        wrong=sum(bool(one.error) for one in every(fields)),
    )
