"""投保与补贴: from the delivered batch to the subsidy paid, act by act (articles 3 to 5, 7, 11 to 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rules.deadlines import Due, insure_by
from rules.edition import Edition
from rules.eligibility import check_subsidy
from rules.facts import SubsidyFacts
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Effect, File, Situation
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_ending_forms import PaymentStopped
from rules.subsidy import premium_shares
from rules.timetable import Deadline, budgeted, fixed
from rules.values import ZERO

MONEY_OF_CONTRACT = ("premium", "subsidy_asked", "enterprise_share")
NOT_YET = {"cut_by_cap": "0.00", "approved": "0.00", "waitlisted": "0.00", "paid": "0.00", "insurer_share": "0.00"}


def record_delivery(situation: Situation, form: forms.Delivery) -> Effect:
    """交付: contract signed and delivery completed; article 11's thirty days run from the later of the two."""
    once = Finding(
        rule="delivery_recorded_once",
        article="11",
        passed="delivery" not in situation.file.facts,
        reason="the days to insure run from what was recorded first; a clerical error is put right by rectify",
    )
    return Effect(findings=(once,), facts={"delivery": form.said()}, opens=(insurance_deadline(situation, form),))


def insurance_deadline(situation: Situation, form: forms.Delivery, met_on: date | None = None) -> Deadline:
    """投保期限: article 11's last day, which runs from the later of contract and delivery."""
    due = insure_by(form.contract_signed_on, form.delivered_on, situation.edition, situation.calendar)
    later = max(form.contract_signed_on, form.delivered_on)
    return fixed("insurance", "11", "insurer", later, due, met_on=met_on)


def quote(situation: Situation, form: forms.Quote) -> Effect:
    """报价: premium, subsidy and what cap and budget may leave uncovered, before anybody is bound (I-9).

    A forecast: what is left today, before others who insured earlier are planned.
    """
    shares = premium_shares(form.sum_insured, form.premium_rate, form.years, situation.edition)
    register = situation.register
    covered = max(min(shares.subsidy, register.cap_left, register.budget_left), ZERO)
    amounts = {
        "premium": shares.premium,
        "subsidy": shares.subsidy,
        "cap_left": register.cap_left,
        "budget_left": register.budget_left,
        "uncovered": shares.subsidy - covered,
    }
    quoted = {**form.said(), **{name: f"{amount:.2f}" for name, amount in amounts.items()}}
    earlier = situation.file.facts.get("quotes", {})
    return Effect(findings=shares.findings, facts={"quotes": {**earlier, situation.office: quoted}})


def insure(situation: Situation, form: forms.InsuranceContract) -> Effect:
    """投保: the contract is concluded; all of articles 2 to 4, 7, 10 to 12 and 15(2) are asked of it together."""
    if "delivery" not in situation.file.facts:
        raise Unfit(("delivery", "must be recorded first: article 11 counts from the contract and the delivery"))
    if not situation.register.insurer_known:
        raise Unfit(("insurer", f"must be an insurer of the register (article 12) (not {form.insurer!r})"))
    return Effect(
        findings=subsidy_findings(situation, situation.file.facts, form),
        facts={"contract": form.said()},
        money={**worked_out(situation, form), **NOT_YET},
        meets=("insurance", "recognition_valid_until"),
    )


def worked_out(situation: Situation, form: forms.InsuranceContract) -> dict[str, str]:
    """保费与补贴: what the contract costs and asks for, and a forecast of what is left (I-9)."""
    assert form.years is not None
    shares = premium_shares(form.sum_insured, form.premium_rate, form.years, situation.edition)
    register = situation.register
    return {
        "premium": f"{shares.premium:.2f}",
        "enterprise_share": f"{shares.enterprise_share:.2f}",
        "subsidy_asked": f"{shares.subsidy:.2f}",
        "cap_left": f"{register.cap_left:.2f}",
        "budget_left": f"{register.budget_left:.2f}",
    }


