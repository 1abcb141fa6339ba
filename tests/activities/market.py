"""Several enterprises, insurers, rounds and years on one record, and every act that moves their money.

`prepared` brings the cases to their contracts once. A `Market` then takes acts, by whomever and in whatever order, as
the workflows' activity does, and carries the outbox as the relay does. Names, numbers and moments are the same each
time, so that what went wrong goes wrong again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from temporalio.exceptions import ApplicationError

from activities.contracts import BAD_INPUT, REFUSED, Answer, Attempt, Command, Recorded
from activities.record import Record
from db.pool import Pool
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred, File
from rules.procedures import stream_of
from rules.timetable import SHANGHAI
from starters.sample_forms import Data, SampleForms, uscc
from tests.activities.desk import Desk, first

OUTBOX = queries("outbox")
JOINT = {"regulator": "regulator", "industry_bureau": "bureau", "finance": "finance"}
#: The last quarter of a year charges the next one's money.
QUARTERS = ("2030Q1", "2030Q2", "2030Q4", "2031Q1")
YEARS = (2030, 2031)


class Product(NamedTuple):
    """One case: whose, insured by whom, and for how much."""

    enterprise: int
    insurer: str
    sum_insured: str


#: The first enterprise asks for 623,456.79 of its cap of 500,000, the second for 550,000, the third for 200,000.
PRODUCTS = (
    Product(1, "a", "20000000.00"),
    Product(1, "b", "30000000.00"),
    Product(2, "a", "25000000.00"),
    Product(2, "b", "30000000.00"),
    Product(3, "a", "20000000.00"),
    Product(1, "a", "12345678.90"),
)


@dataclass(frozen=True)
class Forms(SampleForms):
    """The forms of one of an enterprise's products."""

    owner: int = 1

    @property
    def enterprise(self) -> str:
        return uscc(self.owner)


@dataclass
class Applicant(Desk):
    """A case of an enterprise that has others."""

    owner: int = 1

    @property
    def forms(self) -> Forms:
        return Forms(self.moment.astimezone(SHANGHAI).replace(tzinfo=None), self.serial, owner=self.owner)


def beginning() -> datetime:
    """Nine in the morning of today, as the insurers' list is this year's."""
    return datetime.now(SHANGHAI).replace(hour=9, minute=0, second=0, microsecond=0)


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


class Move(NamedTuple):
    """An act somebody thinks of: about which case, quarter or year, by whom, and what else he may choose."""

    act: str
    about: int | str
    officer: str = ""
    choice: int = 0


#: What a move comes to: the stream, the officer and the form.
Made = tuple[str, str, Data]


class Sent(NamedTuple):
    """A command as it was sent, so that it can be sent again."""

    command: Command
    by_clock: bool


