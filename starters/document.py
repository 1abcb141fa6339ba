"""`firstcover document`: papers handed in to prove a fact, who may see which, and the forms of a case (article 9)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from activities.contracts import Answer
from activities.documents import dossier_of, seen_by, to_be_read
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import Stream, stream_of
from rules.schemes.dalian_dossier import file_name
from runtime.document_store import Damaged, DocumentStore
from runtime.errors import BadInput, Refused
from runtime.messages import say
from runtime.settings import Settings
from runtime.sniffing import media_type_of
from starters.case_forms import FORMS, form_of
from starters.papers import Out, languages, write
from starters.reading import bad_input, plain, read_choice, read_word
from starters.session import Session, reading, run, session
from starters.showing import acting_as, file_of, numbered
from starters.telling import As, CommandId, Json, console, tell_answer, tell_json, tell_rows

app = typer.Typer(
    no_args_is_help=True, help="Documents (材料): handed in, kept by their hash, shown to whom they concern."
)
DOCUMENT = queries("document")
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


async def hand_in(
    servers: Session, subject: Stream, content: bytes, name: str, proves: str, officer: str, command_id: str | None
) -> Answer:
    """Hand a document in: look at its bytes, keep them by their hash, and record it; nothing is kept where refused."""
    settings, called = Settings(), file_name(name)
    if not called:
        raise BadInput(("name", "must hold something that can be read"))
    media_type = media_type_of(content, called, settings.document_megabytes * 1024 * 1024)
    with DocumentStore(settings.require_documents()).holding(content) as digest:
        what = {"proves": proves, "name": called, "media_type": media_type}
        form = {**what, "size": len(content), "sha256": digest}
        return await servers.open(str(dossier_of(subject)), "add_document", officer, form, command_id)


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


def numbered_dossier(number: str) -> Stream:
    """Return the dossier that a document's number names."""
    place, dash, _ = read_word("number", number).rpartition("-")
    if not dash or not place.replace("-", "").replace("_", "").isalnum():
        raise BadInput(("number", f"there is no document {plain(number)!r}"))
    return Stream("dossier", "dalian", place)


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
            acting = await acting_as(pool, officer)
            assert acting is not None
            try:
                document = await to_be_read(pool, read_word("number", number), acting)
            except Unfit as unfit:
                raise bad_input(unfit.faults) from unfit
            except Barred as barred:
                raise Refused(barred.rule, barred.article, barred.why) from barred
            return str(document["sha256"])

    write(out, read_kept(DocumentStore(Settings().require_documents()), number, run(work())))


def read_kept(store: DocumentStore, number: str, digest: str) -> bytes:
    """Return a document's content; raise `Refused` where it is not what was handed in."""
    try:
        return store.read(digest)
    except Damaged as damaged:
        raise Refused("unaltered_document", "15(3)", f"{number}: {damaged}; restore it from a backup") from damaged


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


async def proved(pool: Pool, store: DocumentStore) -> tuple[int, list[dict[str, str]]]:
    """Return how many files there must be, and those that are missing or altered."""
    rows, broken = await pool.fetch(DOCUMENT.every_file), []
    for row in rows:
        try:
            store.read(row["sha256"])
        except Damaged as damaged:
            broken.append({"number": row["number"], "sha256": row["sha256"], "why": str(damaged)})
    return len(rows), broken


@app.command()
def form(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's number, as DL-2026-000001.")],
    which: Annotated[str, typer.Argument(metavar="FORM", help=f"One of: {', '.join(FORMS)}.")],
    out: Out,
    officer: Annotated[
        str | None, typer.Option("--as", metavar="OFFICER", help="For finance, bank accounts are written out.")
    ] = None,
) -> None:
    """Write a form of a case as PDF, filled from the record: in Chinese, then in the language spoken here."""
    read_choice("form", which, FORMS)

    async def work() -> bytes:
        async with reading() as pool:
            acting = await acting_as(pool, officer)
            return await form_of(pool, case, which, acting.kind if acting else None, languages())

    write(out, run(work()))


def subject_named(word: str) -> Stream:
    """Return the proceeding that a word names, a case by its bare number; raise `BadInput` where it takes no papers."""
    try:
        stream = stream_of(word if ":" in word else f"case:dalian:{word}")
        dossier_of(stream)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    return numbered(stream)


def _content_of(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise BadInput(("file", f"{plain(str(file), 200)!r} cannot be read: {error.strerror}")) from error
