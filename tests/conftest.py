"""What tests share: a PostgreSQL, Temporal servers, and a session with hands.

Each worker of the test run has servers of its own, and one database that is put back before each test that uses it.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from temporalio.testing import WorkflowEnvironment

from db.embedded import EmbeddedPostgres
from db.migrate import prepare
from db.pool import Pool, open_pool
from rules.procedures import PROCEDURES
from rules.timetable import SHANGHAI
from service.session import Session
from tests.gate import Gate
from tests.hands import Clock, Hands, working
from tests.servers import start_skipping
from tests.workshop import Workshop, opened

# The C library's environment may not change while a thread of Temporal's reads it: that has killed a run. So only
# Python's changes from here on; what a process is started with is said where it is started.
os.environ = {**os.environ}  # noqa: B003 - so it is meant

# What a property takes on a busy machine says nothing of the property.
settings.register_profile("firstcover", deadline=None)
settings.load_profile("firstcover")

PASSWORD = "not-a-secret"
_places, _quarters = count(1), count(0)


def pytest_collection_finish() -> None:
    """Leave the eight thousand tests that were collected to no later round of the garbage collector."""
    gc.freeze()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server with the prepared database, which is the template of every test's own."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        asyncio.run(prepare(server.dsn(), PASSWORD))
        yield server


@pytest.fixture(scope="session")
async def workshop(postgres: EmbeddedPostgres) -> AsyncIterator[Workshop]:
    """The one database of this worker's tests."""
    async with opened(postgres, "workshop", PASSWORD) as made:
        yield made


@pytest.fixture
async def database(workshop: Workshop) -> str:
    """The address of a database in which nothing has happened yet, and which no other test uses meanwhile."""
    return await workshop.put_back()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections as the program has them."""
    async with await open_pool(database) as opened:
        yield opened


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server on which a test moves a workflow's clock."""
    async with await start_skipping() as environment:
        yield environment


@pytest.fixture
async def place(pool: Pool) -> int:
    """A number of this test's own: the tests of a run share a Temporal server, where no two cases are called alike."""
    taken = next(_places)
    year = Clock()().astimezone(SHANGHAI).year
    for prefix in {procedure.prefix for procedure in PROCEDURES.values()}:
        await pool.execute("insert into given_number values ($1, $2)", f"{prefix}-{year}", taken * 1000)
    return taken


def _quarter() -> str:
    nth = next(_quarters)
    return f"{2030 + nth // 4}Q{nth % 4 + 1}"


@pytest.fixture
def alone(skipping: WorkflowEnvironment, pool: Pool, place: int) -> Hands:
    """Officers' hands without a worker."""
    clock = Clock()
    session = Session(pool, skipping.client, f"test-{uuid4()}", clock)
    return Hands(session, clock, skipping, _quarter)


@pytest.fixture
async def hands(alone: Hands, pool: Pool) -> AsyncIterator[Hands]:
    """Officers' hands on a running worker and relay."""
    async with working(alone.session.client, pool, alone.session.task_queue):
        yield alone


@pytest.fixture
async def gate(database: str) -> AsyncIterator[Gate]:
    """A way to this test's database that it can shut."""
    opened = Gate(database)
    await opened.open()
    yield opened
    await opened.shut()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose path has a space and Chinese characters."""
    made = tmp_path / "首保通 data"
    made.mkdir()
    return made
