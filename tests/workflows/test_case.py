"""The case, on a real Temporal server and a real PostgreSQL: its path, its refusals, and its year."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from rules.edition import edition_of
from runtime.errors import BadInput, Refused
from service.sample_values import late_delivery, rolled_delivery
from service.showing import shown
from tests.hands import Hands

EDITION = edition_of("dalian")


async def test_a_submission_gets_the_next_number_of_its_year_and_waits_for_its_district(hands: Hands) -> None:
    first, second = await hands.submit(), await hands.another().submit()
    *_, year, number = first.stream.split("-")
    assert int(year) == hands.today.year
    assert second.stream == f"case:dalian:DL-{year}-{int(number) + 1:06}"
    assert first.standing.stage == "district_review"


async def test_a_returned_submission_goes_on_once_corrected_and_the_districts_clock_stood_still(hands: Hands) -> None:
    await hands.submit(hands.forms.submission(complete=False))
    await hands.act("return_for_correction", "ganjingzi-1")
    suspended = (await hands.file()).deadline("verification")
    assert suspended is not None
    assert suspended.suspended_on == hands.today
    assert (await hands.act("correct")).standing.stage == "district_review"
    file = await hands.file()
    resumed, correction = file.deadline("verification"), file.deadline("correction")
    assert resumed is not None
    assert resumed.running
    assert correction is not None
    assert correction.met_on == hands.today
    assert (await hands.act("confirm", "ganjingzi-1")).event.passed


async def test_a_third_return_is_refused_because_the_edition_allows_two_rounds(hands: Hands) -> None:
    await hands.submit()
    for _ in range(2):
        await hands.act("return_for_correction", "ganjingzi-1")
        await hands.act("correct")
    third = await hands.act("return_for_correction", "ganjingzi-1")
    assert [finding.rule for finding in third.event.findings if not finding.passed] == ["correction_round_left"]
    assert third.standing.stage == "district_review"


async def test_a_district_cannot_confirm_what_the_law_refuses_and_its_refusal_states_every_ground(hands: Hands) -> None:
    wanting = hands.forms.submission(complete=False)
    wanting["product"] |= {"patent": False, "market_record": True, "environment_met": False}
    await hands.submit(wanting)
    confirmed = await hands.act("confirm", "ganjingzi-1")
    assert confirmed.standing.stage == "district_review"
    grounds = {finding.article for finding in confirmed.event.findings if not finding.passed}
    assert grounds == {"2", "8(4)", "8(5)"}
    refused = await hands.act("refuse", "ganjingzi-1", {"reason": "不符合条件"})
    assert refused.standing.closed
    assert {ground["article"] for ground in (await hands.file()).facts["refusal"]["grounds"]} == grounds


async def test_silence_after_a_return_lapses_the_case_but_not_before_its_last_day_has_ended(hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    deadline = (await hands.file()).deadline("correction")
    assert deadline is not None
    left = (deadline.due_on - hands.today).days
    await hands.pass_days(left - 1)
    assert (await hands.file()).stage == "correction"
    await hands.pass_days(3)
    file = await hands.reached("lapsed")
    assert file.closed
    assert (await hands.acts())[-1] == "lapse"


async def test_a_correction_received_in_time_counts_though_it_arrives_in_the_grace_after_midnight(hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    deadline = (await hands.file()).deadline("correction")
    assert deadline is not None
    assert deadline.wake is not None
    late = await hands.another().submit()
    assert late.event.passed
    # The case's clock stands a few minutes past midnight, within the grace; the act was received the evening before.
    await hands.pass_days((deadline.due_on - hands.today).days)
    assert (await hands.act("correct")).standing.stage == "district_review"


async def test_a_recognition_that_nobody_insures_expires_after_its_year_each_reminder_rung_once(hands: Hands) -> None:
    await hands.bring_to("publish")
    file = await hands.file()
    until = file.deadline("recognition_valid_until")
    assert until is not None
    assert until.due_on == hands.today.replace(year=hands.today.year + 1)
    await hands.pass_days(370)
    assert (await hands.reached("expired")).closed
    rungs = [event for event in await hands.events() if event.act == "remind"]
    reasons = Counter(finding.reason.split(":")[0] for event in rungs for finding in event.findings)
    assert reasons == Counter(
        {"10 working days before": 1, "3 working days before": 1, "1 working day before": 1, "on the day": 1}
    )
    assert {event.article for event in rungs} == {"10"}
    assert (await hands.acts())[-1] == "expire"


async def test_a_district_that_says_nothing_is_reminded_before_on_and_after_its_last_day(hands: Hands) -> None:
    await hands.submit()
    await hands.pass_days(40)
    await hands.until(lambda file: file.sequence >= 6)
    _, *rung = await hands.events()
    reminders = [event.findings[0].reason.split(":")[0] for event in rung]
    assert reminders[:5] == [
        "10 working days before",
        "3 working days before",
        "1 working day before",
        "on the day",
        "5 working days overdue",
    ]
    assert (await hands.file()).stage == "district_review"


async def test_the_case_says_from_when_to_when_and_why_it_must_be_insured(hands: Hands) -> None:
    await hands.bring_to("publish")
    delivered = rolled_delivery(hands.today, EDITION)
    await hands.act("record_delivery", None, hands.forms.delivery(delivered))
    told = await shown(hands.session.pool, hands.stream)
    (deadline,) = [one for one in told["deadlines"] if one["name"] == "insurance"]
    assert deadline["article"] == "11"
    assert deadline["nominal_on"] == str(delivered + timedelta(days=30))
    assert deadline["due_on"] > deadline["nominal_on"]
    assert deadline["counted_from"] == str(delivered)
    assert deadline["because"]


async def test_insurance_after_the_last_day_is_refused_with_the_article_and_the_days(hands: Hands) -> None:
    await hands.bring_to("publish")
    delivered = late_delivery(hands.today, EDITION)
    await hands.act("record_delivery", None, hands.forms.delivery(delivered))
    late = await hands.act("insure", "insurer-a-1")
    (ground,) = [finding for finding in late.event.findings if not finding.passed]
    assert ground.article == "11"
    due = (await hands.file()).deadline("insurance")
    assert due is not None
    assert f"{(hands.today - due.due_on).days} day" in ground.reason
    assert late.standing.stage == "recognised"


async def test_an_enterprise_may_withdraw_before_publication_and_then_submit_the_product_again(hands: Hands) -> None:
    await hands.bring_to("receive")
    assert (await hands.act("withdraw")).standing.stage == "withdrawn"
    assert (await hands.submit()).event.passed


async def test_an_enterprise_cannot_withdraw_a_recognition_once_published(hands: Hands) -> None:
    await hands.bring_to("publish")
    with pytest.raises(Refused, match=r"act_in_turn.*recognised"):
        await hands.act("withdraw")


async def test_an_act_out_of_turn_is_refused_and_nothing_is_stored(hands: Hands) -> None:
    await hands.submit()
    with pytest.raises(Refused, match="act_in_turn"):
        await hands.act("publish", "bureau-2")
    assert await hands.acts() == ["submit"]


async def test_an_act_on_a_closed_case_is_refused_and_says_so(hands: Hands) -> None:
    await hands.submit()
    await hands.act("withdraw")
    with pytest.raises(Refused, match="closed at stage 'withdrawn'"):
        await hands.act("confirm", "ganjingzi-1")


async def test_an_act_in_a_case_that_is_not_there_is_bad_input(hands: Hands) -> None:
    await hands.submit()
    hands.case = hands.stream._replace(number="DL-2016-999999")
    with pytest.raises(BadInput, match="there is no case"):
        await hands.act("confirm", "ganjingzi-1")


async def test_the_same_command_twice_is_done_once_and_answered_alike(hands: Hands) -> None:
    first = await hands.submit(command_id="submit-1")
    assert await hands.submit(command_id="submit-1") == first
    form = hands.forms.opinion()
    done = await hands.act("confirm", "ganjingzi-1", form, "confirm-1")
    again = await asyncio.gather(*(hands.act("confirm", "ganjingzi-1", form, "confirm-1") for _ in range(5)))
    assert again == [done] * 5
    assert await hands.acts() == ["submit", "confirm"]


async def test_the_same_command_sent_five_times_at_once_is_done_once(hands: Hands) -> None:
    await hands.submit()
    form = hands.forms.opinion()
    answers = await asyncio.gather(*(hands.act("confirm", "ganjingzi-1", form, "confirm-1") for _ in range(5)))
    assert answers == [answers[0]] * 5
    assert await hands.acts() == ["submit", "confirm"]


async def test_a_commands_name_cannot_be_used_for_another_act(hands: Hands) -> None:
    await hands.submit(command_id="one")
    with pytest.raises(BadInput, match="command_id: 'one' was already used for submit"):
        await hands.act("confirm", "ganjingzi-1", command_id="one")


async def test_two_officers_at_once_do_one_act_and_the_other_is_told_it_is_done(hands: Hands) -> None:
    await hands.submit()
    outcomes = await asyncio.gather(*(hands.act("confirm", f"ganjingzi-{n}") for n in (1, 2)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Answer", "Refused"]
    assert await hands.acts() == ["submit", "confirm"]


async def test_a_product_under_way_cannot_be_submitted_again(hands: Hands) -> None:
    await hands.submit()
    with pytest.raises(Refused, match=r"first_batch_once \(article 2\)"):
        await hands.submit()
    assert await hands.session.pool.fetchval("select count(*) from event") == 1


async def test_a_correction_cannot_slip_in_a_product_that_is_under_way_elsewhere(hands: Hands) -> None:
    await hands.submit()
    other = hands.another()
    form = hands.forms.submission()
    form["product"]["model"] = "another"
    await other.submit(form)
    await other.act("return_for_correction", "ganjingzi-1")
    with pytest.raises(Refused, match=r"first_batch_once \(article 2\)"):
        await other.act("correct", hands.forms.enterprise, {"product": hands.forms.submission()["product"]})
    assert (await other.file()).stage == "correction"
    form["product"]["model"] = "a third"
    await other.act("correct", hands.forms.enterprise, {"product": form["product"]})
    form["product"]["model"] = "another"
    assert (await hands.another().submit(form)).event.passed
