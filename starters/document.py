"""`firstcover document`: papers handed in to prove a fact, who may see which, and the forms of a case (article 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from activities.documents import seen_by
from rules.procedures import Stream
from runtime.document_store import DocumentStore
from runtime.errors import BadInput, Refused
from runtime.messages import say
from runtime.settings import Settings
from service.case_forms import FORMS, form_of
from service.documents import digest_for, hand_in, numbered_dossier, proved, read_kept, subject_named
from service.reading import plain, read_choice
from service.session import reading, run, session
from service.showing import acting_as, file_of, owns
from starters.papers import Out, languages, write
from starters.proceeding import looked
from starters.telling import As, CommandId, Json, Persons, console, tell_answer, tell_json, tell_rows

app = typer.Typer(
    no_args_is_help=True, help="Documents (材料): handed in, kept by their hash, shown to whom they concern."
)
COLUMNS = ("number", "proves", "name", "version", "size", "office", "received_at", "proves_facts")
StreamName = Annotated[
    str,
    typer.Argument(metavar="STREAM", help="The proceeding, as policy:dalian:DL-2026-000001-1; a case by its number."),
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, as case-DL-2026-000001-1.")]


@app.command()
def add(
    stream: StreamName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The document: pdf, png, jpg, xlsx, docx, ofd, csv, txt.")
    ],
    proves: Annotated[str, typer.Option(metavar="NAME", help="What it proves, as contract: a form's contract_sha256.")],
    officer: As,
    name: Annotated[str | None, typer.Option(help="What to call it, if not as the file is called.")] = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Hand a document in; one of the same name that proves the same is its next version."""
    subject, most = subject_named(stream), Settings().document_megabytes * 1024 * 1024
    content = _content_of(file, most)

    async def work() -> None:
        async with session() as servers:
            answer = await hand_in(servers, subject, content, name or file.name, proves, officer, command_id)
            tell_answer(answer, as_json=as_json)

    run(work())


@app.command()
def withdraw(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why it counts no more.")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Withdraw a document one's own office handed in; it stays, and may still be seen."""
    dossier = numbered_dossier(number)
    form = {"number": number, "reason": reason}

    async def work() -> None:
        async with session() as servers:
            answer = await servers.open(str(dossier), "withdraw_document", officer, form, command_id)
            tell_answer(answer, as_json=as_json)

    run(work())


@app.command("list")
def list_(stream: StreamName, officer: As, as_json: Json = False) -> None:
    """List the documents an officer may see of a proceeding, and which field of which event each proves."""
    subject = subject_named(stream)

    async def work() -> list[dict[str, Any]]:
        async with reading() as pool:
            await file_of(pool, subject)
            acting = await acting_as(pool, officer)
            assert acting is not None
            return await seen_by(pool, subject, acting)

    rows = run(work())
    if as_json:
        for row in rows:
            tell_json(row)
        return
    proved = [", ".join(f"{one['act']} {one['field']}" for one in row["proves_facts"]) for row in rows]
    told = [{**row, "proves_facts": facts} for row, facts in zip(rows, proved, strict=True)]
    tell_rows(say("documents"), COLUMNS, told)


@app.command()
def get(number: Number, out: Out, officer: As) -> None:
    """Write a document to a file, proved by its hash."""

    async def work() -> str:
        async with reading() as pool:
            return await digest_for(pool, number, officer)

    write(out, read_kept(DocumentStore(Settings().require_documents()), number, run(work())))


@app.command()
def verify(as_json: Json = False) -> None:
    """Read every document there is, and compare it with the hash under which it was handed in."""
    store = DocumentStore(Settings().require_documents())

    async def work() -> tuple[int, list[dict[str, str]]]:
        async with reading() as pool:
            return await proved(pool, store)

    count, broken = run(work())
    if as_json:
        tell_json({"ok": not broken, "files": count, "broken": broken})
    if broken:
        first = f"{broken[0]['number']}: {broken[0]['why']} ({broken[0]['sha256']})"
        raise Refused("unaltered_document", "15(3)", f"{first}; {len(broken)} of {count} files in all")
    if not as_json:
        console().print(say("documents_verified", files=count))


@app.command()
def form(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's number, as DL-2026-000001.")],
    which: Annotated[str, typer.Argument(metavar="FORM", help=f"One of: {', '.join(FORMS)}.")],
    out: Out,
    officer: Annotated[
        str | None, typer.Option("--as", metavar="OFFICER", help="For finance, bank accounts are written out.")
    ] = None,
    persons: Persons = None,
) -> None:
    """Write a form of a case as PDF, filled from the record: in Chinese, then in the language spoken here."""
    read_choice("form", which, FORMS)

    async def work() -> bytes:
        async with reading() as pool:
            acting, stream = await acting_as(pool, officer), Stream("case", "dalian", case)
            whole = owns(await file_of(pool, stream), acting) or await looked(pool, stream, officer, persons)
            return await form_of(pool, case, which, acting.kind if acting else None, languages(), whole=whole)

    write(out, run(work()))


def _content_of(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise BadInput(("file", f"{plain(str(file), 200)!r} cannot be read: {error.strerror}")) from error
