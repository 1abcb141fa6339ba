"""The kinds of value: what is read, and in which words anything else is refused."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from rules.values import (
    LawDate,
    Minute,
    Rate,
    Yuan,
    YuanOrZero,
    amount,
    amount_or_zero,
    in_yuan,
    law_date,
    minute,
    rate,
    text,
    to_fen,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20000000", "20000000.00"),
        ("0.01", "0.01"),
        ("12345678.9", "12345678.90"),
        ("00012.5", "12.50"),
        ("9999999999999999", "9999999999999999.00"),
        ("99999999999999.99", "99999999999999.99"),
    ],
)
def test_an_amount_is_plain_digits_with_at_most_two_decimals(written: str, read: str) -> None:
    assert in_yuan(amount(written)) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "1.",
        ".5",
        "1.005",
        "+1",
        "-1",
        "1e5",
        "1E5",
        " 1",
        "1 ",
        "1\n",
        "1,000",
        "１２",
        "١٢",
        "NaN",
        "Infinity",
        "0x10",
    ],
)
@pytest.mark.parametrize("read", [amount, amount_or_zero])
def test_an_amount_written_otherwise_is_refused(read: object, written: str) -> None:
    with pytest.raises(ValueError, match="must be yuan as text"):
        read(written)  # type: ignore[operator]


@pytest.mark.parametrize("given", [1, 1.5, True, None, [], {}, b"1", Decimal("NaN"), Decimal("1.005"), Decimal(-1)])
def test_an_amount_that_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="must be yuan as text"):
        amount(given)


@pytest.mark.parametrize("written", ["10000000000000000", "999999999999999.99", "00000000000000001"])
def test_an_amount_has_at_most_sixteen_digits(written: str) -> None:
    with pytest.raises(ValueError, match="must have at most 16 digits"):
        amount(written)


@pytest.mark.parametrize("zero", ["0", "0.00", "000"])
def test_nothing_is_an_amount_only_where_zero_is_allowed(zero: str) -> None:
    assert amount_or_zero(zero) == 0
    with pytest.raises(ValueError, match="must be greater than zero"):
        amount(zero)


@pytest.mark.parametrize("written", ["0.03", "0.000001", "0.999999", "00.5"])
def test_a_rate_is_a_fraction_with_at_most_six_decimals(written: str) -> None:
    assert rate(written) == Decimal(written)


@pytest.mark.parametrize(
    "written", ["0.030000000", "3%", ".03", "0.", "3e-2", "-0.03", "０.03", "0.03 ", "", 0.03, None]
)
def test_a_rate_written_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="must be a rate as text"):
        rate(written)


@pytest.mark.parametrize("written", ["0", "0.000000", "1", "1.0", "3"])
def test_a_rate_lies_between_zero_and_one(written: str) -> None:
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        rate(written)


@pytest.mark.parametrize(
    "written", ["2026-1-1", "20260101", "2026-W01-1", "2026-01-01T00:00", "２026-01-01", " 2026-01-01", 20260101, None]
)
def test_a_date_written_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="must be a date written YYYY-MM-DD"):
        law_date(written)


@pytest.mark.parametrize("written", ["2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_a_date_must_exist(written: str) -> None:
    with pytest.raises(ValueError, match="must be a day of the calendar"):
        law_date(written)


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31", "2024-02-29"])
def test_a_date_that_exists_is_read(written: str) -> None:
    assert law_date(written).isoformat() == written


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-05",
        "2026-03-05 10:00",
        "2026-03-05T10:00:00",
        "2026-03-05T10:00Z",
        "2026-03-05T1000",
        "2026-03-05T１0:00",
        1,
    ],
)
def test_a_time_written_otherwise_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="must be a time written YYYY-MM-DDTHH:MM"):
        minute(written)


@pytest.mark.parametrize("written", ["2026-03-05T24:00", "2026-03-05T10:60", "2026-02-30T10:00"])
def test_a_time_must_exist(written: str) -> None:
    with pytest.raises(ValueError, match="must be a minute of the day"):
        minute(written)


@pytest.mark.parametrize("given", ["", None, 7, []])
def test_text_is_not_empty(given: object) -> None:
    with pytest.raises(ValueError, match="must be text that is not empty"):
        text(given)


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.005", "0.01"), ("0.0049999", "0.00"), ("2.675", "2.68"), ("339506.16975", "339506.17")]
)
def test_the_one_rounding_is_half_up(exact: str, rounded: str) -> None:
    assert str(to_fen(Decimal(exact))) == rounded


@given(st.decimals(0, 10**13, places=2))
def test_an_amount_written_out_reads_back_as_itself(value: Decimal) -> None:
    assert amount_or_zero(in_yuan(value)) == value


class Everything(BaseModel):
    """One field of each kind."""

    yuan: Yuan
    nothing: YuanOrZero
    rate: Rate
    day: LawDate
    at: Minute


def test_values_survive_the_way_through_json() -> None:
    given = {"yuan": "1.50", "nothing": "0.00", "rate": "0.03", "day": "0999-02-03", "at": "0999-02-03T04:05"}
    read = Everything.model_validate(given)
    assert read.model_dump(mode="json") == given
    assert Everything.model_validate(read.model_dump()) == read
    assert (read.day, read.at) == (date(999, 2, 3), datetime(999, 2, 3, 4, 5))  # noqa: DTZ001 (local time, by design)


def test_the_schema_tells_the_shape_of_every_kind() -> None:
    shapes = Everything.model_json_schema()["properties"]
    assert shapes["yuan"]["pattern"] == r"^[0-9]+(?:\.[0-9]{1,2})?$"
    assert shapes["day"]["format"] == "date"
