"""What a database holds, row by row: for tests that say that nothing was stored."""

from __future__ import annotations

import asyncpg

from db.pool import Connection, Pool

Contents = dict[str, list[asyncpg.Record]]


async def contents(connection: Connection | Pool) -> Contents:
    """Every row of every table, with the transaction that wrote it: a row written again differs."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    names = [row["tablename"] for row in tables]
    return {name: await connection.fetch(f"select xmin, one::text from {name} one order by 2") for name in names}


def differing(before: Contents, after: Contents) -> set[str]:
    """The tables that hold something else."""
    return {name for name in before if before[name] != after[name]}
