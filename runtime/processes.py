"""Processes of our own: kept apart from the terminal, known again after a crash, ended in good order."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

#: How far two readings of one process's start time may lie apart, in seconds: it is derived from the wall clock.
_SAME_START = 2.0


class ProcessId(BaseModel):
    """A process id with the start time that tells its owner from a later process under the same number."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: float

    @classmethod
    def of(cls, process: psutil.Process) -> ProcessId:
        return cls(pid=process.pid, started=process.create_time())

    def find(self) -> psutil.Process | None:
        """Return the process if it still lives."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


class Child:
    """A child process in a session of its own, so that Ctrl-C reaches only its parent; it does not outlive the parent.

    Its output goes to `<folder>/<name>.log`; what it writes, only its owner may read. `<folder>/<name>.pid` names it
    from its first moment to its end, so that the next run finds it should even its guard have been killed.
    `polite` is the signal that asks it to stop; `options` are `Popen`'s.
    """

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, polite: signal.Signals = signal.SIGTERM, **options: Any
    ) -> None:
        self.name, self.log, self._pid_file = name, folder / f"{name}.log", folder / f"{name}.pid"
        self._polite = polite
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self.process = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                **options,
            )
        self._guard = _guard(self.process.pid, polite)
        self.id = ProcessId.of(self.process)
        write_private(self._pid_file, self.id.model_dump_json())

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def end(self, patience: float = 15.0) -> None:
        """Ask it to stop, and after `patience` seconds make it."""
        self._guard.kill()
        self._guard.communicate()
        end(self.process, self._polite, patience)
        self._pid_file.unlink(missing_ok=True)


def _guard(pid: int, polite: signal.Signals) -> subprocess.Popen[bytes]:
    """Start a shell that waits for our end of a pipe to close, which even kill -9 does to it, and then stops `pid`."""
    script = 'read -r _; kill -s "$1" "$2"'
    return subprocess.Popen(  # noqa: S603 - a fixed script
        ["/bin/sh", "-c", script, "guard", polite.name.removeprefix("SIG"), str(pid)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
    )  # fmt: skip


def end_leftovers(folder: Path) -> None:
    """End every child that a killed run left behind in `folder`, in the reverse order of their start."""
    found: list[psutil.Process] = []
    for pid_file in folder.glob("*.pid"):
        with suppress(ValidationError):
            if process := ProcessId.model_validate_json(pid_file.read_bytes()).find():
                found.append(process)
    for process in sorted(found, key=psutil.Process.create_time, reverse=True):
        end(process)
    for pid_file in folder.glob("*.pid"):
        pid_file.unlink(missing_ok=True)


def end(process: psutil.Process, polite: signal.Signals = signal.SIGTERM, patience: float = 15.0) -> None:
    """Send `polite` and wait; kill what has not ended after `patience` seconds."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(polite)
        try:
            process.wait(patience)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(patience)


def take_lock(path: Path) -> IO[bytes] | None:
    """Take the lock `path` for as long as the file stays open; return None while another process holds it."""
    with ExitStack() as undo:
        file = undo.enter_context(path.open("ab"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        undo.pop_all()
        return file


def free_ports(count: int) -> list[int]:
    """Return loopback ports nobody listens on at this moment; whoever uses them must be ready to lose the race."""
    with ExitStack() as sockets:
        bound = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in bound:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in bound]


def port_is_free(port: int) -> bool:
    """Tell whether nobody listens on a loopback port at this moment."""
    with socket.socket() as one:
        one.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # what its last owner's clients leave is in nobody's way
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def last_line(log: Path) -> str:
    """Return the last line of a log that says anything."""
    with suppress(OSError):
        lines = log.read_bytes().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "its log is empty")
    return "it left no log"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, at once or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
