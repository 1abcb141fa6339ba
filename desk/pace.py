"""限速: how often one address may search in public, use the API, apply, or try a password: turns that refill.

Held in this process's memory: more desks give more turns. Behind a proxy the address is the one it forwards.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from desk.language import N_
from desk.security import refusal

#: Addresses that are remembered; the one longest unseen is forgotten first.
MOST = 10_000


class Bucket:
    """For each address a bucket of turns, full at first, that refills evenly within a minute."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = a_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Take a turn and return 0, or the whole seconds until there is one."""
        if not self._most:
            return 0
        now = self._clock()
        left, seen = self._left.pop(address, (float(self._most), now))
        left = min(self._most, left + (now - seen) * self._most / 60)
        self._left[address] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > MOST:
            self._left.popitem(last=False)
        return 0 if left >= 1 else math.ceil((1 - left) * 60 / self._most)


class Pace:
    """Answers 429 to whoever asks too often."""

    def __init__(self, app: ASGIApp, searches_a_minute: int, sign_ins_a_minute: int, applies_a_minute: int) -> None:
        self._app = app
        self._searches, self._sign_ins = Bucket(searches_a_minute), Bucket(sign_ins_a_minute)
        self._applies = Bucket(applies_a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bucket = self._bucket_of(scope) if scope["type"] == "http" else None
        address = (scope.get("client") or ("",))[0]
        if bucket and (seconds := bucket.wait(address)):
            answer = refusal(Request(scope), 429, N_("too many requests from this address"))
            answer.headers["Retry-After"] = str(seconds)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _bucket_of(self, scope: Scope) -> Bucket | None:
        path, method = scope["path"], scope["method"]
        if path == "/sign-in" and method == "POST":
            return self._sign_ins
        if path == "/apply" and method == "POST":
            return self._applies
        if path.startswith(("/register", "/calculators/", "/api/", "/apply/")):
            return self._searches
        return None
