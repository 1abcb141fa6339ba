"""保单: the insurance contract's own life, from its conclusion to its end (articles 3, 5, 7; I-13, I-14).

A case says whether a contract is subsidised; its policy says what became of the contract. What changes the subsidy
asked for is told to the case, as long as no signed plan has fixed it. Where one has, a contract that ends early waits
until the insurer has returned the treasury's part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from rules.cancellation import split_refund
from rules.deadlines import Due, days_after
from rules.facts import CancellationFacts
from rules.faults import Unfit, read
from rules.finding import Finding
from rules.identifiers import Uscc
from rules.periods import days_later
from rules.procedure import Act, Effect, Form, Procedure, Situation, Stage, remind
from rules.repayments import Disbursed, spread
from rules.schemes.dalian_ending_forms import RefundReduced
from rules.schemes.dalian_forms import InsuranceContract, Rung, Sha256, Text, in_future
from rules.subsidy import premium_shares
from rules.timetable import Deadline, fixed
from rules.values import ZERO, LawDate, Minute, Rate, Yuan, YuanOrZero, in_yuan


class Concluded(Form):
    """签订: the contract as its case recorded it, and the last day on which it could be concluded (article 11)."""

    about: Text
    enterprise: Uscc
    contract: InsuranceContract
    subsidy_asked: YuanOrZero
    insure_by: LawDate


class Endorsement(Form):
    """批改: the sum insured and the rate as changed; the term stays (article 5)."""

    endorsement_number: Text
    endorsed_at: Minute
    sum_insured: Yuan
    premium_rate: Rate
    endorsement_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, endorsed_at=self.endorsed_at)


class Cancellation(Form):
    """退保: the contract ends at the end of its last day of cover (I-14)."""

    cancelled_on: LawDate
    reason: Text
    cancellation_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, cancelled_on=self.cancelled_on)


class Rescission(Form):
    """解除: the contract is undone from its beginning, and its premium is given back whole."""

    ground: Literal["non_disclosure", "void", "never_in_effect"]
    rescinded_on: LawDate
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, rescinded_on=self.rescinded_on)


class Released(Form):
    """不再列管: how the case ended."""

    because: Text


class RefundPaid(Form):
    """退回财政: the treasury's part of a contract that ended early, by which voucher and on which day (I-14)."""

    amount: Yuan
    voucher: Text
    paid_on: LawDate

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, paid_on=self.paid_on)


class Called(Form):
    """通知退回: the payment after which the refund falls due."""

    voucher: Text


class TakenOver(Form):
    """并入追回: the recovery that takes all of the subsidy back."""

    recovery: Text


class Renewal(Form):
    """续保: the policy that follows; no part of it is subsidised (article 7, I-13)."""

    policy_number: Text
    start_on: LawDate
    end_on: LawDate


def conclude(situation: Situation, form: Concluded) -> Effect:
    """签订: the contract is in force from its first day on; its case asks for the subsidy (articles 5, 7)."""
    contract = form.contract
    assert contract.years is not None
    shares = premium_shares(contract.sum_insured, contract.premium_rate, contract.years, situation.edition)
    begun = contract.start_on <= situation.today
    return Effect(
        facts={
            "contract": contract.said(),
            "subsidised": {"insure_by": form.insure_by.isoformat()},
        },
        money={"premium": f"{shares.premium:.2f}", "subsidy_asked": f"{form.subsidy_asked:.2f}"},
        opens=(_cover_ends(contract),) if begun else (_cover_begins(contract), _cover_ends(contract)),
        # A correction may move the first day of cover into the past.
        meets=("cover_begins",) if begun else (),
        enterprise=form.enterprise,
        about=form.about,
        stage="in_force" if begun else "concluded",
    )


def _cover_begins(contract: InsuranceContract) -> Deadline:
    due = _to_the_day(days_later(contract.start_on, -1), f"cover begins on {contract.start_on}")
    return fixed("cover_begins", "5", "insurer", contract.concluded_at.date(), due, silence="begin")


def _cover_ends(contract: InsuranceContract) -> Deadline:
    due = _to_the_day(contract.end_on, f"the term runs from {contract.start_on} to {contract.end_on}, both included")
    return fixed("cover_ends", "7", "insurer", contract.start_on, due, silence="expire")


def _to_the_day(day: date, because: str) -> Due:
    """A term of insurance is a status: it does not roll off a day off (I-5)."""
    return Due(nominal_on=day, due_on=day, rolled=False, provisional=False, because=(because,))


