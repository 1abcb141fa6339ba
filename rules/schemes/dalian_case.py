"""The city scheme's case (办件), from submission to payment: its stages, and its acts in the order of the regulation.

Each act's function weighs what was handed in against the file and the edition. An act the law refuses is recorded
with every ground and moves nothing: the officer then decides, or the enterprise puts it right.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rules.deadlines import Due, insure_by, valid_until
from rules.eligibility import check_recognition, check_subsidy
from rules.facts import RecognitionFacts, SubsidyFacts
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import (
    Act,
    Effect,
    Form,
    Nothing,
    Procedure,
    Situation,
    Stage,
    budgeted,
    fixed,
    remind_of,
)
from rules.schemes import dalian_forms as forms
from rules.subsidy import premium_shares
from rules.values import ZERO

NOT_YET = {"cut_by_cap": "0.00", "approved": "0.00", "waitlisted": "0.00", "paid": "0.00", "insurer_share": "0.00"}


def _said(form: Form) -> dict[str, Any]:
    return form.model_dump(mode="json")


# --- 认定: recognition (articles 8 to 10) ---------------------------------------------------------------------------


def submit(situation: Situation, form: forms.Submission) -> Effect:
    """提交: the enterprise's file reaches its district, whose days to verify begin (article 9)."""
    days = situation.edition.verification_days
    enterprise, product = form.enterprise, form.product
    return Effect(
        facts={"submission": {**_said(form), "submitted_on": situation.today.isoformat(), "corrections": 0}},
        opens=(budgeted("verification", "9", "district", situation.today, days.value, situation.calendar),),
        enterprise=enterprise.uscc,
        district=enterprise.district,
        product_key=f"{product.model}\n{product.specification}".casefold(),
    )


def return_for_correction(situation: Situation, form: forms.CorrectionRequest) -> Effect:
    """退回补正: everything that is missing is told at once; the district's clock stands still meanwhile (article 9)."""
    edition, corrections = situation.edition, situation.fact("submission")["corrections"]
    rounds = edition.correction_rounds.value
    within = Finding(
        rule="correction_round_left",
        article="9",
        passed=corrections < rounds,
        reason=f"{corrections} of {rounds} rounds of correction have been used",
    )
    days = edition.correction_days.value
    silence = budgeted("correction", "9", "enterprise", situation.today, days, situation.calendar, silence="lapse")
    return Effect(
        findings=(within,),
        facts={"correction_request": {**_said(form), "asked_on": situation.today.isoformat()}},
        opens=(silence,),
        suspends=("verification",),
    )


def correct(situation: Situation, form: forms.Correction) -> Effect:
    """补正: the enterprise puts right what it was told, within the days it was given (article 9)."""
    submission, deadline = situation.fact("submission"), situation.file.deadline("correction")
    assert deadline is not None
    in_time = Finding(
        rule="corrected_in_time",
        article="9",
        passed=situation.today <= deadline.due_on,
        reason=f"corrected on {situation.today}; the last day is {deadline.due_on}",
    )
    given = form.model_dump(mode="json", exclude_none=True, exclude={"papers"})
    if form.enterprise and (form.enterprise.uscc, form.enterprise.district) != (
        situation.file.enterprise,
        situation.file.district,
    ):
        raise Unfit(("enterprise", "must keep its code and its district: another enterprise is another case"))
    papers = submission["papers"] + [_said(paper) for paper in form.papers]
    corrected = {**submission, **given, "papers": papers, "corrections": submission["corrections"] + 1}
    return Effect(
        findings=(in_time,), facts={"submission": corrected}, meets=("correction",), resumes=("verification",)
    )


def recognition_findings(situation: Situation) -> tuple[Finding, ...]:
    """认定条件: articles 2 and 8 on what the enterprise submitted."""
    submission = situation.fact("submission")
    enterprise, product = submission["enterprise"], submission["product"]
    asked = {name: {**enterprise, **product, **submission}[name] for name in RecognitionFacts.model_fields}
    return check_recognition(RecognitionFacts.model_validate(asked), situation.edition)


def confirm(situation: Situation, form: forms.DistrictOpinion) -> Effect:
    """确认: the district has verified the file item by item and sends its opinion to the bureau (article 9)."""
    verified = tuple(
        Finding(
            rule="verified_by_district",
            article=verdict.item,
            passed=verdict.met,
            reason=f"the district found it {'met' if verdict.met else 'not met'}: {verdict.evidence}",
        )
        for verdict in form.checklist
    )
    return Effect(
        findings=recognition_findings(situation) + verified,
        facts={"district_opinion": _said(form)},
        meets=("verification",),
    )


def refuse(situation: Situation, form: forms.Reasons) -> Effect:
    """不予确认: the district refuses; every ground the rules find stands beside the officer's reason (article 9)."""
    grounds = [finding.model_dump(mode="json") for finding in recognition_findings(situation) if not finding.passed]
    return Effect(facts={"refusal": {**_said(form), "grounds": grounds}}, meets=("verification",))


