"""A database that is put back between tests: making one anew for each takes longer than most tests do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM
from db.pool import Connection

#: End every other connection, and wait until it has let go of what it held.
_TURN_OUT = """
select pg_terminate_backend(pid, 10000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""
#: Keep what stands there, instead of whatever was kept before.
_KEEP = """
do $$ declare one text; filled boolean; begin
    drop schema if exists kept cascade;
    create schema kept;
    for one in select tablename from pg_tables where schemaname = 'public' loop
        execute format('select exists (select from public.%I)', one) into filled;
        if filled then execute format('create table kept.%I as table public.%I', one, one); end if;
    end loop;
end $$
"""
#: Put every table back to what was kept; no trigger or key is asked. What is worked out of a row's text is so again.
_PUT_BACK = """
do $$ declare one text; said text; begin
    set local session_replication_role = replica;
    for one in select tablename from pg_tables where schemaname = 'public' loop
        execute format('delete from public.%I', one);
        if to_regclass(format('kept.%I', one)) is not null then
            select string_agg(quote_ident(attname), ', ') into said from pg_attribute
            where attrelid = format('public.%I', one)::regclass
            and attnum > 0 and not attisdropped and attgenerated = '';
            execute format(
                'insert into public.%I (%s) overriding system value select %s from kept.%I', one, said, said, one);
        end if;
    end loop;
end $$
"""


@dataclass(frozen=True)
class Workshop:
    """A database and the superuser's connection to it."""

    superuser: Connection
    #: Its address, for the program's role.
    address: str

    async def keep(self) -> None:
        """Put back to what stands there now, from now on: what several tests begin from is so played only once."""
        await self.superuser.execute(_KEEP)

    async def put_back(self) -> str:
        """Forget what the test before did, turn out whoever it left here, and return the address."""
        await self.superuser.execute(_TURN_OUT)
        await self.superuser.execute(_PUT_BACK)
        return self.address


@asynccontextmanager
async def opened(postgres: EmbeddedPostgres, name: str, password: str) -> AsyncIterator[Workshop]:
    """Make a database as the prepared one is, and open it."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database {name} template {DATABASE}")
    superuser = await asyncpg.connect(postgres.dsn(database=name))
    workshop = Workshop(superuser, postgres.dsn(PROGRAM, name, password))
    await workshop.keep()
    yield workshop
    await superuser.close()
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()
