"""追回: all money disbursed on falsified applications is recovered, to the fen (article 15(2)).

The regulator or the finance bureau prepares it, another officer of the finance bureau decides (article 15(3)); a bar
opens one by itself. The debtor is the insurer that was paid, then whoever falsified (I-15). What is repaid goes back to
the treasury. It is closed when all is repaid, or dropped before it is decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from rules.deadlines import Due, days_after
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Effect, Form, Procedure, Situation, Stage, remind
from rules.repayments import Disbursed, Instalment, next_instalment, owed, spread
from rules.schemes.dalian_complaint import Subject
from rules.schemes.dalian_forms import Code, Reasons, Rung, Sha256, Text, in_future
from rules.schemes.dalian_payment import cancelled, stopped
from rules.timetable import Deadline, OfficeKind, fixed
from rules.values import ZERO, LawDate, Yuan, in_yuan


class RecoveryOpening(Form):
    """追回立案: which applications were falsified, by whom, and what proves it."""

    about: Subject
    applications: list[Text] = Field(min_length=1, max_length=1_000)
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


class Repayment(Form):
    """退回款: who paid how much back, on which day, by which voucher."""

    debtor: Code
    amount: Yuan
    voucher: Text
    paid_on: LawDate

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, paid_on=self.paid_on)


class AgreedInstalment(Form):
    """一期: an amount, and its last day."""

    due_on: LawDate
    amount: Yuan


class InstalmentAgreement(Form):
    """分期退回协议: what is left, in parts with a day each."""

    instalments: list[AgreedInstalment] = Field(min_length=1, max_length=120)
    agreement_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        before = now.date()
        for place, instalment in enumerate(self.instalments):
            if instalment.due_on <= before:
                yield f"instalments[{place}].due_on", f"must be after {before} (not {instalment.due_on})"
            before = max(before, instalment.due_on)


class EnforcementRequest(Form):
    """强制执行申请: the court that is asked, and the application's paper."""

    court: Text
    application_sha256: Sha256


class Referral(Form):
    """移送: the organ to which the suspected crime is referred, why, and the letter."""

    organ: Text
    reason: Text
    letter_sha256: Sha256


def open_recovery(situation: Situation, form: RecoveryOpening) -> Effect:
    """立案: all that was disbursed on the applications said to be falsified is at stake (article 15(2))."""
    paid = situation.register.applications
    _must_be_paid(situation, form, {row["number"]: row for row in paid})
    parties = dict.fromkeys(row[party] for party in ("enterprise", "insurer") for row in paid)
    if form.fraudster not in parties:
        whose = f"must be the enterprise or the insurer of an application: {', '.join(parties)}"
        raise Unfit(("fraudster", f"{whose} (not {form.fraudster!r})"))
    payees = dict.fromkeys(row["insurer"] for row in paid)
    debtors = dict.fromkeys((*payees, form.fraudster))
    disbursed = {
        number: in_yuan(sum((row["left"] for row in paid if row["number"] == number), ZERO))
        for number in dict.fromkeys(row["number"] for row in paid)
    }
    facts = {**form.said(), "disbursed": disbursed, "debtors": list(debtors), "payees": list(payees)}
    return Effect(facts={"recovery": facts}, about=form.about)


