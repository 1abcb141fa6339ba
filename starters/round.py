"""`firstcover round`, `plan` and `pay`: the quarter, its subsidy plan and its payment (article 13)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from db.sql import queries
from rules.procedures import Stream
from rules.schemes.dalian_round import RoundOpening
from runtime.errors import BadInput
from runtime.messages import say
from starters.proceeding import do_act, fit, tell_shown
from starters.reading import read_data
from starters.session import reading, run, session
from starters.showing import file_of
from starters.telling import As, CommandId, Data, Json, tell_answer, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="Quarterly rounds (季度申报与会同审核).")
plan = typer.Typer(no_args_is_help=True, help="Subsidy plans (补贴计划).")
pay = typer.Typer(no_args_is_help=True, help="Payment of a signed plan (拨付).")
SUBSIDY = queries("subsidy")
Quarter = Annotated[str, typer.Argument(metavar="QUARTER", help="The round's quarter, as 2026Q4.")]


def round_stream(quarter: str) -> Stream:
    return Stream("round", "dalian", quarter)


@app.command("open")
def open_round(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Open a quarter's round by hand; before the quarter's end it says so."""
    fit(RoundOpening, {"quarter": quarter})

    async def work() -> None:
        async with session() as servers:
            stream = str(round_stream(quarter))
            tell_answer(await servers.open(stream, "open", officer, {"quarter": quarter}, command_id), as_json=as_json)

    run(work())


@app.command()
def show(quarter: Quarter, as_json: Json = False) -> None:
    """Show a round: its returns, deadlines, plan, signatures and history."""
    tell_shown(round_stream(quarter), None, as_json=as_json)


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


@plan.command("prepare")
def prepare_plan(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Work the plan out: in order of insurance time, within cap and budget."""
    do_act(round_stream(quarter), "prepare_plan", officer, {}, command_id, as_json=as_json)


@plan.command("sign")
def sign_plan(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Sign the plan for one of the three offices; the third signature works it out again."""
    do_act(round_stream(quarter), "sign_plan", officer, {}, command_id, as_json=as_json)


@plan.command("show")
def show_plan(quarter: Quarter, as_json: Json = False) -> None:
    """Show the plan line by line, and who has signed."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            file = await file_of(pool, round_stream(quarter))
            if "plan" not in file.facts:
                raise BadInput(("plan", f"no plan has been prepared in {quarter}"))
            rows = await pool.fetch(SUBSIDY.plan_lines, file.facts["plan"]["number"])
            lines = [{k: v for k, v in row.items() if k != "stream"} for row in rows]
            return {**file.facts["plan"], "signatures": file.facts["signatures"], "lines": lines}

    told = run(work())
    if as_json:
        tell_json(told)
        return
    columns = ("rank", "application", "insurer", "concluded_at", "asked", "cut_by_cap", "approved", "waitlisted")
    tell_rows(say("plan", number=told["number"]), columns, told["lines"])
    tell_table(say("signatures"), ("office", "officer"), list(told["signatures"].items()))


@pay.command("order")
def order_payment(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Order the payment of a signed plan, one to each insurer."""
    do_act(round_stream(quarter), "order_payment", officer, {}, command_id, as_json=as_json)


@pay.command("confirm")
def confirm_payment(
    quarter: Quarter,
    officer: As,
    voucher: Annotated[
        list[str] | None,
        typer.Option(help="An insurer's voucher, as insurer-a=V-2026-1; once for each that is paid."),
    ] = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Confirm that the insurers were paid, each with its voucher; another officer than the one who ordered it."""
    given = voucher or []
    if wrong := next((one for one in given if not all(one.partition("="))), None):
        raise BadInput(("voucher", f"must be INSURER=VOUCHER (not {wrong!r})"))
    data = {"vouchers": dict(one.split("=", 1) for one in given)}
    do_act(round_stream(quarter), "pay", officer, data, command_id, as_json=as_json)
