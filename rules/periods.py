"""Counting calendar days and years (Civil Code 200 to 202): plain date sums that know no holidays."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


class OffTheCalendar(ValueError):
    """A date sum left the years 1 to 9999, which is all that a date can say."""


def days_later(day: date, days: int) -> date:
    """Return the day `days` days after `day`; raise `OffTheCalendar` where there is none."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise OffTheCalendar(f"{days} days from {day} is no date of the years 1 to 9999") from None


def years_later(day: date, years: int) -> date:
    """Return the corresponding day, or the month's last where there is none (Civil Code 202): 29 February → 28."""
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise OffTheCalendar(f"{years} years from {day} is no date of the years 1 to 9999")
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def last_day_of_years(first: date, years: int) -> date:
    """Return the last day of a term of `years` years whose first day counts: 2026-01-01, 3 → 2028-12-31.

    That is the day before the corresponding day; a term begun on 29 February ends on the month's last day.
    """
    corresponding = years_later(first, years)
    return corresponding if corresponding.day != first.day else days_later(corresponding, -1)


def full_years(since: date, on: date) -> int:
    """Return how many years have passed from `since` to `on`; the anniversary day completes one (I-7)."""
    return on.year - since.year - (on < years_later(since, on.year - since.year))
