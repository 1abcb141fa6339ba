"""The record: one act, one transaction. Authority, the law's findings, the event, and all that follows from it.

Everything here may be done again: a command that has become an event is answered with what it came to.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

import asyncpg
import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import calendar, editions, work
from activities.authority import Officer, authorise, known_officer
from activities.consequences import carry_out
from activities.contracts import (
    OFFICER_PATIENCE,
    RECORD,
    ROUND_PATIENCE,
    UNAVAILABLE,
    Answer,
    Attempt,
    Command,
    Event,
    Recorded,
    refusal,
)
from activities.history import answer_of, chain, standing_of, told
from activities.notices import drawn_up, sealed, serve
from activities.register import consult
from db.pool import AWAY, Connection, Pool, is_away, one
from db.sql import queries
from rules.edition import Edition, edition_of
from rules.faults import Unfit
from rules.procedure import Act, Barred, Effect, File, Form, Procedure, Situation, decide, read_form
from rules.procedures import Stream, edition_for, stream_of
from rules.timetable import SHANGHAI, OfficeKind
from rules.work import awaited, terms

PROCEEDING, OFFICE, OUTBOX = queries("proceeding"), queries("office"), queries("outbox")
#: An answer that nobody acknowledged for so long is offered to the workflow again.
UNACKNOWLEDGED = timedelta(seconds=30)
#: Given as the number of a proceeding that is only being opened: the record gives the real one.
NEW = "new"

#: Who does the acts that no officer can order.
SYSTEM: tuple[OfficeKind, ...] = ("system",)

#: The limits that the ledger itself enforces, whatever a program works out.
LIMITS = {
    "budget_not_overspent": ("budget_not_overspent", "13", "the year's budget does not hold this"),
    "budget_closed": ("budget_open", "13", "the year's budget is closed"),
    "cap_not_exceeded": ("cap_not_exceeded", "7", "the enterprise's cap of the year does not hold this"),
    "returned_was_paid": ("returned_was_paid", "15(2)", "more would come back than was paid"),
}

log = structlog.get_logger()


class Record:
    """The activities on the record, over a pool of connections."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @activity.defn(name=RECORD)
    async def record(self, attempt: Attempt) -> Recorded:
        """Record an act for its workflow: an officer is told of every failure, the clock is tried again."""
        try:
            return await (self.write(attempt) if attempt.by_clock else self._write_patiently(attempt))
        except (Unfit, Barred) as refused:
            # Final for an officer. The clock tries on: a rung refused is a fault to be seen and mended.
            raise refusal(refused, final=not attempt.by_clock) from refused

    async def _write_patiently(self, attempt: Attempt) -> Recorded:
        """Try for as long as an officer waits. (A local activity's own bound does not end its attempts.)"""
        act = stream_of(attempt.command.stream).procedure.act(attempt.command.act)
        patience = ROUND_PATIENCE if act.of_whole_round else OFFICER_PATIENCE
        given_up, was_away = monotonic() + OFFICER_PATIENCE.total_seconds(), False
        try:
            async with asyncio.timeout(patience.total_seconds()):
                while True:
                    try:
                        return await self.write(attempt)
                    except AWAY as away:
                        if not is_away(away):
                            raise
                        was_away = True
                        log.warning("the database is away", stream=attempt.command.stream, error=str(away))
                        if monotonic() > given_up:
                            raise TimeoutError from away
                        await asyncio.sleep(0.2)
        except TimeoutError:
            # Where it was there all along, another's act held what this one needs: a long plan, as a rule.
            why = (
                "the database could not be reached; nothing is known to be stored"
                if was_away
                else "the database did not answer in time: another act may be under way; nothing is known to be stored"
            )
            raise ApplicationError(why, type=UNAVAILABLE, non_retryable=True) from None

    async def open(self, command: Command) -> Answer:
        """Record the act that opens a proceeding, for an entrance: nothing is stored where it is refused."""
        command = _numbered(command)
        recorded = await self.write(Attempt(command=command, sequence=0))
        if recorded.answer is None:
            stream = stream_of(command.stream)
            article = stream.procedure.opening.article
            raise Barred("opened_once", article, f"the {stream.kind} {stream.number} is open already")
        return recorded.answer

    async def write(self, attempt: Attempt) -> Recorded:
        """Weigh and store one act in one transaction.

        Raises `Unfit` for what cannot be, `Barred` for what is not this officer's or not due now (kept as a refusal),
        and lets errors of the database through.
        """
        command = _numbered(attempt.command)
        attempt = attempt.model_copy(update={"command": command})
        try:
            recorded = await self._once_more_if_raced(attempt)
        except Barred as barred:
            async with self._pool.acquire() as connection:
                values = (command.id, command.stream, command.act, command.officer)
                grounds = (barred.rule, barred.article, barred.why)
                await connection.execute(PROCEEDING.refuse, *values, *grounds, command.received_at)
            log.info("refused", stream=command.stream, act=command.act, rule=barred.rule, article=barred.article)
            raise
        answer = recorded.answer
        log.info(
            "recorded" if answer else "behind the record",
            stream=answer.stream if answer else command.stream,
            act=command.act,
            sequence=recorded.standing.sequence,
            passed=answer.event.passed if answer else None,
        )
        return recorded

    async def _once_more_if_raced(self, attempt: Attempt) -> Recorded:
        """Write in one transaction; whoever loses a race for a place looks again, and finds it taken."""
        for last_try in (False, True):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    return await _write(connection, attempt)
            except asyncpg.UniqueViolationError:
                if last_try:
                    raise
            except Barred:
                # A twin of this very command may have been first, and be what bars it.
                if last_try or await self.answered(attempt.command) is None:
                    raise
            except asyncpg.CheckViolationError as error:
                if error.constraint_name not in LIMITS:
                    raise
                raise Barred(*LIMITS[error.constraint_name]) from error
            except asyncpg.NumericValueOutOfRangeError as error:
                # One amount that is too large is told when the form is read: this is a year's sum.
                raise Unfit(("amount", "must leave the year's sum below 10,000,000,000,000,000 yuan")) from error
        raise AssertionError("unreachable")

    async def of_closed(self, command: Command) -> Answer:
        """Record an act of a proceeding that is closed, which no workflow drives any more."""
        while True:
            row = await self._pool.fetchrow(PROCEEDING.by_stream, command.stream)
            recorded = await self.write(Attempt(command=command, sequence=row["sequence"] if row else 0))
            if recorded.answer:
                return recorded.answer

    async def answered(self, command: Command) -> Answer | None:
        """Return what a command came to, if it has become an event; raise `Unfit` where its id was another's."""
        repeated = await self._pool.fetchrow(PROCEEDING.repeated, command.id)
        return _first_answer(repeated, command) if repeated else None

    async def acknowledge(self, command_id: str) -> None:
        """Note that the workflow has taken a command, so that it need not be offered again."""
        await self._pool.execute(OUTBOX.acknowledge, command_id)


