"""期限与提醒: a legal date that somebody must meet, how its days run and stand still, and when it is reminded of.

Nothing here reads a clock. A deadline says at which instant it next asks for attention, and a workflow waits for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rules.calendar import Calendar
from rules.deadlines import Due, working_days_after
from rules.edition import Edition

#: 北京时间: China keeps one time, without summer time, so an offset says all that a zone would.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
#: Reminders ring when offices open; a lapse waits so long after midnight for what was received in time (design).
OFFICES_OPEN, GRACE = time(9), timedelta(hours=1)

OfficeKind = Literal[
    "enterprise", "district", "industry_bureau", "assessor", "insurer", "regulator", "finance", "system"
]


class Frozen(BaseModel):
    """A value: it is compared by what it holds, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


#: What a deadline's passing does by itself: a term's beginning, silence that is an answer, a term's end, the end of
#: what can be handed in.
Passing = Literal["begin", "lapse", "expire", "close"]


class Wake(Frozen):
    """The next time a deadline asks for attention: the system's `act` at the instant `at` (UTC)."""

    deadline: str
    act: Literal["remind"] | Passing
    rung: str
    at: datetime


class Deadline(Frozen):
    """期限: a legal date of a proceeding, how it was counted, and what silence means.

    `days` is its budget of working days, `used` those that ran before the latest suspension; both are None for a
    date that follows from a fact (a validity period, article 11's thirty days), which nothing suspends.
    """

    name: str
    article: str
    office: OfficeKind
    counted_from: date
    nominal_on: date
    due_on: date
    provisional: bool
    because: tuple[str, ...]
    days: int | None = None
    used: int = 0
    suspended_on: date | None = None
    met_on: date | None = None
    silence: Passing | None = None
    wake: Wake | None = None

    @property
    def running(self) -> bool:
        return self.met_on is None and self.suspended_on is None


def fixed(name: str, article: str, office: OfficeKind, counted_from: date, due: Due, **more: Any) -> Deadline:
    """A deadline on the date `due`."""
    return Deadline(
        name=name, article=article, office=office, counted_from=counted_from, nominal_on=due.nominal_on,
        due_on=due.due_on, provisional=due.provisional, because=due.because, **more,
    )  # fmt: skip


def budgeted(
    name: str, article: str, office: OfficeKind, start: date, days: int, calendar: Calendar, **more: Any
) -> Deadline:
    """A deadline `days` working days after `start`, whose clock an act may suspend."""
    return fixed(name, article, office, start, working_days_after(start, days, calendar), days=days, **more)


def suspend(deadline: Deadline, on: date, calendar: Calendar) -> Deadline:
    """Stop the clock: the working days run so far are kept as used."""
    ran = calendar.working_days_between(deadline.counted_from, on)
    return deadline.model_copy(update={"used": deadline.used + ran, "suspended_on": on, "wake": None})


def resume(deadline: Deadline, on: date, calendar: Calendar) -> Deadline:
    """Let the clock run on: what is left of the budget is counted from `on`; what is used up is due at once."""
    left = max((deadline.days or 0) - deadline.used, 0)
    due = working_days_after(on, left, calendar)
    said = (f"{deadline.used} of {deadline.days} working days had run before the suspension", *due.because)
    counted = {"nominal_on": due.nominal_on, "due_on": due.due_on, "provisional": due.provisional, "because": said}
    return deadline.model_copy(update={**counted, "counted_from": on, "suspended_on": None})


def next_wake(deadline: Deadline, after: datetime, edition: Edition, calendar: Calendar) -> Wake | None:
    """Return the first rung of the reminder ladder later than `after`, or None when the deadline no longer runs."""
    if not deadline.running:
        return None
    rungs = _rungs(deadline, edition, calendar)
    return next((wake for wake in rungs if wake.at > after), None)


def _rungs(deadline: Deadline, edition: Edition, calendar: Calendar) -> Iterator[Wake]:
    def rung(act: Literal["remind"] | Passing, label: str, day: date, at: time = OFFICES_OPEN) -> Wake:
        instant = datetime.combine(day, at, SHANGHAI).astimezone(UTC)
        return Wake(deadline=deadline.name, act=act, rung=label, at=instant)

    due = deadline.due_on
    # A beginning comes by itself: nobody need be reminded of it.
    for before in edition.reminder_ladder.value if deadline.silence != "begin" else ():
        days = "day" if before == 1 else "days"
        yield rung("remind", f"{before} working {days} before", calendar.add_working_days(due, -before))
    if deadline.silence != "begin":
        yield rung("remind", "on the day", due)
    if deadline.silence:
        end = rung(deadline.silence, "passed", due + timedelta(days=1), time(0))
        yield end.model_copy(update={"at": end.at + GRACE})
        return
    every = edition.overdue_reminder_every.value
    overdue = every
    while True:
        yield rung("remind", f"{overdue} working days overdue", calendar.add_working_days(due, overdue))
        overdue += every
