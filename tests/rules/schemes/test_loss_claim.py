"""The days of a loss claim: to decide, to pay in advance, to pay, to tell a refusal, to dispute it (article 12)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.procedure import Effect, File, Register, Situation, decide, read_form
from rules.schemes.dalian_loss_claim import LOSS_CLAIM
from starters.sample_forms import SampleForms

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


def brought_to(*acts: str, **said: Any) -> File:
    file = File(number="LC-2026-000001", scheme="dalian", edition=EDITION.name)
    _, file = done(file, "report", **said)
    for name in acts:
        _, file = done(file, name)
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
    _, again = done(handed_in, "ask_for_documents", MONDAY + timedelta(days=55))
    _, last = done(again, "hand_in_documents", MONDAY + timedelta(days=70))
    assert due_of(last, "loss_decision") == date(2026, 5, 18)  # five days, to Saturday 16 May


def test_a_decision_whose_days_are_used_up_is_due_at_once() -> None:
    _, asked = done(brought_to("accept_loss"), "ask_for_documents", MONDAY + timedelta(days=45))
    _, handed_in = done(asked, "hand_in_documents", MONDAY + timedelta(days=50))
    assert due_of(handed_in, "loss_decision") == date(2026, 4, 21)


@pytest.mark.parametrize(("cover", "passed"), [("quality", True), ("liability", False)])
def test_a_loss_is_paid_only_under_a_cover_the_contract_has(cover: str, passed: bool) -> None:
    file = brought_to("accept_loss", "survey", cover=cover)
    contract = POLICY.facts["contract"] | {"liability_cover": False}
    effect, _ = done(file, "decide_to_pay", policy=POLICY.model_copy(update={"facts": {"contract": contract}}))
    assert ("loss_covered", "4", passed) in [(found.rule, found.article, found.passed) for found in effect.findings]


def test_only_an_undisputed_refusal_ends_by_silence() -> None:
    deadlines = brought_to("accept_loss", "refuse_loss", "notify_refusal").deadlines
    assert [deadline.name for deadline in deadlines if deadline.silence] == ["loss_dispute"]
