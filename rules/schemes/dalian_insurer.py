"""试点保险机构: an insurer from its nomination to the published list, and off it; and its filed clauses.

The regulator selects insurers, and the list stands on two portals (article 12); a clause is filed before it is used
(article 3); the regulator acts on what goes wrong (article 15(1)), and bars whoever took part in fraud (article 15(2)).
An insurer has one file for ever, named by its office's code: so of its ends only the bar closes it. Whoever was not
selected, was taken off, or whose term ran out can be selected and listed again in the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from rules.deadlines import Due
from rules.edition import Edition, UnknownEdition, edition_in_force
from rules.faults import Unfit
from rules.finding import Finding
from rules.periods import years_later
from rules.procedure import Act, Barred, Effect, Form, Procedure, Situation, Stage, remind
from rules.schemes.dalian_forms import Code, Publication, Reasons, Rung, Sha256, Text
from rules.schemes.dalian_payment import cancelled, stopped
from rules.timetable import Deadline, fixed
from rules.values import LawDate


class Nomination(Form):
    """提名: the office that is to be a pilot insurer, and why (article 12)."""

    insurer: Code
    reason: Text

    def names(self) -> str:
        return self.insurer


class Listing(Form):
    """名单公布: the list's notice, and its page on each of the two portals (article 12)."""

    notice: Text
    industry_bureau_page: Publication
    regulator_page: Publication

    @property
    def published_on(self) -> date:
        """The day the list stood on both portals."""
        return max(self.industry_bureau_page.published_at, self.regulator_page.published_at).date()

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        for portal in ("industry_bureau_page", "regulator_page"):
            for field, why in getattr(self, portal).faults(now):
                yield f"{portal}.{field}", why
        if self.industry_bureau_page.page == self.regulator_page.page:
            yield "regulator_page.page", f"must be a page of the other portal (not {self.regulator_page.page!r} again)"


class BarProposal(Form):
    """拟取消申报资格: the falsified applications the insurer took part in, and what shows it (article 15(2))."""

    reason: Text
    applications: list[Text] = Field(min_length=1, max_length=1_000)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        for place, number in enumerate(self.applications):
            if number in self.applications[:place]:
                yield f"applications[{place}]", f"must be listed once (not {number!r} again)"


class Measure(Form):
    """监管措施: what the regulator did about an insurer's conduct, and what the conduct was (article 15(1))."""

    measure: Literal["alert", "interview", "order"]
    ground: Literal["clause_deviation", "rate_deviation", "unfair_competition", "harm"]
    reason: Text


class ClauseFiling(Form):
    """条款备案: a clause of the comprehensive cover, as the head office filed it (article 3).

    The day it was filed on is the insurer's statement: nothing counts from it.
    """

    clause_number: Text
    head_office_filing_number: Text
    filed_on: LawDate
    valid_until: LawDate
    text_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.filed_on > now.date():
            yield "filed_on", f"must not be in the future: {self.filed_on} is after {now.date()}"
        if self.valid_until < now.date():
            yield "valid_until", f"must not be past: {self.valid_until} is before {now.date()}"


class ClauseWithdrawal(Form):
    """撤回条款: the clause that is used no more, and why (article 3)."""

    clause_number: Text
    reason: Text


def nominate(situation: Situation, form: Nomination) -> Effect:
    """提名: the regulator puts an insurer forward; one on the list already enters as listed (article 12)."""
    register = situation.register
    if not register.insurer_known:
        raise Unfit(("insurer", f"must be an insurer of the register (article 12) (not {form.insurer!r})"))
    if register.insurer_barred_on:
        raise Barred("insurer_not_barred", "15(2)", f"{form.insurer} was barred on {register.insurer_barred_on}")
    facts = {"nomination": {**form.said(), "nominated_on": situation.today.isoformat()}}
    if register.listing is None:
        return Effect(facts=facts)
    since, until = register.listing["listed_from"], register.listing["listed_until"]
    facts["listing"] = {"notice": register.listing["notice"], "listed_from": str(since), "listed_until": str(until)}
    return Effect(facts=facts, opens=(_term(since, until),), stage="listed")


