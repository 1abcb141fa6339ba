"""The third signature on a plan: worked out again, and refused with every difference (articles 7, 13, 15(2))."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import File, Form, Nothing, Situation, read_form
from rules.register import Register
from rules.schemes.dalian_filing import file_return, open_round
from rules.schemes.dalian_numbers import MOST_SAID
from rules.schemes.dalian_plan import prepare_plan, sign_plan
from rules.schemes.dalian_round_forms import Payment, QuarterlyReturn, Review, RoundOpening

EDITION = edition_of("dalian")
ALL_APPROVE = dict.fromkeys(("regulator", "industry_bureau", "finance"), True)
APPLICATION: dict[str, Any] = {
    "number": "A",
    "enterprise": "E",
    "insurer": "I",
    "concluded_at": datetime(2026, 5, 1, 9, 30),  # noqa: DTZ001 - local to the minute, as the law counts it
    "return_received_at": datetime(2026, 7, 8, 9, 0),  # noqa: DTZ001
    "asked": Decimal("300000.00"),
    "opinions": ALL_APPROVE,
    "objections": [],
    "barred_on": None,
    "committed": Decimal(0),
    "waited": False,
    "admitted": False,
    "falsified": False,
}
#: Drawn while the budget held 100,000 and nothing was committed to the enterprise.
DRAWN = {"application": "A", "cut_by_cap": Decimal(0), "approved": Decimal(100_000), "waitlisted": Decimal(200_000)}


def situation(budget: int, *applications: dict[str, Any]) -> Situation:
    facts = {
        "round": {"quarter": "2026Q2", "fiscal_year": 2026},
        "plan": {"refused": []},
        "signatures": {"regulator": "regulator-2", "industry_bureau": "bureau-2"},
    }
    return Situation(
        file=File(number="2026Q2", scheme="dalian", edition=EDITION.name, stage="planned", sequence=7, facts=facts),
        officer="finance-2",
        officer_name="李强",
        office="finance",
        office_kind="finance",
        received_at=datetime(2026, 7, 20, 2, tzinfo=UTC),
        edition=EDITION,
        calendar=CHINA,
        register=Register(applications=applications, budget_left=Decimal(budget), plan_lines=(DRAWN,)),
    )


def third_signature(budget: int, *applications: dict[str, Any]) -> Finding:
    (unmoved,) = sign_plan(situation(budget, *applications), Nothing()).findings
    return unmoved


def returned(**insured: datetime) -> Finding:
    """What an insurer's return of applications insured at these moments is found to be, in 2026's second quarter."""
    rows = [
        {"number": number, "insurer": "I", "state": "applied", "concluded_at": at} for number, at in insured.items()
    ]
    asked = situation(0, *rows)
    opened = open_round(asked, RoundOpening(quarter="2026Q2"))
    file = asked.file.model_copy(update={"facts": dict(opened.facts), "deadlines": opened.opens})
    asked = replace(asked, file=file, office="I", office_kind="insurer")
    form = {"applications": list(insured), "summary_sha256": "0" * 64, "cover_letter_sha256": "0" * 64}
    *_, of_the_quarter = file_return(asked, read_form(QuarterlyReturn, form, asked.received_at)).findings
    return of_the_quarter


def test_a_return_takes_what_was_insured_to_the_last_minute_of_its_quarter_or_years_before() -> None:
    assert returned(A=datetime(2026, 6, 30, 23, 59), B=datetime(2025, 1, 1)).passed  # noqa: DTZ001


def test_a_return_that_lists_a_later_contract_is_refused_with_every_one_of_them() -> None:
    found = returned(A=datetime(2026, 7, 1), B=datetime(2026, 6, 30, 23, 59), C=datetime(2027, 1, 1))  # noqa: DTZ001
    assert (found.passed, found.rule) == (False, "insured_by_quarter_end")
    assert found.reason.endswith("the quarter's end, 2026-06-30; A was on 2026-07-01; C was on 2027-01-01")


def filed_after(before: dict[str, Any]) -> dict[str, Any]:
    """What the file keeps of an insurer's returns when one application is filed after `before`."""
    row = {"number": "D", "insurer": "I", "state": "applied", "concluded_at": datetime(2026, 6, 30, 9)}  # noqa: DTZ001
    asked = situation(0, row)
    opened = open_round(asked, RoundOpening(quarter="2026Q2"))
    file = asked.file.model_copy(
        update={"facts": {**opened.facts, "returns": before}, "deadlines": opened.opens},
    )
    asked = replace(asked, file=file, office="I", office_kind="insurer")
    form = read_form(QuarterlyReturn, {"applications": ["D"], **PAPERS}, asked.received_at)
    return dict(file_return(asked, form).facts["returns"])


PAPERS = {"summary_sha256": "0" * 64, "cover_letter_sha256": "1" * 64}
#: sha256 of "D".
OF_D = "3f39d5c348e5b79d06e842c114e6cc571583bbf44e4b0ebfda1a01ec05745d43"


def test_a_file_counts_an_insurers_filings_and_keeps_the_digest_of_the_last() -> None:
    kept = {"filings": 1, "applications": 1, "last_sha256": OF_D, **PAPERS}
    assert filed_after({}) == {"I": kept}
    other = {"filings": 7, "applications": 6999, "last_sha256": "a" * 64, **PAPERS}
    assert filed_after({"J": other, "I": other}) == {"J": other, "I": kept | {"filings": 8, "applications": 7000}}


