"""办件: a proceeding of any kind whole, and the page of each act that can be done in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from desk.forms import every, fields_of, placed, read_filled
from desk.page import Database, Me, Servers, Signed, go, render
from desk.path import path_of
from rules.faults import Unfit
from rules.procedure import Act, File, read_form
from rules.procedures import Stream
from runtime.errors import BadInput, Refused
from service.acting import known_act, known_stream, may_see, possible_acts, preview
from service.showing import file_of, shown

router = APIRouter()
NEW = "new"


class Asked(NamedTuple):
    """An act that an officer wants to do, and the file it is to be done in."""

    stream: Stream
    file: File
    act: Act


@router.get("/cases/{number}")
async def case(number: str) -> Response:
    """A case by its number alone."""
    return go(f"/p/case/{number}")


@router.get("/p/{kind}/{number}")
async def proceeding(request: Request, me: Signed, database: Database, kind: str, number: str) -> Response:
    """A proceeding: its path, facts, money, dates, notices and history, and what I may do in it now."""
    stream, file = await _seen(database, me, kind, number)
    told = await shown(database, stream, me.code)
    acts = list(possible_acts(stream, file, me.officer))
    return await render(
        request,
        "proceedings/show.html",
        stream=stream,
        stage=stream.procedure.stages[file.stage],
        told=told,
        path=path_of(stream.procedure, file.stage, told["events"]),
        can=[one for one in acts if one.allowed],
        cannot=[one for one in acts if not one.allowed and me.kind in one.act.by],
        others=[one for one in acts if not one.allowed and file.stage in one.act.stages and me.kind not in one.act.by],
        done=request.query_params.get("done", ""),
    )


@router.get("/p/{kind}/{number}/acts/{act}")
async def fill_in(request: Request, me: Signed, database: Database, kind: str, number: str, act: str) -> Response:
    """The form of an act, with its article beside it."""
    asked = await _asked(database, me, kind, number, act)
    return await _form(request, me, asked, {}, {}, command=str(uuid4()))


@router.post("/p/{kind}/{number}/acts/{act}/check")
async def check(request: Request, me: Signed, servers: Servers, kind: str, number: str, act: str) -> Response:
    """What is wrong with what has been filled in so far, field by field: asked while one types."""
    one = (await _asked(servers.pool, me, kind, number, act)).act
    sent = _sent(await request.form())
    filled = read_filled(one.form, sent)
    errors = _errors(one, filled, servers)
    touched = {name for name, given in sent.items() if any(given)}
    fields = list(every(fields_of(one.form, filled, errors)))
    return await render(request, "proceedings/checks.html", fields=fields, touched=touched)


@router.post("/p/{kind}/{number}/acts/{act}")
async def hand_in(request: Request, me: Signed, servers: Servers, kind: str, number: str, act: str) -> Response:
    """Preview an act, or do it; a form that is wrong comes back with every fault beside its field."""
    asked = await _asked(servers.pool, me, kind, number, act)
    sent = _sent(await request.form())
    command = next(iter(sent.get("command", [])), "") or str(uuid4())
    filled = read_filled(asked.act.form, sent)
    if "add" in sent:
        return await _form(request, me, asked, placed(filled, sent), {}, command=command)
    if errors := _errors(asked.act, filled, servers):
        return await _form(request, me, asked, filled, errors, command=command, status=422)
    try:
        if "send" in sent:
            return await _done(request, me, servers, asked, filled, command)
        weighed = await preview(servers.pool, asked.stream, asked.act.name, me.code, filled)
    except BadInput as bad:
        return await _form(request, me, asked, filled, dict(bad.faults), command=command, status=422)
    return await _form(request, me, asked, filled, {}, command=command, weighed=weighed)


async def _done(
    request: Request, me: Me, servers: Servers, asked: Asked, filled: dict[str, Any], command: str
) -> Response:
    """Do an act; one the law refuses is recorded, and told with every ground."""
    stream, file, act = asked
    order = servers.open if file.sequence == 0 else servers.act
    answer = await order(str(stream), act.name, me.code, filled, command)
    if answer.event.passed:
        _, _, number = answer.stream.split(":")
        return go(f"/p/{stream.kind}/{number}", done=act.name)
    return await render(
        request,
        "proceedings/refused.html",
        status=409,
        stream=stream,
        act=act,
        findings=[found for found in answer.event.findings if not found.passed],
    )


def _errors(act: Act, filled: Mapping[str, Any], servers: Servers) -> dict[str, str]:
    """Every fault of a form by its field, as the record would find it."""
    try:
        read_form(act.form, filled, servers.clock())
    except Unfit as unfit:
        told: dict[str, str] = {}
        for field, why in unfit.faults:
            told[field] = f"{told[field]}; {why}" if field in told else why
        return told
    return {}


async def _form(
    request: Request,
    me: Me,
    asked: Asked,
    filled: Mapping[str, Any],
    errors: Mapping[str, str],
    **more: Any,
) -> Response:
    """The form of an act; `more` is its command's id, the status, and what a preview came to."""
    stream, file, act = asked
    barred = next((one for one in possible_acts(stream, file, me.officer) if one.act is act and not one.allowed), None)
    fields = fields_of(act.form, filled, errors)
    named = {one.name for one in every(fields)}
    return await render(
        request,
        "proceedings/act.html",
        stream=stream,
        file=file,
        act=act,
        opening=file.sequence == 0,
        barred=barred,
        fields=fields,
        loose=[
            (name, why) for name, why in errors.items() if name not in named and name.partition("[")[0] not in named
        ],
        wrong=len(errors),
        **{"weighed": None, **more},
    )


async def _seen(database: Database, me: Me, kind: str, number: str) -> tuple[Stream, File]:
    """A proceeding that there is and that this officer may see; any other is not found."""
    try:
        stream = known_stream(kind, number)
        file = await file_of(database, stream)
    except BadInput as error:
        raise HTTPException(404) from error
    if not may_see(file, me.officer):
        raise HTTPException(404)
    return stream, file


async def _asked(database: Database, me: Me, kind: str, number: str, act: str) -> Asked:
    """A proceeding and one of its acts; the one that opens it is asked for under the number `new`."""
    try:
        stream = known_stream(kind, number)
        one = known_act(stream, act)
    except BadInput as error:
        raise HTTPException(404) from error
    if one.by == ("system",):
        raise HTTPException(404)
    if one is stream.procedure.opening and number == NEW:
        if me.kind not in one.by:
            raise Refused("right_office", one.article, f"{one.name} is for the {' or '.join(one.by)}")
        return Asked(stream, File(number=NEW, scheme=stream.scheme, edition=""), one)
    return Asked(*(await _seen(database, me, kind, number)), one)


def _sent(form: FormData) -> dict[str, list[str]]:
    return {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}
