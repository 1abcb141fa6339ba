"""拨付: a plan's orders of payment, the treasury's file and its answer, and what reconciles (article 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from activities import editions
from activities.contracts import Event
from db.pool import Pool
from db.sql import queries
from rules.capital import capital
from rules.edition import edition_of
from rules.faults import Unfit
from rules.procedure import File
from rules.schemes.dalian_bank import Account, Answered, PaymentOrder, masked, orders, read_answer
from rules.values import in_yuan
from runtime.documents import payment as paper
from runtime.documents.sheets import rows_of
from runtime.errors import BadInput
from service.plans import last_of, local, office_names, round_stream
from service.reading import bad_input
from service.showing import events_of, file_of

PLAN, PAYMENT = queries("plan"), queries("payment")


class Place(NamedTuple):
    """A round whose payment is ordered, and its history."""

    file: File
    events: Sequence[Event]


async def placed(pool: Pool, quarter: str) -> Place:
    """A round whose payment is ordered; raise `BadInput` for any other."""
    stream = round_stream(quarter)
    file = await file_of(pool, stream)
    if not file.facts.get("order"):
        raise BadInput(("order", f"no payment is ordered in {quarter}"))
    return Place(file, await events_of(pool, stream))


async def orders_of(pool: Pool, place: Place, at: datetime) -> list[PaymentOrder]:
    """The orders as they stand: each ordering has numbers of its own."""
    ordered = place.file.facts["order"]
    rows = await pool.fetch(PLAN.accounts, list(ordered), local(at).date())
    accounts = {row[0]: Account(*row[1:]) for row in map(tuple, rows)}
    series = f"{place.file.number}-O{last_of(place.events, 'order_payment').seq}"
    try:
        return orders(series, place.file.facts["plan"]["number"], ordered, accounts)
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit


async def answered(pool: Pool, quarter: str, raw: bytes, at: datetime) -> Answered:
    """Read the treasury's answer to a round's orders; raise `BadInput` with everything that is wrong with it."""
    place = await placed(pool, quarter)
    try:
        rows = rows_of(raw)
        return read_answer(rows, await orders_of(pool, place, at), await _used(pool, place, rows))
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    except ValueError as error:
        raise BadInput(("answer", str(error))) from error


async def _used(pool: Pool, place: Place, rows: Sequence[Sequence[str]]) -> list[str]:
    """The vouchers in an answer that other payments have, of whatever round."""
    facts, words = place.file.facts, {cell.strip() for row in rows for cell in row}
    known = await pool.fetch(PAYMENT.vouchers_known, place.file.scheme, sorted(words))
    mine = facts["plan"]["number"], facts["order"]
    return [row["voucher"] for row in known if not (row["plan"] == mine[0] and row["insurer"] in mine[1])]


async def ordering_of(pool: Pool, place: Place, at: datetime) -> paper.Ordering:
    """The orders with everything that stands on their paper."""
    known = await editions.known(pool, place.file.scheme)
    facts, edition = place.file.facts, edition_of(place.file.scheme, place.file.edition, known)
    ordered = last_of(place.events, "order_payment")
    paid = next(
        (event for event in place.events if event.act == "pay" and event.passed and event.seq > ordered.seq), None
    )
    return paper.Ordering(
        orders=tuple(await orders_of(pool, place, at)),
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


async def payments_of(pool: Pool, quarter: str, at: datetime) -> dict[str, Any]:
    """What each insurer is ordered and paid, reconciled with the plan and the ledger; accounts are masked."""
    file = await file_of(pool, round_stream(quarter))
    if "payment" not in {deadline.name for deadline in file.deadlines}:
        raise BadInput(("plan", f"no plan is signed in {quarter}"))
    facts, sent = file.facts, {}
    if facts.get("order"):
        place = Place(file, await events_of(pool, round_stream(quarter)))
        sent = {order.insurer: order for order in await orders_of(pool, place, at)}
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
