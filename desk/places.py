"""What the offices' own places share: whose a page is, files handed out, and an act that the law refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from activities.contracts import Answer
from db.pool import Pool
from desk.language import language
from desk.page import Me, render
from rules.procedure import File
from rules.procedures import stream_of
from rules.timetable import SHANGHAI
from runtime.documents.typesetting import LANGUAGES
from runtime.errors import BadInput
from service.plans import round_stream
from service.session import Session
from service.showing import file_of

MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".pdf": "application/pdf",
}


def only(me: Me, *kinds: str) -> None:
    """Raise what tells that there is no such page to anybody whose office is of another kind."""
    if me.kind not in kinds:
        raise HTTPException(404)


def download(made: bytes, name: str) -> Response:
    """Hand a file out under a name."""
    said = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(made, media_type=MEDIA[Path(name).suffix], headers={"content-disposition": said})


def spoken() -> tuple[str, ...]:
    """The languages of a document: the law's, and after it the page's."""
    return tuple(dict.fromkeys((LANGUAGES[0], language())))


def named(names: Mapping[str, str]) -> str:
    """What an office is called in the language of the page."""
    return names[language()]


def day_of(servers: Session) -> date:
    """The day in Asia/Shanghai."""
    return servers.clock().astimezone(SHANGHAI).date()


async def uploaded(form: FormData, field: str) -> tuple[bytes, str]:
    """A file's bytes and name; nothing where none was chosen."""
    sent = form.get(field)
    return (await sent.read(), sent.filename or "") if isinstance(sent, UploadFile) else (b"", "")


async def round_or_404(pool: Pool, quarter: str) -> File:
    """The file of a quarter's round; one that nobody has opened is not found."""
    try:
        return await file_of(pool, round_stream(quarter))
    except BadInput as error:
        raise HTTPException(404) from error


async def refused_page(request: Request, answer: Answer) -> Response:
    """What the law refused, with every ground; it is recorded."""
    stream = stream_of(answer.stream)
    return await render(
        request,
        "proceedings/refused.html",
        status=409,
        stream=stream,
        act=stream.procedure.act(answer.event.act),
        findings=[found for found in answer.event.findings if not found.passed],
    )
