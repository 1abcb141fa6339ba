"""What the API answers is what it says it answers: generated requests against the whole of it, on real servers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rules.procedures import PROCEDURES
from service.api_tokens import give
from tests.desk.serving import serving
from tests.hands import Hands

#: How long the API is tried, in seconds: as it is described, and with the forms of a case's acts.
SECONDS = 14
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance", "negative_data_rejection", "ignored_auth"),
)
ACT = "/proceedings/{kind}/{number}/acts/{act}"


def of_a_case(described: dict[str, Any], number: str) -> dict[str, Any]:
    """The description with the acts of one case alone, each with the schema of its own form."""
    schemas = described["components"]["schemas"]
    return described | {"paths": dict(_acts(described["paths"], schemas, number))}


def _acts(paths: dict[str, Any], schemas: dict[str, Any], number: str) -> Iterator[tuple[str, Any]]:
    for act in PROCEDURES["case", "dalian"].acts.values():
        if act.by == ("system",):
            continue
        form = act.form.model_json_schema(ref_template=f"#/components/schemas/{act.name}-{{model}}")
        schemas |= {f"{act.name}-{name}": part for name, part in form.pop("$defs", {}).items()}
        for path in (ACT, f"{ACT}/preview"):
            one = json.loads(json.dumps(paths[path]["post"]))
            one["parameters"] = [part for part in one["parameters"] if part["in"] != "path"]
            one["operationId"] = f"{act.name}{path[len(ACT) :]}"
            one["requestBody"]["content"]["application/json"]["schema"] = form
            stands = "new" if not act.stages else number
            yield path.format(kind="case", number=stands, act=act.name), {"post": one}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("officer", "whole"), [("bureau-1", True), ("bureau-2", False)])
async def test_no_request_is_answered_by_a_failure_or_by_what_is_not_documented(
    hands: Hands, folder: Path, monkeypatch: pytest.MonkeyPatch, officer: str, whole: bool
) -> None:
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(folder / "documents"))
    await hands.stand_at("propose")
    token = (await give(hands.session.pool, officer, "generated requests", 1, hands.clock())).token
    async with serving(hands.session, searches_a_minute=0) as desk, httpx.AsyncClient() as client:
        described = (await client.get(f"{desk}/api/openapi.json")).json()
        said = folder / "openapi.json"
        said.write_text(json.dumps(described if whole else of_a_case(described, hands.stream.number)))
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(said), "--url", f"{desk}/api"]
        how = ["--checks", ",".join(CHECKS), "--max-time", str(SECONDS), "--seed", "1", "--no-color"]
        phases = ["--phases", "coverage,fuzzing", "--continue-on-failure", "--warnings", "off"]
        run = await asyncio.create_subprocess_exec(
            *command,
            *how,
            *phases,
            *("--header", f"Authorization: Bearer {token}"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
        )
        told, _ = await run.communicate()
    assert run.returncode == 0, told.decode()[-20_000:]
