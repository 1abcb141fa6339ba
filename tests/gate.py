"""A way to PostgreSQL that a test can shut, as when the database is away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


class Gate:
    """A way to PostgreSQL that can be shut: then connections break, and new ones are refused."""

    def __init__(self, database: str) -> None:
        self._to = urlsplit(database)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def database(self) -> str:
        to = self._to
        return f"postgresql://{to.username}:{to.password}@127.0.0.1:{self._port}{to.path}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in tuple(self._open)), return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        self._open |= {writer, behind_writer}

        async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pipe(reader, behind_writer), pipe(behind_reader, writer))
        self._open -= {writer, behind_writer}
