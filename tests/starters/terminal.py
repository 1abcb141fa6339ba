"""A terminal for tests: runs a command as its user does, in a process of its own or in this one."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from runtime.processes import free_ports
from runtime.temporal_server import without_temporal
from starters.cli import main
from tests.hands import Hands

CODE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What a command came to: its exit status, what it said and what it complained of."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one line of JSON it answered with."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Terminal:
    """A terminal in `folder`, whose environment names the servers."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    _files: Any = field(default_factory=lambda: count(1))

    def file(self, data: Any) -> str:
        """Write what is handed in to a file: text and bytes as they are, all else as JSON."""
        path = self.folder / f"form {next(self._files)}.json"
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    async def run(self, *words: str, data: Any = None) -> Outcome:
        """Run a command in this process: quick, and the same as far as the program's own code goes."""
        # It has an event loop of its own, so it needs a thread of its own.
        return await asyncio.to_thread(self._run, self._with(words, data))

    def _run(self, words: tuple[str, ...]) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        status: Any = 0
        with (
            patch.dict(os.environ, self.environment),
            patch.object(sys, "argv", ["firstcover", *words]),
            # Logging would keep the stream it is set up with beyond the command's end, and mix in the worker's.
            patch("service.session.set_up_logging"),
            capture_logs(),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                status = ended.code or 0
        return Outcome(status, out.getvalue(), err.getvalue())

    async def process(self, *words: str | bytes, data: Any = None, stdin: bytes = b"") -> Outcome:
        """Run a command in a process of its own, elsewhere than in the checkout."""
        environment = without_temporal(os.environ) | {"PYTHONPATH": str(CODE)} | self.environment
        program = "from starters.cli import main; main()"
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", program, *self._with(words, data)),
            cwd=self.folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await child.communicate(stdin)
        return Outcome(child.returncode or 0, out.decode(), err.decode())

    def _with(self, words: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
        return words if data is None else (*words, "--data", self.file(data))


def temporal(hands: Hands) -> dict[str, str]:
    client = hands.session.client
    return {"TEMPORAL_ADDRESS": client.service_client.config.target_host, "TEMPORAL_NAMESPACE": client.namespace}


def nowhere() -> dict[str, str]:
    """An environment that names servers where there are none."""
    one, other = free_ports(2)
    database = f"postgresql://firstcover_app:none@127.0.0.1:{one}/firstcover"
    return {"FIRSTCOVER_DATABASE_URL": database, "TEMPORAL_ADDRESS": f"127.0.0.1:{other}"}
