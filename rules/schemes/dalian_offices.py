"""机构名册: who acts for which office, and which district answers for which cases, as they change (articles 9, 15(3)).

The industry bureau keeps the register. A change is an act with its document; running cases are never rewritten: an
officer who has left acts no more and his office goes on, a district that was absorbed is answered for by its successor.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.faults import Unfit
from rules.procedure import Act, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_forms import Code, Text
from rules.values import LawDate

#: The one register of a scheme's offices.
REGISTER = "register"


class Appointment(Form):
    """任职: a person who acts for an office from a day on."""

    code: Code
    name: Text
    office: Code
    since: LawDate


class Departure(Form):
    """离任: an officer's last day; what he left open is his office's."""

    code: Code
    last_day: LawDate
    reason: Text


class Absorption(Form):
    """并入: a district's last day, the district it is absorbed by, and the document that says so."""

    district: Code
    into: Code
    last_day: LawDate
    document: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.district == self.into:
            yield "into", f"must be another district (not {self.into!r})"


def appoint(situation: Situation, form: Appointment) -> Effect:
    """任职: every act names a person, so an office has its people entered (article 15(3))."""
    register = situation.register
    if form.office not in register.known_offices:
        raise Unfit(("office", f"must be an office of the register (not {form.office!r})"))
    if form.code in register.known_officers:
        raise Unfit(("code", f"must be new: {form.code!r} names an officer already"))
    return Effect(facts={"appointment": form.said()}, carries=form)


def leave(situation: Situation, form: Departure) -> Effect:
    """离任: he acts for his office to the end of his last day (article 15(3)).

    Nobody is left to answer for an office whose last officer goes: another must be appointed first.
    """
    register = situation.register
    if form.code not in register.known_officers:
        raise Unfit(("code", f"must be an officer who acts today (not {form.code!r})"))
    if form.code == situation.officer:
        raise Unfit(("code", "must be another's: nobody enters his own departure"))
    if form.last_day < situation.today:
        raise Unfit(("last_day", f"must not be past: {form.last_day} is before {situation.today}"))
    if not register.colleagues:
        raise Unfit(("code", f"must leave somebody in his office: {form.code!r} is its last officer"))
    return Effect(facts={"departure": form.said()}, carries=form)


def absorb(situation: Situation, form: Absorption) -> Effect:
    """并入: from the day after its last, a district's open cases are its successor's (article 9)."""
    known = situation.register.known_districts
    for field, district in (("district", form.district), ("into", form.into)):
        if district not in known:
            raise Unfit((field, f"must be a district of today that none is to absorb (not {district!r})"))
    if form.last_day < situation.today:
        raise Unfit(("last_day", f"must not be past: {form.last_day} is before {situation.today}"))
    return Effect(facts={"absorption": form.said()}, carries=form)


OFFICES = Procedure(
    "offices",
    {"open": Stage("open", "机构名册")},
    {
        act.name: act
        for act in (
            Act("appoint", "任职", ("industry_bureau",), "15(3)", ("open",), Appointment, appoint, "open"),
            Act("leave", "离任", ("industry_bureau",), "15(3)", ("open",), Departure, leave, "open"),
            Act("absorb", "并入", ("industry_bureau",), "9", ("open",), Absorption, absorb, "open"),
        )
    },
    driven=False,
)
