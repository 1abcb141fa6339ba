"""`firstcover insurer return`: a quarter's return as a file, from its template to its filing (article 13).

It stands among the insurer's commands because the file is the insurer's alone, beside the act it files with.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from activities.contracts import Answer
from rules.schemes.dalian_return import Checked, Fault
from rules.schemes.dalian_round_forms import RoundOpening
from runtime.documents import quarterly_return
from runtime.errors import BadInput, Refused
from runtime.messages import say
from service import return_files, returns
from service.plans import round_stream
from service.reading import plain
from service.returns import HandedIn, Weighed
from service.session import fit, now, reading, run, session
from service.showing import file_of
from starters.office import insurer
from starters.plan import Quarter
from starters.tables import bytes_of, keep
from starters.telling import As, Json, bar, console, tell_found, tell_json, tell_table

app = typer.Typer(no_args_is_help=True, help="The quarter's return as a file (季度汇总申报): Excel, CSV or JSON.")
insurer.add_typer(app, name="return")

#: So many faults are shown in a terminal; the report holds all.
SHOWN = 20
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


@app.command()
def template(quarter: Quarter, out: Out, officer: As, as_json: Json = False) -> None:
    """Write the return as an Excel file, filled with every application of yours that can be filed."""
    _is_quarter(quarter)

    async def work() -> list[returns.Record]:
        async with reading() as pool:
            acting = await returns.acting(pool, officer, now())
            return await returns.held(pool, acting, quarter, None)

    rows = run(work())
    keep(out, return_files.template(rows))
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
                return await returns.weigh(pool, handed, officer, now())

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

        def filing(parts: list[list[str]]) -> Iterable[list[str]]:
            return progress.track(parts, description=say("return_filing"))

        async def work() -> tuple[Weighed, list[Answer]]:
            async with session() as servers:
                await file_of(servers.pool, round_stream(quarter))
                weighed = await returns.weigh(servers.pool, handed, officer, servers.clock())
                if report:
                    keep(report, return_files.report(weighed.checked.faults))
                return weighed, await returns.file(servers, weighed, scans, filing)

        weighed, answers = run(work())
    _finish(weighed, None, answers, as_json=as_json, told_in=report)


@app.command("print")
def print_(quarter: Quarter, file: File, officer: As, out: Out) -> None:
    """Print the summary (汇总表) and the cover letter (报送函) of a return's right rows as PDF, to be sealed."""
    with bar() as progress:
        handed = _read(quarter, file, None, progress)

        async def work() -> tuple[Weighed, quarterly_return.Heading]:
            async with reading() as pool:
                weighed = await returns.weigh(pool, handed, officer, now())
                return weighed, await returns.heading(pool, weighed, now())

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
    digest, rows = return_files.read_return(bytes_of(file), file)
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


# --- Telling --------------------------------------------------------------------------------------------------------


def _finish(
    weighed: Weighed, report: Path | None, answers: list[Answer], *, as_json: bool, told_in: Path | None = None
) -> None:
    """Tell what became of each row; raise `Refused` where any row is returned."""
    handed, checked = weighed.handed, weighed.checked
    if report:
        keep(report, return_files.report(checked.faults))
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
        events = [answer.event.seq for answer in answers]
        faults = [fault._asdict() for fault in checked.faults]
        tell_json({**told, "events": events, "unmatched_copies": weighed.spare, "faults": faults})
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