def begin(situation: Situation, form: Rung) -> Effect:
    """保险期间开始: the first day of cover has come (article 5)."""
    return Effect(meets=("cover_begins",))


def endorse(situation: Situation, form: Endorsement) -> Effect:
    """批改: the subsidy is worked out anew; an increase never jumps the queue, nor is it counted late (I-13).

    What is added after article 11's last day was not insured in time: it is not subsidised.
    """
    contract, asked = situation.fact("contract"), Decimal(situation.file.money["subsidy_asked"])
    earlier = situation.file.facts.get("endorsement", {}).get("endorsed_at", contract["concluded_at"])
    if form.endorsed_at.isoformat() < earlier:
        raise Unfit(("endorsed_at", f"must not be before {earlier}, when the contract was last concluded or endorsed"))
    shares = premium_shares(form.sum_insured, form.premium_rate, contract["years"], situation.edition)
    insure_by = date.fromisoformat(situation.fact("subsidised")["insure_by"])
    counted = shares.subsidy <= asked or form.endorsed_at.date() <= insure_by
    added = Finding(
        rule="increase_in_time",
        article="11",
        passed=True,
        reason=f"endorsed {form.endorsed_at.date()}, the last day to insure is {insure_by}: "
        + ("the subsidy asked follows the contract" if counted else "what is added is insured but not subsidised"),
    )
    now_asked = shares.subsidy if counted else asked
    changed = {"sum_insured": f"{form.sum_insured:.2f}", "premium_rate": str(form.premium_rate)}
    return _changed(
        situation,
        findings=(shares.findings[0], added),
        facts={"endorsement": form.said(), "contract": {**contract, **changed}},
        premium=shares.premium,
        asked=now_asked,
        # More money for the same contract waits from when it was agreed on; less keeps its place.
        insurance_time=form.endorsed_at if now_asked > asked else None,
    )


def cancel(situation: Situation, form: Cancellation) -> Effect:
    """退保: the refund is split between the treasury and the enterprise by the days left (I-14)."""
    contract, money = situation.fact("contract"), situation.file.money
    subsidy = _subsidy(situation)
    facts = read(
        CancellationFacts,
        {
            "start_on": contract["start_on"],
            "end_on": contract["end_on"],
            "cancelled_on": form.cancelled_on.isoformat(),
            "premium": money["premium"],
            "subsidy": f"{min(subsidy, Decimal(money['premium'])):.2f}",
        },
    )
    split = split_refund(facts, situation.edition)
    # What an endorsement left above the premium is not split by days: it goes back whole.
    to_treasury = split.to_treasury + subsidy - facts.subsidy
    to_enterprise = max(split.refund - to_treasury, ZERO)
    told = {
        "refund": f"{split.refund:.2f}",
        "to_treasury": f"{to_treasury:.2f}",
        "to_enterprise": f"{to_enterprise:.2f}",
    }
    premium = facts.premium - split.refund
    return _ended_early(
        situation,
        to_treasury=to_treasury,
        facts={"cancellation": {**form.said(), **told}},
        premium=premium,
        # The premium is refunded over the whole term, the subsidy over its year: it never exceeds what is left to pay.
        asked=min(subsidy - to_treasury, premium),
    )


def rescind(situation: Situation, form: Rescission) -> Effect:
    """解除: nothing was ever insured, so nothing is subsidised; what was paid goes back whole (articles 5, 13)."""
    subsidy = _subsidy(situation)
    return _ended_early(
        situation,
        to_treasury=subsidy,
        facts={"rescission": {**form.said(), "to_treasury": f"{subsidy:.2f}"}},
        premium=Decimal(0),
        asked=Decimal(0),
    )


def call_refund(situation: Situation, form: Called) -> Effect:
    """通知退回: the subsidy was paid after the contract had ended, so the days to return it begin now (article 7)."""
    return Effect(facts={"refund_called": form.said()}, opens=(_refund(situation),))


def _refund(situation: Situation) -> Deadline:
    due = days_after(situation.today, situation.edition.refund_days.value, situation.calendar)
    return fixed("refund", "7", "insurer", situation.today, due)


def record_refund(situation: Situation, form: RefundPaid) -> Effect:
    """退回财政: the insurer has returned the treasury's part, to the fen, and the policy is done with (I-14)."""
    if situation.register.voucher_known:
        raise Unfit(("voucher", f"must be a new one: {form.voucher!r} has returned money already"))
    findings = _may_be_refunded(situation, form)
    if not all(finding.passed for finding in findings):
        return Effect(findings=findings)
    entries = [{**one._asdict(), "amount": in_yuan(one.amount)} for one in spread(form.amount, _paid(situation))]
    facts = {"refund": {**form.said(), "entries": entries}}
    return Effect(findings=findings, facts=facts, meets=("refund",), stage=_end(situation))