def subsidy_findings(
    situation: Situation, facts: Mapping[str, Mapping[str, Any]], form: forms.InsuranceContract
) -> tuple[Finding, ...]:
    """补贴条件: what the law finds of a contract beside the recognition and the delivery that `facts` tell."""
    asked = _subsidy_facts(situation, facts, form)
    elsewhere = situation.register.policy_insured_in
    once = Finding(
        rule="policy_subsidised_once",
        article="7",
        passed=elsewhere is None,
        reason=f"policy {form.policy_number} of {form.insurer} "
        + (f"is insured in {elsewhere} already: a policy is subsidised once" if elsewhere else "is in no other case"),
    )
    return (*check_subsidy(asked, situation.edition, situation.calendar), once)


def _subsidy_facts(
    situation: Situation, facts: Mapping[str, Mapping[str, Any]], form: forms.InsuranceContract
) -> SubsidyFacts:
    recognition, delivery, register = facts["recognition"], facts["delivery"], situation.register
    barred_on = register.insurer_barred_on
    return SubsidyFacts.model_validate(
        {
            "recognised_from": recognition["published_on"],
            "recognised_until": recognition["valid_until"],
            "contract_signed_on": delivery["contract_signed_on"],
            "delivered_on": delivery["delivered_on"],
            "applied_on": form.applied_on.isoformat(),
            "concluded_on": form.concluded_at.date().isoformat(),
            "insurer_listed": register.insurer_listed,
            "filed_on": situation.today.isoformat(),
            "insurer_barred_on": barred_on.isoformat() if barred_on else None,
            "clause_filed": register.clause_filed,
            "premium_rate": str(form.premium_rate),
            "quality_cover": form.quality_cover,
            "liability_cover": form.liability_cover,
            "category": form.category,
            "category_confirmed": form.category_confirmed,
            "policy_year": 1,
            "first_batch_before": register.first_batch_before,
        }
    )


def apply(situation: Situation, form: forms.SubsidyRequest) -> Effect:
    """申请补贴: the enterprise's application form, for its insurer to file, with its insurance time (article 13)."""
    moment = insurance_time(situation.fact("contract"), situation.edition)
    told = {"number": application_number(situation.file), "insurance_time": f"{moment:%Y-%m-%dT%H:%M}"}
    return Effect(facts={"application": {**form.said(), **told}})


def insurance_time(contract: Mapping[str, Any], edition: Edition) -> datetime:
    """投保时间: the minute a contract was concluded, or the day it was applied for, at 00:00 (article 13, I-12)."""
    field = {"concluded": "concluded_at", "applied": "applied_on"}[edition.insurance_time.value]
    return datetime.fromisoformat(contract[field])


def application_number(file: File) -> str:
    """The number of a file's application, and of its policy: a case's own is its first, a further batch's its own."""
    return file.number if "batch" in file.facts else f"{file.number}-1"


def recalculate(situation: Situation, form: forms.Recalculated) -> Effect:
    """重新计算: the policy was endorsed or cancelled; what is asked for follows, in no better place (articles 5, 7)."""
    money, contract = situation.file.money, situation.fact("contract")
    # What a plan has given stays given.
    given = (Decimal(money[name]) for name in ("approved", "waitlisted", "insurer_share"))
    on_others = sum(given, ZERO) if "plan" in situation.file.facts else form.subsidy_asked
    changed = {"sum_insured": f"{form.sum_insured:.2f}", "premium_rate": str(form.premium_rate)}
    earlier, said = situation.file.facts.get("recalculation", {}), form.said()
    # Money once added keeps its later place, whatever is changed after it.
    said["insurance_time"] = said["insurance_time"] or earlier.get("insurance_time")
    return Effect(
        facts={"contract": {**contract, **changed}, "recalculation": said},
        money={
            "premium": f"{form.premium:.2f}",
            "subsidy_asked": f"{form.subsidy_asked:.2f}",
            "enterprise_share": f"{max(form.premium - on_others, ZERO):.2f}",
        },
        carries=form,
    )


