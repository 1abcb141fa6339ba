"""Connections to PostgreSQL as the program uses them: jsonb as Python values, numeric as Decimal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:  # asyncpg's classes are generic in its stubs only
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection, Pool = asyncpg.Connection, asyncpg.Pool


#: No act meets this: its statements take milliseconds, and it waits for a lock no longer than an officer does (five
#: seconds). A server that went silent does: without it a connection would wait for hours until the network gave up.
COMMAND_TIMEOUT = 30.0

#: What asyncpg raises while a server is away, comes up, goes down, or lost a race it may simply run again. Its
#: `InterfaceError` and `InternalClientError` tell faults too: ask `is_away`.
AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)


#: How asyncpg says that a connection went, also amid an answer or its clearing for the next user: of our own faults,
#: such as a missing argument, it says something else.
_GONE = re.compile(r"connection (is|was) closed|connection has been released|pool is clos|cannot switch to state \d+")


def is_away(error: BaseException) -> bool:
    """Whether an error says that the server was away, and not that we asked wrongly: that would be tried for ever."""
    tells_both = isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError)
    return isinstance(error, AWAY) and (not tells_both or bool(_GONE.search(str(error))))


async def _speak_json(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def one(connection: Connection | Pool, query: str, *values: object) -> asyncpg.Record:
    """Fetch the one row a query always has."""
    row = await connection.fetchrow(query, *values)
    assert row is not None
    return row


async def open_pool(dsn: str, *, most: int = 10) -> Pool:
    """Open a pool of at most `most` connections; an unreachable server raises one of `AWAY`."""
    return await asyncpg.create_pool(
        dsn,
        init=_speak_json,
        min_size=1,
        max_size=most,
        timeout=5,
        command_timeout=COMMAND_TIMEOUT,
        # A plan of a hundred thousand applications is sorted and weighed in memory.
        server_settings={"timezone": "UTC", "work_mem": "32MB"},
    )
