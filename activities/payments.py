"""拨付与止付: what is paid, and what is cancelled, beside the file of the act that does it (articles 13, 15(2))."""

from __future__ import annotations

from typing import Any

import asyncpg

from activities import recoveries
from activities.done import ACCOUNTS, Done
from db.sql import queries
from rules.procedures import stream_of

PAYMENT, RECOVERY = queries("payment"), queries("recovery")


async def pay_plan(done: Done) -> None:
    """Pay every line whose insurer was paid, and tell its case; cancel what failed and may be paid no more."""
    plan, vouchers = done.after.facts["plan"]["number"], done.effect.carries
    connection, scheme, where = done.connection, done.stream.scheme, (str(done.stream), done.event.seq)
    await connection.execute(PAYMENT.keep_vouchers, scheme, plan, vouchers, *where)
    await connection.execute(PAYMENT.post_payments, plan, vouchers, *ACCOUNTS["payment"], *where)
    paid = await connection.fetch(PAYMENT.settle_paid, *where)
    await done.tell_all("pay", [(row["stream"], _told(row) | {"voucher": row["voucher"]}) for row in paid])
    await recoveries.recover_falsified(done, [row["number"] for row in paid])
    await cancel(done)


def _told(row: asyncpg.Record) -> dict[str, Any]:
    return {"plan": row["plan"], "amount": f"{row['amount']:.2f}"}


async def cancel(done: Done) -> None:
    """What an act said it cancels is uncommitted: it frees the budget and the cap, and each case is told (I-15)."""
    entries = done.effect.facts.get("cancelled", {}).get("entries", [])
    if not entries:
        return
    where = (str(done.stream), done.event.seq)
    posted = (done.stream.scheme, *ACCOUNTS["cancellation"], entries)
    await done.connection.execute(PAYMENT.post_cancellations, *posted, *where)
    rows = await done.connection.fetch(PAYMENT.settle_cancelled, *where)
    because = f"{done.stream}: {done.event.act}"
    await done.tell_all("stop_payment", [(row["stream"], _told(row) | {"because": because}) for row in rows])
    await _reduce_refunds(done, [row["number"] for row in rows])


async def _reduce_refunds(done: Done, applications: list[str]) -> None:
    """A contract that had ended returns the treasury's part of what is still given, and no more (I-14)."""
    for policy in await done.connection.fetch(RECOVERY.refund_due, done.stream.scheme, applications):
        given = await done.connection.fetchval(RECOVERY.committed, stream_of(policy["stream"]).number)
        await done.tell(policy["stream"], "reduce_refund", {"given": f"{given:.2f}"})


async def take_back_all(done: Done) -> None:
    """A decided recovery takes back what was paid, so that nothing more is given and nothing returned besides."""
    await cancel(done)
    await recoveries.settle_refunds(done)
