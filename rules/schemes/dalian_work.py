"""待办登记: how an office shares out its work among its own people (article 15(3)).

Taking is organisation, not law: whoever has taken a proceeding is shown, and keeps nobody of his office from acting in
need. Each office has a register, `work:dalian:<office>`; what a proceeding no longer awaits nobody has any longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from pydantic import Field

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Barred, Effect, Form, Procedure, Situation, Stage
from rules.schemes.dalian_forms import Code, Text
from rules.timetable import OfficeKind
from rules.values import LawDate

#: How many proceedings one order may share out.
AT_ONCE = 200
Proceedings = list[Text]


@dataclass(frozen=True)
class Known:
    """What is known of an office's work on a day."""

    #: The named items that await the office, and who has each.
    taken: Mapping[str, str | None] = field(default_factory=dict)
    officers: frozenset[str] = frozenset()
    supervisors: frozenset[str] = frozenset()
    #: Who stands in for whom: absent and substitute.
    substitutions: frozenset[tuple[str, str]] = frozenset()
    #: What `take_next` found, and why that one.
    next_one: str | None = None
    because: str = ""

    def absent_for(self, officer: str) -> frozenset[str]:
        """Return those whom an officer stands in for."""
        return frozenset(absent for absent, substitute in self.substitutions if substitute == officer)

    def supervises(self, officer: str) -> bool:
        """Say whether an officer supervises the office, himself or for an absent supervisor."""
        return bool(({officer} | self.absent_for(officer)) & self.supervisors)


class Taking(Form):
    """接办: what an officer takes upon himself."""

    proceedings: Proceedings = Field(min_length=1, max_length=AT_ONCE)


class NextWanted(Form):
    """取下一件: the most urgent that nobody has taken; of one kind, where it is given."""

    kind: Text | None = None


class HandOver(Form):
    """移交: to which colleague, and what he should know."""

    proceedings: Proceedings = Field(min_length=1, max_length=AT_ONCE)
    to: Code
    note: Text


class Release(Form):
    """退回待办: what an officer no longer has, and why."""

    proceedings: Proceedings = Field(min_length=1, max_length=AT_ONCE)
    note: Text


class Move(Form):
    """分派: one proceeding, and the colleague who gets it."""

    proceeding: Text
    to: Code


class Redistribution(Form):
    """重新分派: who gets what, and why."""

    moves: list[Move] = Field(min_length=1, max_length=AT_ONCE)
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        named = [move.proceeding for move in self.moves]
        if twice := next((one for one in named if named.count(one) > 1), None):
            yield "moves", f"must give each proceeding to one officer: {twice!r} stands twice"


class Substitution(Form):
    """代理: who stands in for whom, from a day to a day, both included."""

    absent: Code
    substitute: Code
    since: LawDate
    until: LawDate
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.absent == self.substitute:
            yield "substitute", f"must be another than who is absent (not {self.substitute!r})"
        if self.since < now.date():
            yield "since", f"must not be past: {self.since} is before {now.date()}"
        if self.until < self.since:
            yield "until", f"must not lie before the first day, {self.since} (not {self.until})"


def take(situation: Situation, form: Taking) -> Effect:
    """接办: what nobody of the office has; what a colleague has is handed over by him (article 15(3))."""
    known = _known(situation, form.proceedings)
    mine = {situation.officer} | known.absent_for(situation.officer)
    for stream in form.proceedings:
        holder = known.taken[stream]
        if holder in known.officers - mine:
            why = f"{holder} has {stream}; he hands it over, or a supervisor; you may act in it all the same"
            raise Barred("taken_already", "15(3)", why)
    return _assigned(situation, dict.fromkeys(form.proceedings, situation.officer))


def take_next(situation: Situation, form: NextWanted) -> Effect:
    """取下一件: overdue before not, then due soonest by the legal calendar, then the oldest change (article 15(3))."""
    known = _known(situation)
    if known.next_one is None:
        raise Barred("next_in_turn", "15(3)", "nothing that you may handle waits for your office untaken")
    said = Finding(rule="next_in_turn", article="15(3)", passed=True, reason=known.because)
    return _assigned(situation, {known.next_one: situation.officer}, findings=(said,))


