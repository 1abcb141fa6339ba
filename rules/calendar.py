"""节假日: which days are days off, by the State Council's yearly notices.

A year whose notice is not loaded is provisional: only its weekends are known. So are the days from 25 December on until
the following year's notice is loaded, for that notice may reach back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Final

from rules.periods import days_later

#: The first day of December that the next year's notice may still change.
REACH_BACK: Final = 25
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """放假通知: one year's days off, and the weekend days that are worked instead."""

    year: int
    document: str
    days_off: frozenset[date]
    workdays: frozenset[date]


def notice(year: int, document: str, days_off: str, workdays: str) -> Notice:
    """Read a notice as it is written: `1/1; 2/10-17; 1/28-2/4` and `2/4, 2/18`."""
    return Notice(
        year=year,
        document=document,
        days_off=frozenset(day for span in days_off.split("; ") for day in _span(year, span)),
        workdays=frozenset(_day(year, day) for day in workdays.split(", ")),
    )


def _day(year: int, written: str, month: int | None = None) -> date:
    *above, day = written.split("/")
    return date(year, int(above[0]) if above else month or 0, int(day))


def _span(year: int, written: str) -> Iterator[date]:
    begins, _, ends = written.partition("-")
    first = _day(year, begins)
    last = _day(year, ends, first.month) if ends else first
    return (days_later(first, n) for n in range((last - first).days + 1))


@dataclass(frozen=True)
class Calendar:
    """The working days as far as the loaded notices tell them."""

    notices: tuple[Notice, ...]
    _years: frozenset[int] = field(init=False, repr=False, compare=False)
    _days_off: frozenset[date] = field(init=False, repr=False, compare=False)
    _workdays: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        none: frozenset[date] = frozenset()
        object.__setattr__(self, "_years", frozenset(notice.year for notice in self.notices))
        object.__setattr__(self, "_days_off", none.union(*(notice.days_off for notice in self.notices)))
        object.__setattr__(self, "_workdays", none.union(*(notice.workdays for notice in self.notices)))

    def loading(self, notice: Notice) -> Calendar:
        """Return this calendar with one more notice."""
        return Calendar((*self.notices, notice))

    def is_provisional(self, day: date) -> bool:
        """Say whether a notice not yet loaded may still decide about `day`."""
        if day.year not in self._years:
            return True
        return (day.month, day.day) >= (12, REACH_BACK) and day.year + 1 not in self._years

    def is_day_off(self, day: date) -> bool:
        """Say whether `day` is a day off: by the notices; where they are silent or provisional, on weekends."""
        if not self.is_provisional(day):
            if day in self._days_off:
                return True
            if day in self._workdays:
                return False
        return day.weekday() >= SATURDAY

    def next_working_day(self, day: date) -> date:
        """Return `day` itself where it is worked, else the first working day after it."""
        while self.is_day_off(day):
            day = days_later(day, 1)
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """Return the `n`-th working day after `day`, before it where `n` is negative; for 0 the next from `day` on."""
        if n == 0:
            return self.next_working_day(day)
        step = 1 if n > 0 else -1
        worked = (at for by in count(1) if not self.is_day_off(at := days_later(day, by * step)))
        return next(at for nth, at in enumerate(worked, 1) if nth == abs(n))

    def working_days_between(self, after: date, until: date) -> int:
        """Count the working days later than `after` and not later than `until`; none where `until` is not later."""
        span = range(1, (until - after).days + 1)
        return sum(not self.is_day_off(days_later(after, n)) for n in span)


#: The mainland's calendar, as far as its notices had been published when this was written.
CHINA: Final = Calendar(
    (
        notice(
            2024,
            "国办发明电〔2023〕7号",
            "1/1; 2/10-17; 4/4-6; 5/1-5; 6/10; 9/15-17; 10/1-7",
            "2/4, 2/18, 4/7, 4/28, 5/11, 9/14, 9/29, 10/12",
        ),
        notice(
            2025,
            "国办发明电〔2024〕12号",
            "1/1; 1/28-2/4; 4/4-6; 5/1-5; 5/31-6/2; 10/1-8",
            "1/26, 2/8, 4/27, 9/28, 10/11",
        ),
        notice(
            2026,
            "国办发明电〔2025〕7号",
            "1/1-3; 2/15-23; 4/4-6; 5/1-5; 6/19-21; 9/25-27; 10/1-7",
            "1/4, 2/14, 2/28, 5/9, 9/20, 10/10",
        ),
    )
)
