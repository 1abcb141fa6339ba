"""What an act of a case, a further batch or a policy is weighed against beside its file (articles 2, 10 to 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from activities.inquiry import Inquiry, told_first
from activities.money_look_ups import subsidy_of
from db.pool import one
from db.sql import queries
from rules.faults import Unfit, read
from rules.identifiers import same_name
from rules.procedure import Barred, File
from rules.register import Register
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_forms import InsuranceContract, handed_in
from rules.schemes.dalian_quarter import fiscal_year_of

OFFICE, POLICY, PROCEEDING = queries("office"), queries("policy"), queries("proceeding")
SUBSIDY, OUTBOX = queries("subsidy"), queries("outbox")

#: How a case or batch ends without a subsidy, so that its contract may be tried again.
ENDED_UNPAID = ("withdrawn", "uninsured", "revoked")


async def submission(inquiry: Inquiry) -> Register:
    enterprise, officer = inquiry.form.enterprise.uscc, inquiry.officer
    if enterprise != officer.office:
        raise Barred("own_case", "9", f"the submission is {enterprise}'s; {officer.code} acts for {officer.office}")
    return Register()


async def assessors(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(OFFICE.assessors)
    return Register(known_assessors=frozenset(row["code"] for row in rows))


async def successor(inquiry: Inquiry) -> Register:
    stream = inquiry.stream._replace(number=inquiry.form.by_case)
    row = await inquiry.connection.fetchrow(PROCEEDING.by_stream, str(stream))
    return Register(successor=File.model_validate(row["file"]) if row else None)


async def insurance(inquiry: Inquiry) -> Register:
    insurer, officer = inquiry.form.insurer, inquiry.officer
    if insurer != officer.office:
        raise Barred("own_contract", "5", f"the contract is {insurer}'s; {officer.code} acts for {officer.office}")
    return await _of_contract(inquiry, inquiry.form, inquiry.file.facts.get("delivery", {}))


async def rectification(inquiry: Inquiry) -> Register:
    """A corrected contract is asked what a new one is; who corrects it is not its insurer."""
    facts = inquiry.file.facts
    if "contract" not in facts:
        return Register()
    await told_first(inquiry, str(inquiry.stream), ("recalculate", "end_insurance", "file"))
    corrected = {section: handed_in(facts[section]) for section in ("contract", "delivery")}
    asked = facts.get("rectification_asked", {})
    section, _, field = asked.get("field", "").rpartition(".")
    if section in corrected:
        corrected[section] = forms.corrected(section, corrected[section], field, asked["correct"])
    return await _of_contract(inquiry, read(InsuranceContract, corrected["contract"]), corrected["delivery"])


async def application(inquiry: Inquiry) -> Register:
    """Nothing is asked for that the policy is just changing or undoing."""
    await told_first(inquiry, str(inquiry.stream), ("recalculate", "end_insurance"))
    return Register()


async def _of_contract(inquiry: Inquiry, form: InsuranceContract, delivery: Mapping[str, Any]) -> Register:
    file, connection = inquiry.file, inquiry.connection
    concluded_on = form.concluded_at.date()
    insurer = await one(connection, OFFICE.insurer, form.insurer, form.clause_number, concluded_on)
    numbered = (file.scheme, form.insurer, same_name(form.policy_number), str(inquiry.stream))
    left = await forecast(inquiry)
    return Register(
        insurer_known=insurer["known"],
        insurer_listed=insurer["listed"],
        insurer_barred_on=insurer["barred_on"],
        clause_filed=insurer["clause_filed"],
        first_batch_before=await _first_batch_before(inquiry, delivery),
        policy_insured_in=await connection.fetchval(POLICY.insured_elsewhere, *numbered),
        cap_left=left.cap_left,
        budget_left=left.budget_left,
    )


async def _first_batch_before(inquiry: Inquiry, delivery: Mapping[str, Any]) -> bool:
    """Whether this model was insured as a first batch for this user in another case or batch of the enterprise.

    One that ended without a subsidy under the very same supply contract is this one, tried again.
    """
    enterprise, product = inquiry.file.enterprise, inquiry.file.facts["submission"]["product"]
    await inquiry.connection.execute(SUBSIDY.lock_first_batches, enterprise)
    mine = [same_name(product["model"]), same_name(delivery.get("user", ""))]
    supply = same_name(delivery.get("contract_number", ""))
    return any(
        [same_name(row["model"]), same_name(row["user"])] == mine
        and not (row["stage"] in ENDED_UNPAID and not row["paid"] and same_name(row["supply"]) == supply)
        for row in await inquiry.connection.fetch(SUBSIDY.insured_besides, enterprise, str(inquiry.stream))
    )


async def forecast(inquiry: Inquiry) -> Register:
    # The earliest return that can take the application is this quarter's.
    fiscal_year = fiscal_year_of(inquiry.today.year, (inquiry.today.month + 2) // 3)
    whose = (inquiry.file.scheme, fiscal_year, inquiry.file.enterprise)
    left = await one(inquiry.connection, SUBSIDY.forecast, *whose)
    return Register(cap_left=left["cap_left"], budget_left=left["budget_left"])


async def recognition(inquiry: Inquiry) -> Register:
    """The case of a further batch: only its own enterprise may deliver under it."""
    case, officer = f"case:{inquiry.stream.scheme}:{inquiry.form.case}", inquiry.officer
    # Locked: a revocation either finds the batch or is found by it.
    row = await inquiry.connection.fetchrow(PROCEEDING.lock, case)
    if row is None:
        raise Unfit(("case", f"there is no case {inquiry.form.case!r}"))
    parent = File.model_validate(row["file"])
    if parent.enterprise != officer.office:
        why = f"the case is {parent.enterprise}'s; {officer.code} acts for {officer.office}"
        raise Barred("own_case", "9", why)
    return Register(parent=parent)


async def insured_case(inquiry: Inquiry) -> Register:
    """The case of a policy, and whether a signed plan has fixed its subsidy: its application is locked."""
    case = inquiry.file.about
    assert case is not None
    settled = await told_first(inquiry, case, ("amend",))
    row = await one(inquiry.connection, PROCEEDING.by_stream, case)
    money = await subsidy_of(inquiry, inquiry.file.number)
    waiting = await inquiry.connection.fetchval(SUBSIDY.waiting_amount, case)
    parent = File.model_validate(row["file"])
    return replace(money, parent=parent, settled=settled, waiting=waiting or Decimal(0))


async def reduction(inquiry: Inquiry) -> Register:
    await told_first(inquiry, str(inquiry.stream), ("plan", "pay"))
    return Register()


async def waiting(inquiry: Inquiry) -> Register:
    stream = str(inquiry.stream)
    signed = await inquiry.connection.fetchval(SUBSIDY.waiting_of, stream)
    told = await inquiry.connection.fetchval(OUTBOX.being_told, stream, ["plan", "pay"])
    return Register(settled=bool(told) or bool(signed and inquiry.file.stage == "waitlisted"))
