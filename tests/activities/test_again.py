"""Applying again: after every ending of a case its product may be submitted anew, or it may not, as the law has it."""

from __future__ import annotations

import pytest

from db.pool import Pool
from rules.procedure import Barred
from rules.schemes.dalian_case import STAGES
from tests.activities.walk import Walk

ENDINGS = [stage for stage in STAGES.values() if stage.closed]


@pytest.fixture
def walk(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Walk:
    return Walk(pool, patch=monkeypatch)


@pytest.mark.parametrize("ending", [stage.name for stage in ENDINGS if stage.again])
async def test_a_product_may_be_submitted_again_after(walk: Walk, ending: str) -> None:
    await walk.to(ending, "case")
    ended, walk.case = walk.case, ""
    recorded = await walk.order("submit", walk.forms.enterprise)
    assert recorded.answer
    assert recorded.answer.stream != ended
    assert recorded.answer.standing.stage == "district_review"


@pytest.mark.parametrize("ending", [stage.name for stage in ENDINGS if not stage.again])
async def test_a_product_that_was_recognised_and_reviewed_is_not_submitted_again_after(walk: Walk, ending: str) -> None:
    await walk.to(ending, "case")
    walk.case = ""
    with pytest.raises(Barred, match="first_batch_once"):
        await walk.order("submit", walk.forms.enterprise)


async def test_a_product_under_way_is_not_submitted_again(walk: Walk) -> None:
    await walk.to("district_review", "case")
    walk.case = ""
    with pytest.raises(Barred, match="first_batch_once"):
        await walk.order("submit", walk.forms.enterprise)
