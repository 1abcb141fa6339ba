"""What the record knows beside a file, looked up for one act inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities.authority import Officer
from db.pool import Connection, one
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import SHANGHAI, Act, Barred, File, Form, Register
from rules.procedures import Stream
from rules.schemes.dalian_round import fiscal_year_of

OFFICE, PROCEEDING, SUBSIDY = queries("office"), queries("proceeding"), queries("subsidy")


@dataclass(frozen=True)
class Inquiry:
    """What a look-up is about."""

    connection: Connection
    stream: Stream
    file: File
    form: Any
    officer: Officer
    today: date


async def consult(
    connection: Connection,
    stream: Stream,
    act: Act,
    file: File,
    form: Form,
    officer: Officer,
    received_at: datetime,
) -> Register:
    """Look up what `act` is weighed against; most acts need nothing beside the file."""
    look_up = LOOK_UPS.get((stream.kind, act.name))
    if look_up is None:
        return Register()
    return await look_up(Inquiry(connection, stream, file, form, officer, received_at.astimezone(SHANGHAI).date()))


async def _submission(inquiry: Inquiry) -> Register:
    enterprise, officer = inquiry.form.enterprise.uscc, inquiry.officer
    if enterprise != officer.office:
        raise Barred("own_case", "9", f"the submission is {enterprise}'s; {officer.code} acts for {officer.office}")
    return Register()


async def _assessors(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(OFFICE.assessors)
    return Register(known_assessors=frozenset(row["code"] for row in rows))


async def _successor(inquiry: Inquiry) -> Register:
    stream = inquiry.stream._replace(number=inquiry.form.by_case)
    row = await inquiry.connection.fetchrow(PROCEEDING.by_stream, str(stream))
    return Register(successor=File.model_validate(row["file"]) if row else None)


async def _insurance(inquiry: Inquiry) -> Register:
    form, file, connection = inquiry.form, inquiry.file, inquiry.connection
    if form.insurer != inquiry.officer.office:
        why = f"the contract is {form.insurer}'s; {inquiry.officer.code} acts for {inquiry.officer.office}"
        raise Barred("own_contract", "5", why)
    concluded_on = form.concluded_at.date()
    insurer = await one(connection, OFFICE.insurer, form.insurer, form.clause_number, concluded_on)
    model, user = file.facts["submission"]["product"]["model"], file.facts.get("delivery", {}).get("user")
    # The earliest return that can take the application is this quarter's.
    fiscal_year = fiscal_year_of(inquiry.today.year, (inquiry.today.month + 2) // 3)
    forecast = await one(connection, SUBSIDY.forecast, file.scheme, fiscal_year, file.enterprise)
    return Register(
        insurer_known=insurer["known"],
        insurer_listed=insurer["listed"],
        insurer_barred_on=insurer["barred_on"],
        clause_filed=insurer["clause_filed"],
        first_batch_before=await connection.fetchval(
            SUBSIDY.first_batch_before, file.enterprise, str(inquiry.stream), model, user
        ),
        cap_left=forecast["cap_left"],
        budget_left=forecast["budget_left"],
    )


async def _applications_to_file(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(SUBSIDY.to_file, inquiry.form.applications)
    insurer = await one(inquiry.connection, OFFICE.insurer, inquiry.officer.office, "", inquiry.today)
    return Register(applications=tuple(map(dict, rows)), insurer_barred_on=insurer["barred_on"])


async def _applications_of_round(inquiry: Inquiry) -> Register:
    fiscal_year = inquiry.file.facts["round"]["fiscal_year"]
    # The budget's row is locked before any other: two rounds of one year wait for each other and never deadlock.
    budget_left = await inquiry.connection.fetchval(SUBSIDY.lock_budget, inquiry.file.scheme, fiscal_year)
    rows = await inquiry.connection.fetch(SUBSIDY.of_round, str(inquiry.stream), fiscal_year)
    plan = inquiry.file.facts.get("plan", {}).get("number", "")
    lines = await inquiry.connection.fetch(SUBSIDY.plan_lines, plan)
    return Register(applications=tuple(map(dict, rows)), budget_left=budget_left, plan_lines=tuple(map(dict, lines)))


async def _appropriation(inquiry: Inquiry) -> Register:
    values = (inquiry.stream.scheme, int(inquiry.stream.number), inquiry.form.document)
    if await inquiry.connection.fetchval(SUBSIDY.document_known, *values):
        raise Unfit(("document", f"{inquiry.form.document!r} has granted money to {inquiry.stream.number} already"))
    return Register()


LOOK_UPS: dict[tuple[str, str], Callable[[Inquiry], Coroutine[Any, Any, Register]]] = {
    ("case", "submit"): _submission,
    ("case", "entrust"): _assessors,
    ("case", "supersede"): _successor,
    ("case", "insure"): _insurance,
    ("round", "file_return"): _applications_to_file,
    ("round", "review"): _applications_of_round,
    ("round", "prepare_plan"): _applications_of_round,
    ("round", "sign_plan"): _applications_of_round,
    ("round", "order_payment"): _applications_of_round,
    ("round", "pay"): _applications_of_round,
    ("ledger", "appropriate"): _appropriation,
}
