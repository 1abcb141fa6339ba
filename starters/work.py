"""`firstcover work`: what waits for an officer, and how his office shares it out (article 15(3))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

from activities import work as waiting_work
from activities.authority import Officer
from activities.work import Wanted
from db.pool import Pool
from rules.procedures import DRIVEN, Stream, stream_of
from rules.timetable import SHANGHAI
from runtime.errors import BadInput
from runtime.messages import say
from service.reading import read_choice, read_data
from service.session import fit, now, reading, run, session
from service.showing import acting_as
from starters.telling import As, CommandId, Json, console, tell_answer, tell_list

app = typer.Typer(no_args_is_help=True, help="What waits for an office (待办), and who has it.")
Numbers = Annotated[list[str], typer.Argument(metavar="STREAM...", help="Proceedings, as case:dalian:DL-2026-000001.")]
Note = Annotated[str, typer.Option(help="What the next one should know.")]
Form = Annotated[str, typer.Argument(metavar="FILE", help="The form, YAML or JSON; - for standard input.")]
COLUMNS = ("kind", "number", "stage", "deadline", "due_on", "provisional", "taken_by", "in_substitution")


@app.callback()
def work() -> None:
    """What waits for an office (待办), and who has it."""


@app.command("list")
def list_work(
    officer: As,
    kind: Annotated[str | None, typer.Option(help=f"One of: {', '.join(DRIVEN)}.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only what stands at this stage.")] = None,
    taken: Annotated[str | None, typer.Option(help="Only what is taken by: me, nobody.")] = None,
    due_before: Annotated[str | None, typer.Option(help="Only what is due before this day.")] = None,
    text: Annotated[str, typer.Option(help="Words of the number, the enterprise or the product.")] = "",
    as_json: Json = False,
) -> None:
    """List what waits for your office, the first due first."""
    if kind is not None:
        read_choice("kind", kind, DRIVEN)
    if taken is not None:
        read_choice("taken", taken, ("me", "nobody"))
    before = _day(due_before) if due_before else None
    wanted = Wanted(kind=kind, stage=stage, taken=taken, due_before=before, text=text)

    async def listed(pool: Pool, who: Officer, on: date) -> list[dict[str, Any]]:
        return await waiting_work.waiting(pool, who, await waiting_work.office_on(pool, who, on), wanted)

    _tell(officer, listed, COLUMNS, as_json=as_json)


@app.command()
def counts(officer: As, as_json: Json = False) -> None:
    """Count what waits for your office, by kind and by when it is due."""

    async def counted(pool: Pool, who: Officer, on: date) -> list[dict[str, Any]]:
        told: dict[tuple[str, str], dict[str, Any]] = {}
        office = await waiting_work.office_on(pool, who, on)
        for one in await waiting_work.counted(pool, who, office, on):
            row = told.setdefault((one.kind, one.due), {"kind": one.kind, "due": one.due, "items": 0, "free": 0})
            row["items"] += one.items
            row["free"] += 0 if one.taken_by else one.items
        return list(told.values())

    _tell(officer, counted, ("kind", "due", "items", "free"), as_json=as_json)


@app.command()
def search(text: str, officer: As, as_json: Json = False) -> None:
    """Find proceedings by words of their number, enterprise or product."""
    columns = ("kind", "number", "stage", "enterprise_name", "product_name")

    async def found(pool: Pool, who: Officer, _: date) -> list[dict[str, Any]]:
        return (await waiting_work.found(pool, text, who))[0]

    _tell(officer, found, columns, as_json=as_json)


def _tell(officer: str, ask: Callable[..., Any], columns: tuple[str, ...], *, as_json: bool) -> None:
    async def asked() -> list[dict[str, Any]]:
        async with reading() as pool:
            who = await acting_as(pool, officer)
            assert who is not None
            rows: list[dict[str, Any]] = await ask(pool, who, _today())
            return rows

    rows = run(asked())
    tell_list(say("waiting"), columns, rows, as_json=as_json)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise BadInput(("due_before", "must be a day, written 2026-03-31")) from error


def _today() -> date:
    return now().astimezone(SHANGHAI).date()


@app.command()
def take(streams: Numbers, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Take proceedings that wait for your office upon yourself."""
    _order("take", officer, {"proceedings": streams}, command_id, as_json=as_json)


@app.command("next")
def take_next(
    officer: As,
    kind: Annotated[str | None, typer.Option(help=f"One of: {', '.join(DRIVEN)}.")] = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Take the most urgent one that you may handle and nobody has, and be told why that one."""
    _order("take_next", officer, {"kind": kind}, command_id, as_json=as_json)


@app.command("hand-over")
def hand_over(
    streams: Numbers,
    to: Annotated[str, typer.Option(help="The colleague's code.")],
    note: Note,
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Hand proceedings over to a colleague of your office."""
    _order("hand_over", officer, {"proceedings": streams, "to": to, "note": note}, command_id, as_json=as_json)


@app.command()
def release(streams: Numbers, note: Note, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Let proceedings wait for the whole office again."""
    _order("release", officer, {"proceedings": streams, "note": note}, command_id, as_json=as_json)


@app.command()
def redistribute(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Share out your office's work, as its supervisor: moves (proceeding, to), reason."""
    _order("redistribute", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def substitute(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Appoint who stands in for an absent colleague: absent, substitute, since, until, reason."""
    _order("substitute", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def refill() -> None:
    """Work out anew what waits for whom, after an upgrade from before lists of work were kept."""

    async def filled() -> int:
        async with reading() as pool:
            return await waiting_work.refill(pool)

    console().print(say("refilled", proceedings=run(filled())))


def _order(act: str, officer: str, form: dict[str, Any], command_id: str | None, *, as_json: bool) -> None:
    fit(stream_of("work:dalian:any").procedure.act(act).form, form)

    async def ordered() -> None:
        async with session() as servers:
            who: Officer | None = await acting_as(servers.pool, officer)
            if who is None:
                raise BadInput(("as", "must name who acts"))
            stream = str(Stream("work", "dalian", who.office))
            tell_answer(await servers.open(stream, act, officer, form, command_id), as_json=as_json)

    run(ordered())
