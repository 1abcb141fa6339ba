"""`firstcover insurer return`: a quarter's return as a file, from its template to its filing (article 13).

It stands among the insurer's commands because the file is the insurer's alone, beside the act it files with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from activities import editions
from activities.authority import Officer, authorise, known_officer
from activities.contracts import Answer
from db.pool import Pool, one
from db.sql import queries
from rules.procedure import NO_FILE, Barred
from rules.procedures import edition_for
from rules.schemes.dalian_quarter import quarter_end
from rules.schemes.dalian_return import Checked, Fault, Return, Row, check
from rules.schemes.dalian_round import ROUND
from rules.schemes.dalian_round_forms import MOST_AT_ONCE, RoundOpening
from rules.timetable import SHANGHAI
from runtime.documents import quarterly_return
from runtime.errors import BadInput, Refused
from runtime.messages import say
from service.plans import round_stream
from service.reading import plain, read_word
from service.session import Session, fit, now, reading, run, session
from service.showing import file_of
from starters.office import insurer
from starters.plan import Quarter
from starters.return_files import read_return, write_report, write_template
from starters.tables import keep
from starters.telling import As, Json, bar, console, tell_found, tell_json, tell_table

app = typer.Typer(no_args_is_help=True, help="The quarter's return as a file (季度汇总申报): Excel, CSV or JSON.")
insurer.add_typer(app, name="return")

RETURNS = queries("returns")
#: So many faults are shown in a terminal; the report holds all.
SHOWN = 20
Record = Mapping[str, Any]
File = Annotated[str, typer.Argument(metavar="FILE", help="The return: the template filled in, or CSV or JSON.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]
Contracts = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The folder of the sealed contract copies, which are known by their hashes."),
]
Report = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write what is returned to this Excel file; without faults, empty.")
]
Sealed = Annotated[Path | None, typer.Option(metavar="FILE", help="The scan of the sealed paper; its hash is filed.")]


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


@app.command()
def template(quarter: Quarter, out: Out, officer: As, as_json: Json = False) -> None:
    """Write the return as an Excel file, filled with every application of yours that can be filed."""
    _is_quarter(quarter)

    async def work() -> list[Record]:
        async with reading() as pool:
            acting = await _acting(pool, officer)
            return await _held(pool, acting, quarter, None)

    rows = run(work())
    write_template(out, rows)
    told = {"round": quarter, "rows": len(rows), "out": str(out)}
    tell_json(told) if as_json else console().print(say("return_template", **told))


@app.command("check")
def check_(
    quarter: Quarter,
    file: File,
    officer: As,
    contracts: Contracts = None,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """Check a return row by row, and file nothing."""
    with bar() as progress:
        handed = _read(quarter, file, contracts, progress)

        async def work() -> Weighed:
            async with reading() as pool:
                return await _weigh(pool, handed, officer)

        weighed = run(work())
    _finish(weighed, report, [], as_json=as_json)


@app.command("file")
def file_(  # noqa: PLR0913, PLR0917 - a command takes its options by name
    quarter: Quarter,
    file: File,
    officer: As,
    contracts: Contracts = None,
    summary: Sealed = None,
    cover_letter: Sealed = None,
    report: Report = None,
    as_json: Json = False,
) -> None:
    """File the right rows of a return; the others come back in the report. Filing again corrects, never doubles.

    A table without rows is a nil return (零申报): nothing is filed, and the return is awaited no more.
    Without the scans of the sealed papers the hashes of this file and of the letter it prints stand for them.
    """
    scans = {"summary_sha256": _hash_of(summary), "cover_letter_sha256": _hash_of(cover_letter)}
    with bar() as progress:
        handed = _read(quarter, file, contracts, progress)

        async def work() -> tuple[Weighed, list[Answer]]:
            async with session() as servers:
                await file_of(servers.pool, round_stream(quarter))
                weighed = await _weigh(servers.pool, handed, officer)
                if report:
                    write_report(report, weighed.checked.faults)
                return weighed, await _file(servers, weighed, scans, progress)

        weighed, answers = run(work())
    _finish(weighed, None, answers, as_json=as_json, told_in=report)


@app.command("print")
def print_(quarter: Quarter, file: File, officer: As, out: Out) -> None:
    """Print the summary (汇总表) and the cover letter (报送函) of a return's right rows as PDF, to be sealed."""
    with bar() as progress:
        handed = _read(quarter, file, None, progress)

        async def work() -> tuple[Weighed, quarterly_return.Heading]:
            async with reading() as pool:
                weighed = await _weigh(pool, handed, officer)
                return weighed, await _heading(pool, weighed)

        weighed, heading = run(work())
        if handed.rows and not weighed.kept:
            raise BadInput(("file", "has no row that could be filed: nothing is printed"))
        keep(out, quarterly_return.pdf(heading, weighed.kept))
    console().print(say("return_printed", rows=len(weighed.kept), out=out))
    _refuse_returned(weighed.checked, len(handed.rows), None)


# --- Reading --------------------------------------------------------------------------------------------------------


def _is_quarter(quarter: str) -> None:
    fit(RoundOpening, {"quarter": quarter})


