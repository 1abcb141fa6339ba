"""行为: the page of each act that can be done in a proceeding: its form, its checks, its preview, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from activities.documents import seen_by
from desk.evidence import beside
from desk.forms import (
    CALLED,
    FILE,
    Field,
    early_faults,
    every,
    fields_of,
    placed,
    proved_by,
    read_filled,
    summed,
)
from desk.language import language
from desk.page import Database, Me, Servers, Signed, go, render, today
from desk.pages.proceedings import seen
from desk.pages.public import permanent_address
from desk.sent import File as SentFile
from desk.sent import received
from rules.faults import Unfit, read
from rules.procedure import Act, File
from rules.procedures import Stream
from rules.schemes.dalian_documents import PROVABLE
from rules.timetable import SHANGHAI
from rules.work import awaited
from runtime.errors import BadInput
from runtime.sentences import chinese_or_same
from runtime.settings import Settings
from service.acting import (
    Preview,
    barred_from,
    expect_office,
    formless,
    known_act,
    known_stream,
    preview,
    right_office,
)
from service.choices import SOURCES, Asking, begun, names_of
from service.forecasting import Forecast, forecast_of, quoted
from service.session import Session
from service.showing import subject_of
from service.uploads import Chosen, Visitor, hand_in_chosen, keep, lost

router = APIRouter()
NEW = "new"
#: Acts that bind the enterprise to a contract, or ask for its subsidy: what that would come to is told first (I-9).
FORECAST = ("quote", "insure", "apply")


class Asked(NamedTuple):
    """An act that an officer wants to do, and the file it is to be done in."""

    stream: Stream
    file: File
    act: Act


@router.get("/p/{kind}/{number}/acts/{act}")
async def fill_in(request: Request, me: Signed, database: Database, kind: str, number: str, act: str) -> Response:
    """The form of an act, with its article beside it, begun with what the record knows."""
    asked = await _asked(database, me, kind, number, act)
    if not asked.file.sequence:
        right_office(asked.act, me.officer)
    # Where nothing is to be filled in, what the act would come to is all there is to see.
    told = await formless(database, asked.stream, asked.file, asked.act, me.officer)
    more = {"weighed": told} if isinstance(told, Preview) else {"barred": told}
    return await _form(request, me, database, asked, await _begun(request, me, database, asked), {}, {}, **more)


@router.post("/p/{kind}/{number}/acts/{act}/check")
async def check(request: Request, me: Signed, servers: Servers, kind: str, number: str, act: str) -> Response:
    """What is wrong with what has been filled in so far, field by field: asked while one types."""
    one = (await _asked(servers.pool, me, kind, number, act)).act
    sent, _ = await received(request)
    filled = summed(one.form, read_filled(one.form, sent))
    errors = errors_of(one, filled, servers)
    touched = {name for name, given in sent.items() if any(given)}
    # A file is looked at when it is sent: until then its field is not missing.
    touched -= {name.removesuffix(FILE) for name in touched if name.endswith(FILE)}
    fields = list(every(fields_of(one.form, filled, errors)))
    return await render(request, "proceedings/checks.html", fields=fields, touched=touched)


@router.post("/p/{kind}/{number}/acts/{act}")
async def hand_in(request: Request, me: Signed, servers: Servers, kind: str, number: str, act: str) -> Response:
    """Preview an act, or do it; a form that is wrong comes back with every fault beside its field."""
    asked = await _asked(servers.pool, me, kind, number, act)
    await expect_office(servers.pool, asked.stream, asked.act, me.officer, servers.clock())
    sent, files = await received(request)
    wrong = taken(servers, files, sent, me.code)
    command = next(iter(sent.get("command", [])), "") or str(uuid4())
    filled = summed(asked.act.form, read_filled(asked.act.form, sent))
    told = {"command": command}
    if "add" in sent:
        return await _form(request, me, servers.pool, asked, placed(filled, sent), {}, sent, **told)
    wrong |= await lost(servers.pool, asked.stream, chosen(asked.stream, filled, sent), me.code, command)
    if errors := {**errors_of(asked.act, filled, servers), **wrong}:
        return await _form(request, me, servers.pool, asked, filled, errors, sent, status=422, **told)
    try:
        if "send" in sent:
            return await _done(request, me, servers, asked, filled, command, sent)
        weighed = await preview(servers.pool, asked.stream, asked.act.name, me.code, filled)
    except BadInput as bad:
        return await _form(request, me, servers.pool, asked, filled, dict(bad.faults), sent, status=422, **told)
    return await _form(request, me, servers.pool, asked, filled, {}, sent, weighed=weighed, **told)


def taken(servers: Session, files: list[SentFile], sent: dict[str, list[str]], whose: str | Visitor) -> dict[str, str]:
    """Keep every file that was chosen and put its hash into its field; what cannot be taken is told by its field."""
    wrong: dict[str, str] = {}
    for name, called, content in files:
        field = name.removesuffix(FILE)
        try:
            digest = keep(whose, content, called, servers.clock())
        except BadInput as bad:
            why = bad.faults[0][1]
            wrong[field] = f"{called}: {chinese_or_same(why) if language() == 'zh' else why}"
            continue
        if field.endswith("evidence"):
            lines = "\n".join((*sent.get(field, []), digest)).strip()
            sent[field], sent[f"{field}{CALLED}.{digest}"] = [lines], [called]
        else:
            sent[field], sent[f"{field}{CALLED}"] = [digest], [called]
    return wrong


def chosen(stream: Stream, filled: Mapping[str, Any], sent: Mapping[str, list[str]]) -> list[Chosen]:
    """The files that a form names by their hashes, and what each proves."""
    provable, found = PROVABLE.get(stream.kind, {}), []
    for name, (called, *_) in sent.items():
        field, is_file, digest = name.partition(CALLED)
        if is_file and field.endswith(("sha256", "evidence")) and called:
            one = digest.removeprefix(".") or sent.get(field, [""])[-1].strip()
            found.append(Chosen(one, called, proved_by(field, filled, provable), field))
    return found


async def _done(
    request: Request,
    me: Me,
    servers: Servers,
    asked: Asked,
    filled: dict[str, Any],
    command: str,
    sent: Mapping[str, list[str]],
) -> Response:
    """Do an act, then hand in the files it names; an act the law refuses is recorded, and told with every ground."""
    stream, file, act = asked
    order = servers.open if file.sequence == 0 else servers.act
    answer = await order(str(stream), act.name, me.code, filled, command)
    failed = await hand_in_chosen(servers, answer, chosen(stream, filled, sent), me.code)
    if answer.event.passed:
        _, _, number = answer.stream.split(":")
        return go(f"/p/{stream.kind}/{number}", done=act.name, not_kept="; ".join(failed) or None)
    return await render(
        request,
        "proceedings/refused.html",
        status=409,
        stream=stream,
        act=act,
        findings=[found for found in answer.event.findings if not found.passed],
    )


def errors_of(act: Act, filled: Mapping[str, Any], servers: Session) -> dict[str, str]:
    """Every fault of a form by its field, as the record would find it, those between fields among them."""
    now = servers.clock().astimezone(SHANGHAI).replace(tzinfo=None)
    told = early_faults(act.form, filled, now)
    try:
        read(act.form, filled)
    except Unfit as unfit:
        for field, why in unfit.faults:
            told[field] = f"{told[field]}; {why}" if field in told and why not in told[field] else why
    return told


async def _begun(request: Request, me: Me, database: Database, asked: Asked) -> dict[str, Any]:
    """What a form begins with: what the record has already, to be put right rather than written again."""
    match asked.act.name:
        case "submit":
            return await begun(Asking(database, me.officer, asked.file, today(request)))
        case "correct" | "supplement":
            submission = asked.file.facts.get("submission", {})
            return {name: submission[name] for name in ("enterprise", "product") if name in submission}
        case "publish" if asked.stream.kind == "case":
            return {"page": permanent_address(request, asked.file.number)}
        case "insure":
            return {"insurer": me.officer.office}
    return {}


async def _form(
    request: Request,
    me: Me,
    database: Database,
    asked: Asked,
    filled: Mapping[str, Any],
    errors: Mapping[str, str],
    sent: Mapping[str, list[str]],
    **more: Any,
) -> Response:
    """The form of an act; `more` is its command's id, the status, and what a preview came to."""
    stream, file, act = asked
    fields = fields_of(act.form, filled, errors)
    await known_to(fields, Asking(database, me.officer, file, today(request)), stream.kind, filled, sent)
    named = {one.name for one in every(fields)}
    weighed: Preview | None = more.get("weighed")
    papers = await seen_by(database, stream, me.officer) if file.sequence and stream.kind in PROVABLE else []
    by_hash = {one["sha256"]: one["number"] for one in papers}
    after = file.model_copy(update={"stage": weighed.stage}) if weighed else None
    assessor = file.facts.get("entrustment", {}).get("assessor")
    return await render(
        request,
        "proceedings/act.html",
        stream=stream,
        file=file,
        act=act,
        opening=file.sequence == 0,
        subject=await subject_of(database, stream),
        fields=fields,
        beside=beside(file.facts.get("submission", {}), by_hash) if act.name == "confirm" else {},
        names=await names_of(database, [one for one in (file.district, assessor) if one]),
        forecast=await _forecast(request, database, asked, filled),
        most=Settings().document_megabytes,
        loose=[
            (name, why) for name, why in errors.items() if name not in named and name.partition("[")[0] not in named
        ],
        wrong=len(errors),
        waits_for=[] if after is None else awaited(stream.procedure, after),
        **{"weighed": None, "command": str(uuid4()), "barred": barred_from(stream, file, act, me.officer), **more},
    )


