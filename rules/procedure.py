"""How a proceeding moves: stages, acts, deadlines and reminders, in which each scheme declares its procedure.

A proceeding (办件) is a case, a quarterly round or the ledger of a year. An officer's act is weighed against the
law: what is found, which facts it adds, which deadlines it opens and meets. Nothing here reads a clock or a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from rules.calendar import Calendar
from rules.deadlines import recount
from rules.edition import Edition
from rules.faults import Unfit, read
from rules.finding import Finding
from rules.occasion import on_occasion
from rules.register import NOTHING_KNOWN, Register
from rules.timetable import SHANGHAI, Deadline, Frozen, OfficeKind, Wake, next_wake, resume, suspend


class Barred(Exception):
    """The act is not this officer's, or not due now: nothing is stored in the case."""

    def __init__(self, rule: str, article: str, why: str) -> None:
        super().__init__(f"{rule} (article {article}): {why}")
        self.rule, self.article, self.why = rule, article, why


class File(Frozen):
    """A proceeding as its events left it: what the next act is weighed against."""

    number: str
    scheme: str
    edition: str
    stage: str = ""
    sequence: int = 0
    closed: bool = False
    enterprise: str | None = None
    district: str | None = None
    product_key: str | None = None
    #: The stream of the proceeding this one is about: a policy's case, a loss claim's policy.
    about: str | None = None
    facts: dict[str, dict[str, Any]] = Field(default_factory=dict)
    money: dict[str, str] = Field(default_factory=dict)
    deadlines: tuple[Deadline, ...] = ()
    #: Who last did each act: whoever prepared may not approve (article 15(3)).
    done_by: dict[str, str] = Field(default_factory=dict)

    def deadline(self, name: str) -> Deadline | None:
        return next((deadline for deadline in self.deadlines if deadline.name == name), None)

    @property
    def wakes(self) -> tuple[Wake, ...]:
        """Every running deadline's next rung, the earliest first."""
        return tuple(sorted((d.wake for d in self.deadlines if d.wake), key=lambda wake: wake.at))

    def changes_to(self, later: File) -> dict[str, Any]:
        """What differs in `later`, as an event keeps it; facts are told section by section."""
        before, after = self.model_dump(mode="json"), later.model_dump(mode="json")
        changed = {key: value for key, value in after.items() if before[key] != value}
        if "facts" in changed:
            changed["facts"] = {k: v for k, v in after["facts"].items() if before["facts"].get(k) != v}
        return changed

    def folded(self, changes: Mapping[str, Any]) -> File:
        """Apply one event's changes: a proceeding is the fold of its events."""
        facts = {**self.facts, **changes.get("facts", {})}
        return File.model_validate({**self.model_dump(mode="json"), **changes, "facts": facts})


#: What the first event of a stream changes: so its number, scheme and edition are part of what is hashed.
NO_FILE = File(number="", scheme="", edition="")


@dataclass(frozen=True)
class Situation:
    """All that an act is weighed against: the file, the officer, the moment, the law and the register."""

    file: File
    officer: str
    officer_name: str
    office: str
    office_kind: OfficeKind
    received_at: datetime
    edition: Edition
    calendar: Calendar
    register: Register = NOTHING_KNOWN
    #: Every edition of the scheme, those its owners signed among them.
    editions: tuple[Edition, ...] = ()

    @property
    def today(self) -> date:
        """The day the act was received, in Asia/Shanghai."""
        return self.received_at.astimezone(SHANGHAI).date()

    @property
    def local_time(self) -> datetime:
        """The moment the act was received, on Shanghai's clocks."""
        return self.received_at.astimezone(SHANGHAI).replace(tzinfo=None)

    def fact(self, section: str) -> dict[str, Any]:
        return self.file.facts[section]


@dataclass(frozen=True)
class Effect:
    """What an act does when nothing found forbids it."""

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    opens: tuple[Deadline, ...] = ()
    meets: tuple[str, ...] = ()
    #: Deadlines that were met and run again, because the act that met them is taken back.
    reopens: tuple[str, ...] = ()
    suspends: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    #: The deadline whose reminder this act is: its ladder moves to the next rung.
    rings: str | None = None
    #: The article that speaks here, if not the act's own.
    article: str | None = None
    #: What the record has to carry out with the act, beside the file; never stored as such.
    carries: Any = None
    #: Where the act leads, if not where it is declared to.
    stage: str | None = None
    enterprise: str | None = None
    district: str | None = None
    product_key: str | None = None
    about: str | None = None

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)


class Form(Frozen):
    """What an officer hands in with an act; every field that is wrong is told at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def said(self) -> dict[str, Any]:
        """What was handed in, as the file keeps it."""
        return self.model_dump(mode="json")

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        """Yield what can only be seen beside the moment the act is received, `now` in Shanghai's local time."""
        yield from ()

    def names(self) -> str | None:
        """Return the number of the proceeding this form opens, where the form gives it."""
        return None


