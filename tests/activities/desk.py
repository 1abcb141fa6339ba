"""Acts written straight into the record, without workflows: the whole path of a case and its round, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from activities.contracts import Answer, Attempt, Command, Recorded
from activities.record import Record
from db.pool import Pool
from db.sql import queries
from rules.procedure import Barred, File
from rules.procedures import Stream, stream_of
from rules.timetable import OfficeKind
from service.sample_forms import SampleForms

#: Who acts for each kind of office; a second officer of the same office ends in 2. The enterprise is the case's own.
OFFICES: dict[OfficeKind, str] = {
    "district": "ganjingzi",
    "industry_bureau": "bureau",
    "assessor": "assessor-a",
    "insurer": "insurer-a",
    "regulator": "regulator",
    "finance": "finance",
}
QUARTER, FISCAL_YEAR = "2030Q1", 2030


class Step(NamedTuple):
    """An act of the path; `officer` is empty for the case's enterprise and `system` for the record itself."""

    kind: str
    act: str
    officer: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, self))


PATH = (
    Step("case", "submit"),
    Step("case", "return_for_correction", "ganjingzi-1"),
    Step("case", "correct"),
    Step("case", "confirm", "ganjingzi-1"),
    Step("case", "receive", "bureau-1"),
    Step("case", "entrust", "bureau-1"),
    Step("case", "assess", "assessor-a-1"),
    Step("case", "propose", "bureau-1"),
    Step("case", "publish", "bureau-2"),
    Step("case", "record_delivery"),
    Step("case", "insure", "insurer-a-1"),
    Step("case", "apply"),
    Step("ledger", "appropriate", "finance-1"),
    Step("round", "open", "regulator-1"),
    Step("round", "file_return", "insurer-a-1"),
    Step("case", "file", "system"),
    Step("round", "close_filing", "regulator-1"),
    Step("round", "review", "regulator-1"),
    Step("round", "review", "bureau-1"),
    Step("round", "review", "finance-1"),
    Step("round", "prepare_plan", "regulator-1"),
    Step("round", "sign_plan", "regulator-2"),
    Step("round", "sign_plan", "bureau-2"),
    Step("round", "sign_plan", "finance-2"),
    Step("case", "plan", "system"),
    Step("round", "order_payment", "finance-1"),
    Step("round", "pay", "finance-2"),
    Step("case", "pay", "system"),
)


def first(kind: str, act: str) -> int:
    """The place in the path where an act is first done."""
    return next(place for place, step in enumerate(PATH) if step[:2] == (kind, act))