def _may_be_refunded(situation: Situation, form: RefundPaid) -> tuple[Finding, ...]:
    due, register = Decimal(_ending(situation)["to_treasury"]), situation.register
    return (
        Finding(
            rule="refund_is_whole",
            article="7",
            passed=form.amount == due,
            reason=f"{in_yuan(due)} yuan are the treasury's part; {in_yuan(form.amount)} are returned",
        ),
        Finding(
            rule="subsidy_was_paid",
            article="7",
            passed=register.subsidy_paid >= due,
            reason=f"{in_yuan(register.subsidy_paid)} yuan of the subsidy were paid and have not come back",
        ),
        Finding(
            rule="not_recovered_besides",
            article="15(2)",
            passed=register.recovered_in is None,
            reason=f"{register.recovered_in or 'no recovery'} takes the whole of it back",
        ),
    )


def _paid(situation: Situation) -> tuple[Disbursed, ...]:
    return tuple(
        Disbursed(row["number"], row["enterprise"], row["insurer"], row["fiscal_year"], row["left"])
        for row in situation.register.applications
        if row["left"]
    )


def settle_by_recovery(situation: Situation, form: TakenOver) -> Effect:
    """并入追回: a recovery takes back all that was paid, so no part of it is returned besides (article 15(2))."""
    return Effect(facts={"taken_over": form.said()}, meets=("refund",), stage=_end(situation))


def reduce_refund(situation: Situation, form: RefundReduced) -> Effect:
    """退回减少: what was cancelled before it was paid need not come back; where none is left it is done (article 7)."""
    name = "rescission" if "rescission" in situation.file.facts else "cancellation"
    whole = name == "rescission" or not form.given
    due = form.given if whole else _part_of(situation, form.given)
    facts = {name: {**situation.fact(name), "to_treasury": f"{due:.2f}"}}
    return Effect(facts=facts) if due else Effect(facts=facts, meets=("refund",), stage=_end(situation))


def _part_of(situation: Situation, subsidy: Decimal) -> Decimal:
    """The treasury's part of a subsidy, by the days that a cancelled contract had left (I-14)."""
    contract, days = situation.fact("contract"), ("start_on", "end_on")
    told = {
        **{day: contract[day] for day in days},
        "cancelled_on": situation.fact("cancellation")["cancelled_on"],
        **dict.fromkeys(("premium", "subsidy"), f"{subsidy:.2f}"),
    }
    return split_refund(read(CancellationFacts, told), situation.edition).to_treasury


def _ending(situation: Situation) -> dict[str, Any]:
    """How the contract ended early."""
    facts = situation.file.facts
    return facts.get("rescission") or facts["cancellation"]


def _end(situation: Situation) -> str:
    return "rescinded" if "rescission" in situation.file.facts else "cancelled"


def renew(situation: Situation, form: Renewal) -> Effect:
    """续保: recorded, so that nobody asks for it: the preference is for one year (article 7, I-13)."""
    ends = date.fromisoformat(situation.fact("contract")["end_on"])
    if form.start_on != days_later(ends, 1):
        raise Unfit(("start_on", f"must be the day after the term's last, {ends} (not {form.start_on})"))
    if form.end_on < form.start_on:
        raise Unfit(("end_on", f"must not be before the first day of cover, {form.start_on}"))
    unsubsidised = Finding(
        rule="renewal_unsubsidised",
        article="7",
        passed=True,
        reason=f"{form.policy_number} is policy year {situation.fact('contract')['years'] + 1} or later: no subsidy",
    )
    return Effect(findings=(unsubsidised,), facts={"renewal": form.said()})


def expire(situation: Situation, form: Rung) -> Effect:
    """期满: the term has ended, renewed or not."""
    return Effect(rings=form.deadline, stage="renewed" if "renewal" in situation.file.facts else "expired")


def amend(situation: Situation, form: Concluded) -> Effect:
    """更正: a clerical error of the contract was put right in its case (article 15(3))."""
    return conclude(situation, form)


def release(situation: Situation, form: Released) -> Effect:
    """不再列管: the case ended without a subsidy, so the scheme has no business with the policy."""
    return Effect(facts={"release": form.said()})


def _subsidy(situation: Situation) -> Decimal:
    """What the treasury gives, once a plan is signed, else what is asked for."""
    register = situation.register
    return register.subsidy_committed if _fixed(situation) else Decimal(situation.file.money["subsidy_asked"])


