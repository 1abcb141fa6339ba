"""大连市中小企业新产品推广应用保险补偿机制试点工作实施办法（试行）: the city scheme, every figure with its article.

P: the text leaves it open and the edition settles it. I-n: how a text that could be read otherwise is read.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from rules import eligibility as asked
from rules.edition import Cited, Edition, Interpretation

ARTICLES: Final = (
    *("1", "2", "3", "4", "5", "6", "7"),
    *("8", "8(1)", "8(2)", "8(3)", "8(4)", "8(5)", "8(6)"),
    *("9", "10", "11", "12", "13", "14"),
    *("15(1)", "15(2)", "15(3)", "15(4)", "15(5)"),
)

RECOGNITION: Final = (
    *(asked.is_sme, asked.makes_the_product),
    *(asked.registered_long_enough, asked.registered_here, asked.is_legal_person, asked.in_key_industry),
    asked.meets_industrial_policy,
    *(asked.meets_standards, asked.quality_is_certified),
    asked.patented_or_tested,
    asked.meets_environment_standards,
    asked.meets_other_conditions,
    *(asked.is_equipment_system_or_component, asked.breaks_through),
    *(asked.has_intellectual_property, asked.no_market_record_yet),
)

SUBSIDY: Final = (
    *(asked.recognised_when_applied, asked.recognised_when_concluded),
    *(asked.applied_after_delivery, asked.applied_before_concluded, asked.insured_in_time),
    *(asked.insurer_is_listed, asked.insurer_not_barred),
    *(asked.clause_is_filed, asked.rate_within_ceiling),
    asked.covers_both_risks,
    asked.first_policy_year,
    asked.first_batch_for_this_user,
)

INTERPRETATIONS: Final = (
    Interpretation("I-1", "11", "a period ends past every officially off day: Civil Code 203"),
    Interpretation("I-2", "11", "both conditions: count from the later; a batch is delivered with its last unit"),
    Interpretation("I-2b", "11", "delivery is the user's signed receipt or acceptance, which can be proved"),
    Interpretation("I-3", "7", "1% is one percentage point of the sum insured: it is taken off the rate"),
    Interpretation("I-4", "7", "the preference cannot exceed the rate itself: nobody is paid to insure"),
    Interpretation("I-5", "10", "validity does not roll off a day off: it is a status, no act is due"),
    Interpretation("I-6", "10", "recognised is tested when the enterprise insures, not when the subsidy is asked for"),
    Interpretation("I-7", "8(1)", "two years are tested on the day of submission; the anniversary passes"),
    Interpretation("I-8", "4", "negotiation frees covers and terms, not the rate ceiling, the formula or the cap"),
    Interpretation("I-9", "13", "what cap or budget does not cover falls on whom the special terms (特别约定) name"),
    Interpretation("I-10", "7", "the cap's year is the plan's fiscal year; fourth-quarter returns charge the next"),
    Interpretation("I-11", "13", "the marginal application is funded in part, nobody is skipped; the rest waits"),
    Interpretation("I-12", "13", "insurance time is the minute of conclusion, which the filed copies prove"),
    Interpretation("I-13", "7", "the rate is yearly; twelve months from inception are subsidised, renewals are not"),
    Interpretation("I-14", "7", "a cancelled contract's refund returns the treasury's part by days left"),
    Interpretation("I-15", "15(2)", "a bar recovers every falsified subsidy and suspends, not refuses, honest ones"),
    Interpretation("I-16", "8", "article 8's recognised is satisfied by article 10's result"),
    Interpretation("I-17", "2", "the market record is tested at recognition: later sales do not fail a product"),
)

EDITIONS: Final = (
    Edition(
        scheme="dalian",
        name="dalian-demonstration-2026",
        family="city",
        title="大连市中小企业新产品推广应用保险补偿机制试点工作实施办法（试行）",
        owners=("市工业和信息化局", "市财政局", "国家金融监督管理总局大连监管局"),
        issued_on=date(2026, 1, 1),
        issued_under="15(5)",
        in_force_years=Cited(3, "15(5)"),
        demonstration=True,
        articles=ARTICLES,
        interpretations=INTERPRETATIONS,
        recognition_conditions=RECOGNITION,
        subsidy_conditions=SUBSIDY,
        # What the text says.
        rate_ceiling=Cited(Decimal("0.03"), "3"),
        rate_preference=Cited(Decimal("0.01"), "7"),
        subsidised_years=Cited(1, "7"),
        annual_cap=Cited(Decimal("500000.00"), "7"),
        registered_years=Cited(2, "8(1)"),
        validity_years=Cited(1, "10"),
        insure_within_days=Cited(30, "11"),
        # What the text leaves open.
        negotiated_rate_ceiling=Cited("kept", "4", "I-8: article 4 names covers and clause, article 3 the rate"),
        correction_rounds=Cited(2, "9", "P: a third return would be a refusal in disguise"),
        correction_days=Cited(10, "9", "P: working days; silence then lapses"),
        verification_days=Cited(15, "9", "P: working days"),
        assessment_days=Cited(45, "10", "P: working days, by a third party"),
        public_notice_days=Cited(0, "10", "P: the text publishes without one"),
        insurer_list_years=Cited(1, "12", "P: renewed with the yearly work"),
        insurance_time=Cited("concluded", "13", "I-12: what the filed copies of the contracts prove"),
        tie_basis=Cited(("return_received_at", "number"), "13", "I-12: the order that a tie is told in"),
        ties_settled_by_offices=Cited(True, "13", "P, I-12: where a tie decides money, the three decide (会同)"),
        filing_day=Cited(10, "13", "P: days after the quarter's end"),
        joint_review_days=Cited(20, "13", "P: working days"),
        refusal_blocks=Cited(
            True, "13", "P: the three review jointly (会同), so each must approve; else most of three"
        ),
        plan_notice_days=Cited(0, "13", "P: the text signs the plan without one"),
        payment_days=Cited(15, "13", "P: working days after signing"),
        waitlist_years=Cited(1, "13", "P: lapses at the end of the fiscal year that follows"),
        budget_carries_over=Cited(
            False, "13", "P: within the year's own budget (当年); 预算法 42 lets a rest be carried"
        ),
        loss_decision_days=Cited(30, "12", "P: 保险法 23, from the claim; days spent waiting for papers do not count"),
        loss_acceptance_days=Cited(3, "12", "P: working days; 保险法 23 says promptly (及时) and names no days"),
        loss_document_rounds=Cited(1, "12", "P: 保险法 22 has the insurer tell at once all that is missing (一次性)"),
        loss_payment_days=Cited(10, "12", "P: 保险法 23, from the agreement on the amount"),
        loss_advance_days=Cited(60, "12", "P: 保险法 25, from the claim, where the amount cannot be fixed"),
        loss_refusal_notice_days=Cited(3, "12", "P: 保险法 24, from the decision"),
        loss_dispute_years=Cited(2, "12", "P: 保险法 26, from the refusal notice or the payment (民法典 195)"),
        complaint_admission_days=Cited(15, "15(1)", "P: 信访工作条例, from receipt"),
        complaint_answer_days=Cited(60, "15(1)", "P: 信访工作条例, from admission"),
        complaint_appeal_days=Cited(30, "15(1)", "P: 信访工作条例, from the answer; silence lets it stand"),
        complaint_appeal_answer_days=Cited(30, "15(1)", "P: 信访工作条例, from the appeal"),
        refund_days=Cited(30, "7", "P: 保险法 54 has the insurer refund the premium and sets no days; a month"),
        repayment_days=Cited(15, "15(2)", "P: as long as 行政处罚法 67 gives for a fine, from the demand"),
        reminder_ladder=Cited((10, 3, 1), "14", "P: working days before; and on the day"),
        overdue_reminder_every=Cited(5, "14", "P: working days"),
        reconsideration_days=Cited(60, "15(3)", "P: 行政复议法第二十条, from knowing of the decision"),
        litigation_months=Cited(6, "15(3)", "P: 行政诉讼法第四十六条, from knowing of the decision"),
    ),
)
