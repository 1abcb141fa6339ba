"""One database for these tests, put back before each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.embedded import EmbeddedPostgres
from tests.conftest import PASSWORD
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
