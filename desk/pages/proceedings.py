"""办件: a proceeding of any kind whole: its path, money, facts, documents, dates, history, and what I may do in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from desk import naming
from desk.figure import LENGTH, bar_of
from desk.language import language
from desk.page import Database, Me, Servers, Signed, go, render
from desk.path import coming, path_of
from desk.sent import file_answer
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_documents import PROVABLE
from rules.work import awaited
from runtime.documents import letter
from runtime.documents.typesetting import LANGUAGES
from runtime.errors import BadInput
from runtime.settings import Settings
from service.acting import known_stream, may_see, possible_acts
from service.case_forms import FORMS, form_of
from service.choices import names_of
from service.notices import notice_of
from service.showing import file_of, owns, shown, subject_of
from service.unmasking import LONGEST, Look, decides, looks, unmask

router = APIRouter()
Reason = Annotated[str, Form(max_length=LONGEST + 1)]


@router.get("/cases/{number}")
async def case(number: str) -> Response:
    """A case by its number alone."""
    return go(f"/p/case/{number}")


@router.get("/p/{kind}/{number}")
async def proceeding(request: Request, me: Signed, database: Database, kind: str, number: str) -> Response:
    """A proceeding: its path, facts, money, dates, notices and history, and what I may do in it now."""
    return await page_of(request, me, database, kind, number)


async def page_of(
    request: Request,
    me: Me,
    database: Database,
    kind: str,
    number: str,
    *,
    status: int = 200,
    whole: bool = False,
    **more: Any,
) -> Response:
    """A proceeding's page; `more` is what went wrong with a document that was just handed in."""
    stream, file = await seen(database, me, kind, number)
    told = await shown(database, stream, me.code, whole=whole)
    acts = list(possible_acts(stream, file, me.officer))
    papers = told["documents"]
    codes = {*_texts(told["facts"]), *(event["office"] for event in told["events"]), *(one["office"] for one in papers)}
    # A pilot insurer's proceeding is numbered by the insurer's code.
    codes |= {number, *(told["about"] or "").split(":"), *(one["number"] for one in told["related"])}
    ways = coming(stream.procedure, file.stage)
    leading = {one.act.name for one in ways if one.way == "main"}
    money = {} if stream.kind == "complaint" else file.money
    return await render(
        request,
        "proceedings/show.html",
        status=status,
        stream=stream,
        file=file,
        stage=stream.procedure.stages[file.stage],
        told=told,
        subject=await subject_of(database, stream),
        path=path_of(stream.procedure, file.stage, told["events"]),
        coming=ways,
        leading=leading,
        awaited=awaited(stream.procedure, file),
        next_due=_next_due(told["deadlines"]),
        money=money,
        bar=bar_of(money),
        bar_length=LENGTH,
        can=sorted((one for one in acts if one.allowed), key=lambda one: one.act.name not in leading),
        cannot=[one for one in acts if not one.allowed and me.kind in one.act.by],
        others=[one for one in acts if not one.allowed and file.stage in one.act.stages and me.kind not in one.act.by],
        names=await names_of(database, codes),
        officers={event["officer"]: event["officer_name"] for event in told["events"]},
        by_hash={one["sha256"]: one["number"] for one in papers},
        papers=list(_by_proof(papers)),
        unseen=_named_only(told, papers) if stream.kind in PROVABLE else [],
        hands_in=_hands_in(stream, me),
        most=Settings().document_megabytes,
        filled_forms=[name for name, filled in FORMS.items() if stream.kind == "case" and filled.fact in file.facts],
        done=request.query_params.get("done", ""),
        whole=whole,
        may_unmask=told["masked"] and decides(stream, file, me.officer),
        looks=await looks(database, stream) if me.kind != "enterprise" or owns(file, me.officer) else [],
        **{"faults": (), "not_kept": request.query_params.getlist("not_kept"), **more},
    )


@router.get("/p/{kind}/{number}/persons")
async def masked_again(kind: str, number: str) -> Response:
    """Back to the page as it is: persons are shown only to who asks anew."""
    return go(f"/p/{kind}/{number}")


