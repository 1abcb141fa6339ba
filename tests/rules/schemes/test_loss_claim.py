"""The days of a loss claim: to decide, to pay in advance, to pay, to tell a refusal, to dispute it (article 12)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.faults import Unfit
from rules.procedure import Effect, File, Situation, decide, read_form
from rules.register import Register
from rules.schemes.dalian_loss_claim import LOSS_CLAIM
from service.sample_forms import SampleForms

EDITION = edition_of("dalian")
#: Monday 2026-03-02, 10:00 in Shanghai.
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
POLICY = File(
    number="DL-2026-000001-1",
    scheme="dalian",
    edition=EDITION.name,
    enterprise=SampleForms.at(MONDAY, 1).enterprise,
    facts={"contract": SampleForms.at(MONDAY, 1).contract() | {"years": 1}},
)


def done(file: File, name: str, at: datetime = MONDAY, policy: File = POLICY, **said: Any) -> tuple[Effect, File]:
    """Do an act of the insurer's in a loss claim; return its effect and the file it leaves."""
    act = LOSS_CLAIM.act(name)
    situation = Situation(
        file=file,
        officer="insurer-a-1",
        officer_name="王丽",
        office="insurer-a",
        office_kind="insurer",
        received_at=at,
        edition=EDITION,
        calendar=CHINA,
        register=Register(parent=policy),
    )
    return decide(LOSS_CLAIM, act, situation, read_form(act.form, SampleForms.at(at, 1).of(name) | said, at))


def brought_to(*acts: str, at: datetime = MONDAY, **said: Any) -> File:
    file = File(number="LC-2026-000001", scheme="dalian", edition=EDITION.name)
    _, file = done(file, "report", at, **said)
    for name in acts:
        _, file = done(file, name, at)
    return file


def due_of(file: File, name: str) -> date:
    deadline = file.deadline(name)
    assert deadline is not None
    return deadline.due_on


@pytest.mark.parametrize(
    ("acts", "deadline", "due"),
    [
        (("accept_loss",), "loss_decision", date(2026, 4, 1)),
        (("accept_loss",), "loss_advance", date(2026, 5, 6)),  # day 60, 1 May, is a holiday
        (("accept_loss", "survey", "decide_to_pay"), "loss_payment", date(2026, 3, 12)),
        (("accept_loss", "survey", "refuse_loss"), "loss_refusal_notice", date(2026, 3, 5)),
        (("accept_loss", "survey", "refuse_as_false"), "loss_refusal_notice", date(2026, 3, 5)),
        (("accept_loss", "refuse_loss", "notify_refusal"), "loss_dispute", date(2028, 3, 2)),
    ],
)
def test_each_step_opens_the_days_of_the_next(acts: tuple[str, ...], deadline: str, due: date) -> None:
    assert due_of(brought_to(*acts), deadline) == due


def test_days_spent_waiting_for_papers_do_not_count_to_decide() -> None:
    _, asked = done(brought_to("accept_loss"), "ask_for_documents", MONDAY + timedelta(days=10))
    stopped = asked.deadline("loss_decision")
    assert stopped is not None
    assert (stopped.running, stopped.wake) == (False, None)
    _, handed_in = done(asked, "hand_in_documents", MONDAY + timedelta(days=40))
    # Twenty days are left from 11 April.
    assert due_of(handed_in, "loss_decision") == date(2026, 5, 6)
    assert due_of(handed_in, "loss_advance") == date(2026, 5, 6)


def test_days_used_up_by_a_last_day_that_rolled_are_due_at_once() -> None:
    # The thirtieth day, Thursday 1 October, lies in the holiday; the last day is 8 October.
    start = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
    _, accepted = done(brought_to(at=start), "accept_loss", start)
    _, asked = done(accepted, "ask_for_documents", start + timedelta(days=34))
    _, handed_in = done(asked, "hand_in_documents", start + timedelta(days=49))
    assert due_of(handed_in, "loss_decision") == date(2026, 10, 20)


