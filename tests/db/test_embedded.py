"""The embedded PostgreSQL starts anywhere, keeps what was committed, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import asyncpg
import psutil
import pytest

from db.embedded import ELSEWHERE, EmbeddedPostgres
from runtime.errors import Unreachable
from tests.polling import until

CODE = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

#: Runs a server on the folder in its argument until it is killed; tells the server's process id and its guard's.
DRIVER = """
import sys, time
from pathlib import Path
from db.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, server._child._guard.pid, flush=True)
time.sleep(600)
"""


def ask(server: EmbeddedPostgres, sql: str) -> object:
    """Return the first value the server answers with."""

    async def fetch() -> object:
        connection = await asyncpg.connect(server.dsn())
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


@contextmanager
def driver(data: Path, locale: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Another program that runs a server, killed at the end."""
    unlocalised = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    environment = unlocalised | locale | {"PYTHONPATH": str(CODE)}
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(data)], env=environment, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout
        server, guard = map(int, program.stdout.readline().split())
        yield server, guard
        program.kill()


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a cluster in it; its name has a space and Chinese characters."""
    folder = tmp_path_factory.mktemp("首保 通")
    with EmbeddedPostgres(folder) as server:
        ask(server, "create table kept (fact text)")
    yield folder
    EmbeddedPostgres(folder).remove()
    assert [path.name for path in folder.iterdir()] == []


def test_it_takes_connections_on_the_loopback_by_password_only(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        assert ask(server, "show listen_addresses") == "127.0.0.1"
        assert ask(server, "show server_encoding") == "UTF8"
        assert stat.S_IMODE((server.home / "password").stat().st_mode) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(server.dsn(password="guessed")))
        pid = server.pid
    assert gone(pid)


def test_what_was_committed_is_there_after_a_restart(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        ask(server, "insert into kept values ('restart')")
    with EmbeddedPostgres(data) as server:
        assert ask(server, "select count(*) from kept where fact = 'restart'") == 1


def test_a_killed_server_recovers_what_was_committed(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        ask(server, "insert into kept values ('crash')")
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not server.running)
    with EmbeddedPostgres(data) as server:
        assert ask(server, "select count(*) from kept where fact = 'crash'") == 1


def test_a_server_whose_child_outlives_it_is_started_again_on_its_port(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        port = server.port
        child = psutil.Process(server.pid).children()[0]
        child.suspend()  # as one that is too busy to see that its server is gone
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not server.running)
        assert not gone(child.pid)
        server.restart()
        assert gone(child.pid)
        assert server.port == port
        assert ask(server, "select true")


def test_a_server_that_cannot_be_started_again_keeps_its_port_for_the_next_try(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        port, version = server.port, server.home / "cluster" / "PG_VERSION"
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not server.running)
        version.rename(version.with_suffix(".away"))
        with pytest.raises(Unreachable):
            server.restart()
        version.with_suffix(".away").rename(version)
        server.restart()
        assert server.port == port
        assert ask(server, "select true")


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LANG": "xx_XX.UTF-8"}], ids=["C", "not installed"])
def test_a_server_does_not_outlive_a_killed_program(data: Path, locale: dict[str, str]) -> None:
    with driver(data, locale) as (server, _):
        pass
    until(lambda: gone(server))


def test_a_server_left_running_is_replaced_by_the_next_one(data: Path) -> None:
    with driver(data, {}) as (server, guard):
        os.kill(guard, signal.SIGKILL)
    assert not gone(server)
    with EmbeddedPostgres(data) as following:
        assert gone(server)
        assert ask(following, "select true")


def test_a_folder_in_use_is_refused_in_one_line(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        with pytest.raises(Unreachable, match="another process is using this folder") as refusal:
            EmbeddedPostgres(data).start()
        assert "\n" not in str(refusal.value)
        assert ask(server, "select true")


def test_a_stale_process_id_in_use_by_another_program_is_forgotten(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        cluster = server.home / "cluster"
        told = (cluster / "postmaster.pid").read_text().split("\n")
    (cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *told[1:]]))
    with EmbeddedPostgres(data) as server:
        assert ask(server, "select true")


def test_a_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path, durable=False)
    server.start()
    server.stop()
    (server.home / "cluster").rename(server.home / "cluster.draft")
    with server:
        assert ask(server, "select true")
    assert list(tmp_path.iterdir()) == []


def test_an_unusable_place_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unreachable, match="Not a directory") as refusal:
        EmbeddedPostgres(tmp_path / "file" / "data").start()
    assert "\n" not in str(refusal.value)


@as_root
def test_under_a_closed_folder_root_keeps_the_files_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        home = server.home
        assert home.parent == ELSEWHERE
        assert ask(server, "select true")
    assert not home.exists()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anyone may enter, as pytest's own is not."""
    folder = Path(mkdtemp(prefix="首保 通-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@as_root
def test_in_an_open_folder_root_keeps_the_files_there(open_folder: Path) -> None:
    with EmbeddedPostgres(open_folder, durable=False) as server:
        assert server.home == open_folder / "postgresql"
        assert psutil.Process(server.pid).username() == "nobody"
        assert stat.S_IMODE((server.home / "cluster").stat().st_mode) == 0o700


@as_root
def test_an_ordinary_user_can_run_it(open_folder: Path) -> None:
    """The user comes after the imports: this interpreter itself may lie under a closed home."""
    nobody = pwd.getpwnam("nobody")
    os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
    program = f"""
import asyncio, os, sys, asyncpg, asyncpg.connect_utils, encodings.idna, pathlib
from pathlib import Path
import db.embedded
from db.embedded import EmbeddedPostgres
if not db.embedded._may_read(db.embedded.pwd.getpwnam("nobody"), Path(db.embedded.__file__).parent):
    print("closed"); sys.exit()
os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})
async def ask(dsn):
    connection = await asyncpg.connect(dsn)
    print(await connection.fetchval("select 'answered'"))
    await connection.close()
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    asyncio.run(ask(server.dsn()))
"""
    run = subprocess.run(
        [sys.executable, "-c", program, str(open_folder)],
        env=os.environ | {"PYTHONPATH": str(CODE), "HOME": "/nonexistent"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if run.stdout == "closed\n":
        pytest.skip("this checkout is closed to other users")
    assert (run.stdout, run.stderr) == ("answered\n", "")
