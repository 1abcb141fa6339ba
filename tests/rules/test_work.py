"""Whom a proceeding waits for, by when, and the words it is found by."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.procedure import File, Procedure
from rules.procedures import DRIVEN, PROCEDURES
from rules.schemes.dalian_case import CASE
from rules.timetable import Deadline, OfficeKind
from rules.work import asked_terms, awaited, items, moved_by, terms

NAME = "大连测试精密机械有限公司"


def file(stage: str, *deadlines: Deadline) -> File:
    facts = {"submission": {"enterprise": {"name": NAME}, "product": {"name": "数控机床", "model": "CK-6150"}}}
    return File(
        number="DL-2026-000123", scheme="dalian", edition="", stage=stage, district="ganjingzi",
        enterprise="91210200MA00000001", facts=facts, deadlines=deadlines,
    )  # fmt: skip


def deadline(name: str, office: OfficeKind, due_on: date, **more: object) -> Deadline:
    return Deadline.model_validate(
        {"name": name, "article": "9", "office": office, "counted_from": date(2026, 1, 1), "nominal_on": due_on,
         "due_on": due_on, "provisional": False, "because": (), **more}
    )  # fmt: skip


def test_a_confirmed_case_waits_for_the_bureau_and_not_for_the_district_that_could_take_it_back() -> None:
    assert awaited(CASE, file("confirmed")) == ("industry_bureau",)


@pytest.mark.parametrize("procedure", PROCEDURES.values())
def test_a_proceeding_says_it_waits_for_those_whose_work_it_is(procedure: Procedure) -> None:
    for stage in procedure.stages:
        listed = {one.office_kind for one in items(procedure, file(stage))}
        assert listed <= set(awaited(procedure, file(stage)))
        # A register that nobody drives waits for nobody; an office that no fact names yet has no list it could be in.
        assert bool(procedure.stages[stage].closed) <= (awaited(procedure, file(stage)) == ())


def test_a_case_waits_for_its_district_by_the_districts_own_deadline() -> None:
    other = deadline("insurance", "enterprise", date(2026, 2, 1))
    own = deadline("verification", "district", date(2026, 3, 1))
    of_district = items(CASE, file("district_review", other, own))[0]
    assert (of_district.place, of_district.deadline, of_district.due_on) == (
        "district/ganjingzi", "verification", date(2026, 3, 1),
    )  # fmt: skip


def test_nobody_is_waited_for_to_revoke_what_is_insured() -> None:
    assert [item.office_kind for item in items(CASE, file("insured"))] == ["enterprise"]


def test_whoever_a_running_deadline_binds_is_waited_for_and_a_term_that_runs_out_binds_nobody() -> None:
    bound = deadline("payment", "finance", date(2026, 5, 1))
    term = deadline("recognition_valid_until", "enterprise", date(2026, 5, 1), silence="expire")
    assert [item.office_kind for item in items(CASE, file("planned", bound, term))] == ["finance"]


def test_an_office_that_a_deadline_binds_moves_on_only_what_its_act_is_awaited_in() -> None:
    assert "planned" not in moved_by(CASE, "finance")
    assert list(moved_by(CASE, "district")) == ["district_review"]


@pytest.mark.parametrize("kind", DRIVEN)
def test_what_is_closed_waits_for_nobody(kind: str) -> None:
    procedure = PROCEDURES[kind, "dalian"]
    assert all(
        items(procedure, file(stage.name).model_copy(update={"closed": True})) == ()
        for stage in procedure.stages.values()
    )
    assert not [act.name for stage in procedure.stages for act in procedure.movers(stage) if not act.leads_to]


@pytest.mark.parametrize(
    "typed",
    [
        "DL-2026-000123",
        "dl-2026-0001",
        "000123",
        "精密机械",
        "数控 精密",
        "大连测试精密",
        "ck 6150",
        "91210200MA",
        "6150",
    ],
)
def test_a_case_is_found_by_its_number_its_enterprise_and_its_product(typed: str) -> None:
    assert set(asked_terms(typed)) <= set(terms(file("district_review")))


@pytest.mark.parametrize("typed", ["DL-2026-000124", "123x", "密精", "铸造"])
def test_a_case_is_not_found_by_what_it_does_not_say(typed: str) -> None:
    assert not set(asked_terms(typed)) <= set(terms(file("district_review")))


@given(st.integers(0, len(NAME) - 2), st.integers(2, len(NAME)))
def test_every_part_of_an_enterprises_name_finds_its_case(start: int, length: int) -> None:
    assert set(asked_terms(NAME[start : start + length])) <= set(terms(file("district_review")))
