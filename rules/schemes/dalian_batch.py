"""后续批次: another first batch under one recognition, for another user, in its year (articles 2, 10, 11).

A case carries its first batch itself. Each further one is a proceeding of its own, delivered, insured, filed and paid
by the very acts of a case: only its beginning and its end with the recognition are declared here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.deadlines import Due
from rules.finding import Finding
from rules.procedure import Act, Effect, Procedure, Situation
from rules.schemes import dalian_case as case
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_ending_forms import RecognitionEnded
from rules.schemes.dalian_payment import cancelled, stopped
from rules.schemes.dalian_subsidy import insurance_deadline, unsubsidised
from rules.timetable import fixed
from rules.values import ZERO


def deliver(situation: Situation, form: forms.FurtherDelivery) -> Effect:
    """后续交付: a further first batch is delivered; article 11's days run, within the recognition's own (I-6)."""
    parent = situation.register.parent
    recognition = parent.facts.get("recognition") if parent else None
    if parent is None or recognition is None:
        none = Finding(rule="recognition_holds", article="10", passed=False, reason=f"{form.case} is not recognised")
        return Effect(findings=(none,))
    until = date.fromisoformat(recognition["valid_until"])
    ended = parent.stage in ("revoked", "superseded", "expired")
    holds = Finding(
        rule="recognition_holds",
        article="10",
        passed=not ended and situation.today <= until,
        reason=f"{form.case} is {parent.stage}; its recognition is valid until {until}",
    )
    because = (f"as {form.case}'s own",)
    due = Due(nominal_on=until, due_on=until, rolled=False, provisional=False, because=because)
    delivery = form.said()
    batch = {name: delivery.pop(name) for name in ("case", "batch_number", "quantity")}
    return Effect(
        findings=(holds,),
        facts={
            "batch": batch,
            "submission": {name: parent.facts["submission"][name] for name in ("enterprise", "product")},
            "recognition": recognition,
            "delivery": delivery,
        },
        opens=(
            insurance_deadline(situation, form),
            fixed("recognition_valid_until", "10", "enterprise", situation.today, due, silence="expire"),
        ),
        enterprise=parent.enterprise,
        district=parent.district,
        about=f"case:{parent.scheme}:{parent.number}",
    )


def end_with_recognition(situation: Situation, form: RecognitionEnded) -> Effect:
    """随认定终止: the recognition has ended; what is not paid of the batch ends with it (articles 10, 15(2)).

    Where the recognition was only superseded, what a plan gave is on its way.
    """
    stage, money = situation.file.stage, situation.file.money
    taken_back = cancelled(stopped(situation)) if form.ground != "superseded" else {}
    on_its_way = situation.register.settled and not Decimal(money["waitlisted"])
    given = stage == "planned" or on_its_way
    waits = stage in ("planned", "waitlisted")
    borne = Decimal(money["enterprise_share"]) + Decimal(money["waitlisted"]) if waits else ZERO
    return Effect(
        facts={"revocation": form.said(), **taken_back},
        money={"waitlisted": "0.00", "enterprise_share": f"{borne:.2f}"} if waits else unsubsidised(situation),
        meets=("recognition_valid_until", "insurance", "waitlist"),
        # Money that a signed plan gave is cancelled, or on its way: the batch waits to be told of it.
        stage=stage if given else "paid" if waits and Decimal(money["paid"]) else None,
    )


NAMES = (
    *("recognised", "insured", "applied", "filed", "returned", "planned", "waitlisted"),
    *("paid", "nothing_left", "waiting_lapsed", "payment_stopped", "subsidy_refused", "uninsured"),
    *("revoked", "expired", "withdrawn"),
)
STAGES = {name: case.STAGES[name] for name in NAMES}
SHARED = (
    *("quote", "insure", "apply", "file", "return_application", "complete", "refuse_subsidy", "plan", "pay"),
    *("stop_payment", "recalculate", "reduce_waiting", "end_insurance"),
    *("ask_rectification", "rectify", "decline_rectification", "remind", "expire"),
)


def _within(act: Act) -> Act:
    return replace(act, stages=tuple(stage for stage in act.stages if stage in STAGES))


ACTS = {
    act.name: act
    for act in (
        Act("deliver", "后续交付", ("enterprise",), "11", (), forms.FurtherDelivery, deliver, "recognised"),
        *(_within(case.ACTS[name]) for name in SHARED),
        Act("withdraw", "撤回", ("enterprise",), "13", ("recognised", "applied", "filed", "returned"), forms.Reasons,
            case.withdraw, "withdrawn"),
        Act("end_with_recognition", "随认定终止", ("system",), "10", case.AFTER_RECOGNITION, RecognitionEnded,
            end_with_recognition, "revoked"),
    )
}  # fmt: skip

BATCH = Procedure("batch", STAGES, ACTS)
