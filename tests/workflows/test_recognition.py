"""The turns a recognition can take, on real servers: correction, declining, revocation, supersession."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.errors import BadInput, Refused
from tests.hands import Hands


async def test_an_assessor_that_lacks_something_stops_its_clock_until_it_is_given(hands: Hands) -> None:
    await hands.bring_to("entrust")
    asked = await hands.act("ask_for_more", "assessor-a-1")
    assert asked.standing.stage == "assessment_correction"
    suspended = (await hands.file()).deadline("assessment")
    assert suspended is not None
    assert suspended.suspended_on == hands.today
    assert (await hands.act("supplement")).standing.stage == "assessment"
    assert (await hands.act("assess", "assessor-a-1")).event.passed


async def test_silence_towards_the_assessor_lapses_the_case(hands: Hands) -> None:
    await hands.bring_to("entrust")
    await hands.act("ask_for_more", "assessor-a-1")
    await hands.pass_days(30)
    assert (await hands.reached("lapsed")).closed


async def test_an_assessor_with_a_conflict_of_interest_declines_and_another_is_entrusted(hands: Hands) -> None:
    await hands.bring_to("entrust")
    assert (await hands.act("decline_assessment", "assessor-a-1")).standing.stage == "received"
    await hands.act("entrust", "bureau-1", {"assessor": "assessor-b"})
    with pytest.raises(Refused, match="own_assessment"):
        await hands.act("assess", "assessor-a-1")
    assert (await hands.act("assess", "assessor-b-1")).standing.stage == "assessed"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (
            {"score_sheet": [{"criterion": "创新性", "maximum": 40, "score": 41}], "score": 41},
            r"score_sheet\[0\].score",
        ),
        ({"score_sheet": [{"criterion": "创新性", "maximum": 40, "score": 30}], "score": 88}, "score: must be the sum"),
        (
            {"score_sheet": [{"criterion": "安全", "maximum": 40, "score": 30, "veto": True}], "score": 30},
            "recommended: must be false where a criterion is vetoed",
        ),
        ({"no_conflict_of_interest": False}, "no_conflict_of_interest: must be true"),
    ],
)
async def test_a_score_sheet_that_does_not_hold_together_is_bad_input(
    hands: Hands, changed: dict[str, object], field: str
) -> None:
    await hands.bring_to("entrust")
    with pytest.raises(BadInput, match=field):
        await hands.act("assess", "assessor-a-1", hands.forms.report() | changed)
    assert await hands.acts() == ["submit", "confirm", "receive", "entrust"]


async def test_a_recognition_is_revoked_by_another_than_proposed_it_and_takes_its_application_along(
    hands: Hands,
) -> None:
    await hands.bring_to("apply")
    unproposed = await hands.act("revoke", "bureau-2")
    assert [found.rule for found in unproposed.event.findings if not found.passed] == ["revocation_proposed"]
    await hands.act("propose_revocation", "bureau-1")
    with pytest.raises(Refused, match="preparer_does_not_approve"):
        await hands.act("revoke", "bureau-1")
    revoked = await hands.act("revoke", "bureau-2")
    assert (revoked.standing.stage, revoked.standing.closed) == ("revoked", True)
    assert await hands.session.pool.fetchval("select state from subsidy_application") == "refused"
    assert (await hands.submit()).event.passed


async def test_a_recognition_is_revoked_after_its_case_has_closed_and_its_workflow_ended(hands: Hands) -> None:
    await hands.bring_to("apply")
    assert (await hands.act("withdraw")).standing.closed
    await hands.handle.result()
    await hands.act("propose_revocation", "bureau-1")
    with pytest.raises(Refused, match="preparer_does_not_approve"):
        await hands.act("revoke", "bureau-1")
    revoked = await hands.act("revoke", "bureau-2", command_id=f"revoke-{hands.serial}")
    assert (revoked.standing.stage, revoked.standing.closed) == ("revoked", True)
    # Said again it is answered as the first time; nothing waits for a workflow that is no more.
    assert await hands.act("revoke", "bureau-2", command_id=f"revoke-{hands.serial}") == revoked
    waits = "select count(*) from outbox where stream = $1 and not done"
    assert await hands.session.pool.fetchval(waits, str(hands.stream)) == 0
    with pytest.raises(Refused, match="act_in_turn"):
        await hands.act("revoke", "bureau-2")


async def test_a_recognition_is_superseded_only_by_a_recognised_case_of_the_same_enterprise(hands: Hands) -> None:
    await hands.bring_to("publish")
    stranger = hands.another()
    await stranger.bring_to("publish")
    refused = await hands.act("supersede", "bureau-1", {"by_case": stranger.stream.number})
    assert not refused.event.passed
    itself = await hands.act("supersede", "bureau-1", {"by_case": hands.stream.number})
    assert not itself.event.passed
    first, newer = hands.stream, hands.forms.submission()
    newer["product"]["model"] = "DZ-NEW"
    await hands.submit(newer)
    for act, officer in (("confirm", "ganjingzi-1"), ("receive", "bureau-1"), ("entrust", "bureau-1")):
        await hands.act(act, officer)
    for act, officer in (("assess", "assessor-a-1"), ("propose", "bureau-1"), ("publish", "bureau-2")):
        await hands.act(act, officer)
    successor, hands.case = hands.stream, first
    superseded = await hands.act("supersede", "bureau-1", {"by_case": successor.number})
    assert superseded.standing.stage == "superseded"


async def test_a_recognition_is_not_published_on_a_day_before_it_was_proposed(hands: Hands) -> None:
    hands.clock.ahead = -timedelta(days=3)
    await hands.bring_to("assess")
    hands.clock.ahead = timedelta()
    await hands.act("propose", "bureau-1")
    yesterday = f"{hands.today - timedelta(days=1)}T09:30"
    with pytest.raises(BadInput, match="published_at: must not be before recognition was proposed"):
        await hands.act("publish", "bureau-2", hands.forms.publication() | {"published_at": yesterday})
    assert (await hands.file()).stage == "proposed"
