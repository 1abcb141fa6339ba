"""The plan of a whole round: entered, compared and committed in as many statements as for one line (article 13)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from db.pool import Pool
from rules.budget import Application, allocate
from rules.edition import edition_of
from starters.audit import verified
from tests.activities.desk import Desk
from tests.activities.test_waiting import JOINT, Quarter, applied, appropriate, sound

CITY = edition_of("dalian")
#: Of an application: what a plan leaves it, and the entry it makes.
KEPT = """
select a.number, a.state, a.waiting, l.amount from subsidy_application a
left join ledger_entry l on l.kind = 'commitment' and l.application = a.number order by a.number
"""


async def planned(desk: Desk, many: int, budget: str = "500000.00") -> tuple[Quarter, list[Desk]]:
    """A round of so many cases, each a minute after the one before, drawn up and signed by two offices."""
    await appropriate(desk, budget)
    cases = []
    for serial in range(many):
        desk.moment += timedelta(minutes=1)
        cases.append(await applied(desk, serial))
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(*cases)).reviewed(*cases)
    await quarter.do("prepare_plan", "regulator-1")
    for office in JOINT[:2]:
        await quarter.do("sign_plan", f"{office}-2")
    return quarter, cases


async def plan_kept(pool: Pool) -> list[Any]:
    return [tuple(row) for row in await pool.fetch("select rank, application, approved from plan_line order by rank")]


async def test_a_signed_plan_leaves_what_its_lines_say_one_by_one(desk: Desk) -> None:
    quarter, cases = await planned(desk, 4)
    rows = await desk.pool.fetch(
        "select number, enterprise, concluded_at, return_received_at, asked from subsidy_application"
    )
    budget = await desk.pool.fetchval("select appropriated from budget")
    plan = allocate(2030, budget, {}, [Application(*row) for row in rows], CITY)
    await quarter.do("sign_plan", "finance-2")
    expected = {
        line.number: (
            "signed" if line.approved else "waitlisted" if line.waitlisted else "refused",
            line.waitlisted,
            line.approved or None,
        )
        for line in plan.lines
    }
    assert {row["number"]: tuple(row)[1:] for row in await desk.pool.fetch(KEPT)} == expected
    for line in plan.lines:
        (case,) = [case for case in cases if case.application == line.number]
        money = (await case.file()).money
        assert (money["approved"], money["waitlisted"]) == (f"{line.approved:.2f}", f"{line.waitlisted:.2f}")
    await sound(desk)


@asynccontextmanager
async def counted(pool: Pool) -> AsyncIterator[list[str]]:
    """Note every statement that the pool's connections run."""
    said: list[str] = []
    logged = pool._init  # type: ignore[attr-defined]

    async def noting(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        await logged(connection)
        connection.add_query_logger(lambda query: said.append(query.query))

    pool._init = noting  # type: ignore[attr-defined]
    await pool.expire_connections()
    yield said
    pool._init = logged  # type: ignore[attr-defined]
    await pool.expire_connections()


async def statements_of(desk: Desk, many: int) -> tuple[int, int]:
    """How many statements preparing and signing take where a round holds so many."""
    quarter, _ = await planned(desk, many)
    async with counted(desk.pool) as drawn:
        await quarter.try_("prepare_plan", "regulator-1")
    for office in JOINT[:2]:
        await quarter.do("sign_plan", f"{office}-2")
    async with counted(desk.pool) as signed:
        await quarter.try_("sign_plan", "finance-2")
    return len(drawn), len(signed)


async def test_statements_do_not_grow_with_the_lines(desk: Desk) -> None:
    drawn, signed = await statements_of(desk, 6)
    assert 10 < min(drawn, signed) <= max(drawn, signed) <= 35, (drawn, signed)


async def test_what_moved_is_told_bounded_and_stores_nothing(desk: Desk) -> None:
    quarter, cases = await planned(desk, 3)
    before = await plan_kept(desk.pool)
    await cases[0].order("withdraw", cases[0].forms.enterprise)
    third = await quarter.try_("sign_plan", "finance-2")
    (moved,) = [one for one in third.event.findings if not one.passed]
    assert (moved.rule, moved.article) == ("plan_unmoved", "13")
    assert f"{cases[0].application}: no longer in the plan" in moved.reason
    assert await plan_kept(desk.pool) == before
    assert await desk.pool.fetchval("select count(*) from ledger_entry where kind = 'commitment'") == 0
    assert await desk.pool.fetchval("select count(*) from outbox where command ->> 'act' = 'plan'") == 0
    # Prepared again it is signed.
    await quarter.signed()
    await sound(desk)


@pytest.mark.parametrize(
    ("column", "refused"),
    [
        ("enterprise", asyncpg.CheckViolationError),
        ("insurer", asyncpg.CheckViolationError),
        ("round", asyncpg.ForeignKeyViolationError),
    ],
)
async def test_a_line_is_of_its_applications_enterprise_and_insurer_and_of_a_round(
    desk: Desk, column: str, refused: type[Exception]
) -> None:
    await planned(desk, 1)
    line = {"enterprise": "a.enterprise", "insurer": "a.insurer", "round": "a.round"} | {column: "'insurer-b'"}
    entered = (
        "insert into plan_line select 'other', {round}, 1, a.number, {enterprise}, {insurer}, 1, 0, 1, 0 "
        "from subsidy_application a".format(**line)
    )
    with pytest.raises(refused, match="a line of a plan is of"):
        await desk.pool.execute(entered)


async def test_a_refusal_that_moved_is_told_at_the_third_signature(desk: Desk) -> None:
    """An endorsement lets the opinions lapse: the case would be told neither refused nor planned."""
    await appropriate(desk, "1000000.00")
    one, other = await applied(desk), await applied(desk, 1)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one, other)).reviewed()
    for office in JOINT:
        opinions = desk.forms.review(one.application, other.application)
        opinions["opinions"][0] |= {"approves": office != "finance"}
        await quarter.do("review", f"{office}-1", opinions)
    await quarter.do("prepare_plan", "regulator-1")
    for office in JOINT[:2]:
        await quarter.do("sign_plan", f"{office}-2")
    assert (await desk.file_of(quarter.stream)).facts["plan"]["refused"] == 1
    await one.order("withdraw", one.forms.enterprise)
    third = await quarter.try_("sign_plan", "finance-2")
    (moved,) = [found for found in third.event.findings if not found.passed]
    assert "other applications are refused: 1 when drawn, 0 now" in moved.reason
    await quarter.signed()
    await sound(desk)