def _term(since: date, until: date) -> Deadline:
    """名单期限: a status ends where it ends, and rolls off no day off (I-5)."""
    because = (f"listed from {since} through {until} (article 12)", "a listing does not roll off a day off (I-5)")
    due = Due(nominal_on=until, due_on=until, rolled=False, provisional=False, because=because)
    return fixed("listing", "12", "regulator", since, due, silence="expire")


def select(situation: Situation, form: Reasons) -> Effect:
    """选定: the regulator selects the insurer; it is listed only once the list is published (article 12)."""
    return Effect(facts={"selection": {**form.said(), "selected_on": situation.today.isoformat()}})


def decline_nomination(situation: Situation, form: Reasons) -> Effect:
    """未予选定: the regulator does not select the insurer; it may be selected later (article 12)."""
    return Effect(facts={"declined_nomination": {**form.said(), "declined_on": situation.today.isoformat()}})


def list_insurer(situation: Situation, form: Listing) -> Effect:
    """列入名单: the list stands on both portals; its term is counted from the later page's day (article 12).

    Done again while listed, it begins the next term, so that no day need lie between two lists. Entered late, it
    fills no gap: what was refused while the insurer was off the list stays rightly refused.
    """
    since, facts = form.published_on, situation.file.facts
    until = years_later(since, _edition_on(since, situation).insurer_list_years.value)
    late = since < situation.today and _was_off(situation, since)
    selected_on = facts.get("selection", {}).get("selected_on", "")
    earlier = facts.get("listing", {}).get("listed_from", "")
    if since.isoformat() < selected_on:
        raise Unfit(("published_at", f"must not be before the insurer was selected on {selected_on} (article 12)"))
    if since.isoformat() <= earlier:
        raise Unfit(("published_at", f"must be after the day of the list before, {earlier} (article 12)"))
    if until < situation.today:
        raise Unfit(("published_at", f"must leave a term that has not ended: from {since}, it ended on {until}"))
    listed_from = situation.today if late else since
    listing = {**form.said(), "listed_from": listed_from.isoformat(), "listed_until": until.isoformat()}
    return Effect(
        findings=(_from_entry(since, listed_from),) if late else (),
        facts={"listing": listing, "proposed_delisting": {}, "suspension": {}},
        opens=(_term(listed_from, until),),
    )


def _was_off(situation: Situation, published: date) -> bool:
    """Whether a listing has ended and none followed, or a suspension has ended since the list was published."""
    facts, today = situation.file.facts, situation.today.isoformat()
    earlier = facts.get("listing")
    # Whoever is selected again after a listing was taken off it.
    ended = earlier is not None and (situation.file.stage == "selected" or earlier["listed_until"] < today)
    return ended or facts.get("suspension", {}).get("reinstated_on", "") > published.isoformat()


def _from_entry(published: date, entered: date) -> Finding:
    return Finding(
        rule="listed_from_entry",
        article="12",
        passed=True,
        reason=f"the list of {published} is entered on {entered} and counts from that day: "
        "the insurer was off the list in between, and no gap is filled afterwards",
    )


def _edition_on(day: date, situation: Situation) -> Edition:
    """版本: a file may outlive the edition it was opened under, so a list counts by the one in force on its day."""
    try:
        return edition_in_force(situation.file.scheme, day)
    except UnknownEdition:
        return situation.edition


def suspend(situation: Situation, form: Reasons) -> Effect:
    """暂停: from this day the insurer counts as not listed, until it is reinstated; its term runs on (article 12)."""
    return Effect(facts={"suspension": {**form.said(), "suspended_on": situation.today.isoformat()}})


def reinstate(situation: Situation, form: Reasons) -> Effect:
    """恢复: from this day the insurer counts as listed again (article 12)."""
    ended = {"reinstated_on": situation.today.isoformat(), "reinstated_because": form.reason}
    return Effect(facts={"suspension": {**situation.fact("suspension"), **ended}})


def propose_delisting(situation: Situation, form: Reasons) -> Effect:
    """拟移出名单: one officer proposes it; another decides (articles 12, 15(3))."""
    return Effect(facts={"proposed_delisting": {**form.said(), "proposed_on": situation.today.isoformat()}})


