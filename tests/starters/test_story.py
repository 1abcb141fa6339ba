"""The demonstration's story: true on every day of any year, played through the officers' own door, and carried on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CHINA
from rules.deadlines import insure_by
from rules.edition import edition_of
from rules.procedure import Act, read_form
from rules.procedures import PROCEDURES
from service.auditing import verified
from service.ledger import ledger_of
from service.reading import read_data
from service.sample_forms import SampleForms
from service.sample_values import late_delivery, rolled_delivery
from service.showing import file_of, shown
from starters.story import Step, Story, first_unopened, quarter_of
from tests.hands import Hands

EDITION = edition_of("dalian")
DAYS = st.dates(date(2024, 3, 1), date(2040, 12, 31))
FORMS = [act for procedure in PROCEDURES.values() for act in procedure.acts.values() if act.by != ("system",)]


@given(DAYS)
def test_on_any_day_some_weeks_old_delivery_rolls_off_a_day_off_and_can_still_be_insured(today: date) -> None:
    delivered = rolled_delivery(today, EDITION)
    due = insure_by(delivered, delivered, EDITION, CHINA)
    assert due.rolled
    assert delivered <= today <= due.due_on


@given(DAYS)
def test_on_any_day_some_delivery_became_too_late_on_the_last_working_day(today: date) -> None:
    due = insure_by(late_delivery(today, EDITION), late_delivery(today, EDITION), EDITION, CHINA)
    assert due.due_on < today
    between = ((due.due_on + timedelta(days=n)) for n in range(1, (today - due.due_on).days))
    assert all(CHINA.is_day_off(day) for day in between)


@pytest.mark.parametrize("moment", [datetime(2028, 2, 29, 3, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC)])
@pytest.mark.parametrize("act", FORMS, ids=[act.name for act in FORMS])
def test_the_sample_of_an_act_printed_and_read_again_is_a_form_that_act_takes(
    folder: Path, act: Act, moment: datetime
) -> None:
    printed = folder / "form.yaml"
    form = SampleForms.at(moment, 1).of(act.name)
    printed.write_text(yaml.safe_dump(form, allow_unicode=True, sort_keys=False), encoding="utf-8")
    read_form(act.form, read_data(str(printed)), moment)


async def test_the_story_ends_with_the_paid_subsidy_and_the_late_one_refused_and_is_the_same_when_told_again(
    hands: Hands,
) -> None:
    told: list[Step] = []
    story = [Story(hands.session, told.append, hands.serial, hands.quarter) for _ in range(2)]
    ending = await story[0].play()
    paid, late = [await shown(hands.session.pool, case) for case in (ending.paid, ending.late)]
    assert (paid["stage"], late["stage"]) == ("paid", "recognised")
    assert {name: paid["money"][name] for name in ("premium", "subsidy_asked", "cut_by_cap", "paid")} == {
        "premium": "1800000.00",
        "subsidy_asked": "600000.00",
        "cut_by_cap": "100000.00",
        "paid": "500000.00",
    }
    (ground,) = [found for found in late["events"][-1]["findings"] if not found["passed"]]
    assert ground["article"] == "11"
    assert "after the last day" in ground["reason"]
    assert (await ledger_of(hands.session.pool, "dalian", ending.fiscal_year))["balanced"]
    counted = await verified(hands.session.pool)
    again = await story[1].play()
    assert again == ending
    assert await verified(hands.session.pool) == counted
    done = [step.what for step in told if step.officer]
    assert done[: len(done) // 2] == done[len(done) // 2 :]


@pytest.mark.parametrize("after", [3, 8, 10, 14, 24])
async def test_a_story_interrupted_after_any_act_is_carried_on_days_later(hands: Hands, after: int) -> None:
    done: list[Step] = []

    def until_interrupted(step: Step) -> None:
        done.append(step)
        if sum(bool(one.officer) for one in done) == after:
            raise KeyboardInterrupt

    hands.clock.ahead = -timedelta(days=4)
    with pytest.raises(KeyboardInterrupt):
        await Story(hands.session, until_interrupted, hands.serial, hands.quarter).play()
    hands.clock.ahead = timedelta()
    ending = await Story(hands.session, done.append, hands.serial, hands.quarter).play()
    assert (await file_of(hands.session.pool, ending.paid)).stage == "paid"


async def test_the_story_leaves_alone_a_quarter_that_a_user_has_opened(hands: Hands) -> None:
    session, quarter = hands.session, hands.quarter
    assert (await first_unopened(session.pool, quarter)).number == quarter
    await session.open(f"round:dalian:{quarter}", "open", "regulator-1", {"quarter": quarter}, None)
    following = f"{quarter[:4]}Q{int(quarter[5]) + 1}" if quarter[5] < "4" else f"{int(quarter[:4]) + 1}Q1"
    assert (await first_unopened(session.pool, quarter)).number == following


@pytest.mark.parametrize(
    ("moment", "quarter"),
    [(datetime(2026, 3, 31, 15, 59, tzinfo=UTC), "2026Q1"), (datetime(2026, 3, 31, 16, tzinfo=UTC), "2026Q2")],
)
def test_a_quarter_begins_at_midnight_in_shanghai(moment: datetime, quarter: str) -> None:
    assert quarter_of(moment) == quarter
