"""`firstcover round review` and `worksheet`: an office's opinions of many applications at once (article 13)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from activities.contracts import Answer
from db.pool import Pool
from rules.schemes.dalian_opinions import COLUMNS, LeftOut, minute_of
from rules.schemes.dalian_round_forms import Opinion
from rules.values import in_yuan
from runtime import messages
from runtime.errors import BadInput, Refused
from runtime.messages import say
from service.reading import plain
from service.review import WORKSHEET, Record, Reviewing, Wanted, awaiting, expect_insurer, give, held, reviewing
from service.session import fit, now, reading, run, session
from service.tables import csv_table, read_table, table_of
from starters.papers import Out
from starters.plan import Quarter
from starters.tables import bytes_of, keep
from starters.telling import As, Json, bar, console, tell_json, tell_rows

#: So many of what is left out are shown in a terminal; `--json` tells all.
SHOWN = 20

Table = Annotated[str | None, typer.Argument(metavar="FILE", help="Opinions as Excel, CSV or JSON; see: worksheet.")]
Insurer = Annotated[str | None, typer.Option(metavar="CODE", help="Only this insurer's applications.")]


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


def worksheet(quarter: Quarter, out: Out, officer: As, insurer: Insurer = None, as_json: Json = False) -> None:
    """Write every application that awaits your office's opinion, to be filled in and handed to: round review."""
    if out.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise BadInput(("out", f"must end in .xlsx, .csv or .json (not {plain(out.name)!r})"))

    async def work() -> list[dict[str, str]]:
        async with reading() as pool:
            _, known = await held(pool, quarter, officer, None, now())
            await expect_insurer(pool, insurer)
            return [_row(record) for record in awaiting(known, insurer)]

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

        def giving(parts: list[list[dict[str, Any]]]) -> Iterable[list[dict[str, Any]]]:
            return progress.track(parts, description=say("review_giving"))

        async def look() -> Reviewing:
            async with reading() as pool:
                return await _reviewing(pool, quarter, asked)

        async def order() -> tuple[Reviewing, list[Answer]]:
            async with session() as servers:
                what = await _reviewing(servers.pool, quarter, asked)
                return what, await give(servers, what, giving)

        what, answers = (run(look()), []) if preview else run(order())
    _tell(what, answers, preview=preview, as_json=as_json)
    if not preview and not approve_all:
        _refuse_left_out(what.opinions.left_out)


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
    rows = read_table(bytes_of(asked.file), asked.file, WORKSHEET)[1] if asked.file is not None else None
    wanted = Wanted(asked.reason, rows, asked.approve, asked.refuse, asked.insurer)
    return await reviewing(pool, quarter, asked.officer, wanted, now())


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
    match out.suffix.lower():
        case ".xlsx":
            keep(out, table_of(WORKSHEET, rows))
        case ".csv":
            keep(out, csv_table(WORKSHEET, rows))
        case _:
            keep(out, json.dumps(rows, ensure_ascii=False, indent=1).encode())


# --- Telling --------------------------------------------------------------------------------------------------------


def _tell(what: Reviewing, answers: list[Answer], *, preview: bool, as_json: bool) -> None:
    opinions, officer = what.opinions, what.officer
    told = {
        "round": what.quarter,
        "office": officer.kind,
        "officer": officer.code,
        "preview": preview,
        "approved": opinions.count(approves=True),
        "approved_asked": in_yuan(opinions.asked(what.held, approves=True)),
        "refused": opinions.count(approves=False),
        "refused_asked": in_yuan(opinions.asked(what.held, approves=False)),
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
