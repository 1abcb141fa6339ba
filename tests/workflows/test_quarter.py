"""A quarter of many applications, while worker and PostgreSQL are killed with kill -9 at random moments.

It must end in exactly the ledger, the states and the stages of the same quarter left in peace. Both begin at one record
with every case at its application. `FIRSTCOVER_QUARTER` says of how many (500 as the issue has it); then the kills grow
with it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import psutil
import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from activities.contracts import Answer
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import AWAY, Pool, is_away, open_pool
from rules.timetable import SHANGHAI
from runtime.errors import Unreachable
from runtime.temporal_server import NAMESPACE, TemporalServer
from service.auditing import verified
from service.sample_forms import SampleForms
from service.session import Session
from tests.activities.desk import PATH, first
from tests.activities.moves import Applicant
from tests.conftest import PASSWORD
from tests.db.invariants import broken
from worker.relay import Relay

MANY = int(os.environ.get("FIRSTCOVER_QUARTER", "12"))
CHUNK, AT_ONCE = (25, 8) if MANY >= 100 else (5, 4)
WORKER_KILLS, DATABASE_KILLS = max(1, min(16, MANY // 5 - 3)), max(1, min(8, MANY // 12))
#: Acts during which the worker dies between the commit and its report.
DIES_AT = ("file_return", "sign_plan", "pay") if MANY >= 100 else ("sign_plan",)
SEED = 20301


def one_moment() -> datetime:
    """When every act is received, so that both runs are judged alike and the relay finds all of it due.

    On the same day each case is insured in a minute of its own before it.
    """
    moment = datetime.now(SHANGHAI).replace(second=0, microsecond=0) - timedelta(hours=1)
    midnight = moment.replace(hour=0, minute=0)
    fits = moment - midnight > timedelta(minutes=MANY)
    return (moment if fits else midnight - timedelta(minutes=1)).astimezone(UTC)


MOMENT = one_moment()
ROUND, YEAR = "round:dalian:2030Q1", "ledger:dalian:2030"
#: By their place; three cases each belong to one enterprise, whose cap some of them exceed together.
SUMS = ("20000000.00", "30000000.00", "12345678.90", "25000000.00")
REFUSED, SILENT, RETURNED, CANCELLED, RECOVERED = 1, 2, 5, 0, 4

LEDGER = """select kind, debit, credit, amount, enterprise, application, plan, reference, stream, sequence
    from ledger_entry"""
APPLICATIONS = "select number, enterprise, insurer, asked, state, waiting, round from subsidy_application"
STANDS = "select stream, stage, sequence, closed, file -> 'money' as money from proceeding"
TABLES = {"ledger": LEDGER, "applications": APPLICATIONS, "proceedings": STANDS}


async def applied(one: Applicant, place: int) -> None:
    """Bring a submitted case to its application, on the record; its workflow, and its policy, are the relay's."""
    insurer = "ab"[place % 2]
    for step in PATH[1 : first("case", "insure")]:
        await one.do(step)
    contract = one.forms.contract(insurer, SUMS[place % len(SUMS)])
    # Each in a minute of its own: what is insured at once waits for the three offices where the budget runs out.
    concluded_at = datetime.fromisoformat(contract["concluded_at"]) - timedelta(minutes=MANY - place)
    await one.order("insure", f"insurer-{insurer}-1", contract | {"concluded_at": f"{concluded_at:%Y-%m-%dT%H:%M}"})
    recorded = await one.order("apply", one.forms.enterprise)
    assert recorded.answer


