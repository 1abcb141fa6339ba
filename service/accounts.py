"""账户: who signs in, and for how long. Passwords are kept as argon2 hashes, sessions as the hashes of their tokens."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from activities.authority import Officer, known_officer
from db.pool import Pool
from db.sql import queries
from rules.procedure import Barred
from runtime.errors import BadInput

ACCOUNT = queries("account")
SHORTEST, LONGEST = 12, 200
#: A session's last use is written down no more often than this.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Policy:
    """When an account locks and a session ends."""

    failures: int = 5
    locked_for: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


class NotSignedIn(Exception):
    """Why nobody was signed in: `wrong` (which of the two is not told), `locked`, or `ended` for a first password."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class SignedIn:
    """A session just opened: the token goes to the browser and is kept nowhere."""

    token: str
    must_change: bool = False


@dataclass(frozen=True)
class Visit:
    """Whom a session is of: the officer, how his office is called, and whether another gave him his password."""

    officer: Officer
    office_zh: str
    office_en: str
    must_change: bool


def password_faults(password: str, officer: str) -> tuple[str, ...]:
    """Say what is wrong with a new password: too short, too long, or made of its officer's code."""
    faults = []
    if not SHORTEST <= len(password) <= LONGEST:
        faults.append(f"must have {SHORTEST} to {LONGEST} characters")
    if officer.lower() in password.lower():
        faults.append("must not contain the officer's code")
    if len(set(password)) < 5:
        faults.append("must not repeat a few characters")
    return tuple(faults)


async def set_password(
    pool: Pool, officer: str, password: str, at: datetime, *, ends: datetime | None = None, keep: str | None = None
) -> None:
    """Give an officer a password and end his sessions, but the one of the token `keep`; raise `BadInput`.

    One that another gives must be changed, and signs its officer in only until it `ends`.
    """
    if faults := password_faults(password, officer):
        raise BadInput(*(("password", why) for why in faults))
    await _officer(pool, officer, at)
    made = await asyncio.to_thread(_hasher().hash, password)
    await pool.execute(ACCOUNT.set_password, officer, made, ends, at, _digest(keep) if keep else None)


async def sign_in(pool: Pool, officer: str, password: str, at: datetime, policy: Policy) -> SignedIn:
    """Open a session for who knows the password; raise `NotSignedIn`. Every attempt is written down."""
    officer = officer[:LONGEST]
    account = await pool.fetchrow(ACCOUNT.by_officer, officer)
    if await _locked(pool, officer, account, at, policy):
        await _note(pool, officer, at, "locked", policy)
        raise NotSignedIn("locked")
    # Whether there is such an account must not be seen from how long the answer takes.
    against = account["hash"] if account else _nobody()
    right = await asyncio.to_thread(_hasher().verify, password[: LONGEST + 1], against)
    if not account or not right:
        await _note(pool, officer, at, "wrong" if account else "unknown", policy)
        raise NotSignedIn("wrong")
    if account["ends_at"] and at >= account["ends_at"]:
        await _note(pool, officer, at, "ended", policy)
        raise NotSignedIn("ended")
    return await _begin(pool, officer, at, "password", policy, must_change=account["must_change"])


async def _locked(pool: Pool, officer: str, account: Any, at: datetime, policy: Policy) -> bool:
    """Whether an account is locked; who has none is answered as one who has: nobody must learn which there are."""
    if account:
        return bool(account["locked_until"] and at < account["locked_until"])
    return bool(await pool.fetchval(ACCOUNT.locked_out, officer, policy.failures, at - policy.locked_for))


async def sign_in_by_click(pool: Pool, officer: str, at: datetime, policy: Policy) -> SignedIn:
    """Open a session without a password: the demonstration's, and only there."""
    return await _begin(pool, officer, at, "one_click", policy)


async def signed_in(pool: Pool, token: str, at: datetime, policy: Policy) -> Visit | None:
    """Return whose session a token opens, if it is one that has neither ended nor stood idle too long."""
    row = await pool.fetchrow(ACCOUNT.session, _digest(token), at, at - policy.idle)
    if row is None:
        return None
    if at - row["seen_at"] > TOUCH_EVERY:
        await pool.execute(ACCOUNT.seen, _digest(token), at)
    try:
        officer = await _officer(pool, row["officer"], at)
    except BadInput:
        return None
    return Visit(officer, row["name_zh"], row["name_en"], row["must_change"])


async def sign_out(pool: Pool, token: str, at: datetime) -> None:
    """End a session."""
    await pool.execute(ACCOUNT.end, _digest(token), at)


async def sign_out_everywhere(pool: Pool, officer: str, at: datetime) -> None:
    """End every session of an officer."""
    await pool.execute(ACCOUNT.end_all, officer, at)


async def _begin(
    pool: Pool, officer: str, at: datetime, why: str, policy: Policy, *, must_change: bool = False
) -> SignedIn:
    try:
        await _officer(pool, officer, at)
    except BadInput as error:
        await _note(pool, officer, at, "inactive", policy)
        raise NotSignedIn("wrong") from error
    token = secrets.token_urlsafe(32)
    await _note(pool, officer, at, why, policy)
    await pool.execute(ACCOUNT.begin, _digest(token), officer, at, at + policy.absolute)
    return SignedIn(token, must_change)


async def _officer(pool: Pool, code: str, at: datetime) -> Officer:
    async with pool.acquire() as connection:
        try:
            return await known_officer(connection, code, at)
        except Barred as barred:
            raise BadInput(("officer", barred.why)) from barred


async def _note(pool: Pool, officer: str, at: datetime, why: str, policy: Policy) -> None:
    passed = why in ("password", "one_click")
    await pool.execute(ACCOUNT.note, officer, at, passed, why, policy.failures, policy.locked_for)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
