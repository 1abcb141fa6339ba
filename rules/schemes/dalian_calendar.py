"""放假通知登记: the State Council's yearly notices, entered by the industry bureau, and what they settle (domain §3).

One officer enters a notice, another confirms it; then every open deadline that it may move is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field

from rules.calendar import REACH_BACK, SATURDAY, Notice
from rules.faults import Unfit
from rules.procedure import Act, Barred, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_forms import Text
from rules.values import LawDate


class HolidayNotice(Form):
    """放假通知: a year's days off, and the weekend days that are worked instead, each written out."""

    year: int = Field(ge=2024, le=9998)
    document: Text
    days_off: list[LawDate] = Field(min_length=1, max_length=100)
    workdays: list[LawDate] = Field(max_length=60)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        begins, ends = date(self.year - 1, 12, REACH_BACK), date(self.year, 12, 31)
        for field, days in (("days_off", self.days_off), ("workdays", self.workdays)):
            if strange := next((day for day in days if not begins <= day <= ends), None):
                yield field, f"must lie between {begins} and {ends} (not {strange})"
            if twice := next((day for day in days if days.count(day) > 1), None):
                yield field, f"must name each day once ({twice} stands twice)"
        if both := set(self.days_off) & set(self.workdays):
            yield "workdays", f"must be worked, and {min(both)} is a day off"
        if weekday := next((day for day in self.workdays if day.weekday() < SATURDAY), None):
            yield "workdays", f"must be Saturdays or Sundays (not {weekday})"
        if self.year < now.year:
            yield "year", f"must not be past (not {self.year})"

    @property
    def notice(self) -> Notice:
        return Notice(self.year, self.document, frozenset(self.days_off), frozenset(self.workdays))


class Confirmed(Form):
    """确认: the year whose notice was entered."""

    year: int = Field(ge=2024, le=9998)


def enter_notice(situation: Situation, form: HolidayNotice) -> Effect:
    """录入放假通知: what the State Council has published; it counts once another has confirmed it (article 14)."""
    _not_loaded(situation, form.year)
    entered = situation.file.facts.get("entered_notices", {})
    said = {**form.said(), "entered_by": situation.officer}
    return Effect(facts={"entered_notices": {**entered, str(form.year): said}})


def load_notice(situation: Situation, form: Confirmed) -> Effect:
    """启用放假通知: another officer confirms; the deadlines it may move are counted anew (article 14)."""
    _not_loaded(situation, form.year)
    entered = situation.file.facts.get("entered_notices", {})
    said: dict[str, Any] = dict(entered.get(str(form.year)) or {})
    if not said:
        raise Unfit(("year", f"must have been entered by enter_notice (not {form.year})"))
    if said.pop("entered_by") == situation.officer:
        why = f"{situation.officer} entered the notice of {form.year}, so another must confirm it"
        raise Barred("preparer_does_not_approve", "15(3)", why)
    facts = {"loaded_notice": said, "entered_notices": {**entered, str(form.year): {}}}
    return Effect(facts=facts, carries=HolidayNotice.model_validate(said))


def _not_loaded(situation: Situation, year: int) -> None:
    if not situation.calendar.is_provisional(date(year, 6, 1)):
        raise Unfit(("year", f"must be a year whose notice is not loaded (not {year}): a notice is never edited"))


def first_day_moved(year: int) -> date:
    """Return the first day that a year's notice may settle."""
    return date(year, 1, 1) - timedelta(days=32 - REACH_BACK)


CALENDAR = Procedure(
    "calendar",
    {"open": Stage("open", "放假通知登记")},
    {
        act.name: act
        for act in (
            Act(
                "enter_notice",
                "录入放假通知",
                ("industry_bureau",),
                "14",
                ("open",),
                HolidayNotice,
                enter_notice,
                "open",
            ),
            Act("load_notice", "启用放假通知", ("industry_bureau",), "14", ("open",), Confirmed, load_notice, "open"),
        )
    },
    driven=False,
)
