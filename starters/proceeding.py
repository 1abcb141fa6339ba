"""What every kind of proceeding (办件) can be asked and told on the command line: open, act, show, list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedures import PROCEDURES, Stream
from rules.timetable import SHANGHAI
from runtime.errors import BadInput
from runtime.messages import is_chinese, named, say
from service.reading import bad_input, read_choice, read_data, read_word
from service.session import fit, now, reading, run, session
from service.showing import acting_as, expect_about, file_of, numbered, shown
from service.unmasking import Look, unmask
from starters.telling import (
    As,
    CommandId,
    Data,
    Json,
    Looking,
    Persons,
    console,
    ground,
    tell_answer,
    tell_json,
    tell_rows,
    tell_table,
    who,
    yuan,
)

OFFICE, PROCEEDING = queries("office"), queries("proceeding")
PAGE = 500


def do_act(
    stream: Stream, act: str, officer: str, data: dict[str, Any], command_id: str | None, *, as_json: bool
) -> None:
    """Send an act to its proceeding and tell what it came to."""
    numbered(stream)
    try:
        form = stream.procedure.act(act).form
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    fit(form, data)

    async def work() -> None:
        async with session() as servers:
            tell_answer(await servers.act(str(stream), act, officer, data, command_id), as_json=as_json)

    run(work())


def do_open(stream: Stream, officer: str, data: dict[str, Any], command_id: str | None, *, as_json: bool) -> None:
    """Open a proceeding by its first act and tell what it came to."""
    numbered(stream)
    opening = stream.procedure.opening
    fit(opening.form, data)

    async def work() -> None:
        async with session() as servers:
            tell_answer(await servers.open(str(stream), opening.name, officer, data, command_id), as_json=as_json)

    run(work())


def do_enter(
    stream: Stream, act: str, officer: str, data: dict[str, Any], command_id: str | None, *, as_json: bool
) -> None:
    """Enter an act in a register, which no workflow drives, and tell what it came to."""
    fit(stream.procedure.act(act).form, data)

    async def work() -> None:
        async with session() as servers:
            tell_answer(await servers.open(str(stream), act, officer, data, command_id), as_json=as_json)

    run(work())


async def looked(pool: Pool, stream: Stream, officer: str | None, reason: str | None) -> bool:
    """Whether an officer has persons shown in full: where he says what for, that is written down first."""
    if reason is None:
        return False
    acting = await acting_as(pool, officer)
    if acting is None:
        raise BadInput(("as", "must name who looks"))
    await unmask(pool, stream, await file_of(pool, stream), Look(acting, reason, now()))
    return True


def tell_shown(stream: Stream, officer: str | None, reason: str | None = None, *, as_json: bool) -> None:
    """Print a proceeding, its persons masked unless there is a reason; a case's JSON has them, as is promised."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            whole = await looked(pool, stream, officer, reason) or (as_json and stream.kind == "case")
            return await shown(pool, stream, officer, whole=whole)

    told = run(work())
    if as_json:
        tell_json(told)
        return
    stage = stream.procedure.stages[told["stage"]]
    standing = {"number": stream.number, "edition": told["edition"], "stage": stage.name, "zh": stage.zh}
    console().print(say("standing", **standing), style="bold")
    if "money" in told:
        tell_table(say("money"), tuple(told["money"]), [tuple(map(yuan, told["money"].values()))])
    rows = [
        {**deadline, "deadline": deadline["name"], "due_on": _due(deadline), "because": "; ".join(deadline["because"])}
        for deadline in told["deadlines"]
    ]
    tell_rows(say("deadlines"), ("deadline", "article", "office", "due_on", "met_on", "because"), rows)
    if "awaited" in told["facts"]:
        tell_rows(say("returns"), ("insurer", "filed"), _returns(told["facts"]["awaited"]))
    if told.get("told"):
        tell_rows(say("told"), ("act", "plan", "ordered", "told", "overtaken", "failed"), told["told"])
    if told.get("review"):
        tell_rows(say("review"), ("office", "given", "approved", "refused", "awaited", "again"), told["review"])
    if told["related"]:
        tell_rows(say("related"), ("kind", "number", "stage"), told["related"])
    if told["notices"]:
        tell_rows(say("notices"), ("number", "kind", "sequence", "issued_on"), told["notices"])
    tell_history(told["events"])
    can = [_possible(act["act"], act["office"]) for act in told["acts"] if act["allowed"]]
    console().print(say("possible", acts=", ".join(can) or say("nothing_more")))


def _possible(act: str, offices: str) -> str:
    """Name an act by its code, which is typed, and in Chinese by its name too."""
    by = ", ".join(named(office, "office") for office in offices.split(", "))
    return f"{named(act, 'act')} {act} ({by})" if is_chinese() else f"{act} ({by})"


