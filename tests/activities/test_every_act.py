"""Every act, at every stage of the path, by every kind of office: done, or refused with a reason; nothing else."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from activities.contracts import Attempt
from activities.record import _write
from rules.faults import Unfit
from rules.procedure import Act, Barred, OfficeKind
from rules.procedures import PROCEDURES, stream_of
from tests.activities.desk import OFFICES, PATH, Desk

KINDS = tuple(kind for kind in get_args(OfficeKind) if kind != "system")

WHERE_POSSIBLE = {"done", "refused by the law", "unfit", "preparer_does_not_approve"}
WHERE_NOT = {"act_in_turn", "right_office", "unfit"}


async def tried(desk: Desk, attempt: Attempt) -> str:
    """Try an act and take it back; say what came of it."""
    async with desk.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            recorded = await _write(connection, attempt)
        except Barred as barred:
            return barred.rule
        except Unfit as unfit:
            return "unfit" if all(field and why for field, why in unfit.faults) else "without a reason"
        finally:
            await transaction.rollback()
    assert recorded.answer
    return "done" if recorded.answer.event.passed else "refused by the law"


def officer_of(desk: Desk, kind: OfficeKind) -> str:
    return desk.forms.enterprise if kind == "enterprise" else f"{OFFICES[kind]}-1"


def possible(act: Act, stage: str, kind: OfficeKind) -> bool:
    return stage in act.stages and kind in act.by


async def test_every_act_at_every_stage_by_every_office_is_done_or_refused_with_a_reason(desk: Desk) -> None:
    seen: set[tuple[str, str]] = set()
    outcomes: Counter[str] = Counter()
    for step in PATH:
        recorded = await desk.write(await desk.next(step))
        stage = (step.kind, recorded.standing.stage)
        if stage in seen:
            continue
        seen.add(stage)
        stream = stream_of(desk.stream(step.kind))
        for act in stream.procedure.acts.values():
            if act is stream.procedure.opening:
                continue
            for kind in KINDS:
                command = desk.command(step.kind, act.name, officer_of(desk, kind))
                outcome = await tried(desk, await desk.attempt(command))
                outcomes[outcome] += 1
                expected = WHERE_POSSIBLE if possible(act, stage[1], kind) else WHERE_NOT
                assert outcome in expected, (stage, act.name, kind, outcome)
    unvisited = {
        (kind, name)
        for (kind, _), procedure in PROCEDURES.items()
        for name, stage in procedure.stages.items()
        if not stage.closed and (kind, name) not in seen
    }
    off_the_path = {"waitlisted", "assessment_correction", "public_notice", "objection"}
    assert unvisited == {("case", stage) for stage in off_the_path}
    assert outcomes["done"] >= 20
    assert outcomes["act_in_turn"] >= 1000
