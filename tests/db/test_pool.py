"""What is taken for a server that is away: a connection that went, and no fault of our own."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from db.pool import Pool, is_away, open_pool


async def test_a_connection_that_went_is_a_server_that_is_away(database: str) -> None:
    async with await open_pool(database) as pool:
        connection = await pool.acquire()
        await connection.close()
        with pytest.raises(asyncpg.InterfaceError) as closed:
            await connection.execute("select 1")
        await pool.release(connection)
        with pytest.raises(asyncpg.InterfaceError) as released:
            await connection.execute("select 1")
    with pytest.raises(asyncpg.InterfaceError) as ended:
        await pool.acquire()
    assert all(is_away(one.value) for one in (closed, released, ended))


async def test_a_question_asked_wrongly_is_our_own_fault(pool: Pool) -> None:
    with pytest.raises(asyncpg.InterfaceError) as argument:
        await pool.fetchval("select $1::integer")
    async with pool.acquire() as connection:
        asleep = asyncio.create_task(connection.execute("select pg_sleep(0.5)"))
        await asyncio.sleep(0)
        with pytest.raises(asyncpg.InterfaceError) as at_once:
            await connection.execute("select 1")
        await asleep
    assert not any(is_away(one.value) for one in (argument, at_once))


def test_what_is_no_error_of_a_server_is_no_outage() -> None:
    assert not is_away(ValueError("connection is closed"))
    assert is_away(ConnectionRefusedError())
    assert is_away(asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"))


async def test_no_statement_is_waited_for_without_end(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.pool.COMMAND_TIMEOUT", 0.2)
    async with await open_pool(database) as pool:
        with pytest.raises(TimeoutError) as late:
            await pool.execute("select pg_sleep(9)")
    assert is_away(late.value)


def test_a_connection_that_went_amid_an_answer_is_a_server_that_is_away() -> None:
    # As asyncpg said in a quarter under kills, when it cleared such a connection for its next user.
    assert is_away(asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"))
    assert not is_away(asyncpg.InternalClientError("got result for unknown protocol state 0"))
