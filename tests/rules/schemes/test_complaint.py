"""The days of an objection, tip-off or complaint: to admit, answer, appeal, answer the appeal (article 15(1))."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.procedure import Effect, File, Situation, decide, read_form
from rules.schemes.dalian_complaint import COMPLAINT
from service.sample_forms import SampleForms

EDITION = edition_of("dalian")
#: Monday 2026-09-21, 10:00 in Shanghai.
MONDAY = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
PATH = ("receive_complaint", "admit_complaint", "investigate", "answer_complaint", "appeal")


def done(file: File, name: str, at: datetime) -> tuple[Effect, File]:
    """Do an act of the regulator's in a complaint; return its effect and the file it leaves."""
    act = COMPLAINT.act(name)
    situation = Situation(
        file=file,
        officer="regulator-1",
        officer_name="王丽",
        office="regulator",
        office_kind="regulator",
        received_at=at,
        edition=EDITION,
        calendar=CHINA,
    )
    return decide(COMPLAINT, act, situation, read_form(act.form, SampleForms.at(at, 1).of(name), at))


def brought_to(last: str) -> File:
    file = File(number="CP-2026-000001", scheme="dalian", edition=EDITION.name)
    for name in PATH:
        _, file = done(file, name, MONDAY)
        if name == last:
            break
    return file


@pytest.mark.parametrize(
    ("act", "deadline", "nominal", "due"),
    [
        # The fifteenth day lies in the National Day holiday.
        ("receive_complaint", "complaint_admission", date(2026, 10, 6), date(2026, 10, 8)),
        ("admit_complaint", "complaint_answer", date(2026, 11, 20), date(2026, 11, 20)),
        # A Wednesday.
        ("answer_complaint", "complaint_appeal", date(2026, 10, 21), date(2026, 10, 21)),
        ("appeal", "complaint_appeal_answer", date(2026, 10, 21), date(2026, 10, 21)),
    ],
)
def test_each_step_opens_the_days_of_the_next(act: str, deadline: str, nominal: date, due: date) -> None:
    opened = brought_to(act).deadline(deadline)
    assert opened is not None
    assert (opened.nominal_on, opened.due_on, opened.office) == (nominal, due, "regulator")


@pytest.mark.parametrize(
    ("at", "passed"),
    [
        (datetime(2026, 10, 21, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 21, 16, 0, tzinfo=UTC), False),
    ],
)
def test_an_appeal_is_in_time_to_the_end_of_its_last_day(at: datetime, passed: bool) -> None:
    effect, after = done(brought_to("answer_complaint"), "appeal", at)
    assert [(found.rule, found.article, found.passed) for found in effect.findings] == [
        ("appealed_in_time", "15(1)", passed)
    ]
    assert after.stage == ("appealed" if passed else "answered")


def test_silence_lets_the_answer_stand_and_nothing_else_ends_by_silence() -> None:
    deadlines = brought_to("appeal").deadlines
    assert [deadline.name for deadline in deadlines if deadline.silence] == ["complaint_appeal"]
