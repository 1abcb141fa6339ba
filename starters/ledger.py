"""`firstcover ledger`: a fiscal year's money, entry by entry, and whether it balances (articles 7, 13)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rules.procedures import Stream
from runtime.messages import say
from service.ledger import ledger_of
from service.session import reading, run
from starters.proceeding import do_enter, tell_list, tell_shown
from starters.telling import As, CommandId, Json, Looking, console, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="The ledger of a fiscal year (年度账).")
Year = Annotated[int, typer.Option(min=2016, max=2999, help="The fiscal year.")]


Amount = Annotated[str, typer.Option(help="Yuan, as 5000000.00.")]


def year_stream(year: int) -> Stream:
    return Stream("ledger", "dalian", str(year))


@app.command()
def appropriate(
    year: Year,
    amount: Amount,
    document: Annotated[str, typer.Option(help="The document that grants the money (指标文号).")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Enter money that a document grants to a fiscal year."""
    data = {"amount": amount, "document": document}
    do_enter(year_stream(year), "appropriate", officer, data, command_id, as_json=as_json)


@app.command()
def adjust(
    year: Year,
    amount: Amount,
    document: Annotated[str, typer.Option(help="The document that takes the money back (指标文号).")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Enter money that a document takes back from a fiscal year, of what no signed plan has committed."""
    data = {"amount": amount, "document": document}
    do_enter(year_stream(year), "adjust", officer, data, command_id, as_json=as_json)


@app.command()
def propose_closing(year: Year, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose to close a year that has ended and whose plans are all signed."""
    do_enter(year_stream(year), "propose_closing", officer, {}, command_id, as_json=as_json)


@app.command()
def take_back_closing(
    year: Year,
    reason: Annotated[str, typer.Option(help="Why the year is not closed yet.")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Take a proposed closing back: the year is open again."""
    do_enter(year_stream(year), "take_back_closing", officer, {"reason": reason}, command_id, as_json=as_json)


@app.command()
def close(year: Year, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Close a year, another officer having proposed it: what is committed stays payable."""
    do_enter(year_stream(year), "close_year", officer, {}, command_id, as_json=as_json)


@app.command("list")
def list_(
    stage: Annotated[str | None, typer.Option(help="Only those at this stage.")] = None, as_json: Json = False
) -> None:
    """List the ledgers by year; as JSON, one a line."""
    tell_list("ledger", {"stage": stage}, as_json=as_json)


@app.command()
def history(
    year: Year,
    officer: Looking = None,
    as_json: Json = False,
) -> None:
    """Show what was done in a year's ledger, by whom, and what can come next."""
    tell_shown(year_stream(year), officer, as_json=as_json)


@app.command()
def show(year: Year, as_json: Json = False) -> None:
    """Show a year's accounts and entries, and whether they balance."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            return await ledger_of(pool, "dalian", year)

    told = run(work())
    if as_json:
        tell_json(told)
        return
    tell_table(say("accounts", year=year), tuple(told["accounts"]), [tuple(told["accounts"].values())])
    tell_rows(say("entries"), ("id", "kind", "debit", "credit", "amount", "application", "reference"), told["entries"])
    tell_rows(say("caps"), ("enterprise", "cap", "committed", "left"), told["caps"])
    console().print(say("balanced" if told["balanced"] else "unbalanced"))