@dataclass
class Desk:
    """One enterprise's case and its round, in the hands of whoever acts."""

    pool: Pool
    serial: int = 1
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    case: str = ""
    #: The latest proceeding opened here of each kind that gets a number.
    opened: dict[str, str] = field(default_factory=dict)
    #: How many commands this desk has named.
    named: int = 0

    @property
    def record(self) -> Record:
        return Record(self.pool)

    @property
    def forms(self) -> SampleForms:
        return SampleForms.at(self.moment, self.serial)

    @property
    def application(self) -> str:
        return f"{self.case.split(':')[-1]}-1"

    def stream(self, kind: str) -> str:
        number = {"round": QUARTER, "ledger": str(FISCAL_YEAR), "pilot_insurer": OFFICES["insurer"]}
        if kind in number:
            return str(Stream(kind, "dalian", number[kind]))
        return self.opened.get(kind) or (kind == "case" and self.case) or f"{kind}:dalian:new"

    def form(self, kind: str, act: str) -> dict[str, Any]:
        """The filled form of an act."""
        by_act = {
            ("round", "open"): {"quarter": QUARTER},
            ("pilot_insurer", "nominate"): self.forms.of("nominate") | {"insurer": OFFICES["insurer"]},
            ("round", "file_return"): self.forms.quarterly_return(self.application),
            ("round", "review"): self.forms.review(self.application),
            ("round", "pay"): self.forms.vouchers(),
            ("loss_claim", "report"): self.forms.loss_report(f"policy:dalian:{self.application}"),
            ("recovery", "open_recovery"): self.forms.recovery(self.application, about=self.case),
            ("ledger", "appropriate"): {"amount": "5000000.00", "document": "大财指1号"},
        }
        return by_act.get((kind, act)) or self.forms.of(act)

    def command(self, kind: str, act: str, officer: str, data: dict[str, Any] | None = None, **more: Any) -> Command:
        """An officer's command with a name of its own."""
        self.named += 1
        told = {"id": f"{self.serial}-{self.named}", "stream": self.stream(kind), **more}
        form = self.form(kind, act) if data is None else data
        return Command(act=act, officer=officer, received_at=self.moment, data=form, **told)

    async def next(self, step: Step) -> Attempt:
        """The attempt of a step of the path, as its workflow would make it."""
        if step.officer == "system":
            ordered = "select command from outbox where stream = $1 and command ->> 'act' = $2"
            command = Command.model_validate(await self.pool.fetchval(ordered, self.case, step.act))
        else:
            command = self.command(step.kind, step.act, step.officer or self.forms.enterprise)
        return await self.attempt(command)

    async def attempt(self, command: Command, **more: Any) -> Attempt:
        """Offer a command at the sequence its proceeding has reached."""
        sequence = await self.pool.fetchval("select sequence from proceeding where stream = $1", command.stream)
        return Attempt(command=command, sequence=sequence or 0, **more)

    async def write(self, attempt: Attempt) -> Recorded:
        recorded = await self.record.write(attempt)
        if attempt.command.act == "submit" and recorded.answer:
            self.case = recorded.answer.stream
        elif recorded.answer and attempt.command.stream.endswith(":new"):
            self.opened[attempt.command.stream.split(":")[0]] = recorded.answer.stream
        return recorded

    async def do(self, step: Step) -> Answer:
        """Do a step of the path; the law lets it pass."""
        recorded = await self.write(await self.next(step))
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings
        return recorded.answer

    async def play(self, until: int = len(PATH)) -> Desk:
        """Do the path's steps before the one at `until`."""
        for step in PATH[:until]:
            await self.do(step)
        return self

    async def order(
        self, act: str, officer: str, data: dict[str, Any] | None = None, kind: str = "case", **more: Any
    ) -> Recorded:
        """Order an act that may be refused."""
        return await self.write(await self.attempt(self.command(kind, act, officer, data, **more)))

    async def relay(self) -> None:
        """Carry what one proceeding ordered in another, as the relay does, until nothing is left."""
        ordered = "select command from outbox where not done and command_id like '%/%' order by not_before, command_id"
        while sent := await self.pool.fetch(ordered):
            barred = []
            for command in (Command.model_validate(row["command"]) for row in sent):
                opens = command.act == stream_of(command.stream).procedure.opening.name
                try:
                    await (self.record.open(command) if opens else self.write(await self.attempt(command)))
                except Barred as early:
                    if await self.pool.fetchval("select closed from proceeding where stream = $1", command.stream):
                        await self.pool.execute(queries("outbox").overtake, command.stream, "closed")
                        continue
                    # It is offered again, when what its proceeding has to be told before is told.
                    barred.append(early)
                    continue
                await self.record.acknowledge(command.id)
            if len(barred) == len(sent):
                raise barred[0]

    async def file_of(self, stream: str) -> File:
        return File.model_validate(await self.pool.fetchval("select file from proceeding where stream = $1", stream))

    async def file(self, kind: str = "case") -> File:
        return await self.file_of(self.stream(kind))

    async def events(self) -> int:
        counted: int = await self.pool.fetchval("select count(*) from event")
        return counted

    async def refusals(self) -> list[tuple[str, ...]]:
        """What was tried without authority: act, officer, rule, article."""
        rows = await self.pool.fetch("select act, officer, rule, article from refusal order by received_at, command_id")
        return [tuple(row) for row in rows]
