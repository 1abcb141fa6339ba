"""访问令牌: by which another program acts for an officer. A token is shown once and kept as its hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from activities.authority import Officer, known_officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import Barred
from runtime.errors import BadInput
from service.reading import read_word

API_TOKEN = queries("api_token")
PREFIX, LONGEST_NAME, MOST_DAYS = "fc_", 100, 366


class Given(NamedTuple):
    """A token just made: it goes to its officer and is kept nowhere."""

    number: int
    token: str
    expires_at: datetime


async def give(pool: Pool, officer: str, name: str, days: int, at: datetime) -> Given:
    """Make a token for an officer that holds for some days; raise `BadInput`, naming what is wrong."""
    called = name.strip()
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise BadInput(("name", f"must say in 1 to {LONGEST_NAME} characters what the token is for"))
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(("days", f"must be 1 to {MOST_DAYS} (not {days})"))
    async with pool.acquire() as connection:
        try:
            await known_officer(connection, read_word("officer", officer), at)
        except Barred as barred:
            raise BadInput(("officer", barred.why)) from barred
    token, until = PREFIX + secrets.token_urlsafe(32), at + timedelta(days=days)
    number = await pool.fetchval(API_TOKEN.give, _digest(token), officer, called, at, until)
    return Given(number, token, until)


async def bearer(pool: Pool, token: str, at: datetime) -> Officer | None:
    """Return whom a token acts for, if it holds and he acts for his office on the day."""
    code = await pool.fetchval(API_TOKEN.bearer, _digest(token), at)
    if code is None:
        return None
    async with pool.acquire() as connection:
        try:
            return await known_officer(connection, code, at)
        except Barred:
            return None


async def tokens_of(pool: Pool, officer: str) -> list[dict[str, Any]]:
    """Return an officer's tokens, the newest first: what each is for and how long it holds."""
    return [dict(row) for row in await pool.fetch(API_TOKEN.of_officer, officer)]


async def revoke(pool: Pool, officer: str, number: int, at: datetime) -> None:
    """End one of an officer's tokens; raise `BadInput` where it is none of his, or ended already."""
    # What no column could hold is no token either.
    if not 0 < number < 2**63 or await pool.fetchval(API_TOKEN.revoke, officer, number, at) is None:
        raise BadInput(("number", f"must be a token of {officer} that holds (not {number})"))


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