def _fixed(situation: Situation) -> bool:
    """Whether a signed plan has fixed the subsidy, and be it at nothing so far."""
    return situation.register.settled or bool(situation.register.subsidy_committed)


def _ended_early(
    situation: Situation, *, to_treasury: Decimal, facts: dict[str, dict[str, Any]], premium: Decimal, asked: Decimal
) -> Effect:
    """Where a plan gave the subsidy the policy waits for the treasury's part, which is due once it was paid."""
    changed = _changed(
        situation, findings=(_fixed_by_plan(situation, to_treasury),), facts=facts, premium=premium, asked=asked
    )
    done = replace(changed, meets=("cover_begins", "cover_ends"))
    if not (_fixed(situation) and to_treasury) or situation.register.recovery_decided:
        return done
    opens = (_refund(situation),) if situation.register.subsidy_paid else ()
    return replace(done, stage="refund_due", opens=opens)


def _fixed_by_plan(situation: Situation, to_treasury: Decimal) -> Finding:
    register = situation.register
    reason = (
        f"{register.recovered_in} takes back all that was paid, so nothing is returned besides"
        if register.recovery_decided
        else f"a signed plan gave the subsidy: {to_treasury:.2f} is to be returned to the treasury"
        if _fixed(situation)
        else "no signed plan gave a subsidy yet: what is asked for is reduced"
    )
    return Finding(rule="treasury_share", article="7", passed=True, reason=reason)


def _changed(
    situation: Situation,
    *,
    findings: tuple[Finding, ...],
    facts: dict[str, dict[str, Any]],
    premium: Decimal,
    asked: Decimal,
    insurance_time: datetime | None = None,
) -> Effect:
    """What an act leaves of premium and subsidy, and what its case is told, unless a signed plan fixed it."""
    money = {"premium": f"{premium:.2f}", "subsidy_asked": f"{asked:.2f}"}
    contract = facts.get("contract", situation.fact("contract"))
    told = {
        "policy": situation.file.number,
        "sum_insured": contract["sum_insured"],
        "premium_rate": contract["premium_rate"],
        **money,
        "insurance_time": f"{insurance_time:%Y-%m-%dT%H:%M}" if insurance_time else None,
    }
    return Effect(findings=findings, facts=facts, money=money, carries=None if _fixed(situation) else told)


STAGES = {
    stage.name: stage
    for stage in (
        Stage("concluded", "已签订"),
        Stage("in_force", "保险期间"),
        Stage("refund_due", "待退回财政"),
        Stage("expired", "期满终止", closed=True),
        Stage("renewed", "已续保", closed=True),
        Stage("cancelled", "已退保", closed=True),
        Stage("rescinded", "已解除", closed=True),
        Stage("released", "不再列管", closed=True),
    )
}
RUNNING = ("concluded", "in_force")

ACTS = {
    act.name: act
    for act in (
        Act("conclude", "签订", ("system",), "5", (), Concluded, conclude, "in_force"),
        Act("begin", "保险期间开始", ("system",), "5", ("concluded",), Rung, begin, "in_force"),
        Act("endorse", "批改", ("insurer",), "5", RUNNING, Endorsement, endorse),
        Act("cancel", "退保", ("insurer",), "7", ("in_force",), Cancellation, cancel, "cancelled"),
        Act("rescind", "解除", ("insurer",), "5", RUNNING, Rescission, rescind, "rescinded"),
        Act("renew", "续保", ("insurer",), "7", ("in_force",), Renewal, renew),
        Act("record_refund", "退回财政", ("finance",), "7", ("refund_due",), RefundPaid, record_refund, "cancelled"),
        Act("call_refund", "通知退回", ("system",), "7", ("refund_due",), Called, call_refund),
        Act("reduce_refund", "退回减少", ("system",), "7", ("refund_due",), RefundReduced, reduce_refund),
        Act("settle_by_recovery", "并入追回", ("system",), "15(2)", ("refund_due",), TakenOver, settle_by_recovery,
            "cancelled"),
        Act("amend", "更正", ("system",), "15(3)", RUNNING, Concluded, amend),
        Act("release", "不再列管", ("system",), "13", RUNNING, Released, release, "released"),
        Act("remind", "提醒", ("system",), "7", ("in_force", "refund_due"), Rung, remind),
        Act("expire", "期满", ("system",), "7", ("in_force",), Rung, expire, "expired"),
    )
}  # fmt: skip

POLICY = Procedure("policy", STAGES, ACTS)
