"""A quarter's return takes what was insured in it or before: a later contract waits for its own (article 13)."""

from __future__ import annotations

from datetime import date

import pytest

from activities.contracts import Recorded
from db.pool import Pool
from tests.activities.desk import Desk, first

INSURER = "insurer-a-1"


def quarter_of(day: date) -> str:
    return f"{day.year}Q{(day.month + 2) // 3}"


async def filed_in(desk: Desk, quarter: str) -> Recorded:
    """Open a quarter and file the case's application in it."""
    stream = f"round:dalian:{quarter}"
    await desk.order("open", "regulator-1", {"quarter": quarter}, "round", stream=stream)
    return await desk.order("file_return", INSURER, kind="round", stream=stream)


@pytest.fixture
async def applied(pool: Pool) -> Desk:
    return await Desk(pool).play(first("round", "open"))


async def insured_on(desk: Desk) -> date:
    return (await desk.pool.fetchval("select concluded_at from subsidy_application")).date()  # type: ignore[no-any-return]


async def test_a_contract_is_filed_with_the_quarter_it_was_concluded_in(applied: Desk) -> None:
    recorded = await filed_in(applied, quarter_of(await insured_on(applied)))
    assert recorded.answer
    assert recorded.answer.event.passed


async def test_a_contract_concluded_after_the_quarter_is_refused_and_waits_for_its_own(applied: Desk) -> None:
    concluded_on = await insured_on(applied)
    before = f"{concluded_on.year - 1}Q4"
    recorded = await filed_in(applied, before)
    assert recorded.answer
    (ground,) = [found for found in recorded.answer.event.findings if not found.passed]
    assert (ground.rule, ground.article) == ("insured_by_quarter_end", "13")
    assert f"{applied.application} was on {concluded_on}" in ground.reason
    assert await applied.pool.fetchval("select state from subsidy_application") == "applied"
    assert await applied.pool.fetchval("select count(*) from outbox where command ->> 'act' = 'file'") == 0
    # What one quarter did not take, the next one may.
    assert (await filed_in(applied, quarter_of(concluded_on))).answer.event.passed  # type: ignore[union-attr]
