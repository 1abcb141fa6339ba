"""What an act of a round, refund or recovery is weighed against beside its file (articles 7, 13, 15(2))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from activities.inquiry import Inquiry, proceeding
from db.pool import Connection, one
from db.sql import queries
from rules.procedure import Barred
from rules.register import Register
from rules.schemes.dalian_quarter import fiscal_year_of
from rules.schemes.dalian_review import JOINT

OFFICE, PROCEEDING, SUBSIDY = queries("office"), queries("proceeding"), queries("subsidy")
INSURER, LEDGER, RECOVERY, REVIEW = queries("insurer"), queries("ledger"), queries("recovery"), queries("review")
COMPLAINT = queries("complaint")
#: The offices of the joint review in the order in which those that refuse are told of.
_SPEAKING = ("finance", "regulator", "industry_bureau")


async def subsidy_of(inquiry: Inquiry, application: str) -> Register:
    """What was given on an application, year by year, and which recovery takes it back: the application is locked."""
    connection = inquiry.connection
    rows = await _paid_on(connection, [application])
    recovery = await connection.fetchrow(RECOVERY.of_application, inquiry.stream.scheme, application)
    return Register(
        applications=rows,
        subsidy_committed=await connection.fetchval(RECOVERY.committed, application),
        subsidy_paid=sum((row["left"] for row in rows), Decimal(0)),
        recovered_in=recovery["number"] if recovery else None,
        recovery_decided=bool(recovery and recovery["decided"]),
    )


async def _paid_on(connection: Connection, applications: list[str]) -> tuple[Mapping[str, Any], ...]:
    """What was paid on some applications and has not come back; they are locked before it is asked."""
    await connection.execute(RECOVERY.lock, applications)
    return tuple(map(dict, await connection.fetch(RECOVERY.disbursed, applications)))


async def refund(inquiry: Inquiry) -> Register:
    money = await subsidy_of(inquiry, inquiry.file.number)
    return replace(money, voucher_known=await _voucher_known(inquiry))


async def _voucher_known(inquiry: Inquiry) -> bool:
    values = (inquiry.stream.scheme, inquiry.form.voucher)
    # Of two who give one voucher at once the second finds the first.
    await inquiry.connection.execute(RECOVERY.lock_voucher, *values)
    return bool(await inquiry.connection.fetchval(RECOVERY.voucher_known, *values))


async def opinions_of_round(inquiry: Inquiry) -> Register:
    return Register(opinions=await inquiry.connection.fetchval(SUBSIDY.opinions_of, str(inquiry.stream)))


async def round_to_open(inquiry: Inquiry) -> Register:
    """Whose returns it awaits, and whether its year is closed: whoever is closing it is waited for."""
    scheme, year = inquiry.stream.scheme, fiscal_year_of(*inquiry.form.year_and_quarter)
    await inquiry.connection.execute(SUBSIDY.lock_budget, scheme, year)
    rows = await inquiry.connection.fetch(INSURER.listed_on, inquiry.today)
    closed = await inquiry.connection.fetchval(LEDGER.year_closed, scheme, year)
    return Register(listed_insurers=tuple(row["insurer"] for row in rows), year_closed=bool(closed))


async def applications_to_file(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(SUBSIDY.to_file, inquiry.form.applications)
    insurer = await one(inquiry.connection, OFFICE.insurer, inquiry.officer.office, "", inquiry.today)
    found = Register(applications=tuple(map(dict, rows)), insurer_barred_on=insurer["barred_on"])
    if rows:
        return found
    whose = (inquiry.stream.scheme, inquiry.officer.office, date.fromisoformat(inquiry.file.facts["round"]["ends_on"]))
    return replace(found, to_file=await inquiry.connection.fetchval(SUBSIDY.could_file, *whose))


async def round_to_plan(inquiry: Inquiry) -> Register:
    """The round as a plan is drawn of it. Its applications stay free: what moves is found at the third signature."""
    scheme, fiscal_year = inquiry.file.scheme, inquiry.file.facts["round"]["fiscal_year"]
    # The budget's row is locked before any other: two rounds of one year wait for each other and never deadlock.
    budget_left = await inquiry.connection.fetchval(SUBSIDY.lock_budget, scheme, fiscal_year)
    applications = await in_review(inquiry.connection, str(inquiry.stream), fiscal_year)
    return Register(applications=applications, budget_left=budget_left)


async def in_review(connection: Connection, stream: str, fiscal_year: int) -> tuple[dict[str, Any], ...]:
    """A round's applications, each with the opinions that offices gave of what it asks now, and their objections."""
    rows = map(dict, await connection.fetch(SUBSIDY.of_round, stream, fiscal_year))
    return tuple(row | _spoken(row) for row in rows)


