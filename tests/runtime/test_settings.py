"""Servers are found where the environment or a running stack says they are."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from runtime.errors import BadInput, Unreachable
from runtime.processes import ProcessId
from runtime.settings import Settings, StackInfo, find_stack
from runtime.temporal_client import connect


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but the test's own, and no stack beside the environment."""
    for name in [name for name in os.environ if name.startswith(("TEMPORAL_", "FIRSTCOVER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("sys.prefix", str(tmp_path / "elsewhere" / ".venv"))
    monkeypatch.chdir(tmp_path)


def put_stack(folder: Path, database: str) -> None:
    """Write a stack whose only process is this one."""
    ours = ProcessId.of(psutil.Process())
    stack = StackInfo(
        database_url=f"postgresql://app:secret@127.0.0.1:1/{database}",
        temporal_address="127.0.0.1:2",
        temporal_namespace="default",
        ui_url=None,
        started_by=ours,
        processes={"temporal": ours},
        logs={},
    )
    folder.mkdir(parents=True)
    (folder / "stack.json").write_text(stack.model_dump_json())


def test_a_stack_is_found_from_a_folder_below(tmp_path: Path) -> None:
    put_stack(tmp_path / ".firstcover", "above")
    (tmp_path / "a" / "b").mkdir(parents=True)
    found = find_stack(tmp_path / "a" / "b")
    assert found is not None
    assert found.database_url.endswith("/above")


def test_a_stack_is_found_beside_the_environment(tmp_path: Path) -> None:
    put_stack(tmp_path / "elsewhere" / ".firstcover", "beside")
    assert Settings().require_database_url().endswith("/beside")


def test_a_named_folder_goes_first_and_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_stack(tmp_path / ".firstcover", "here")
    monkeypatch.setenv("FIRSTCOVER_DATA", str(tmp_path / "named"))
    assert find_stack() is None


def test_a_named_database_goes_before_a_stack_and_its_place_tells_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_stack(tmp_path / ".firstcover", "here")
    monkeypatch.setenv("FIRSTCOVER_DATABASE_URL", "postgresql://app:secret@db.example/cases")
    assert Settings().database_place() == "db.example:5432/cases"


def test_without_any_server_the_answer_says_what_to_try() -> None:
    with pytest.raises(Unreachable, match="start one with: firstcover up"):
        Settings().require_database_url()
    with pytest.raises(Unreachable, match="start one with: firstcover up"):
        asyncio.run(connect())


def test_a_server_that_does_not_answer_is_named_with_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with pytest.raises(Unreachable, match=r"^Temporal could not be reached at 127\.0\.0\.1:1: Connection refused"):
        asyncio.run(connect())


def test_an_unreadable_stack_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".firstcover").mkdir()
    (tmp_path / ".firstcover" / "stack.json").write_text("{")
    with pytest.raises(Unreachable, match="not what this version writes"):
        find_stack()


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_LOG_FORMAT", "prose")
    with pytest.raises(BadInput, match="FIRSTCOVER_LOG_FORMAT"):
        Settings()


def test_documents_lie_in_the_stacks_own_folder_wherever_a_link_to_it_is(tmp_path: Path) -> None:
    put_stack(tmp_path / "data", "here")
    (tmp_path / ".firstcover").mkdir()
    (tmp_path / ".firstcover" / "stack.json").symlink_to(tmp_path / "data" / "stack.json")
    assert Settings().require_documents() == tmp_path / "data" / "documents"


def test_a_named_folder_of_documents_goes_first_and_beside_servers_of_ones_own_it_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_stack(tmp_path / ".firstcover", "here")
    monkeypatch.setenv("FIRSTCOVER_DATABASE_URL", "postgresql://app:secret@db.example/cases")
    with pytest.raises(Unreachable, match="FIRSTCOVER_DOCUMENTS"):
        Settings().require_documents()
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(tmp_path / "papers"))
    assert Settings().require_documents() == tmp_path / "papers"


def test_settings_do_not_load_temporal() -> None:
    code = "import sys, runtime.settings; sys.exit('temporalio' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
