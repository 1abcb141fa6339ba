"""What a notice says: by whom, under which number, and how it can be contested."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.notices import Issuer, issuing_kind, numbered, remedies
from rules.procedure import Act, Effect, File, Nothing, Situation
from rules.procedures import PROCEDURES
from rules.timetable import SHANGHAI, OfficeKind

CITY = edition_of("dalian")
CASE = PROCEDURES["case", "dalian"].acts
BUREAU = Issuer(
    code="bureau", kind="industry_bureau", title="大连市工业和信息化局", title_en="Bureau", word="大工信新认",
    review_authority="大连市人民政府",
)  # fmt: skip


def act(**more: Any) -> Act:
    return Act("reject", "不予认定", ("industry_bureau",), "10", ("assessed",), Nothing, lambda *_: Effect(), **more)


def test_a_number_names_office_year_and_place() -> None:
    assert numbered(BUREAU, date(2026, 12, 31), 7) == "大工信新认〔2026〕7号"


def test_the_periods_of_remedies_are_figures_of_the_edition_under_an_article() -> None:
    told = remedies(act(notice="decision"), BUREAU, CITY)
    assert [(one.way, one.within, one.unit, one.article) for one in told] == [
        ("reconsideration", CITY.reconsideration_days.value, "days", "15(3)"),
        ("litigation", CITY.litigation_months.value, "months", "15(3)"),
    ]
    assert "行政复议法第二十条" in told[0].because
    assert "行政诉讼法第四十六条" in told[1].because


@pytest.mark.parametrize("kind", ["acceptance", "correction"])
def test_only_a_decision_is_contested(kind: Any) -> None:
    assert remedies(act(notice=kind), BUREAU, CITY) == ()


def test_a_favourable_decision_has_no_remedies() -> None:
    assert remedies(act(notice="decision", favourable=True), BUREAU, CITY) == ()


@pytest.mark.parametrize("kind", ["insurer", "assessor", "enterprise"])
def test_whoever_is_no_authority_tells_no_administrative_remedies(kind: OfficeKind) -> None:
    assert remedies(act(notice="decision"), BUREAU.model_copy(update={"kind": kind}), CITY) == ()


def test_a_notice_of_the_systems_act_must_say_in_whose_name_it_is_served() -> None:
    with pytest.raises(ValueError, match=r"lapse: .* in the name of an office"):
        Act("lapse", "逾期", ("system",), "9", ("correction",), Nothing, lambda *_: Effect(), notice="decision")


@pytest.mark.parametrize(("stage", "kind"), [("correction", "district"), ("assessment_correction", "industry_bureau")])
def test_a_file_closed_by_silence_is_told_by_the_authority_that_waited(stage: str, kind: str) -> None:
    lapse = CASE["lapse"]
    file = File(number="DL-2026-000001", scheme="dalian", edition=CITY.name, stage=stage)
    at = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    situation = Situation(file, "clock", "", "system", "system", at, CITY, CHINA)
    assert issuing_kind(lapse, situation) == kind


def test_every_act_that_takes_something_from_an_enterprise_or_closes_its_file_is_a_decision() -> None:
    decisions = {name for name, one in CASE.items() if one.notice == "decision"}
    assert {"refuse", "reject", "uphold_objection", "revoke", "lapse", "refuse_subsidy", "publish"} <= decisions
    assert {name for name, one in CASE.items() if one.favourable} == {"publish"}
