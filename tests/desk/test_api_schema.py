"""What the API answers is what it says it answers: generated requests against the whole of it, on real servers."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from service.api_tokens import give
from tests.desk.serving import serving
from tests.hands import Hands

#: How long the API is tried, in seconds.
SECONDS = 25
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance", "negative_data_rejection", "ignored_auth"),
)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("officer", ["bureau-1"])
async def test_no_request_is_answered_by_a_failure_or_by_what_is_not_documented(
    hands: Hands, folder: Path, monkeypatch: pytest.MonkeyPatch, officer: str
) -> None:
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(folder / "documents"))
    await hands.bring_to("publish")
    token = (await give(hands.session.pool, officer, "generated requests", 1, hands.clock())).token
    async with serving(hands.session, searches_a_minute=0) as desk:
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{desk}/api/openapi.json"]
        how = ["--checks", ",".join(CHECKS), "--max-time", str(SECONDS), "--seed", "1", "--no-color"]
        whose = ["--header", f"Authorization: Bearer {token}", "--continue-on-failure"]
        run = await asyncio.create_subprocess_exec(
            *command, *how, *whose, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=folder
        )
        told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()[-20_000:]