def _spoken(row: Mapping[str, Any]) -> dict[str, Any]:
    opinions = {office: row[office] for office in _SPEAKING if row[office] is not None}
    return {"opinions": opinions, "objections": row["objections"] or []}


async def applications_of_round(inquiry: Inquiry) -> Register:
    """The round, its applications locked: what each asks stays so until the act is done."""
    scheme, fiscal_year = inquiry.file.scheme, inquiry.file.facts["round"]["fiscal_year"]
    await inquiry.connection.execute(SUBSIDY.lock_budget, scheme, fiscal_year)
    await inquiry.connection.execute(SUBSIDY.lock_round, str(inquiry.stream))
    return await round_to_plan(inquiry)


async def round_and_plan(inquiry: Inquiry) -> Register:
    found = await applications_of_round(inquiry)
    lines = await inquiry.connection.fetch(SUBSIDY.plan_lines, inquiry.file.facts["plan"]["number"])
    return replace(found, plan_lines=tuple(map(dict, lines)))


async def plan_to_sign(inquiry: Inquiry) -> Register:
    """The round and the plan that was drawn of it, for the third signature alone: the others commit nothing.

    Of a plan that was given public notice of, also the objections to it.
    """
    noticed = inquiry.file.facts.get("plan_notice")
    rows = await inquiry.connection.fetch(COMPLAINT.objections, str(inquiry.stream)) if noticed else ()
    third = len(inquiry.file.facts["signatures"]) == len(JOINT) - 1
    found = await round_and_plan(inquiry) if third else Register()
    return replace(found, objections=tuple(row["number"] for row in rows))


async def applications_to_review(inquiry: Inquiry) -> Register:
    """The applications an office speaks of, locked: what each asks stays so until its opinion is kept."""
    numbers = [opinion.application for opinion in inquiry.form.opinions]
    office, officer, connection = inquiry.officer.kind, inquiry.officer.code, inquiry.connection
    rows = await connection.fetch(REVIEW.to_review, str(inquiry.stream), numbers, office)
    prepared = await connection.fetch(REVIEW.prepared_by, numbers, officer)
    return Register(applications=tuple(map(dict, rows)), prepared={row["number"]: row["act"] for row in prepared})


async def application_in_round(inquiry: Inquiry) -> Register:
    """The one application an act names, locked, if it is reviewed in this round."""
    rows = await inquiry.connection.fetch(REVIEW.in_round, str(inquiry.stream), inquiry.form.application)
    return Register(applications=tuple(map(dict, rows)))


async def application_to_admit(inquiry: Inquiry) -> Register:
    """The application, and whether the officer reviewed what he decides is to be reviewed."""
    number, officer = inquiry.form.application, inquiry.officer.code
    reviewed = await inquiry.connection.fetchval(REVIEW.reviewed_by, number, str(inquiry.stream), officer)
    return replace(await application_in_round(inquiry), prepared={number: "review"} if reviewed else {})


async def left_over(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(SUBSIDY.left_over, inquiry.file.scheme)
    return Register(applications=tuple(map(dict, rows)))


async def to_recover(inquiry: Inquiry) -> Register:
    form, connection = inquiry.form, inquiry.connection
    subject = await proceeding(inquiry, "about", form.about)
    # The applications are locked before it is asked: of two recoveries of one the second finds the first.
    rows = await _paid_on(connection, form.applications)
    if inquiry.officer.kind != "system":
        await _not_ordered(inquiry)
    if under_way := await connection.fetchval(PROCEEDING.recovering, form.applications):
        raise Barred("recovered_once", "15(2)", f"{under_way} recovers one of these applications already")
    return Register(parent=subject, applications=rows)


async def _not_ordered(inquiry: Inquiry) -> None:
    """What a bar has ordered is on its way: no officer opens it a second time."""
    new = str(inquiry.stream._replace(number="new"))
    if by := await inquiry.connection.fetchval(RECOVERY.ordered, new, inquiry.form.applications):
        raise Barred("recovered_once", "15(2)", f"{by} has ordered the recovery of one of these applications already")


async def disbursed(inquiry: Inquiry) -> Register:
    return Register(applications=await _paid_on(inquiry.connection, inquiry.file.facts["recovery"]["applications"]))


async def repayment(inquiry: Inquiry) -> Register:
    return replace(await disbursed(inquiry), voucher_known=await _voucher_known(inquiry))
