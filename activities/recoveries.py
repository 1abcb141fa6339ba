"""退回款项: what a recovery, a refund or a bar changes beside its own file (articles 7, 15(2))."""

from __future__ import annotations

from activities.done import Done
from db.pool import one
from db.sql import queries
from rules.procedure import File
from rules.procedures import Stream, stream_of
from rules.schemes.dalian_subsidy import application_number

PROCEEDING, RECOVERY = queries("proceeding"), queries("recovery")


async def order_recovery(done: Done, reason: str) -> None:
    """What was paid on the falsified applications is recovered, unless another recovery has it (I-15)."""
    bar = done.after.facts["bar"]
    await _order(done, str(done.stream), bar["applications"], reason, done.stream.number)


async def recover_falsified(done: Done, paid: list[str]) -> None:
    """A bar, or a fraudulent recognition's end, that came after the order reaches the money once it is paid (I-15)."""
    for bar in await done.connection.fetch(RECOVERY.barred, done.stream.scheme, paid):
        await _order(done, bar["stream"], bar["applications"], bar["reason"], stream_of(bar["stream"]).number)
    for row in await done.connection.fetch(RECOVERY.by_fraud, paid):
        await _order(done, row["stream"], [row["number"]], row["reason"], row["enterprise"])


async def recover_under(done: Done) -> None:
    """A recognition that was got by fraud: what was paid on its case and its further batches is recovered (15(2))."""
    reason = done.after.facts["revocation"]["reason"]
    for row in await done.connection.fetch(RECOVERY.under, str(done.stream)):
        await _order(done, row["stream"], [row["number"]], reason, row["enterprise"])


async def _order(done: Done, about: str, falsified: list[str], reason: str, fraudster: str) -> None:
    connection = done.connection
    await connection.execute(RECOVERY.lock, falsified)
    rows = await connection.fetch(RECOVERY.disbursed, falsified)
    paid = [
        number
        for number in dict.fromkeys(row["number"] for row in rows if row["left"])
        if await connection.fetchrow(RECOVERY.of_application, done.stream.scheme, number) is None
    ]
    if not paid:
        return
    opening = {"about": about, "applications": paid, "ground": reason, "fraudster": fraudster}
    # What proves it is the decision itself, as the record has it.
    evidence = {"evidence": [done.event.hash]}
    await done.tell(str(Stream("recovery", done.stream.scheme, "new")), "open_recovery", {**opening, **evidence})


async def settle_refunds(done: Done) -> None:
    """A decided recovery takes back all: what policies were still to return of it is part of that."""
    numbers = done.after.facts["recovery"]["applications"]
    for policy in await done.connection.fetch(RECOVERY.refund_due, done.stream.scheme, numbers):
        await done.tell(policy["stream"], "settle_by_recovery", {"recovery": done.stream.number})


async def enter_repayment(done: Done) -> None:
    repayment = done.after.facts["repayment"]
    await done.give_back("recovery", repayment["voucher"], repayment["entries"])


async def enter_refund(done: Done) -> None:
    await done.give_back("refund", done.stream.number, done.after.facts["refund"]["entries"])


async def call_refund(done: Done) -> None:
    """The subsidy of a contract that had ended was paid: from now on the treasury's part can be returned."""
    numbers = [application_number(done.after)]
    for policy in await done.connection.fetch(RECOVERY.refund_due, done.stream.scheme, numbers):
        voucher = done.after.facts["payment"]["voucher"]
        row = await one(done.connection, PROCEEDING.by_stream, policy["stream"])
        if File.model_validate(row["file"]).deadline("refund") is None:
            await done.tell(policy["stream"], "call_refund", {"voucher": voucher})