class Nothing(Form):
    """An act that says all by being done."""


def remind(situation: Situation, form: Any) -> Effect:
    """提醒: ring one rung of a deadline's ladder, saying under which article the date stands and how it was counted."""
    name, deadline = form.deadline, situation.file.deadline(form.deadline)
    if deadline is None:
        raise Unfit(("deadline", f"{name!r} is no deadline of {situation.file.number}"))
    said = Finding(
        rule="reminder",
        article=deadline.article,
        passed=True,
        reason=f"{form.rung}: {name} is due on {deadline.due_on} from the {deadline.office}",
    )
    return Effect(findings=(said,), rings=name, article=deadline.article)


class Recount(Form):
    """重算期限: the year whose notice of days off was loaded, and its document."""

    year: int
    document: str


def recounted(file: File, calendar: Calendar, today: date) -> Iterator[tuple[Deadline, Deadline]]:
    """Yield each running provisional deadline as it stood and as a calendar that has learned more counts it.

    A day that would already be past leaves the old one standing: time that was given is not taken back.
    """
    for old in file.deadlines:
        if old.running and old.provisional:
            due = recount(old.nominal_on, old.because, calendar)
            stands = due.due_on < today and due.due_on < old.due_on
            counted = {"nominal_on": due.nominal_on, "due_on": due.due_on, "because": due.because}
            told = {} if stands else counted
            yield old, old.model_copy(update={**told, "provisional": due.provisional})


def recount_deadlines(situation: Situation, form: Recount) -> Effect:
    """重算期限: a notice of days off was loaded; each provisional deadline is counted anew, and what moved is told."""
    findings, anew = [], []
    for old, new in recounted(situation.file, situation.calendar, situation.today):
        day = f"stays {old.due_on}" if new.due_on == old.due_on else f"moves from {old.due_on} to {new.due_on}"
        state = "still provisional" if new.provisional else "provisional no longer"
        reason = f"{old.name} of the {old.office} {day} by {form.document} for {form.year}: {state}"
        findings.append(Finding(rule="recounted", article=old.article, passed=True, reason=reason))
        # A day that moved is reminded of anew; one that stays keeps the rungs it has rung.
        anew.append(new.model_copy(update={"wake": None}) if new.due_on != old.due_on else new)
    return Effect(findings=tuple(findings), opens=tuple(anew))


#: 受理, 补正 (一次性告知), 决定: what the law of procedure has an office tell in writing.
Notice = Literal["acceptance", "correction", "decision"]


@dataclass(frozen=True)
class Act:
    """行为: one step an office may take: when, under which article, with which form, leading where."""

    name: str
    zh: str
    by: tuple[OfficeKind, ...]
    article: str
    stages: tuple[str, ...]
    form: type[Form]
    weigh: Callable[[Situation, Any], Effect]
    leads_to: str | None = None
    #: Acts whose doer may not do this one (article 15(3)).
    not_by_doer_of: tuple[str, ...] = ()
    #: What of the file keeps a kind of office from it at its stage: raises `Barred` where it has done its part of what
    #: offices do jointly, or where nothing is put to it.
    bars: Callable[[File, OfficeKind], None] | None = None
    #: 文书: the notice that is served with it.
    notice: Notice | None = None
    #: 有利决定: a decision that gives what was asked for, so that its notice names no remedies.
    favourable: bool = False
    #: 全季: whether it weighs every application of a round, which may be a hundred thousand, and so may take long.
    of_whole_round: bool = False
    #: Whose office a notice of the system's own act is served for, by the stage it is done at.
    in_name_of: Mapping[str, OfficeKind] = field(default_factory=dict)

    @property
    def decides(self) -> bool:
        """决定: what is served as a decision, or done by another than whoever prepared it (article 15(3))."""
        return self.notice == "decision" or bool(self.not_by_doer_of)

    def __post_init__(self) -> None:
        if self.notice and "system" in self.by and not set(self.stages) <= set(self.in_name_of):
            raise ValueError(f"{self.name}: the system serves its notice in the name of an office, given by stage")


@dataclass(frozen=True)
class Stage:
    """环节: where a proceeding stands."""

    name: str
    zh: str
    closed: bool = False
    #: Whether, once closed here, the product may be submitted again: a new record (domain §7).
    again: bool = True
    #: The acts that the file waits for here, each with the kinds of office; where nothing is said, all that move it on.
    awaits: Callable[[File], Mapping[str, tuple[OfficeKind, ...]]] | None = None


