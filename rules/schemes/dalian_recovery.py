"""追回: all money disbursed on falsified applications is recovered, up to the decision that says so (article 15(2)).

The regulator or the finance bureau prepares it, another officer of the finance bureau decides (article 15(3)). The
debtor is the insurer that was paid, then whoever falsified (I-15). How a decision is demanded, paid and enforced comes
later: a decided recovery stays open for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_complaint import Subject
from rules.schemes.dalian_forms import Code, Reasons, Sha256, Text
from rules.values import ZERO, Yuan, in_yuan


class RecoveryOpening(Form):
    """追回立案: which applications were falsified, by whom, and what proves it."""

    about: Subject
    applications: list[Text] = Field(min_length=1, max_length=200)
    ground: Text
    evidence: list[Sha256] = Field(min_length=1, max_length=200)
    #: 造假者: the enterprise's or the insurer's code.
    fraudster: Code

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if len(set(self.applications)) != len(self.applications):
            yield "applications", "must name each application once"


class RecoveryDecision(Form):
    """追回决定: the amount, why, and the decision's paper."""

    amount: Yuan
    reason: Text
    decision_sha256: Sha256


def open_recovery(situation: Situation, form: RecoveryOpening) -> Effect:
    """立案: all that was disbursed on the applications said to be falsified is at stake (article 15(2))."""
    paid = situation.register.applications
    _must_be_paid(situation, form, {row["number"]: row for row in paid})
    payees = dict.fromkeys(row["insurer"] for row in paid)
    debtors = dict.fromkeys((*payees, form.fraudster))
    disbursed = {row["number"]: in_yuan(row["disbursed"]) for row in paid}
    return Effect(
        facts={"recovery": {**form.said(), "disbursed": disbursed, "debtors": list(debtors)}}, about=form.about
    )


def _must_be_paid(situation: Situation, form: RecoveryOpening, paid: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `Unfit` naming every application that is not of the proceeding, or on which nothing was disbursed."""
    subject = situation.register.parent
    assert subject is not None
    faults = []
    for place, number in enumerate(form.applications):
        row = paid.get(number)
        if row is None or row["stream"] not in (form.about, subject.about):
            faults.append((f"applications[{place}]", f"must be an application of {form.about} (not {number!r})"))
        elif not row["disbursed"]:
            faults.append((f"applications[{place}]", f"must have been paid: nothing was disbursed on {number!r}"))
    if faults:
        raise Unfit(*faults)


def decide_recovery(situation: Situation, form: RecoveryDecision) -> Effect:
    """决定追回: the amount is all that was disbursed on the falsified applications (article 15(2))."""
    disbursed: Decimal = sum((row["disbursed"] for row in situation.register.applications), ZERO)
    numbers = ", ".join(situation.fact("recovery")["applications"])
    recovers_all = Finding(
        rule="all_is_recovered",
        article="15(2)",
        passed=form.amount == disbursed,
        reason=f"{in_yuan(disbursed)} yuan were disbursed on {numbers}; the decision names {in_yuan(form.amount)}",
    )
    decided = {**form.said(), "decided_on": situation.today.isoformat()}
    return Effect(findings=(recovers_all,), facts={"decision": decided})


def drop_recovery(situation: Situation, form: Reasons) -> Effect:
    """撤销案件: nothing was falsified, or it cannot be proved; the reason is kept (article 15(2))."""
    return Effect(facts={"dropped": form.said()})


STAGES = {
    stage.name: stage
    for stage in (
        Stage("opened", "已立案"),
        Stage("decided", "已决定追回"),
        Stage("dropped", "已撤销案件", closed=True),
    )
}

ACTS = {
    act.name: act
    for act in (
        Act("open_recovery", "立案", ("regulator", "finance"), "15(2)", (), RecoveryOpening, open_recovery, "opened"),
        Act("decide_recovery", "决定追回", ("finance",), "15(2)", ("opened",), RecoveryDecision, decide_recovery,
            "decided", not_by_doer_of=("open_recovery",)),
        Act("drop_recovery", "撤销案件", ("regulator", "finance"), "15(2)", ("opened",), Reasons, drop_recovery,
            "dropped", not_by_doer_of=("open_recovery",)),
    )
}  # fmt: skip

RECOVERY = Procedure("recovery", STAGES, ACTS, prefix="RC")
