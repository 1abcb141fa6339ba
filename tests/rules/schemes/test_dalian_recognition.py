"""The public notice before a recognition, which the demonstration edition does not want (article 10, P)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import Cited, Edition, edition_of
from rules.procedure import Barred, File, Nothing, Situation, decide, read_form
from rules.schemes.dalian_case import CASE
from service.sample_forms import SampleForms

PLAIN = edition_of("dalian")
NOTICED = PLAIN.model_copy(update={"public_notice_days": Cited(5, "10", "tried here")})
#: Monday 2026-09-21, local morning; the next day off is Friday 25 September, Mid-Autumn.
MONDAY = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)


def assessed() -> File:
    forms = SampleForms.at(MONDAY, 1)
    submission = {**forms.submission(), "submitted_on": "2026-09-01", "corrections": 0}
    facts: dict[str, Any] = {"submission": submission, "assessment": forms.report()}
    facts["entrustment"] = {"assessor": "assessor-a", "entrusted_on": "2026-09-02"}
    return File(number="DL-2026-000001", scheme="dalian", edition=PLAIN.name, stage="assessed", sequence=7, facts=facts)


def done(
    file: File, act_name: str, edition: Edition, at: datetime = MONDAY, officer: str = "bureau-1"
) -> tuple[bool, File]:
    """Do an act of the bureau in a file; say whether the law let it pass, and the file it leaves."""
    act = CASE.act(act_name)
    CASE.due_now(act, file.stage)
    form = read_form(act.form, SampleForms.at(at, 1).of(act_name), at) if act.form is not Nothing else Nothing()
    situation = Situation(
        file=file,
        officer=officer,
        officer_name="王丽",
        office="bureau",
        office_kind="industry_bureau",
        received_at=at,
        edition=edition,
        calendar=CHINA,
    )
    effect, after = decide(CASE, act, situation, form)
    return effect.passed, after


def on(day: int) -> datetime:
    return MONDAY.replace(day=day)


def test_without_a_notice_a_proposal_waits_only_for_its_second_officer() -> None:
    passed, proposed = done(assessed(), "propose", PLAIN)
    assert (passed, proposed.stage) == (True, "proposed")
    assert proposed.deadline("public_notice") is None
    assert done(proposed, "publish", PLAIN, officer="bureau-2")[1].stage == "recognised"


def test_a_notice_of_five_working_days_counts_its_first_and_passes_over_the_holiday() -> None:
    _, noticed = done(assessed(), "propose", NOTICED)
    notice = noticed.deadline("public_notice")
    assert notice is not None
    assert noticed.stage == "public_notice"
    # 21, 22, 23, 24 September, then the holiday of 25 to 27, then 28.
    assert notice.due_on.isoformat() == "2026-09-28"


@pytest.mark.parametrize(("day", "passes"), [(24, False), (28, False), (29, True)])
def test_publication_waits_until_the_notice_has_ended(day: int, passes: bool) -> None:
    _, noticed = done(assessed(), "propose", NOTICED)
    passed, after = done(noticed, "publish", NOTICED, on(day), "bureau-2")
    assert (passed, after.stage) == (passes, "recognised" if passes else "public_notice")


def test_an_objection_upheld_ends_the_case_and_one_dismissed_lets_the_notice_run_on() -> None:
    _, noticed = done(assessed(), "propose", NOTICED)
    _, objected = done(noticed, "record_objection", NOTICED, on(22))
    assert objected.stage == "objection"
    with pytest.raises(Barred, match="act_in_turn"):
        done(objected, "publish", NOTICED, on(29))
    upheld = done(objected, "uphold_objection", NOTICED, on(23), "bureau-2")[1]
    assert (upheld.stage, upheld.closed) == ("not_recognised", True)
    dismissed = done(objected, "dismiss_objection", NOTICED, on(23), "bureau-2")[1]
    assert dismissed.stage == "public_notice"
    assert done(dismissed, "publish", NOTICED, on(29), "bureau-2")[1].stage == "recognised"
