"""`firstcover round`: the quarter, its returns and its joint review (article 13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer
from temporalio.client import ScheduleDescription
from temporalio.service import RPCError

from rules.schemes.dalian_quarter import quarter_before
from rules.schemes.dalian_round_forms import RoundOpening
from rules.timetable import SHANGHAI
from runtime.errors import Unreachable
from runtime.messages import say
from runtime.settings import Settings
from runtime.temporal_client import connect
from service.plans import round_stream
from service.reading import read_data
from service.session import fit, run, session
from service.showing import minute_of
from starters import review
from starters.plan import Quarter
from starters.proceeding import do_act, tell_list, tell_shown
from starters.telling import As, CommandId, Data, Json, Looking, console, tell_answer, tell_json, tell_rows
from workflows.schedules import ensure_rounds

app = typer.Typer(no_args_is_help=True, help="Quarterly rounds (季度申报与会同审核).")
#: So many of the coming quarters are told: a year's.
NEXT = 4


@app.command("open")
def open_round(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Open a quarter's round by hand; before the quarter's end it says so."""
    fit(RoundOpening, {"quarter": quarter})

    async def work() -> None:
        async with session() as servers:
            stream = str(round_stream(quarter))
            tell_answer(await servers.open(stream, "open", officer, {"quarter": quarter}, command_id), as_json=as_json)

    run(work())


@app.command("list")
def list_rounds(
    stage: Annotated[str | None, typer.Option(help="Only rounds at this stage.")] = None, as_json: Json = False
) -> None:
    """List rounds by quarter; as JSON, one a line."""
    tell_list("round", {"stage": stage}, as_json=as_json)


@app.command()
def show(
    quarter: Quarter,
    officer: Looking = None,
    as_json: Json = False,
) -> None:
    """Show a round: its returns, deadlines, plan, signatures and history."""
    tell_shown(round_stream(quarter), officer, as_json=as_json)


@app.command()
def schedule(as_json: Json = False) -> None:
    """Show by which Schedule rounds open themselves; where it is missing or not as written, it is put in place."""

    async def work() -> dict[str, Any]:
        client = await connect()
        try:
            return _scheduled(await ensure_rounds(client, Settings().task_queue))
        except RPCError as error:
            raise Unreachable("Temporal", client.service_client.config.target_host, error.message) from error

    told = run(work())
    if as_json:
        tell_json(told)
        return
    console().print(say("schedule", name=told["schedule"], zone=told["zone"]), style="bold")
    if told["paused"]:
        console().print(say("paused"))
    tell_rows(say("openings"), ("at", "quarter"), told["next"])
    tell_rows(say("opened"), ("at", "quarter"), told["last"])


def _scheduled(there: ScheduleDescription) -> dict[str, Any]:
    def openings(moments: Iterable[datetime]) -> list[dict[str, str]]:
        local = (moment.astimezone(SHANGHAI) for moment in moments)
        return [{"at": minute_of(moment), "quarter": quarter_before(moment.date())} for moment in local]

    return {
        "schedule": there.id,
        "zone": there.schedule.spec.time_zone_name,
        "paused": there.schedule.state.paused,
        "next": openings(there.info.next_action_times[:NEXT]),
        "last": openings(action.scheduled_at for action in there.info.recent_actions),
    }


app.command("review")(review.review)
app.command("worksheet")(review.worksheet)


@app.command()
def act(
    quarter: Quarter,
    act: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; see: firstcover case schema.")],
    officer: As,
    data: Data = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Do an act in a round, for an officer."""
    do_act(round_stream(quarter), act, officer, read_data(data) if data else {}, command_id, as_json=as_json)
