"""季度汇总申报: a round is opened, takes the insurers' returns, and closes on its day (article 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.deadlines import days_after
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Effect, Nothing, Situation
from rules.schemes.dalian_forms import Reasons, Rung
from rules.schemes.dalian_numbers import digest_of
from rules.schemes.dalian_quarter import fiscal_year_of, quarter_after, quarter_end
from rules.schemes.dalian_round_forms import QuarterlyReturn, RoundOpening
from rules.timetable import Deadline, budgeted, fixed


def open_round(situation: Situation, form: RoundOpening) -> Effect:
    """开启: the quarter's returns can be filed; by hand this may be before the quarter has ended, and says so."""
    year, quarter = form.year_and_quarter
    ends = quarter_end(year, quarter)
    how = "by the Schedule" if situation.office_kind == "system" else "by hand"
    when = "after" if situation.today > ends else "before"
    told = f"opened on {situation.today} {how}, {when} the quarter's end {ends}"
    # The cap's year is that of the plan that pays (I-10): no plan is signed in a year that is closed.
    closed, of_quarter = situation.register.year_closed, fiscal_year_of(year, quarter)
    charged = situation.today.year if closed else of_quarter
    why = f"the budget of {of_quarter} is closed" if closed else f"the budget of {of_quarter} is open"
    budget = Finding(rule="year_charged", article="13", passed=True, reason=f"{why}: it charges {charged} (I-10)")
    return Effect(
        findings=(Finding(rule="quarter_opened", article="13", passed=True, reason=told), budget),
        facts={
            "round": {"quarter": form.quarter, "fiscal_year": charged, "ends_on": str(ends)},
            "awaited": dict.fromkeys(situation.register.listed_insurers, False),
        },
        opens=(_filing_days(situation, ends),),
    )


def _filing_days(situation: Situation, ends: date) -> Deadline:
    """申报期限: the days to file; a round opened after they would have run gives them from its opening."""
    days, counted_from = situation.edition.filing_day.value, ends
    due = days_after(ends, days, situation.calendar)
    if situation.today > due.due_on:
        counted_from, due = situation.today, days_after(situation.today, days, situation.calendar)
    return fixed("filing", "13", "regulator", counted_from, due, silence="close")


def file_return(situation: Situation, form: QuarterlyReturn) -> Effect:
    """汇总申报: an insurer files its enterprises' applications (article 13)."""
    known = {row["number"]: row for row in situation.register.applications}
    wrong = [
        (f"applications[{place}]", why)
        for place, number in enumerate(form.applications)
        if (why := _not_to_file(known.get(number), number, situation))
    ]
    returns = situation.file.facts.get("returns", {})
    filed = _filed_so_far(returns.get(situation.office), form)
    if not form.applications and filed["applications"]:
        wrong = [("applications", f"must not be empty: {filed['applications']} were filed in this round before")]
    if wrong:
        raise Unfit(*wrong)
    barred_on = situation.register.insurer_barred_on
    allowed = Finding(
        rule="insurer_not_barred",
        article="15(2)",
        passed=barred_on is None or situation.today < barred_on,
        reason=f"{situation.office} was barred on {barred_on}" if barred_on else f"{situation.office} is not barred",
    )
    awaited = {**situation.file.facts.get("awaited", {}), situation.office: True}
    return Effect(
        findings=(allowed, _filed_in_time(situation), _of_the_quarter(situation, form)),
        facts={"returns": {**returns, situation.office: filed}, "awaited": awaited},
        carries=form.applications,
    )


def _filed_so_far(before: Any, form: QuarterlyReturn) -> dict[str, Any]:
    """What a round's file keeps of an insurer's filings; which applications they were, their events tell."""
    # A filing recorded before this was counted stands in the file as it was handed in.
    if isinstance(before, list):
        before = {"filings": len(before), "applications": sum(len(one["applications"]) for one in before)}
    filings, applications = (before["filings"], before["applications"]) if before else (0, 0)
    return {
        "filings": filings + 1,
        "applications": applications + len(form.applications),
        "last_sha256": digest_of(form.applications),
        **form.model_dump(mode="json", exclude={"applications"}),
    }


