"""The city scheme's case (办件), from submission to payment: its stages, and its acts in the order of the regulation.

What each act is weighed by stands in `dalian_recognition` and `dalian_subsidy`; what it hands in, in `dalian_forms`.
"""

from __future__ import annotations

from rules.procedure import Act, Effect, Nothing, Procedure, Situation, Stage, remind
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_ending_forms import PaymentStopped, Revocation
from rules.schemes.dalian_recognition import (
    ask_for_more,
    assess,
    confirm,
    correct,
    decline_assessment,
    dismiss_objection,
    entrust,
    propose,
    propose_revocation,
    publish,
    receive,
    record_objection,
    refuse,
    reject,
    return_for_correction,
    revoke,
    submit,
    supersede,
    supplement,
    take_back_assessment,
    take_back_confirmation,
    take_back_proposal,
    uphold_objection,
)
from rules.schemes.dalian_rectification import ask_rectification, decline_rectification, rectify
from rules.schemes.dalian_subsidy import (
    apply,
    complete,
    end_insurance,
    file,
    insure,
    pay,
    plan,
    quote,
    recalculate,
    record_delivery,
    reduce_waiting,
    refuse_subsidy,
    return_application,
    stop_payment,
    stop_waiting,
    unsubsidised,
)
from rules.timetable import OfficeKind


def withdraw(situation: Situation, form: forms.Reasons) -> Effect:
    """撤回: before publication the recognition, before the plan is signed the subsidy application (domain §7)."""
    return Effect(facts={"withdrawal": form.said()}, money=unsubsidised(situation))


def lapse(situation: Situation, form: forms.Rung) -> Effect:
    """逾期视为放弃: no correction came within its days, so the submission lapses (article 9, P)."""
    return Effect(rings=form.deadline)


def expire(situation: Situation, form: forms.Rung) -> Effect:
    """期满: the recognition's year has passed without insurance (article 10), or the waiting list's (article 13)."""
    if situation.file.stage == "recognised":
        return Effect(rings=form.deadline)
    return stop_waiting(situation, form.deadline)


STAGES = {
    stage.name: stage
    for stage in (
        Stage("district_review", "区县核实"),
        Stage("correction", "退回补正"),
        Stage("confirmed", "区县已确认"),
        Stage("received", "已受理"),
        Stage("assessment", "第三方评定"),
        Stage("assessment_correction", "评定补充"),
        Stage("assessed", "评定完成"),
        Stage("public_notice", "公示"),
        Stage("objection", "异议审查"),
        Stage("proposed", "拟认定"),
        Stage("recognised", "已认定公布"),
        Stage("insured", "已投保"),
        Stage("applied", "已申请补贴"),
        Stage("filed", "已汇总申报"),
        Stage("returned", "退回补充"),
        Stage("planned", "计划已签署"),
        Stage("waitlisted", "轮候"),
        Stage("paid", "已拨付", closed=True, again=False),
        Stage("nothing_left", "额度已满", closed=True, again=False),
        Stage("waiting_lapsed", "轮候期满", closed=True, again=False),
        Stage("payment_stopped", "已止付", closed=True, again=False),
        Stage("subsidy_refused", "补贴审核不通过", closed=True, again=False),
        Stage("uninsured", "保险已解除", closed=True),
        Stage("refused_by_district", "区县不予确认", closed=True),
        Stage("not_recognised", "不予认定", closed=True),
        Stage("revoked", "已撤销认定", closed=True),
        Stage("superseded", "已被取代", closed=True, again=False),
        Stage("lapsed", "逾期未补正", closed=True),
        Stage("expired", "认定期满", closed=True),
        Stage("withdrawn", "已撤回", closed=True),
    )
}