def delist(situation: Situation, form: Reasons) -> Effect:
    """移出名单: from this day the insurer is listed no more; it may be selected anew (articles 12, 15(3))."""
    proposed = Finding(
        rule="delisting_proposed",
        article="15(3)",
        # An empty one was already decided, or overtaken by a new list.
        passed=bool(situation.file.facts.get("proposed_delisting")),
        reason="whoever takes an insurer off the list is not whoever proposed it, so it must be proposed first",
    )
    delisting = {**form.said(), "delisted_on": situation.today.isoformat()}
    return Effect(
        findings=(proposed,), facts={"delisting": delisting, "proposed_delisting": {}}, meets=("listing",)
    )  # fmt: skip


def propose_bar(situation: Situation, form: BarProposal) -> Effect:
    """拟取消申报资格: one officer names the falsified applications; another decides (articles 15(2), 15(3))."""
    own = {row["number"] for row in situation.register.applications if row["insurer"] == situation.file.number}
    wrong = [
        (f"applications[{place}]", f"must be an application of {situation.file.number} (not {number!r})")
        for place, number in enumerate(form.applications)
        if number not in own
    ]
    if wrong:
        raise Unfit(*wrong)
    return Effect(facts={"proposed_bar": {**form.said(), "proposed_on": situation.today.isoformat()}})


def bar(situation: Situation, form: Reasons) -> Effect:
    """取消申报资格: from this day nothing more is filed, and what is pending is held for a decision (I-15).

    It ends the listing too, for no act could any more; what the insurer concluded while listed stays concluded.
    """
    named = situation.file.facts.get("proposed_bar", {})
    proposed = Finding(
        rule="bar_proposed",
        article="15(3)",
        passed=bool(named),
        reason=_of_proposal(situation, named),
    )
    decided = {"barred_on": situation.today.isoformat(), "applications": named.get("applications", [])}
    facts = {"bar": {**form.said(), **decided}, **cancelled(stopped(situation))}
    return Effect(findings=(proposed,), facts=facts, meets=("listing",))


def _of_proposal(situation: Situation, named: Mapping[str, Any]) -> str:
    if not named:
        return "whoever bars an insurer is not whoever proposed it, so it must be proposed first"
    days = (situation.today - date.fromisoformat(named["proposed_on"])).days
    count = len(named["applications"])
    return f"it was proposed on {named['proposed_on']}, {days} days before, naming {count} applications"


def record_measure(situation: Situation, form: Measure) -> Effect:
    """监管措施: an alert, an interview or an order enters the register of measures (article 15(1))."""
    taken = {**form.said(), "taken_on": situation.today.isoformat(), "taken_by": situation.officer}
    return Effect(facts={"measures": {"taken": [*situation.file.facts.get("measures", {}).get("taken", []), taken]}})


def file_clause(situation: Situation, form: ClauseFiling) -> Effect:
    """条款备案: a clause is filed, or filed again unchanged before it lapses, to run on (article 3).

    It counts from today: article 3 asks for a filing and no approval, so nobody need confirm it; but a day that the
    insurer alone states would make contracts of the past rest on a clause that nobody had seen.
    """
    clauses = {**situation.file.facts.get("clauses", {}), form.clause_number: form.said()}
    return Effect(findings=_filed_before(situation, form), facts={"clauses": clauses}, carries=form)


def _filed_before(situation: Situation, form: ClauseFiling) -> tuple[Finding, ...]:
    """What its insurer's earlier filing of the number forbids: another text, and filling a gap in which it lapsed."""
    earlier = situation.register.clause
    if earlier is None:
        return ()
    same = earlier["text_sha256"] == form.text_sha256
    lasts = earlier["withdrawn_on"] is None and situation.today <= earlier["valid_until"]
    unchanged = "is the same" if same else "is another: it must be filed under its own number"
    state = "withdrawn" if earlier["withdrawn_on"] else f"valid until {earlier['valid_until']}"
    return (
        Finding(
            rule="clause_text_unchanged",
            article="3",
            passed=same,
            reason=f"{form.clause_number} was filed on {earlier['filed_on']}; its text {unchanged}",
        ),
        Finding(
            rule="clause_prolonged_in_time",
            article="3",
            passed=lasts and form.valid_until > earlier["valid_until"],
            reason=f"{form.clause_number} is {state}; filed again by that day it is to last longer, "
            f"not until {form.valid_until} from {situation.today}",
        ),
    )


