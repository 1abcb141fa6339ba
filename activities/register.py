"""What the record knows beside a file, looked up for one act inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from activities.authority import Officer
from db.pool import Connection, one
from db.sql import queries
from rules.faults import Unfit, read
from rules.identifiers import same_name
from rules.procedure import Act, Barred, File, Form, Register
from rules.procedures import Stream, stream_of
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_forms import InsuranceContract, handed_in
from rules.schemes.dalian_quarter import fiscal_year_of
from rules.timetable import SHANGHAI

OFFICE, POLICY, PROCEEDING, SUBSIDY = queries("office"), queries("policy"), queries("proceeding"), queries("subsidy")
INSURER, OUTBOX, RECOVERY = queries("insurer"), queries("outbox"), queries("recovery")
LOSS_CLAIM, COMPLAINT = queries("loss_claim"), queries("complaint")
#: How a case or batch ends without a subsidy, so that its contract may be tried again.
ENDED_UNPAID = ("withdrawn", "uninsured", "revoked")


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
    insurer, officer = inquiry.form.insurer, inquiry.officer
    if insurer != officer.office:
        raise Barred("own_contract", "5", f"the contract is {insurer}'s; {officer.code} acts for {officer.office}")
    return await _of_contract(inquiry, inquiry.form, inquiry.file.facts.get("delivery", {}))


async def _rectification(inquiry: Inquiry) -> Register:
    """A corrected contract is asked what a new one is; who corrects it is not its insurer."""
    facts = inquiry.file.facts
    if "contract" not in facts:
        return Register()
    await _told_first(inquiry, str(inquiry.stream), ("recalculate", "end_insurance", "file"))
    corrected = {section: handed_in(facts[section]) for section in ("contract", "delivery")}
    asked = facts.get("rectification_asked", {})
    section, _, field = asked.get("field", "").rpartition(".")
    if section in corrected:
        corrected[section] = forms.corrected(section, corrected[section], field, asked["correct"])
    return await _of_contract(inquiry, read(InsuranceContract, corrected["contract"]), corrected["delivery"])


async def _application(inquiry: Inquiry) -> Register:
    """Nothing is asked for that the policy is just changing or undoing."""
    await _told_first(inquiry, str(inquiry.stream), ("recalculate", "end_insurance"))
    return Register()


async def _told_first(inquiry: Inquiry, case: str, acts: tuple[str, ...]) -> bool:
    """Lock a case's application and then its policy; raise `Barred` where one is just being told of the other.

    Return whether a signed plan has settled the application.

    A case and its policy change each other. Both sides lock the same rows in this order, so that whoever comes second
    finds what the first has ordered; it is done within a second.
    """
    connection, stream = inquiry.connection, str(inquiry.stream)
    settled = await connection.fetchval(SUBSIDY.lock_settled, case)
    await connection.fetchval(POLICY.lock, case)
    if order := await connection.fetchval(OUTBOX.being_told, stream, acts):
        raise Barred(
            "told_first", "13", f"{inquiry.stream.number} is just being told to {order}; then this can be done"
        )
    return bool(settled)


async def _of_contract(inquiry: Inquiry, form: InsuranceContract, delivery: Mapping[str, Any]) -> Register:
    file, connection = inquiry.file, inquiry.connection
    concluded_on = form.concluded_at.date()
    insurer = await one(connection, OFFICE.insurer, form.insurer, form.clause_number, concluded_on)
    numbered = (file.scheme, form.insurer, same_name(form.policy_number), str(inquiry.stream))
    forecast = await _forecast(inquiry)
    return Register(
        insurer_known=insurer["known"],
        insurer_listed=insurer["listed"],
        insurer_barred_on=insurer["barred_on"],
        clause_filed=insurer["clause_filed"],
        first_batch_before=await _first_batch_before(inquiry, delivery),
        policy_insured_in=await connection.fetchval(POLICY.insured_elsewhere, *numbered),
        cap_left=forecast.cap_left,
        budget_left=forecast.budget_left,
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
        and not (row["stage"] in ENDED_UNPAID and same_name(row["supply"]) == supply)
        for row in await inquiry.connection.fetch(SUBSIDY.insured_besides, enterprise, str(inquiry.stream))
    )


async def _forecast(inquiry: Inquiry) -> Register:
    # The earliest return that can take the application is this quarter's.
    fiscal_year = fiscal_year_of(inquiry.today.year, (inquiry.today.month + 2) // 3)
    whose = (inquiry.file.scheme, fiscal_year, inquiry.file.enterprise)
    left = await one(inquiry.connection, SUBSIDY.forecast, *whose)
    return Register(cap_left=left["cap_left"], budget_left=left["budget_left"])


async def _recognition(inquiry: Inquiry) -> Register:
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


async def _insured_case(inquiry: Inquiry) -> Register:
    """The case of a policy, and whether a signed plan has fixed its subsidy: its application is locked."""
    case = inquiry.file.about
    assert case is not None
    settled = await _told_first(inquiry, case, ("amend",))
    row = await one(inquiry.connection, PROCEEDING.by_stream, case)
    money = await _subsidy_of(inquiry, inquiry.file.number)
    waiting = await inquiry.connection.fetchval(SUBSIDY.waiting_amount, case)
    parent = File.model_validate(row["file"])
    return replace(money, parent=parent, settled=settled, waiting=waiting or Decimal(0))


async def _subsidy_of(inquiry: Inquiry, application: str) -> Register:
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


async def _refund(inquiry: Inquiry) -> Register:
    money = await _subsidy_of(inquiry, inquiry.file.number)
    return replace(money, voucher_known=await _voucher_known(inquiry))


async def _voucher_known(inquiry: Inquiry) -> bool:
    values = (inquiry.stream.scheme, inquiry.form.voucher)
    # Of two who give one voucher at once the second finds the first.
    await inquiry.connection.execute(RECOVERY.lock_voucher, *values)
    return bool(await inquiry.connection.fetchval(RECOVERY.voucher_known, *values))


async def _ending_batch(inquiry: Inquiry) -> Register:
    """A batch is told first what a plan has just given it: the order that ends it is offered again then."""
    orders = ("file", "plan", "pay", "recalculate", "reduce_waiting")
    return Register(settled=await _told_first(inquiry, str(inquiry.stream), orders))


async def _reduction(inquiry: Inquiry) -> Register:
    await _told_first(inquiry, str(inquiry.stream), ("plan", "pay"))
    return Register()


async def _opinions_of_round(inquiry: Inquiry) -> Register:
    return Register(opinions=await inquiry.connection.fetchval(SUBSIDY.opinions_of, str(inquiry.stream)))


async def _offices(inquiry: Inquiry) -> Register:
    code = getattr(inquiry.form, "code", None)
    known = await one(inquiry.connection, OFFICE.known_on, inquiry.today, code)
    return Register(
        known_offices=known["offices"],
        known_officers=known["officers"],
        codes_taken=frozenset(known["codes"]),
        known_districts=frozenset(known["districts"]),
        colleagues=known["colleagues"],
    )


async def _listed_insurers(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(INSURER.listed_on, inquiry.today)
    return Register(listed_insurers=tuple(row["insurer"] for row in rows))


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


async def _left_over(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(SUBSIDY.left_over, inquiry.file.scheme)
    return Register(applications=tuple(map(dict, rows)))


async def _waiting(inquiry: Inquiry) -> Register:
    stream = str(inquiry.stream)
    signed = await inquiry.connection.fetchval(SUBSIDY.waiting_of, stream)
    told = await inquiry.connection.fetchval(OUTBOX.being_told, stream, ["plan", "pay"])
    return Register(settled=bool(told) or bool(signed and inquiry.file.stage == "waitlisted"))


async def _appropriation(inquiry: Inquiry) -> Register:
    values = (inquiry.stream.scheme, int(inquiry.stream.number), inquiry.form.document)
    if await inquiry.connection.fetchval(SUBSIDY.document_known, *values):
        raise Unfit(("document", f"{inquiry.form.document!r} has granted money to {inquiry.stream.number} already"))
    return Register()


async def _proceeding(inquiry: Inquiry, field: str, name: str) -> File:
    """Return the proceeding that a field of the form names; raise `Unfit` naming the field."""
    try:
        stream = stream_of(name)
        _ = stream.procedure
    except Unfit as unfit:
        raise Unfit(*((field, why) for _, why in unfit.faults)) from unfit
    row = await inquiry.connection.fetchrow(PROCEEDING.by_stream, name)
    if row is None:
        raise Unfit((field, f"there is no {stream.kind} {stream.number!r}"))
    return File.model_validate(row["file"])


async def _known_office(inquiry: Inquiry, field: str, code: str) -> None:
    if not await inquiry.connection.fetchval(OFFICE.known, code):
        raise Unfit((field, f"must be the code of an office or an enterprise (not {code!r})"))


async def _insured_by(inquiry: Inquiry) -> Register:
    policy = inquiry.form.policy
    return Register(parent=await _proceeding(inquiry, "policy", policy), other_losses=await _losses(inquiry, policy))


async def _losses(inquiry: Inquiry, policy: str) -> tuple[Mapping[str, Any], ...]:
    rows = await inquiry.connection.fetch(LOSS_CLAIM.others, policy, str(inquiry.stream))
    return tuple(map(dict, rows))


async def _loss_to_pay(inquiry: Inquiry) -> Register:
    """The policy as it stands, locked: whoever pays under it, or changes it, waits for whoever is before him."""
    policy = inquiry.file.about
    assert policy is not None
    row = await one(inquiry.connection, PROCEEDING.lock, policy)
    return Register(parent=File.model_validate(row["file"]), other_losses=await _losses(inquiry, policy))


async def _complained_of(inquiry: Inquiry) -> Register:
    subject = inquiry.form.subject
    if ":" in subject:
        parent = await _proceeding(inquiry, "subject", subject)
        acts, rows = stream_of(subject).procedure.acts, await inquiry.connection.fetch(COMPLAINT.acted, subject)
        return Register(
            parent=parent,
            acted=frozenset(row["office"] for row in rows),
            deciders=frozenset(row["officer"] for row in rows if acts[row["act"]].decides),
        )
    await _known_office(inquiry, "subject", subject)
    return Register()


async def _to_recover(inquiry: Inquiry) -> Register:
    form, connection = inquiry.form, inquiry.connection
    subject = await _proceeding(inquiry, "about", form.about)
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


async def _disbursed(inquiry: Inquiry) -> Register:
    return Register(applications=await _paid_on(inquiry.connection, inquiry.file.facts["recovery"]["applications"]))


async def _repayment(inquiry: Inquiry) -> Register:
    return replace(await _disbursed(inquiry), voucher_known=await _voucher_known(inquiry))


async def _nominated(inquiry: Inquiry) -> Register:
    named, connection = inquiry.form.insurer, inquiry.connection
    insurer = await one(connection, OFFICE.insurer, named, "", inquiry.today)
    listing = await connection.fetchrow(INSURER.listing, named, inquiry.today)
    return Register(
        insurer_known=insurer["known"],
        insurer_barred_on=insurer["barred_on"],
        listing=dict(listing) if listing else None,
    )


async def _falsified_applications(inquiry: Inquiry) -> Register:
    rows = await inquiry.connection.fetch(SUBSIDY.to_file, inquiry.form.applications)
    return Register(applications=tuple(map(dict, rows)))


async def _clause(inquiry: Inquiry) -> Register:
    clause = await inquiry.connection.fetchrow(INSURER.clause, inquiry.stream.number, inquiry.form.clause_number)
    return Register(clause=dict(clause) if clause else None)


LOOK_UPS: dict[tuple[str, str], Callable[[Inquiry], Coroutine[Any, Any, Register]]] = {
    ("case", "submit"): _submission,
    ("case", "entrust"): _assessors,
    ("case", "supersede"): _successor,
    ("case", "quote"): _forecast,
    ("case", "insure"): _insurance,
    ("case", "rectify"): _rectification,
    ("case", "apply"): _application,
    ("case", "reduce_waiting"): _reduction,
    ("case", "expire"): _waiting,
    ("batch", "deliver"): _recognition,
    ("batch", "quote"): _forecast,
    ("batch", "insure"): _insurance,
    ("batch", "rectify"): _rectification,
    ("batch", "apply"): _application,
    ("batch", "end_with_recognition"): _ending_batch,
    ("batch", "reduce_waiting"): _reduction,
    ("batch", "expire"): _waiting,
    ("policy", "endorse"): _insured_case,
    ("policy", "cancel"): _insured_case,
    ("policy", "rescind"): _insured_case,
    ("policy", "record_refund"): _refund,
    ("loss_claim", "report"): _insured_by,
    ("loss_claim", "pay_in_advance"): _loss_to_pay,
    ("loss_claim", "decide_to_pay"): _loss_to_pay,
    ("loss_claim", "pay_loss"): _loss_to_pay,
    ("loss_claim", "settle"): _loss_to_pay,
    ("pilot_insurer", "nominate"): _nominated,
    ("pilot_insurer", "propose_bar"): _falsified_applications,
    ("pilot_insurer", "file_clause"): _clause,
    ("pilot_insurer", "withdraw_clause"): _clause,
    ("complaint", "receive_complaint"): _complained_of,
    ("recovery", "open_recovery"): _to_recover,
    ("recovery", "decide_recovery"): _disbursed,
    ("recovery", "demand"): _disbursed,
    ("recovery", "agree_instalments"): _disbursed,
    ("recovery", "enforce"): _disbursed,
    ("recovery", "record_repayment"): _repayment,
    ("offices", "propose_officer"): _offices,
    ("offices", "appoint"): _offices,
    ("offices", "leave"): _offices,
    ("offices", "absorb"): _offices,
    ("round", "open"): _listed_insurers,
    ("round", "file_return"): _applications_to_file,
    ("round", "close_filing"): _left_over,
    ("round", "close"): _left_over,
    ("round", "return_for_completion"): _applications_of_round,
    ("round", "admit_held"): _applications_of_round,
    ("round", "reopen_filing"): _opinions_of_round,
    ("round", "review"): _applications_of_round,
    ("round", "prepare_plan"): _applications_of_round,
    ("round", "sign_plan"): _applications_of_round,
    ("round", "order_payment"): _applications_of_round,
    ("round", "pay"): _applications_of_round,
    ("ledger", "appropriate"): _appropriation,
}