async def all_applied(pool: Pool) -> None:
    """Submit every case in its place, so that each has the same number every time; then bring all to applications."""
    cases = [Applicant(pool, serial=place + 1, moment=MOMENT, owner=place // 3 + 1) for place in range(MANY)]
    for one in cases:
        await one.play(1)
    free = asyncio.Semaphore(AT_ONCE)

    async def of_one_enterprise(places: range) -> None:
        async with free:
            for place in places:
                await applied(cases[place], place)

    await asyncio.gather(*(of_one_enterprise(range(begun, min(begun + 3, MANY))) for begun in range(0, MANY, 3)))


@dataclass
class Run:
    """One quarter on servers of its own: the officers, and whoever kills."""

    database: str
    postgres: EmbeddedPostgres
    client: Client
    pool: Pool
    #: Before which commands who is killed, and how many seconds after they are sent.
    kills: dict[int, tuple[str, float]] = field(default_factory=dict)
    dies_at: set[str] = field(default_factory=set)
    happened: Counter[str] = field(default_factory=Counter)
    killing: set[asyncio.Task[None]] = field(default_factory=set)
    restarting: asyncio.Lock = field(default_factory=asyncio.Lock)
    worker: asyncio.subprocess.Process | None = None
    supervisor: asyncio.Task[None] | None = None
    dying: str = ""

    # --- The worker and its end ---

    async def supervise(self) -> None:
        """Start a worker whenever there is none: one that dies at the next act of a kind, where one is to."""
        address = self.client.service_client.config.target_host
        named = os.environ | {"FIRSTCOVER_DATABASE_URL": self.database, "FIRSTCOVER_TASK_QUEUE": "quarter"}
        named |= {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": NAMESPACE}
        quiet = asyncio.subprocess.DEVNULL
        while True:
            command = ("-m", "tests.dying_worker", self.dying) if self.dying else ("-m", "worker")
            self.worker = await asyncio.create_subprocess_exec(
                sys.executable, *command, env=named, stdout=quiet, stderr=quiet
            )
            if await self.worker.wait() == -signal.SIGKILL and self.dying:
                self.happened["killed between commit and report"] += 1
                self.dying = ""

    def kill_worker(self) -> None:
        with suppress(ProcessLookupError):
            if self.worker:
                self.worker.kill()
        self.happened["worker killed"] += 1

    async def kill(self, whom: str, after: float) -> None:
        await asyncio.sleep(after)
        if whom == "worker":
            self.kill_worker()
            return
        async with self.restarting:
            await asyncio.to_thread(self._kill_postgres)
        self.happened["PostgreSQL killed"] += 1

    def _kill_postgres(self) -> None:
        """Kill the server, and start it again once its children have noticed: until then they hold its memory."""
        server = psutil.Process(self.postgres.pid)
        server.suspend()
        children = server.children()
        server.kill()
        psutil.wait_procs(children, timeout=60)
        self.postgres.restart()

    # --- The officers ---

    async def insist(self, stream: str, act: str, officer: str, data: dict[str, Any], name: str) -> Answer:
        """Send a command until somebody answers: always by the same name."""
        number = self.happened["commands"] = self.happened["commands"] + 1
        if number in self.kills:
            self.killing.add(asyncio.create_task(self.kill(*self.kills[number])))
        if act in self.dies_at:
            self.dies_at.discard(act)
            self.dying = act
            self.kill_worker()
        session = Session(self.pool, self.client, "quarter", lambda: MOMENT)
        order = session.open if act in ("open", "appropriate", "open_recovery") else session.act
        answer = await self.insisting(lambda: order(stream, act, officer, data, name))
        assert answer.event.passed, answer.event.findings
        return answer

    async def insisting(self, send: Callable[[], Awaitable[Answer]]) -> Answer:
        while True:
            try:
                return await send()
            except (Unreachable, *AWAY) as away:
                if not isinstance(away, Unreachable) and not is_away(away):
                    raise
                self.happened["sent again"] += 1
                await asyncio.sleep(0.2)

    async def in_round(self, act: str, officer: str, data: dict[str, Any] | None = None, part: int = 0) -> Answer:
        return await self.insist(ROUND, act, officer, data or {}, f"{act}-{officer}-{part}")

    async def all_at_once(self, orders: Iterable[Awaitable[Any]]) -> None:
        """Several officers, so many at a time."""
        free = asyncio.Semaphore(AT_ONCE)

        async def one_of(order: Awaitable[Any]) -> None:
            async with free:
                await order

        await asyncio.gather(*map(one_of, orders))

    async def quarter(self) -> None:
        """The whole quarter: returns, opinions, a plan with too little money, a payment that fails, what comes back."""
        forms = SampleForms.at(MOMENT, 900)
        numbers = [row["number"] for row in await self.pool.fetch("select number from subsidy_application order by 1")]
        budget = {"amount": f"{MANY * 90_000}.00", "document": "大财指1号"}
        await self.insist(YEAR, "appropriate", "finance-1", budget, "appropriate")
        await self.insist(ROUND, "open", "regulator-1", {"quarter": "2030Q1"}, "open")
        returns = [
            (insurer, part, chunk)
            for insurer, theirs in (("insurer-a", numbers[::2]), ("insurer-b", numbers[1::2]))
            for part, chunk in enumerate(chunks(theirs))
        ]
        await self.all_at_once(
            self.in_round("file_return", f"{insurer}-1", forms.quarterly_return(*chunk), part)
            for insurer, part, chunk in returns
        )
        await self.in_round("close_filing", "regulator-1")
        lacks = {"application": numbers[RETURNED], "items": ["缺少发票"]}
        await self.in_round("return_for_completion", "finance-1", lacks)
        reviewed = [number for number in numbers if number != numbers[RETURNED]]
        await self.all_at_once(
            self.in_round("review", f"{office}-1", opinions(office, chunk, numbers, forms), part)
            for part, chunk in enumerate(chunks(reviewed))
            for office in ("regulator", "bureau", "finance")
            if opinions(office, chunk, numbers, forms)["opinions"]
        )
        await self.in_round("prepare_plan", "regulator-1")
        for office in ("regulator", "bureau", "finance"):
            await self.in_round("sign_plan", f"{office}-2")
        await self.in_round("order_payment", "finance-1", part=1)
        failed = {"vouchers": {"insurer-a": "PZ-1"}, "failed": {"insurer-b": "账号有误"}}
        await self.in_round("pay", "finance-2", failed, 1)
        await self.in_round("order_payment", "finance-1", part=2)
        await self.in_round("pay", "finance-2", {"vouchers": {"insurer-b": "PZ-2"}}, 2)
        await self.comes_back(numbers, forms)

    async def comes_back(self, numbers: list[str], forms: SampleForms) -> None:
        """One contract is cancelled and its part refunded; what another was paid is recovered in two parts."""
        await self.told()
        policy = f"policy:dalian:{numbers[CANCELLED]}"
        answer = await self.insist(policy, "cancel", "insurer-a-1", forms.cancellation(), "cancel")
        assert answer.standing.stage == "refund_due"
        facts = "select file #>> '{facts,cancellation,to_treasury}' from proceeding where stream = $1"
        refund = await self.patiently(facts, policy)
        await self.insist(policy, "record_refund", "finance-1", forms.refund(refund), "refund")
        number = numbers[RECOVERED]
        case = f"case:dalian:{number.removesuffix('-1')}"
        paid = await self.patiently(
            "select amount::text from ledger_entry where kind = 'payment' and application = $1", number
        )
        owner = await self.patiently("select enterprise from subsidy_application where number = $1", number)
        opening = {**forms.recovery(number, about=case), "fraudster": owner}
        opened = await self.insist("recovery:dalian:new", "open_recovery", "regulator-1", opening, "recover")
        stream = opened.stream
        await self.insist(stream, "decide_recovery", "finance-1", forms.recovery_decision(paid), "decide")
        await self.insist(stream, "demand", "finance-1", forms.reasons(), "demand")
        for part, amount in enumerate(("0.01", f"{float(paid) - 0.01:.2f}")):
            form = {**forms.repayment(amount), "voucher": f"JK-{part}"}
            await self.insist(stream, "record_repayment", "finance-1", form, f"repay-{part}")
        await self.told()

    async def told(self) -> None:
        """Wait until nothing is left to tell; what a killed worker held is offered again without its patience."""
        relay = Relay(self.pool, self.client, "quarter")
        await asyncio.gather(*self.killing)
        left = "select count(*) from outbox where not done"
        while await self.patiently(left):
            with suppress(RPCError, *AWAY):
                await relay.carry_due(datetime.now(UTC) + timedelta(seconds=31))

    async def patiently(self, asked: str, *values: object) -> Any:
        while True:
            with suppress(*AWAY):
                return await self.pool.fetchval(asked, *values)
            await asyncio.sleep(0.1)

    # --- What it came to ---

    async def came_to(self) -> dict[str, Counter[str]]:
        """Everything that must be the same, whatever died on the way."""
        return {
            table: Counter(str(tuple(row)) for row in await self.pool.fetch(asked)) for table, asked in TABLES.items()
        }

    async def must_be_sound(self) -> None:
        """The money holds, the history is whole, and every workflow stands where its proceeding does."""
        assert await broken(self.pool) == []
        found = await verified(self.pool)
        assert found["ok"], found
        self.happened["events"] = found["events"]
        for row in await self.pool.fetch("select stream, closed from proceeding where kind <> 'ledger'"):
            status = (await self.client.get_workflow_handle(row["stream"]).describe()).status
            expected = WorkflowExecutionStatus.COMPLETED if row["closed"] else WorkflowExecutionStatus.RUNNING
            assert status == expected, row["stream"]


def chunks(numbers: list[str]) -> list[list[str]]:
    return [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]


def opinions(office: str, chunk: list[str], numbers: list[str], forms: SampleForms) -> dict[str, Any]:
    """All approve, but for one that finance refuses, and one that the bureau is silent on."""
    said = [number for number in chunk if (office, number) != ("bureau", numbers[SILENT])]
    review = forms.review(*said)["opinions"] if said else []
    refused = ("finance", numbers[REFUSED])
    return {"opinions": [{**opinion, "approves": (office, opinion["application"]) != refused} for opinion in review]}


@asynccontextmanager
async def running(postgres: EmbeddedPostgres, folder: Path, name: str) -> AsyncIterator[Run]:
    """A quarter's servers: a database of the prepared record, and a Temporal server that knows of nothing yet."""
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute(f"create database {name} template applied")
    await admin.close()
    temporal = TemporalServer(folder / name, headless=True)
    await asyncio.to_thread(temporal.start)
    try:
        client = await Client.connect(temporal.address, namespace=NAMESPACE, data_converter=pydantic_data_converter)
        database = postgres.dsn(PROGRAM, name, PASSWORD)
        async with await open_pool(database, most=20) as pool:
            run = Run(database, postgres, client, pool)
            run.supervisor = asyncio.create_task(run.supervise())
            try:
                yield run
            finally:
                run.supervisor.cancel()
                await asyncio.gather(run.supervisor, *run.killing, return_exceptions=True)
                if run.worker:
                    with suppress(ProcessLookupError):
                        run.worker.kill()
                    await run.worker.wait()
    finally:
        await asyncio.to_thread(temporal.stop)


def planned_kills() -> dict[int, tuple[str, float]]:
    """Whom to kill before which of the commands, and after how long."""
    chance = Random(SEED)
    commands = 2 + 2 * (MANY // CHUNK // 2) + 2 + 3 * (MANY // CHUNK) + 8
    victims = ["worker"] * WORKER_KILLS + ["PostgreSQL"] * DATABASE_KILLS
    chance.shuffle(victims)
    moments = sorted(chance.sample(range(2, commands), len(victims)))
    return {moment: (victim, chance.uniform(0, 0.3)) for moment, victim in zip(moments, victims, strict=True)}


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that keeps what it has committed when it is killed."""
    server = EmbeddedPostgres(tmp_path / "durable")
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.remove()


@pytest.mark.timeout(180 + 6 * MANY)
async def test_a_quarter_under_kills_comes_to_exactly_what_it_comes_to_in_peace(
    durable: EmbeddedPostgres, tmp_path: Path
) -> None:
    began = time.monotonic()
    await prepare(durable.dsn(), PASSWORD)
    async with await open_pool(durable.dsn(PROGRAM, DATABASE, PASSWORD)) as pool:
        await all_applied(pool)
    admin = await asyncpg.connect(durable.dsn())
    await admin.execute(f"alter database {DATABASE} rename to applied")
    await admin.close()
    print(f"{MANY} applications prepared in {time.monotonic() - began:.0f} s")  # noqa: T201
    came_to = {}
    for name in ("in_peace", "under_kills"):
        began = time.monotonic()
        async with running(durable, tmp_path, name) as run:
            if name == "under_kills":
                run.kills, run.dies_at = planned_kills(), set(DIES_AT)
            await run.quarter()
            await run.must_be_sound()
            came_to[name] = await run.came_to()
        print(f"{name}: {dict(run.happened)} in {time.monotonic() - began:.0f} s")  # noqa: T201
    assert came_to["under_kills"] == came_to["in_peace"]
    kills = WORKER_KILLS + DATABASE_KILLS
    assert run.happened["worker killed"] + run.happened["PostgreSQL killed"] >= kills
    assert run.happened["killed between commit and report"] == len(DIES_AT)
