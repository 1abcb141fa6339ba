"""Documents (材料) as every entrance hands them in, fetches and proves them (articles 9, 15(3))."""

from __future__ import annotations

from activities.contracts import Answer
from activities.documents import dossier_of, to_be_read
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import Stream, stream_of
from rules.schemes.dalian_dossier import file_name
from runtime.document_store import Damaged, DocumentStore
from runtime.errors import BadInput, Refused
from runtime.settings import Settings
from runtime.sniffing import media_type_of
from service.reading import bad_input, plain, read_word
from service.session import Session
from service.showing import acting_as, numbered

DOCUMENT = queries("document")


def subject_named(word: str) -> Stream:
    """Return the proceeding that a word names, a case by its bare number; raise `BadInput` where it takes no papers."""
    try:
        stream = stream_of(word if ":" in word else f"case:dalian:{word}")
        dossier_of(stream)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    return numbered(stream)


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


def numbered_dossier(number: str) -> Stream:
    """Return the dossier that a document's number names."""
    place, dash, _ = read_word("number", number).rpartition("-")
    if not dash or not place.replace("-", "").replace("_", "").isalnum():
        raise BadInput(("number", f"there is no document {plain(number)!r}"))
    return Stream("dossier", "dalian", place)


async def digest_for(pool: Pool, number: str, officer: str) -> str:
    """Return the hash of a document's content to an officer who may see it; raise `BadInput` or `Refused` else."""
    acting = await acting_as(pool, officer)
    assert acting is not None
    try:
        document = await to_be_read(pool, read_word("number", number), acting)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    return str(document["sha256"])


def read_kept(store: DocumentStore, number: str, digest: str) -> bytes:
    """Return a document's content; raise `Refused` where it is not what was handed in."""
    try:
        return store.read(digest)
    except Damaged as damaged:
        raise Refused("unaltered_document", "15(3)", f"{number}: {damaged}; restore it from a backup") from damaged


async def proved(pool: Pool, store: DocumentStore) -> tuple[int, list[dict[str, str]]]:
    """Return how many files there must be, and those that are missing or altered."""
    rows, broken = await pool.fetch(DOCUMENT.every_file), []
    for row in rows:
        try:
            store.read(row["sha256"])
        except Damaged as damaged:
            broken.append({"number": row["number"], "sha256": row["sha256"], "why": str(damaged)})
    return len(rows), broken
