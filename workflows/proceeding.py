"""The durable mechanism every procedure shares: take an act, have it recorded, adopt what was recorded, keep one timer.

PostgreSQL's events are the record; this history is what drives. Where the record is ahead, because a worker died
between commit and report, the proceeding adopts what it missed and looks at the waiting act again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import (
        BAD_INPUT,
        FAULT,
        OFFICER_PATIENCE,
        RECORD,
        REFUSED,
        UNAVAILABLE,
        Answer,
        Attempt,
        Command,
        Opening,
        Recorded,
        Standing,
        refusal,
    )
    from rules.faults import Unfit
    from rules.procedure import Barred, Procedure, read_form
    from rules.procedures import stream_of
    from rules.timetable import Wake
    from workflows import ids, options


class Proceeding:
    """A proceeding under way: how it stands, who waits for it, and when it must wake.

    Every kind of proceeding is a workflow of this class, whose `run` is `until_closed`.
    """

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        self.stream = opening.stream
        self.standing: Standing = opening.standing
        self._one_at_a_time = asyncio.Lock()

    @property
    def procedure(self) -> Procedure:
        return stream_of(self.stream).procedure

    @workflow.update(name=ids.ACT)
    async def act(self, command: Command) -> Answer:
        """Have an officer's act recorded and return what it came to."""
        async with self._my_turn():
            while True:
                recorded = await self._record_for_officer(command)
                self._adopt(recorded.standing)
                if recorded.answer:
                    return recorded.answer
                # The record was ahead: what was in turn before may not be now.
                self.in_form_and_in_turn(command)

    @act.validator
    def in_form_and_in_turn(self, command: Command) -> None:
        """Refuse what is malformed or out of turn, before anything is stored."""
        try:
            act = self.procedure.act(command.act)
            read_form(act.form, command.data, command.received_at)
            self.procedure.due_now(act, self.standing.stage)
        except (Unfit, Barred) as refused:
            raise refusal(refused) from None

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        """Act alone; wait behind others, but no longer than an officer does: the database may be away."""
        since, waits = workflow.now(), self._one_at_a_time.locked()
        try:
            await asyncio.wait_for(self._one_at_a_time.acquire(), OFFICER_PATIENCE.total_seconds() if waits else None)
        except TimeoutError:
            raise _away() from None
        try:
            # While another's act is tried beside the workflow no timer fires: then only the clock tells.
            if waits and workflow.now() - since >= OFFICER_PATIENCE:
                raise _away()
            yield
        finally:
            self._one_at_a_time.release()

    async def until_closed(self) -> Standing:
        """Wait for acts, and ring each deadline in its time, until the proceeding is closed; return how it ended."""
        while not self.standing.closed:
            wake = self._next_wake()
            try:
                await workflow.wait_condition(
                    partial(self._must_look_again, wake),
                    timeout=self._time_until(wake.at) if wake else None,
                    timeout_summary=f"{wake.deadline}: {wake.rung}" if wake else None,
                )
            except TimeoutError:
                await self._ring()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.standing

    def _next_wake(self) -> Wake | None:
        return self.standing.wakes[0] if self.standing.wakes else None

    def _must_look_again(self, armed: Wake | None) -> bool:
        """Whether the case is closed, or a deadline appeared before the armed timer; a later one lets the timer be."""
        earliest = self._next_wake()
        return self.standing.closed or (earliest is not None and (armed is None or earliest.at < armed.at))

    @staticmethod
    def _time_until(at: datetime) -> timedelta:
        return max(at - workflow.now(), timedelta(0))

    async def _ring(self) -> None:
        async with self._one_at_a_time:
            wake = self._next_wake()
            if wake is None or wake.at > workflow.now() or self.standing.closed:
                return
            command = Command(
                # Named by the place it takes: after a crash the same rung is the same command.
                id=f"{self.stream}/{self.standing.sequence + 1}/{wake.act}/{wake.deadline}",
                stream=self.stream,
                act=wake.act,
                officer="clock",
                received_at=workflow.now(),
                data={"deadline": wake.deadline, "rung": wake.rung},
            )
            recorded = await self._record_for_clock(command)
            # An act that came in between may have met the deadline: then the rung is dropped.
            self._adopt(recorded.standing)

    def _adopt(self, standing: Standing) -> None:
        if standing.sequence > self.standing.sequence:
            self.standing = standing

    def _one_try(self, act: str) -> timedelta:
        return options.ONE_LONG_TRY if self.procedure.act(act).of_whole_round else options.ONE_TRY

    async def _record_for_officer(self, command: Command) -> Recorded:
        attempt = Attempt(command=command, sequence=self.standing.sequence)
        try:
            recorded: Recorded = await workflow.execute_local_activity(
                RECORD,
                attempt,
                result_type=Recorded,
                start_to_close_timeout=self._one_try(command.act),
                retry_policy=options.ONCE,
            )
            return recorded
        except FailureError as error:
            failure = _unwrapped(error)
            if isinstance(failure, ApplicationError) and failure.type in (BAD_INPUT, REFUSED, UNAVAILABLE):
                raise failure from None
            why = "a fault stopped the program; nothing is known to be stored, see the worker's log"
            raise ApplicationError(why, type=FAULT, non_retryable=True) from error

    async def _record_for_clock(self, command: Command) -> Recorded:
        attempt = Attempt(command=command, sequence=self.standing.sequence, by_clock=True)
        try:
            recorded: Recorded = await workflow.execute_local_activity(
                RECORD,
                attempt,
                result_type=Recorded,
                start_to_close_timeout=self._one_try(command.act),
                retry_policy=options.ONCE,
            )
        except FailureError:
            recorded = await workflow.execute_activity(
                RECORD,
                attempt,
                result_type=Recorded,
                start_to_close_timeout=self._one_try(command.act),
                retry_policy=options.FOR_EVER,
            )
        return recorded


def _away() -> ApplicationError:
    why = "the database could not be reached; nothing is stored"
    return ApplicationError(why, type=UNAVAILABLE, non_retryable=True)


def _unwrapped(error: FailureError) -> BaseException | None:
    """What an activity raised: a local one's failure arrives bare, another's as the cause of an `ActivityError`."""
    return error.cause if isinstance(error, ActivityError) else error
