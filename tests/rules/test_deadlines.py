"""Deadlines: how they are counted, where they roll to, and how firm they are (domain §3, articles 10, 11)."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CHINA, notice
from rules.deadlines import days_after, insure_by, recount, valid_until, working_days_after
from rules.edition import edition_of
from rules.faults import Unfit
from rules.periods import OffTheCalendar

DALIAN = edition_of("dalian")
EARLIER = date(2025, 11, 1)
NOTICE_2027 = notice(2027, "invented for this test", "1/1-3", "1/10")
firm_days = st.dates(date(2024, 1, 1), date(2026, 12, 24))


@pytest.mark.parametrize(
    ("signed", "delivered", "nominal", "due"),
    [
        # Worked examples 5 to 7.
        (EARLIER, date(2026, 1, 20), date(2026, 2, 19), date(2026, 2, 24)),
        (EARLIER, date(2025, 12, 2), date(2026, 1, 1), date(2026, 1, 4)),
        (date(2026, 3, 10), date(2026, 3, 2), date(2026, 4, 9), date(2026, 4, 9)),
        # A Saturday that is worked does not roll; the day after the Spring Festival's last worked Saturday does.
        (EARLIER, date(2026, 1, 15), date(2026, 2, 14), date(2026, 2, 14)),
        (EARLIER, date(2026, 1, 16), date(2026, 2, 15), date(2026, 2, 24)),
        (date(2026, 5, 20), date(2026, 5, 20), date(2026, 6, 19), date(2026, 6, 22)),
    ],
)
def test_insurance_is_due_thirty_days_after_the_later_of_contract_and_delivery(
    signed: date, delivered: date, nominal: date, due: date
) -> None:
    found = insure_by(signed, delivered, DALIAN)
    assert (found.nominal_on, found.due_on, found.rolled, found.provisional) == (nominal, due, nominal != due, False)


def test_a_deadline_says_from_which_day_it_was_counted_and_why_it_rolled() -> None:
    assert insure_by(EARLIER, date(2026, 1, 20), DALIAN).because == (
        "contract signed 2025-11-01, delivered 2026-01-20: the later of the two starts the period (article 11)",
        "counted from 2026-01-20, which is not counted itself: 30 days end on 2026-02-19",
        "2026-02-19 is a day off, so the period ends on the next working day, 2026-02-24 (Civil Code 203)",
    )


@pytest.mark.parametrize(
    ("nominal", "due", "provisional"),
    [
        (date(2026, 12, 24), date(2026, 12, 24), False),
        (date(2026, 12, 25), date(2026, 12, 25), True),
        (date(2026, 12, 26), date(2026, 12, 28), True),
        (date(2027, 1, 1), date(2027, 1, 1), True),
        (date(2027, 1, 2), date(2027, 1, 4), True),
        # From a year without a notice into one with: the last day of 2023 rolls over the first of 2024.
        (date(2023, 12, 30), date(2024, 1, 2), True),
        (date(2024, 1, 1), date(2024, 1, 2), False),
    ],
)
def test_a_deadline_no_notice_has_settled_is_provisional(nominal: date, due: date, provisional: bool) -> None:
    found = days_after(nominal - timedelta(days=30), 30, CHINA)
    assert (found.nominal_on, found.due_on, found.provisional) == (nominal, due, provisional)
    assert ("provisional" in found.because[-1]) is provisional


def test_a_deadline_that_rolls_from_a_settled_day_into_an_unsettled_one_is_provisional() -> None:
    off_to_the_25th = notice(2026, "invented for this test", "12/23-24", "12/19")
    calendar = type(CHINA)((off_to_the_25th,))
    found = days_after(date(2026, 12, 13), 10, calendar)
    assert (found.due_on, found.rolled, found.provisional) == (date(2026, 12, 25), True, True)


def test_loading_the_notice_makes_a_provisional_deadline_firm_and_moves_it() -> None:
    found = days_after(date(2026, 12, 2), 30, CHINA.loading(NOTICE_2027))
    assert (found.due_on, found.provisional) == (date(2027, 1, 4), False)


@given(firm_days)
def test_a_firm_deadline_is_never_a_day_off(delivered: date) -> None:
    found = insure_by(delivered, delivered, DALIAN)
    assert found.nominal_on == delivered + timedelta(days=30)
    assert found.due_on >= found.nominal_on
    if not found.provisional:
        assert not chinese_calendar.is_holiday(found.due_on)


@pytest.mark.parametrize(
    ("start", "n", "due", "provisional"),
    [
        (date(2026, 2, 13), 2, date(2026, 2, 24), False),
        (date(2026, 12, 23), 1, date(2026, 12, 24), False),
        (date(2026, 12, 23), 2, date(2026, 12, 25), True),
        (date(2023, 12, 28), 2, date(2024, 1, 2), True),
        (date(2026, 2, 20), 0, date(2026, 2, 24), False),
        (date(2026, 2, 24), 0, date(2026, 2, 24), False),
    ],
)
def test_working_days_are_provisional_where_any_day_counted_over_is(
    start: date, n: int, due: date, provisional: bool
) -> None:
    found = working_days_after(start, n, CHINA)
    assert (found.due_on, found.provisional) == (due, provisional)


@given(firm_days, st.integers(0, 60))
def test_working_days_never_end_on_a_day_off(start: date, n: int) -> None:
    found = working_days_after(start, n, CHINA)
    assert not CHINA.is_day_off(found.due_on)
    assert n == 0 or CHINA.working_days_between(start, found.due_on) == n


@pytest.mark.parametrize(
    ("published", "until"),
    [
        # Worked example 8; the second until-day is a Saturday, the third lies in a holiday: validity never rolls.
        (date(2025, 3, 10), date(2026, 3, 10)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 5, 30), date(2026, 5, 30)),
        (date(2025, 2, 19), date(2026, 2, 19)),
    ],
)
def test_a_recognition_is_valid_one_year_from_publication(published: date, until: date) -> None:
    assert valid_until(published, DALIAN) == until


@given(st.dates(max_value=date(9998, 12, 31)))
def test_validity_never_rolls(published: date) -> None:
    until = valid_until(published, DALIAN)
    assert (until.year, until.month) == (published.year + 1, published.month)
    assert until.day == published.day or (published.month, published.day, until.day) == (2, 29, 28)


@pytest.mark.parametrize(
    ("signed", "delivered", "fields"),
    [
        (date(2026, 1, 1), date(9999, 12, 2), ["delivered_on"]),
        (date(9999, 12, 2), date(9999, 12, 1), ["contract_signed_on"]),
        (date(9999, 12, 2), date(9999, 12, 2), ["contract_signed_on", "delivered_on"]),
    ],
)
def test_a_deadline_past_the_calendar_names_the_day_it_was_counted_from(
    signed: date, delivered: date, fields: list[str]
) -> None:
    with pytest.raises(Unfit) as refused:
        insure_by(signed, delivered, DALIAN)
    why = "must leave 30 days before the calendar ends with the year 9999, not 9999-12-02"
    assert refused.value.faults == tuple((field, why) for field in fields)


def test_the_last_deadline_of_the_calendar_is_still_counted() -> None:
    assert insure_by(date.min, date(9999, 12, 1), DALIAN).due_on == date.max


def test_validity_past_the_calendar_names_the_publication() -> None:
    with pytest.raises(Unfit, match="published_on: must leave 1 year before the calendar ends"):
        valid_until(date(9999, 1, 1), DALIAN)


def test_working_days_past_the_calendar_are_told_as_such() -> None:
    with pytest.raises(OffTheCalendar):
        working_days_after(date.max, 1, CHINA)


@given(st.dates(date(2026, 1, 1), date(2027, 11, 30)), st.integers(0, 60))
def test_a_period_counted_again_is_what_it_would_have_been(start: date, n: int) -> None:
    loaded = CHINA.loading(NOTICE_2027)
    for count in (working_days_after, days_after):
        before, expected = count(start, n, CHINA), count(start, n, loaded)
        assert recount(before.nominal_on, before.because, loaded) == expected
