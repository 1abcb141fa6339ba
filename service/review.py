"""会同审核: an office's opinions of many applications at once, and what is left out of them (articles 13, 15(2))."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from activities.authority import Officer, authorise, known_officer
from activities.contracts import Answer
from db.pool import Pool
from db.sql import queries
from rules.procedure import NO_FILE, Barred, File
from rules.schemes.dalian_opinions import COLUMNS, NEEDED, Opinions, Said, minute_of, read_rows, sort_out
from rules.schemes.dalian_return import Row
from rules.schemes.dalian_round import ROUND
from rules.schemes.dalian_round_forms import MOST_AT_ONCE
from rules.timetable import SHANGHAI
from rules.values import in_yuan
from runtime.errors import BadInput, Refused
from service.plans import round_stream
from service.reading import plain, read_word
from service.session import Session
from service.showing import file_of
from service.tables import Layout

OFFICE, REVIEW = queries("office"), queries("review")
WORKSHEET = Layout("审核表", COLUMNS, NEEDED)
#: What one act may weigh: a message of the workflow holds two megabytes.
MOST_BYTES = 1_000_000
Record = Mapping[str, Any]
Held = dict[str, Record]


@dataclass(frozen=True)
class Wanted:
    """What is to be said: of the rows of a table, of those named, or of all that awaits; of one insurer's, if named."""

    reason: str | None
    rows: list[Row] | None = None
    approve: list[str] | None = None
    refuse: list[str] | None = None
    insurer: str | None = None
    #: Whether those named were found and not looked at one by one: then nothing doubtful is approved.
    in_bulk: bool = False

    @property
    def all_awaiting(self) -> bool:
        return self.rows is None and not self.approve and not self.refuse and not self.in_bulk


@dataclass(frozen=True)
class Reviewing:
    """A round under review as one office's officer sees it, and what he is about to say."""

    quarter: str
    officer: Officer
    held: Mapping[str, Record]
    opinions: Opinions


async def reviewing(pool: Pool, quarter: str, code: str, wanted: Wanted, at: datetime) -> Reviewing:
    """Part what an officer can say from what is left out; raise `Refused` where he, or now, is not the one to."""
    if wanted.rows is not None:
        said, opinions = read_rows(wanted.rows, wanted.reason)
    else:
        named = [(number, True) for number in wanted.approve or ()] + [(one, False) for one in wanted.refuse or ()]
        words = enumerate(((read_word("application", number), how) for number, how in named), 1)
        said = [Said(line, number, how, wanted.reason or "") for line, (number, how) in words]
        opinions = Opinions()
    numbers = None if wanted.all_awaiting else [one.application for one in said]
    officer, known = await held(pool, quarter, code, numbers, at, due=True)
    if wanted.all_awaiting:
        await expect_insurer(pool, wanted.insurer)
        said = [Said(0, one["application"], True, wanted.reason or "") for one in awaiting(known, wanted.insurer)]
    return Reviewing(
        quarter, officer, known, sort_out(said, known, opinions, in_bulk=wanted.all_awaiting or wanted.in_bulk)
    )


async def held(
    pool: Pool, quarter: str, code: str, numbers: list[str] | None, at: datetime, *, due: bool = False
) -> tuple[Officer, Held]:
    """The round's applications as an office's officer has them before him; raise `Refused` for anybody else."""
    file = await file_of(pool, round_stream(quarter))
    officer = await _acting(pool, code, file if due else None, at)
    year, today = file.facts["round"]["fiscal_year"], at.astimezone(SHANGHAI).date()
    rows = await pool.fetch(REVIEW.awaiting, str(round_stream(quarter)), officer.kind, numbers, year, today)
    own = await pool.fetch(REVIEW.prepared_by, [row["application"] for row in rows], officer.code)
    prepared = {row["number"]: row["act"] for row in own}
    return officer, {r["application"]: {**r, "prepared": prepared.get(r["application"])} for r in map(dict, rows)}


async def _acting(pool: Pool, code: str, file: File | None, at: datetime) -> Officer:
    act = ROUND.act("review")
    try:
        async with pool.acquire() as connection:
            officer = await known_officer(connection, read_word("as", code), at)
        authorise(act, NO_FILE, officer)
        if file:
            ROUND.due_now(act, file.stage)
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    return officer


async def expect_insurer(pool: Pool, insurer: str | None) -> None:
    """Raise `BadInput` for an insurer that there is not."""
    if insurer is not None and not await pool.fetchval(OFFICE.known, insurer):
        raise BadInput(("insurer", f"must be the code of an insurer (not {plain(insurer)!r})"))


def awaiting(known: Mapping[str, Record], insurer: str | None) -> list[Record]:
    """What an office has not spoken of, or only of another amount; of one insurer, where it is named."""
    open_ = (record for record in known.values() if record["approves"] is None and not record["waited"])
    return [record for record in open_ if insurer in (None, record["insurer"])]


# --- Giving ---------------------------------------------------------------------------------------------------------


async def give(
    servers: Session,
    what: Reviewing,
    track: Callable[[list[list[dict[str, Any]]]], Iterable[list[dict[str, Any]]]] = iter,
) -> list[Answer]:
    """Give the opinions in as many acts as they need."""
    stream, code = str(round_stream(what.quarter)), what.officer.code
    answers = []
    for part in track(list(_parts(what))):
        data = {"opinions": part}
        answers.append(await servers.act(stream, "review", code, data, _name(what.quarter, code, data)))
    return answers


def _parts(what: Reviewing) -> Iterator[list[dict[str, Any]]]:
    """The opinions of each act, each of what is asked now: what moves before it is stored is not said."""
    part: list[dict[str, Any]] = []
    size = 0
    for said in what.opinions.to_give:
        record = what.held[said.application]
        of = {"asked": in_yuan(record["asked"]), "concluded_at": minute_of(record)}
        opinion = {"application": said.application, "approves": said.approves, "reason": said.reason, **of}
        weight = len(json.dumps(opinion, ensure_ascii=False).encode())
        if part and (len(part) == MOST_AT_ONCE or size + weight > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(opinion)
        size += weight
    if part:
        yield part


def _name(quarter: str, officer: str, data: dict[str, Any]) -> str:
    """Name an act by what it says: sent again, it is answered as the first time."""
    part = sha256(json.dumps([officer, data], sort_keys=True).encode()).hexdigest()
    return f"review-{quarter}-{part[:32]}"
