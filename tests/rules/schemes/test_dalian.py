"""The city scheme's law on one screen: its figures as the text and `domain.md` give them, its articles covered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rules.condition import Condition
from rules.edition import edition_of
from rules.facts import InsuranceFacts, RecognitionFacts
from rules.schemes import dalian

EDITION = edition_of("dalian")

FIGURES = {
    "rate_ceiling": (Decimal("0.03"), "3"),
    "negotiated_rate_ceiling": ("kept", "4"),
    "rate_preference": (Decimal("0.01"), "7"),
    "subsidised_years": (1, "7"),
    "annual_cap": (Decimal(500_000), "7"),
    "registered_years": (2, "8(1)"),
    "correction_rounds": (2, "9"),
    "correction_days": (10, "9"),
    "verification_days": (15, "9"),
    "assessment_days": (45, "10"),
    "public_notice_days": (0, "10"),
    "validity_years": (1, "10"),
    "insure_within_days": (30, "11"),
    "insurer_list_years": (1, "12"),
    "insurance_time": ("concluded", "13"),
    "tie_basis": (("return_received_at", "number"), "13"),
    "filing_day": (10, "13"),
    "joint_review_days": (20, "13"),
    "refusal_blocks": (True, "13"),
    "ties_settled_by_offices": (True, "13"),
    "plan_notice_days": (0, "13"),
    "payment_days": (15, "13"),
    "waitlist_years": (1, "13"),
    "budget_carries_over": (False, "13"),
    "loss_decision_days": (30, "12"),
    "loss_acceptance_days": (3, "12"),
    "loss_document_rounds": (1, "12"),
    "loss_payment_days": (10, "12"),
    "loss_advance_days": (60, "12"),
    "loss_refusal_notice_days": (3, "12"),
    "loss_dispute_years": (2, "12"),
    "refund_days": (30, "7"),
    "repayment_days": (15, "15(2)"),
    "reconsideration_days": (60, "15(3)"),
    "litigation_months": (6, "15(3)"),
    "complaint_admission_days": (15, "15(1)"),
    "complaint_answer_days": (60, "15(1)"),
    "complaint_appeal_days": (30, "15(1)"),
    "complaint_appeal_answer_days": (30, "15(1)"),
    "reminder_ladder": ((10, 3, 1), "14"),
    "overdue_reminder_every": (5, "14"),
}


def test_the_demonstration_edition_settles_these_figures_and_no_others() -> None:
    assert {name: (figure.value, figure.article) for name, figure in EDITION.figures.items()} == FIGURES


def test_what_the_text_leaves_open_says_that_it_was_chosen() -> None:
    chosen = {name for name, figure in EDITION.figures.items() if figure.because}
    said_by_the_text = {
        "rate_ceiling", "rate_preference", "subsidised_years", "annual_cap", "registered_years", "validity_years",
        "insure_within_days",
    }  # fmt: skip
    assert chosen == set(FIGURES) - said_by_the_text


def test_every_interpretation_of_the_domain_is_named() -> None:
    numbered = ["I-1", "I-2", "I-2b", *(f"I-{n}" for n in range(3, 18))]
    assert [reading.name for reading in EDITION.interpretations] == numbered


@pytest.mark.parametrize(
    ("conditions", "articles"),
    [
        (dalian.RECOGNITION, {"2", "8", "8(1)", "8(2)", "8(3)", "8(4)", "8(5)", "8(6)"}),
        (dalian.SUBSIDY, {"2", "3", "4", "7", "10", "11", "12", "15(2)"}),
    ],
)
def test_each_check_asks_of_its_articles_and_of_no_other(
    conditions: tuple[Condition[RecognitionFacts], ...], articles: set[str]
) -> None:
    assert {asked.article for asked in conditions} == articles


@pytest.mark.parametrize(
    ("conditions", "facts", "derived"),
    [(dalian.RECOGNITION, RecognitionFacts, set()), (dalian.SUBSIDY, InsuranceFacts, {"insure_by"})],
)
def test_every_fact_is_evidence_of_some_condition(
    conditions: tuple[Condition[RecognitionFacts], ...], facts: type[RecognitionFacts], derived: set[str]
) -> None:
    assert {name for asked in conditions for name in asked.of} == set(facts.model_fields) - derived


@pytest.mark.parametrize("asked", [*dalian.RECOGNITION, *dalian.SUBSIDY], ids=lambda asked: asked.rule)
def test_every_condition_names_its_chinese_term_and_its_article(asked: Condition[RecognitionFacts]) -> None:
    term, _, rest = asked.meaning.partition(" (")
    assert not term.isascii()
    assert rest.startswith(f"article {asked.article})")


def test_conditions_have_names_of_their_own() -> None:
    names = [asked.rule for asked in (*dalian.RECOGNITION, *dalian.SUBSIDY)]
    assert len(set(names)) == len(names)
