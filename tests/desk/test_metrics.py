"""What Prometheus reads: routes, outcomes and what waits, with labels that are few and tell of nobody."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest
from temporalio.client import Client

from desk.pages import health
from tests.desk.browser import Browser, flat, visiting
from tests.hands import Hands


async def test_a_server_that_is_frozen_is_told_as_away_before_whoever_probes_gives_up(
    alone: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.5)
    # Who connects is never answered: nobody accepts.
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        address = "{}:{}".format(*frozen.getsockname())
        client = await Client.connect(address, lazy=True)
        async with visiting(replace(alone.session, client=client)) as browser:
            began = time.monotonic()
            answer = await browser.get("/readyz")
            assert (answer.status_code, answer.text) == (503, "not ready: temporal\n")
            assert time.monotonic() - began < 10


async def test_acts_are_counted_by_outcome_and_nothing_tells_of_a_case(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    path, form = f"/p/case/{hands.stream.number}/acts/confirm", flat(hands.forms.opinion())
    assert (await browser.post(path, {**form, "send": "yes"})).status_code == 303
    await browser.get("/api/public/register")
    told = (await browser.get("/metrics")).text
    assert 'firstcover_desk_acts_total{door="page",outcome="done"} 1.0' in told
    assert 'route="/api/public/register"' in told
    assert "firstcover_outbox_waiting" in told
    assert "firstcover_work_overdue 0.0" in told
    assert hands.stream.number not in told
    assert "ganjingzi" not in told
