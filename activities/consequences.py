"""What an act changes beside its own file, in the same transaction: applications, plans, the ledger, other cases."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from activities import (
    applications,
    calendar,
    documents,
    editions,
    ledgers,
    payments,
    recoveries,
    registers,
    rounds,
    work,
)
from activities.contracts import Event
from activities.done import Done
from db.pool import Connection
from rules.procedure import Act, Effect, File, Situation
from rules.procedures import Stream


async def carry_out(
    connection: Connection, stream: Stream, act: Act, situation: Situation, effect: Effect, event: Event, after: File
) -> None:
    """Carry out what follows from an act the law let pass; most acts change nothing beside their file."""
    consequence = CONSEQUENCES.get((stream.kind, act.name))
    if consequence:
        await consequence(Done(connection, stream, situation, effect, event, after))


CONSEQUENCES: dict[tuple[str, str], Callable[[Done], Coroutine[Any, Any, None]]] = {
    ("case", "apply"): applications.enter_application,
    ("case", "insure"): applications.enter_policy,
    ("case", "complete"): applications.complete_application,
    ("case", "expire"): applications.end_waiting,
    ("case", "end_insurance"): applications.withdraw_uninsured,
    ("case", "supersede"): applications.end_batches,
    ("case", "rectify"): applications.amend_policy,
    ("case", "recalculate"): applications.revise_own_application,
    ("case", "withdraw"): applications.withdraw_application,
    ("case", "revoke"): applications.revoke_application,
    ("case", "pay"): recoveries.call_refund,
    ("case", "stop_payment"): applications.release_stopped,
    ("batch", "end_insurance"): applications.withdraw_uninsured,
    ("batch", "insure"): applications.enter_policy,
    ("batch", "apply"): applications.enter_application,
    ("batch", "complete"): applications.complete_application,
    ("batch", "expire"): applications.end_waiting,
    ("batch", "rectify"): applications.amend_policy,
    ("batch", "recalculate"): applications.revise_own_application,
    ("batch", "withdraw"): applications.withdraw_application,
    ("batch", "end_with_recognition"): applications.end_batch,
    ("batch", "pay"): recoveries.call_refund,
    ("batch", "stop_payment"): applications.release_stopped,
    ("policy", "endorse"): applications.revise_application,
    ("policy", "cancel"): applications.revise_application,
    ("policy", "rescind"): applications.end_insurance,
    ("policy", "record_refund"): recoveries.enter_refund,
    ("pilot_insurer", "list"): registers.enter_listing,
    ("pilot_insurer", "suspend"): registers.suspend_listing,
    ("pilot_insurer", "reinstate"): registers.end_suspension,
    ("pilot_insurer", "expire"): registers.end_suspension,
    ("pilot_insurer", "delist"): registers.end_listing,
    ("pilot_insurer", "bar"): registers.bar_insurer,
    ("pilot_insurer", "file_clause"): registers.enter_clause,
    ("pilot_insurer", "withdraw_clause"): registers.withdraw_clause,
    ("recovery", "decide_recovery"): payments.take_back_all,
    ("recovery", "record_repayment"): recoveries.enter_repayment,
    ("offices", "appoint"): registers.appoint,
    ("offices", "leave"): registers.end_officer,
    ("offices", "absorb"): registers.absorb_district,
    ("offices", "appoint_supervisor"): registers.appoint_supervisor,
    ("offices", "relieve_supervisor"): registers.relieve_supervisor,
    ("offices", "establish"): registers.establish,
    ("offices", "enter_letterhead"): registers.enter_letterhead,
    ("offices", "enter_account"): registers.enter_account,
    ("dossier", "add_document"): documents.enter_document,
    ("dossier", "withdraw_document"): documents.enter_withdrawal,
    **{("work", act): work.assign for act in ("take", "take_next", "hand_over", "release", "redistribute")},
    ("work", "substitute"): work.substitute,
    ("editions", "sign_edition"): editions.put_in_force,
    ("calendar", "load_notice"): calendar.load_notice,
    ("round", "file_return"): rounds.take_into_return,
    ("round", "close_filing"): rounds.take_up,
    ("round", "close"): rounds.take_up,
    ("round", "return_for_completion"): rounds.return_application,
    ("round", "admit_held"): rounds.admit_held,
    ("round", "review"): rounds.enter_opinions,
    ("round", "prepare_plan"): rounds.enter_plan,
    ("round", "sign_plan"): rounds.commit_plan,
    ("round", "order_payment"): payments.cancel,
    ("round", "take_back_order"): payments.cancel,
    ("round", "pay"): payments.pay_plan,
    ("ledger", "appropriate"): ledgers.appropriate,
    ("ledger", "adjust"): ledgers.adjust,
    ("ledger", "close_year"): ledgers.close_year,
}
