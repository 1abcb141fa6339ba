"""Opinions are added to and never rewritten: one of each office on what is asked at a time (article 13)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from db.pool import Connection

MAKER = "91210211MA0000001A"
GIVE = (
    "insert into opinion values ('A', 'A', $1, 'finance-1', true, '材料齐全', $2::text::numeric, $3::text::timestamp)"
)
AT, LATER = "2026-03-02 09:30", "2026-03-02 09:31"


@pytest.fixture
async def program(database: str) -> AsyncIterator[Connection]:
    """The program's role, with one application of 100 yuan and finance's opinion of it."""
    connection = await asyncpg.connect(database)
    await connection.execute("select register_enterprise($1, '厂', 'ganjingzi', '王', '2026-01-05')", MAKER)
    await connection.execute(
        "insert into proceeding values ('A', 'case', 'A', 'dalian', 'e', 'applied', 1, false, $1, 'ganjingzi', null, "
        "'{}', '{}', now(), now())",
        MAKER,
    )
    await connection.execute(
        "insert into subsidy_application (number, stream, scheme, enterprise, insurer, concluded_at, asked, state) "
        "values ('A', 'A', 'dalian', $1, 'insurer-a', '2026-03-02 09:30', 100, 'filed')",
        MAKER,
    )
    await connection.execute(GIVE, "finance", "100", AT)
    yield connection
    await connection.close()


async def test_an_office_says_its_opinion_of_what_is_asked_once(program: Connection) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="opinion_pkey"):
        await program.execute(GIVE, "finance", "100", AT)


@pytest.mark.parametrize(
    ("office", "asked", "insured"),
    [("finance", "99.99", AT), ("finance", "100", LATER), ("regulator", "100", AT)],
    ids=["another amount", "another insurance time", "another office"],
)
async def test_what_was_said_stands_beside_what_is_said_later(
    program: Connection, office: str, asked: str, insured: str
) -> None:
    await program.execute(GIVE, office, asked, insured)
    assert await program.fetchval("select count(*) from opinion") == 2


@pytest.mark.parametrize(("asked", "insured"), [(None, AT), ("100", None), ("-0.01", AT)])
async def test_an_opinion_is_of_an_amount_and_of_an_insurance_time(
    program: Connection, asked: str | None, insured: str | None
) -> None:
    with pytest.raises((asyncpg.NotNullViolationError, asyncpg.CheckViolationError)):
        await program.execute(GIVE, "regulator", asked, insured)


@pytest.mark.parametrize(
    "statement",
    [
        "update opinion set asked = 99",
        "update opinion set concluded_at = now()",
        "update opinion set approves = false",
        "delete from opinion",
        "insert into opinion values ('A', 'A', 'finance', 'finance-2', false, 'x', 100, '2026-03-02 09:30') "
        "on conflict (application, round, office_kind, asked, concluded_at) do update set approves = false",
    ],
)
async def test_the_program_neither_rewrites_nor_takes_away_an_opinion(program: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await program.execute(statement)