def _filed_in_time(situation: Situation) -> Finding:
    """按期申报: what is received after the filing day is filed with the next quarter (article 13)."""
    day = _filing_day(situation)
    in_time = situation.today <= day
    told = f"received on {situation.today}; the filing day is {day}"
    late = f"{told}: file it with the return of {quarter_after(situation.file.number)}"
    return Finding(rule="filed_in_time", article="13", passed=in_time, reason=told if in_time else late)


def _filing_day(situation: Situation) -> date:
    filing = situation.file.deadline("filing")
    assert filing is not None
    return filing.due_on


def _not_to_file(row: Mapping[str, Any] | None, number: str, situation: Situation) -> str | None:
    if row is None or row["insurer"] != situation.office:
        return f"must be an application for a policy of {situation.office} (not {number!r})"
    if row["state"] != "applied":
        return f"must not have been filed or ended before ({number!r} is {row['state']})"
    return None


def _of_the_quarter(situation: Situation, form: QuarterlyReturn) -> Finding:
    """A return takes what was insured in its quarter or before: a later contract would charge another year's cap."""
    ends_on = date.fromisoformat(situation.fact("round")["ends_on"])
    if not form.applications:
        return _nil_return(situation, ends_on)
    later = [
        f"{row['number']} was on {row['concluded_at'].date()}"
        for row in situation.register.applications
        if row["concluded_at"].date() > ends_on
    ]
    return Finding(
        rule="insured_by_quarter_end",
        article="13",
        passed=not later,
        reason="; ".join((f"a return takes what was insured by the quarter's end, {ends_on}", *later)),
    )


def _nil_return(situation: Situation, ends_on: date) -> Finding:
    """零申报: an insurer says that it files nothing, and is awaited no more; what it could is told (article 13)."""
    could = situation.register.to_file
    told = f"{situation.office} files no application insured by {ends_on}; {could} of its applications could be filed"
    return Finding(rule="nil_return", article="13", passed=True, reason=told)


def close_filing(situation: Situation, form: Nothing) -> Effect:
    """截止: filing ends and the joint review's days begin (article 13)."""
    days, before = situation.edition.joint_review_days.value, situation.file.deadline("joint_review")
    left_over = [row["number"] for row in situation.register.applications]
    told = Finding(
        rule="left_over_taken_up",
        article="13",
        passed=True,
        reason=f"{len(left_over)} applications that earlier rounds held or could not fund are reviewed with these",
    )
    # Filing that was open again meanwhile gives the review no new days.
    runs_on = before is not None and before.suspended_on is not None
    anew = () if runs_on else (budgeted("joint_review", "13", "regulator", situation.today, days, situation.calendar),)
    return Effect(
        findings=(told,),
        facts={"left_over": {"count": len(left_over), "numbers_sha256": digest_of(left_over)}},
        opens=anew,
        resumes=("joint_review",) if runs_on else (),
        meets=("filing",),
        carries=left_over,
    )


def close(situation: Situation, form: Rung) -> Effect:
    """到期截止: the filing day has passed, and filing closes by itself (article 13)."""
    return close_filing(situation, Nothing())


def reopen_filing(situation: Situation, form: Reasons) -> Effect:
    """重新开放申报: filing was closed too early; taken back while no office has given an opinion (article 13)."""
    reviewed = situation.register.opinions
    nothing = Finding(
        rule="nothing_reviewed",
        article="13",
        passed=not reviewed,
        reason=f"opinions given in this round: {reviewed}",
    )
    day = _filing_day(situation)
    ahead = Finding(
        rule="filing_day_ahead",
        article="13",
        passed=situation.today <= day,
        reason=f"the filing day is {day}; what comes after it is filed with the next quarter",
    )
    return Effect(
        findings=(nothing, ahead),
        facts={"filing_reopened": form.said()},
        reopens=("filing",),
        suspends=("joint_review",),
    )