def _read(quarter: str, file: str, contracts: Path | None, progress: Progress) -> HandedIn:
    _is_quarter(quarter)
    task = progress.add_task(say("return_reading"), total=None)
    digest, rows = read_return(file)
    progress.update(task, total=1, completed=1)
    return HandedIn(quarter, digest, rows, _copies(contracts, progress) if contracts else None)


def _copies(folder: Path, progress: Progress) -> dict[str, str]:
    """Hash every file of a folder: a copy is known by what it holds, for a name can be mistyped."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BadInput(("contracts", f"{str(folder)!r} cannot be read: {error.strerror}")) from None
    return {_hash_of(path): path.name for path in progress.track(files, description=say("return_copies"))}


def _hash_of(path: Path | None) -> str:
    """The hash of a file; empty where none is given."""
    if path is None:
        return ""
    try:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(("file", f"{str(path)!r} cannot be read: {error.strerror}")) from None


async def _acting(pool: Pool, code: str) -> Officer:
    """The insurer's officer who hands in; raise `Refused` for anybody else."""
    try:
        async with pool.acquire() as connection:
            officer = await known_officer(connection, read_word("as", code), now())
        authorise(ROUND.act("file_return"), NO_FILE, officer)
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    return officer


async def _held(pool: Pool, officer: Officer, quarter: str, numbers: list[str] | None) -> list[Record]:
    scheme = round_stream(quarter).scheme
    return [dict(row) for row in await pool.fetch(RETURNS.held, scheme, officer.office, numbers, _ends_on(quarter))]


def _ends_on(quarter: str) -> Any:
    return quarter_end(int(quarter[:4]), int(quarter[5]))


async def _weigh(pool: Pool, handed: HandedIn, code: str) -> Weighed:
    """Check every row against one reading of the record."""
    officer, quarter = await _acting(pool, code), handed.quarter
    numbers = list({row.application for row in handed.rows})
    held = {row["application"]: row for row in await _held(pool, officer, quarter, numbers)}
    asked = Return(officer.office, str(round_stream(quarter)), _ends_on(quarter), handed.copies)
    return Weighed(handed, officer, held, check(handed.rows, held, asked))


# --- Filing ---------------------------------------------------------------------------------------------------------


async def _file(servers: Session, weighed: Weighed, scans: dict[str, str], progress: Progress) -> list[Answer]:
    """File the right rows in as many acts as they need; raise `Refused` where the law refuses one."""
    stream, handed, code = str(round_stream(weighed.handed.quarter)), weighed.handed, weighed.officer.code
    parts = list(_parts(weighed)) if handed.rows else [[]]
    if not parts:
        return []
    sealed = {
        "summary_sha256": scans["summary_sha256"] or handed.sha256,
        "cover_letter_sha256": scans["cover_letter_sha256"]
        or sha256(quarterly_return.pdf(await _heading(servers.pool, weighed), weighed.kept, "letter")).hexdigest(),
    }
    answers = []
    for numbers in progress.track(parts, description=say("return_filing")):
        data = {"applications": numbers, **sealed}
        answer = await servers.act(stream, "file_return", code, data, _name(handed, code, data))
        answers.append(answer)
        for finding in answer.event.findings:
            if not finding.passed:
                raise Refused(finding.rule, finding.article, finding.reason)
    return answers


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


async def _heading(pool: Pool, weighed: Weighed) -> quarterly_return.Heading:
    today = now().astimezone(SHANGHAI).date()
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


# --- Telling --------------------------------------------------------------------------------------------------------


def _finish(
    weighed: Weighed, report: Path | None, answers: list[Answer], *, as_json: bool, told_in: Path | None = None
) -> None:
    """Tell what became of each row; raise `Refused` where any row is returned."""
    handed, checked = weighed.handed, weighed.checked
    if report:
        write_report(report, checked.faults)
    told = {
        "round": handed.quarter,
        "insurer": weighed.officer.office,
        "file_sha256": handed.sha256,
        "rows": len(handed.rows),
        "right": len(checked.to_file),
        "filed": len(checked.to_file) if answers else 0,
        "already_filed": len(checked.filed),
        "returned": checked.returned,
    }
    if as_json:
        needed = {record["contract_sha256"] for record in weighed.held.values()}
        spare = sorted(name for digest, name in (handed.copies or {}).items() if digest not in needed)
        events = [answer.event.seq for answer in answers]
        faults = [fault._asdict() for fault in checked.faults]
        tell_json({**told, "events": events, "unmatched_copies": spare, "faults": faults})
    else:
        console().print(say("return_told", **told))
        tell_found(() if handed.rows else [found for answer in answers for found in answer.event.findings])
        if checked.faults:
            tell_table(say("return_faults"), Fault._fields, [_printable(fault) for fault in checked.faults[:SHOWN]])
    _refuse_returned(checked, len(handed.rows), report or told_in)


def _printable(fault: Fault) -> tuple[str, ...]:
    return tuple(plain(str(part)) for part in fault)


def _refuse_returned(checked: Checked, rows: int, report: Path | None) -> None:
    if checked.faults:
        first = checked.faults[0]
        where = str(report) if report else "--report"
        why = say("rows_returned", returned=checked.returned, rows=rows, report=where)
        raise Refused(first.rule, first.article, why)
