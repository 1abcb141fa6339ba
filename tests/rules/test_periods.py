"""Counting days and years (Civil Code 200 to 202)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import OffTheCalendar, days_later, full_years, last_day_of_years, years_later


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2025, 3, 10), 1, date(2026, 3, 10)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(9998, 12, 31), 1, date(9999, 12, 31)),
    ],
)
def test_years_end_on_the_corresponding_day_or_the_months_last(day: date, years: int, later: date) -> None:
    assert years_later(day, years) == later


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2026, 1, 1), 3, date(2028, 12, 31)),
        (date(2026, 3, 1), 1, date(2027, 2, 28)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
    ],
)
def test_a_term_whose_first_day_counts_ends_the_day_before_the_corresponding_day(
    first: date, years: int, last: date
) -> None:
    assert last_day_of_years(first, years) == last


@pytest.mark.parametrize(
    ("since", "on", "years"),
    [
        (date(2024, 3, 10), date(2026, 3, 9), 1),
        (date(2024, 3, 10), date(2026, 3, 10), 2),
        (date(2024, 2, 29), date(2026, 2, 27), 1),
        (date(2024, 2, 29), date(2026, 2, 28), 2),
        (date(2026, 3, 11), date(2026, 3, 10), -1),
    ],
)
def test_the_anniversary_completes_a_year(since: date, on: date, years: int) -> None:
    assert full_years(since, on) == years


@pytest.mark.parametrize("step", [lambda: days_later(date.max, 1), lambda: years_later(date(9999, 1, 1), 1)])
def test_a_sum_beyond_the_calendar_is_told_as_such(step: object) -> None:
    with pytest.raises(OffTheCalendar, match="no date of the years 1 to 9999"):
        step()  # type: ignore[operator]


@given(st.dates(), st.dates())
def test_full_years_agree_with_walking_the_anniversaries(since: date, on: date) -> None:
    years = full_years(since, on)
    assert years_later(since, on.year - since.year) <= on or years < on.year - since.year
    if since <= on < date.max - timedelta(days=366):
        assert years_later(since, years) <= on < years_later(since, years + 1)
