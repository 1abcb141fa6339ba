"""`firstcover ledger`: a fiscal year's money, entry by entry, and whether it balances (articles 7, 13)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rules.schemes.dalian_round_forms import Appropriation
from runtime.messages import say
from service.ledger import ledger_of
from service.session import fit, reading, run, session
from starters.telling import As, CommandId, Json, console, tell_answer, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="The ledger of a fiscal year (年度账).")
Year = Annotated[int, typer.Option(min=2016, max=2999, help="The fiscal year.")]


@app.command()
def appropriate(
    year: Year,
    amount: Annotated[str, typer.Option(help="Yuan, as 5000000.00.")],
    document: Annotated[str, typer.Option(help="The document that grants the money (指标文号).")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Enter money that a document grants to a fiscal year."""
    data = {"amount": amount, "document": document}
    fit(Appropriation, data)

    async def work() -> None:
        async with session() as servers:
            answer = await servers.open(f"ledger:dalian:{year}", "appropriate", officer, data, command_id)
            tell_answer(answer, as_json=as_json)

    run(work())


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