@router.post("/p/{kind}/{number}/persons")
async def persons(
    request: Request, me: Signed, servers: Servers, kind: str, number: str, reason: Reason = ""
) -> Response:
    """The same page with its persons in full, this once: who asked, when and why is written down first."""
    stream, file = await seen(servers.pool, me, kind, number)
    await unmask(servers.pool, stream, file, Look(me.officer, reason, servers.clock()))
    return await page_of(request, me, servers.pool, kind, number, whole=True)


@router.get("/p/case/{number}/forms/{which}.pdf")
async def filled_form(me: Signed, database: Database, number: str, which: str) -> Response:
    """A form of a case as PDF, filled from the record (domain §8)."""
    _, file = await seen(database, me, "case", number)
    if which not in FORMS:
        raise HTTPException(404)
    try:
        made = await form_of(database, number, which, me.officer.kind, _languages(), whole=owns(file, me.officer))
    except BadInput as error:
        raise HTTPException(404) from error
    return file_answer(made, f"{number}-{which}.pdf", "application/pdf", inline=True)


@router.get("/p/{kind}/{number}/notices/{sequence}.pdf")
async def notice(me: Signed, database: Database, kind: str, number: str, sequence: int) -> Response:
    """A notice served in a proceeding, as PDF."""
    stream, _ = await seen(database, me, kind, number)
    told = await shown(database, stream, me.code)
    found = next((one["number"] for one in told["notices"] if one["sequence"] == sequence), None)
    written = await notice_of(database, found) if found else None
    if written is None:
        raise HTTPException(404)
    made = letter.pdf(written, *_languages())
    return file_answer(made, f"{written.number}.pdf", "application/pdf", inline=True)


async def seen(database: Database, me: Me, kind: str, number: str) -> tuple[Stream, File]:
    """A proceeding that there is and that this officer may see; any other is not found."""
    try:
        stream = known_stream(kind, number)
        file = await file_of(database, stream)
    except BadInput as error:
        raise HTTPException(404) from error
    if not may_see(file, me.officer):
        raise HTTPException(404)
    return stream, file


def _languages() -> tuple[str, ...]:
    return tuple(dict.fromkeys((LANGUAGES[0], language())))


def _next_due(deadlines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """What is due first."""
    running = (due for due in deadlines if not due["met_on"] and not due["suspended_on"])
    return min(running, key=lambda due: str(due["due_on"]), default=None)


def _texts(value: Any) -> Iterator[str]:
    """Every short text among facts: what could be an office's code."""
    match value:
        case str() if len(value) <= 60:
            yield value
        case dict():
            for part in value.values():
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)


def _by_proof(papers: list[dict[str, Any]]) -> Iterator[tuple[str, list[list[dict[str, Any]]]]]:
    """Documents by what they prove; of each name its versions, the newest first."""

    def named(one: dict[str, Any]) -> tuple[str, str, str]:
        return one["proves"], one["name"], one["office"]

    versions = [list(of) for _, of in groupby(sorted(papers, key=lambda one: (*named(one), -one["version"])), named)]
    for proves, of in groupby(versions, lambda one: one[0]["proves"]):
        yield proves, list(of)


def _named_only(told: Mapping[str, Any], papers: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the facts name by its hash and I see no document of: what it is called, and the hash."""
    known = {one["sha256"] for one in papers}
    found = {digest: field for section in told["facts"].values() for field, digest in _hashes(section)}
    return [(field, digest) for digest, field in found.items() if digest not in known]


#: 清单哈希: the hash of a list that the record itself holds, such as a plan's lines, is no paper's.
LISTS = ("lines_sha256", "refused_sha256", "numbers_sha256", "last_sha256")


def _hashes(value: Any, called: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case {"title": str(title), "sha256": str(digest)}:
            yield title, digest
        case dict():
            for name, part in ((name, part) for name, part in value.items() if name not in LISTS):
                named = naming.label("value", name.removesuffix("_sha256")) if name.endswith("_sha256") else name
                yield from _hashes(part, named)
        case list():
            for part in value:
                yield from _hashes(part, called)
        case str() if len(value) == 64 and set(value) <= set("0123456789abcdef"):
            yield naming.field(called), value


def _hands_in(stream: Stream, me: Me) -> list[str]:
    """What this officer's kind of office may hand documents in for."""
    provable = PROVABLE.get(stream.kind, {})
    return [name for name, one in provable.items() if me.kind in one.by]