async def _write(connection: Connection, attempt: Attempt) -> Recorded:
    command, stream = attempt.command, stream_of(attempt.command.stream)
    procedure = stream.procedure
    act = procedure.act(command.act)
    if "/" in command.id and "system" not in act.by and not attempt.by_clock:
        # Whoever took the name of an order still to come would keep it from ever being done.
        raise _system_named(command)
    if repeated := await connection.fetchrow(PROCEEDING.repeated, command.id):
        return await _as_first(connection, repeated, command)
    form = read_form(act.form, command.data, command.received_at)
    row = await connection.fetchrow(PROCEEDING.lock, str(stream))
    # The lock may have waited for the very command this one repeats.
    if repeated := await connection.fetchrow(PROCEEDING.repeated, command.id):
        return await _as_first(connection, repeated, command)
    file = File.model_validate(row["file"]) if row else None
    if file and file.sequence > attempt.sequence and procedure.driven:
        return Recorded(answer=None, standing=standing_of(file))
    if file and file.sequence < attempt.sequence:
        raise RuntimeError(f"{stream} stands at {file.sequence}, behind its workflow: was the database restored?")
    known = await editions.known(connection, stream.scheme)
    if file is None:
        _must_open(procedure, act, stream)
        file = await _new_file(connection, stream, form, command, known)
        stream = Stream(stream.kind, stream.scheme, file.number)
    else:
        procedure.due_now(act, file.stage)
    situation = await _situation(connection, stream, act, file, form, attempt, known)
    weigh = partial(decide, procedure, act, situation, form)
    # A whole round is weighed beside the loop, in which the acts of other proceedings go on.
    effect, after = await asyncio.to_thread(weigh) if act.of_whole_round else weigh()
    _open_only_where_passed(effect, file)
    event = await _store(connection, attempt, stream, situation, form, effect, after)
    answer = Answer(stream=str(stream), event=event, standing=standing_of(after), money=after.money)
    return Recorded(answer=answer, standing=answer.standing)


