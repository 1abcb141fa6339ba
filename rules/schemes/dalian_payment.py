"""拨付: what a signed plan gives is ordered and paid once, where the law still lets it be paid (articles 13, 15(2))."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rules.faults import Unfit, shown
from rules.procedure import Effect, Nothing, Situation
from rules.schemes.dalian_forms import Reasons
from rules.schemes.dalian_round_forms import Payment
from rules.values import in_yuan

#: What an entry that cancels a commitment says of it.
OF_ENTRY = ("application", "plan", "enterprise", "insurer")


def cancelled(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """注销占用: nothing more is disbursed on these, so what was committed to them is cancelled (article 15(2))."""
    entries = [
        {
            **{name: line[name] for name in OF_ENTRY},
            "fiscal_year": line["fiscal_year"],
            "amount": in_yuan(line["amount"]),
        }
        for line in lines
    ]
    return {"cancelled": {"entries": entries}} if entries else {}


def stopped(situation: Situation) -> tuple[Mapping[str, Any], ...]:
    """止付: what may no longer be paid, and is not with the treasury: an order that has gone out awaits its answer."""
    return tuple(line for line in situation.register.stopped if not line["ordered"])


def order_payment(situation: Situation, form: Nothing) -> Effect:
    """拨付单: one payment is ordered to each insurer of the signed plan (article 13)."""
    due = {insurer: in_yuan(amount) for insurer, amount in situation.register.due.items() if amount}
    return Effect(facts={"order": due, **cancelled(situation.register.stopped)})


def take_back_order(situation: Situation, form: Reasons) -> Effect:
    """撤回拨付单: before anything is paid the order of payment is taken back (article 13)."""
    facts = {"order_taken_back": form.said(), "order": {}, **cancelled(situation.register.stopped)}
    return Effect(facts=facts)


def pay(situation: Situation, form: Payment) -> Effect:
    """拨付: another officer of finance confirms each payment with its voucher (articles 13, 15(3)).

    What the bank did not pay is ordered again, unless nothing may be disbursed on it any more; the round is paid when
    all of it is.
    """
    ordered = situation.fact("order")
    if form.vouchers.keys() | form.failed.keys() != ordered.keys():
        raise Unfit(("vouchers", f"must name one voucher for each insurer ordered: {', '.join(ordered) or 'none'}"))
    _vouchers_are_new(situation, form)
    vouchers = {**situation.file.facts.get("vouchers", {}), **form.vouchers}
    unpaid = [line for line in situation.register.stopped if line["insurer"] in form.failed]
    facts = {"vouchers": vouchers, "failed_payments": form.failed, **cancelled(unpaid)}
    if form.failed:
        return Effect(facts={**facts, "order": {}}, stage="signed", carries=form.vouchers)
    return Effect(facts=facts, meets=("payment",), carries=form.vouchers)


def _vouchers_are_new(situation: Situation, form: Payment) -> None:
    """Raise `Unfit` naming every voucher that another payment has, of whatever round and insurer."""
    taken = situation.register.vouchers_taken
    faults = [
        (f"vouchers.{insurer}", f"must be of one payment alone: {shown(voucher)} is {taken[voucher]}'s")
        for insurer, voucher in form.vouchers.items()
        if voucher in taken
    ]
    if faults:
        raise Unfit(*faults)
