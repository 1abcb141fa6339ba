"""What a database holds, row by row: for tests that say that nothing was stored."""

from __future__ import annotations

import asyncpg

from db.pool import Connection, Pool

Contents = dict[str, list[asyncpg.Record]]


async def contents(connection: Connection | Pool) -> Contents:
    """Every row of every table it may read, with the transaction that wrote it: a row written again differs."""
    tables = await connection.fetch(
        """select relname::text as tablename from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'
        and has_table_privilege(oid, 'select') order by 1"""
    )
    each = (f"select '{row['tablename']}' as name, xmin::text, one::text from {row['tablename']} one" for row in tables)
    found: Contents = {row["tablename"]: [] for row in tables}
    for row in await connection.fetch(" union all ".join(each) + " order by 1, 3"):
        found[row["name"]].append(row)
    return found


def differing(before: Contents, after: Contents) -> set[str]:
    """The tables that hold something else."""
    return {name for name in before if before[name] != after[name]}