async def _situation(
    connection: Connection,
    stream: Stream,
    act: Act,
    file: File,
    form: Form,
    attempt: Attempt,
    known: tuple[Edition, ...],
) -> Situation:
    """All that an act is weighed against; raise `Barred` where it is not this officer's."""
    received_at = attempt.command.received_at
    officer = await _officer_for(connection, act, file, attempt)
    return Situation(
        file=file,
        officer=officer.code,
        officer_name=officer.name,
        office=officer.office,
        office_kind=officer.kind,
        received_at=received_at,
        edition=edition_of(file.scheme, file.edition, known),
        calendar=await calendar.current(connection),
        register=await consult(connection, stream, act, file, form, officer, received_at),
        editions=known,
    )


async def weighed(pool: Pool, command: Command) -> tuple[Effect, File, File]:
    """Weigh an act as it would be recorded now, and record nothing: its effect, the file before it and after it.

    Raises `Unfit` and `Barred` as recording it would; nothing of it is kept, not even as a refusal.
    """
    stream = stream_of(command.stream)
    procedure = stream.procedure
    act = procedure.act(command.act)
    form = read_form(act.form, command.data, command.received_at)
    async with pool.acquire() as connection:
        undone = connection.transaction()
        await undone.start()
        try:
            row = await connection.fetchrow(PROCEEDING.by_stream, str(stream))
            file = File.model_validate(row["file"]) if row else None
            known = await editions.known(connection, stream.scheme)
            if file is None:
                _must_open(procedure, act, stream)
                file = await _new_file(connection, stream, form, command, known)
            else:
                procedure.due_now(act, file.stage)
            attempt = Attempt(command=command, sequence=file.sequence)
            numbered = stream._replace(number=file.number)
            situation = await _situation(connection, numbered, act, file, form, attempt, known)
            effect, after = decide(procedure, act, situation, form)
            return effect, file, after
        finally:
            # What opening begins, a number and an enterprise, goes with it.
            await undone.rollback()


async def _store(
    connection: Connection,
    attempt: Attempt,
    stream: Stream,
    situation: Situation,
    form: Form,
    effect: Effect,
    after: File,
) -> Event:
    """Write an act down, and all that follows from it: notice, consequences, and what its workflow must still take."""
    command, procedure = attempt.command, stream.procedure
    act = procedure.act(command.act)
    notice = await drawn_up(connection, procedure, act, situation, form, effect, after)
    absent = await work.acted_for(connection, stream, situation.officer, situation.office_kind, situation.today)
    beside = {"notice": sealed(notice) if notice else None, "acted_for": absent}
    body = told(stream, act, command, situation, effect, after, beside)
    await _keep(connection, stream, procedure, after, command.received_at)
    event = await chain(connection, str(stream), command.id, body)
    if notice:
        await serve(connection, str(stream), event.seq, notice)
    if effect.passed:
        await carry_out(connection, stream, act, situation, effect, event, after)
    # A closed proceeding has no workflow left that could take what is done in it.
    driven = procedure.driven and not situation.file.closed
    if driven and (not attempt.by_clock or act is procedure.opening):
        # What the clock opens nobody starts but the relay.
        waits = command.received_at + (timedelta() if attempt.by_clock else UNACKNOWLEDGED)
        numbered = command.model_copy(update={"stream": str(stream)})
        await connection.execute(OUTBOX.send, command.id, str(stream), numbered.model_dump(mode="json"), waits)
    await connection.execute(OUTBOX.acknowledge_earlier, str(stream), event.seq)
    if after.closed:
        # What another proceeding ordered meanwhile can no longer be done.
        await connection.execute(OUTBOX.overtake, str(stream), f"{act.name} closed it at {after.stage}")
    return event


def _numbered(command: Command) -> Command:
    """Give a command that opens a proceeding the number its form names, where it names one."""
    stream = stream_of(command.stream)
    opening = stream.procedure.opening
    if command.act != opening.name:
        return command
    named = read_form(opening.form, command.data, command.received_at).names()
    if named is None:
        return command
    if stream.number not in (NEW, named):
        raise Unfit((stream.kind, f"must be the {named!r} that its form names (not {stream.number!r})"))
    return command.model_copy(update={"stream": str(stream._replace(number=named))})


def _must_open(procedure: Procedure, act: Act, stream: Stream) -> None:
    # A register has no beginning of its own: it opens with whatever is entered first.
    if act is not procedure.opening and procedure.driven:
        raise Unfit((procedure.kind, f"there is no {procedure.kind} {stream.number!r}"))


def _open_only_where_passed(effect: Effect, file: File) -> None:
    """Refuse an opening the law forbids: there is no proceeding yet whose history could keep the refusal."""
    grounds = [finding for finding in effect.findings if not finding.passed]
    if grounds and not file.sequence:
        raise Barred(grounds[0].rule, grounds[0].article, "; ".join(ground.reason for ground in grounds))


