"""One command's way to the servers: the record in PostgreSQL, and the workflows in Temporal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import BAD_INPUT, REFUSED, UNAVAILABLE, Answer, Command, Opening
from activities.history import standing_of
from activities.record import Record
from db.pool import AWAY, Pool, is_away, open_pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred, File, Form, read_form
from rules.procedures import DRIVEN, stream_of
from runtime.errors import BadInput, FirstcoverError, Refused, Unreachable
from runtime.logging import set_up_logging
from runtime.settings import Settings
from runtime.temporal_client import connect
from service.reading import bad_input, read_word
from workflows.offering import offer, start

T = TypeVar("T")
PROCEEDING, OUTBOX = queries("proceeding"), queries("outbox")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one command's work; only what goes wrong is logged."""
    set_up_logging("console", logging.WARNING)
    return asyncio.run(work)


@asynccontextmanager
async def reading() -> AsyncIterator[Pool]:
    """Open the database for looking things up."""
    settings = Settings()
    url = settings.require_database_url()
    try:
        pool = await open_pool(url, most=4)
    except (*AWAY, asyncpg.PostgresError) as error:
        raise _database_away(error) from error
    async with pool:
        try:
            yield pool
        except AWAY as error:
            if not is_away(error):
                raise
            raise _database_away(error) from error


def _database_away(error: Exception) -> Unreachable:
    return Unreachable("PostgreSQL", Settings().database_place(), f"{error}; start one with: firstcover up")


def now() -> datetime:
    """The clock of the entrances."""
    return datetime.now(UTC)


def fit(form: type[Form], data: dict[str, Any]) -> Any:
    """Read a form at the entrance, telling every wrong field at once; the record reads it again."""
    try:
        return read_form(form, data, now())
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit


@dataclass(frozen=True)
class Session:
    """An entrance's connection to the record and to the workflows."""

    pool: Pool
    client: Client
    task_queue: str
    #: The one clock the law ever sees: when an act was received.
    clock: Callable[[], datetime] = now

    async def open(
        self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None
    ) -> Answer:
        """Open a proceeding: the record first, then its workflow, so that a refusal leaves nothing behind."""
        record, command = Record(self.pool), self._order(stream, act, officer, data, command_id)
        answer = await _told(record.answered(command))
        if answer is None:
            answer = await _told(record.open(command))
        if stream_of(answer.stream).procedure.driven:
            # What is recorded is done: where Temporal is away just now, the relay starts the workflow.
            with suppress(RPCError):
                await start(self.client, Opening(stream=answer.stream, standing=answer.standing), self.task_queue)
                await record.acknowledge(command.id)
        return answer

    async def act(self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None) -> Answer:
        """Send an act to its proceeding; the same command id is answered as the first time.

        A register has no workflow: its acts go to the record, as the act that opens it does.
        """
        if not stream_of(stream).procedure.driven:
            return await self.open(stream, act, officer, data, command_id)
        record, command = Record(self.pool), self._order(stream, act, officer, data, command_id)
        # An answer found in the record is not acknowledged: its workflow may have died before it took the act.
        return await _told(record.answered(command)) or await self._offered(record, command)

    async def revive(self) -> int:
        """Start a workflow for every open proceeding that Temporal does not know; return how many are open."""
        rows = await self.pool.fetch(PROCEEDING.open_ones, list(DRIVEN))
        for row in rows:
            opening = Opening(stream=row["stream"], standing=standing_of(File.model_validate(row["file"])))
            await start(self.client, opening, self.task_queue)
        return len(rows)

    def _order(self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None) -> Command:
        """Mint a command, received now."""
        name = str(uuid4()) if command_id is None else read_word("command_id", command_id)
        whose = read_word("as", officer)
        return Command(id=name, stream=stream, act=act, officer=whose, received_at=self.clock(), data=dict(data))

    async def _offered(self, record: Record, command: Command, *, again: bool = True) -> Answer:
        try:
            taken = await offer(self.client, command)
            await record.acknowledge(command.id)
            return taken
        except WorkflowUpdateFailedError as error:
            # A twin of this command may have been taken between our look and our offer.
            if answer := await record.answered(command):
                return answer
            if again and await self._caught_up(record, command.stream):
                return await self._offered(record, command, again=False)
            raise _failure(error.cause, command) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            why = f"none answered; start one with: firstcover worker; {_once_more(command)}"
            raise Unreachable("a worker", self._temporal, why) from error
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise Unreachable("Temporal", self._temporal, f"{error}; {_once_more(command)}") from error
            if answer := await record.answered(command):
                return answer
            if again and await self._started(command.stream):
                return await self._offered(record, command, again=False)
            if await self._may_after_closing(command):
                return await _told(record.of_closed(command))
            raise await self._closed_or_unknown(command) from error

    @property
    def _temporal(self) -> str:
        return self.client.service_client.config.target_host

    async def _caught_up(self, record: Record, stream: str) -> bool:
        """Offer a workflow what it missed, if the record is ahead of it; what was out of turn may then be in turn."""
        missed = [Command.model_validate(row["command"]) for row in await self.pool.fetch(OUTBOX.not_taken, stream)]
        for command in missed:
            with suppress(WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, RPCError):
                await offer(self.client, command)
                await record.acknowledge(command.id)
        return bool(missed)

    async def _started(self, stream: str) -> bool:
        """Start the workflow of an open proceeding that Temporal does not know: one just recorded, or one it lost."""
        row = await self.pool.fetchrow(PROCEEDING.by_stream, stream)
        if row is None or row["closed"] or not stream_of(stream).procedure.driven:
            return False
        opening = Opening(stream=stream, standing=standing_of(File.model_validate(row["file"])))
        await start(self.client, opening, self.task_queue)
        return True

    async def _may_after_closing(self, command: Command) -> bool:
        """Whether an act may be done in a proceeding that is closed: then the record takes it without a workflow."""
        row = await self.pool.fetchrow(PROCEEDING.by_stream, command.stream)
        act = stream_of(command.stream).procedure.acts.get(command.act)
        return bool(row and row["closed"] and act and row["stage"] in act.stages)

    async def _closed_or_unknown(self, command: Command) -> FirstcoverError:
        """Say why no workflow takes the act: there is no such proceeding, or it is closed."""
        stream = stream_of(command.stream)
        row = await self.pool.fetchrow(PROCEEDING.by_stream, command.stream)
        if row is None:
            return BadInput((stream.kind, f"there is no {stream.kind} {stream.number!r}"))
        try:
            act = stream.procedure.act(command.act)
            stream.procedure.due_now(act, row["stage"])
        except Unfit as unfit:
            return bad_input(unfit.faults)
        except Barred as barred:
            return Refused(barred.rule, barred.article, barred.why)
        return Unreachable("the workflow", command.stream, "it has not started yet; try again")


async def _told(work: Coroutine[Any, Any, T]) -> T:
    """Turn what the record raises into what a user is told."""
    try:
        return await work
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    except Barred as barred:
        raise Refused(barred.rule, barred.article, barred.why) from barred


def _once_more(command: Command) -> str:
    """How to send an act again whose outcome nobody knows: by its name it is done once."""
    return f"then send it again with: --command-id {command.id}"


def _failure(cause: BaseException | None, command: Command) -> FirstcoverError:
    if isinstance(cause, ApplicationError) and cause.type == BAD_INPUT:
        return bad_input(tuple(fault) for fault in cause.details[0])
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        return Refused(*cause.details)
    if isinstance(cause, ApplicationError) and cause.type == UNAVAILABLE:
        return Unreachable("PostgreSQL", "the worker's side", f"{cause}; {_once_more(command)}")
    return Unreachable("a sound worker", "the worker's side", f"{cause}; once it is mended, {_once_more(command)}")


@asynccontextmanager
async def session() -> AsyncIterator[Session]:
    """Open both servers; an absent one is told as which, where, and what to try."""
    client = await connect()
    async with reading() as pool:
        yield Session(pool, client, Settings().task_queue)