def receive(situation: Situation, form: Nothing) -> Effect:
    """受理: the industry bureau takes the case in (article 10)."""
    return Effect(facts={"receipt": {"received_on": situation.today.isoformat()}})


def entrust(situation: Situation, form: forms.Entrustment) -> Effect:
    """委托评定: the industry bureau entrusts a third party, whose days begin (article 10)."""
    if form.assessor not in situation.register.known_assessors:
        known = ", ".join(sorted(situation.register.known_assessors))
        raise Unfit(("assessor", f"must be an assessor the bureau works with: {known} (not {form.assessor!r})"))
    days = situation.edition.assessment_days
    return Effect(
        facts={"entrustment": {**_said(form), "entrusted_on": situation.today.isoformat()}},
        opens=(budgeted("assessment", "10", "assessor", situation.today, days.value, situation.calendar),),
    )


def assess(situation: Situation, form: forms.AssessmentReport) -> Effect:
    """评定: the assessor reports (article 10)."""
    return Effect(facts={"assessment": _said(form)}, meets=("assessment",))


def propose(situation: Situation, form: Nothing) -> Effect:
    """拟认定: the bureau's caseworker proposes recognition; another must publish it (articles 10, 15(3))."""
    return Effect(findings=(_assessor_recommends(situation), *recognition_findings(situation)))


def _assessor_recommends(situation: Situation) -> Finding:
    report = situation.fact("assessment")
    verdict = "recommends" if report["recommended"] else "does not recommend"
    return Finding(
        rule="assessor_recommends",
        article="10",
        passed=report["recommended"],
        reason=f"the assessor {verdict} recognition (score {report['score']}): {report['conclusion']}",
    )


def publish(situation: Situation, form: forms.Publication) -> Effect:
    """公布: the recognition is on the website; it is valid one year from that day (article 10)."""
    published_on, proposed_after = form.published_at.date(), situation.fact("entrustment")["entrusted_on"]
    if published_on.isoformat() < proposed_after:
        raise Unfit(("published_at", f"must not be before the entrustment of {proposed_after} (article 10)"))
    until = valid_until(published_on, situation.edition)
    because = (
        f"published on {published_on}: valid {situation.edition.validity_years.value} year from that day (article 10)",
        "a period of validity does not roll off a day off (I-5)",
    )
    due = Due(nominal_on=until, due_on=until, rolled=False, provisional=False, because=because)
    return Effect(
        facts={
            "recognition": {**_said(form), "published_on": published_on.isoformat(), "valid_until": until.isoformat()}
        },
        opens=(fixed("recognition_valid_until", "10", "enterprise", published_on, due, silence="expire"),),
    )


def reject(situation: Situation, form: forms.Reasons) -> Effect:
    """不予认定: the industry bureau refuses recognition, with its reason and every ground found (article 10)."""
    grounds = [
        found for found in (_assessor_recommends(situation), *recognition_findings(situation)) if not found.passed
    ]
    return Effect(facts={"refusal": {**_said(form), "grounds": [ground.model_dump(mode="json") for ground in grounds]}})


# --- 投保: insurance (articles 3 to 5, 7, 11, 12) -------------------------------------------------------------------


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
    return Effect(findings=(once,), facts={"delivery": _said(form)}, opens=(clock,))


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
                **_said(form),
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


# --- 补贴: the subsidy (articles 7 and 13) --------------------------------------------------------------------------


def apply(situation: Situation, form: forms.SubsidyRequest) -> Effect:
    """申请补贴: the enterprise's application form, for its insurer to file (article 13)."""
    return Effect(facts={"application": {**_said(form), "number": f"{situation.file.number}-1"}})


def file(situation: Situation, form: forms.Filed) -> Effect:
    """汇总申报: the insurer's quarterly return took the application in (article 13)."""
    return Effect(facts={"return": _said(form)})


def refuse_subsidy(situation: Situation, form: forms.Reviewed) -> Effect:
    """审核不通过: an office of the joint review refused the application (article 13)."""
    return Effect(facts={"review": _said(form)})


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
    return Effect(facts={"plan": _said(form)}, money=money, stage=stage)


def pay(situation: Situation, form: forms.Paid) -> Effect:
    """拨付: the finance bureau has paid the insurer by the plan (article 13)."""
    waits = situation.file.money["waitlisted"] != "0.00"
    stage = "waitlisted" if waits else "paid"
    return Effect(facts={"payment": _said(form)}, money={"paid": f"{form.amount:.2f}"}, stage=stage)


# --- 期限与撤回: time, and withdrawal -------------------------------------------------------------------------------


def withdraw(situation: Situation, form: forms.Reasons) -> Effect:
    """撤回: before publication the recognition, before the plan is signed the subsidy application (domain §7)."""
    return Effect(facts={"withdrawal": _said(form)})