async def _new_file(
    connection: Connection, stream: Stream, form: Form, command: Command, known: tuple[Edition, ...]
) -> File:
    """Begin a file; it gets its number in the transaction that stores it, so that numbers have no gaps."""
    number, today = stream.number, command.received_at.astimezone(SHANGHAI).date()
    if stream.kind == "case":
        await _register_enterprise(connection, form, today)
    if stream.kind == "batch":
        # The case's own batch is its first.
        number = f"{form.case}-{await connection.fetchval(PROCEEDING.next_number, form.case) + 1}"  # type: ignore[attr-defined]
    if prefix := stream.procedure.prefix:
        series = f"{prefix}-{today.year}"
        number = f"{series}-{await connection.fetchval(PROCEEDING.next_number, series):06}"
    return File(number=number, scheme=stream.scheme, edition=edition_for(stream.scheme, today, known).name)


async def _register_enterprise(connection: Connection, form: Any, today: Any) -> None:
    enterprise = form.enterprise
    if not await connection.fetchval(OFFICE.district_exists, enterprise.district, today):
        districts = ", ".join(row["code"] for row in await connection.fetch(OFFICE.districts, today))
        raise Unfit(("enterprise.district", f"must be one of {districts} (not {enterprise.district!r})"))
    values = (enterprise.uscc, enterprise.name, enterprise.district, enterprise.contact, today)
    await connection.execute(OFFICE.register_enterprise, *values)


async def _officer_for(connection: Connection, act: Act, file: File, attempt: Attempt) -> Officer:
    """Say who acts, or raise `Barred`: the system may only where its own timer or the record itself ordered it."""
    command = attempt.command
    if attempt.by_clock and "system" in act.by:
        return _the_system(command)
    if "system" in act.by:
        sent = await connection.fetchval(OUTBOX.sent_by_the_record, command.id)
        if sent and Command.model_validate(sent) == command:
            return _the_system(command)
    if act.by == SYSTEM:
        raise Barred("right_office", act.article, f"{act.name} is the system's own act; no officer can order it")
    if "/" in command.id:
        raise _system_named(command)
    officer = await known_officer(connection, command.officer, command.received_at)
    authorise(act, file, officer)
    return officer


def _system_named(command: Command) -> Unfit:
    return Unfit(("command_id", f"must be without strokes: the system names its own so (not {command.id!r})"))


def _the_system(command: Command) -> Officer:
    return Officer(code=command.officer, name="", office="system", kind="system", district=None, active=True)


async def _as_first(connection: Connection, repeated: asyncpg.Record, command: Command) -> Recorded:
    """Answer a repeated command as the first time, and say how its proceeding stands by now."""
    answer = _first_answer(repeated, command)
    row = await one(connection, PROCEEDING.by_stream, answer.stream)
    return Recorded(answer=answer, standing=standing_of(File.model_validate(row["file"])))


def _first_answer(repeated: asyncpg.Record, command: Command) -> Answer:
    """Read what a command came to; raise `Unfit` where another command used its id."""
    said, first = json.loads(repeated["body"]), answer_of(repeated["body"], repeated["hash"])
    same_act = (said["act"], said["officer"], said["data"]) == (command.act, command.officer, command.data)
    if not same_act or stream_of(command.stream).number not in (NEW, stream_of(first.stream).number):
        raise Unfit(("command_id", f"{command.id!r} was already used for {said['act']} in {first.stream}"))
    return first


async def _keep(connection: Connection, stream: Stream, procedure: Procedure, after: File, at: datetime) -> None:
    place = (str(stream), stream.kind, stream.number, stream.scheme, after.edition)
    state = (after.stage, after.sequence, after.closed)
    whose = (after.enterprise, after.district, after.product_key, after.about)
    awaits = list(awaited(procedure, after))
    try:
        file = after.model_dump(mode="json")
        await connection.execute(PROCEEDING.keep, *place, *state, *whose, awaits, file, at, list(terms(after)))
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "one_live_case_per_product":
            raise
        why = "this enterprise has a case under way, or a recognition, for this model and specification already"
        raise Barred("first_batch_once", "2", why) from error
    for due in after.deadlines:
        values = (due.name, due.article, due.office, due.nominal_on, due.due_on, due.provisional, due.met_on)
        await connection.execute(PROCEEDING.keep_deadline, str(stream), *values)
    await work.keep(connection, stream, procedure, after, at)
