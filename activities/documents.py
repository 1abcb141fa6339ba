"""材料: documents beside a proceeding: whose concern they are, what the record keeps, who may look (article 9)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg

from activities.authority import Officer, authorise
from activities.done import Done
from activities.inquiry import Inquiry, proceeding
from db.pool import Connection, Pool
from db.sql import queries
from rules.entitlement import Parties, Viewer
from rules.faults import Unfit
from rules.procedure import Barred, File
from rules.procedures import Stream, stream_of
from rules.register import Register
from rules.schemes.dalian_documents import PROVABLE, may_see

DOCUMENT, PROCEEDING = queries("document"), queries("proceeding")
#: What is about another proceeding, and shares its parties.
_ABOUT = ("policy", "loss_claim", "batch")


def dossier_of(subject: Stream) -> Stream:
    """Return the stream of a proceeding's documents; raise `Unfit` where its kind has none."""
    if subject.kind not in PROVABLE:
        raise Unfit(("stream", f"must be a {', a '.join(PROVABLE)} (not {str(subject)!r})"))
    return Stream("dossier", subject.scheme, f"{subject.kind}-{subject.number}")


def subject_of(dossier: Stream) -> Stream:
    """Return the proceeding whose documents a dossier holds; raise `Unfit` where it names none."""
    kind, _, number = dossier.number.partition("-")
    if kind not in PROVABLE or not number:
        raise Unfit(("stream", f"{str(dossier)!r} is no dossier of any proceeding"))
    return Stream(kind, dossier.scheme, number)


async def dossier(inquiry: Inquiry) -> Register:
    """Whose the proceeding is; raise `Barred` where it is none of the officer's, by the rules of its own acts."""
    subject = subject_of(inquiry.stream)
    file = await proceeding(inquiry, "stream", str(subject))
    authorise(inquiry.stream.procedure.opening, file, inquiry.officer)
    parties = await parties_of(inquiry.connection, subject, file)
    return Register(parent=file, parties=parties, districts=inquiry.officer.districts)


async def parties_of(connection: Connection, stream: Stream, file: File) -> Parties:
    """当事方: whose a proceeding is, asking those it is about where it does not say so itself."""
    chain, kinds = [file], [stream.kind]
    while kinds[-1] in _ABOUT and (about := chain[-1].about):
        row = await connection.fetchrow(PROCEEDING.by_stream, about)
        if row is None:
            break
        chain.append(File.model_validate(row["file"]))
        kinds.append(stream_of(about).kind)
    # A further batch is filed by its own return, whatever became of its case's.
    applied = next((one for one, kind in zip(chain, kinds, strict=True) if kind in ("case", "batch")), file)
    return Parties(
        enterprise=_first(one.enterprise for one in chain),
        district=_first(one.district for one in chain),
        assessor=_first(one.facts.get("entrustment", {}).get("assessor") for one in chain),
        insurer=_first(_insurer(one) for one in chain),
        handling=file.facts.get("handling", {}).get("office"),
        debtors=frozenset(file.facts.get("recovery", {}).get("debtors", ())),
        returned="file" in applied.done_by,
    )


def _first(names: Iterator[str | None]) -> str | None:
    return next(filter(None, names), None)


def _insurer(file: File) -> str | None:
    named: Mapping[str, Any] = file.facts.get("contract") or file.facts.get("nomination") or {}
    return named.get("insurer")


async def enter_document(done: Done) -> None:
    """Keep a document that was handed in, beside its event."""
    said, at = done.effect.carries, done.situation.received_at
    what = (said["proves"], said["name"], said["media_type"], said["size"], said["sha256"])
    whose = (said["version"], said["supersedes"], said["handed_in_by"], said["office"])
    place = (said["number"], str(subject_of(done.stream)), str(done.stream), done.event.seq)
    await done.connection.execute(DOCUMENT.add, *place, *what, *whose, at)


async def enter_withdrawal(done: Done) -> None:
    """Keep that a document counts no more."""
    form = done.effect.carries
    where = (form.number, str(done.stream), done.event.seq)
    await done.connection.execute(
        DOCUMENT.withdraw, *where, done.situation.officer, form.reason, done.situation.received_at
    )


async def seen_by(pool: Pool, stream: Stream, officer: Officer) -> list[dict[str, Any]]:
    """Return the documents of a proceeding that an officer may see, oldest first, each with what names its hash."""
    async with pool.acquire() as connection:
        row = await connection.fetchrow(PROCEEDING.by_stream, str(stream))
        documents = await connection.fetch(DOCUMENT.of_stream, str(stream))
        if row is None or not documents:
            return []
        parties = await parties_of(connection, stream, File.model_validate(row["file"]))
        events = await connection.fetch(PROCEEDING.events, str(stream))
    viewer = viewer_of(officer)
    named = _named(json.loads(event["body"]) for event in events)
    return [
        {**document, "proves_facts": named.get(document["sha256"], [])}
        for document in documents
        if may_see(stream.kind, document["proves"], document["office"], parties, viewer)
    ]


def viewer_of(officer: Officer) -> Viewer:
    """An officer as the rule about seeing papers asks for him."""
    return Viewer(officer.office, officer.kind, officer.districts)


def _named(events: Iterator[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By hash: which field of which event's form names it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for said in events:
        for field, value in _texts(said["data"]):
            if len(value) == 64:
                found.setdefault(value, []).append({"seq": said["sequence"], "act": said["act"], "field": field})
    return found


def _texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a form with the field it stands in, as `papers[0].sha256`."""
    match value:
        case str():
            yield field, value
        case dict():
            for name, part in value.items():
                yield from _texts(part, f"{field}.{name}" if field else name)
        case list():
            for place, part in enumerate(value):
                yield from _texts(part, f"{field}[{place}]")


async def to_be_read(pool: Pool, number: str, officer: Officer) -> asyncpg.Record:
    """Return what is kept of a document an officer may see; raise `Unfit` where there is none, `Barred` where not."""
    async with pool.acquire() as connection:
        document = await connection.fetchrow(DOCUMENT.by_number, number)
        if document is None:
            raise Unfit(("number", f"there is no document {number!r}"))
        stream = stream_of(document["stream"])
        file = File.model_validate(document["file"])
        parties = await parties_of(connection, stream, file)
    if not may_see(stream.kind, document["proves"], document["office"], parties, viewer_of(officer)):
        why = f"{number} ({document['proves']}) is not for {officer.office}"
        raise Barred("entitled_to_see", "15(3)", why)
    return document
