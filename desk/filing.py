"""申报进度: the returns that officers handed in here, and what is being done with each while its officer looks.

A convenience, and lost where the desk starts again: the same return is handed in and filed again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Request

from service.returns import HandedIn

#: For so many seconds a check or a filing is waited for; one that takes longer is told of as it goes on.
PATIENCE = 2.0
#: So many returns are kept, one of each officer and quarter.
KEPT = 24
Track = Callable[[list[list[str]]], Iterable[list[str]]]


class Going:
    """A return being checked, or filed: then how many applications it has, how many are filed, if no row is left."""

    def __init__(
        self,
        what: Literal["checking", "filing"],
        do: Callable[[Track], Coroutine[Any, Any, Any]],
        *,
        whole: bool = False,
    ) -> None:
        self.what, self.done, self.all, self.whole = what, 0, 0, whole
        self.task = asyncio.create_task(do(self._track))

    def _track(self, parts: list[list[str]]) -> Iterator[list[str]]:
        self.all = sum(map(len, parts))
        for part in parts:
            yield part
            self.done += len(part)

    async def over(self, within: float = 0) -> bool:
        """Wait so many seconds at most; say whether it has come to its end."""
        await asyncio.wait({self.task}, timeout=within)
        return self.task.done()


@dataclass
class Mine:
    """What an officer has here of a quarter: the return he handed in and did not file yet, and what is done with it."""

    handed: HandedIn | None = None
    going: Going | None = None

    @property
    def filing(self) -> bool:
        """Whether it is being filed just now."""
        return self.going is not None and self.going.what == "filing" and not self.going.task.done()


def mine(request: Request, officer: str, quarter: str) -> Mine:
    """What an officer has here of a quarter; of too many the oldest gives way, but none that is being filed."""
    state = request.app.state
    if not hasattr(state, "returns"):
        state.returns = OrderedDict()
    kept: OrderedDict[tuple[str, str], Mine] = state.returns
    for key in [key for key, one in kept.items() if one == Mine()]:
        del kept[key]
    found = kept.setdefault((officer, quarter), Mine())
    kept.move_to_end((officer, quarter))
    for key in [key for key, one in kept.items() if not one.filing][: max(len(kept) - KEPT, 0)]:
        del kept[key]
    return found
