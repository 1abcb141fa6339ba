"""季度汇总申报: an insurer's return, weighed row by row against the record, and its right rows filed (article 13)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from activities import editions
from activities.authority import Officer, authorise, known_officer
from activities.contracts import Answer
from db.pool import Pool, one
from db.sql import queries
from rules.procedure import NO_FILE, Barred
from rules.procedures import edition_for
from rules.schemes.dalian_quarter import quarter_end
from rules.schemes.dalian_return import Checked, Return, Row, check
from rules.schemes.dalian_round import ROUND
from rules.schemes.dalian_round_forms import MOST_AT_ONCE
from rules.timetable import SHANGHAI
from runtime.documents import quarterly_return
from runtime.errors import Refused
from service.plans import round_stream
from service.reading import read_word
from service.session import Session

RETURNS = queries("returns")
Record = Mapping[str, Any]


@dataclass(frozen=True)
class HandedIn:
    """A return as it was read: its hash, its rows, and the hashes of the contract copies with their files' names."""

    quarter: str
    sha256: str
    rows: list[Row]
    copies: dict[str, str] | None


@dataclass(frozen=True)
class Weighed:
    """A return beside what the record holds of its applications."""

    handed: HandedIn
    officer: Officer
    held: Mapping[str, Record]
    checked: Checked

    @property
    def kept(self) -> list[Record]:
        """What the record holds of every row that is right, in the file's order."""
        right = {row.line for row in (*self.checked.to_file, *self.checked.filed)}
        return [self.held[row.application] for row in self.handed.rows if row.line in right]

    @property
    def spare(self) -> list[str]:
        """The copies that no row needs, by their files' names."""
        needed = {record["contract_sha256"] for record in self.held.values()}
        return sorted(name for digest, name in (self.handed.copies or {}).items() if digest not in needed)


async def acting(pool: Pool, code: str, at: datetime) -> Officer:
    """The insurer's officer who hands in; raise `Refused` for anybody else."""
    try:
        async with pool.acquire() as connection:
            officer = await known_officer(connection, read_word("as", code), at)
        authorise(ROUND.act("file_return"), NO_FILE, officer)
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    return officer


async def held(pool: Pool, officer: Officer, quarter: str, numbers: list[str] | None) -> list[Record]:
    """What the record holds of some applications or, where none are named, of all that the insurer can file."""
    scheme = round_stream(quarter).scheme
    return [dict(row) for row in await pool.fetch(RETURNS.held, scheme, officer.office, numbers, ends_on(quarter))]


def ends_on(quarter: str) -> date:
    """The last day of a quarter."""
    return quarter_end(int(quarter[:4]), int(quarter[5]))


async def weigh(pool: Pool, handed: HandedIn, code: str, at: datetime) -> Weighed:
    """Check every row against one reading of the record."""
    officer, quarter = await acting(pool, code, at), handed.quarter
    numbers = list({row.application for row in handed.rows})
    known = {row["application"]: row for row in await held(pool, officer, quarter, numbers)}
    asked = Return(officer.office, str(round_stream(quarter)), ends_on(quarter), handed.copies)
    return Weighed(handed, officer, known, await asyncio.to_thread(check, handed.rows, known, asked))


# --- Filing ---------------------------------------------------------------------------------------------------------


async def file(
    servers: Session,
    weighed: Weighed,
    scans: Mapping[str, str],
    track: Callable[[list[list[str]]], Iterable[list[str]]] = iter,
) -> list[Answer]:
    """File the right rows in as many acts as they need; raise `Refused` where the law refuses one.

    Without the scans of the sealed papers the hashes of the file and of the letter it prints stand for them.
    """
    stream, handed, code = str(round_stream(weighed.handed.quarter)), weighed.handed, weighed.officer.code
    parts = list(_parts(weighed)) if handed.rows else [[]]
    if not parts:
        return []
    sealed = {
        "summary_sha256": scans.get("summary_sha256") or handed.sha256,
        "cover_letter_sha256": scans.get("cover_letter_sha256") or await _letter(servers, weighed),
    }
    answers = []
    for numbers in track(parts):
        data = {"applications": numbers, **sealed}
        answer = await servers.act(stream, "file_return", code, data, _name(handed, code, data))
        answers.append(answer)
        for finding in answer.event.findings:
            if not finding.passed:
                raise Refused(finding.rule, finding.article, finding.reason)
    return answers


async def _letter(servers: Session, weighed: Weighed) -> str:
    said = await heading(servers.pool, weighed, servers.clock())
    return sha256(await asyncio.to_thread(quarterly_return.pdf, said, weighed.kept, "letter")).hexdigest()


def _parts(weighed: Weighed) -> Iterator[list[str]]:
    """The applications of each act: by their rows' places in the file, so that what is repeated is the same act."""
    right = {row.line for row in weighed.checked.to_file}
    rows = weighed.handed.rows
    for start in range(0, len(rows), MOST_AT_ONCE):
        if numbers := [row.application for row in rows[start : start + MOST_AT_ONCE] if row.line in right]:
            yield numbers


def _name(handed: HandedIn, officer: str, data: dict[str, Any]) -> str:
    """Name an act by its file and its part: sent again, it is answered as the first time."""
    part = sha256(json.dumps([officer, data], sort_keys=True).encode()).hexdigest()
    return f"return-{handed.quarter}-{handed.sha256[:16]}-{part[:16]}"


async def heading(pool: Pool, weighed: Weighed, at: datetime) -> quarterly_return.Heading:
    """What stands above the summary and the letter."""
    today = at.astimezone(SHANGHAI).date()
    scheme = round_stream(weighed.handed.quarter).scheme
    edition = edition_for(scheme, today, await editions.known(pool, scheme))
    parties = await one(pool, RETURNS.parties, weighed.officer.office, today)
    return quarterly_return.Heading(
        quarter=weighed.handed.quarter,
        insurer=parties["insurer"],
        regulator=parties["regulator"],
        scheme=edition.title,
        demonstration=edition.demonstration,
        file_sha256=weighed.handed.sha256,
    )
