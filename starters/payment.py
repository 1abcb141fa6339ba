"""`firstcover pay`: the orders of payment of a signed plan, the treasury's file, and its answer (article 13)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from runtime.documents import payment as paper
from runtime.errors import BadInput
from runtime.messages import say
from service.payment import answered, ordering_of, payments_of, placed
from service.plans import round_stream
from service.reading import read_bytes
from service.session import now, reading, run
from starters.papers import Out, languages, write
from starters.plan import Quarter
from starters.proceeding import do_act
from starters.telling import As, CommandId, Json, console, tell_json, tell_rows

app = typer.Typer(no_args_is_help=True, help="Payment of a signed plan (拨付).")
COLUMNS = (
    "insurer",
    "planned",
    "cancelled",
    "status",
    "voucher",
    "order",
    "payee",
    "bank_name",
    "bank_code",
    "account",
    "amount",
)


@app.command()
def order(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Order the payment of a signed plan, one to each insurer."""
    do_act(round_stream(quarter), "order_payment", officer, {}, command_id, as_json=as_json)


@app.command()
def confirm(
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


@app.command()
def show(quarter: Quarter, as_json: Json = False) -> None:
    """Show what each insurer is ordered and paid, reconciled with the plan and the ledger; accounts are masked."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            return await payments_of(pool, quarter, now())

    told = run(work())
    if as_json:
        tell_json(told)
        return
    tell_rows(say("payments", plan=told["plan"]), COLUMNS, told["payments"])
    console().print(f"{told['total']}  {told['in_words']}")
    console().print(say("reconciled" if told["reconciled"] else "unreconciled"))


@app.command()
def file(quarter: Quarter, out: Out) -> None:
    """Write the file the treasury imports: CSV or Excel, by how the name ends; a row for each order."""
    ending = out.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise BadInput(("out", f"must end in .csv or .xlsx (not {out.name!r})"))
    ordering = _read(quarter)
    write(out, paper.table(ordering.orders) if ending == ".csv" else paper.excel(ordering))


@app.command()
def pdf(quarter: Quarter, out: Out) -> None:
    """Write the orders of payment as PDF, a page each: in Chinese, then in the language spoken here."""
    write(out, paper.pdf(_read(quarter), *languages()))


@app.command("import")
def import_(
    quarter: Quarter,
    answer: Annotated[str, typer.Argument(metavar="FILE", help="The treasury's answer, CSV; - for standard input.")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Take the treasury's answer: each order paid by a voucher or failed for a reason, to the fen or not at all."""
    raw = read_bytes(answer)

    async def work() -> dict[str, dict[str, str]]:
        async with reading() as pool:
            read = await answered(pool, quarter, raw, now())
            return {"vouchers": read.vouchers, **({"failed": read.failed} if read.failed else {})}

    do_act(round_stream(quarter), "pay", officer, run(work()), command_id, as_json=as_json)


def _read(quarter: str) -> paper.Ordering:
    async def work() -> paper.Ordering:
        async with reading() as pool:
            at = now()
            return await ordering_of(pool, await placed(pool, quarter), at)

    return run(work())
