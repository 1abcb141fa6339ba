"""理赔: a loss under a subsidised policy, from its report to its payment, on the fast channel of article 12.

The measures ask for a fast channel (理赔快速通道) and name no days: those of the Insurance Law (保险法 23 to 26) stand
in the edition. A paid loss does not reduce the subsidy; a false one is fraud (article 15(2)).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from rules.deadlines import days_after, working_days_after, years_after
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Barred, Effect, File, Procedure, Situation, Stage, remind
from rules.schemes.dalian_forms import CorrectionRequest, Reasons, Rung
from rules.schemes.dalian_loss_forms import (
    AdvancePayment,
    Claimed,
    Dispute,
    FalseLoss,
    LossDecision,
    LossPapers,
    LossPayment,
    LossReport,
    RefusalNotice,
    Settlement,
    Survey,
)
from rules.timetable import Deadline, fixed
from rules.values import ZERO, in_yuan


def report(situation: Situation, form: LossReport) -> Effect:
    """报案: the insurer of a policy or its insured takes down a loss that falls in its term (articles 5, 12)."""
    policy = situation.register.parent
    assert policy is not None
    _own_policy(situation, policy)
    if outside := _uncovered(policy, form.loss_on):
        raise Barred("loss_in_term", "12", outside)
    today, days = situation.today, situation.edition.loss_acceptance_days.value
    due = working_days_after(today, days, situation.calendar)
    return Effect(
        findings=_same_event(situation, form),
        facts={
            "loss": {**form.said(), "reported_on": today.isoformat()},
            "contract": policy.facts["contract"],
        },
        opens=(fixed("loss_acceptance", "12", "insurer", today, due),),
        enterprise=policy.enterprise,
        about=form.policy,
    )


def _own_policy(situation: Situation, policy: File) -> None:
    insurer, officer, office = policy.facts["contract"]["insurer"], situation.officer, situation.office
    if situation.office_kind == "insurer" and office != insurer:
        raise Barred("own_contract", "5", f"the contract is {insurer}'s; {officer} acts for {office}")
    if situation.office_kind == "enterprise" and office != policy.enterprise:
        raise Barred("own_case", "12", f"the policy is {policy.enterprise}'s; {officer} is another enterprise")


def _same_event(situation: Situation, form: LossReport) -> tuple[Finding, ...]:
    """Tell which other loss claims of the policy are of the same day and cover: perhaps one event, claimed twice."""
    event = (form.loss_on.isoformat(), form.cover)
    same = [one["number"] for one in situation.register.other_losses if (one["loss_on"], one["cover"]) == event]
    if not same:
        return ()
    why = f"reported before for {form.loss_on} and the {form.cover} cover: {', '.join(same)}"
    return (Finding(rule="same_event_told", article="12", passed=True, reason=why),)


def _uncovered(policy: File, loss_on: date) -> str | None:
    """Say why the policy was not in force on the day of the loss, if it was not."""
    if "rescission" in policy.facts:
        return f"the policy {policy.number} was rescinded: nothing was ever insured"
    contract = policy.facts["contract"]
    first, last = contract["start_on"], contract["end_on"]
    last = min(last, policy.facts.get("cancellation", {}).get("cancelled_on", last))
    if first <= loss_on.isoformat() <= last:
        return None
    return f"the policy {policy.number} is in force from {first} to {last}, both included; the loss is of {loss_on}"


def accept_loss(situation: Situation, form: Claimed) -> Effect:
    """受理: the claim is in with its papers; the days to decide and to pay in advance begin (article 12)."""
    due = days_after(situation.today, situation.edition.loss_advance_days.value, situation.calendar)
    advance = fixed("loss_advance", "12", "insurer", situation.today, due)
    return Effect(
        facts={"claimed": {**form.said(), "accepted_on": situation.today.isoformat(), "days_run": 0}},
        opens=(_to_decide(situation, ran=0), advance),
        meets=("loss_acceptance",),
    )


def _to_decide(situation: Situation, ran: int) -> Deadline:
    """The days to decide, less those that ran before the papers were asked for."""
    left = max(situation.edition.loss_decision_days.value - ran, 0)
    due = days_after(situation.today, left, situation.calendar)
    return fixed("loss_decision", "12", "insurer", situation.today, due)


def ask_for_documents(situation: Situation, form: CorrectionRequest) -> Effect:
    """一次性通知补充: all that is missing is told at once; days that still run stand still meanwhile (article 12)."""
    claimed, decision, today = situation.fact("claimed"), situation.file.deadline("loss_decision"), situation.today
    assert decision is not None
    asked_before, rounds = claimed.get("asked", 0), situation.edition.loss_document_rounds.value
    at_once = Finding(
        rule="documents_asked_at_once",
        article="12",
        passed=asked_before < rounds,
        reason=f"papers were asked for {asked_before} of {rounds} times: all that is missing is told at once",
    )
    counted = {**claimed, "asked": asked_before + 1}
    opens: tuple[Deadline, ...] = ()
    if today <= decision.due_on:
        counted["days_run"] += (today - decision.counted_from).days
        opens = (decision.model_copy(update={"suspended_on": today, "wake": None}),)
    asked = {**form.said(), "asked_on": today.isoformat()}
    return Effect(findings=(at_once,), facts={"claimed": counted, "asked_for": asked}, opens=opens)


def hand_in_documents(situation: Situation, form: LossPapers) -> Effect:
    """补充材料: the papers are in, and days to decide that stood still run on; overdue ones stay so (article 12)."""
    claimed, decision = situation.fact("claimed"), situation.file.deadline("loss_decision")
    assert decision is not None
    papers = claimed["papers"] + form.said()["papers"]
    resumed = (_to_decide(situation, ran=claimed["days_run"]),) if decision.suspended_on else ()
    return Effect(facts={"claimed": {**claimed, "papers": papers}}, opens=resumed)


def _lateness(situation: Situation, *names: str) -> Iterator[Finding]:
    """Tell by how many days what is done now comes late; it is done all the same."""
    for name in names:
        deadline = situation.file.deadline(name)
        if deadline and deadline.running and (days := (situation.today - deadline.due_on).days) > 0:
            late = f"{name} was due on {deadline.due_on}: {days} {'day' if days == 1 else 'days'} late"
            yield Finding(rule="lateness_told", article="12", passed=True, reason=late)


def survey(situation: Situation, form: Survey) -> Effect:
    """查勘: the insurer puts on record what it found (article 12)."""
    loss_on = situation.fact("loss")["loss_on"]
    if form.surveyed_on.isoformat() < loss_on:
        raise Unfit(("surveyed_on", f"must not be before the loss of {loss_on} (not {form.surveyed_on})"))
    return Effect(facts={"survey": form.said()})


def pay_in_advance(situation: Situation, form: AdvancePayment) -> Effect:
    """先予支付: the amount cannot be fixed in time, so what is certain is paid (article 12)."""
    total = _paid(situation) + form.amount
    paid = {**form.said(), "total": in_yuan(total)}
    findings = (*_payable(situation, total), *_lateness(situation, "loss_advance"))
    return Effect(findings=findings, facts={"advance": paid}, meets=("loss_advance",))


def _paid(situation: Situation) -> Decimal:
    """What was paid by now: in advance, and with the payment all that was decided."""
    facts = situation.file.facts
    return Decimal(facts["decision"]["amount"] if "payment" in facts else facts.get("advance", {}).get("total", ZERO))


def decide_to_pay(situation: Situation, form: LossDecision) -> Effect:
    """核定赔付: the loss is covered; ten days to pay run from the agreement on the amount (article 12)."""
    _agreed_after(situation, form.agreed_on)
    _not_less_than_paid(situation, form.amount)
    due = days_after(form.agreed_on, situation.edition.loss_payment_days.value, situation.calendar)
    return Effect(
        findings=(
            *_payable(situation, form.amount),
            *_lateness(situation, "loss_decision"),
            *_told_late(situation, form.agreed_on),
        ),
        facts={"decision": form.said()},
        opens=(fixed("loss_payment", "12", "insurer", form.agreed_on, due),),
        meets=("loss_decision", "loss_advance"),
    )


def _agreed_after(situation: Situation, agreed_on: date) -> None:
    """Nothing is agreed on before there is a claim, and a survey of what was lost."""
    accepted_on, surveyed_on = situation.fact("claimed")["accepted_on"], situation.fact("survey")["surveyed_on"]
    if agreed_on.isoformat() < accepted_on:
        raise Unfit(("agreed_on", f"must not be before the claim was accepted on {accepted_on} (not {agreed_on})"))
    if agreed_on.isoformat() < surveyed_on:
        raise Unfit(("agreed_on", f"must not be before the survey of {surveyed_on} (not {agreed_on})"))


def _told_late(situation: Situation, agreed_on: date) -> Iterator[Finding]:
    if (days := (situation.today - agreed_on).days) > 1:
        late = f"agreed on {agreed_on} and told {days} days later; the days to pay run from the agreement"
        yield Finding(rule="agreement_told_late", article="12", passed=True, reason=late)


def _not_less_than_paid(situation: Situation, amount: Decimal) -> None:
    if amount < (paid := _paid(situation)):
        raise Unfit(("amount", f"must not be less than the {in_yuan(paid)} yuan paid already (not {in_yuan(amount)})"))


def _payable(situation: Situation, total: Decimal) -> tuple[Finding, ...]:
    """What is to be paid in all is insured by the policy as it stands, was claimed, and is left of its sum insured.

    Where nothing more is paid than was paid already, nothing is asked.
    """
    if total <= _paid(situation):
        return ()
    policy, loss = situation.register.parent, situation.fact("loss")
    assert policy is not None
    contract, outside = policy.facts["contract"], _uncovered(policy, date.fromisoformat(loss["loss_on"]))
    has, at_loss = contract[f"{loss['cover']}_cover"], f"the policy {policy.number} covers {loss['loss_on']}"
    return (
        Finding(rule="loss_in_term", article="12", passed=not outside, reason=outside or at_loss),
        Finding(
            rule="loss_covered",
            article="4",
            passed=has,
            reason=f"the contract {'has' if has else 'has not'} the {loss['cover']} cover",
        ),
        *_within_what_was_claimed(situation, total),
        _within_sum_insured(situation, total, Decimal(contract["sum_insured"])),
    )


def _within_what_was_claimed(situation: Situation, total: Decimal) -> Iterator[Finding]:
    """A dispute may be settled before anything was claimed; then nothing is compared."""
    claimed = situation.file.facts.get("claimed")
    if claimed:
        yield Finding(
            rule="within_what_was_claimed",
            article="12",
            passed=total <= Decimal(claimed["amount"]),
            reason=f"{in_yuan(total)} yuan in all; {claimed['amount']} are claimed",
        )


def _within_sum_insured(situation: Situation, total: Decimal, sum_insured: Decimal) -> Finding:
    others = [(one["number"], one["amount"]) for one in situation.register.other_losses if one["amount"]]
    beside = ", ".join(f"{in_yuan(amount)} for {number}" for number, amount in others)
    all_told = f"{in_yuan(total)} yuan in all, {beside}" if beside else f"{in_yuan(total)} yuan in all"
    return Finding(
        rule="within_sum_insured",
        article="5",
        passed=total + sum((amount for _, amount in others), ZERO) <= sum_insured,
        reason=f"{all_told}, of a sum insured of {in_yuan(sum_insured)}",
    )


def pay_loss(situation: Situation, form: LossPayment) -> Effect:
    """赔付: what was decided, less what was paid in advance. The subsidy stays as it is (article 12)."""
    paid = _paid(situation)
    left = Decimal(situation.fact("decision")["amount"]) - paid
    as_decided = Finding(
        rule="pays_what_was_decided",
        article="12",
        passed=form.amount == left,
        reason=f"{in_yuan(left)} yuan are still to be paid; the voucher is for {in_yuan(form.amount)}",
    )
    return Effect(
        findings=(
            as_decided,
            *_payable(situation, paid + form.amount),
            *_lateness(situation, "loss_payment"),
        ),
        facts={"payment": {**form.said(), "paid_on": situation.today.isoformat()}},
        opens=(_to_dispute(situation),),
        meets=("loss_payment",),
    )


def refuse_loss(situation: Situation, form: Reasons) -> Effect:
    """拒赔: the loss is not covered; three days to tell the insured why (article 12)."""
    return _refused(situation, {**form.said(), "false": False})


def refuse_as_false(situation: Situation, form: FalseLoss) -> Effect:
    """虚假理赔拒赔: a false loss is fraud; a recovery is for the regulator to open (article 15(2))."""
    told = Finding(
        rule="false_loss_told",
        article="15(2)",
        passed=True,
        reason=f"a false loss is fraud: the regulator may open a recovery about {situation.file.about}",
    )
    return _refused(situation, {**form.said(), "false": True}, told, article="15(2)")


def _refused(situation: Situation, said: dict[str, object], *findings: Finding, article: str | None = None) -> Effect:
    today, days = situation.today, situation.edition.loss_refusal_notice_days.value
    due = days_after(today, days, situation.calendar)
    return Effect(
        findings=(*findings, *_lateness(situation, "loss_decision")),
        facts={"refusal": {**said, "refused_on": today.isoformat()}},
        opens=(fixed("loss_refusal_notice", "12", "insurer", today, due),),
        meets=("loss_decision", "loss_advance"),
        article=article,
    )


def notify_refusal(situation: Situation, form: RefusalNotice) -> Effect:
    """拒赔通知: the insured is told, with reasons; without a dispute in its years the refusal stands (article 12)."""
    return Effect(
        findings=tuple(_lateness(situation, "loss_refusal_notice")),
        facts={"refusal_notice": {**form.said(), "told_on": situation.today.isoformat()}},
        opens=(_to_dispute(situation),),
        meets=("loss_refusal_notice",),
    )


def _to_dispute(situation: Situation) -> Deadline:
    """The years in which the insured may dispute a refusal or what was paid; silence lets it stand."""
    today, years = situation.today, situation.edition.loss_dispute_years.value
    due = years_after(today, years, situation.calendar)
    return fixed("loss_dispute", "12", "enterprise", today, due, silence="expire")


def dispute(situation: Situation, form: Dispute) -> Effect:
    """争议: the insured does not accept the decision, what was paid, or that nothing comes (article 12)."""
    return Effect(
        facts={"dispute": {**form.said(), "disputed_on": situation.today.isoformat()}}, meets=("loss_dispute",)
    )


def settle(situation: Situation, form: Settlement) -> Effect:
    """争议解决: the dispute has ended, and the claim with it; what was paid stays paid (article 12)."""
    _not_less_than_paid(situation, form.amount)
    return Effect(
        findings=_payable(situation, form.amount),
        facts={"settlement": form.said()},
        meets=("loss_acceptance", "loss_decision", "loss_advance", "loss_payment", "loss_refusal_notice"),
    )


def expire(situation: Situation, form: Rung) -> Effect:
    """期满: nobody disputed the refusal or the payment in time, so it stands (article 12, P)."""
    return Effect(rings=form.deadline, stage="payment_stands" if situation.file.stage == "paid" else None)


STAGES = {
    stage.name: stage
    for stage in (
        Stage("reported", "已报案"),
        Stage("accepted", "已受理"),
        Stage("more_documents", "待补材料"),
        Stage("surveyed", "已查勘"),
        Stage("decided_to_pay", "已核定赔付"),
        Stage("refused", "已拒赔待通知"),
        Stage("refusal_notified", "已通知拒赔"),
        Stage("disputed", "争议中"),
        Stage("paid", "已赔付"),
        Stage("payment_stands", "赔付生效", closed=True),
        Stage("refusal_stands", "拒赔生效", closed=True),
        Stage("settled", "争议已解决", closed=True),
    )
}
RUNNING = tuple(name for name, stage in STAGES.items() if not stage.closed)
UNDECIDED = ("accepted", "more_documents", "surveyed")
DISPUTABLE = tuple(name for name in RUNNING if name != "disputed")

ACTS = {
    act.name: act
    for act in (
        Act("report", "报案", ("insurer", "enterprise"), "12", (), LossReport, report, "reported"),
        Act("accept_loss", "受理索赔", ("insurer",), "12", ("reported",), Claimed, accept_loss, "accepted"),
        Act("ask_for_documents", "通知补充", ("insurer",), "12", ("accepted",), CorrectionRequest, ask_for_documents,
            "more_documents"),
        Act("hand_in_documents", "补充材料", ("enterprise", "insurer"), "12", ("more_documents",), LossPapers,
            hand_in_documents, "accepted"),
        Act("survey", "查勘", ("insurer",), "12", ("accepted",), Survey, survey, "surveyed"),
        Act("pay_in_advance", "先予支付", ("insurer",), "12", UNDECIDED, AdvancePayment, pay_in_advance),
        Act("decide_to_pay", "核定赔付", ("insurer",), "12", ("surveyed",), LossDecision, decide_to_pay,
            "decided_to_pay"),
        Act("pay_loss", "赔付", ("insurer",), "12", ("decided_to_pay",), LossPayment, pay_loss, "paid"),
        Act("refuse_loss", "拒赔", ("insurer",), "12", UNDECIDED, Reasons, refuse_loss, "refused"),
        Act("refuse_as_false", "虚假理赔拒赔", ("insurer",), "15(2)", UNDECIDED, FalseLoss, refuse_as_false, "refused"),
        Act("notify_refusal", "拒赔通知", ("insurer",), "12", ("refused",), RefusalNotice, notify_refusal,
            "refusal_notified"),
        Act("dispute", "争议", ("enterprise",), "12", DISPUTABLE, Dispute, dispute, "disputed"),
        Act("settle", "争议解决", ("insurer",), "12", ("disputed",), Settlement, settle, "settled"),
        Act("remind", "提醒", ("system",), "12", RUNNING, Rung, remind),
        Act("expire", "期满", ("system",), "12", ("refusal_notified", "paid"), Rung, expire, "refusal_stands"),
    )
}  # fmt: skip

LOSS_CLAIM = Procedure("loss_claim", STAGES, ACTS, prefix="LC")
