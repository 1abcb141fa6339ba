"""计划公示: where the edition asks for it, a plan is given public notice of before it is signed (article 13, P)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.deadlines import working_days_after
from rules.faults import Unfit
from rules.finding import Finding
from rules.periods import days_later
from rules.procedure import Barred, Effect, Situation
from rules.schemes.dalian_forms import Publication
from rules.schemes.dalian_ties import tie_settled
from rules.timetable import fixed


def publish_plan_notice(situation: Situation, form: Publication) -> Effect:
    """计划公示: the plan is on the website; its working days run from that day, which counts (article 13, P)."""
    days, plan = situation.edition.plan_notice_days.value, situation.fact("plan")
    if not days:
        raise Barred("plan_notice_asked", "13", "the edition asks for no public notice of a plan")
    if situation.file.facts.get("plan_notice"):
        raise Barred("one_notice_each", "13", f"public notice of {plan['number']} was given already")
    published_on = form.published_at.date()
    if published_on.isoformat() < plan.get("prepared_on", ""):
        raise Unfit(("published_at", f"must not be before the plan was prepared on {plan['prepared_on']}"))
    due = working_days_after(days_later(published_on, -1), days, situation.calendar)
    return Effect(
        findings=tuple(tie_settled(situation)),
        facts={"plan_notice": {**form.said(), "published_on": published_on.isoformat()}},
        opens=(fixed("plan_notice", "13", "regulator", published_on, due),),
    )


def notice_ended(situation: Situation) -> Iterator[Finding]:
    """公示期满: asked before anybody signs, only where the edition wants a notice (article 13, P)."""
    if not situation.edition.plan_notice_days.value:
        return
    notice, today = situation.file.deadline("plan_notice"), situation.today
    given = bool(situation.file.facts.get("plan_notice")) and notice is not None
    told = (
        f"the public notice runs to the end of {notice.due_on}; today is {today}" if given and notice else "none given"
    )
    ended = given and notice is not None and today > notice.due_on
    yield Finding(rule="plan_notice_ended", article="13", passed=ended, reason=told)
    objections = situation.register.objections
    told = (
        f"objections to the plan that are not decided: {', '.join(objections)}" if objections else "none is undecided"
    )
    yield Finding(rule="plan_objections_decided", article="13", passed=not objections, reason=told)


def notice_withdrawn(situation: Situation) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The facts and the deadline that end a notice: a plan that is drawn anew or taken back needs a new one."""
    given = bool(situation.file.facts.get("plan_notice"))
    return ({"plan_notice": {}}, ("plan_notice",)) if given else ({}, ())
