"""A database of its own with the demonstration's past in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import asyncpg

from db import demonstration
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM
from db.pool import Pool, open_pool
from rules.edition import edition_of
from starters.demonstration import play_past
from starters.demonstration.offices import LISTED_BEFORE
from starters.demonstration.script import Script
from tests.conftest import PASSWORD


class Demonstrated(NamedTuple):
    """The demonstration as it begins."""

    pool: Pool
    script: Script
    today: date
    documents: Path
    owner_dsn: str

    async def fill(self, today: date) -> None:
        """Fill the registers as a start on some day does."""
        owner = await asyncpg.connect(self.owner_dsn)
        await demonstration.fill(owner, today, edition_of("dalian"))
        await owner.close()


@asynccontextmanager
async def demonstrated(postgres: EmbeddedPostgres, name: str, today: date, folder: Path) -> AsyncIterator[Demonstrated]:
    """Play the past as of a day, in a database whose registers were filled as long before as it begins."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database {name} template {DATABASE}")
    owner_dsn = postgres.dsn(database=name)
    owner = await asyncpg.connect(owner_dsn)
    await owner.execute("set session_replication_role = replica; delete from insurer_listing")
    await demonstration.fill(owner, today - timedelta(days=LISTED_BEFORE), edition_of("dalian"))
    await owner.close()
    async with await open_pool(postgres.dsn(user=PROGRAM, database=name, password=PASSWORD)) as pool:
        script = await play_past(pool, today, folder)
        yield Demonstrated(pool, script, today, folder, owner_dsn)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()
