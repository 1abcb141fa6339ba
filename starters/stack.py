"""The embedded stack: PostgreSQL, Temporal, a worker and the desk on this machine, started, kept and ended together."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

import psutil
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from db.embedded import EmbeddedPostgres
from db.migrate import prepare
from runtime.errors import Unreachable
from runtime.processes import Child, ProcessId, end_leftovers, free_ports, last_line, take_lock, write_private
from runtime.settings import DATA, DOCUMENTS, Settings, StackInfo, find_stack
from runtime.temporal_server import NAMESPACE, TemporalServer, without_temporal

_PATIENCE = 60.0
#: A server or worker that ends by itself is started again, but not more often than so in so many seconds.
_RESTARTS, _WITHIN = 3, 60.0
_INTERRUPTS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
#: What stays in the data folder beside the servers' own files.
_KEPT = (
    *(f"temporal.{part}" for part in ("db", "db-shm", "db-wal", "log", "pid")),
    *("worker.log", "worker.pid", "desk.log", "desk.pid", "stack.json", "story.json", "app-password"),
)
#: Where our own packages are, so that a child runs the very code that started it.
_CODE = Path(__file__).resolve().parents[1]

Prepare = Callable[[str, str], Coroutine[Any, Any, None]]


class EmbeddedStack:
    """Servers, a worker and the desk on one folder's data; what `stack.json` tells of them is `info`.

    Whatever keeps it from running is told as `Unreachable`. SIGTERM and SIGHUP count as Ctrl-C while it runs.
    `headless` leaves out Temporal's web UI; `one_click` signs the demonstration's officers in by a click.
    Others can find it from when it has `told_where` it is.
    `progress` is told what begins; `prepare` brings the database up to date.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        headless: bool = False,
        one_click: bool = False,
        progress: Callable[[str], None] = lambda _: None,
        prepare: Prepare = prepare,
    ) -> None:
        self.data = (data or Settings().data or Path(DATA)).absolute()
        self._progress, self.prepare = progress, prepare
        self._postgres = EmbeddedPostgres(self.data)
        self._temporal = TemporalServer(self.data, headless)
        self._worker: Child | None = None
        self._desk: Child | None = None
        self._desk_port, self._one_click = free_ports(1)[0], one_click
        self._ended_at: list[tuple[str, float]] = []
        self.told_where = False
        self._undo = ExitStack()

    @property
    def database_url(self) -> str:
        """The database, as the program's role."""
        return self._postgres.dsn("firstcover_app", "firstcover", self._app_password())

    @property
    def owner_database_url(self) -> str:
        """The database, as the superuser."""
        return self._postgres.dsn(database="firstcover")

    @property
    def temporal_address(self) -> str:
        return self._temporal.address

    @property
    def ui_url(self) -> str | None:
        return self._temporal.ui_url

    @property
    def desk_url(self) -> str:
        """Where a browser finds the desk."""
        return f"http://127.0.0.1:{self._desk_port}"

    @property
    def documents(self) -> Path:
        """The folder that documents lie in."""
        return Settings().documents or self.data / DOCUMENTS

    @property
    def environment(self) -> dict[str, str]:
        """Our environment, naming these servers to a program and no others."""
        return without_temporal(os.environ) | {
            "FIRSTCOVER_DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal_address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            "FIRSTCOVER_DOCUMENTS": str(self.documents),
            "FIRSTCOVER_DESK_PORT": str(self._desk_port),
            "FIRSTCOVER_DESK_ONE_CLICK": str(self._one_click).lower(),
        }

    @property
    def info(self) -> StackInfo:
        assert self._temporal.child, "the stack has not been started"
        assert self._worker, "the stack has not been started"
        children = (self._temporal.child, self._worker, *([self._desk] if self._desk else []))
        return StackInfo(
            database_url=self.database_url,
            temporal_address=self.temporal_address,
            temporal_namespace=NAMESPACE,
            ui_url=self.ui_url,
            desk_url=self.desk_url if self._desk else None,
            started_by=ProcessId.of(psutil.Process()),
            processes={"postgresql": ProcessId.of(psutil.Process(self._postgres.pid))}
            | {child.name: child.id for child in children},
            logs={"postgresql": self._postgres.log} | {child.name: child.log for child in children},
        )

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise Unreachable("the data folder", str(self.data), f"{error.strerror}; choose another") from error
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the desk, the worker, Temporal and PostgreSQL, in this order; the data stays."""
        _ignore_interrupts()
        self._undo.close()

    def mend(self) -> None:
        """Start again what has ended by itself; raise `Unreachable` with its last word where it does so too often."""
        temporal, worker, desk = self._temporal.child, self._worker, self._desk
        if not self._postgres.running:
            self._start_again("postgresql", self._postgres.log, self._postgres.restart)
        if temporal and not temporal.running:
            self._start_again(temporal.name, temporal.log, self._temporal.restart)
        if worker and not worker.running:
            self._start_again(worker.name, worker.log, self._start_worker)
        if desk and not desk.running:
            self._start_again(desk.name, desk.log, self._start_desk)

    def _start_again(self, name: str, log: Path, start: Callable[[], None]) -> None:
        self._ended_at.append((name, time.monotonic()))
        lately = [one for one, at in self._ended_at if one == name and at > time.monotonic() - _WITHIN]
        if len(lately) > _RESTARTS:
            raise _ended(name, log)
        self._progress(f"{name} ended by itself; starting it again")
        start()
        self._tell_where()

    def _start(self) -> None:
        self._undo.enter_context(_interrupts())
        self.data.mkdir(parents=True, exist_ok=True)
        self._undo.enter_context(_alone(self.data))
        end_leftovers(self.data)
        self._progress("starting PostgreSQL and Temporal")
        self._undo.callback(self._postgres.stop)
        self._undo.callback(self._temporal.stop)
        with ThreadPoolExecutor(1) as beside:
            temporal = beside.submit(self._temporal.start)
            self._postgres.start()
            self._progress("bringing the database to this version")
            self._bring_up_to_date()
            temporal.result()
        self._progress("starting a worker and the desk")
        self._undo.callback(self._end_worker)
        self._undo.callback(self._end_desk)
        with ThreadPoolExecutor(1) as beside:
            desk = beside.submit(self._start_desk)
            self._start_worker()
            desk.result()
        self._undo.callback((self.data / "stack.json").unlink, missing_ok=True)
        self._tell_where()

    def _child(self, name: str) -> Child:
        """Start one of our own programs on these servers."""
        code = {"PYTHONPATH": str(_CODE)}
        return Child(name, [sys.executable, "-P", "-m", name], self.data, env=self.environment | code)

    def _start_worker(self) -> None:
        self._end_worker()
        self._worker = self._child("worker")
        asyncio.run(self._worker_polls(self._worker))

    def _start_desk(self) -> None:
        self._end_desk()
        self._desk = self._child("desk")
        deadline = time.monotonic() + _PATIENCE
        while self._desk.running and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._desk_port), 1):
                return
            time.sleep(0.05)
        raise _ended(self._desk.name, self._desk.log)

    def _end_desk(self) -> None:
        if self._desk:
            self._desk.end()

    def _tell_where(self) -> None:
        self.told_where = True
        write_private(self.data / "stack.json", self.info.model_dump_json(indent=2))

    def _bring_up_to_date(self) -> None:
        try:
            asyncio.run(self.prepare(self._postgres.dsn(), self._app_password()))
        except RuntimeError as error:
            why = f"{error}; start over with: firstcover demo --fresh"
            raise Unreachable("the embedded database", str(self._postgres.home), why) from error

    def _app_password(self) -> str:
        """Return the password of the program's role, the same at every start."""
        path = self.data / "app-password"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="ascii")

    async def _worker_polls(self, worker: Child) -> None:
        """Return when Temporal sees the worker ask for work."""
        client = await Client.connect(self.temporal_address, namespace=NAMESPACE)
        request = DescribeTaskQueueRequest(
            namespace=NAMESPACE,
            task_queue=TaskQueue(name=Settings().task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        deadline = time.monotonic() + _PATIENCE
        while worker.running and time.monotonic() < deadline:
            with suppress(RPCError):
                if (await client.workflow_service.describe_task_queue(request)).pollers:
                    return
            await asyncio.sleep(0.05)
        raise _ended(worker.name, worker.log)

    def _end_worker(self) -> None:
        if self._worker:
            self._worker.end()


@contextmanager
def ends_by_interrupt(stack: EmbeddedStack) -> Iterator[None]:
    """Take Ctrl-C, SIGTERM or SIGHUP for the stack's ordinary end from when others can use it.

    Until then one breaks off its start, and is raised. So this stands around the stack's own `with`.
    """
    try:
        yield
    except KeyboardInterrupt:
        if not stack.told_where:
            raise


def keep_whole(stack: EmbeddedStack) -> NoReturn:
    """Keep the stack whole until an interrupt; raise `Unreachable` where it cannot be."""
    while True:
        stack.mend()
        time.sleep(0.2)


@contextmanager
def findable(stack: EmbeddedStack) -> Iterator[bool]:
    """Let commands in this folder find a stack whose data is elsewhere; yield whether they do."""
    link = Path(DATA).absolute() / "stack.json"
    with ExitStack() as undo:
        if _found() is None:
            undo.callback(_take_back, link)
            with suppress(OSError):
                link.parent.mkdir(exist_ok=True)
                link.unlink(missing_ok=True)  # one that a killed run left
                link.symlink_to(stack.data / "stack.json")
        found = _found()
        yield found is not None and found.started_by == stack.info.started_by


def _found() -> StackInfo | None:
    with suppress(Unreachable):
        return find_stack()
    return None


def _take_back(link: Path) -> None:
    """Remove a link, but not what another stack has put in its place meanwhile."""
    with suppress(OSError):
        if link.is_symlink():
            link.unlink()
        link.parent.rmdir()


def forget_data(data: Path) -> None:
    """Delete what a stack keeps in `data`, and nothing else there; a running one makes it `Unreachable`."""
    if not data.exists():
        return
    with _alone(data):
        end_leftovers(data)
        EmbeddedPostgres(data).remove()
        for name in _KEPT:
            (data / name).unlink(missing_ok=True)
        shutil.rmtree(data / DOCUMENTS, ignore_errors=True)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the folder's lock; say who has it if another does."""
    with ExitStack() as held:
        lock = take_lock(data / "lock")
        if lock is None:
            raise Unreachable("the data folder", str(data), _who_runs(data))
        held.enter_context(lock)
        yield


def _who_runs(data: Path) -> str:
    with suppress(OSError, ValueError):
        one = StackInfo.model_validate_json((data / "stack.json").read_bytes())
        return (
            f"firstcover is already running there (process {one.started_by.pid}, {one.ui_url or one.temporal_address})"
        )
    return "another firstcover is starting or stopping there"


@contextmanager
def _interrupts() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP interrupt the program as Ctrl-C does, and only the first one counts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is told of signals
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        _ignore_interrupts()
        raise KeyboardInterrupt

    # A program started with nohup keeps ignoring SIGHUP.
    kept = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
    before = {number: signal.signal(number, interrupt) for number in _INTERRUPTS - kept}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_interrupts() -> None:
    """What ends the program is not to be interrupted again."""
    if threading.current_thread() is threading.main_thread():
        for number in _INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)


def _ended(name: str, log: Path) -> Unreachable:
    return Unreachable(f"the embedded {name}", str(log), f"it ended by itself; its last line: {last_line(log)}")
