"""The past of the demonstration: acts written into the record with the moments they were received at, in their order.

Each act is an officer's own, weighed and refused as any other, under a name of its own, so that what was interrupted
is carried on. Between them the clock rings whatever was due and one proceeding's orders reach another, as the workflows
and the relay would have had it. Nothing here is for a record that anybody else writes to: a worker starts afterwards.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from activities.contracts import Answer, Attempt, Command, Standing
from activities.history import standing_of
from activities.record import Record
from db.pool import Pool
from db.sql import queries
from rules.calendar import CHINA
from rules.procedure import Barred, File
from rules.procedures import DRIVEN, stream_of
from rules.timetable import SHANGHAI

OUTBOX, PROCEEDING = queries("outbox"), queries("proceeding")
Planned = Callable[[datetime], Awaitable[None]]


class Past:
    """What is planned to have happened, and the record it is written into."""

    def __init__(self, pool: Pool, today: date) -> None:
        self._pool, self._record = pool, Record(pool)
        self.today = today
        self._heap: list[tuple[datetime, int, Planned]] = []
        self._order = count()
        self._asked = 0
        #: How each proceeding that the clock watches stands.
        self._standing: dict[str, Standing] = {}

    def ago(self, days: float) -> datetime:
        """A moment in office hours, on the working day so many days ago or before; whoever asks later gets a later."""
        self._asked += 1
        day = self.today - timedelta(days=int(days))
        while CHINA.is_day_off(day):
            day -= timedelta(days=1)
        return datetime.combine(day, time(9), SHANGHAI) + timedelta(seconds=24 * self._asked)

    def latest(self, kind: str) -> str:
        """The proceeding of a kind that was opened last."""
        return max(stream for stream in self._standing if stream.startswith(f"{kind}:"))

    def stage(self, stream: str) -> str:
        """Where a proceeding is."""
        return self._standing[stream].stage

    def plan(self, at: datetime, what: Planned) -> None:
        """Have something happen at a moment."""
        heapq.heappush(self._heap, (at, next(self._order), what))

    async def happen(self) -> None:
        """Let everything that is planned happen, in the order of its moments."""
        for row in await self._pool.fetch(PROCEEDING.open_ones, list(DRIVEN)):
            self._watch(row["stream"], standing_of(File.model_validate(row["file"])))
        while self._heap:
            at, _, what = heapq.heappop(self._heap)
            await what(at)

    async def done(
        self, name: str, stream: str, act: str, officer: str, data: Mapping[str, Any], at: datetime
    ) -> Answer:
        """Do an act at a moment, or find that it was done; what it orders elsewhere is done with it."""
        command = Command(id=name, stream=stream, act=act, officer=officer, received_at=at, data=dict(data))
        repeated = await self._record.answered(command)
        answer = repeated or await self._written(command)
        self._watch(answer.stream, answer.standing)
        if repeated is None:
            await self._carry()
        return answer

    async def _written(self, command: Command, *, by_clock: bool = False) -> Answer:
        """Write an act at the place its proceeding has reached."""
        row = await self._pool.fetchrow(PROCEEDING.by_stream, command.stream)
        attempt = Attempt(command=command, sequence=row["sequence"] if row else 0, by_clock=by_clock)
        recorded = await self._record.write(attempt)
        assert recorded.answer, f"{command.stream} is written to by somebody else"
        return recorded.answer

    async def _carry(self) -> None:
        """Carry what one proceeding ordered in another, until nothing is left that can be taken."""
        while sent := [Command.model_validate(row["command"]) for row in await self._pool.fetch(OUTBOX.ordered)]:
            taken = [command for command in sent if await self._taken(command)]
            if not taken:
                return

    async def _taken(self, command: Command) -> bool:
        try:
            opens = command.act == stream_of(command.stream).procedure.opening.name
            answer = await (self._record.open(command) if opens else self._written(command))
        except Barred:
            row = await self._pool.fetchrow(PROCEEDING.by_stream, command.stream)
            if row and row["closed"]:
                await self._pool.execute(OUTBOX.overtake, command.stream, "it is closed")
                return True
            return False
        await self._record.acknowledge(command.id)
        self._watch(answer.stream, answer.standing)
        return True

    def _watch(self, stream: str, standing: Standing) -> None:
        """Ring when a proceeding next asks for it, if that is before today."""
        if not stream_of(stream).procedure.driven:
            return
        self._standing[stream] = standing
        if standing.closed or not standing.wakes or standing.wakes[0].at.astimezone(SHANGHAI).date() >= self.today:
            return

        async def ring(at: datetime) -> None:
            await self._ring(stream, at)

        self.plan(standing.wakes[0].at, ring)

    async def _ring(self, stream: str, at: datetime) -> None:
        """Ring as the proceeding's workflow would have; what was met, moved or rung meanwhile is not."""
        standing = self._standing[stream]
        if standing.closed or not standing.wakes or standing.wakes[0].at != at:
            return
        wake = standing.wakes[0]
        name = f"{stream}/{standing.sequence + 1}/{wake.act}/{wake.deadline}"
        rung = {"deadline": wake.deadline, "rung": wake.rung}
        command = Command(id=name, stream=stream, act=wake.act, officer="clock", received_at=at, data=rung)
        answer = await self._written(command, by_clock=True)
        self._watch(stream, answer.standing)
        await self._carry()
