"""Several enterprises, insurers, rounds and years on one record, in the hands of everybody.

`prepared` brings the cases to their contracts once. A `Market` then takes acts, by whomever and in whatever order, as
the workflows' activity does, and carries the outbox as the relay does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from temporalio.exceptions import ApplicationError

from activities.contracts import BAD_INPUT, REFUSED, Answer, Attempt, Command, Recorded
from activities.record import Record
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from service.sample_forms import Data
from tests.activities.desk import Desk, first
from tests.activities.moves import PRODUCTS, Applicant, Move, Moves, beginning

OUTBOX = queries("outbox")


async def prepared(pool: Pool) -> None:
    """Bring every product to its contract, and both insurers to their files; each is insured a minute later."""
    for place, product in enumerate(PRODUCTS):
        one = Applicant(
            pool,
            serial=place + 1,
            moment=beginning() + timedelta(minutes=7 * place % 5),
            owner=product.enterprise,
        )
        await one.play(first("case", "insure"))
        contract = one.forms.contract(product.insurer, product.sum_insured)
        recorded = await one.order("insure", f"insurer-{product.insurer}-1", contract)
        assert recorded.answer
        assert recorded.answer.event.passed
        await one.relay()
    desk = Desk(pool, serial=100, moment=beginning())
    for insurer in ("insurer-a", "insurer-b"):
        form = {"insurer": insurer, "reason": "承保能力"}
        await desk.record.open(
            desk.command("pilot_insurer", "nominate", "regulator-1", form, stream="pilot_insurer:dalian:new")
        )


class Sent(NamedTuple):
    """A command as it was sent, so that it can be sent again."""

    command: Command
    by_clock: bool


@dataclass
class Market(Moves):
    """The record in the hands of everybody."""

    happened: Counter[str] = field(default_factory=Counter)
    sent: list[Sent] = field(default_factory=list)
    answered: dict[str, Answer] = field(default_factory=dict)

    async def opened(self) -> Market:
        """Find the prepared cases."""
        rows = await self.pool.fetch("select stream from proceeding where kind = 'case' order by stream")
        self.cases = tuple(
            Applicant(self.pool, serial=place + 1, case=row["stream"], owner=product.enterprise)
            for place, (row, product) in enumerate(zip(rows, PRODUCTS, strict=True))
        )
        return self

    # --- What is sent, and what comes of it ---

    async def do(self, move: Move) -> None:
        """Make a move, where it means anything."""
        if sent := await self.thought_of(move):
            await self.send(sent)

    async def order(self, act: str, stream: str, officer: str, data: Data) -> Answer | None:
        """Send an act with a form of one's own."""
        return await self.send(self._named(act, stream, officer, data))

    async def at_once(self, *moves: Move, twice: bool) -> None:
        """Make several moves at once, the first perhaps twice by the same name."""
        thought = [sent for move in moves if (sent := await self.thought_of(move))]
        if thought:
            await asyncio.gather(*(self.send(sent) for sent in (thought[:1] if twice else []) + thought))
            self.happened["at once"] += 1

    async def again(self, pick: int) -> None:
        """Send a command once more: it is answered as before, or tried once more."""
        if self.sent:
            await self.send(self.sent[pick % len(self.sent)])
            self.happened["again"] += 1

    async def send(self, sent: Sent) -> Answer | None:
        """Offer a command as its workflow does, until the record takes or refuses it."""
        command, answer = sent.command, None
        try:
            answer = (await self._recorded(sent)).answer
        except (ApplicationError, Barred, Unfit) as refused:
            if _is_a_fault(refused):
                raise
            self.happened["refused"] += 1
        if answer is None:
            assert command.id not in self.answered, f"{command.id} was done, and then refused"
            return None
        assert self.answered.setdefault(command.id, answer).event == answer.event, "one command became two acts"
        self.happened[command.act if answer.event.passed else "refused by the law"] += 1
        return answer

    async def _recorded(self, sent: Sent) -> Recorded:
        while True:
            stands = "select sequence from proceeding where stream = $1"
            sequence = await self.pool.fetchval(stands, sent.command.stream) or 0
            attempt = Attempt(command=sent.command, sequence=sequence, by_clock=sent.by_clock)
            recorded = await Record(self.pool).record(attempt)
            if recorded.answer:
                return recorded

    # --- The outbox ---

    async def relay(self, most: int = 1_000) -> int:
        """Offer once what is ordered and not done; return how many orders were taken."""
        waiting = """select command_id, command from outbox where not done and command_id like '%/%'
            order by place, not_before, command_id limit $1"""
        rows = await self.pool.fetch(waiting, most)
        taken = [await self._taken(Command.model_validate(row["command"])) for row in rows]
        return sum(taken)

    async def _taken(self, command: Command) -> bool:
        """What has closed is overtaken; what is refused for now stays, to be offered again."""
        record, stream = Record(self.pool), stream_of(command.stream)
        try:
            if command.act == stream.procedure.opening.name:
                await record.open(command)
            else:
                await self._recorded(Sent(command, by_clock=False))
        except (ApplicationError, Barred, Unfit) as refused:
            if _is_a_fault(refused):
                raise
            closed = await self.pool.fetchval("select closed from proceeding where stream = $1", command.stream)
            if closed:
                await self.pool.execute(OUTBOX.overtake, command.stream, "closed")
            self.happened["overtaken" if closed else "not taken yet"] += 1
            return bool(closed)
        await record.acknowledge(command.id)
        self.happened["relayed"] += 1
        return True

    async def relay_all(self) -> None:
        """Offer until nothing is left; an order that nobody will ever take is a fault."""
        while await self.relay():
            pass
        left = await self.pool.fetch("select command_id from outbox where not done and command_id like '%/%'")
        assert left == [], f"nobody takes {[row['command_id'] for row in left]}"

    async def entries(self) -> dict[str, int]:
        """How many entries of each kind the ledger has."""
        rows = await self.pool.fetch("select kind, count(*) from ledger_entry group by kind")
        return {f"{row['kind']} entries": row["count"] for row in rows}

    # --- From a move to a command ---

    async def thought_of(self, move: Move) -> Sent | None:
        """The command a move comes to, named and kept."""
        made = await self.made(move)
        return self._named(move.act, *made) if made else None

    def _named(self, act: str, stream: str, officer: str, data: Data) -> Sent:
        by_clock = officer == "clock"
        name = f"{'clock/' if by_clock else 'move-'}{len(self.sent) + 1}"
        command = Command(id=name, stream=stream, act=act, officer=officer, received_at=self.moment, data=data)
        self.sent.append(Sent(command, by_clock))
        return self.sent[-1]


def _is_a_fault(refused: Exception) -> bool:
    """Whether the record failed, and did not say no."""
    return isinstance(refused, ApplicationError) and refused.type not in (BAD_INPUT, REFUSED)
