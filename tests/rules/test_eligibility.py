"""Who is recognised, and which insured batch is subsidised: each condition at its boundary."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from rules.edition import Cited, Edition, edition_of
from rules.eligibility import check_recognition, check_subsidy
from rules.facts import RecognitionFacts, SubsidyFacts
from rules.finding import Finding

DALIAN = edition_of("dalian")

ENTERPRISE = {
    "sme": True,
    "industrial_manufacturer": True,
    "submitted_on": "2026-03-10",
    "registered_on": "2020-01-01",
    "registered_in_city": True,
    "legal_person": True,
    "key_industry": True,
    "industrial_policy_met": True,
    "standards_met": True,
    "quality_certified": True,
    "patent": True,
    "test_report": False,
    "environment_met": True,
    "kind": "equipment",
    "breakthrough": ["parameters"],
    "has_ip": True,
    "market_record": False,
}
#: Worked examples 7 and 9: recognised 2025-03-10, delivered early in March, insured before the tenth.
INSURED = {
    "recognised_from": "2025-03-10",
    "recognised_until": "2026-03-10",
    "applied_on": "2026-03-04",
    "concluded_on": "2026-03-05",
    "contract_signed_on": "2026-02-01",
    "delivered_on": "2026-03-02",
    "insurer_listed": True,
    "filed_on": "2026-04-08",
    "clause_filed": True,
    "premium_rate": "0.03",
    "quality_cover": True,
    "liability_cover": True,
    "policy_year": 1,
    "first_batch_before": False,
}


def recognition(**changes: object) -> tuple[Finding, ...]:
    return check_recognition(RecognitionFacts.model_validate(ENTERPRISE | changes), DALIAN)


def subsidy(edition: Edition = DALIAN, **changes: object) -> tuple[Finding, ...]:
    return check_subsidy(SubsidyFacts.model_validate(INSURED | changes), edition)


def failed(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.article) for finding in findings if not finding.passed]


def reason(findings: tuple[Finding, ...], rule: str) -> str:
    return next(finding.reason for finding in findings if finding.rule == rule)


def test_an_enterprise_that_meets_everything_is_recognised() -> None:
    assert failed(recognition()) == []


@pytest.mark.parametrize(
    ("change", "rule", "article"),
    [
        ({"sme": False}, "is_sme", "8"),
        ({"industrial_manufacturer": False}, "makes_the_product", "8"),
        ({"registered_on": "2024-03-11"}, "registered_long_enough", "8(1)"),
        ({"registered_on": "2026-03-11"}, "registered_long_enough", "8(1)"),
        ({"registered_in_city": False}, "registered_here", "8(1)"),
        ({"legal_person": False}, "is_legal_person", "8(1)"),
        ({"key_industry": False}, "in_key_industry", "8(1)"),
        ({"industrial_policy_met": False}, "meets_industrial_policy", "8(2)"),
        ({"standards_met": False}, "meets_standards", "8(3)"),
        ({"quality_certified": False}, "quality_is_certified", "8(3)"),
        ({"patent": False, "test_report": False}, "patented_or_tested", "8(4)"),
        ({"environment_met": False}, "meets_environment_standards", "8(5)"),
        ({"other_conditions_met": False}, "meets_other_conditions", "8(6)"),
        ({"breakthrough": []}, "breaks_through", "2"),
        ({"has_ip": False}, "has_intellectual_property", "2"),
        ({"market_record": True}, "no_market_record_yet", "2"),
    ],
)
def test_each_condition_alone_refuses_recognition(change: dict[str, object], rule: str, article: str) -> None:
    assert failed(recognition(**change)) == [(rule, article)]


@pytest.mark.parametrize(
    "change",
    [
        {"registered_on": "2024-03-10"},  # the anniversary passes (I-7)
        {"registered_on": "2024-02-29", "submitted_on": "2026-02-28"},
        {"patent": False, "test_report": True},
        {"patent": True, "test_report": True},
        {"breakthrough": ["other"]},
        {"kind": "core_component"},
    ],
)
def test_what_just_meets_a_condition_is_recognised(change: dict[str, object]) -> None:
    assert failed(recognition(**change)) == []


def test_a_refusal_states_every_ground() -> None:
    flags = {name: name == "market_record" for name, value in ENTERPRISE.items() if isinstance(value, bool)}
    nothing = recognition(**flags, other_conditions_met=False, breakthrough=[], registered_on="2026-01-01")
    assert {finding.rule for finding in nothing if finding.passed} == {"is_equipment_system_or_component"}


def test_a_batch_insured_in_time_is_subsidised_though_its_recognition_has_run_out_when_filed() -> None:
    """Worked example 9 (I-6)."""
    assert failed(subsidy()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"recognised_from": "2026-03-05"}, [("recognised_when_applied", "10")]),
        ({"recognised_until": "2026-03-04"}, [("recognised_when_concluded", "10")]),
        ({"delivered_on": "2026-03-05"}, [("applied_after_delivery", "11")]),
        ({"contract_signed_on": "2026-03-05"}, [("applied_after_delivery", "11")]),
        ({"concluded_on": "2026-03-03"}, [("applied_before_concluded", "11")]),
        ({"delivered_on": "2026-02-02"}, [("insured_in_time", "11")]),
        ({"insurer_listed": False}, [("insurer_is_listed", "12")]),
        ({"insurer_barred_on": "2026-04-08"}, [("insurer_not_barred", "15(2)")]),
        ({"insurer_barred_on": "2026-04-07"}, [("insurer_not_barred", "15(2)")]),
        ({"clause_filed": False}, [("clause_is_filed", "3")]),
        ({"premium_rate": "0.030001"}, [("rate_within_ceiling", "3")]),
        ({"quality_cover": False}, [("covers_both_risks", "4")]),
        ({"liability_cover": False, "category": "nuclear"}, [("covers_both_risks", "4")]),
        ({"liability_cover": False, "category_confirmed": True}, [("covers_both_risks", "4")]),
        ({"policy_year": 2}, [("first_policy_year", "7")]),
        ({"first_batch_before": True}, [("first_batch_for_this_user", "2")]),
    ],
)
def test_each_condition_alone_refuses_the_subsidy(change: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert failed(subsidy(**change)) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"recognised_from": "2026-03-04"},
        {"recognised_until": "2026-03-05"},
        {"delivered_on": "2026-03-04", "concluded_on": "2026-03-04"},
        {"delivered_on": "2026-02-03"},  # day 30 is 2026-03-05
        {"insurer_barred_on": "2026-04-09"},
        {"insurer_barred_on": None, "category": None},
        {"premium_rate": "0.000001"},
        {"quality_cover": False, "liability_cover": False, "category": "ship_offshore", "category_confirmed": True},
    ],
)
def test_what_just_meets_a_condition_is_subsidised(change: dict[str, object]) -> None:
    assert failed(subsidy(**change)) == []


def test_late_insurance_says_how_late_and_counted_from_when() -> None:
    """Worked example 7 (article 11)."""
    late = subsidy(
        contract_signed_on="2026-03-10",
        applied_on="2026-04-09",
        concluded_on="2026-04-10",
        recognised_until="2027-01-01",
    )
    assert failed(late) == [("insured_in_time", "11")]
    assert reason(late, "insured_in_time") == (
        "concluded 2026-04-10, 1 day after the last day 2026-04-09 (contract signed 2026-03-10, delivered 2026-03-02: "
        "the later of the two starts the period (article 11); "
        "counted from 2026-03-10, which is not counted itself: 30 days end on 2026-04-09)"
    )


def test_a_provisional_last_day_still_answers_and_says_so() -> None:
    """Domain §3: the notice of 2027 is not loaded."""
    dates = {"delivered_on": "2026-12-03", "applied_on": "2027-01-04", "recognised_until": "2027-03-10"}
    provisional = subsidy(**dates, concluded_on="2027-01-04")
    assert failed(provisional) == []
    assert "provisional: the notice that settles the days off" in reason(provisional, "insured_in_time")
    assert failed(subsidy(**dates, concluded_on="2027-01-05")) == [("insured_in_time", "11")]


def test_an_edition_may_waive_the_ceiling_for_what_is_negotiated() -> None:
    """Article 4, I-8: the default keeps it."""
    waiving = Edition(**{**dict(DALIAN), "negotiated_rate_ceiling": Cited("waived", "4")})
    negotiated = {"premium_rate": "0.05", "category": "aircraft", "category_confirmed": True}
    assert failed(subsidy(**negotiated)) == [("rate_within_ceiling", "3")]
    assert failed(subsidy(waiving, **negotiated)) == []
    assert failed(subsidy(waiving, premium_rate="0.05")) == [("rate_within_ceiling", "3")]


def test_findings_keep_the_facts_they_were_judged_from() -> None:
    (covers,) = [finding for finding in subsidy() if finding.rule == "covers_both_risks"]
    assert covers.inputs == {
        "quality_cover": "true",
        "liability_cover": "true",
        "category": "null",
        "category_confirmed": "false",
    }
    (through,) = [found for found in recognition(breakthrough=["variety", "other"]) if found.rule == "breaks_through"]
    assert through.inputs == {"breakthrough": "variety, other"}


@pytest.mark.parametrize("findings", [recognition(), subsidy(), subsidy(insurer_barred_on="2020-01-01")])
def test_every_reason_is_one_line(findings: tuple[Finding, ...]) -> None:
    assert all(finding.reason and finding.reason.splitlines() == [finding.reason] for finding in findings)


@pytest.mark.parametrize("wrong", [{"sme": 1}, {"kind": "software"}, {"breakthrough": ["size"]}, {"sme": None}])
def test_facts_are_read_strictly(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        recognition(**wrong)


def test_facts_may_be_given_as_python_has_them() -> None:
    facts = SubsidyFacts.model_validate(INSURED)
    assert SubsidyFacts.model_validate(dict(facts)) == facts
    assert facts.delivered_on == date(2026, 3, 2)
