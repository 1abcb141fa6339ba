"""The migrations make what `db/schema.sql` says, once, in their order, and are never edited after they were applied."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from db import migrate as migrating
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, MIGRATIONS, OWNER, migrate, prepare
from db.pool import Connection
from db.schema import SCHEMA, schema_of
from tests.contents import contents, differing

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of these tests' own: what is prepared here is no other test's template."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("migrations"), durable=False) as started:
        yield started


@pytest.fixture
async def admin(server: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """The superuser, on a server where nothing has been prepared."""
    connection = await asyncpg.connect(server.dsn())
    await connection.execute(f"drop database if exists {DATABASE} with (force)")
    for role in (migrating.PROGRAM, OWNER):
        await connection.execute(f"drop role if exists {role}")
    yield connection
    await connection.close()


@pytest.fixture
async def owner(server: EmbeddedPostgres, admin: Connection) -> AsyncIterator[Connection]:
    """The owner, in a prepared database."""
    await prepare(server.dsn(), "secret", DAY)
    connection = await asyncpg.connect(server.dsn(database=DATABASE))
    await connection.execute(f"set role {OWNER}")
    yield connection
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, which a test may change."""
    copied = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    monkeypatch.setattr(migrating, "MIGRATIONS", copied)
    return copied


async def names(connection: Connection) -> list[str]:
    return [row["name"] for row in await connection.fetch("select name from migration order by name")]


def test_the_migrations_make_exactly_the_schema_that_is_written_down(postgres: EmbeddedPostgres) -> None:
    assert schema_of(postgres.dsn(database=DATABASE)) == SCHEMA.read_text(encoding="utf-8"), "run: python -m db.schema"


async def test_the_schema_is_the_same_each_time_it_is_written_down(
    server: EmbeddedPostgres, owner: Connection, postgres: EmbeddedPostgres
) -> None:
    here, there = server.dsn(database=DATABASE), postgres.dsn(database=DATABASE)
    assert schema_of(here) == schema_of(here) == schema_of(there)


async def test_every_migration_is_noted_with_its_text(owner: Connection) -> None:
    assert await names(owner) == sorted(path.name for path in MIGRATIONS.glob("*.sql"))
    assert not await owner.fetchval("select count(*) from migration where sha256 !~ '^[0-9a-f]{64}$'")


async def test_preparing_a_second_time_writes_nothing(server: EmbeddedPostgres, owner: Connection) -> None:
    before, schema = await contents(owner), schema_of(server.dsn(database=DATABASE))
    assert before["officer"]
    await prepare(server.dsn(), "secret", DAY)
    assert await contents(owner) == before
    assert schema_of(server.dsn(database=DATABASE)) == schema


async def test_preparing_in_another_year_lists_the_insurers_for_that_year_too_and_nothing_else(
    server: EmbeddedPostgres, owner: Connection
) -> None:
    before = await contents(owner)
    await prepare(server.dsn(), "secret", DAY.replace(year=2027))
    after = await contents(owner)
    assert differing(before, after) == {"insurer_listing"}
    years = await owner.fetch("select distinct extract(year from listed_from)::integer as year from insurer_listing")
    assert {row["year"] for row in years} == {2026, 2027}


async def test_a_new_password_is_the_one_that_opens_the_database(server: EmbeddedPostgres, owner: Connection) -> None:
    await prepare(server.dsn(), "it's \\ new", DAY)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn(migrating.PROGRAM, DATABASE, "secret"))
    opened = await asyncpg.connect(server.dsn(migrating.PROGRAM, DATABASE), password="it's \\ new")
    await opened.close()


@pytest.mark.parametrize("attempt", range(3))
async def test_two_that_prepare_at_once_do_not_hinder_each_other(
    server: EmbeddedPostgres, admin: Connection, attempt: int
) -> None:
    await asyncio.gather(*(prepare(server.dsn(), "secret", DAY) for _ in range(4)))
    assert schema_of(server.dsn(database=DATABASE)) == SCHEMA.read_text(encoding="utf-8")


async def test_an_applied_migration_that_was_edited_is_refused_and_nothing_after_it_is_applied(
    owner: Connection, folder: Path
) -> None:
    edited = folder / "0001_offices.sql"
    edited.write_text(edited.read_text(encoding="utf-8") + "-- a second thought\n", encoding="utf-8")
    (folder / "9999_later.sql").write_text("create table later (x text);", encoding="utf-8")
    before = await names(owner)
    with pytest.raises(RuntimeError, match=f"migration {edited.name} was edited after it was applied"):
        await migrate(owner)
    assert await names(owner) == before


async def test_a_new_migration_is_applied_once(owner: Connection, folder: Path) -> None:
    (folder / "9998_new.sql").write_text("create table new (x text);", encoding="utf-8")
    await migrate(owner)
    await migrate(owner)
    assert (await names(owner))[-1] == "9998_new.sql"
    assert await owner.fetchval("select count(*) from new") == 0


async def test_a_migration_that_fails_leaves_nothing_behind(owner: Connection, folder: Path) -> None:
    before = await names(owner)
    (folder / "9998_wrong.sql").write_text("create table half (x text); select 1 / 0;", encoding="utf-8")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(owner)
    assert await names(owner) == before
    assert await owner.fetchval("select to_regclass('half')") is None


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.name)
def test_a_migration_is_numbered_without_gaps_and_says_what_it_is_for(path: Path) -> None:
    place = sorted(MIGRATIONS.glob("*.sql")).index(path) + 1
    assert path.name.startswith(f"{place:04}_")
    assert path.read_text(encoding="utf-8").startswith("-- ")
