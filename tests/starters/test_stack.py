"""`firstcover up` for real: it can be found, interrupted and killed, and leaves nothing running."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil
import pytest
from temporalio.service import RPCError

from runtime.errors import Unreachable
from runtime.processes import ProcessId
from runtime.settings import Settings, StackInfo, find_stack
from runtime.temporal_client import connect
from starters.stack import EmbeddedStack, ends_by_interrupt, forget_data
from tests.polling import until
from workflows.schedules import ROUNDS

CODE = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from starters.cli import main; main()"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder in a path with a space and Chinese characters, which commands and settings find by name."""
    folder = tmp_path / "首保 通"
    for name in [name for name in os.environ if name.startswith(("TEMPORAL_", "FIRSTCOVER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FIRSTCOVER_DATA", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(CODE))
    monkeypatch.setenv("LC_ALL", "C")
    yield folder
    assert processes_on(folder) == []
    forget_data(folder)
    assert {path.name for path in folder.glob("*")} <= {"lock"}


def processes_on(folder: Path) -> list[str]:
    """Every process that was told of the folder or works in it."""
    return [
        str(process)
        for process in psutil.process_iter(["cmdline", "cwd"])
        if str(folder) in " ".join([*(process.info["cmdline"] or []), process.info["cwd"] or ""])
    ]


async def cluster_of(stack: StackInfo) -> object:
    """Return what PostgreSQL knows its files by."""
    connection = await asyncpg.connect(stack.database_url)
    try:
        return await connection.fetchval("select system_identifier from pg_control_system()")
    finally:
        await connection.close()


def starting(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "up", "--no-demo", *options],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in the test's environment."""
    return subprocess.run(
        [*COMMAND, *words], env=os.environ, capture_output=True, text=True, encoding="utf-8", check=False
    )


@contextmanager
def up(data: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`firstcover up`, ready; whatever the test leaves of it is ended."""
    with starting(*options) as program:
        until(lambda: program.poll() is not None or started_by(data) == program.pid)
        try:
            yield program
        finally:
            program.terminate()
            program.communicate()


def started_by(data: Path) -> int | None:
    with suppress(FileNotFoundError):
        return StackInfo.model_validate_json((data / "stack.json").read_bytes()).started_by.pid
    return None


def test_it_is_found_and_alone_while_it_runs_and_ctrl_c_leaves_nothing_running(data: Path) -> None:
    with up(data) as program:
        assert stat.S_IMODE((data / "stack.json").stat().st_mode) == 0o600
        stack = find_stack()
        assert stack is not None
        assert Settings().require_database_url() == stack.database_url
        assert asyncio.run(connect()).service_client.config.target_host == stack.temporal_address
        with starting() as second:
            told, complaints = second.communicate()
            assert (second.returncode, told) == (3, "")
            assert re.fullmatch(rf"[^\n]*already running there \(process {program.pid}, http://\S+\)\n", complaints)
        program.send_signal(signal.SIGINT)
        told, complaints = program.communicate()
        assert (program.returncode, complaints) == (0, "")
        assert stack.temporal_address in told
        assert str(stack.ui_url) in told
    assert all(process.find() is None for process in stack.processes.values())
    assert find_stack() is None


def test_its_worker_sees_to_it_that_quarters_open_themselves(data: Path) -> None:
    with up(data):
        until(lambda: asyncio.run(schedule_there()))


async def schedule_there() -> bool:
    with suppress(RPCError):
        return (await (await connect()).get_schedule_handle(ROUNDS).describe()).id == ROUNDS
    return False


def test_commands_in_the_folder_it_was_started_in_find_a_stack_whose_data_is_elsewhere(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRSTCOVER_DATA")
    monkeypatch.setattr("sys.prefix", str(tmp_path / "elsewhere" / ".venv"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    with up(data, "--data", str(data)) as program:
        until(lambda: find_stack() is not None)
        assert stack_now().started_by.pid == program.pid
        program.send_signal(signal.SIGINT)
        assert program.wait() == 0
    assert list(here.iterdir()) == []


def test_after_a_kill_the_servers_end_and_the_next_start_has_the_data(data: Path) -> None:
    with up(data) as program:
        killed = find_stack()
        assert killed is not None
        cluster = asyncio.run(cluster_of(killed))
        program.kill()
        program.communicate()
        with up(data):
            following = find_stack()
            assert following is not None
            assert all(process.find() is None for process in killed.processes.values())
            assert asyncio.run(cluster_of(following)) == cluster
    assert find_stack() is None


@pytest.mark.parametrize("name", ["postgresql", "temporal", "worker"])
def test_what_ends_by_itself_is_started_again_where_it_was_with_its_data(data: Path, name: str) -> None:
    with up(data) as program:
        before = stack_now()
        cluster = asyncio.run(cluster_of(before))
        os.kill(before.processes[name].pid, signal.SIGKILL)
        until(lambda: stack_now().processes[name] != before.processes[name])
        after = stack_now()
        assert (after.database_url, after.temporal_address) == (before.database_url, before.temporal_address)
        assert asyncio.run(cluster_of(after)) == cluster
        listed = run("case", "list", "--json")
        assert (listed.returncode, listed.stderr) == (0, "")
        program.send_signal(signal.SIGINT)
        told, complaints = program.communicate()
        assert (program.returncode, complaints) == (0, "")
        assert f"{name} ended by itself; starting it again" in told


def test_what_ends_by_itself_again_and_again_stops_the_rest_and_is_named(data: Path) -> None:
    with up(data) as program:
        for _ in range(4):
            last = stack_now().processes["worker"]
            os.kill(last.pid, signal.SIGKILL)
            until(lambda last=last: (stack := find_stack()) is None or stack.processes["worker"] != last)
        _, complaints = program.communicate()
        assert program.returncode == 3
        assert re.fullmatch(r"the embedded worker [^\n]*its last line: [^\n]+\n", complaints)


def stack_now() -> StackInfo:
    stack = find_stack()
    assert stack is not None
    return stack


def test_an_interrupt_while_it_starts_leaves_nothing_running(data: Path) -> None:
    with starting() as program:
        until((data / "temporal.pid").exists)
        program.terminate()
        program.communicate()
        assert program.returncode != 0
    assert not (data / "stack.json").exists()


class InterruptedOnceFound(EmbeddedStack):
    """One whom a user interrupts in the very moment in which it can be found."""

    def _tell_where(self) -> None:
        super()._tell_where()
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("data")
def test_an_interrupt_as_soon_as_it_can_be_found_is_its_ordinary_end() -> None:
    stack = InterruptedOnceFound(headless=True)
    with ends_by_interrupt(stack), stack:
        pytest.fail("it was not interrupted")
    assert find_stack() is None


def test_the_story_is_played_in_its_own_stack_whatever_servers_the_shell_names_and_carried_on_from(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTCOVER_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:1/production")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    for _ in ("begun", "carried on"):
        told = run("demo", "--no-wait")
        assert (told.returncode, told.stderr) == (0, "")
        assert "balanced: yes" in told.stdout


def test_an_unusable_place_is_told_in_one_line(tmp_path: Path, data: Path) -> None:
    (tmp_path / "file").touch()
    told = run("up", "--no-demo", "--data", str(tmp_path / "file" / "data"))
    assert told.returncode == 3
    assert re.fullmatch(
        r"the data folder could not be reached at [^\n]+: Not a directory; choose another\n", told.stderr
    )


def test_forgetting_the_data_leaves_what_is_not_ours(data: Path) -> None:
    data.mkdir()
    mine = {"letter.txt", "temporal.yaml", "worker.py"}
    for name in mine:
        (data / name).write_text("mine")
    (data / "app-password").write_text("ours")
    (data / "documents" / "ab").mkdir(parents=True)
    forget_data(data)
    assert {path.name for path in data.iterdir()} == {*mine, "lock"}
    for name in mine:
        (data / name).unlink()


def test_a_stack_that_is_gone_is_told_with_what_to_try(data: Path) -> None:
    nobody, somewhere = ProcessId(pid=os.getpid(), started=0.0), "127.0.0.1:1"
    stack = StackInfo(
        database_url=f"postgresql://{somewhere}/firstcover",
        temporal_address=somewhere,
        temporal_namespace="default",
        ui_url=None,
        started_by=nobody,
        processes={"temporal": nobody},
        logs={},
    )
    data.mkdir()
    (data / "stack.json").write_text(stack.model_dump_json())
    with pytest.raises(Unreachable, match=r"what started it \(process \d+\) is gone; start one with: firstcover up"):
        find_stack()
    with pytest.raises(Unreachable, match=r"is gone"):
        asyncio.run(connect())
