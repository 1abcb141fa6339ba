"""What an act that pays, or that stops a payment, is weighed against beside its file (articles 13, 15(2))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from activities.inquiry import Inquiry, told_first
from activities.money_look_ups import disbursed
from db.pool import Connection
from db.sql import queries
from rules.register import Register
from rules.schemes.dalian_subsidy import application_number
from rules.values import ZERO

OUTBOX, PAYMENT = queries("outbox"), queries("payment")
RECOVERY, SUBSIDY = queries("recovery"), queries("subsidy")


async def payment(inquiry: Inquiry) -> Register:
    """What is still to be paid of a round's plan, and what of it may be paid no more."""
    connection, plan = inquiry.connection, inquiry.file.facts["plan"]["number"]
    stopped = tuple(map(dict, await connection.fetch(PAYMENT.stopped, plan)))
    due = {row["insurer"]: row["amount"] for row in await connection.fetch(PAYMENT.due, plan)}
    for line in stopped:
        due[line["insurer"]] -= line["amount"]
    return Register(due=due, stopped=stopped)


async def paying(inquiry: Inquiry) -> Register:
    """Beside it, whose the vouchers are already that the form gives."""
    given = (inquiry.stream.scheme, list(inquiry.form.vouchers.values()))
    rows = await inquiry.connection.fetch(PAYMENT.vouchers_known, *given)
    taken = {row["voucher"]: f"{row['insurer']} in {row['plan']}" for row in rows}
    return replace(await payment(inquiry), vouchers_taken=taken)


async def given_to(connection: Connection, applications: list[str]) -> tuple[Mapping[str, Any], ...]:
    """What signed plans gave some applications and is not paid; nobody signs, orders or pays it meanwhile."""
    held: list[str] = []
    while (rounds := [row["stream"] for row in await connection.fetch(PAYMENT.lock_rounds, applications)]) != held:
        # A round that was waited for may have handed an application on to the next.
        held = rounds
    await connection.execute(RECOVERY.lock, applications)
    return tuple(map(dict, await connection.fetch(PAYMENT.given, applications)))


async def barring(inquiry: Inquiry) -> Register:
    """What signed plans give the applications that the proposal of a bar names."""
    named = inquiry.file.facts.get("proposed_bar", {}).get("applications", [])
    return Register(stopped=await given_to(inquiry.connection, named))


async def deciding_recovery(inquiry: Inquiry) -> Register:
    """What was disbursed on the applications to recover, and what signed plans still give them."""
    given = await given_to(inquiry.connection, inquiry.file.facts["recovery"]["applications"])
    return replace(await disbursed(inquiry), stopped=given)


async def revoking(inquiry: Inquiry) -> Register:
    """What signed plans give the case, what of it waits, and whether it is yet to be told of any of that."""
    connection, stream = inquiry.connection, str(inquiry.stream)
    given = await given_to(connection, [application_number(inquiry.file)])
    told = await connection.fetchval(OUTBOX.being_told, stream, ["plan", "pay", "stop_payment"])
    waiting = await connection.fetchval(SUBSIDY.waiting_amount, stream)
    return Register(stopped=given, waiting=waiting or ZERO, settled=bool(given or told))


async def ending_batch(inquiry: Inquiry) -> Register:
    """A batch is told first what a plan has just given it: the order that ends it is offered again then."""
    given = await given_to(inquiry.connection, [application_number(inquiry.file)])
    orders = ("file", "plan", "pay", "stop_payment", "recalculate", "reduce_waiting")
    return Register(stopped=given, settled=await told_first(inquiry, str(inquiry.stream), orders))
