"""`firstcover calendar`: which notices of days off are loaded, and what loading another moves (domain §3)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from activities import calendar as loaded
from rules.procedure import read_form
from rules.procedures import Stream
from rules.schemes.dalian_calendar import HolidayNotice
from rules.timetable import SHANGHAI
from runtime.messages import say
from service.reading import read_data
from service.session import fit, now, reading, run, session
from starters.telling import As, CommandId, Json, tell_answer, tell_list

app = typer.Typer(no_args_is_help=True, help="The State Council's notices of days off (放假通知).")
Form = Annotated[str, typer.Argument(metavar="FILE", help="year, document, days_off, workdays; - for standard input.")]
REGISTER = Stream("calendar", "dalian", "china")


@app.callback()
def calendar() -> None:
    """The State Council's notices of days off (放假通知)."""


@app.command("list")
def list_notices(as_json: Json = False) -> None:
    """List the notices that are loaded."""

    async def known() -> list[dict[str, Any]]:
        async with reading() as pool:
            notices = (await loaded.current(pool)).notices
        return [{"year": n.year, "document": n.document, "days_off": len(n.days_off), "workdays": len(n.workdays)}
                for n in notices]  # fmt: skip

    tell_list(say("holiday_notices"), ("year", "document", "days_off", "workdays"), run(known()), as_json=as_json)


@app.command()
def preview(data: Form, as_json: Json = False) -> None:
    """Show which deadlines a notice would move, whose they are, and to which day; nothing is stored."""
    form = read_data(data)
    fit(HolidayNotice, form)
    filled = read_form(HolidayNotice, form, now())

    async def moved() -> list[dict[str, Any]]:
        async with reading() as pool:
            return (await loaded.moved(pool, filled, now().astimezone(SHANGHAI).date()))[0]

    columns = ("stream", "deadline", "office", "old", "new", "provisional")
    tell_list(say("moved_deadlines"), columns, run(moved()), as_json=as_json)


@app.command()
def load(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Enter a year's notice; it counts once another officer of the bureau has confirmed it (article 14)."""
    _order("enter_notice", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def confirm(year: int, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Confirm the notice another officer entered: the deadlines it moves are told to their offices (article 14)."""
    _order("load_notice", officer, {"year": year}, command_id, as_json=as_json)


def _order(act: str, officer: str, form: dict[str, Any], command_id: str | None, *, as_json: bool) -> None:
    fit(REGISTER.procedure.act(act).form, form)

    async def ordered() -> None:
        async with session() as servers:
            tell_answer(await servers.open(str(REGISTER), act, officer, form, command_id), as_json=as_json)

    run(ordered())