BEFORE_PUBLICATION = (
    "district_review", "correction", "confirmed", "received", "assessment", "assessment_correction", "assessed",
    "public_notice", "objection", "proposed",
)  # fmt: skip
REVOCABLE = (
    *("recognised", "insured", "applied", "filed", "returned", "planned", "waitlisted"),
    # A recognition outlives its case: further batches are delivered under it, and what was paid may have been false.
    *("paid", "nothing_left", "waiting_lapsed", "payment_stopped", "subsidy_refused", "uninsured", "withdrawn"),
)
BEFORE_INSURANCE = (*BEFORE_PUBLICATION, "recognised")
BEFORE_PLAN = ("insured", "applied", "filed", "returned")
AFTER_INSURANCE = (*BEFORE_PLAN, "planned", "waitlisted")
AFTER_RECOGNITION = ("recognised", *AFTER_INSURANCE)
#: Whose acts copy from papers, and the bureau that keeps the file.
WHO_COPIES: tuple[OfficeKind, ...] = ("enterprise", "district", "insurer", "industry_bureau")
BEFORE_FILING = (*BEFORE_INSURANCE, "insured", "applied", "returned")
RUNNING = tuple(name for name, stage in STAGES.items() if not stage.closed)

ACTS = {
    act.name: act
    for act in (
        Act("submit", "提交", ("enterprise",), "9", (), forms.Submission, submit, "district_review"),
        Act("return_for_correction", "退回补正", ("district",), "9", ("district_review",), forms.CorrectionRequest,
            return_for_correction, "correction", notice="correction"),
        Act("correct", "补正", ("enterprise",), "9", ("correction",), forms.Correction, correct, "district_review"),
        Act("confirm", "确认", ("district",), "9", ("district_review",), forms.DistrictOpinion, confirm, "confirmed"),
        Act("refuse", "不予确认", ("district",), "9", ("district_review",), forms.Reasons, refuse,
            "refused_by_district", notice="decision"),
        Act("take_back_confirmation", "撤销确认", ("district",), "9", ("confirmed",), forms.Reasons,
            take_back_confirmation, "district_review"),
        Act("receive", "受理", ("industry_bureau",), "10", ("confirmed",), Nothing, receive, "received",
            notice="acceptance"),
        Act("entrust", "委托评定", ("industry_bureau",), "10", ("received",), forms.Entrustment, entrust, "assessment"),
        Act("assess", "评定", ("assessor",), "10", ("assessment",), forms.AssessmentReport, assess, "assessed"),
        Act("ask_for_more", "要求补充", ("assessor",), "10", ("assessment",), forms.CorrectionRequest, ask_for_more,
            "assessment_correction", notice="correction"),
        Act("supplement", "补充", ("enterprise",), "10", ("assessment_correction",), forms.Correction, supplement,
            "assessment"),
        Act("decline_assessment", "回避", ("assessor",), "10", ("assessment",), forms.Reasons, decline_assessment,
            "received"),
        Act("take_back_assessment", "撤回评定", ("assessor",), "10", ("assessed",), forms.Reasons,
            take_back_assessment, "assessment"),
        Act("propose", "拟认定", ("industry_bureau",), "10", ("assessed",), Nothing, propose, "proposed"),
        Act("take_back_proposal", "撤销拟认定", ("industry_bureau",), "10", ("proposed",), forms.Reasons,
            take_back_proposal, "assessed"),
        Act("record_objection", "登记异议", ("industry_bureau",), "10", ("public_notice",), forms.Objection,
            record_objection, "objection"),
        Act("dismiss_objection", "异议不成立", ("industry_bureau",), "10", ("objection",), forms.Reasons,
            dismiss_objection, "public_notice", not_by_doer_of=("record_objection",)),
        Act("uphold_objection", "异议成立", ("industry_bureau",), "10", ("objection",), forms.Reasons,
            uphold_objection, "not_recognised", not_by_doer_of=("record_objection",), notice="decision"),
        Act("publish", "公布", ("industry_bureau",), "10", ("proposed", "public_notice"), forms.Publication, publish,
            "recognised", not_by_doer_of=("propose",), notice="decision", favourable=True),
        Act("reject", "不予认定", ("industry_bureau",), "10", ("assessed", "proposed"), forms.Reasons, reject,
            "not_recognised", notice="decision"),
        Act("propose_revocation", "拟撤销", ("industry_bureau",), "10", REVOCABLE, forms.Reasons, propose_revocation),
        Act("revoke", "撤销认定", ("industry_bureau",), "10", REVOCABLE, Revocation, revoke, "revoked",
            not_by_doer_of=("propose_revocation",), notice="decision"),
        Act("supersede", "取代", ("industry_bureau",), "10", ("recognised",), forms.Supersession, supersede,
            "superseded"),
        Act("record_delivery", "登记交付", ("enterprise",), "11", BEFORE_INSURANCE, forms.Delivery, record_delivery),
        Act("quote", "报价", ("insurer",), "13", ("recognised",), forms.Quote, quote),
        Act("insure", "投保", ("insurer",), "11", ("recognised",), forms.InsuranceContract, insure, "insured"),
        Act("apply", "申请补贴", ("enterprise",), "13", ("insured",), forms.SubsidyRequest, apply, "applied"),
        Act("file", "汇总申报", ("system",), "13", ("applied",), forms.Filed, file, "filed"),
        Act("refuse_subsidy", "审核不通过", ("system",), "13", ("filed",), forms.Reviewed, refuse_subsidy,
            "subsidy_refused", notice="decision", in_name_of={"filed": "regulator"}),
        Act("plan", "列入计划", ("system",), "13", ("filed", "waitlisted"), forms.Planned, plan, "planned"),
        Act("pay", "拨付", ("system",), "13", ("planned",), forms.Paid, pay, "paid"),
        Act("stop_payment", "止付", ("system",), "15(2)", ("planned",), PaymentStopped, stop_payment,
            "payment_stopped"),
        Act("return_application", "退回补充", ("system",), "13", ("filed",), forms.Returned, return_application,
            "returned", notice="correction", in_name_of={"filed": "regulator"}),
        Act("complete", "补充完善", ("enterprise",), "13", ("returned",), forms.Completed, complete, "applied"),
        Act("recalculate", "重新计算", ("system",), "7", AFTER_INSURANCE, forms.Recalculated, recalculate),
        Act("reduce_waiting", "轮候减少", ("system",), "13", ("planned", "waitlisted"), forms.WaitingReduced,
            reduce_waiting),
        Act("end_insurance", "保险解除", ("system",), "13", BEFORE_PLAN, forms.InsuranceEnded, end_insurance,
            "uninsured"),
        Act("ask_rectification", "申请更正", WHO_COPIES, "15(3)", BEFORE_FILING, forms.RectificationRequest,
            ask_rectification),
        Act("rectify", "更正", ("industry_bureau",), "15(3)", BEFORE_FILING, Nothing, rectify,
            not_by_doer_of=("ask_rectification",)),
        Act("decline_rectification", "不予更正", ("industry_bureau",), "15(3)", BEFORE_FILING, forms.Reasons,
            decline_rectification),
        Act("withdraw", "撤回", ("enterprise",), "9", (*BEFORE_PUBLICATION, "applied", "filed", "returned"),
            forms.Reasons, withdraw, "withdrawn"),
        Act("remind", "提醒", ("system",), "9", RUNNING, forms.Rung, remind),
        Act("lapse", "逾期", ("system",), "9", ("correction", "assessment_correction"), forms.Rung, lapse, "lapsed",
            notice="decision", in_name_of={"correction": "district", "assessment_correction": "industry_bureau"}),
        Act("expire", "期满", ("system",), "10", ("recognised", "planned", "waitlisted"), forms.Rung, expire,
            "expired"),
    )
}  # fmt: skip

CASE = Procedure("case", STAGES, ACTS, prefix="DL")