def end_insurance(situation: Situation, form: forms.InsuranceEnded) -> Effect:
    """保险解除: the policy was rescinded, so there is nothing to subsidise (articles 5, 13)."""
    return Effect(facts={"rescission": form.said()}, money=dict.fromkeys(MONEY_OF_CONTRACT, "0.00"))


def file(situation: Situation, form: forms.Filed) -> Effect:
    """汇总申报: the insurer's quarterly return took the application in (article 13)."""
    return Effect(facts={"return": form.said()})


def refuse_subsidy(situation: Situation, form: forms.Reviewed) -> Effect:
    """审核不通过: an office of the joint review refused the application (article 13)."""
    return Effect(facts={"review": form.said()}, money=unsubsidised(situation))


def unsubsidised(situation: Situation) -> dict[str, str]:
    """无补贴: the enterprise bears the whole premium of a contract that gets nothing."""
    money = situation.file.money
    return {"enterprise_share": money["premium"]} if "premium" in money else {}


def nothing_more(situation: Situation) -> dict[str, str]:
    """轮候终止: nothing waits any more; what no plan gave falls on the enterprise."""
    money = situation.file.money
    if "plan" not in situation.file.facts:
        return unsubsidised(situation)
    borne = Decimal(money["enterprise_share"]) + Decimal(money["waitlisted"])
    return {"waitlisted": "0.00", "enterprise_share": f"{borne:.2f}"}


def return_application(situation: Situation, form: forms.Returned) -> Effect:
    """退回补充: an office of the joint review lacks something; what it lacks is told at once (article 13)."""
    days, today = situation.edition.correction_days.value, situation.today
    clock = budgeted("completion", "13", "enterprise", today, days, situation.calendar)
    return Effect(facts={"returned": form.said()}, opens=(clock,))


def complete(situation: Situation, form: forms.Completed) -> Effect:
    """补充完善: the enterprise completes its application; its insurer files it again, in its old place (article 13)."""
    return Effect(facts={"completion": form.said()}, meets=("completion",))


def plan(situation: Situation, form: forms.Planned) -> Effect:
    """列入计划: the plan is signed by the three offices; what it gives is fixed (articles 7, 13).

    What the cap cut off falls on whom the contract's special terms name (特别约定, I-9); the shares still add up. What
    waits may be given by a later plan, up to the end of the fiscal year that follows.
    """
    before, waits = situation.file.money, form.waitlisted > ZERO
    on_insurer = situation.fact("contract")["shortfall_borne_by"] == "insurer"
    cut, approved = Decimal(before["cut_by_cap"]) + form.cut_by_cap, Decimal(before["approved"]) + form.approved
    insurer_share = cut if on_insurer else ZERO
    on_enterprise = Decimal(before["premium"]) - approved - form.waitlisted - insurer_share
    amounts = {
        "cut_by_cap": cut,
        "approved": approved,
        "waitlisted": form.waitlisted,
        "cap_left": form.cap_left,
        "budget_left": form.budget_left,
        "insurer_share": insurer_share,
        "enterprise_share": on_enterprise,
    }
    ended = "paid" if Decimal(before["paid"]) else "nothing_left"
    stage = "planned" if form.approved else "waitlisted" if waits else ended
    if _revoked(situation) and not form.approved:
        return _planned_too_late(situation, form)
    return Effect(
        facts={"plan": form.said()},
        money={name: f"{amount:.2f}" for name, amount in amounts.items()},
        opens=(_waitlist(situation, form),) if waits and situation.file.deadline("waitlist") is None else (),
        meets=() if waits else ("waitlist",),
        stage=stage,
    )


def _planned_too_late(situation: Situation, form: forms.Planned) -> Effect:
    """What a plan only let wait, when the recognition was revoked meanwhile, waits no more (article 10)."""
    before = situation.file.money
    borne = Decimal(before["premium"]) - Decimal(before["paid"]) - Decimal(before["insurer_share"])
    money = {"waitlisted": "0.00", "enterprise_share": f"{borne:.2f}"}
    return Effect(facts={"plan": form.said()}, money=money, meets=("waitlist",), stage="revoked")


