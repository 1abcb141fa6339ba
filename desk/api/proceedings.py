"""办件: opening a proceeding, doing its acts, weighing one first, and looking at it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from activities.contracts import Answer
from activities.work import Wanted, office_on
from db.sql import queries
from desk.api import models
from desk.api.calling import BODY, Caller, Sent, body_of
from desk.api.problems import refused_by_law, told
from desk.language import _
from desk.page import Database, Servers, today, with_query
from rules.faults import read
from rules.procedure import Act, File
from rules.procedures import PROCEDURES, Stream, stream_of
from rules.schemes.dalian_viewing import unlisted
from runtime.errors import BadInput
from service import acting
from service.acting import known_act, known_stream
from service.reading import read_choice, read_word
from service.session import Session
from service.showing import event_json, file_of, is_shown, minute_of, shown
from service.unmasking import Look, unmask
from service.work import items_after

PROCEEDING = queries("proceeding")
router = APIRouter()
NEW, PAGE = "new", 50
Key = Annotated[str, Query(max_length=120, pattern=r"^[A-Za-z0-9~-]*$", description="The `next` of the page before.")]
Word = Annotated[str, Query(max_length=60, pattern=r"^[a-z_]*$")]
#: Kinds are told as an enumeration and read as text: what is none of them is not found.
Kind = Annotated[str, Path(json_schema_extra={"enum": sorted({kind for kind, _ in PROCEDURES})})]
CommandId = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The act's own name: sent twice it is done once, and answered as the first time. Without one it is "
        "given one, which the answer tells. No strokes.",
    ),
]


class Seen(NamedTuple):
    """A proceeding that there is and that the caller may see."""

    stream: Stream
    file: File


class Asked(NamedTuple):
    """A proceeding that the caller may see and one of its acts; no file where the act is to open it."""

    stream: Stream
    file: File | None
    act: Act


async def seen(me: Caller, database: Database, kind: Kind, number: str) -> Seen:
    """The proceeding that an address names; one that there is not, or that the caller may not see, is not found."""
    stream = _stream(kind, number)
    try:
        file = await file_of(database, stream)
    except BadInput as error:
        raise HTTPException(404, _("there is no such proceeding")) from error
    if not await is_shown(database, stream, file, me):
        raise HTTPException(404, _("there is no such proceeding"))
    return Seen(stream, file)


async def opened(me: Caller, servers: Servers, kind: Kind) -> Asked:
    """The act that opens a kind of proceeding; whose it is not is refused before its form is read."""
    stream = _stream(kind, NEW)
    one = stream.procedure.opening
    if one.by == ("system",):
        raise HTTPException(404, _("no officer opens this kind of proceeding"))
    await acting.expect_office(servers.pool, stream, one, me, servers.clock())
    return Asked(stream, None, one)


async def asked(me: Caller, servers: Servers, kind: Kind, number: str, act: str) -> Asked:
    """A proceeding and one of its acts that an officer can order; its opening act is asked for under `new`.

    What there is not, what he may not see and what is not his office's is told before the form is read.
    """
    stream = _stream(kind, number)
    try:
        one = known_act(stream, act)
    except BadInput as error:
        raise HTTPException(404, _("there is no such act")) from error
    if one.by == ("system",):
        raise HTTPException(404, _("the act is the system's own"))
    if number == NEW and one is stream.procedure.opening:
        return await opened(me, servers, kind)
    stream, file = await seen(me, servers.pool, kind, number)
    await acting.expect_office(servers.pool, stream, one, me, servers.clock())
    return Asked(stream, file, one)


class Narrowed(BaseModel):
    """How a list is narrowed, and after which key its page begins."""

    kind: Word = ""
    stage: Word = ""
    taken: Literal["", "me", "nobody"] = ""
    after: Key = ""


OneAct = Annotated[Asked, Depends(asked)]
Opening = Annotated[Asked, Depends(opened)]
One = Annotated[Seen, Depends(seen)]


@router.get("/procedures/{kind}", responses=told(404), tags=["proceedings"])
async def procedure(kind: Kind) -> models.Procedure:
    """Tell a kind's stages and acts: whose each act is, at which stages, under which article, and its form's schema."""
    one = PROCEDURES.get((kind, "dalian"))
    if one is None:
        raise HTTPException(404, _("there is no such kind of proceeding"))
    stages = [{"stage": stage.name, "zh": stage.zh, "closed": stage.closed} for stage in one.stages.values()]
    acts = [
        {
            "act": act.name,
            "zh": act.zh,
            "offices": list(act.by),
            "article": act.article,
            "stages": list(act.stages),
            "leads_to": act.leads_to,
            "form": act.form.model_json_schema(),
        }
        for act in one.acts.values()
    ]
    return models.Procedure(kind=kind, stages=stages, acts=acts)


@router.get("/proceedings/{kind}", responses=told(401, 403, 404, 422), tags=["proceedings"])
async def listing(
    request: Request, response: Response, me: Caller, database: Database, kind: Kind, stage: Word = "", after: Key = ""
) -> models.Listing:
    """List the proceedings of a kind that the caller may see, by number; the header `Link` leads to the next page."""
    stages = _stream(kind, NEW).procedure.stages
    if stage:
        read_choice("stage", stage, stages)
    whose = (me.kind, me.office, sorted(me.districts))
    hidden = kind in unlisted(me.kind)
    rows = await database.fetch(PROCEEDING.seen_by, kind, stage or None, *whose, after, PAGE + 1, hidden)
    items = [models.Listed.model_validate(_plain(dict(row))) for row in rows[:PAGE]]
    following = items[-1].number if len(rows) > PAGE else None
    link(request, response, following)
    return models.Listing(items=items, next=following)


@router.post(
    "/proceedings/{kind}",
    status_code=201,
    responses=told(401, 403, 404, 409, 413, 415, 422),
    openapi_extra=BODY,
    response_model=models.Done,
    tags=["proceedings"],
)
async def open_one(
    request: Request, me: Caller, servers: Servers, one: Opening, data: Sent, key: CommandId = None
) -> Response:
    """Open a proceeding by its first act, whose form is the body."""
    return await _ordered(request, servers, one, Order(me.code, data, key))


@router.get(
    "/proceedings/{kind}/{number}",
    responses=told(401, 403, 404),
    response_model=models.Proceeding,
    tags=["proceedings"],
)
async def look(me: Caller, database: Database, one: One) -> Response:
    """Tell a proceeding whole: facts, money, dates, history, and which acts the caller may do now."""
    return JSONResponse(_plain(await shown(database, one.stream, me.code)))


@router.post(
    "/proceedings/{kind}/{number}/persons",
    responses=told(401, 403, 404, 413, 415, 422),
    openapi_extra=body_of(models.Reason.model_json_schema()),
    response_model=models.Proceeding,
    tags=["proceedings"],
)
async def persons(me: Caller, servers: Servers, one: One, data: Sent, key: CommandId = None) -> Response:
    """Tell a proceeding with its persons in full, this once. Only who has an act to do there may, for a reason he
    gives in the body; who looked, when and why is kept, and shown to whoever sees the proceeding."""
    reason = read(models.Reason, data).reason
    name = await unmask(servers.pool, *one, Look(me, reason, servers.clock(), key))
    told_of = _plain(await shown(servers.pool, one.stream, me.code, whole=True))
    return JSONResponse(told_of, headers={"Idempotency-Key": name})


@router.post(
    "/proceedings/{kind}/{number}/acts/{act}",
    responses=told(401, 403, 404, 409, 413, 415, 422),
    openapi_extra=BODY,
    response_model=models.Done,
    tags=["proceedings"],
)
async def do(
    request: Request, me: Caller, servers: Servers, one: OneAct, data: Sent, key: CommandId = None
) -> Response:
    """Do an act, whose form is the body. One that the law refuses is recorded, and answered 409 with every finding."""
    return await _ordered(request, servers, one, Order(me.code, data, key))


@router.post(
    "/proceedings/{kind}/{number}/acts/{act}/preview",
    responses=told(401, 403, 404, 409, 413, 415, 422),
    openapi_extra=BODY,
    tags=["proceedings"],
)
async def preview(me: Caller, database: Database, one: OneAct, data: Sent) -> models.Effect:
    """Weigh an act and record nothing; the act that opens a kind is weighed under the number `new`."""
    found = await acting.preview(database, one.stream, one.act.name, me.code, data)
    dates = [due.model_dump(mode="json", exclude={"wake", "days", "used"}) for due in found.deadlines]
    told_of = {
        "passed": found.passed,
        "findings": [one.model_dump() for one in found.findings],
        "stage_before": found.before,
        "stage": found.stage,
        "money": dict(found.money),
        "deadlines": dates,
    }
    return models.Effect.model_validate(told_of)


@router.get("/work", responses=told(401, 403, 422), tags=["work"])
async def work(
    request: Request, response: Response, me: Caller, database: Database, narrowed: Annotated[Narrowed, Query()]
) -> models.Work:
    """List what waits for the caller's office, the first due first; `taken` narrows it to `me` or `nobody`."""
    kind, stage, taken, after = narrowed.kind or None, narrowed.stage or None, narrowed.taken or None, narrowed.after
    wanted = Wanted(kind, stage, taken=taken, after=_work_key(after), limit=PAGE)
    found = await items_after(database, me, await office_on(database, me, today(request)), wanted)
    link(request, response, found.after)
    return models.Work(items=[models.Item.model_validate(_plain(row)) for row in found.rows], next=found.after)


