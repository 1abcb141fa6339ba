"""`firstcover round review` and `worksheet`: an office's opinions of many applications at once (article 13)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from activities.authority import Officer, authorise, known_officer
from activities.contracts import Answer
from db.pool import Pool
from db.sql import queries
from rules.procedure import NO_FILE, Barred, File
from rules.schemes.dalian_opinions import (
    COLUMNS,
    NEEDED,
    LeftOut,
    Opinions,
    Said,
    minute_of,
    read_rows,
    sort_out,
)
from rules.schemes.dalian_round import ROUND
from rules.schemes.dalian_round_forms import MOST_AT_ONCE, Opinion
from rules.timetable import SHANGHAI
from rules.values import in_yuan
from runtime import messages
from runtime.documents.sheets import csv_of
from runtime.errors import BadInput, Refused
from runtime.messages import say
from service.plans import round_stream
from service.reading import plain, read_word
from service.session import Session, fit, now, reading, run, session
from service.showing import file_of
from starters.papers import Out
from starters.plan import Quarter
from starters.tables import Layout, keep, read_table, write_table
from starters.telling import As, Json, bar, console, tell_json, tell_rows

OFFICE, REVIEW = queries("office"), queries("review")
WORKSHEET = Layout("审核表", COLUMNS, NEEDED)
#: What one act may weigh: a message of the workflow holds two megabytes.
MOST_BYTES = 1_000_000
#: So many of what is left out are shown in a terminal; `--json` tells all.
SHOWN = 20

Table = Annotated[str | None, typer.Argument(metavar="FILE", help="Opinions as Excel, CSV or JSON; see: worksheet.")]
Insurer = Annotated[str | None, typer.Option(metavar="CODE", help="Only this insurer's applications.")]
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What an officer orders: of which applications he says what, and why."""

    officer: str
    file: str | None
    approve_all: bool
    approve: list[str]
    refuse: list[str]
    reason: str | None
    insurer: str | None


@dataclass(frozen=True)
class Reviewing:
    """A round under review as one office's officer sees it, and what he is about to say."""

    quarter: str
    officer: Officer
    held: Mapping[str, Record]
    opinions: Opinions


def worksheet(quarter: Quarter, out: Out, officer: As, insurer: Insurer = None, as_json: Json = False) -> None:
    """Write every application that awaits your office's opinion, to be filled in and handed to: round review."""
    if out.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise BadInput(("out", f"must end in .xlsx, .csv or .json (not {plain(out.name)!r})"))

    async def work() -> list[dict[str, str]]:
        async with reading() as pool:
            _, held = await _held(pool, quarter, officer, None)
            await _expect_insurer(pool, insurer)
            return [_row(record) for record in _awaiting(held, insurer)]

    rows = run(work())
    _write(out, rows)
    told = {"round": quarter, "rows": len(rows), "out": str(out)}
    tell_json(told) if as_json else console().print(say("review_worksheet", **told))


