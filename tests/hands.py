"""Officers' hands for tests: bring a case or a round to a stage through the entrances' own door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.contracts import Answer, Attempt, Event
from activities.record import Record
from db.pool import Pool
from rules.procedure import File
from rules.procedures import Stream, stream_of
from runtime.errors import BadInput
from service.sample_forms import SampleForms
from service.session import Session
from service.showing import events_of, file_of
from worker.build import build_worker
from worker.relay import Relay

_serials = count(uuid4().int % 1_000_000)


class Clock:
    """The moment acts are received at; a test moves it along with the workflows' own clock."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class Writing(Session):
    """A session that writes straight into the record, without workflows: a tenth of the time.

    For what a test begins from. The next act that goes through an entrance starts the proceeding's workflow from the
    record, as where Temporal had lost it; until then no clock runs for it.
    """

    async def open(
        self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None
    ) -> Answer:
        command = self._order(stream, act, officer, data, command_id)
        answer = await Record(self.pool).open(command)
        await Record(self.pool).acknowledge(command.id)
        return answer

    async def act(self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None) -> Answer:
        if not stream_of(stream).procedure.driven:
            return await self.open(stream, act, officer, data, command_id)
        command = self._order(stream, act, officer, data, command_id)
        sequence = await self.pool.fetchval("select sequence from proceeding where stream = $1", stream)
        recorded = await Record(self.pool).write(Attempt(command=command, sequence=sequence))
        await Record(self.pool).acknowledge(command.id)
        assert recorded.answer, "another act came in between"
        return recorded.answer


#: Who does each act of a case's straight path, in order; None is the enterprise itself.
STRAIGHT_PATH = (
    ("confirm", "ganjingzi-1"),
    ("receive", "bureau-1"),
    ("entrust", "bureau-1"),
    ("assess", "assessor-a-1"),
    ("propose", "bureau-1"),
    ("publish", "bureau-2"),
    ("record_delivery", None),
    ("insure", "insurer-a-1"),
    ("apply", None),
)


@dataclass
class Hands:
    """A session with a clock, and the forms of one enterprise's case."""

    session: Session
    clock: Clock
    skipping: WorkflowEnvironment
    #: Where the quarter comes from that this test may open: few do, and a century has four hundred.
    next_quarter: Callable[[], str]
    serial: int = field(default_factory=lambda: next(_serials))
    case: Stream | None = None

    @cached_property
    def quarter(self) -> str:
        """The quarter this test may open."""
        return self.next_quarter()

    @property
    def forms(self) -> SampleForms:
        return SampleForms.at(self.clock(), self.serial)

    @property
    def today(self) -> date:
        return self.forms.now.date()

    @property
    def stream(self) -> Stream:
        assert self.case is not None
        return self.case

    def another(self) -> Hands:
        """The hands of another enterprise, on the same servers and clock."""
        return Hands(self.session, self.clock, self.skipping, lambda: self.quarter)

    def beside(self, stream: Stream) -> Hands:
        """The same hands on another proceeding, such as the case's policy."""
        return Hands(self.session, self.clock, self.skipping, lambda: self.quarter, self.serial, stream)

    @property
    def writing(self) -> Hands:
        """The same hands, which write straight into the record."""
        session = Writing(self.session.pool, self.session.client, self.session.task_queue, self.clock)
        return Hands(session, self.clock, self.skipping, lambda: self.quarter, self.serial, self.case)

    async def submit(self, data: dict[str, Any] | None = None, command_id: str | None = None) -> Answer:
        form = data or self.forms.submission()
        answer = await self.session.open("case:dalian:new", "submit", form["enterprise"]["uscc"], form, command_id)
        self.case = self.stream_of(answer)
        return answer

    async def act(
        self, act: str, officer: str | None = None, data: dict[str, Any] | None = None, command_id: str | None = None
    ) -> Answer:
        """Do an act in the case; the form is the sample's unless given."""
        form = self.forms.of(act) if data is None else data
        return await self.session.act(str(self.stream), act, officer or self.forms.enterprise, form, command_id)

    async def pass_days(self, days: int) -> None:
        """Let days pass for the case and for whoever acts in it."""
        await self._started()
        await self.skipping.fast_forward(self.handle, timedelta(days=days))
        self.clock.ahead += timedelta(days=days)

    async def _started(self) -> None:
        """Wait until the relay has started the workflow of what another proceeding opened."""
        async with asyncio.timeout(60):
            while True:
                with suppress(RPCError):
                    await self.handle.describe()
                    return
                await asyncio.sleep(0.02)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.session.client.get_workflow_handle(str(self.stream))

    async def events(self) -> list[Event]:
        return await events_of(self.session.pool, self.stream)

    async def acts(self) -> list[str]:
        return [event.act for event in await self.events()]

    async def bring_to(self, last_act: str) -> Answer:
        """Submit, and do the straight path up to and with `last_act`."""
        answer = await self.submit()
        for act, officer in STRAIGHT_PATH:
            if answer.event.act == last_act:
                break
            answer = await self.act(act, officer)
        assert answer.event.act == last_act
        return answer

    async def stand_at(self, last_act: str) -> None:
        """Begin where a case has come to, straight in the record."""
        writing = self.writing
        await writing.bring_to(last_act)
        self.case = writing.case

    async def has_scheduled_an_activity(self) -> None:
        """Wait until the workflow has given up trying beside itself and left an act to the server's patience."""
        async with asyncio.timeout(60):
            while not await self._counts_an_activity():  # noqa: ASYNC110 - the server decides
                await asyncio.sleep(0.1)

    async def _counts_an_activity(self) -> bool:
        scheduled = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
        return any(event.event_type == scheduled for event in (await self.handle.fetch_history()).events)

    @staticmethod
    def stream_of(answer: Answer) -> Stream:
        return Stream(*answer.stream.split(":"))

    async def file(self) -> File:
        return await file_of(self.session.pool, self.stream)

    async def reached(self, stage: str) -> File:
        """Wait until the proceeding is there and at a stage; a minute is far more than it takes."""
        return await self.until(lambda file: file.stage == stage)

    async def until(self, holds: Callable[[File], bool]) -> File:
        async with asyncio.timeout(60):
            while True:
                # What another proceeding orders is there when the relay has carried it.
                with suppress(BadInput):
                    if holds(file := await self.file()):
                        return file
                await asyncio.sleep(0.02)


@asynccontextmanager
async def working(client: Client, pool: Pool, task_queue: str) -> AsyncIterator[Relay]:
    """Run a worker and its relay, as `python -m worker` does."""
    relay = Relay(pool, client, task_queue)
    async with build_worker(client, pool, task_queue):
        relaying = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)
