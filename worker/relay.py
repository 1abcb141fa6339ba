"""The relay: carries the outbox's commands to their workflows, each until it is taken.

Two kinds of command wait there: what one proceeding caused in another, and what was committed but whose answer
nobody acknowledged, because a worker or a caller died in between.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import BAD_INPUT, REFUSED, UNAVAILABLE, Command, Opening
from activities.history import standing_of
from activities.record import Record
from db.pool import AWAY, Pool
from db.sql import queries
from rules.procedure import File
from rules.procedures import stream_of
from workflows.offering import offer, start

OUTBOX, PROCEEDING = queries("outbox"), queries("proceeding")
AT_ONCE, IDLE, AWAY_FOR = 20, 0.25, 2.0
#: Refused this often, a command is tried only once an hour, and stands out in the list of what waits.
PATIENT_AFTER = 10

log = structlog.get_logger()


class Relay:
    """A loop over the outbox; any number may run beside each other."""

    def __init__(self, pool: Pool, client: Client, task_queue: str) -> None:
        self._pool, self._client, self._task_queue = pool, client, task_queue
        self._record = Record(pool)

    async def run(self) -> None:
        """Relay until cancelled; an absent server is waited for."""
        while True:
            try:
                carried, pause = await self.carry_due(), IDLE
            except AWAY as error:
                log.warning("relay waits for the database", error=str(error))
                carried, pause = 0, AWAY_FOR
            if not carried:
                await asyncio.sleep(pause)

    async def carry_due(self, now: datetime | None = None) -> int:
        """Offer what is due, at most `AT_ONCE` together, and return how many commands that were."""
        now = now or datetime.now(UTC)
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(OUTBOX.take, now, AT_ONCE)
            for row in rows:
                wait = timedelta(seconds=30) if row["attempts"] < PATIENT_AFTER else timedelta(hours=1)
                await connection.execute(OUTBOX.lease, row["command_id"], now + wait)
        await asyncio.gather(*(self._carry(row["command_id"], row["command"]) for row in rows))
        return len(rows)

    async def _carry(self, command_id: str, sent: Any) -> None:
        try:
            command = Command.model_validate(sent)
            await self._have_taken(command)
        except AWAY:
            raise
        except Exception as error:  # one command that cannot be taken must not stop the others: it stays in sight
            why, counts = repr(error.__cause__ or error), not _unanswered(error)
            log.warning("not taken", command_id=command_id, error=why)
            await self._pool.execute(OUTBOX.failed, command_id, why, counts)
            return
        await self._record.acknowledge(command.id)
        log.info("relayed", stream=command.stream, act=command.act)

    async def _have_taken(self, command: Command) -> None:
        """Offer a command; raise what went wrong, unless its workflow did it before or is closed after doing it."""
        try:
            await self._offer(command)
        except (RPCError, WorkflowUpdateFailedError) as error:
            if not (_refused(error) and await self._record.answered(command)):
                raise

    async def _offer(self, command: Command) -> None:
        if command.act == stream_of(command.stream).procedure.opening.name:
            await self._open(command)
        else:
            await offer(self._client, command)

    async def _open(self, command: Command) -> None:
        """Start a proceeding that an entrance recorded; one that another proceeding ordered is recorded first."""
        row = await self._pool.fetchrow(PROCEEDING.by_stream, command.stream)
        standing = standing_of(File.model_validate(row["file"])) if row else (await self._record.open(command)).standing
        await start(self._client, Opening(stream=command.stream, standing=standing), self._task_queue)


def _refused(error: RPCError | WorkflowUpdateFailedError) -> bool:
    """Whether the workflow is closed or said no. Where it could not record, it may still be behind the record."""
    if isinstance(error, RPCError):
        return error.status == RPCStatusCode.NOT_FOUND
    return isinstance(error.cause, ApplicationError) and error.cause.type in (BAD_INPUT, REFUSED)


def _unanswered(error: Exception) -> bool:
    """Whether nobody was there to say no: such an attempt says nothing of the command."""
    if isinstance(error, RPCError):
        return error.status != RPCStatusCode.NOT_FOUND
    if isinstance(error, WorkflowUpdateFailedError):
        return isinstance(error.cause, ApplicationError) and error.cause.type == UNAVAILABLE
    return isinstance(error, WorkflowUpdateRPCTimeoutOrCancelledError)
