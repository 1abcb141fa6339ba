"""Every recorded history, open and closed, replays under the code of today: no running case is broken by a change."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from rules.procedures import DRIVEN, PROCEDURES
from tests.hands import Hands
from tests.replay import record
from tests.replay.record import HISTORIES
from worker.build import WORKFLOWS

RECORDED = sorted(HISTORIES.glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    history = WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8"))  # noqa: ASYNC240
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter)
    await replayer.replay_workflow(history)


def test_the_corpus_has_an_open_history_of_a_case_at_every_stage_its_own_offices_reach() -> None:
    recorded = {path.stem for path in RECORDED}
    told_by_the_round = {"filed", "returned", "planned", "waitlisted"}
    not_under_the_demonstration_edition = {"public_notice", "objection"}
    elsewhere = told_by_the_round | not_under_the_demonstration_edition
    for stage in PROCEDURES["case", "dalian"].stages.values():
        if not stage.closed and stage.name not in elsewhere:
            assert any(name.startswith(f"case-open-{stage.name}") for name in recorded), stage.name


@pytest.mark.parametrize("kind", DRIVEN)
def test_the_corpus_has_an_open_history_of_every_kind_of_proceeding(kind: str) -> None:
    assert any(path.stem.startswith(f"{kind}-open") for path in RECORDED)


async def test_one_command_records_the_whole_corpus_anew(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "HISTORIES", tmp_path)
    await record.record_all(hands)
    recorded = {path.name for path in tmp_path.iterdir()}  # noqa: ASYNC240
    assert recorded == {path.name for path in RECORDED}