async def known_to(
    fields: list[Field], asking: Asking, kind: str, filled: Mapping[str, Any], sent: Mapping[str, list[str]]
) -> None:
    """Tell each field what the record knows that could stand in it, and each file what it proves and is called."""
    lists: dict[Any, list[tuple[str, str]]] = {}
    for field in every(fields):
        key = field.owner, field.key
        if source := SOURCES.get(key):
            if key not in lists:
                found = await source.list(asking)
                lists[key] = [(one.code, one.zh if language() == "zh" else one.en) for one in found]
            field.options, field.suggested = lists[key], source.suggested
        if field.kind in ("file", "files"):
            field.proves = proved_by(field.name, filled, PROVABLE.get(kind, {}))
            field.called = next(iter(sent.get(field.name + CALLED, [])), "")
        if field.kind == "files":
            field.called = ", ".join(name for at, (name, *_) in sent.items() if at.startswith(f"{field.name}{CALLED}."))


async def _forecast(request: Request, database: Database, asked: Asked, filled: Mapping[str, Any]) -> Forecast | None:
    """What the contract would come to, as far as its terms can be read."""
    stream, file, act = asked
    if stream.kind != "case" or act.name not in FORECAST or file.enterprise is None:
        return None
    terms = quoted(file.facts.get("contract", {}) if act.name == "apply" else filled)
    if terms is None:
        return None
    return await forecast_of(database, file.enterprise, today(request), terms, scheme=file.scheme, edition=file.edition)


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
        return Asked(stream, File(number=NEW, scheme=stream.scheme, edition=""), one)
    return Asked(*(await seen(database, me, kind, number)), one)