def test_a_filing_that_the_file_still_lists_is_counted_on() -> None:
    listed = [{"applications": ["A", "B"], **PAPERS}, {"applications": ["C"], **PAPERS}]
    assert filed_after({"I": listed})["I"] == {"filings": 3, "applications": 4, "last_sha256": OF_D, **PAPERS}


def test_a_plan_says_under_one_hash_whose_money_each_line_is() -> None:
    digest = prepare_plan(situation(100_000, APPLICATION), Nothing()).facts["plan"]["lines_sha256"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    for other in ({"insurer": "J"}, {"enterprise": "F"}, {"asked": Decimal("299999.99")}, {"number": "B"}):
        changed = prepare_plan(situation(100_000, APPLICATION | other), Nothing()).facts["plan"]["lines_sha256"]
        assert changed != digest, other


def test_a_plan_that_has_not_moved_is_signed() -> None:
    assert third_signature(100_000, APPLICATION).passed


@pytest.mark.parametrize(
    ("budget", "changed", "difference"),
    [
        (80_000, {}, "A: approved 100000.00 when drawn, 80000.00 now; A: waitlisted 200000.00 when drawn, 220000.00"),
        # The cap now cuts what was to wait: what is approved is the same, and yet the plan is another.
        (100_000, {"committed": Decimal(400_000)}, "A: cut_by_cap 0.00 when drawn, 200000.00 now"),
        (100_000, {"barred_on": date(2026, 7, 20)}, "A: no longer in the plan"),
        (100_000, {"opinions": ALL_APPROVE | {"finance": False}}, "A: no longer in the plan"),
    ],
    ids=["budget", "cap", "bar", "opinion"],
)
def test_a_plan_that_has_moved_is_refused_with_the_differences(
    budget: int, changed: dict[str, Any], difference: str
) -> None:
    found = third_signature(budget, APPLICATION | changed)
    assert not found.passed
    assert difference in found.reason


def test_of_what_moved_the_first_are_named_and_the_others_counted() -> None:
    many = [APPLICATION | {"number": f"B{n:02}", "enterprise": f"E{n}"} for n in range(MOST_SAID + 4)]
    reason = third_signature(100_000, APPLICATION, *many).reason
    assert reason.count("newly in the plan") == MOST_SAID
    assert reason.endswith("; and 4 more: prepare the plan again")


def test_of_a_tie_the_first_are_named_and_the_others_counted() -> None:
    many = [APPLICATION | {"number": f"B{n:02}", "enterprise": f"E{n}"} for n in range(MOST_SAID + 4)]
    effect = prepare_plan(situation(100_000, *many), Nothing())
    (told,) = [finding.reason for finding in effect.findings if finding.rule == "ties_told"]
    assert told.endswith("B18, B19, and 4 more")


def test_a_bar_that_begins_tomorrow_holds_nothing_today() -> None:
    assert third_signature(100_000, APPLICATION | {"barred_on": date(2026, 7, 21)}).passed


def test_an_application_that_is_new_in_the_plan_is_named() -> None:
    later = {"number": "B", "concluded_at": datetime(2026, 5, 2, 9, 30)}  # noqa: DTZ001
    assert "B: newly in the plan" in third_signature(100_000, APPLICATION, APPLICATION | later).reason


def test_a_plan_tells_what_the_budget_leaves_waiting() -> None:
    effect = prepare_plan(situation(0, APPLICATION), Nothing())
    (told,) = [finding.reason for finding in effect.findings if finding.rule == "money_told"]
    assert told == "of 300000.00 asked for, 0.00 is cut by caps, 0.00 approved, 300000.00 waits; the budget held 0.00"


SEALED = {"summary_sha256": "a" * 64, "cover_letter_sha256": "b" * 64}
MOMENT = datetime(2026, 7, 8, 2, tzinfo=UTC)


def opinions(*numbers: str) -> dict[str, Any]:
    return {"opinions": [{"application": number, "approves": True, "reason": "材料齐全"} for number in numbers]}


@pytest.mark.parametrize(
    ("form", "given", "field"),
    [
        (QuarterlyReturn, {"applications": ["A", "B", "A"], **SEALED}, "applications[2]"),
        (QuarterlyReturn, {"applications": [f"{n}" for n in range(1_001)], **SEALED}, "applications"),
        (Review, opinions("A", "B", "B"), "opinions[2].application"),
        (Review, opinions(*(f"{n}" for n in range(1_001))), "opinions"),
        (Payment, {"vouchers": {f"insurer-{n}": "V" for n in range(1_001)}}, "vouchers"),
    ],
    ids=["filed twice", "too many filed", "two opinions", "too many opinions", "too many vouchers"],
)
def test_a_form_names_an_application_once_and_not_without_end(
    form: type[Form], given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unfit) as told:
        read_form(form, given, MOMENT)
    ((name, why),) = told.value.faults
    assert name == field
    assert re.fullmatch(r"must have at most 1000|must be listed once \(not '[AB]' again\)", why)
