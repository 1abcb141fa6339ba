"""One database for these tests, put back before each, and a terminal on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.embedded import EmbeddedPostgres
from tests.conftest import PASSWORD
from tests.hands import Hands
from tests.starters.terminal import Terminal, temporal
from tests.workshop import Workshop, opened


@pytest.fixture(scope="session")
async def workshop(postgres: EmbeddedPostgres) -> AsyncIterator[Workshop]:
    """The one database of the tests in this folder."""
    async with opened(postgres, "workshop_starters", PASSWORD) as made:
        yield made


@pytest.fixture
async def database(workshop: Workshop) -> str:
    """The address of a database in which nothing has happened yet."""
    return await workshop.put_back()


@pytest.fixture
def terminal(hands: Hands, database: str, folder: Path) -> Terminal:
    """A terminal whose environment names this test's servers, with a worker running."""
    return Terminal(
        folder,
        {"FIRSTCOVER_DATABASE_URL": database, "FIRSTCOVER_TASK_QUEUE": hands.session.task_queue} | temporal(hands),
    )
