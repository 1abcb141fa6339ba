"""文书: a notice is numbered and drawn up in the transaction of the act it is served with."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import asyncpg

from activities.history import canonical
from db.pool import Connection, Pool, one
from db.sql import queries
from rules.notices import Issuer, Party, Served, WrittenNotice, draw_up, issuing_kind, numbered, series
from rules.procedure import Act, Effect, File, Form, Procedure, Situation

NOTICE, PROCEEDING = queries("notice"), queries("proceeding")


async def drawn_up(
    connection: Connection,
    procedure: Procedure,
    act: Act,
    situation: Situation,
    form: Form,
    effect: Effect,
    after: File,
) -> WrittenNotice | None:
    """Return the notice an act is served with; None where it has none, the law refused it, or nobody can be told.

    Its number is the next of its office and year; whoever asks second waits for the first to commit, so none is missed.
    """
    if act.notice is None or not effect.passed:
        return None
    addressed_to = await _addressed_to(connection, procedure, after)
    if addressed_to is None:
        return None
    issuer = await _issuer(connection, act, situation)
    serial = await connection.fetchval(PROCEEDING.next_number, series(issuer, situation.today))
    number = numbered(issuer, situation.today, serial)
    return draw_up(procedure, act, situation, form, effect, after, Served(number, issuer, addressed_to))


async def _issuer(connection: Connection, act: Act, situation: Situation) -> Issuer:
    office, kind = situation.office, issuing_kind(act, situation)
    if situation.office_kind == "system":
        office = await connection.fetchval(NOTICE.in_charge, kind, situation.file.district, situation.today)
    row = await one(connection, NOTICE.issuer, office, situation.today)
    return Issuer.model_validate(dict(row))


async def _addressed_to(connection: Connection, procedure: Procedure, after: File) -> Party | None:
    """Whom the procedure names; an enterprise by the name it gave last."""
    whom = procedure.addressee(after) if procedure.addressee else after.enterprise
    if whom is None:
        return None if procedure.addressee else await _opener(connection, after.done_by[procedure.opening.name])
    enterprise = after.facts.get("submission", {}).get("enterprise", {})
    if enterprise.get("uscc") == whom:
        return Party(code=whom, name=enterprise["name"])
    row = await connection.fetchrow(NOTICE.party, whom)
    return Party.model_validate(dict(row)) if row else Party(code="", name=whom)


async def _opener(connection: Connection, officer: str) -> Party:
    return Party.model_validate(dict(await one(connection, NOTICE.party_of, officer)))


def sealed(notice: WrittenNotice) -> dict[str, str]:
    """What an event says of its notice, so that neither can be changed unseen: its number and its body's hash."""
    return {"number": notice.number, "sha256": sha256_of(notice.model_dump(mode="json"))}


def sha256_of(body: dict[str, Any]) -> str:
    """Hash a notice's body in its one text."""
    return sha256(canonical(body).encode()).hexdigest()


async def serve(connection: Connection, stream: str, sequence: int, notice: WrittenNotice) -> None:
    """Keep a notice beside the event it was served with."""
    number, *listed_by = _columns(notice)
    body = notice.model_dump(mode="json")
    await connection.execute(NOTICE.add, number, stream, sequence, *listed_by, body)


def _columns(notice: WrittenNotice) -> tuple[Any, ...]:
    """What of a notice is kept beside its body too, so that it can be looked up."""
    whom = notice.addressed_to.code or notice.addressed_to.name
    return notice.number, notice.kind, notice.issuer.code, whom, notice.issued_on


async def disagreeing(connection: Connection | Pool) -> list[str]:
    """Name every event whose notice is missing or says otherwise, and every notice whose event knows of none."""
    rows = await connection.fetch(NOTICE.every_notice)
    return [f"{row['stream']}/{row['sequence']}" for row in rows if not _agree(row)]


def _agree(row: asyncpg.Record) -> bool:
    """Whether a notice is what its event says it is, and is kept under what it says itself."""
    if row["number"] is None or row["told"] is None:
        return False
    if row["told"] != {"number": row["number"], "sha256": sha256_of(row["body"])}:
        return False
    columns = _columns(WrittenNotice.model_validate(row["body"]))
    return columns == (row["number"], row["kind"], row["office"], row["addressed_to"], row["issued_on"])
