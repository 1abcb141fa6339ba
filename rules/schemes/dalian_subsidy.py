"""投保与补贴: from the delivered batch to the subsidy paid, act by act (articles 3 to 5, 7, 11 to 13)."""

from __future__ import annotations

from decimal import Decimal

from rules.deadlines import insure_by
from rules.eligibility import check_subsidy
from rules.facts import SubsidyFacts
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Effect, Situation, fixed
from rules.schemes import dalian_forms as forms
from rules.subsidy import premium_shares
from rules.values import ZERO

NOT_YET = {"cut_by_cap": "0.00", "approved": "0.00", "waitlisted": "0.00", "paid": "0.00", "insurer_share": "0.00"}


def record_delivery(situation: Situation, form: forms.Delivery) -> Effect:
    """交付: contract signed and delivery completed; article 11's thirty days run from the later of the two."""
    once = Finding(
        rule="delivery_recorded_once",
        article="11",
        passed="delivery" not in situation.file.facts,
        reason="the days to insure run from what was recorded first; a later delivery cannot start them anew",
    )
    due = insure_by(form.contract_signed_on, form.delivered_on, situation.edition, situation.calendar)
    later = max(form.contract_signed_on, form.delivered_on)
    clock = fixed("insurance", "11", "insurer", later, due)
    return Effect(findings=(once,), facts={"delivery": form.said()}, opens=(clock,))


def insure(situation: Situation, form: forms.InsuranceContract) -> Effect:
    """投保: the contract is concluded; all of articles 2 to 4, 7, 10 to 12 and 15(2) are asked of it together."""
    if "delivery" not in situation.file.facts:
        raise Unfit(("delivery", "must be recorded first: article 11 counts from the contract and the delivery"))
    register, years = situation.register, form.years
    if not register.insurer_known:
        raise Unfit(("insurer", f"must be an insurer of the register (article 12) (not {form.insurer!r})"))
    assert years is not None
    shares = premium_shares(form.sum_insured, form.premium_rate, years, situation.edition)
    return Effect(
        findings=check_subsidy(_subsidy_facts(situation, form), situation.edition, situation.calendar),
        facts={
            "contract": {
                **form.said(),
                "years": years,
            }
        },
        money={
            "premium": f"{shares.premium:.2f}",
            "enterprise_share": f"{shares.enterprise_share:.2f}",
            "subsidy_asked": f"{shares.subsidy:.2f}",
            **NOT_YET,
            # A forecast: what is left today, before others who insured earlier are planned (I-9).
            "cap_left": f"{register.cap_left:.2f}",
            "budget_left": f"{register.budget_left:.2f}",
        },
        meets=("insurance", "recognition_valid_until"),
    )


def _subsidy_facts(situation: Situation, form: forms.InsuranceContract) -> SubsidyFacts:
    recognition, delivery, register = situation.fact("recognition"), situation.fact("delivery"), situation.register
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
    """申请补贴: the enterprise's application form, for its insurer to file (article 13)."""
    return Effect(facts={"application": {**form.said(), "number": f"{situation.file.number}-1"}})


def file(situation: Situation, form: forms.Filed) -> Effect:
    """汇总申报: the insurer's quarterly return took the application in (article 13)."""
    return Effect(facts={"return": form.said()})


def refuse_subsidy(situation: Situation, form: forms.Reviewed) -> Effect:
    """审核不通过: an office of the joint review refused the application (article 13)."""
    return Effect(facts={"review": form.said()})


def plan(situation: Situation, form: forms.Planned) -> Effect:
    """列入计划: the plan is signed by the three offices; what it gives is fixed (articles 7, 13).

    What the cap cut off falls on whom the contract's special terms name (特别约定, I-9); the shares still add up.
    """
    money = {
        name: f"{getattr(form, name):.2f}"
        for name in ("cut_by_cap", "approved", "waitlisted", "cap_left", "budget_left")
    }
    on_insurer = situation.fact("contract")["shortfall_borne_by"] == "insurer"
    insurer_share = form.cut_by_cap if on_insurer else ZERO
    on_enterprise = Decimal(situation.file.money["premium"]) - form.approved - form.waitlisted - insurer_share
    money |= {"insurer_share": f"{insurer_share:.2f}", "enterprise_share": f"{on_enterprise:.2f}"}
    stage = "planned" if form.approved else "waitlisted" if form.waitlisted else "nothing_left"
    return Effect(facts={"plan": form.said()}, money=money, stage=stage)


def pay(situation: Situation, form: forms.Paid) -> Effect:
    """拨付: the finance bureau has paid the insurer by the plan (article 13)."""
    waits = situation.file.money["waitlisted"] != "0.00"
    stage = "waitlisted" if waits else "paid"
    return Effect(facts={"payment": form.said()}, money={"paid": f"{form.amount:.2f}"}, stage=stage)