def _must_be_paid(situation: Situation, form: RecoveryOpening, paid: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `Unfit` naming every application that is not of the proceeding, or on which nothing was disbursed."""
    subject = situation.register.parent
    assert subject is not None
    faults = []
    for place, number in enumerate(form.applications):
        row = paid.get(number)
        # A recovery may be about a case, its policy, or the insurer that was barred.
        if row is None or not {row["stream"], f"pilot_insurer:{subject.scheme}:{row['insurer']}"} & {
            form.about,
            subject.about,
        }:
            faults.append((f"applications[{place}]", f"must be an application of {form.about} (not {number!r})"))
        elif not row["left"]:
            faults.append((f"applications[{place}]", f"must have been paid: nothing was disbursed on {number!r}"))
    if faults:
        raise Unfit(*faults)


def decide_recovery(situation: Situation, form: RecoveryDecision) -> Effect:
    """决定追回: the amount is all that was disbursed on the falsified applications (article 15(2))."""
    disbursed = owed(_disbursed(situation))
    numbers = ", ".join(situation.fact("recovery")["applications"])
    recovers_all = Finding(
        rule="all_is_recovered",
        article="15(2)",
        passed=form.amount == disbursed,
        reason=f"{in_yuan(disbursed)} yuan were disbursed on {numbers}; the decision names {in_yuan(form.amount)}",
    )
    decided = {**form.said(), "decided_on": situation.today.isoformat()}
    return Effect(findings=(recovers_all,), facts={"decision": decided, **cancelled(stopped(situation))})


def _disbursed(situation: Situation, payee: str | None = None) -> tuple[Disbursed, ...]:
    """What was paid on the falsified applications, to one payee or to all, and has not come back."""
    return tuple(
        Disbursed(row["number"], row["enterprise"], row["insurer"], row["fiscal_year"], row["left"])
        for row in situation.register.applications
        if row["left"] and payee in (None, row["insurer"])
    )


def drop_recovery(situation: Situation, form: Reasons) -> Effect:
    """撤销案件: nothing was falsified, or it cannot be proved; the reason is kept (article 15(2))."""
    return Effect(facts={"dropped": form.said()})


def demand(situation: Situation, form: Reasons) -> Effect:
    """追缴通知: the next debtor is told what to pay back and by when: the payee, then whoever falsified (I-15)."""
    earlier = situation.file.facts.get("demands", {}).get("debtors", [])
    debtor = next(
        (code for code in situation.fact("recovery")["debtors"] if code not in earlier and _owed_by(situation, code)),
        None,
    )
    in_order = _in_order(situation, debtor)
    if debtor is None or not in_order.passed:
        return Effect(findings=(in_order,))
    due = days_after(situation.today, situation.edition.repayment_days.value, situation.calendar)
    told = {**form.said(), **_told(situation, debtor), "pay_by": due.due_on.isoformat()}
    return Effect(
        findings=(in_order,),
        facts={"demand": told, "demands": {"debtors": [*earlier, debtor]}},
        opens=(fixed("repayment", "15(2)", _kind_of(situation, debtor), situation.today, due),),
    )


def _told(situation: Situation, debtor: str) -> dict[str, Any]:
    """What a demand tells its debtor: how much, on which applications, and what it is demanded for (article 15(2))."""
    rows = _disbursed(situation, _payee(situation, debtor))
    return {
        "debtor": debtor,
        "amount": in_yuan(owed(rows)),
        "applications": list(dict.fromkeys(row.application for row in rows)),
        "ground": situation.fact("recovery")["ground"],
    }


def _kind_of(situation: Situation, debtor: str) -> OfficeKind:
    return "insurer" if debtor in situation.fact("recovery")["payees"] else "enterprise"


def _in_order(situation: Situation, debtor: str | None) -> Finding:
    """Every payee is told at once; whoever falsified and was paid nothing, when the payees' last day has passed."""
    pay_by = situation.file.facts.get("demand", {}).get("pay_by", "")
    payee = debtor in situation.fact("recovery")["payees"]
    reason = f"the payees were to pay by {pay_by}; then {debtor} is liable" if pay_by else "the payees are told first"
    return Finding(
        rule="payee_first",
        article="15(2)",
        passed=debtor is not None and (payee or "" < pay_by < situation.today.isoformat()),
        reason=reason if debtor else f"every debtor has been told; the last was to pay by {pay_by}",
    )


def _owed_by(situation: Situation, debtor: str) -> Decimal:
    """A payee owes what it was paid; whoever falsified, all that is left (I-15)."""
    return owed(_disbursed(situation, _payee(situation, debtor)))


def _payee(situation: Situation, debtor: str) -> str | None:
    """The debtor, where it is one that was paid."""
    return debtor if debtor in situation.fact("recovery")["payees"] else None


def record_repayment(situation: Situation, form: Repayment) -> Effect:
    """退回: what a debtor pays back goes to the treasury; the last fen closes the recovery (article 15(2))."""
    _may_pay(situation, form)
    rows, left = _disbursed(situation, _payee(situation, form.debtor)), owed(_disbursed(situation))
    within = Finding(
        rule="not_more_than_owed",
        article="15(2)",
        passed=form.amount <= owed(rows),
        reason=f"{form.debtor} owes {in_yuan(owed(rows))} yuan; {in_yuan(form.amount)} are paid back",
    )
    if not within.passed:
        return Effect(findings=(within,))
    entries = [{**one._asdict(), "amount": in_yuan(one.amount)} for one in spread(form.amount, rows)]
    repaid = Decimal(situation.fact("decision")["amount"]) - left + form.amount
    money = {"repaid": in_yuan(repaid), "owed": in_yuan(left - form.amount)}
    facts = {"repayment": {**form.said(), "entries": entries}}
    if form.amount == left:
        return Effect(
            findings=(within,), facts=facts, money=money, meets=("repayment", "instalment"), stage="paid"
        )  # fmt: skip
    return Effect(findings=(within,), facts=facts, money=money, opens=_next_due(situation, repaid))


def _may_pay(situation: Situation, form: Repayment) -> None:
    debtors = situation.fact("recovery")["debtors"]
    if form.debtor not in debtors:
        raise Unfit(("debtor", f"must be one of {', '.join(debtors)} (not {form.debtor!r})"))
    if situation.register.voucher_known:
        raise Unfit(("voucher", f"must be a new one: {form.voucher!r} has returned money already"))


def _next_due(situation: Situation, repaid: Decimal) -> tuple[Deadline, ...]:
    """The deadline of the next instalment, where another one is next than before."""
    agreed = situation.file.facts.get("instalments")
    if situation.file.stage != "instalments" or agreed is None:
        return ()
    plan = [Instalment(date.fromisoformat(one["due_on"]), Decimal(one["amount"])) for one in agreed["instalments"]]
    upcoming, running = next_instalment(plan, repaid - Decimal(agreed["repaid_before"])), _running(situation)
    if upcoming is None or (running and running.due_on == upcoming.due_on):
        return ()
    return (_instalment(situation, upcoming),)


def _running(situation: Situation) -> Deadline | None:
    return next((deadline for deadline in situation.file.deadlines if deadline.running), None)


def _instalment(situation: Situation, instalment: Instalment) -> Deadline:
    """An agreed day is a day, not the end of a period: it does not roll (Civil Code 203 speaks of periods)."""
    because = f"{in_yuan(instalment.amount)} yuan were agreed on for {instalment.due_on}"
    day = instalment.due_on
    due = Due(nominal_on=day, due_on=day, rolled=False, provisional=False, because=(because,))
    debtor = situation.fact("demand")["debtor"]
    return fixed("instalment", "15(2)", _kind_of(situation, debtor), situation.today, due)


def agree_instalments(situation: Situation, form: InstalmentAgreement) -> Effect:
    """分期退回: what is left is paid in parts, which add up to it (article 15(2))."""
    left = owed(_disbursed(situation))
    planned: Decimal = sum((one.amount for one in form.instalments), ZERO)
    whole = Finding(
        rule="instalments_add_up",
        article="15(2)",
        passed=planned == left,
        reason=f"{in_yuan(left)} yuan are left; the instalments come to {in_yuan(planned)}",
    )
    first = form.instalments[0]
    before = in_yuan(Decimal(situation.fact("decision")["amount"]) - left)
    return Effect(
        findings=(whole,),
        facts={"instalments": {**form.said(), "repaid_before": before, "agreed_on": situation.today.isoformat()}},
        opens=(_instalment(situation, Instalment(first.due_on, first.amount)),),
        meets=("repayment",),
    )


def enforce(situation: Situation, form: EnforcementRequest) -> Effect:
    """申请强制执行: the court is asked once the last day has passed and money is still owed (article 15(2))."""
    running = _running(situation)
    assert running is not None
    passed_unpaid = Finding(
        rule="last_day_passed",
        article="15(2)",
        passed=running.due_on < situation.today,
        reason=f"the last day to pay is {running.due_on}; {in_yuan(owed(_disbursed(situation)))} yuan are owed",
    )
    asked = {**form.said(), "asked_on": situation.today.isoformat()}
    return Effect(findings=(passed_unpaid,), facts={"enforcement": asked}, meets=("repayment", "instalment"))


def refer_to_judiciary(situation: Situation, form: Referral) -> Effect:
    """移送司法: a suspected crime goes to the judiciary; what is repaid there is recorded here (article 15(3))."""
    referred = {**form.said(), "referred_on": situation.today.isoformat()}
    return Effect(facts={"referral": referred}, meets=("repayment", "instalment"))


STAGES = {
    stage.name: stage
    for stage in (
        Stage("opened", "已立案"),
        Stage("decided", "已决定追回"),
        Stage("demanded", "已通知追缴"),
        Stage("instalments", "分期退回"),
        Stage("enforcement", "强制执行"),
        Stage("judicial_transfer", "已移送司法"),
        Stage("paid", "已全部退回", closed=True),
        Stage("dropped", "已撤销案件", closed=True),
    )
}
OWED = ("demanded", "instalments", "enforcement", "judicial_transfer")

ACTS = {
    act.name: act
    for act in (
        Act("open_recovery", "立案", ("regulator", "finance", "system"), "15(2)", (), RecoveryOpening, open_recovery,
            "opened"),
        Act("decide_recovery", "决定追回", ("finance",), "15(2)", ("opened",), RecoveryDecision, decide_recovery,
            "decided", not_by_doer_of=("open_recovery",)),
        Act("drop_recovery", "撤销案件", ("regulator", "finance"), "15(2)", ("opened",), Reasons, drop_recovery,
            "dropped", not_by_doer_of=("open_recovery",)),
        Act("demand", "追缴通知", ("finance",), "15(2)", ("decided", "demanded", "enforcement"), Reasons, demand,
            "demanded", notice="decision"),
        Act("record_repayment", "退回", ("finance",), "15(2)", OWED, Repayment, record_repayment),
        Act("agree_instalments", "分期退回", ("finance",), "15(2)", ("demanded",), InstalmentAgreement,
            agree_instalments, "instalments"),
        Act("enforce", "申请强制执行", ("finance",), "15(2)", ("demanded", "instalments"), EnforcementRequest, enforce,
            "enforcement"),
        Act("refer_to_judiciary", "移送司法", ("regulator", "finance"), "15(3)",
            ("decided", "demanded", "instalments", "enforcement"), Referral, refer_to_judiciary, "judicial_transfer"),
        Act("remind", "提醒", ("system",), "15(2)", ("demanded", "instalments"), Rung, remind),
    )
}  # fmt: skip

RECOVERY = Procedure(
    "recovery", STAGES, ACTS, prefix="RC", addressee=lambda file: file.facts.get("demand", {}).get("debtor")
)
