"""`firstcover pay`: the orders of payment of a signed plan, the treasury's file, and its answer (article 13)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

import typer

from activities import editions
from activities.contracts import Event
from db.pool import Pool
from db.sql import queries
from rules.capital import capital
from rules.edition import edition_of
from rules.faults import Unfit
from rules.procedure import File
from rules.schemes.dalian_bank import Account, PaymentOrder, masked, orders, read_answer
from rules.values import in_yuan
from runtime.documents import payment as paper
from runtime.documents.sheets import rows_of
from runtime.errors import BadInput
from runtime.messages import say
from service.plans import last_of, local, office_names, round_stream
from service.reading import bad_input, read_bytes
from service.session import now, reading, run
from service.showing import events_of, file_of
from starters.papers import Out, languages, write
from starters.plan import Quarter
from starters.proceeding import do_act
from starters.telling import As, CommandId, Json, console, tell_json, tell_rows

app = typer.Typer(no_args_is_help=True, help="Payment of a signed plan (拨付).")
PLAN, PAYMENT = queries("plan"), queries("payment")
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
            return await _shown(pool, quarter)

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
            place = await _placed(pool, quarter)
            try:
                rows = rows_of(raw)
                read = read_answer(rows, await _orders(pool, place), await _used(pool, place, rows))
            except Unfit as unfit:
                raise bad_input(unfit.faults) from unfit
            except ValueError as error:
                raise BadInput(("answer", str(error))) from error
            return {"vouchers": read.vouchers, **({"failed": read.failed} if read.failed else {})}

    do_act(round_stream(quarter), "pay", officer, run(work()), command_id, as_json=as_json)


class Place(NamedTuple):
    """A round whose payment is ordered, and its history."""

    file: File
    events: Sequence[Event]


async def _placed(pool: Pool, quarter: str) -> Place:
    stream = round_stream(quarter)
    file = await file_of(pool, stream)
    if not file.facts.get("order"):
        raise BadInput(("order", f"no payment is ordered in {quarter}"))
    return Place(file, await events_of(pool, stream))


async def _orders(pool: Pool, place: Place) -> list[PaymentOrder]:
    """The orders as they stand: each ordering has numbers of its own."""
    ordered = place.file.facts["order"]
    rows = await pool.fetch(PLAN.accounts, list(ordered), local(now()).date())
    accounts = {row[0]: Account(*row[1:]) for row in map(tuple, rows)}
    series = f"{place.file.number}-O{last_of(place.events, 'order_payment').seq}"
    try:
        return orders(series, place.file.facts["plan"]["number"], ordered, accounts)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit


async def _used(pool: Pool, place: Place, rows: Sequence[Sequence[str]]) -> list[str]:
    """The vouchers in an answer that other payments have, of whatever round."""
    facts, words = place.file.facts, {cell.strip() for row in rows for cell in row}
    known = await pool.fetch(PAYMENT.vouchers_known, place.file.scheme, sorted(words))
    mine = facts["plan"]["number"], facts["order"]
    return [row["voucher"] for row in known if not (row["plan"] == mine[0] and row["insurer"] in mine[1])]


def _read(quarter: str) -> paper.Ordering:
    async def work() -> paper.Ordering:
        async with reading() as pool:
            place = await _placed(pool, quarter)
            return await _ordering(pool, place)

    return run(work())


async def _ordering(pool: Pool, place: Place) -> paper.Ordering:
    known = await editions.known(pool, place.file.scheme)
    facts, edition = place.file.facts, edition_of(place.file.scheme, place.file.edition, known)
    ordered = last_of(place.events, "order_payment")
    paid = next(
        (event for event in place.events if event.act == "pay" and event.passed and event.seq > ordered.seq), None
    )
    return paper.Ordering(
        orders=tuple(await _orders(pool, place)),
        plan=facts["plan"]["number"],
        scheme=edition.title,
        demonstration=edition.demonstration,
        fiscal_year=facts["round"]["fiscal_year"],
        ordered_at=local(ordered.at),
        ordered_by=ordered.officer_name,
        office=await office_names(pool, "finance", ordered.at),
        vouchers=facts.get("vouchers", {}) if paid else {},
        confirmed_by=paid.officer_name if paid else "",
        paid_on=local(paid.at).date() if paid else None,
    )


async def _shown(pool: Pool, quarter: str) -> dict[str, Any]:
    file = await file_of(pool, round_stream(quarter))
    if "payment" not in {deadline.name for deadline in file.deadlines}:
        raise BadInput(("plan", f"no plan is signed in {quarter}"))
    facts, sent = file.facts, {}
    if facts.get("order"):
        place = Place(file, await events_of(pool, round_stream(quarter)))
        sent = {order.insurer: order for order in await _orders(pool, place)}
    rows = await pool.fetch(PLAN.reconciled, facts["plan"]["number"])
    payments = [_payment(dict(row), facts, sent.get(row["insurer"])) for row in rows]
    total = sum((row["planned"] for row in rows), Decimal(0))
    return {
        "plan": facts["plan"]["number"],
        "payments": payments,
        "total": in_yuan(total),
        "in_words": capital(total),
        "paid": in_yuan(sum((row["paid"] for row in rows), Decimal(0))),
        "reconciled": all(map(_agrees, payments)) and {row["insurer"] for row in rows} >= set(facts.get("order", {})),
    }


def _payment(row: dict[str, Any], facts: dict[str, Any], sent: PaymentOrder | None) -> dict[str, Any]:
    insurer = row["insurer"]
    voucher, failed = facts.get("vouchers", {}).get(insurer), facts.get("failed_payments", {}).get(insurer)
    nothing = row["cancelled"] == row["planned"]
    status = "paid" if voucher else "ordered" if sent else "cancelled" if nothing else "failed" if failed else "due"
    to = sent.to._replace(account=masked(sent.to.account))._asdict() if sent else dict.fromkeys(Account._fields)
    return {
        "insurer": insurer,
        **{part: in_yuan(row[part]) for part in ("planned", "committed", "cancelled", "paid")},
        "status": status,
        "voucher": voucher,
        "failed": failed if status == "failed" else None,
        "order": sent.number if sent else None,
        **to,
        "amount": in_yuan(sent.amount) if sent else None,
    }


def _agrees(payment: dict[str, Any]) -> bool:
    """逐分核对: the plan, the ledger and the order say the same of an insurer's money, and it is paid by a voucher."""
    due = in_yuan(Decimal(payment["planned"]) - Decimal(payment["cancelled"]))
    return (
        payment["planned"] == payment["committed"]
        and due == (payment["amount"] or due)
        and payment["paid"] == (due if payment["voucher"] else "0.00")
    )