def _returns(awaited: dict[str, bool]) -> list[dict[str, str]]:
    """Which of the insurers listed when the round was opened have filed."""
    return [{"insurer": insurer, "filed": "✓" if filed else "✗"} for insurer, filed in awaited.items()]


def _due(deadline: dict[str, Any]) -> str:
    day: str = deadline["due_on"]
    return say("provisional", day=day) if deadline["provisional"] else day


def tell_history(events: list[dict[str, Any]]) -> None:
    """Print a history: what, who, under which article, and what was found."""
    tell_table(
        say("history"),
        ("#", "act", "officer", "office", "at", "article", "found"),
        [
            (e["seq"], e["act"], who(e), e["office"], e["at"].replace("T", " "), e["article"], _found(e))
            for e in events
        ],
    )  # fmt: skip


def _found(event: dict[str, Any]) -> str:
    failed = [
        "✗ " + ground(found["rule"], found["article"], found["reason"])
        for found in event["findings"]
        if not found["passed"]
    ]
    passed = sum(found["passed"] for found in event["findings"])
    return "\n".join(failed) or (say("findings_passed", passed=passed) if passed else "")


def tell_list(kind: str, narrowed: Mapping[str, str | None], officer: str | None = None, *, as_json: bool) -> None:
    """List proceedings of a kind by number, narrowed by what is given; as JSON, one a line."""
    for name, word in narrowed.items():
        if word is not None:
            read_word(name, word)
    if stage := narrowed.get("stage"):
        read_choice("stage", stage, PROCEDURES[kind, "dalian"].stages)
    asked = [narrowed.get(name) for name in ("stage", "district", "awaits", "enterprise", "about")]

    async def work() -> None:
        after, rows, today = "", [], now().astimezone(SHANGHAI).date()
        async with reading() as pool:
            if about := narrowed.get("about"):
                await expect_about(pool, about)
            acting = await acting_as(pool, officer)
            office = acting.office if acting else None
            while page := await pool.fetch(PROCEEDING.list, kind, *asked, after, PAGE, today, office):
                after = page[-1]["number"]
                told = [{kind: row["number"], **{k: row[k] for k in row.keys() if k != "number"}} for row in page]  # noqa: SIM118
                for one in told if as_json else ():
                    tell_json(one)
                rows += told
        if not as_json:
            columns = (kind, "stage", "district", "enterprise", "awaits")
            tell_table(
                say("list_of", kind=named(kind, "kind").replace("_", " ")),
                columns,
                [(*(one[c] for c in columns[:4]), ", ".join(one["awaits"])) for one in rows],
            )

    run(work())


def group_of(kind: str, zh: str) -> typer.Typer:
    """Return the commands of one kind of proceeding: open (where an officer opens it), act, show, list."""
    said = kind.replace("_", " ")
    group = typer.Typer(no_args_is_help=True, help=f"{said.capitalize()} ({zh}).")
    group.callback()(lambda: None)
    procedure = PROCEDURES[kind, "dalian"]
    number = Annotated[str, typer.Argument(metavar=kind.upper(), help="Its number.")]

    def open_(
        file: Annotated[str, typer.Argument(metavar="FILE", help="The form, YAML or JSON; - for standard input.")],
        officer: As,
        command_id: CommandId = None,
        as_json: Json = False,
    ) -> None:
        do_open(Stream(kind, "dalian", "new"), officer, read_data(file), command_id, as_json=as_json)

    def act(
        number: number,
        act: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; see: firstcover case schema.")],
        officer: As,
        data: Data = None,
        command_id: CommandId = None,
        as_json: Json = False,
    ) -> None:
        stream = Stream(kind, "dalian", str(number))
        do_act(stream, act, officer, read_data(data) if data else {}, command_id, as_json=as_json)

    def show(
        number: number,
        officer: Looking = None,
        persons: Persons = None,
        as_json: Json = False,
    ) -> None:
        tell_shown(Stream(kind, "dalian", str(number)), officer, persons, as_json=as_json)

    def list_(
        stage: Annotated[str | None, typer.Option(help="Only those at this stage.")] = None,
        about: Annotated[
            str | None, typer.Option(help="Only those about this proceeding, as case:dalian:DL-2026-000001.")
        ] = None,
        officer: Annotated[
            str | None,
            typer.Option("--as", metavar="OFFICER", help="Of complaints, also the tip-offs his office handles."),
        ] = None,
        as_json: Json = False,
    ) -> None:
        tell_list(kind, {"stage": stage, "about": about}, officer, as_json=as_json)

    for command in (act, show):
        command.__annotations__["number"] = number
    if procedure.opening.by != ("system",):
        opening = procedure.opening
        group.command("open", help=f"{opening.zh}: {opening.name}, article {opening.article}.")(open_)
    group.command("act", help=f"Do an act in a {said}, for an officer.")(act)
    group.command("show", help=f"Show a {said}: facts, deadlines, history, and what can come next.")(show)
    group.command("list", help=f"List every {said} by number; as JSON, one a line.")(list_)
    return group
