"""Forward-only migrations: each file once, in order, in a transaction of its own, and never edited afterwards."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from db import demonstration
from db.founding import found, is_founded
from db.pool import Connection
from rules.edition import edition_of
from rules.founding import Founding
from rules.timetable import SHANGHAI

MIGRATIONS = Path(__file__).parent / "migrations"
OWNER, PROGRAM, DATABASE = "firstcover_owner", "firstcover_app", "firstcover"
#: An arbitrary number by which concurrent migrations wait for one another.
_LOCK = 20160007


async def prepare(
    admin_dsn: str, app_password: str, today: date | None = None, founding: Founding | None = None
) -> None:
    """Bring the server at `admin_dsn` to where the program can work; doing it again changes nothing.

    Creates the owner's and the program's roles and the database, migrates it, and enters what it begins with: the
    three owners that a `founding` names, once; else, where none ever did, the demonstration's offices, officers and
    insurers, whose listings run for the calendar year of `today` (Asia/Shanghai's, if not given). Raises `Unfit`, and
    does nothing, for a founding that cannot be; and for one of a record that has offices already.
    """
    day, edition = today or datetime.now(SHANGHAI).date(), edition_of("dalian")
    if founding:
        founding.expect_sound(day)
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute("select pg_advisory_lock($1)", _LOCK)
        await _create_roles(admin, app_password)
        if not await admin.fetchval("select true from pg_database where datname = $1", DATABASE):
            await admin.execute(f"create database {DATABASE} owner {OWNER}")
    finally:
        await admin.close()
    owner = await asyncpg.connect(urlunsplit(urlsplit(admin_dsn)._replace(path=f"/{DATABASE}")))
    try:
        await owner.execute(f"set role {OWNER}")
        await migrate(owner)
        if founding:
            await found(owner, founding, day, edition)
        elif not await is_founded(owner):
            await demonstration.fill(owner, day, edition)
    finally:
        await owner.close()


async def is_there(admin_dsn: str) -> bool:
    """Whether the server at `admin_dsn` has the program's database already."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        return bool(await admin.fetchval("select true from pg_database where datname = $1", DATABASE))
    finally:
        await admin.close()


async def _create_roles(admin: Connection, app_password: str) -> None:
    if not await admin.fetchval("select true from pg_roles where rolname = $1", OWNER):
        await admin.execute(f"create role {OWNER} nologin")
    # A superuser needs no grant; a role that may only create roles does, to act as the owner.
    await admin.execute(f"grant {OWNER} to current_user")
    if not await admin.fetchval("select true from pg_roles where rolname = $1", PROGRAM):
        await admin.execute(f"create role {PROGRAM} login")
    # `alter role` takes no parameters: the server quotes the password for us.
    await admin.execute(
        await admin.fetchval(f"select format('alter role {PROGRAM} password %L', $1::text)", app_password)
    )


async def migrate(connection: Connection) -> None:
    """Apply what is missing; raise `RuntimeError` where an applied migration's text has changed since."""
    # Held from looking to the last file: whoever comes second finds them applied.
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute("create table if not exists migration (name text primary key, sha256 text not null)")
        applied = {row["name"]: row["sha256"] for row in await connection.fetch("select name, sha256 from migration")}
        for path in sorted(MIGRATIONS.glob("*.sql")):
            text = path.read_text(encoding="utf-8")
            digest = sha256(text.encode()).hexdigest()
            if path.name not in applied:
                async with connection.transaction():
                    await connection.execute(text)
                    await connection.execute("insert into migration values ($1, $2)", path.name, digest)
            elif applied[path.name] != digest:
                raise RuntimeError(f"migration {path.name} was edited after it was applied; write a new one instead")
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _LOCK)
