"""A row of an insurer's return says what the record holds, or every wrong field of it comes back (article 13)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.schemes.dalian_return import COLUMNS, RULES, Cell, Fault, Return, Row, check, written

NUMBER = "DL-2026-000001-1"
RECORD = {
    "application": NUMBER,
    "enterprise": "大连星海主轴有限公司",
    "uscc": "91210211MA0000001X",
    "recognition": "DL-2026-000001",
    "published_on": "2026-01-20",
    "valid_until": "2027-01-20",
    "product": "高速电主轴",
    "model": "DZ-1",
    "user": "大连示范机床有限公司",
    "contract_number": "GH-1",
    "delivered_on": "2026-02-01",
    "policy_number": "PA-1",
    "clause_number": "CLAUSE-A-2026-01",
    "premium_rate": "0.0275",
    "sum_insured": "12345678.90",
    "premium": "339506.17",
    "concluded_at": "2026-02-20T10:30",
    "start_on": "2026-02-21",
    "end_on": "2027-02-20",
    "subsidy_asked": "123456.79",
}
ASKED = Return("insurer-a", "round:dalian:2026Q1", date(2026, 3, 31))


def held(**more: Any) -> dict[str, Any]:
    register = {
        "insurer": "insurer-a",
        "state": "applied",
        "round": None,
        "insured_at": datetime(2026, 2, 20, 10, 30),  # noqa: DTZ001 - local time, as the record has it
        "contract_sha256": "c" * 64,
    }
    return {**RECORD, **register, **more}


def faults_of(given: dict[str, Cell] | None = None, asked: Return = ASKED, **more: Any) -> list[Fault]:
    return check([Row(2, {**RECORD, **(given or {})})], {NUMBER: held(**more)}, asked).faults


def test_the_columns_stand_in_the_order_of_the_application_form() -> None:
    assert [column.name for column in COLUMNS] == list(RECORD)


def test_a_row_that_says_what_the_record_holds_can_be_filed() -> None:
    row = Row(2, RECORD)
    checked = check([row], {NUMBER: held()}, ASKED)
    assert (checked.to_file, checked.filed, checked.faults, checked.returned) == ([row], [], [], 0)


def test_every_wrong_field_of_a_row_is_told_at_once_with_its_rule_and_its_article() -> None:
    faults = faults_of({"uscc": "91210211MA00000020", "premium_rate": "0.03", "end_on": "2027-02-21"})
    assert [(one.field, one.given, one.recorded, one.rule, one.article) for one in faults] == [
        ("uscc", "91210211MA00000020", "91210211MA0000001X", "row_as_recorded", "8"),
        ("premium_rate", "0.03", "0.0275", "row_as_recorded", "3"),
        ("end_on", "2027-02-21", "2027-02-20", "row_as_recorded", "7"),
    ]
    assert {one.row for one in faults} == {2}


@pytest.mark.parametrize("column", COLUMNS[1:], ids=lambda column: column.name)
@pytest.mark.parametrize("given", [None, "", " ", "甲", True, "=1+1", "9" * 40, float("nan"), float("inf")])
def test_a_field_that_is_empty_or_not_of_its_kind_is_returned(column: Any, given: Cell) -> None:
    (fault,) = faults_of({column.name: given})
    assert (fault.field, fault.rule, fault.article) == (column.name, "row_as_recorded", column.article)


def test_of_another_insurers_application_nothing_is_told_but_that_it_is_not_ones_own() -> None:
    (other,) = faults_of(insurer="insurer-b")
    (unknown,) = check([Row(2, RECORD)], {}, ASKED).faults
    assert other == unknown
    assert (other.field, other.recorded, other.rule, other.article) == ("application", "", "own_application", "13")


def test_a_row_without_a_number_is_returned() -> None:
    (fault,) = check([Row(2, {**RECORD, "application": None})], {NUMBER: held()}, ASKED).faults
    assert (fault.field, fault.rule) == ("application", "own_application")


def test_of_two_rows_of_one_application_the_second_is_returned() -> None:
    checked = check([Row(2, RECORD), Row(3, RECORD)], {NUMBER: held()}, ASKED)
    assert [row.line for row in checked.to_file] == [2]
    assert [(one.row, one.rule) for one in checked.faults] == [(3, "row_once")]


def test_what_this_round_has_already_is_told_so_and_is_no_fault() -> None:
    for state in ("filed", "signed", "paid", "waitlisted"):
        checked = check([Row(2, RECORD)], {NUMBER: held(state=state, round=ASKED.round)}, ASKED)
        assert (len(checked.to_file), len(checked.filed), checked.faults) == (0, 1, [])


@pytest.mark.parametrize("state", ["filed", "paid", "refused", "returned"])
def test_what_another_round_has_or_what_has_ended_is_returned(state: str) -> None:
    (fault,) = faults_of(state=state, round="round:dalian:2025Q4")
    assert (fault.rule, fault.article, fault.recorded) == ("not_filed_before", "13", state)


def test_what_was_withdrawn_from_this_round_is_returned() -> None:
    (fault,) = faults_of(state="withdrawn", round=ASKED.round)
    assert fault.rule == "not_filed_before"


@pytest.mark.parametrize(("day", "rules"), [(31, []), (1, ["insured_by_quarter_end"])])
def test_a_contract_of_the_quarters_last_day_is_filed_and_one_of_the_next_day_is_not(
    day: int, rules: list[str]
) -> None:
    at = datetime(2026, 3 if day == 31 else 4, day, 23 if day == 31 else 0, 0)  # noqa: DTZ001 - local time
    faults = faults_of({"concluded_at": f"{at:%Y-%m-%dT%H:%M}"}, insured_at=at, concluded_at=f"{at:%Y-%m-%dT%H:%M}")
    assert [fault.rule for fault in faults] == rules


@pytest.mark.parametrize(("copies", "rules"), [({"c" * 64}, []), ({"d" * 64}, ["contract_copy_handed_in"]), (None, [])])
def test_a_contract_copy_is_asked_for_where_copies_are_handed_in(copies: set[str] | None, rules: list[str]) -> None:
    asked = Return(ASKED.insurer, ASKED.round, ASKED.ends_on, copies)
    assert [fault.rule for fault in faults_of(asked=asked)] == rules


def test_a_row_can_break_several_rules_and_each_has_a_name() -> None:
    at = datetime(2026, 4, 2, 9, 0)  # noqa: DTZ001 - local time
    asked = Return(ASKED.insurer, ASKED.round, ASKED.ends_on, set())
    rules = [one.rule for one in faults_of({"model": "DZ-2"}, asked, state="paid", insured_at=at)]
    assert rules == ["not_filed_before", "insured_by_quarter_end", "row_as_recorded", "contract_copy_handed_in"]
    assert set(rules) <= set(RULES)


LOCAL = datetime(2026, 2, 20, 10, 30)  # noqa: DTZ001 - local time
#: The same minute, as the binary fraction of a day may give it.
SHORT = LOCAL.replace(minute=29, second=59, microsecond=999_998)


@pytest.mark.parametrize(
    ("kind", "cells"),
    {
        "text": ["PA-1", " PA-1 "],
        "date": ["2026-02-01", "2026/2/1", "2026年2月1日", date(2026, 2, 1), datetime(2026, 2, 1), "2026/2/1 0:00"],  # noqa: DTZ001
        "minute": ["2026-02-20T10:30", "2026/2/20 10:30", "2026-02-20 10:30:00", LOCAL, SHORT],
        "yuan": ["12345678.90", "12,345,678.90", "12345678.9", 12345678.9, Decimal("12345678.90"), 12345678.900000002],
        "rate": ["0.0275", "2.75%", "2.7500 %", 0.0275, 0.027500000000000003, Decimal("0.02750")],
    }.items(),
)  # fmt: skip
def test_a_cell_says_the_same_however_a_spreadsheet_wrote_it(kind: Any, cells: list[Cell]) -> None:
    assert {written(kind, cell) for cell in cells} == {written(kind, cells[0])}


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("text", 9.1210211e17), ("text", 10**15), ("date", "2026-02-30"), ("date", 46054), ("date", "1/2/2026"),
        ("date", LOCAL), ("minute", "2026-02-20"), ("minute", "2026-02-20 25:00"), ("yuan", "1e5"), ("yuan", 0.001),
        ("yuan", -1), ("yuan", "１２"), ("yuan", Decimal("1e999999")), ("rate", 1), ("rate", 0), ("rate", "3"),
        ("rate", Decimal("1e-999999")), ("rate", "0.0000001"), ("yuan", "1" * 17),
    ],
)  # fmt: skip
def test_a_cell_that_is_none_of_its_kind_is_no_value(kind: Any, cell: Cell) -> None:
    with pytest.raises(ValueError, match=r"must |is out of range|month|hour"):
        written(kind, cell)


def test_whole_numbers_typed_for_text_are_told_as_they_are_shown() -> None:
    assert written("text", 123) == "123"