def _work_key(after: str) -> tuple[date, str]:
    due, _, number = after.partition("~")
    try:
        return (date.fromisoformat(due) if due else date.min), number
    except ValueError:
        raise BadInput(("after", "must be the `next` that the page before gave")) from None


class Order(NamedTuple):
    """Who orders an act, with which form, under which name."""

    officer: str
    data: dict[str, Any]
    key: str | None


async def _ordered(request: Request, servers: Session, one: Asked, by: Order) -> Response:
    # A name too odd to be one is told so before a server is asked; a server that is away tells it again.
    request.state.command_id = by.key if by.key is None else read_word("Idempotency-Key", by.key)
    order = servers.act if one.file and one.file.sequence else servers.open
    answer = await order(str(one.stream), one.act.name, by.officer, by.data, by.key)
    return answered(answer, 200 if one.file else 201)


def answered(answer: Answer, status: int) -> Response:
    if not answer.event.passed:
        return refused_by_law(answer)
    stream, event = stream_of(answer.stream), event_json(answer.event)
    place = {"kind": stream.kind, "number": stream.number, stream.kind: stream.number, "stage": answer.standing.stage}
    told_of = {**place, "money": answer.money, "event": event, "findings": event["findings"]}
    headers = {"Idempotency-Key": answer.event.command_id}
    if status == 201:
        headers["Location"] = f"/api/proceedings/{stream.kind}/{stream.number}"
    return JSONResponse(jsonable_encoder(told_of), status, headers)


def _stream(kind: str, number: str) -> Stream:
    try:
        return known_stream(kind, number)
    except BadInput as error:
        raise HTTPException(404, _("there is no such kind of proceeding")) from error


def link(request: Request, response: Response, following: str | None) -> None:
    if following:
        response.headers["Link"] = f'<{with_query(request, after=following)}>; rel="next"'


def _plain(value: Any) -> Any:
    """A value as `interfaces.md` writes it: moments local to the minute, all else as JSON has it."""
    return json.loads(json.dumps(value, default=lambda one: minute_of(one) if isinstance(one, datetime) else str(one)))
