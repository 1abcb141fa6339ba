"""材料: handing a document in to prove a fact, and fetching one (articles 9, 15(3))."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, HTTPException, Response, UploadFile

from desk.api import models
from desk.api.calling import Caller
from desk.api.problems import told
from desk.api.proceedings import CommandId, answered
from desk.language import _
from desk.page import Database, Servers
from runtime.document_store import DocumentStore
from runtime.errors import BadInput
from runtime.settings import Settings
from service.documents import digest_for, hand_in, read_kept, subject_named
from service.reading import read_word

router = APIRouter(prefix="/documents", tags=["documents"])
Words = Annotated[str, Form(max_length=120)]


@router.post("", status_code=201, responses=told(401, 403, 409, 413, 422), response_model=models.Done)
async def upload(
    me: Caller,
    servers: Servers,
    subject: Words,
    proves: Words,
    file: Annotated[UploadFile, File()],
    key: CommandId = None,
) -> Response:
    """Hand a document in: `subject` is a case's number or a stream, `proves` what it proves, as `contract`."""
    content = await file.read()
    stream = subject_named(read_word("subject", subject))
    name = file.filename or ""
    return answered(await hand_in(servers, stream, content, name, read_word("proves", proves), me.code, key), 201)


@router.get(
    "/{number}",
    responses={
        **told(401, 403, 404, 409),
        200: {"description": "The document.", "content": {"application/octet-stream": {}}},
    },
    response_class=Response,
)
async def download(me: Caller, database: Database, number: str) -> Response:
    """Fetch a document as it was handed in, proven by its hash; 409 where it is no longer what it was."""
    try:
        digest = await digest_for(database, number, me.code)
    except BadInput as error:
        raise HTTPException(404, _("there is no such document")) from error
    content = read_kept(DocumentStore(Settings().require_documents()), number, digest)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(number, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)