def review(  # noqa: PLR0913, PLR0917 - a command takes its options by name
    quarter: Quarter,
    officer: As,
    file: Table = None,
    approve_all: Annotated[bool, typer.Option("--approve-all", help="Approve all that await your office.")] = False,
    approve: Annotated[
        list[str] | None, typer.Option(metavar="APPLICATION", help="Approve this one; once for each.")
    ] = None,
    refuse: Annotated[
        list[str] | None, typer.Option(metavar="APPLICATION", help="Refuse this one; once for each.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="The reason; of a file, where a row gives none.")] = None,
    insurer: Insurer = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be given, and give nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Give your office's opinions; what is left out is told with its rule. Giving them again repeats nothing."""
    asked = Asked(officer, file, approve_all, approve or [], refuse or [], reason, insurer)
    _one_way(asked)
    with bar() as progress:

        async def look() -> Reviewing:
            async with reading() as pool:
                return await _reviewing(pool, quarter, asked)

        async def give() -> tuple[Reviewing, list[Answer]]:
            async with session() as servers:
                reviewing = await _reviewing(servers.pool, quarter, asked)
                return reviewing, await _give(servers, reviewing, progress)

        reviewing, answers = (run(look()), []) if preview else run(give())
    _tell(reviewing, answers, preview=preview, as_json=as_json)
    if not preview and not approve_all:
        _refuse_left_out(reviewing.opinions.left_out)


def _one_way(asked: Asked) -> None:
    """An order says its opinions in one way, with a reason."""
    ways = [asked.file is not None, asked.approve_all, bool(asked.approve), bool(asked.refuse)]
    if sum(ways) != 1:
        raise BadInput(("opinions", "must be given in one way: FILE, --approve-all, --approve or --refuse"))
    if asked.insurer is not None and not asked.approve_all:
        raise BadInput(("insurer", "must only be given with --approve-all"))
    if asked.reason is not None or asked.file is None:
        fit(Opinion, {"application": "-", "approves": True, "reason": asked.reason or ""})


# --- Reading --------------------------------------------------------------------------------------------------------


async def _reviewing(pool: Pool, quarter: str, asked: Asked) -> Reviewing:
    if asked.file is not None:
        said, opinions = read_rows(read_table(asked.file, WORKSHEET)[1], asked.reason)
    else:
        named = [(number, True) for number in asked.approve] + [(number, False) for number in asked.refuse]
        words = enumerate(((read_word("application", number), how) for number, how in named), 1)
        said = [Said(line, number, how, asked.reason or "") for line, (number, how) in words]
        opinions = Opinions()
    numbers = None if asked.approve_all else [one.application for one in said]
    officer, held = await _held(pool, quarter, asked.officer, numbers, due=True)
    if asked.approve_all:
        await _expect_insurer(pool, asked.insurer)
        said = [Said(0, one["application"], True, asked.reason or "") for one in _awaiting(held, asked.insurer)]
    return Reviewing(quarter, officer, held, sort_out(said, held, opinions, in_bulk=asked.approve_all))


async def _held(
    pool: Pool, quarter: str, code: str, numbers: list[str] | None, *, due: bool = False
) -> tuple[Officer, dict[str, Record]]:
    """The round's applications as an office's officer has them before him; raise `Refused` for anybody else."""
    file = await file_of(pool, round_stream(quarter))
    officer = await _acting(pool, code, file if due else None)
    year, today = file.facts["round"]["fiscal_year"], now().astimezone(SHANGHAI).date()
    rows = await pool.fetch(REVIEW.awaiting, str(round_stream(quarter)), officer.kind, numbers, year, today)
    own = await pool.fetch(REVIEW.prepared_by, [row["application"] for row in rows], officer.code)
    prepared = {row["number"]: row["act"] for row in own}
    return officer, {r["application"]: {**r, "prepared": prepared.get(r["application"])} for r in map(dict, rows)}


async def _acting(pool: Pool, code: str, file: File | None) -> Officer:
    act = ROUND.act("review")
    try:
        async with pool.acquire() as connection:
            officer = await known_officer(connection, read_word("as", code), now())
        authorise(act, NO_FILE, officer)
        if file:
            ROUND.due_now(act, file.stage)
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred
    return officer


async def _expect_insurer(pool: Pool, insurer: str | None) -> None:
    if insurer is not None and not await pool.fetchval(OFFICE.known, insurer):
        raise BadInput(("insurer", f"must be the code of an insurer (not {plain(insurer)!r})"))


def _awaiting(held: Mapping[str, Record], insurer: str | None) -> list[Record]:
    """What an office has not spoken of, or only of another amount; of one insurer, where it is named."""
    open_ = (record for record in held.values() if record["approves"] is None and not record["waited"])
    return [record for record in open_ if insurer in (None, record["insurer"])]


# --- The worksheet --------------------------------------------------------------------------------------------------


def _row(record: Record) -> dict[str, str]:
    said = {column.name: str(record.get(column.name) or "") for column in COLUMNS}
    amounts = {name: in_yuan(record[name]) for name in ("asked", "cap_left")}
    return said | amounts | {"concluded_at": minute_of(record), "known": _known(record), "approves": "", "reason": ""}


def _known(record: Record) -> str:
    """已知情况: what an officer should know of an application before he says anything of it."""
    day, said_of, act = record["barred_on"], record["said_of"], record["prepared"]
    known = (
        say("known_falsified") if record["falsified"] else "",
        say("known_barred", day=day) if day and not record["admitted"] else "",
        say("known_admitted", day=day) if day and record["admitted"] else "",
        say("known_said", asked=", ".join(said_of)) if said_of else "",
        say("known_prepared", act=act) if act else "",
    )
    return "; ".join(filter(None, known))


def _write(out: Path, rows: list[dict[str, str]]) -> None:
    names = [column.name for column in COLUMNS]
    match out.suffix.lower():
        case ".xlsx":
            write_table(out, WORKSHEET, rows)
        case ".csv":
            titles = [f"{column.zh} {column.name}" for column in COLUMNS]
            keep(out, csv_of([titles, *([row[name] for name in names] for row in rows)]))
        case _:
            keep(out, json.dumps(rows, ensure_ascii=False, indent=1).encode())


# --- Giving ---------------------------------------------------------------------------------------------------------


async def _give(servers: Session, reviewing: Reviewing, progress: Progress) -> list[Answer]:
    """Give the opinions in as many acts as they need."""
    stream, code = str(round_stream(reviewing.quarter)), reviewing.officer.code
    answers = []
    for part in progress.track(list(_parts(reviewing)), description=say("review_giving")):
        data = {"opinions": part}
        answers.append(await servers.act(stream, "review", code, data, _name(reviewing.quarter, code, data)))
    return answers


def _parts(reviewing: Reviewing) -> Iterator[list[dict[str, Any]]]:
    """The opinions of each act, each of what is asked now: what moves before it is stored is not said."""
    part: list[dict[str, Any]] = []
    size = 0
    for said in reviewing.opinions.to_give:
        record = reviewing.held[said.application]
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


# --- Telling --------------------------------------------------------------------------------------------------------


def _tell(reviewing: Reviewing, answers: list[Answer], *, preview: bool, as_json: bool) -> None:
    opinions, officer = reviewing.opinions, reviewing.officer
    told = {
        "round": reviewing.quarter,
        "office": officer.kind,
        "officer": officer.code,
        "preview": preview,
        "approved": opinions.count(approves=True),
        "approved_asked": in_yuan(opinions.asked(reviewing.held, approves=True)),
        "refused": opinions.count(approves=False),
        "refused_asked": in_yuan(opinions.asked(reviewing.held, approves=False)),
        "given_before": len(opinions.given),
        "blank": opinions.blank,
        "left_out": [one._asdict() for one in opinions.left_out],
    }
    if as_json:
        tell_json({**told, "events": [answer.event.seq for answer in answers]})
        return
    counted = {**told, "left_out": len({one.application for one in opinions.left_out})}
    console().print(say("review_previewed" if preview else "review_given", **counted))
    if opinions.left_out:
        rows = [{name: plain(str(cell), 200) for name, cell in one._asdict().items()} for one in opinions.left_out]
        tell_rows(say("review_left_out"), LeftOut._fields, rows[:SHOWN])


def _refuse_left_out(left_out: list[LeftOut]) -> None:
    if left_out:
        first = left_out[0]
        why = say(
            "opinions_left_out",
            left_out=len({(one.row, one.application) for one in left_out}),
            why=messages.told(first.why),
        )
        raise Refused(first.rule, first.article, f"{first.application} {first.field}: {why}")