def _waitlist(situation: Situation, form: forms.Planned) -> Deadline:
    """轮候期限: what waits lapses at the end of its first plan's fiscal year, or of one that follows (article 13, P).

    A plan that is signed after that day lets it wait until the end of the day it is signed.
    """
    years, today = situation.edition.waitlist_years, situation.today
    ends = date(form.fiscal_year + years.value, 12, 31)
    counted = f"planned in fiscal year {form.fiscal_year}: it waits to the end of {ends.year} ({years.because})"
    because = (counted, f"signed on {today}, after that day") if today > ends else (counted,)
    due = Due(nominal_on=ends, due_on=max(ends, today), rolled=False, provisional=False, because=because)
    return fixed("waitlist", "13", "finance", today, due, silence="expire")


def stop_waiting(situation: Situation, deadline: str) -> Effect:
    """轮候期满: what no plan could fund by then is funded no more (article 13, P).

    Money that a plan has just given is on its way: then the case only waits to be told of it.
    """
    if situation.register.settled:
        return Effect(opens=(_tomorrow(situation, deadline),), article="13", stage=situation.file.stage)
    money = situation.file.money
    kept = {"planned": "planned"}.get(situation.file.stage)
    return Effect(
        rings=deadline,
        article="13",
        carries="stopped",
        money={
            "waitlisted": "0.00",
            "enterprise_share": f"{Decimal(money['enterprise_share']) + Decimal(money['waitlisted']):.2f}",
        },
        stage=kept or ("paid" if Decimal(money["paid"]) else "waiting_lapsed"),
    )


def reduce_waiting(situation: Situation, form: forms.WaitingReduced) -> Effect:
    """轮候减少: what waits has no claim on the budget, so what the policy no longer asks for waits no more (I-11)."""
    money, stage = situation.file.money, situation.file.stage
    before = Decimal(money["waitlisted"])
    left = min(form.waitlisted, before)
    ended = "paid" if Decimal(money["paid"]) else "waiting_lapsed"
    return Effect(
        facts={"waiting_reduced": form.said()},
        money={
            "waitlisted": f"{left:.2f}",
            "enterprise_share": f"{Decimal(money['enterprise_share']) + before - left:.2f}",
        },
        meets=() if left else ("waitlist",),
        stage=stage if left or stage == "planned" else ended,
    )


def stop_payment(situation: Situation, form: PaymentStopped) -> Effect:
    """止付: what a plan gave is paid no more, and nothing of it waits; what was paid before stays (article 15(2))."""
    money = situation.file.money
    freed = Decimal(money["waitlisted"]) + form.amount
    return Effect(
        facts={"payment_stopped": form.said()},
        money={
            "approved": f"{Decimal(money['approved']) - form.amount:.2f}",
            "waitlisted": "0.00",
            "enterprise_share": f"{Decimal(money['enterprise_share']) + freed:.2f}",
        },
        meets=("waitlist",),
        stage="revoked" if _revoked(situation) else "paid" if Decimal(money["paid"]) else None,
    )


def _revoked(situation: Situation) -> bool:
    """Whether the recognition was revoked, so that nothing more is given; one that was superseded gave what it gave."""
    revocation = situation.file.facts.get("revocation")
    return revocation is not None and revocation.get("ground") != "superseded"


def _tomorrow(situation: Situation, name: str) -> Deadline:
    deadline = situation.file.deadline(name)
    assert deadline is not None
    return deadline.model_copy(update={"due_on": situation.today, "wake": None})


def pay(situation: Situation, form: forms.Paid) -> Effect:
    """拨付: the finance bureau has paid the insurer by the plan (article 13)."""
    waits = situation.file.money["waitlisted"] != "0.00"
    paid = {"paid": f"{Decimal(situation.file.money['paid']) + form.amount:.2f}"}
    if _revoked(situation):
        money = {**nothing_more(situation), **paid}
        return Effect(facts={"payment": form.said()}, money=money, meets=("waitlist",), stage="revoked")
    return Effect(facts={"payment": form.said()}, money=paid, stage="waitlisted" if waits else "paid")