def test_asking_for_papers_reopens_no_days_that_have_run_out() -> None:
    _, asked = done(brought_to("accept_loss"), "ask_for_documents", MONDAY + timedelta(days=75))
    overdue = asked.deadline("loss_decision")
    assert overdue is not None
    assert (overdue.due_on, overdue.running) == (date(2026, 4, 1), True)
    _, handed_in = done(asked, "hand_in_documents", MONDAY + timedelta(days=175))
    assert due_of(handed_in, "loss_decision") == date(2026, 4, 1)


def test_papers_are_asked_for_at_once_and_whole() -> None:
    _, asked = done(brought_to("accept_loss"), "ask_for_documents")
    _, handed_in = done(asked, "hand_in_documents")
    again, after = done(handed_in, "ask_for_documents")
    assert [(found.rule, found.article) for found in again.findings if not found.passed] == [
        ("documents_asked_at_once", "12")
    ]
    assert after.stage == "accepted"


@pytest.mark.parametrize(
    ("acts", "late", "days", "due"),
    [
        (("accept_loss", "survey"), "decide_to_pay", 90, "loss_decision was due on 2026-04-01: 60 days late"),
        (("accept_loss",), "refuse_loss", 31, "loss_decision was due on 2026-04-01: 1 day late"),
        (("accept_loss",), "refuse_as_false", 31, "loss_decision was due on 2026-04-01: 1 day late"),
        (("accept_loss",), "pay_in_advance", 70, "loss_advance was due on 2026-05-06: 5 days late"),
        (("accept_loss", "survey", "decide_to_pay"), "pay_loss", 12, "loss_payment was due on 2026-03-12: 2 days late"),
        (("accept_loss", "refuse_loss"), "notify_refusal", 4, "loss_refusal_notice was due on 2026-03-05: 1 day late"),
    ],
)
def test_what_comes_late_is_told_and_done_all_the_same(acts: tuple[str, ...], late: str, days: int, due: str) -> None:
    effect, _ = done(brought_to(*acts), late, MONDAY + timedelta(days=days))
    assert due in [found.reason for found in effect.findings if found.rule == "lateness_told"]
    assert effect.passed


def test_what_comes_in_time_is_not_told_late() -> None:
    effect, _ = done(brought_to("accept_loss", "survey"), "decide_to_pay", MONDAY + timedelta(days=30))
    assert "lateness_told" not in [found.rule for found in effect.findings]


@pytest.mark.parametrize(("days", "told"), [(0, False), (1, False), (2, True)])
def test_an_agreement_that_is_told_late_is_said_to_be(days: int, told: bool) -> None:
    agreed = {"agreed_on": f"{MONDAY.date()}"}
    effect, after = done(brought_to("accept_loss", "survey"), "decide_to_pay", MONDAY + timedelta(days=days), **agreed)
    assert ("agreement_told_late" in [found.rule for found in effect.findings]) is told
    assert effect.passed
    assert due_of(after, "loss_payment") == date(2026, 3, 12)


def test_nothing_is_agreed_on_before_the_survey() -> None:
    file, later = brought_to("accept_loss"), MONDAY + timedelta(days=3)
    _, file = done(file, "survey", later)
    with pytest.raises(Unfit, match="agreed_on: must not be before the survey of 2026-03-05"):
        done(file, "decide_to_pay", later, agreed_on="2026-03-04")


@pytest.mark.parametrize(("cover", "passed"), [("quality", True), ("liability", False)])
def test_a_loss_is_paid_only_under_a_cover_the_contract_has(cover: str, passed: bool) -> None:
    file = brought_to("accept_loss", "survey", cover=cover)
    contract = POLICY.facts["contract"] | {"liability_cover": False}
    effect, _ = done(file, "decide_to_pay", policy=POLICY.model_copy(update={"facts": {"contract": contract}}))
    assert ("loss_covered", "4", passed) in [(found.rule, found.article, found.passed) for found in effect.findings]


def test_only_an_undisputed_refusal_ends_by_silence() -> None:
    deadlines = brought_to("accept_loss", "refuse_loss", "notify_refusal").deadlines
    assert [deadline.name for deadline in deadlines if deadline.silence] == ["loss_dispute"]
