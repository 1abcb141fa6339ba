"""Days off by the State Council's notices (domain §3)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CHINA, Calendar, notice

NOTICE_2027 = notice(2027, "invented for this test", "1/1-3", "12/26")
EVERY_DAY = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]


def test_every_day_of_2024_to_2026_agrees_with_chinesecalendar() -> None:
    assert [day for day in EVERY_DAY if CHINA.is_day_off(day) != chinese_calendar.is_holiday(day)] == []


def test_every_day_of_2024_to_2026_agrees_with_holidays() -> None:
    china = holidays.country_holidays("CN", years=[2024, 2025, 2026])
    assert [day for day in EVERY_DAY if CHINA.is_day_off(day) == china.is_working_day(day)] == []


def test_notices_count_as_many_days_as_the_law_gives() -> None:
    counts = {one.year: (len(one.days_off), len(one.workdays)) for one in CHINA.notices}
    assert counts == {2024: (28, 8), 2025: (28, 5), 2026: (33, 6)}


@pytest.mark.parametrize(
    ("day", "provisional"),
    [
        (date(2023, 12, 31), True),
        (date(2024, 1, 1), False),
        (date(2025, 12, 31), False),
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
        (date(2027, 1, 1), True),
        (date.min, True),
        (date.max, True),
    ],
)
def test_a_day_is_provisional_while_a_notice_may_still_decide_about_it(day: date, provisional: bool) -> None:
    assert CHINA.is_provisional(day) is provisional


def test_a_provisional_day_is_off_on_weekends_only() -> None:
    assert not CHINA.is_day_off(date(2027, 1, 1))
    assert CHINA.is_day_off(date(2027, 1, 2))


def test_loading_a_notice_settles_its_year_and_the_december_before() -> None:
    loaded = CHINA.loading(NOTICE_2027)
    assert not loaded.is_provisional(date(2026, 12, 25))
    assert loaded.is_day_off(date(2027, 1, 1))
    assert loaded.is_provisional(date(2027, 12, 26))
    assert loaded.is_day_off(date(2027, 12, 26)), "a Sunday its own notice lets work, but the next notice may speak"


def test_a_notice_may_reach_back_into_december() -> None:
    reaching = notice(2027, "invented for this test", "1/1-2", "1/9")
    december = date(2026, 12, 31)
    back = Calendar((*CHINA.notices, type(reaching)(2027, "", reaching.days_off | {december}, reaching.workdays)))
    assert back.is_day_off(december)
    assert not CHINA.is_day_off(december)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # over the Spring Festival
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 2, 24), -2, date(2026, 2, 13)),
        (date(2026, 2, 20), 0, date(2026, 2, 24)),
        (date(2026, 2, 24), 0, date(2026, 2, 24)),
    ],
)
def test_working_days_are_added_over_holidays_and_worked_weekends(day: date, n: int, expected: date) -> None:
    assert CHINA.add_working_days(day, n) == expected


def test_working_days_between_leave_out_the_first_day_and_count_the_last() -> None:
    assert CHINA.working_days_between(date(2026, 2, 13), date(2026, 2, 24)) == 2
    assert CHINA.working_days_between(date(2026, 2, 24), date(2026, 2, 24)) == 0
    assert CHINA.working_days_between(date(2026, 2, 24), date(2026, 2, 13)) == 0


@given(st.dates(date(2023, 6, 1), date(2027, 6, 1)), st.integers(1, 60))
def test_adding_working_days_and_counting_them_are_inverse(day: date, n: int) -> None:
    later = CHINA.add_working_days(day, n)
    assert CHINA.working_days_between(day, later) == n
    assert not CHINA.is_day_off(later)
    assert CHINA.add_working_days(later, -n) <= CHINA.next_working_day(day)
