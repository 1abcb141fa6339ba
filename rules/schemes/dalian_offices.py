"""机构名册: who acts for which office, and which district answers for which cases, as they change (articles 9, 15(3)).

Each of the three owners enters its own people, and those of the offices under it; one proposes, another appoints. A
change is an act; running cases are never rewritten: an officer who has left acts no more and his office goes on, a
district that was absorbed is answered for by its successor.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.faults import Unfit
from rules.procedure import Act, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_establishing import ACTS as ESTABLISHING
from rules.schemes.dalian_forms import Code, Text
from rules.schemes.dalian_proposing import OWNERS, RESERVED, enters, propose, proposed, take_up
from rules.values import LawDate

#: The one register of a scheme's offices.
REGISTER = "register"


class Appointment(Form):
    """任职: a person who acts for an office from a day on."""

    code: Code
    name: Text
    office: Code
    since: LawDate

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if RESERVED.fullmatch(self.code):
            yield "code", f"must be a person's: {self.code!r} is the system's, or an enterprise's own"
        if self.since < now.date():
            yield "since", f"must not be past: {self.since} is before {now.date()}"


class Appointed(Form):
    """任命: the person who was proposed."""

    code: Code


class ProposedSupervisor(Form):
    """任命负责人: the officer who was proposed to supervise."""

    code: Code


class Supervision(Form):
    """负责人: an officer who shares out his office's work, from a day to a day; without a last day until relieved."""

    code: Code
    since: LawDate
    until: LawDate | None = None

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.since < now.date():
            yield "since", f"must not be past: {self.since} is before {now.date()}"
        if self.until is not None and self.until < self.since:
            yield "until", f"must not lie before the first day, {self.since} (not {self.until})"


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


def propose_officer(situation: Situation, form: Appointment) -> Effect:
    """拟任: an owner proposes a person for one of its offices (article 15(3))."""
    register = situation.register
    if form.office not in register.known_offices:
        raise Unfit(("office", f"must be an office of today's register (not {form.office!r})"))
    if form.code in register.codes_taken:
        raise Unfit(("code", f"must be new: {form.code!r} names an officer already; whoever returns gets another"))
    enters(situation, register.known_offices[form.office])
    return propose(situation, "proposed_officers", form.code, form)


def appoint(situation: Situation, form: Appointed) -> Effect:
    """任职: another person of the owner appoints; from his first day on the officer acts for his office (15(3))."""
    said = proposed(situation, "proposed_officers", "code", form.code)
    if form.code in situation.register.codes_taken:
        raise Unfit(("code", f"must be new: {form.code!r} names an officer already"))
    enters(situation, situation.register.known_offices.get(said["office"], "system"))
    return take_up(situation, "proposed_officers", form.code, "appointment", Appointment)


def leave(situation: Situation, form: Departure) -> Effect:
    """离任: he acts for his office to the end of his last day (article 15(3)).

    Nobody is left to answer for an office whose last officer goes: another must be appointed first.
    """
    register = situation.register
    if form.code not in register.known_officers:
        raise Unfit(("code", f"must be an officer who acts today (not {form.code!r})"))
    enters(situation, register.known_officers[form.code])
    if form.code == situation.officer:
        raise Unfit(("code", "must be another's: nobody enters his own departure"))
    if form.last_day < situation.today:
        raise Unfit(("last_day", f"must not be past: {form.last_day} is before {situation.today}"))
    if not register.colleagues:
        raise Unfit(("code", f"must leave somebody in his office: {form.code!r} is its last officer"))
    return Effect(facts={"departure": form.said()}, carries=form)


def propose_supervisor(situation: Situation, form: Supervision) -> Effect:
    """拟任负责人: an owner proposes who supervises the work of one of its offices (article 15(3))."""
    _of_own_people(situation, form.code)
    return propose(situation, "proposed_supervisors", form.code, form)


def appoint_supervisor(situation: Situation, form: ProposedSupervisor) -> Effect:
    """任命负责人: another person of the owner appoints (article 15(3))."""
    proposed(situation, "proposed_supervisors", "code", form.code)
    _of_own_people(situation, form.code)
    return take_up(situation, "proposed_supervisors", form.code, "supervision", Supervision)


def relieve_supervisor(situation: Situation, form: Departure) -> Effect:
    """免去负责人: the last day on which he supervises; he stays an officer (article 15(3))."""
    _of_own_people(situation, form.code)
    if form.last_day < situation.today:
        raise Unfit(("last_day", f"must not be past: {form.last_day} is before {situation.today}"))
    return Effect(facts={"relief": form.said()}, carries=form)


def _of_own_people(situation: Situation, code: str) -> None:
    known = situation.register.known_officers
    if code not in known:
        raise Unfit(("code", f"must be an officer who acts today (not {code!r})"))
    enters(situation, known[code])


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
            Act("propose_officer", "拟任", OWNERS, "15(3)", ("open",), Appointment, propose_officer, "open"),
            Act("appoint", "任职", OWNERS, "15(3)", ("open",), Appointed, appoint, "open"),
            Act("leave", "离任", OWNERS, "15(3)", ("open",), Departure, leave, "open"),
            Act(
                "propose_supervisor", "拟任负责人", OWNERS, "15(3)", ("open",), Supervision, propose_supervisor, "open"
            ),
            Act(
                "appoint_supervisor",
                "任命负责人",
                OWNERS,
                "15(3)",
                ("open",),
                ProposedSupervisor,
                appoint_supervisor,
                "open",
            ),
            Act("relieve_supervisor", "免去负责人", OWNERS, "15(3)", ("open",), Departure, relieve_supervisor, "open"),
            Act("absorb", "并入", ("industry_bureau",), "9", ("open",), Absorption, absorb, "open"),
            *ESTABLISHING,
        )
    },
    driven=False,
)
