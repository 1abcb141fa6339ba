"""材料: a document handed in to a proceeding, fetched by whom it concerns, and withdrawn by whoever handed it in."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from activities.documents import to_be_read
from desk.forms import on_one_line
from desk.page import Database, Servers, Signed, go, render
from desk.pages.proceedings import page_of, seen
from desk.sent import file_answer, received
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from rules.schemes.dalian_documents import PROVABLE
from runtime.document_store import DocumentStore
from runtime.errors import BadInput
from runtime.settings import Settings
from service.documents import hand_in, numbered_dossier, read_kept

router = APIRouter()
Words = Annotated[str, Form(max_length=600)]


@router.post("/p/{kind}/{number}/documents")
async def add(request: Request, me: Signed, servers: Servers, kind: str, number: str) -> Response:
    """Hand a document in; one that is not taken is told of on the proceeding's page, and nothing is kept."""
    stream, _ = await seen(servers.pool, me, kind, number)
    sent, files = await received(request)
    proves = next(iter(sent.get("proves", [])), "")
    command = next(iter(sent.get("command", [])), "") or str(uuid4())
    try:
        if stream.kind not in PROVABLE or not files:
            raise BadInput(("file", "must be chosen"))
        _, name, content = files[0]
        await hand_in(servers, stream, content, name, proves, me.code, command)
    except BadInput as bad:
        return await page_of(request, me, servers.pool, kind, number, status=422, faults=bad.faults)
    return go(f"/p/{kind}/{number}", done="add_document")


@router.get("/documents/{number}")
async def fetch(me: Signed, database: Database, number: str) -> Response:
    """A document's content, proved by its hash; one that is not for this office is not found."""
    try:
        kept = await to_be_read(database, number, me.officer)
    except (Unfit, Barred) as error:
        raise HTTPException(404) from error
    content = read_kept(DocumentStore(Settings().require_documents()), number, kept["sha256"])
    return file_answer(content, kept["name"], kept["media_type"])


@router.get("/documents/{number}/withdraw")
async def ask_why(request: Request, me: Signed, database: Database, number: str) -> Response:
    """Ask why a document is to count no more."""
    return await _why(request, me, database, number)


@router.post("/documents/{number}/withdraw")
async def withdraw(request: Request, me: Signed, servers: Servers, number: str, reason: Words = "") -> Response:
    """Withdraw a document of one's own office; it stays, and may still be seen."""
    try:
        kept = await to_be_read(servers.pool, number, me.officer)
    except (Unfit, Barred) as error:
        raise HTTPException(404) from error
    try:
        form = {"number": number, "reason": on_one_line(reason.strip())}
        await servers.open(str(numbered_dossier(number)), "withdraw_document", me.code, form, str(uuid4()))
    except BadInput as bad:
        return await _why(request, me, servers.pool, number, status=422, faults=bad.faults)
    about = stream_of(kept["stream"])
    return go(f"/p/{about.kind}/{about.number}", done="withdraw_document")


async def _why(
    request: Request,
    me: Signed,
    database: Database,
    number: str,
    *,
    status: int = 200,
    faults: tuple[tuple[str, str], ...] = (),
) -> Response:
    try:
        kept = await to_be_read(database, number, me.officer)
    except (Unfit, Barred) as error:
        raise HTTPException(404) from error
    about = stream_of(kept["stream"])
    context = {"number": number, "kept": kept, "about": about, "faults": faults}
    return await render(request, "proceedings/withdraw.html", status=status, **context)
