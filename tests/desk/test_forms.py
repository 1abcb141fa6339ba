"""Forms made from acts: what they begin with, what they read back, what is told beside which field."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.evidence import ITEMS
from desk.figure import LENGTH, bar_of
from desk.forms import early_faults, every, fields_of, is_hash, placed, proved_by, read_filled, summed
from desk.path import BACK, LEADS, MAIN, coming, path_of
from rules.procedures import PROCEDURES
from rules.schemes.dalian_documents import PROVABLE
from rules.schemes.dalian_forms import (
    CHECKLIST,
    AssessmentReport,
    Correction,
    Delivery,
    DistrictOpinion,
    InsuranceContract,
    Product,
    Submission,
)
from service.choices import SOURCES

NOW = datetime(2026, 11, 29, 10, 0)  # noqa: DTZ001 - forms see Shanghai's local time
CASE = PROCEDURES["case", "dalian"]


def test_the_districts_opinion_begins_with_every_item_of_the_checklist() -> None:
    checklist = fields_of(DistrictOpinion, {}, {})[0]
    assert checklist.told == "item"
    assert [row[0].value for row in checklist.rows] == list(CHECKLIST)
    assert set(ITEMS) == set(CHECKLIST)


def test_every_fact_that_speaks_to_an_item_is_one_the_enterprise_states() -> None:
    stated = {*Product.model_fields, *Submission.model_fields["enterprise"].annotation.model_fields}  # type: ignore[union-attr]
    assert {fact for speaks in ITEMS.values() for fact in speaks.facts} <= stated
    assert {paper for speaks in ITEMS.values() for paper in speaks.papers} <= set(PROVABLE["case"])


def test_a_fault_between_fields_is_told_though_another_field_is_missing() -> None:
    told = early_faults(Delivery, {"delivered_on": "2999-01-01", "contract_signed_on": "2026-01-01"}, NOW)
    assert set(told) == {"delivered_on"}
    sheet = [{"criterion": "新颖性", "maximum": 30, "score": 40}, {"criterion": "市场"}]
    assert "must not exceed" in early_faults(AssessmentReport, {"score_sheet": sheet}, NOW)["score_sheet[0].score"]
    assert early_faults(DistrictOpinion, {"checklist": [{"item": "2"}]}, NOW)["checklist"].startswith("must give")


@pytest.mark.parametrize("form", [act.form for act in CASE.acts.values()], ids=list(CASE.acts))
def test_a_form_of_which_nothing_can_be_read_has_no_fault_between_its_fields(form: type) -> None:
    assert all("must" in why for why in early_faults(form, {}, NOW).values())


def test_what_is_written_on_several_lines_is_read_as_one() -> None:
    sent = {"opinion": ["第一，属实。\r\n\r\n\t第二，齐全。 \n"], "verdicts[0].item": ["2"]}
    assert read_filled(DistrictOpinion, sent)["opinion"] == "第一，属实。 第二，齐全。"


def test_an_amount_is_read_however_its_thousands_are_written() -> None:
    for written in ("60,000,000.00", "60，000，000.00", "¥ 60 000 000.00"):
        assert read_filled(InsuranceContract, {"sum_insured": [written]})["sum_insured"] == "60000000.00"


def test_a_row_more_is_added_to_those_that_are_shown_though_they_are_empty() -> None:
    sent = {"add": ["papers"], "papers[0].title": [""], "papers[1].title": [""], "papers[2].title": ["x"]}
    grown = placed(read_filled(Submission, sent), sent)
    assert len(grown["papers"]) == 4
    assert len(next(one for one in fields_of(Submission, grown, {}) if one.key == "papers").rows) == 4


def test_a_row_of_which_only_what_stood_there_is_sent_is_left_out() -> None:
    sent = {"score_sheet[0].veto": ["false"], "score_sheet[1].criterion": ["新颖性"], "score_sheet[1].veto": ["false"]}
    assert read_filled(AssessmentReport, sent)["score_sheet"] == [{"criterion": "新颖性", "veto": False}]
    assert "product" not in read_filled(Correction, {"product.other_conditions_met": ["true"]})


def test_the_sheets_sum_is_the_score_where_none_is_given() -> None:
    sheet = {"score_sheet": [{"score": 40}, {"score": 45}]}
    assert summed(AssessmentReport, sheet)["score"] == 85
    assert summed(AssessmentReport, {**sheet, "score": 80})["score"] == 80
    assert "score" not in summed(AssessmentReport, {"score_sheet": [{"score": 40}, {}]})


def test_every_list_is_declared_for_a_field_that_there_is() -> None:
    assert [name for form, name in SOURCES if name not in form.model_fields] == []


def test_every_hash_a_form_asks_for_is_of_a_document_that_proves_something() -> None:
    asked = [
        (kind, act.name, proved_by(field.name, {}, PROVABLE[kind]))
        for (kind, _), procedure in PROCEDURES.items()
        if kind in PROVABLE
        for act in procedure.acts.values()
        if act.by != ("system",)
        for field in every(fields_of(act.form, {}, {}))
        if is_hash(field.key) and not field.name.startswith(("papers", "contract."))
    ]
    assert asked
    assert [one for one in asked if one[2] not in PROVABLE[one[0]]] == []


def test_a_paper_proves_what_its_kind_says() -> None:
    filled = {"papers": [{"kind": "licence"}, {"kind": "patent"}]}
    assert proved_by("papers[1].sha256", filled, PROVABLE["case"]) == "patent"
    assert proved_by("papers[0].sha256", {"papers": [{}]}, PROVABLE["loss_claim"]) == "papers"
    assert proved_by("evidence", {}, PROVABLE["recovery"]) == "evidence"


@pytest.mark.parametrize("name", ["sha256", ".sha256", "papers[²].sha256", "papers[9].sha256", "enterprise[0].sha256"])
def test_a_field_that_no_form_has_proves_nothing_and_breaks_nothing(name: str) -> None:
    assert proved_by(name, {"enterprise": {"name": "甲"}, "papers": ["x"]}, PROVABLE["case"]) not in PROVABLE["case"]


@pytest.mark.parametrize("kind", ["batch", "case", "complaint", "pilot_insurer", "policy"])
def test_a_main_line_is_one_the_acts_lead_along(kind: str) -> None:
    acts = PROCEDURES[kind, "dalian"].acts.values()
    leads = {(stage, act.leads_to or LEADS.get(act.name)) for act in acts for stage in act.stages}
    assert [pair for pair in pairwise(MAIN[kind]) if pair not in leads] == []


def test_a_case_stands_on_its_main_line_or_comes_back_to_it() -> None:
    assert {name for name, stage in CASE.stages.items() if not stage.closed} <= set(BACK) | set(MAIN["case"])


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in PROCEDURES}))
def test_a_path_can_be_drawn_from_every_stage_and_says_what_can_come(kind: str) -> None:
    procedure = PROCEDURES[kind, "dalian"]
    for name, stage in procedure.stages.items():
        steps = [step for phase in path_of(procedure, name, []) for step in phase.steps]
        assert [step.stage.name for step in steps if step.state == "here"] == [name]
        assert bool(stage.closed) <= (coming(procedure, name) == [])


amounts = st.integers(0, 10**9).map(lambda fen: Decimal(fen) / 100)


@given(amounts, amounts, amounts, amounts, amounts)
def test_the_figure_of_money_shows_the_whole_premium(
    paid: Decimal, on_its_way: Decimal, waits: Decimal, insurer: Decimal, enterprise: Decimal
) -> None:
    premium = paid + on_its_way + waits + insurer + enterprise
    money = {"paid": paid, "approved": paid + on_its_way, "waitlisted": waits, "insurer_share": insurer}
    told = {**money, "enterprise_share": enterprise, "premium": premium}
    parts = bar_of({name: f"{amount:.2f}" for name, amount in told.items()})
    assert sum((part.amount for part in parts), Decimal(0)) == premium
    assert all(0 <= part.begins < LENGTH and part.length > 0 for part in parts)


def test_amounts_that_do_not_add_up_are_not_drawn() -> None:
    assert bar_of({"premium": "10.00", "enterprise_share": "11.00"}) == []
    assert bar_of({}) == []
