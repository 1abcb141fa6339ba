"""What waits to be carried to a workflow: each command once, and what one proceeding tells another in its order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from db.sql import queries
from service.auditing import verified
from tests.activities.desk import PATH, Desk, Step, first
from tests.workshop import Workshop

OUTBOX = queries("outbox")


async def due(desk: Desk, later: timedelta = timedelta(seconds=1)) -> list[str]:
    """The acts that a relay would carry to the case."""
    rows = await desk.pool.fetch(OUTBOX.take, desk.moment + later, 20)
    return [row["command"]["act"] for row in rows if row["stream"] == desk.case]


async def paid_before_the_case_was_told_of_the_plan(desk: Desk) -> Desk:
    """The round has planned, ordered and paid before anyone told the case."""
    await desk.play(first("case", "plan"))
    # What the case has recorded so far, its workflow has taken.
    await desk.pool.execute("update outbox set done = true where command_id in (select command_id from event)")
    for step in (Step("round", "order_payment", "finance-1"), Step("round", "pay", "finance-2")):
        desk.moment += timedelta(minutes=1)
        await desk.do(step)
    return desk


async def test_what_a_round_tells_a_case_is_due_in_the_order_it_was_told(desk: Desk) -> None:
    await paid_before_the_case_was_told_of_the_plan(desk)
    assert await due(desk) == ["plan"]
    plan = (await desk.next(PATH[first("case", "plan")])).command.id
    await desk.do(PATH[first("case", "plan")])
    await desk.record.acknowledge(plan)
    assert await due(desk) == ["pay"]


async def test_what_is_leased_to_one_relay_holds_back_what_comes_after_it(desk: Desk) -> None:
    await paid_before_the_case_was_told_of_the_plan(desk)
    plan = await desk.pool.fetchval("select command_id from outbox where command ->> 'act' = 'plan'")
    await desk.pool.execute(OUTBOX.lease, [plan], desk.moment, 10)
    assert await due(desk) == []


async def test_one_case_does_not_hold_back_another(desk: Desk) -> None:
    await desk.play(first("case", "file"))
    await desk.pool.execute(
        "insert into outbox (command_id, stream, command, not_before) "
        "select 'other', 'case:dalian:other', jsonb_set(command, '{received_at}', to_jsonb($1::text)), not_before "
        "from outbox where command ->> 'act' = 'file'",
        (desk.moment + timedelta(minutes=1)).isoformat(),
    )
    rows = await desk.pool.fetch(OUTBOX.take, desk.moment + timedelta(seconds=1), 20)
    filed = {row["stream"] for row in rows if row["command"]["act"] == "file"}
    assert filed == {desk.case, "case:dalian:other"}


async def test_what_another_relay_holds_is_passed_over(desk: Desk) -> None:
    await desk.play(first("case", "file"))
    async with desk.pool.acquire() as relay, relay.transaction():
        now: datetime = desk.moment + timedelta(seconds=1)
        held = await relay.fetch(OUTBOX.take, now, 20)
        assert {row["command"]["act"] for row in held} == {"conclude", "file"}
        assert await due(desk) == []
    assert await due(desk) == ["file"]


async def test_an_officers_own_act_is_offered_again_only_where_nobody_acknowledged_it(desk: Desk) -> None:
    await desk.play(1)
    assert await due(desk) == []
    assert await due(desk, timedelta(seconds=31)) == ["submit"]
    name = await desk.pool.fetchval("select command_id from outbox")
    await desk.record.acknowledge(name)
    assert await due(desk, timedelta(seconds=31)) == []


async def withdrawn_before_it_was_told_of_its_return(desk: Desk) -> Desk:
    """The insurer has filed the application; before its case was told, the enterprise withdraws it."""
    await desk.play(first("case", "file"))
    await desk.order("withdraw", desk.forms.enterprise, {"reason": "sold otherwise"})
    return desk


async def test_an_order_that_a_withdrawal_overtakes_is_settled_with_it_and_says_so(desk: Desk) -> None:
    await withdrawn_before_it_was_told_of_its_return(desk)
    assert "file" not in await due(desk, timedelta(days=1))
    row = await desk.pool.fetchrow("select done, last_error from outbox where command ->> 'act' = 'file'")
    assert tuple(row or ()) == (True, "overtaken: withdraw closed it at withdrawn")


async def test_an_order_carried_out_before_its_proceeding_closed_is_overtaken_by_nothing(desk: Desk) -> None:
    await desk.play()
    assert await desk.pool.fetchval("select count(*) from outbox where last_error is not null") == 0


async def test_a_record_in_which_an_order_was_overtaken_is_whole(desk: Desk) -> None:
    await withdrawn_before_it_was_told_of_its_return(desk)
    assert (await verified(desk.pool))["ok"]


async def sent(desk: Desk, sender: str, many: int, after: timedelta = timedelta()) -> None:
    """Order an act in so many cases at once."""
    moment = desk.moment + after
    order = json.dumps({"act": "told", "officer": sender, "received_at": moment.isoformat()}).removesuffix("}")
    cases = [f"case:dalian:{sender}-{one}" for one in range(many)]
    await desk.pool.execute(OUTBOX.send_all, f"{sender}/1/told/", order, moment, cases, ['{"plan": "P1"}'] * many)


async def test_what_is_told_to_many_holds_back_nobody_who_tells_a_few(desk: Desk) -> None:
    await sent(desk, "plan", 100)
    await sent(desk, "return", 2, timedelta(seconds=5))
    await desk.play(1)
    rows = await desk.pool.fetch(OUTBOX.take, desk.moment + timedelta(seconds=31), 6)
    assert [row["command"]["officer"] for row in rows] == [desk.forms.enterprise, *["plan", "return"] * 2, "plan"]


async def test_a_command_refused_often_is_tried_again_much_later(desk: Desk) -> None:
    await sent(desk, "plan", 2)
    often = "update outbox set attempts = 10 where command_id = 'plan/1/told/case:dalian:plan-0' returning command_id"
    assert await desk.pool.fetchval(often)
    names = ["plan/1/told/case:dalian:plan-0", "plan/1/told/case:dalian:plan-1"]
    await desk.pool.execute(OUTBOX.lease, names, desk.moment, 10)
    rows = await desk.pool.fetch("select not_before - $1 as wait from outbox order by command_id", desk.moment)
    assert [row["wait"] for row in rows] == [timedelta(hours=1), timedelta(seconds=30)]


async def test_how_far_a_plan_has_been_told_is_counted(desk: Desk) -> None:
    await sent(desk, "plan", 5)
    await desk.record.acknowledge("plan/1/told/case:dalian:plan-0")
    await desk.pool.execute(OUTBOX.failed, "plan/1/told/case:dalian:plan-1", "out of turn", True)
    await desk.pool.execute(OUTBOX.failed, "plan/1/told/case:dalian:plan-2", "Temporal is away", False)
    await desk.pool.execute(OUTBOX.overtake, "case:dalian:plan-3", "withdrawn")
    (row,) = await desk.pool.fetch(OUTBOX.told, "plan")
    assert tuple(row) == ("told", "P1", 5, 1, 1, 1)


async def test_a_claim_of_what_is_due_looks_at_no_more_than_it_takes(desk: Desk, workshop: Workshop) -> None:
    await sent(desk, "plan", 3000)
    await sent(desk, "payment", 3000)
    # The server counts a table some time after it has grown.
    await workshop.superuser.execute("analyze outbox")
    explained = "explain (analyze, format json) " + OUTBOX.take.replace("$1", "now() + interval '1 day'")
    ((told,),) = await desk.pool.fetch(explained.replace("$2", "20"))
    scanned = [part["Actual Rows"] for part in _parts(json.loads(told)[0]["Plan"]) if part["Node Type"] == "Index Scan"]
    assert scanned
    assert max(scanned) <= 20


def _parts(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(part for below in plan.get("Plans", []) for part in _parts(below))]