def hand_over(situation: Situation, form: HandOver) -> Effect:
    """移交: by whoever has it, who stands in for him, or a supervisor (article 15(3))."""
    known = _known(situation, form.proceedings)
    _has_or_supervises(situation, known, form.proceedings)
    _colleague(known, "to", form.to)
    return _assigned(situation, dict.fromkeys(form.proceedings, form.to), note=form.note)


def release(situation: Situation, form: Release) -> Effect:
    """退回待办: it waits for the whole office again (article 15(3))."""
    known = _known(situation, form.proceedings)
    _has_or_supervises(situation, known, form.proceedings)
    return _assigned(situation, dict.fromkeys(form.proceedings), note=form.note)


def redistribute(situation: Situation, form: Redistribution) -> Effect:
    """重新分派: a supervisor shares out what waits for the office (article 15(3))."""
    known = _known(situation, [move.proceeding for move in form.moves])
    _supervises(situation, known)
    for place, move in enumerate(form.moves):
        _colleague(known, f"moves.{place}.to", move.to)
    return _assigned(situation, {move.proceeding: move.to for move in form.moves}, note=form.reason)


def substitute(situation: Situation, form: Substitution) -> Effect:
    """代理: the absent officer or a supervisor appoints a colleague of the office (article 15(3)).

    The substitute acts in his own name and under his own rights: whoever prepared does not approve for another either.
    """
    known = _known(situation)
    for name, code in (("absent", form.absent), ("substitute", form.substitute)):
        _colleague(known, name, code)
    if situation.officer != form.absent:
        _supervises(situation, known)
    return Effect(facts={"substitution": form.said()}, carries=form)


def _known(situation: Situation, named: Iterable[str] = ()) -> Known:
    """Return what is known of the office's work; raise where the register or a proceeding is another office's."""
    if situation.office != situation.file.number:
        why = f"the work is {situation.file.number}'s; {situation.officer} acts for {situation.office}"
        raise Barred("own_work", "15(3)", why)
    known: Known = situation.register.work
    if strange := [stream for stream in named if stream not in known.taken]:
        raise Unfit(("proceedings", f"must await your office: {', '.join(strange)} does not"))
    return known


def _has_or_supervises(situation: Situation, known: Known, named: Iterable[str]) -> None:
    mine = {situation.officer} | known.absent_for(situation.officer)
    if not all(known.taken[stream] in mine for stream in named):
        _supervises(situation, known)


def _supervises(situation: Situation, known: Known) -> None:
    if not known.supervises(situation.officer):
        why = f"{situation.officer} is no supervisor of {situation.office} on this day"
        raise Barred("supervisor_of_office", "15(3)", why)


def _colleague(known: Known, name: str, code: str) -> None:
    if code not in known.officers:
        raise Unfit((name, f"must act for your office today: one of {', '.join(sorted(known.officers))}, not {code!r}"))


def _assigned(
    situation: Situation, to: Mapping[str, str | None], note: str = "", findings: tuple[Finding, ...] = ()
) -> Effect:
    # The moment is told, so that the same order at another time is another change.
    said: dict[str, Any] = {"to": dict(to), "at": situation.received_at.isoformat(), "note": note}
    return Effect(findings=findings, facts={"assigned": said}, carries=dict(to))


#: Every kind of office shares out its own work.
OFFICES = tuple(kind for kind in get_args(OfficeKind) if kind != "system")

WORK = Procedure(
    "work",
    {"open": Stage("open", "待办登记")},
    {
        act.name: act
        for act in (
            Act("take", "接办", OFFICES, "15(3)", ("open",), Taking, take, "open"),
            Act("take_next", "取下一件", OFFICES, "15(3)", ("open",), NextWanted, take_next, "open"),
            Act("hand_over", "移交", OFFICES, "15(3)", ("open",), HandOver, hand_over, "open"),
            Act("release", "退回待办", OFFICES, "15(3)", ("open",), Release, release, "open"),
            Act("redistribute", "重新分派", OFFICES, "15(3)", ("open",), Redistribution, redistribute, "open"),
            Act("substitute", "代理", OFFICES, "15(3)", ("open",), Substitution, substitute, "open"),
        )
    },
    driven=False,
)