@dataclass
class Market:
    """The record in the hands of everybody."""

    pool: Pool
    happened: Counter[str] = field(default_factory=Counter)
    cases: tuple[Applicant, ...] = ()
    sent: list[Sent] = field(default_factory=list)
    answered: dict[str, Answer] = field(default_factory=dict)
    minutes: int = 60

    async def opened(self) -> Market:
        """Find the prepared cases."""
        rows = await self.pool.fetch("select stream from proceeding where kind = 'case' order by stream")
        self.cases = tuple(
            Applicant(self.pool, serial=place + 1, case=row["stream"], owner=product.enterprise)
            for place, (row, product) in enumerate(zip(rows, PRODUCTS, strict=True))
        )
        return self

    @property
    def moment(self) -> datetime:
        return beginning() + timedelta(minutes=self.minutes)

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
        """The command a move comes to as things stand; None where there is nothing it could be about."""
        self.minutes += 1
        make = getattr(self, f"_{move.act}", None)
        if move.act in ROUND_ACTS:
            made = await self._of_round(move)
        elif make:
            made = await make(move)
        else:
            made = self._of_case(move)
        if made is None:
            return None
        return self._named(move.act, *made)

    def _named(self, act: str, stream: str, officer: str, data: Data) -> Sent:
        by_clock = officer == "clock"
        name = f"{'clock/' if by_clock else 'move-'}{len(self.sent) + 1}"
        command = Command(id=name, stream=stream, act=act, officer=officer, received_at=self.moment, data=data)
        self.sent.append(Sent(command, by_clock))
        return self.sent[-1]

    def case_of(self, move: Move) -> Applicant:
        return replace(self.cases[int(move.about) % len(self.cases)], moment=self.moment)

    def forms(self) -> SampleForms:
        return SampleForms.at(self.moment, self.minutes)

    def _of_case(self, move: Move) -> Made | None:
        """What its enterprise or the bureau does in a case, or its insurer with the policy."""
        one = self.case_of(move)
        if move.act in ("endorse", "cancel", "rescind"):
            sums = ("10000000.00", "20000000.00", "28000000.00", "45000000.00")
            form = one.forms.endorsement(sums[move.choice % 4]) if move.act == "endorse" else one.forms.of(move.act)
            insurer = PRODUCTS[one.serial - 1].insurer
            return f"policy:dalian:{one.application}", move.officer or f"insurer-{insurer}-1", form
        officer = {"propose_revocation": "bureau-1", "revoke": "bureau-2"}.get(move.act, one.forms.enterprise)
        return one.case, move.officer or officer, one.forms.of(move.act)

    async def _expire(self, move: Move) -> Made | None:
        one = self.case_of(move)
        waits = any(wake.deadline == "waitlist" for wake in (await one.file()).wakes)
        rung = {"deadline": "waitlist", "rung": "passed"}
        return (one.case, "clock", rung) if waits else None

    async def _record_refund(self, move: Move) -> Made | None:
        one = self.case_of(move)
        stream = f"policy:dalian:{one.application}"
        facts = (await self._file(stream)).facts
        ended = facts.get("rescission") or facts.get("cancellation")
        amount = ended["to_treasury"] if ended and move.choice % 4 else "0.01"
        return stream, move.officer or "finance-1", self.forms().refund(amount)

    async def _file(self, stream: str) -> File:
        return File.model_validate(await self.pool.fetchval("select file from proceeding where stream = $1", stream))

    async def _appropriate(self, move: Move) -> Made | None:
        amounts = ("100000.00", "250000.00", "333333.33", "600000.00")
        form = {"amount": amounts[move.choice % 4], "document": f"大财指{self.minutes}号"}
        return f"ledger:dalian:{move.about}", move.officer or "finance-1", form

    async def _propose_bar(self, move: Move) -> Made | None:
        insurer = "ab"[int(move.about) % 2]
        numbers = [one.application for one in self.cases if PRODUCTS[one.serial - 1].insurer == insurer]
        form = {"reason": "虚假合同", "applications": chosen(numbers, move.choice)}
        return f"pilot_insurer:dalian:insurer-{insurer}", move.officer or "regulator-1", form

    async def _bar(self, move: Move) -> Made | None:
        insurer = "ab"[int(move.about) % 2]
        stream = f"pilot_insurer:dalian:insurer-{insurer}"
        return stream, move.officer or "regulator-2", self.forms().reasons()

    # --- Recoveries ---

    async def _open_recovery(self, move: Move) -> Made | None:
        """Of a paid application, where there is one."""
        paid = await self.pool.fetch("select distinct application from ledger_entry where kind = 'payment' order by 1")
        numbers = {row["application"] for row in paid}
        among = [one for one in self.cases if one.application in numbers] or list(self.cases)
        one = replace(among[int(move.about) % len(among)], moment=self.moment)
        form = one.forms.recovery(one.application, about=one.case)
        return "recovery:dalian:new", move.officer or "regulator-1", form

    async def _recovery(self, move: Move) -> tuple[str, File] | None:
        rows = await self.pool.fetch("select stream, file from proceeding where kind = 'recovery' order by stream")
        if not rows:
            return None
        row = rows[int(move.about) % len(rows)]
        return row["stream"], File.model_validate(row["file"])

    async def _decide_recovery(self, move: Move) -> Made | None:
        if (found := await self._recovery(move)) is None:
            return None
        stream, file = found
        disbursed = sum(map(Decimal, file.facts["recovery"]["disbursed"].values()), Decimal(0))
        form = self.forms().recovery_decision(f"{disbursed if move.choice % 4 else disbursed + 1:.2f}")
        return stream, move.officer or "finance-2", form

    async def _demand(self, move: Move) -> Made | None:
        found = await self._recovery(move)
        return (found[0], move.officer or "finance-1", self.forms().reasons()) if found else None

    async def _drop_recovery(self, move: Move) -> Made | None:
        found = await self._recovery(move)
        return (found[0], move.officer or "finance-2", self.forms().reasons()) if found else None

    async def _record_repayment(self, move: Move) -> Made | None:
        if (found := await self._recovery(move)) is None:
            return None
        stream, file = found
        debtors = file.facts["recovery"]["debtors"]
        parts = (file.money.get("owed", "200000.00"), "0.01", "33333.33", "150000.00")
        form = self.forms().repayment(parts[move.choice % 4], debtors[move.choice // 4 % len(debtors)])
        return stream, move.officer or "finance-1", form

    # --- Rounds ---

    async def _of_round(self, move: Move) -> Made | None:
        stream, officer = f"round:dalian:{move.about}", move.officer or "regulator-1"
        form = await self.round_form(move.act, str(move.about), officer, move.choice)
        return stream, officer, form

    async def round_form(self, act: str, quarter: str, officer: str, choice: int) -> Data:
        """The form of a round's act; `choice` picks what it is about, in its lower bits, and what is said of it."""
        forms, stream, office = self.forms(), f"round:dalian:{quarter}", officer.rsplit("-", 1)[0]
        match act:
            case "open":
                return {"quarter": quarter}
            case "file_return":
                return forms.quarterly_return(*chosen(await self.numbers("applied", insurer=office), choice))
            case "review":
                numbers = chosen(await self.unreviewed(stream, officer), choice)
                opinions = forms.review(*numbers)["opinions"]
                refuses = choice % 8 == 7
                return {"opinions": [{**one, "approves": not (refuses and one is opinions[0])} for one in opinions]}
            case "return_for_completion" | "admit_held":
                number = (chosen(await self.numbers("filed", stream=stream), 1 << choice % 4) or ["none"])[0]
                return {**forms.of(act), "application": number}
            case "pay":
                ordered = sorted((await self._ordered(stream)).keys())
                failed = ordered if choice % 8 == 7 else ordered[:1] if choice % 8 == 6 else []
                vouchers = {one: f"PZ-{quarter}-{self.minutes}" for one in ordered if one not in failed}
                return {"vouchers": vouchers, "failed": dict.fromkeys(failed, "账号有误")}
        return forms.of(act)

    async def _ordered(self, stream: str) -> dict[str, Any]:
        asked = "select file #> '{facts,order}' from proceeding where stream = $1"
        return await self.pool.fetchval(asked, stream) or {}

    async def numbers(self, state: str, insurer: str | None = None, stream: str | None = None) -> list[str]:
        """The applications in a state, of an insurer or of a round."""
        asked = """select number from subsidy_application where state = $1
            and ($2::text is null or insurer = $2) and ($3::text is null or round = $3) order by number"""
        return [row["number"] for row in await self.pool.fetch(asked, state, insurer, stream)]

    async def unreviewed(self, stream: str, officer: str) -> list[str]:
        """What an officer's office has said nothing of as it asks now."""
        asked = """select number from subsidy_application a where round = $1 and state = 'filed' and waiting = 0
            and not exists (select from opinion o where o.application = a.number and o.round = a.round
                and o.office_kind = $2 and (o.asked, o.concluded_at) = (a.asked, a.concluded_at)) order by number"""
        return [row["number"] for row in await self.pool.fetch(asked, stream, kind_of(officer))]

    async def next_of(self, quarter: str, choice: int) -> Move | None:
        """What takes a round on, by whom it is for; None where it is paid."""
        stream = f"round:dalian:{quarter}"
        row = await self.pool.fetchrow("select stage, file from proceeding where stream = $1", stream)
        stage = row["stage"] if row else ""
        act, officer = NEXT.get(stage, ("", ""))
        if stage == "filing":
            insurers = [one for one in ("insurer-a", "insurer-b") if await self.numbers("applied", insurer=one)]
            act, officer = ("file_return", f"{insurers[0]}-1") if insurers else (act, officer)
        if stage == "review":
            silent = [one for one in JOINT.values() if await self.unreviewed(stream, f"{one}-1")]
            act, officer = ("review", f"{silent[0]}-1") if silent else (act, officer)
        if row and stage == "planned":
            signed = row["file"]["facts"]["signatures"]
            officer = next(f"{office}-2" for kind, office in JOINT.items() if kind not in signed)
        return Move(act, quarter, officer, choice) if act else None


#: What takes a round on from each stage, where nothing is to be filed or reviewed.
NEXT = {
    "": ("open", "regulator-1"),
    "filing": ("close_filing", "regulator-1"),
    "review": ("prepare_plan", "regulator-1"),
    "planned": ("sign_plan", ""),
    "signed": ("order_payment", "finance-1"),
    "ordered": ("pay", "finance-2"),
}
#: Who may do each act of a round.
ROUND_ACTS = {
    "open": ("regulator",),
    "file_return": ("insurer-a", "insurer-b"),
    "close_filing": ("regulator",),
    "reopen_filing": ("regulator",),
    "review": tuple(JOINT.values()),
    "return_for_completion": tuple(JOINT.values()),
    "admit_held": ("regulator",),
    "prepare_plan": ("regulator",),
    "sign_plan": tuple(JOINT.values()),
    "take_back_plan": ("regulator",),
    "order_payment": ("finance",),
    "take_back_order": ("finance",),
    "pay": ("finance",),
}


def _is_a_fault(refused: Exception) -> bool:
    """Whether the record failed, and did not say no."""
    return isinstance(refused, ApplicationError) and refused.type not in (BAD_INPUT, REFUSED)


def kind_of(officer: str) -> str:
    office = officer.rsplit("-", 1)[0]
    return next((kind for kind, code in JOINT.items() if code == office), office)


def chosen(numbers: list[str], choice: int) -> list[str]:
    """The numbers whose bit is set, or all of them where none is."""
    return [number for place, number in enumerate(numbers) if choice >> place & 1] or numbers
