"""The relay: carries the outbox's commands to their workflows, each until it is taken.

Two kinds of command wait there: what one proceeding caused in another, and what was committed but whose answer
nobody acknowledged, because a worker or a caller died in between.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import BAD_INPUT, REFUSED, UNAVAILABLE, Command, Opening
from activities.history import standing_of
from activities.record import Record
from db.pool import AWAY, Pool, is_away
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
        """Relay until cancelled; an absent server is waited for, and one slow offer holds back no other."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                rows, pause = await self._claimed_if_there(AT_ONCE - len(under_way))
                under_way |= {asyncio.create_task(self._carry_if_there(row)) for row in rows}
                if under_way:
                    done, under_way = await asyncio.wait(under_way, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                    for carried in done:
                        carried.result()
                else:
                    await asyncio.sleep(pause)
        finally:
            for carrying in under_way:
                carrying.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def carry_due(self, now: datetime | None = None) -> int:
        """Offer once what is due, at most `AT_ONCE`, and return how many commands that were."""
        rows = await self._claimed(AT_ONCE, now)
        await asyncio.gather(*(self._carry(row) for row in rows))
        return len(rows)

    async def _claimed_if_there(self, most: int) -> tuple[list[Any], float]:
        try:
            return (await self._claimed(most) if most else []), IDLE
        except AWAY as error:
            if not is_away(error):
                raise
            log.warning("relay waits for the database", error=str(error))
            return [], AWAY_FOR

    async def _carry_if_there(self, row: Any) -> None:
        # What could not be written down is leased a while longer, and offered again.
        try:
            await self._carry(row)
        except AWAY as error:
            if not is_away(error):
                raise
            log.warning("relay waits for the database", command_id=row["command_id"], error=str(error))

    async def _claimed(self, most: int, now: datetime | None = None) -> list[Any]:
        now = now or datetime.now(UTC)
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(OUTBOX.take, now, most)
            await connection.execute(OUTBOX.lease, [row["command_id"] for row in rows], now, PATIENT_AFTER)
        return rows

    async def _carry(self, row: Any) -> None:
        command_id = row["command_id"]
        try:
            command = Command.model_validate(row["command"])
            await self._have_taken(command)
        except Exception as error:  # one command that cannot be taken must not stop the others: it stays in sight
            if is_away(error):
                raise
            why, counts = repr(error.__cause__ or error), not _unanswered(error)
            log.warning("not taken", command_id=command_id, error=why)
            await self._pool.execute(OUTBOX.failed, command_id, why, counts)
            return
        await self._record.acknowledge(command.id)
        log.info("relayed", stream=command.stream, act=command.act)

    async def _have_taken(self, command: Command) -> None:
        """Offer a command; raise what went wrong, unless its workflow did it before, or closed and never will."""
        try:
            await self._offer(command)
        except (RPCError, WorkflowUpdateFailedError) as error:
            if not (_refused(error) and (await self._record.answered(command) or await self._overtaken(command))):
                raise

    async def _overtaken(self, command: Command) -> bool:
        """Settle a command whose proceeding closed before it was ordered; say whether it had."""
        row = await self._pool.fetchrow(PROCEEDING.by_stream, command.stream)
        if row is None or not row["closed"]:
            return False
        await self._pool.execute(OUTBOX.overtake, command.stream, f"{command.stream} is closed at {row['stage']}")
        log.warning("overtaken", stream=command.stream, act=command.act)
        return True

    async def _offer(self, command: Command) -> None:
        if command.act == stream_of(command.stream).procedure.opening.name:
            await self._open(command)
            return
        try:
            await offer(self._client, command)
        except RPCError as error:
            opening = await self._opening(command.stream)
            if error.status != RPCStatusCode.NOT_FOUND or opening is None or opening.standing.closed:
                raise
            # Temporal does not know what the record holds: it was never started, was ended by hand, or was lost.
            await start(self._client, opening, self._task_queue)
            await offer(self._client, command)

    async def _open(self, command: Command) -> None:
        """Start a proceeding that an entrance recorded; one that another proceeding ordered is recorded first."""
        opening = await self._opening(command.stream)
        if opening is None:
            # What is ordered without a number gets it here.
            answer = await self._record.open(command)
            opening = Opening(stream=answer.stream, standing=answer.standing)
        await start(self._client, opening, self._task_queue)

    async def _opening(self, stream: str) -> Opening | None:
        """What the workflow of a proceeding starts from, as the record has it; None where there is none."""
        row = await self._pool.fetchrow(PROCEEDING.by_stream, stream)
        return Opening(stream=stream, standing=standing_of(File.model_validate(row["file"]))) if row else None


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
