"""`firstcover office password`: the first password of an officer, never an argument."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest

from db.pool import Pool
from rules.timetable import SHANGHAI
from service.accounts import NotSignedIn, Policy, sign_in
from service.session import now
from tests.starters.terminal import Terminal

PASSWORD = "a first password for you"


async def test_an_officer_gets_a_first_password_and_must_change_it(
    terminal: Terminal, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    told = await terminal.run("office", "password", "bureau-1")
    assert told.status == 0
    ends = now() + timedelta(days=7)
    assert ends.astimezone(SHANGHAI).date().isoformat() in told.out
    assert (await sign_in(pool, "bureau-1", PASSWORD, now(), Policy())).must_change
    with pytest.raises(NotSignedIn, match="ended"):
        await sign_in(pool, "bureau-1", PASSWORD, ends + timedelta(seconds=1), Policy())


@pytest.mark.parametrize(("officer", "password"), [("bureau-1", "short"), ("nobody-9", PASSWORD)])
async def test_a_bad_password_or_an_unknown_officer_is_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, officer: str, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\n"))
    assert (await terminal.run("office", "password", officer)).status == 2