def withdraw_clause(situation: Situation, form: ClauseWithdrawal) -> Effect:
    """撤回条款: from this day no contract is concluded on the clause (article 3)."""
    clause = situation.register.clause
    if clause is None or clause["withdrawn_on"] is not None:
        own = f"must be a filed clause of {situation.file.number}, not withdrawn before"
        raise Unfit(("clause_number", f"{own} (not {form.clause_number!r})"))
    withdrawn = {**form.said(), "withdrawn_on": situation.today.isoformat()}
    earlier = situation.file.facts.get("withdrawn_clauses", {})
    return Effect(facts={"withdrawn_clauses": {**earlier, form.clause_number: withdrawn}}, carries=form)


def expire(situation: Situation, form: Rung) -> Effect:
    """名单期满: the term has run out; a new list may name the insurer again (article 12)."""
    return Effect(meets=(form.deadline,))


STAGES = {
    stage.name: stage
    for stage in (
        Stage("candidate", "候选"),
        Stage("selected", "已选定"),
        Stage("not_selected", "未予选定"),
        Stage("listed", "已列入名单"),
        Stage("suspended", "已暂停"),
        Stage("listing_ended", "名单期满"),
        Stage("delisted", "已移出名单"),
        Stage("barred", "已取消申报资格", closed=True),
    )
}
RUNNING = tuple(name for name, stage in STAGES.items() if not stage.closed)
#: Where an insurer may still file clauses: on the list, or on its way there.
FILING = ("candidate", "selected", "listed", "suspended", "listing_ended")
ON_THE_LIST = ("listed", "suspended")

ACTS = {
    act.name: act
    for act in (
        Act("nominate", "提名", ("regulator",), "12", (), Nomination, nominate, "candidate"),
        Act("select", "选定", ("regulator",), "12", ("candidate", "not_selected", "delisted"), Reasons, select,
            "selected"),
        Act("decline_nomination", "未予选定", ("regulator",), "12", ("candidate", "selected"), Reasons,
            decline_nomination, "not_selected", notice="decision"),
        Act("list", "列入名单", ("regulator",), "12", ("selected", "listed", "listing_ended"), Listing, list_insurer,
            "listed"),
        Act("suspend", "暂停", ("regulator",), "12", ("listed",), Reasons, suspend, "suspended", notice="decision"),
        Act("reinstate", "恢复", ("regulator",), "12", ("suspended",), Reasons, reinstate, "listed"),
        Act("propose_delisting", "拟移出名单", ("regulator",), "12", ON_THE_LIST, Reasons, propose_delisting),
        Act("delist", "移出名单", ("regulator",), "12", ON_THE_LIST, Reasons, delist, "delisted",
            not_by_doer_of=("propose_delisting",), notice="decision"),
        Act("propose_bar", "拟取消申报资格", ("regulator",), "15(2)", RUNNING, BarProposal, propose_bar),
        Act("bar", "取消申报资格", ("regulator",), "15(2)", RUNNING, Reasons, bar, "barred",
            not_by_doer_of=("propose_bar",), notice="decision"),
        Act("record_measure", "登记监管措施", ("regulator",), "15(1)", RUNNING, Measure, record_measure),
        Act("file_clause", "条款备案", ("insurer",), "3", FILING, ClauseFiling, file_clause),
        Act("withdraw_clause", "撤回条款", ("insurer",), "3", RUNNING, ClauseWithdrawal, withdraw_clause),
        Act("remind", "提醒", ("system",), "12", ON_THE_LIST, Rung, remind),
        Act("expire", "名单期满", ("system",), "12", ON_THE_LIST, Rung, expire, "listing_ended"),
    )
}  # fmt: skip

PILOT_INSURER = Procedure("pilot_insurer", STAGES, ACTS, addressee=lambda file: file.number)
