"""A terminal on this test's servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hands import Hands
from tests.starters.terminal import Terminal, temporal


@pytest.fixture
def terminal(hands: Hands, database: str, folder: Path) -> Terminal:
    """A terminal whose environment names this test's servers, with a worker running."""
    return Terminal(
        folder,
        {"FIRSTCOVER_DATABASE_URL": database, "FIRSTCOVER_TASK_QUEUE": hands.session.task_queue} | temporal(hands),
    )