@dataclass(frozen=True)
class Procedure:
    """A kind of proceeding: its stages and acts. The first act opens it."""

    kind: str
    stages: Mapping[str, Stage]
    acts: Mapping[str, Act]
    #: The letters its numbers begin with, as in DL-2026-000001; empty where whoever opens it names it.
    prefix: str = ""
    #: Whether a workflow drives it; a register, where nothing is ever due, needs none.
    driven: bool = True
    #: 受送达人: whom its notices are addressed to, an office's code or a name; None where nobody can be told. Where
    #: nothing is said, the enterprise; in a proceeding of no enterprise, the office that opened it.
    addressee: Callable[[File], str | None] | None = None

    def __post_init__(self) -> None:
        """Give every procedure that is driven the acts they share: a notice of days off may move deadlines anywhere."""
        if self.driven:
            open_stages = tuple(stage.name for stage in self.stages.values() if not stage.closed)
            shared = Act("recount_deadlines", "重算期限", ("system",), "14", open_stages, Recount, recount_deadlines)
            object.__setattr__(self, "acts", {**self.acts, shared.name: shared})

    @property
    def opening(self) -> Act:
        return next(iter(self.acts.values()))

    def act(self, name: str) -> Act:
        """Return the act called `name`; raise `Unfit` where there is none."""
        if name not in self.acts:
            raise Unfit(("act", f"{name!r} is not an act of a {self.kind}; there are: {', '.join(self.acts)}"))
        return self.acts[name]

    def due_now(self, act: Act, stage: str) -> None:
        """Raise `Barred` unless `act` may be done at `stage`."""
        if stage not in act.stages:
            here = self.stages[stage]
            state = (
                f"the {self.kind} is closed at stage {stage!r} ({here.zh})"
                if here.closed
                else f"its stage is {stage!r} ({here.zh})"
            )
            when = (
                f"{act.name} is done at: {', '.join(act.stages)}"
                if act.stages
                else f"{act.name} only opens a {self.kind}"
            )
            raise Barred("act_in_turn", act.article, f"{state}; {when}")

    def movers(self, stage: str) -> tuple[Act, ...]:
        """The acts that are awaited at a stage: those that move it on and are no mere matter of occasion."""
        if self.stages[stage].closed:
            return ()
        moving = (act for act in self.acts.values() if stage in act.stages and act.leads_to)
        return tuple(act for act in moving if not on_occasion(act.name))


def read_form(form: type[Form], data: Mapping[str, Any], received_at: datetime) -> Any:
    """Read what was handed in; raise `Unfit` naming every wrong field at once."""
    filled = read(form, data)
    if faults := tuple(filled.faults(received_at.astimezone(SHANGHAI).replace(tzinfo=None))):
        raise Unfit(*faults)
    return filled


def decide(procedure: Procedure, act: Act, situation: Situation, form: Any) -> tuple[Effect, File]:
    """Weigh an act; return its effect and the file it leaves. An act the law refuses moves nothing but the record."""
    effect = act.weigh(situation, form)
    file, today, calendar = situation.file, situation.today, situation.calendar
    if not effect.passed:
        return effect, file.model_copy(update={"sequence": file.sequence + 1})
    kept = {deadline.name: deadline for deadline in file.deadlines} | {new.name: new for new in effect.opens}
    for name in effect.suspends:
        kept[name] = suspend(kept[name], today, calendar)
    for name in effect.resumes:
        kept[name] = resume(kept[name], today, calendar)
    for name in effect.reopens:
        kept[name] = kept[name].model_copy(update={"met_on": None})
    for name in effect.meets:
        if name in kept:
            kept[name] = kept[name].model_copy(update={"met_on": today, "wake": None})
    stage = effect.stage or act.leads_to or file.stage
    closed = procedure.stages[stage].closed
    deadlines = tuple(_rearmed(d, situation, rung=d.name == effect.rings, closed=closed) for d in kept.values())
    return effect, file.model_copy(
        update={
            "sequence": file.sequence + 1,
            "stage": stage,
            "closed": closed,
            "deadlines": deadlines,
            "facts": {**file.facts, **{section: dict(facts) for section, facts in effect.facts.items()}},
            "money": {**file.money, **effect.money},
            "done_by": {**file.done_by, act.name: situation.officer},
            "enterprise": effect.enterprise or file.enterprise,
            "district": effect.district or file.district,
            "about": effect.about or file.about,
            "product_key": None if closed and procedure.stages[stage].again else effect.product_key or file.product_key,
        }
    )


def _rearmed(deadline: Deadline, situation: Situation, *, rung: bool, closed: bool) -> Deadline:
    """Arm a running deadline: each rung follows the one before it; a closed proceeding reminds nobody."""
    if closed or not deadline.running:
        return deadline.model_copy(update={"wake": None})
    if deadline.wake and not rung:
        return deadline
    after = deadline.wake.at if deadline.wake else situation.received_at
    return deadline.model_copy(update={"wake": next_wake(deadline, after, situation.edition, situation.calendar)})
