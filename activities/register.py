"""What the record knows beside a file, looked up for one act inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

from activities import case_look_ups, documents, ledgers, money_look_ups, payment_look_ups, work
from activities.authority import Officer
from activities.inquiry import Inquiry, known_office, proceeding
from db.pool import Connection, one
from db.sql import queries
from rules.procedure import Act, File, Form
from rules.procedures import Stream, stream_of
from rules.register import NOTHING_KNOWN, Register
from rules.schemes.dalian_establishing import ACTS as ESTABLISHING
from rules.timetable import SHANGHAI

OFFICE, PROCEEDING, SUBSIDY = queries("office"), queries("proceeding"), queries("subsidy")
INSURER, LOSS_CLAIM, COMPLAINT = queries("insurer"), queries("loss_claim"), queries("complaint")


async def consult(
    connection: Connection,
    stream: Stream,
    act: Act,
    file: File,
    form: Form,
    officer: Officer,
    received_at: datetime,
) -> Register:
    """Look up what `act` is weighed against."""
    look_up = LOOK_UPS.get((stream.kind, act.name))
    if look_up is None:
        return NOTHING_KNOWN
    return await look_up(Inquiry(connection, stream, file, form, officer, received_at.astimezone(SHANGHAI).date()))


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


async def _establishing(inquiry: Inquiry) -> Register:
    form = inquiry.form
    code = getattr(form, "office", None) or form.office_code
    proposed = inquiry.file.facts.get("proposed_letterheads", {}).get(code, {})
    word = getattr(form, "word", None) or proposed.get("word")
    return Register(**await one(inquiry.connection, OFFICE.registered, code, word, inquiry.today))


async def _insured_by(inquiry: Inquiry) -> Register:
    policy = inquiry.form.policy
    return Register(parent=await proceeding(inquiry, "policy", policy), other_losses=await _losses(inquiry, policy))


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
        parent = await proceeding(inquiry, "subject", subject)
        acts, rows = stream_of(subject).procedure.acts, await inquiry.connection.fetch(COMPLAINT.acted, subject)
        return Register(
            parent=parent,
            acted=frozenset(row["office"] for row in rows),
            deciders=frozenset(row["officer"] for row in rows if acts[row["act"]].decides),
        )
    await known_office(inquiry, "subject", subject)
    return Register()


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
    ("case", "submit"): case_look_ups.submission,
    ("case", "entrust"): case_look_ups.assessors,
    ("case", "supersede"): case_look_ups.successor,
    ("case", "quote"): case_look_ups.forecast,
    ("case", "insure"): case_look_ups.insurance,
    ("case", "rectify"): case_look_ups.rectification,
    ("case", "apply"): case_look_ups.application,
    ("case", "revoke"): payment_look_ups.revoking,
    ("case", "reduce_waiting"): case_look_ups.reduction,
    ("case", "expire"): case_look_ups.waiting,
    ("batch", "deliver"): case_look_ups.recognition,
    ("batch", "quote"): case_look_ups.forecast,
    ("batch", "insure"): case_look_ups.insurance,
    ("batch", "rectify"): case_look_ups.rectification,
    ("batch", "apply"): case_look_ups.application,
    ("batch", "end_with_recognition"): payment_look_ups.ending_batch,
    ("batch", "reduce_waiting"): case_look_ups.reduction,
    ("batch", "expire"): case_look_ups.waiting,
    ("policy", "endorse"): case_look_ups.insured_case,
    ("policy", "cancel"): case_look_ups.insured_case,
    ("policy", "rescind"): case_look_ups.insured_case,
    ("policy", "record_refund"): money_look_ups.refund,
    ("loss_claim", "report"): _insured_by,
    ("loss_claim", "pay_in_advance"): _loss_to_pay,
    ("loss_claim", "decide_to_pay"): _loss_to_pay,
    ("loss_claim", "pay_loss"): _loss_to_pay,
    ("loss_claim", "settle"): _loss_to_pay,
    ("pilot_insurer", "nominate"): _nominated,
    ("pilot_insurer", "propose_bar"): _falsified_applications,
    ("pilot_insurer", "bar"): payment_look_ups.barring,
    ("pilot_insurer", "file_clause"): _clause,
    ("pilot_insurer", "withdraw_clause"): _clause,
    ("complaint", "receive_complaint"): _complained_of,
    ("recovery", "open_recovery"): money_look_ups.to_recover,
    ("recovery", "decide_recovery"): payment_look_ups.deciding_recovery,
    ("recovery", "demand"): money_look_ups.disbursed,
    ("recovery", "agree_instalments"): money_look_ups.disbursed,
    ("recovery", "enforce"): money_look_ups.disbursed,
    ("recovery", "record_repayment"): money_look_ups.repayment,
    ("offices", "propose_officer"): _offices,
    ("offices", "appoint"): _offices,
    ("offices", "leave"): _offices,
    ("offices", "absorb"): _offices,
    ("offices", "propose_supervisor"): _offices,
    ("offices", "appoint_supervisor"): _offices,
    ("offices", "relieve_supervisor"): _offices,
    **{("offices", act.name): _establishing for act in ESTABLISHING},
    ("dossier", "add_document"): documents.dossier,
    ("round", "open"): money_look_ups.round_to_open,
    **{("work", act): work.office_known for act in ("take", "hand_over", "release", "redistribute", "substitute")},
    ("work", "take_next"): work.next_known,
    ("round", "file_return"): money_look_ups.applications_to_file,
    ("round", "close_filing"): money_look_ups.left_over,
    ("round", "close"): money_look_ups.left_over,
    ("round", "return_for_completion"): money_look_ups.application_in_round,
    ("round", "admit_held"): money_look_ups.application_to_admit,
    ("round", "reopen_filing"): money_look_ups.opinions_of_round,
    ("round", "review"): money_look_ups.applications_to_review,
    ("round", "prepare_plan"): money_look_ups.round_to_plan,
    ("round", "sign_plan"): money_look_ups.plan_to_sign,
    ("round", "order_payment"): payment_look_ups.payment,
    ("round", "take_back_order"): payment_look_ups.payment,
    ("round", "pay"): payment_look_ups.paying,
    ("ledger", "appropriate"): ledgers.granted,
    ("ledger", "adjust"): ledgers.taken_back,
    ("ledger", "propose_closing"): ledgers.year_to_close,
    ("ledger", "close_year"): ledgers.year_to_close,
}