async def test_a_recognition_that_is_revoked_is_told_at_the_third_signature(desk: Desk) -> None:
    """It leaves the plan, and the next preparation gives its money to whoever is behind it (articles 10, 13)."""
    quarter, (revoked, behind) = await planned(desk, 2, budget="600000.00")
    await revoked.order("propose_revocation", "bureau-1")
    await revoked.order("revoke", "bureau-2")
    third = await quarter.try_("sign_plan", "finance-2")
    (moved,) = [found for found in third.event.findings if not found.passed]
    assert (moved.rule, f"{revoked.application}: no longer in the plan" in moved.reason) == ("plan_unmoved", True)
    await quarter.signed()
    assert ((await revoked.file()).stage, (await behind.file()).stage) == ("revoked", "planned")
    await sound(desk)


async def test_the_audit_finds_a_case_that_is_told_it_was_refused_and_was_not(desk: Desk) -> None:
    quarter, (case,) = await planned(desk, 1)
    await quarter.do("sign_plan", "finance-2")
    await sound(desk)
    forged = """
        insert into outbox (command_id, stream, command, not_before, place)
        select replace(command_id, '/plan/', '/refuse_subsidy/'), stream, command || '{"act": "refuse_subsidy"}',
            not_before, 2 from outbox where stream = $1 and command ->> 'act' = 'plan'
    """
    await desk.pool.execute(forged, case.case)
    found = await verified(desk.pool)
    assert (found["ok"], found["stream"]) == (False, quarter.stream)
    assert "outbox" in found["why"]
