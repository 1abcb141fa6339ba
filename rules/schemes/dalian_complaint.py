"""异议、举报、投诉: an objection, a tip-off or a complaint, from its receipt to an answer that stands.

Objections to a recognition (article 10), tip-offs of fraud (article 15(2)) and complaints of an insurer (article 15(1))
go one way. The measures name no days for it: those of 信访工作条例 stand in the edition. An objection raised during a
case's public notice is handled inside that case; this procedure is for all else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from rules.deadlines import days_after
from rules.finding import Finding
from rules.procedure import Act, Barred, Effect, Form, Nothing, Procedure, Situation, Stage, remind
from rules.register import Register
from rules.schemes.dalian_forms import Reasons, Rung, Sha256, Text
from rules.timetable import OfficeKind, fixed
from rules.values import Flag

#: Under which article each kind stands.
ARTICLES = {"objection": "10", "tip_off": "15(2)", "complaint": "15(1)"}
#: 回避: in which proceedings an office acts on its own behalf; a pilot insurer's file is its insurer's.
OWN_CAUSE = ("case", "batch", "round", "policy", "recovery")
#: What is complained of: a proceeding's stream, or an office's code.
Subject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,119}$")]


class Person(Form):
    """异议人、举报人、投诉人: who speaks up. Personal data, shown to the handling office alone."""

    name: Text
    contact: Text


class Complaint(Form):
    """异议、举报、投诉: who says what about whom, and how it came in."""

    kind: Literal["objection", "tip_off", "complaint"]
    subject: Subject
    ground: Text
    channel: Literal["online", "letter", "telephone", "fax", "visit"]
    person: Person | None = None

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.person is None and self.kind != "tip_off":
            yield "person", f"must be given: only a tip_off may be anonymous (not {self.kind!r})"


class Investigation(Form):
    """调查: what was found, and on which papers it rests."""

    found: Text
    evidence: list[Sha256] = Field(default=[], max_length=50)


class ComplaintAnswer(Form):
    """答复: whether it holds, why, and the letter that says so."""

    upheld: Flag
    answer: Text
    letter_sha256: Sha256


class Appeal(Form):
    """复查申请: why the answer is not accepted."""

    ground: Text


def receive_complaint(situation: Situation, form: Complaint) -> Effect:
    """登记: an office takes it down and is the one that handles it; its days to admit begin (article 15(1))."""
    subject, article = situation.register.parent, ARTICLES[form.kind]
    not_by = _not_in_own_cause(situation, form)
    said = form.said()
    person = said.pop("person")
    handling = {"office": situation.office, "kind": situation.office_kind, "not_by": not_by}
    today, days = situation.today, situation.edition.complaint_admission_days.value
    due = days_after(today, days, situation.calendar)
    return Effect(
        facts={"complaint": said, "handling": handling} | ({"person": person} if person else {}),
        opens=(fixed("complaint_admission", article, situation.office_kind, today, due),),
        about=form.subject if subject else None,
        article=article,
    )


def _not_in_own_cause(situation: Situation, form: Complaint) -> list[str]:
    """回避: an office that is complained of, or acted in what is, handles no complaint of it; nor an officer his own.

    An objection is to a decision: another officer of the office that decided may handle it (article 10). Returns whom
    nothing of it is given to.
    """
    register, office, article = situation.register, situation.office, ARTICLES[form.kind]
    subject = register.parent
    handled_by = subject.facts.get("handling", {}).get("office") if subject else form.subject
    if office == handled_by or (form.kind != "objection" and office in _concerned(register, form.subject)):
        why = f"{form.subject} is {office}'s own, or {office} acted in it: another office handles the complaint"
        raise Barred("not_in_own_cause", article, why)
    deciders = sorted(register.deciders) if form.kind == "objection" else []
    if situation.officer in deciders:
        why = f"{situation.officer} decided what is objected to; another officer handles the objection"
        raise Barred("not_in_own_cause", article, why)
    return deciders


def _concerned(register: Register, subject: str) -> frozenset[str]:
    return register.acted if subject.partition(":")[0] in OWN_CAUSE else frozenset()


def _article(situation: Situation) -> str:
    return ARTICLES[situation.fact("complaint")["kind"]]


def admit_complaint(situation: Situation, form: Nothing) -> Effect:
    """受理: the office takes it up; its days to answer begin (article 15(1))."""
    today, days = situation.today, situation.edition.complaint_answer_days.value
    due = days_after(today, days, situation.calendar)
    return Effect(
        facts={"admission": {"admitted_on": today.isoformat()}},
        opens=(fixed("complaint_answer", _article(situation), situation.office_kind, today, due),),
        meets=("complaint_admission",),
        article=_article(situation),
    )


def decline_complaint(situation: Situation, form: Reasons) -> Effect:
    """不予受理: the office does not take it up, and says why (article 15(1))."""
    return Effect(facts={"not_admitted": form.said()}, meets=("complaint_admission",), article=_article(situation))


def investigate(situation: Situation, form: Investigation) -> Effect:
    """调查: the office puts on record what it found (article 15(1))."""
    return Effect(facts={"investigation": form.said()}, article=_article(situation))


def answer_complaint(situation: Situation, form: ComplaintAnswer) -> Effect:
    """答复: who spoke up may appeal within days, and silence lets the answer stand (article 15(1))."""
    today, days = situation.today, situation.edition.complaint_appeal_days.value
    due = days_after(today, days, situation.calendar)
    article = _article(situation)
    return Effect(
        facts={"answer": {**form.said(), "answered_on": today.isoformat()}},
        opens=(fixed("complaint_appeal", article, situation.office_kind, today, due, silence="expire"),),
        meets=("complaint_answer",),
        article=article,
    )


def appeal(situation: Situation, form: Appeal) -> Effect:
    """申请复查: who spoke up does not accept the answer, within the days there are (article 15(1))."""
    last, article, today = situation.file.deadline("complaint_appeal"), _article(situation), situation.today
    assert last is not None
    in_time = Finding(
        rule="appealed_in_time",
        article=article,
        passed=today <= last.due_on,
        reason=f"appealed on {today}; the last day is {last.due_on}",
    )
    due = days_after(today, situation.edition.complaint_appeal_answer_days.value, situation.calendar)
    return Effect(
        findings=(in_time,),
        facts={"appeal": {**form.said(), "appealed_on": today.isoformat()}},
        opens=(fixed("complaint_appeal_answer", article, situation.office_kind, today, due),),
        meets=("complaint_appeal",),
        article=article,
    )


def answer_appeal(situation: Situation, form: ComplaintAnswer) -> Effect:
    """复查答复: another officer than the one who answered answers finally (articles 15(1), 15(3))."""
    return Effect(facts={"final_answer": form.said()}, meets=("complaint_appeal_answer",), article=_article(situation))


def expire(situation: Situation, form: Rung) -> Effect:
    """期满: nobody appealed within the days there were, so the answer stands (article 15(1), P)."""
    return Effect(rings=form.deadline, article=_article(situation))


STAGES = {
    stage.name: stage
    for stage in (
        Stage("received", "已登记"),
        Stage("admitted", "已受理"),
        Stage("investigated", "已调查"),
        Stage("answered", "已答复"),
        Stage("appealed", "复查中"),
        Stage("not_admitted", "不予受理", closed=True),
        Stage("answer_stands", "答复生效", closed=True),
        Stage("answered_finally", "复查答复", closed=True),
    )
}
#: Whoever received it handles it.
HANDLERS: tuple[OfficeKind, ...] = ("regulator", "industry_bureau", "finance", "district")
RUNNING = tuple(name for name, stage in STAGES.items() if not stage.closed)

ACTS = {
    act.name: act
    for act in (
        Act("receive_complaint", "登记", HANDLERS, "15(1)", (), Complaint, receive_complaint, "received"),
        Act("admit_complaint", "受理", HANDLERS, "15(1)", ("received",), Nothing, admit_complaint, "admitted"),
        Act("decline_complaint", "不予受理", HANDLERS, "15(1)", ("received",), Reasons, decline_complaint,
            "not_admitted"),
        Act("investigate", "调查", HANDLERS, "15(1)", ("admitted",), Investigation, investigate, "investigated"),
        Act("answer_complaint", "答复", HANDLERS, "15(1)", ("investigated",), ComplaintAnswer, answer_complaint,
            "answered"),
        Act("appeal", "申请复查", HANDLERS, "15(1)", ("answered",), Appeal, appeal, "appealed"),
        Act("answer_appeal", "复查答复", HANDLERS, "15(1)", ("appealed",), ComplaintAnswer, answer_appeal,
            "answered_finally", not_by_doer_of=("answer_complaint",)),
        Act("remind", "提醒", ("system",), "15(1)", RUNNING, Rung, remind),
        Act("expire", "期满", ("system",), "15(1)", ("answered",), Rung, expire, "answer_stands"),
    )
}  # fmt: skip

COMPLAINT = Procedure("complaint", STAGES, ACTS, prefix="CP")
