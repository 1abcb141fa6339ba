"""期限: deadlines, how each was counted, and how firm it is (domain §3).

Periods of days do not count their first day and end on a working day; periods of validity end where they end.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from rules.calendar import CHINA, Calendar
from rules.faults import Unfit
from rules.periods import OffTheCalendar, days_later, years_later

if TYPE_CHECKING:  # an edition holds conditions over facts that hold a `Due`
    from rules.edition import Edition


class Due(BaseModel):
    """期限届满日: the last day of a period, to its 24:00, and how it was found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Where the period ends by its count alone.
    nominal_on: date
    #: The last day to act: the nominal day, or the working day it rolled to.
    due_on: date
    rolled: bool
    #: A notice of days off not yet loaded may still move it.
    provisional: bool
    because: tuple[str, ...]


def days_after(start: date, days: int, calendar: Calendar) -> Due:
    """Return the end of `days` days (日), the starting day not counted, rolled off days off (Civil Code 201, 203).

    Raises `OffTheCalendar` where the period ends after the year 9999.
    """
    end = days_later(start, days)
    return _rolled(end, calendar, (f"counted from {start}, which is not counted itself: {days} days end on {end}",))


def years_after(start: date, years: int, calendar: Calendar) -> Due:
    """Return the end of `years` years after `start`, rolled off days off (Civil Code 202, 203)."""
    end = years_later(start, years)
    return _rolled(end, calendar, (f"counted from {start}: {years} years end on {end}",))


def working_days_after(start: date, n: int, calendar: Calendar) -> Due:
    """Return the end of `n` working days (工作日) after `start`; none end on the first working day from `start` on."""
    if n == 0:
        return _rolled(start, calendar, (f"no working day is left from {start} on",))
    end = calendar.add_working_days(start, n)
    because: tuple[str, ...] = (f"counted from {start}, which is not counted itself: {n} working days end on {end}",)
    counted_over = (days_later(start, day) for day in range(1, (end - start).days + 1))
    unsure = next((day for day in counted_over if calendar.is_provisional(day)), None)
    if unsure:
        because += (_caution(unsure),)
    return Due(nominal_on=end, due_on=end, rolled=False, provisional=unsure is not None, because=because)


def insure_by(contract_signed_on: date, delivered_on: date, edition: Edition, calendar: Calendar = CHINA) -> Due:
    """投保期限 (article 11): the last day to conclude, counted from the later of contract and delivery (I-1, I-2).

    Raises `Unfit` naming each of the two from which the period would end after the year 9999.
    """
    within = edition.insure_within_days
    both_days = {"contract_signed_on": contract_signed_on, "delivered_on": delivered_on}
    try:
        due = days_after(max(both_days.values()), within.value, calendar)
    except OffTheCalendar:
        why = f"must leave {within.value} days before the calendar ends with the year 9999"
        late = {name: day for name, day in both_days.items() if (date.max - day).days < within.value}
        raise Unfit(*((name, f"{why}, not {day}") for name, day in late.items())) from None
    both = f"contract signed {contract_signed_on}, delivered {delivered_on}: the later of the two starts the period"
    return due.model_copy(update={"because": (f"{both} (article {within.article})", *due.because)})


def valid_until(published_on: date, edition: Edition) -> date:
    """有效期 (article 10): the last day of a recognition, to its 24:00. It does not roll off a day off (I-5).

    Raises `Unfit` where it would lie after the year 9999.
    """
    years = edition.validity_years.value
    try:
        return years_later(published_on, years)
    except OffTheCalendar:
        why = f"must leave {years} year before the calendar ends with the year 9999, not {published_on}"
        raise Unfit(("published_on", why)) from None


#: How a period of working days is told: what it was counted from, and how many.
_WORKING = re.compile(r"counted from (\S+), which is not counted itself: (\d+) working days end on")
_NONE_LEFT = re.compile(r"no working day is left from (\S+) on")


def recount(nominal_on: date, because: tuple[str, ...], calendar: Calendar) -> Due:
    """Count a period again as it was counted, by what it says of itself, on a calendar that has learned more."""
    for place, said in enumerate(because):
        if counted := _WORKING.match(said):
            due = working_days_after(date.fromisoformat(counted[1]), int(counted[2]), calendar)
        elif none := _NONE_LEFT.match(said):
            due = working_days_after(date.fromisoformat(none[1]), 0, calendar)
        else:
            continue
        return due.model_copy(update={"because": (*because[:place], *due.because)})
    kept = tuple(said for said in because if not (said.startswith("provisional:") or " is a day off" in said))
    return _rolled(nominal_on, calendar, kept)


def _rolled(nominal: date, calendar: Calendar, because: tuple[str, ...]) -> Due:
    due = calendar.next_working_day(nominal)
    if due != nominal:
        because += (f"{nominal} is a day off, so the period ends on the next working day, {due} (Civil Code 203)",)
    # Rolling can cross from days a notice has settled into days none has, or back.
    unsure = next((day for day in (nominal, due) if calendar.is_provisional(day)), None)
    if unsure:
        because += (_caution(unsure),)
    return Due(nominal_on=nominal, due_on=due, rolled=due != nominal, provisional=unsure is not None, because=because)


def _caution(day: date) -> str:
    return f"provisional: the notice that settles the days off around {day} is not loaded, so only weekends are known"