def remind(situation: Situation, form: forms.Rung) -> Effect:
    """提醒: a rung of a deadline's ladder was reached; the record says so once."""
    return remind_of(situation, form.deadline, form.rung)


def lapse(situation: Situation, form: forms.Rung) -> Effect:
    """逾期视为放弃: no correction came within its days, so the submission lapses (article 9, P)."""
    return Effect(rings=form.deadline)


def expire(situation: Situation, form: forms.Rung) -> Effect:
    """期满: the recognition's year has passed without insurance (article 10)."""
    return Effect(rings=form.deadline)


STAGES = {
    stage.name: stage
    for stage in (
        Stage("district_review", "区县核实"),
        Stage("correction", "退回补正"),
        Stage("confirmed", "区县已确认"),
        Stage("received", "已受理"),
        Stage("assessment", "第三方评定"),
        Stage("assessed", "评定完成"),
        Stage("proposed", "拟认定"),
        Stage("recognised", "已认定公布"),
        Stage("insured", "已投保"),
        Stage("applied", "已申请补贴"),
        Stage("filed", "已汇总申报"),
        Stage("planned", "计划已签署"),
        Stage("waitlisted", "轮候"),
        Stage("paid", "已拨付", closed=True, again=False),
        Stage("nothing_left", "额度已满", closed=True, again=False),
        Stage("subsidy_refused", "补贴审核不通过", closed=True, again=False),
        Stage("refused_by_district", "区县不予确认", closed=True),
        Stage("not_recognised", "不予认定", closed=True),
        Stage("lapsed", "逾期未补正", closed=True),
        Stage("expired", "认定期满", closed=True),
        Stage("withdrawn", "已撤回", closed=True),
    )
}

BEFORE_PUBLICATION = ("district_review", "correction", "confirmed", "received", "assessment", "assessed", "proposed")
BEFORE_INSURANCE = (*BEFORE_PUBLICATION, "recognised")
RUNNING = tuple(name for name, stage in STAGES.items() if not stage.closed)

ACTS = {
    act.name: act
    for act in (
        Act("submit", "提交", ("enterprise",), "9", (), forms.Submission, submit, "district_review"),
        Act("return_for_correction", "退回补正", ("district",), "9", ("district_review",), forms.CorrectionRequest,
            return_for_correction, "correction"),
        Act("correct", "补正", ("enterprise",), "9", ("correction",), forms.Correction, correct, "district_review"),
        Act("confirm", "确认", ("district",), "9", ("district_review",), forms.DistrictOpinion, confirm, "confirmed"),
        Act("refuse", "不予确认", ("district",), "9", ("district_review",), forms.Reasons, refuse,
            "refused_by_district"),
        Act("receive", "受理", ("industry_bureau",), "10", ("confirmed",), Nothing, receive, "received"),
        Act("entrust", "委托评定", ("industry_bureau",), "10", ("received",), forms.Entrustment, entrust, "assessment"),
        Act("assess", "评定", ("assessor",), "10", ("assessment",), forms.AssessmentReport, assess, "assessed"),
        Act("propose", "拟认定", ("industry_bureau",), "10", ("assessed",), Nothing, propose, "proposed"),
        Act("publish", "公布", ("industry_bureau",), "10", ("proposed",), forms.Publication, publish, "recognised",
            not_by_doer_of=("propose",)),
        Act("reject", "不予认定", ("industry_bureau",), "10", ("assessed", "proposed"), forms.Reasons, reject,
            "not_recognised"),
        Act("record_delivery", "登记交付", ("enterprise",), "11", BEFORE_INSURANCE, forms.Delivery, record_delivery),
        Act("insure", "投保", ("insurer",), "11", ("recognised",), forms.InsuranceContract, insure, "insured"),
        Act("apply", "申请补贴", ("enterprise",), "13", ("insured",), forms.SubsidyRequest, apply, "applied"),
        Act("file", "汇总申报", ("system",), "13", ("applied",), forms.Filed, file, "filed"),
        Act("refuse_subsidy", "审核不通过", ("system",), "13", ("filed",), forms.Reviewed, refuse_subsidy,
            "subsidy_refused"),
        Act("plan", "列入计划", ("system",), "13", ("filed", "waitlisted"), forms.Planned, plan, "planned"),
        Act("pay", "拨付", ("system",), "13", ("planned",), forms.Paid, pay, "paid"),
        Act("withdraw", "撤回", ("enterprise",), "9", (*BEFORE_PUBLICATION, "applied", "filed"), forms.Reasons,
            withdraw, "withdrawn"),
        Act("remind", "提醒", ("system",), "9", RUNNING, forms.Rung, remind),
        Act("lapse", "逾期", ("system",), "9", ("correction",), forms.Rung, lapse, "lapsed"),
        Act("expire", "期满", ("system",), "10", ("recognised",), forms.Rung, expire, "expired"),
    )
}  # fmt: skip

CASE = Procedure("case", STAGES, ACTS)
