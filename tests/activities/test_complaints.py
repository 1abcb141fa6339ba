"""Objections, tip-offs and complaints in the record: who handles them, who may see whose they are, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from activities.contracts import Answer
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from service.showing import shown
from tests.activities.desk import Desk, first

NEW = "complaint:dalian:new"


async def receive(desk: Desk, officer: str = "regulator-1", **said: Any) -> Answer:
    recorded = await desk.order(
        "receive_complaint", officer, {**desk.forms.complaint(), **said}, "complaint", stream=NEW
    )
    assert recorded.answer
    return recorded.answer


async def act(desk: Desk, stream: str, act: str, officer: str = "regulator-1") -> Answer:
    recorded = await desk.order(act, officer, kind="complaint", stream=stream)
    assert recorded.answer
    return recorded.answer


async def bring_to(desk: Desk, last: str, **said: Any) -> str:
    stream = (await receive(desk, **said)).stream
    for name in ("admit_complaint", "investigate", "answer_complaint", "appeal"):
        assert (await act(desk, stream, name)).event.passed
        if name == last:
            break
    return stream


async def test_a_complaint_goes_from_receipt_to_the_answer_to_its_appeal(desk: Desk) -> None:
    stream = await bring_to(desk, "appeal")
    assert stream_of(stream).number.startswith("CP-")
    answered = await act(desk, stream, "answer_appeal", "regulator-2")
    assert (answered.standing.stage, answered.standing.closed) == ("answered_finally", True)
    assert [deadline.met_on is not None for deadline in (await desk.file_of(stream)).deadlines] == [True] * 4


@pytest.mark.parametrize(("kind", "article"), [("objection", "10"), ("tip_off", "15(2)"), ("complaint", "15(1)")])
async def test_each_kind_stands_under_its_own_article(desk: Desk, kind: str, article: str) -> None:
    received = await receive(desk, kind=kind)
    assert received.event.article == article
    assert (await act(desk, received.stream, "admit_complaint")).event.article == article
    assert {deadline.article for deadline in (await desk.file_of(received.stream)).deadlines} == {article}


@pytest.mark.parametrize("officer", ["regulator-1", "bureau-1", "finance-1", "ganjingzi-1"])
async def test_the_office_that_received_it_handles_it(desk: Desk, officer: str) -> None:
    received = await receive(desk, officer)
    for stranger in {"regulator-1", "bureau-1", "finance-1", "ganjingzi-1", "zhongshan-1"} - {officer}:
        with pytest.raises(Barred, match="handling_office"):
            await act(desk, received.stream, "admit_complaint", stranger)
    assert (await act(desk, received.stream, "admit_complaint", officer)).standing.stage == "admitted"


@pytest.mark.parametrize("officer", ["insurer-a-1", "assessor-a-1"])
async def test_insurers_and_assessors_receive_no_complaint(desk: Desk, officer: str) -> None:
    with pytest.raises(Barred, match="right_office"):
        await receive(desk, officer)
    assert await desk.events() == 0


async def test_an_office_complained_of_does_not_handle_the_complaint(desk: Desk) -> None:
    with pytest.raises(Barred, match="not_in_own_cause"):
        await receive(desk, "bureau-1", kind="objection", subject="bureau")
    assert await desk.refusals() == [("receive_complaint", "bureau-1", "not_in_own_cause", "10")]
    handled_badly = await receive(desk, "bureau-1")
    with pytest.raises(Barred, match="not_in_own_cause"):
        await receive(desk, "bureau-2", subject=handled_badly.stream)
    assert (await receive(desk, subject=handled_badly.stream)).event.passed


async def test_a_complaint_about_a_proceeding_is_linked_to_it(desk: Desk) -> None:
    await desk.play(1)
    received = await receive(desk, "bureau-1", kind="objection", subject=desk.case)
    about = await desk.pool.fetchval("select about from proceeding where stream = $1", received.stream)
    assert about == desk.case


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ("case:dalian:DL-2026-999999", "subject: there is no case 'DL-2026-999999'"),
        ("story:dalian:1", "subject: 'story:dalian:1' names no procedure"),
        ("case:dalian", "subject: must be kind:scheme:number"),
        ("nobody", "subject: must be the code of an office or an enterprise"),
        ("王", "subject"),
    ],
)
async def test_what_is_complained_of_must_exist(desk: Desk, subject: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        await receive(desk, subject=subject)
    assert await desk.events() == 0


async def test_only_a_tip_off_may_be_anonymous(desk: Desk) -> None:
    assert (await receive(desk, kind="tip_off", person=None)).event.passed
    for kind in ("objection", "complaint"):
        with pytest.raises(Unfit, match="person: must be given: only a tip_off may be anonymous"):
            await receive(desk, kind=kind, person=None)


async def test_a_complaint_that_is_not_admitted_is_closed_with_its_reason(desk: Desk) -> None:
    received = await receive(desk)
    declined = await act(desk, received.stream, "decline_complaint")
    assert (declined.standing.stage, declined.standing.closed) == ("not_admitted", True)
    assert (await desk.file_of(received.stream)).facts["not_admitted"] == desk.forms.reasons()


async def test_whoever_answered_does_not_answer_the_appeal(desk: Desk) -> None:
    stream = await bring_to(desk, "appeal")
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await act(desk, stream, "answer_appeal")
    assert (await desk.file_of(stream)).stage == "appealed"


async def test_no_officer_lets_an_answer_stand_by_himself(desk: Desk) -> None:
    stream = await bring_to(desk, "answer_complaint")
    data = {"deadline": "complaint_appeal", "rung": "passed"}
    with pytest.raises(Barred, match="right_office"):
        await desk.order("expire", "regulator-1", data, "complaint", stream=stream)


async def test_who_spoke_up_is_shown_to_the_handling_office_alone(desk: Desk) -> None:
    stream = stream_of((await receive(desk, "ganjingzi-1")).stream)
    name = desk.forms.complaint()["person"]["name"]
    for officer in (None, "regulator-1", "zhongshan-1", "insurer-a-1"):
        told = await shown(desk.pool, stream, officer)
        assert told["facts"]["person"] == {"hidden": True}
        assert name not in str(told)
    for officer in ("ganjingzi-1", "ganjingzi-2"):
        assert (await shown(desk.pool, stream, officer))["facts"]["person"]["name"] == f"{name[0]}＊＊", (
            "masked by default"
        )
        assert (await shown(desk.pool, stream, officer, whole=True))["facts"]["person"]["name"] == name


async def test_an_anonymous_tip_off_has_nobody_to_hide(desk: Desk) -> None:
    stream = stream_of((await receive(desk, kind="tip_off", person=None)).stream)
    assert "person" not in (await shown(desk.pool, stream))["facts"]


# --- Nobody in his own cause ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["complaint", "tip_off"])
async def test_whoever_acted_in_what_is_complained_of_does_not_handle_it(desk: Desk, kind: str) -> None:
    await desk.play(first("case", "publish") + 1)
    for officer in ("ganjingzi-1", "bureau-2"):
        with pytest.raises(Barred, match="not_in_own_cause"):
            await receive(desk, officer, kind=kind, subject=desk.case)
    assert (await receive(desk, "regulator-1", kind=kind, subject=desk.case)).event.passed


async def test_whoever_leads_a_round_takes_in_no_complaint_about_it(desk: Desk) -> None:
    await desk.play(first("round", "open") + 1)
    with pytest.raises(Barred, match="not_in_own_cause"):
        await receive(desk, subject=desk.stream("round"))
    assert (await receive(desk, "finance-1", subject=desk.stream("round"))).event.passed


async def test_an_objection_is_handled_by_another_officer_than_the_one_who_decided(desk: Desk) -> None:
    await desk.play(first("case", "publish") + 1)
    with pytest.raises(Barred, match="not_in_own_cause"):
        await receive(desk, "bureau-2", kind="objection", subject=desk.case)
    stream = (await receive(desk, "bureau-1", kind="objection", subject=desk.case)).stream
    with pytest.raises(Barred, match="not_in_own_cause"):
        await act(desk, stream, "admit_complaint", "bureau-2")
    assert (await act(desk, stream, "admit_complaint", "bureau-1")).standing.stage == "admitted"


async def test_only_the_handling_office_is_awaited(desk: Desk) -> None:
    stream = (await receive(desk, "ganjingzi-1")).stream
    assert await desk.pool.fetchval("select awaits from proceeding where stream = $1", stream) == ["district"]


# --- What is kept from others ---------------------------------------------------------------------------------------


async def test_what_a_tip_off_says_is_shown_to_the_handling_office_alone(desk: Desk) -> None:
    await desk.play(1)
    said = {"kind": "tip_off", "subject": desk.case, "ground": "凭证系伪造"}
    stream = (await receive(desk, **said)).stream
    for name in ("admit_complaint", "investigate", "answer_complaint", "appeal"):
        assert (await act(desk, stream, name)).event.passed
    file = await desk.file_of(stream)
    secret = [*(file.facts[name] for name in ("investigation", "answer", "appeal")), desk.case, "凭证系伪造"]
    own, other, nobody = [
        await shown(desk.pool, stream_of(stream), who, whole=True) for who in ("regulator-2", "bureau-1", None)
    ]
    assert own["facts"] == file.facts
    for told in (other, nobody):
        assert not [one for one in secret if str(one) in str(told)]
        assert (told["facts"]["complaint"], told["about"]) == ({"kind": "tip_off", "hidden": True}, None)


async def test_a_tip_off_is_related_to_its_case_for_the_handling_office_alone(desk: Desk) -> None:
    await desk.play(1)
    await receive(desk, kind="tip_off", subject=desk.case)
    open_to_all = stream_of((await receive(desk, "bureau-1", subject=desk.case)).stream).number
    case = stream_of(desk.case)
    for officer, many in (("regulator-1", 2), ("bureau-1", 1), (None, 1)):
        related = [row["number"] for row in (await shown(desk.pool, case, officer))["related"]]
        assert len(related) == many
        assert open_to_all in related


async def test_a_tip_off_is_listed_for_the_handling_office_alone(desk: Desk) -> None:
    tip_off = stream_of((await receive(desk, kind="tip_off")).stream).number
    complaint = stream_of((await receive(desk)).stream).number
    asked = ("complaint", None, None, None, None, None, "", 10, desk.forms.now.date())
    for office, listed in (("regulator", [tip_off, complaint]), ("bureau", [complaint]), (None, [complaint])):
        assert [row["number"] for row in await desk.pool.fetch(queries("proceeding").list, *asked, office)] == listed


@pytest.mark.parametrize("settled", ["acknowledged", "followed by the next act", "closed"])
async def test_what_was_said_in_a_complaint_does_not_stay_in_the_outbox(desk: Desk, settled: str) -> None:
    received = await receive(desk)
    if settled == "acknowledged":
        await desk.record.acknowledge(received.event.command_id)
    else:
        await act(desk, received.stream, "admit_complaint" if settled.startswith("followed") else "decline_complaint")
    kept = "select command, done from outbox where command_id = $1"
    row = await desk.pool.fetchrow(kept, received.event.command_id)
    assert row
    assert (row["done"], row["command"]["data"]) == (True, {})
