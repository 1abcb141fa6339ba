"""年度账: what an act of a year's ledger is weighed against, and what it enters (article 13)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from activities.done import Done
from activities.inquiry import Inquiry
from db.sql import queries
from rules.faults import Unfit
from rules.register import Register

LEDGER, SUBSIDY = queries("ledger"), queries("subsidy")
#: Which kind of entry each act makes of its document, and what it does with it.
DOCUMENTS = {"appropriate": ("appropriation", "granted money to"), "adjust": ("adjustment", "taken money back from")}


async def granted(inquiry: Inquiry) -> Register:
    return await _new_document(inquiry, "appropriate")


async def taken_back(inquiry: Inquiry) -> Register:
    await _new_document(inquiry, "adjust")
    return await _rest(inquiry)


async def _new_document(inquiry: Inquiry, act: str) -> Register:
    kind, done = DOCUMENTS[act]
    values = (inquiry.stream.scheme, int(inquiry.stream.number), inquiry.form.document, kind)
    if await inquiry.connection.fetchval(LEDGER.document_known, *values):
        raise Unfit(("document", f"{inquiry.form.document!r} has {done} {inquiry.stream.number} already"))
    return Register()


async def _rest(inquiry: Inquiry) -> Register:
    """What nobody has committed; the year's row is locked, so that no plan is signed meanwhile."""
    values = (inquiry.stream.scheme, int(inquiry.stream.number))
    return Register(budget_left=await inquiry.connection.fetchval(SUBSIDY.lock_budget, *values))


async def year_to_close(inquiry: Inquiry) -> Register:
    """What is left of the year, which of its rounds are not signed, and whether the next year can take its rest."""
    rest, connection = await _rest(inquiry), inquiry.connection
    scheme, year = inquiry.stream.scheme, int(inquiry.stream.number)
    rows = await connection.fetch(LEDGER.rounds_unsigned, scheme, year)
    closed = await connection.fetchval(LEDGER.year_closed, scheme, year + 1)
    return replace(rest, rounds_unsigned=tuple(row["number"] for row in rows), next_year_closed=bool(closed))


async def appropriate(done: Done) -> None:
    await done.post("appropriation", done.effect.carries.amount, done.effect.carries.document)


async def adjust(done: Done) -> None:
    await done.post("adjustment", done.effect.carries.amount, done.effect.carries.document)


async def close_year(done: Done) -> None:
    """The rest leaves the year and, where it is carried over, enters the next: both by the act that closes."""
    scheme, year = done.stream.scheme, int(done.stream.number)
    rest: Decimal = done.effect.carries
    if rest:
        await done.post("closing", rest, str(year))
    if into := done.after.facts["closing"].get("into"):
        await done.post("carry_over", rest, str(year), into)
    await done.connection.execute(LEDGER.close_budget, scheme, year)
