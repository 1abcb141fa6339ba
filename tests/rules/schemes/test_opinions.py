"""批量审核: what an office hands in is given, given before, blank or left out with its rule (articles 13, 15)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.schemes.dalian_opinions import RULES, LeftOut, Opinions, Said, read_rows, sort_out
from rules.schemes.dalian_return import Row

RECORD: dict[str, Any] = {
    "asked": Decimal("300000.00"),
    "concluded_at": datetime(2026, 5, 1, 9, 30),  # noqa: DTZ001 - local to the minute, as the law counts it
    "approves": None,
    "waited": False,
    "prepared": None,
    "falsified": False,
    "barred_on": None,
    "admitted": False,
}
ASKED, AT, BARRED = "300000.00", "2026-05-01T09:30", date(2026, 5, 10)
A = Said(2, "A", True, "材料齐全")


def sorted_(*said: Said, in_bulk: bool = False, **record: Any) -> Opinions:
    """Sort opinions while the review holds A and B, of which this is known."""
    held = {number: {**RECORD, **record} for number in "AB"}
    return sort_out(said, held, Opinions(), in_bulk=in_bulk)


def left_out(*said: Said, in_bulk: bool = False, **record: Any) -> LeftOut:
    opinions = sorted_(*said, in_bulk=in_bulk, **record)
    (one,) = opinions.left_out
    assert not opinions.given
    return one


def read(reason: str | None = None, /, **given: Any) -> tuple[list[Said], Opinions]:
    return read_rows([Row(2, {"application": "A", **given})], reason)


# --- A table is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "approves"),
    [("同意", True), ("不同意", False), ("approve", True), ("Refuse ", False), (True, True), (False, False)],
)
def test_an_opinion_can_be_written_in_chinese_in_english_or_as_a_truth_value(word: Any, *, approves: bool) -> None:
    said, opinions = read(approves=word, reason="材料齐全")
    assert said == [Said(2, "A", approves, "材料齐全")]
    assert opinions == Opinions()


@pytest.mark.parametrize("word", [None, ""])
def test_a_row_without_an_opinion_says_nothing(word: str | None) -> None:
    said, opinions = read(approves=word, reason="")
    assert (said, opinions.blank, opinions.left_out) == ([], 1, [])


def test_a_row_has_its_own_reason_or_that_of_the_whole_table() -> None:
    assert [one.reason for one in read("抽查", approves="同意")[0]] == ["抽查"]
    assert [one.reason for one in read("抽查", approves="同意", reason="发票不符")[0]] == ["发票不符"]


def test_what_the_officer_had_before_him_is_read_as_a_spreadsheet_writes_it() -> None:
    shown = {"asked": 300000.0, "concluded_at": datetime(2026, 5, 1, 9, 29, 59, 999000)}  # noqa: DTZ001
    (said,), _ = read("x", approves="同意", **shown)
    assert (said.asked, said.concluded_at) == (ASKED, AT)


def test_every_wrong_field_of_a_row_is_told_and_the_others_are_read() -> None:
    rows = [
        Row(2, {"application": "A", "approves": "也许", "reason": "x"}),
        Row(3, {"application": "", "approves": "同意", "reason": ""}),
        Row(4, {"application": "B", "approves": "同意", "reason": "x", "asked": "viel"}),
        Row(5, {"application": "C", "approves": "同意", "reason": "x"}),
    ]
    said, opinions = read_rows(rows, None)
    assert [one.application for one in said] == ["C"]
    assert [(one.row, one.field) for one in opinions.left_out] == [
        (2, "approves"),
        (3, "application"),
        (3, "reason"),
        (4, "asked"),
    ]
    assert {(one.rule, one.article) for one in opinions.left_out} == {("row_readable", "13")}
    assert "must be one of: 同意" in opinions.left_out[0].why


# --- Opinions are sorted out ----------------------------------------------------------------------------------------


def test_what_nothing_speaks_against_is_given_and_counted_with_what_is_asked() -> None:
    opinions = sorted_(A._replace(asked=ASKED, concluded_at=AT), A._replace(application="B", approves=False))
    assert [one.application for one in opinions.to_give] == ["A", "B"]
    assert [opinions.count(approves=how) for how in (True, False)] == [1, 1]
    held = dict.fromkeys("AB", RECORD)
    assert opinions.asked(held, approves=True) == Decimal(ASKED)
    assert opinions.left_out == []


def test_what_the_office_has_said_already_is_not_said_again() -> None:
    opinions = sorted_(A, approves=True)
    assert (opinions.given, opinions.to_give, opinions.left_out) == ([A], [], [])


FAULTS: dict[str, tuple[Said, dict[str, Any], tuple[str, str, str]]] = {
    "not in the review": (
        A._replace(application="C"),
        {},
        ("application", "application_in_review", "13"),
    ),
    "waits for budget": (A, {"waited": True}, ("application", "application_in_review", "13")),
    "the contrary was said": (A, {"approves": False}, ("approves", "opinion_once", "13")),
    "who prepared it": (A, {"prepared": "rectify"}, ("application", "preparer_does_not_review", "15(3)")),
    "another amount": (A._replace(asked="300000.01"), {}, ("asked", "asked_unmoved", "13")),
    "another time": (A._replace(concluded_at="2026-05-01T09:31"), {}, ("concluded_at", "asked_unmoved", "13")),
}


@pytest.mark.parametrize("case", FAULTS)
def test_an_opinion_that_cannot_be_given_is_left_out_with_its_rule_and_article(case: str) -> None:
    said, record, expected = FAULTS[case]
    one = left_out(said, **record)
    assert (one.row, one.application) == (said.line, said.application)
    assert (one.field, one.rule, one.article) == expected
    assert expected[1] in RULES


def test_an_application_that_is_listed_twice_is_taken_once() -> None:
    opinions = sorted_(A, A._replace(line=3, approves=False))
    assert opinions.to_give == [A]
    (one,) = opinions.left_out
    assert (one.row, one.field, one.rule, one.article) == (3, "application", "row_once", "13")


BULK: dict[str, tuple[dict[str, Any], str]] = {
    "named in a bar or a recovery": ({"falsified": True}, "not_falsified"),
    "its insurer is barred": ({"barred_on": BARRED}, "insurer_not_barred"),
}


@pytest.mark.parametrize("case", BULK)
def test_what_is_in_doubt_is_not_approved_in_bulk_but_by_name(case: str) -> None:
    record, rule = BULK[case]
    one = left_out(A, in_bulk=True, **record)
    assert (one.field, one.rule, one.article) == ("application", rule, "15(2)")
    assert sorted_(A, **record).to_give == [A]


def test_what_was_admitted_although_its_insurer_is_barred_is_approved_in_bulk() -> None:
    assert sorted_(A, in_bulk=True, barred_on=BARRED, admitted=True).to_give == [A]


def test_every_rule_is_one_that_something_is_left_out_for() -> None:
    told = {expected[1] for _, _, expected in FAULTS.values()} | {rule for _, rule in BULK.values()}
    assert told | {"row_once", "row_readable"} == set(RULES)
