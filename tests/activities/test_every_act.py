"""Every act, at every stage of every kind, by every kind of office: done, or refused with a reason; nothing else.

Where the model of the states (docs/states.md) does not let an office act, nothing is done.
"""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from activities.contracts import Attempt
from activities.record import _write
from db.pool import Pool
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import PROCEDURES
from rules.timetable import OfficeKind
from tests.activities.walk import Walk
from tests.model import model

STAGES = [(kind, stage) for (kind, _), procedure in PROCEDURES.items() if kind in model() for stage in procedure.stages]
#: What an office may be told whose turn it is, and what one may whose turn it is not.
WHERE_POSSIBLE = {
    "done",
    "refused by the law",
    "unfit",
    "preparer_does_not_approve",
    "handling_office",
    "tie_to_settle",
    "plan_notice_asked",
    "enters_own_people",
    "hands_in_its_own",
    "own_document",
    "own_district",
    "own_case",
    "own_assessment",
    "own_contract",
    # Each office has a register of work of its own.
    "own_work",
    "supervisor_of_office",
    "next_in_turn",
}
WHERE_NOT = {"act_in_turn", "right_office", "officer_known", "unfit"}


async def tried(walk: Walk, attempt: Attempt) -> str:
    """Try an act and take it back; say what came of it."""
    async with walk.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            recorded = await _write(connection, attempt)
        except Barred as barred:
            return barred.rule if barred.why and barred.article else "without a reason"
        except Unfit as unfit:
            return "unfit" if all(field and why for field, why in unfit.faults) else "without a reason"
        finally:
            await transaction.rollback()
    assert recorded.answer
    event = recorded.answer.event
    if event.passed:
        return "done"
    grounds = [finding for finding in event.findings if not finding.passed]
    return "refused by the law" if grounds and all(ground.reason for ground in grounds) else "without a reason"


@pytest.mark.parametrize(("kind", "stage"), STAGES, ids=lambda one: one)
async def test_every_act_at_every_stage_by_every_office_is_done_or_refused_with_a_reason(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, kind: str, stage: str
) -> None:
    walk = await Walk(pool, patch=monkeypatch).to(stage, kind)
    told, outcomes, stands_at = model()[kind], Counter[str](), (await walk.file(kind)).sequence
    for act in PROCEDURES[kind, "dalian"].acts:
        form = walk.form(kind, act)
        for office in get_args(OfficeKind):
            command = walk.command(kind, act, walk.officer(office), form)
            outcome = await tried(walk, Attempt(command=command, sequence=stands_at))
            # No officer can order what the system does by itself.
            may = office != "system" and told.may(act, stage, office)
            assert outcome in (WHERE_POSSIBLE if may else WHERE_NOT), (act, office, outcome)
            outcomes["possible" if may else "not"] += 1
    assert (
        outcomes["possible"] > 0
        or stage in told.ends
        or all(row.offices == ("system",) for row in told.transitions if row.start == stage)
    )
