"""申报进度: a filing that takes many acts, and how far it has come: it goes on while its officer looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Any

from fastapi import Request

#: For so many seconds a filing is waited for; one that takes longer is told of as it goes on.
PATIENCE = 2.0
Track = Callable[[list[list[str]]], Iterable[list[str]]]


class Filing:
    """One officer's filing of a quarter: how many applications it has, how many are filed, and if no row is left."""

    def __init__(self, file: Callable[[Track], Coroutine[Any, Any, list[Any]]], *, whole: bool) -> None:
        self.done, self.all, self.whole = 0, 0, whole
        self.task = asyncio.create_task(file(self._track))

    def _track(self, parts: list[list[str]]) -> Iterator[list[str]]:
        self.all = sum(map(len, parts))
        for part in parts:
            yield part
            self.done += len(part)

    async def over(self, within: float = 0) -> bool:
        """Wait so many seconds at most; say whether it has come to its end."""
        await asyncio.wait({self.task}, timeout=within)
        return self.task.done()


def filings(request: Request) -> dict[tuple[str, str], Filing]:
    """The filings that go on, by officer and quarter. Where the desk starts again, the same return is filed again."""
    state = request.app.state
    if not hasattr(state, "filings"):
        state.filings = {}
    found: dict[tuple[str, str], Filing] = state.filings
    return found
