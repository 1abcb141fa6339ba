"""How long it takes until every case of a quarter is told what was decided: by a worker, Temporal and PostgreSQL.

`make bench`, or `FIRSTCOVER_RELAY=20000 python -m benchmarks.relay`. A return tells every case that it is filed,
which starts the workflows that Temporal does not know; the signed plan then tells each what it was given, and its
payment that it was paid. In the middle of each the worker is killed with kill -9. The claim: each is told once, however
many there are, and an act of a case that has nothing to do with it is answered meanwhile (article 13). The cases are
copies, made in the database, of one case that was played through the record.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.contracts import Attempt, Command
from activities.record import Record
from benchmarks.returns import OFFICER, PASSWORD, one_case
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import Pool, open_pool
from rules.schemes.dalian_quarter import fiscal_year_of
from rules.schemes.dalian_round_forms import MOST_AT_ONCE
from runtime.errors import Unreachable
from runtime.logging import set_up_logging
from runtime.temporal_server import TemporalServer
from service.sample_forms import SampleForms
from service.session import Session, now
from starters.story import quarter_of

MANY, AT_ONCE = int(os.environ.get("FIRSTCOVER_RELAY", "1000")), MOST_AT_ONCE
#: The first of the cases that no round tells anything: of other enterprises than those that it does.
_SERIALS = count(500_000)
#: Each copy is the case of another enterprise: a cap would leave most of one enterprise's cases nothing to be told.
COPIED = """
create temporary table copied as
    select n, regexp_replace(p.number, '[0-9]{{6}}$', '') || lpad((100000 + n)::text, 6, '0') as own,
        p.number, p.stream, p.enterprise, '91210211MA' || lpad(n::text, 7, '0') || 'X' as applicant
    from proceeding p, generate_series(1, {many}) n where p.stream = '{stream}'
"""
ROWS = """
insert into {table} ({said}) select {said} from (
    select r.* from copied c join {table} t on {of} cross join jsonb_populate_record(null::{table}, replace(
        replace((to_jsonb(t) || jsonb_build_object({own}))::text, c.number, c.own), c.enterprise, applicant
    )::jsonb) r
) copies
"""
#: The columns of a table that are not worked out of others.
SAID = """
select string_agg(quote_ident(attname), ', ') from pg_attribute
where attrelid = $1::text::regclass and attnum > 0 and not attisdropped and attgenerated = ''
"""
#: The last event of each copy, so that the next one follows it; what came before is not asked for.
EVENTS = """
insert into event (stream, sequence, command_id, body, previous, hash)
select replace(c.stream, c.number, c.own), e.sequence, e.command_id || '-' || c.own, b.body, e.previous,
    sha256(e.previous || convert_to(b.body, 'UTF8'))
from copied c join event e using (stream)
cross join replace(replace(e.body, c.number, c.own), c.enterprise, c.applicant) b (body)
where e.sequence = (select max(sequence) from event l where l.stream = e.stream)
"""


async def many_cases(owner: str, stream: str) -> None:
    connection = await asyncpg.connect(owner)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(COPIED.format(many=MANY - 1, stream=stream))
    for table, of, own in (
        ("office", "t.code = c.enterprise", ""),
        ("proceeding", "t.stream = c.stream", "'product_key', c.own"),
        ("subsidy_application", "t.stream = c.stream", ""),
    ):
        said = await connection.fetchval(SAID, table)
        await connection.execute(ROWS.format(table=table, said=said, of=of, own=own))
    await connection.execute(EVENTS)
    await connection.execute("analyze")
    await connection.close()


class Round:
    """A quarter's round, written straight into the record."""

    def __init__(self, pool: Pool, forms: SampleForms) -> None:
        self._pool, self._forms, self.quarter = pool, forms, quarter_of(now())
        self.stream, self._sequence = f"round:dalian:{self.quarter}", 0

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None, stream: str | None = None) -> None:
        command = Command(
            id=str(uuid4()), stream=stream or self.stream, act=act, officer=officer, received_at=now(), data=data or {}
        )
        recorded = await Record(self._pool).write(Attempt(command=command, sequence=0 if stream else self._sequence))
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings
        self._sequence += 0 if stream else 1

    async def filed(self) -> None:
        """Open the year and the round, and file every application."""
        year = fiscal_year_of(int(self.quarter[:4]), int(self.quarter[5]))
        money = {"amount": "100000000000.00", "document": "bench"}
        await self.do("appropriate", "finance-1", money, f"ledger:dalian:{year}")
        await self.do("open", "regulator-1", {"quarter": self.quarter})
        for some in await self._applications():
            await self.do("file_return", OFFICER, self._forms.quarterly_return(*some))

    async def signed(self) -> None:
        """Let three offices approve every application, and sign the plan."""
        await self.do("close_filing", "regulator-1")
        for office in ("regulator", "bureau", "finance"):
            for some in await self._applications():
                await self.do("review", f"{office}-1", self._forms.review(*some))
        await self.do("prepare_plan", "regulator-1")
        for office in ("regulator", "bureau", "finance"):
            await self.do("sign_plan", f"{office}-2")

    async def paid(self) -> float:
        """Order and confirm the payment of every line; return how many seconds confirming it took."""
        await self.do("order_payment", "finance-1")
        asked = "select file #> '{facts,order}' from proceeding where stream = $1"
        vouchers = {insurer: f"PZ-{insurer}" for insurer in await self._pool.fetchval(asked, self.stream)}
        begun = perf_counter()
        await self.do("pay", "finance-2", {"vouchers": vouchers})
        return perf_counter() - begun

    async def _applications(self) -> list[list[str]]:
        rows = [row["number"] for row in await self._pool.fetch("select number from subsidy_application order by 1")]
        return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


class WorkerProcess:
    """A worker as a process of its own."""

    def __init__(self, named: dict[str, str]) -> None:
        self._named = os.environ | named

    @property
    def spent(self) -> float:
        """Seconds of the processor, so far."""
        return sum(psutil.Process(self._process.pid).cpu_times()[:2])

    async def start(self) -> None:
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", env=self._named, stdout=quiet, stderr=quiet
        )

    def must_run(self) -> None:
        assert self._process.returncode is None, "the worker ended by itself"

    async def kill(self) -> None:
        self._process.kill()
        await self._process.wait()


class Bystander:
    """Officers of cases that no round tells anything: how long each of their acts takes meanwhile."""

    def __init__(self, session: Session) -> None:
        self._session, self.seconds = session, list[float]()

    async def act(self) -> None:
        """Submit a case and confirm it, one after the other, until cancelled; a killed worker answers nobody."""
        for serial in _SERIALS:
            forms = SampleForms.at(now(), serial)
            opened = await self._session.open("case:dalian:new", "submit", forms.enterprise, forms.submission(), None)
            begun = perf_counter()
            with suppress(Unreachable):
                await self._session.act(opened.stream, "confirm", "ganjingzi-1", forms.of("confirm"), None)
                self.seconds.append(perf_counter() - begun)
            await asyncio.sleep(1)


async def told(pool: Pool, act: str) -> int:
    asked = "select count(*) from outbox where done and command ->> 'act' = $1 and command ->> 'officer' like 'round:%'"
    return int(await pool.fetchval(asked, act))


async def until(pool: Pool, worker: WorkerProcess, act: str, many: int) -> None:
    while await told(pool, act) < many:
        worker.must_run()
        await asyncio.sleep(0.5)


async def measure(pool: Pool, worker: WorkerProcess, session: Session, act: str) -> dict[str, Any]:
    """Tell every case, killing the worker in the middle; each is told once, and others act meanwhile."""
    begun, bystander = perf_counter(), Bystander(session)
    await worker.start()
    acting = asyncio.create_task(bystander.act())
    await until(pool, worker, act, MANY // 2)
    await worker.kill()
    at_the_kill = await told(pool, act)
    await worker.start()
    await until(pool, worker, act, MANY)
    took, spent = perf_counter() - begun, worker.spent
    acting.cancel()
    await asyncio.gather(acting, return_exceptions=True)
    await worker.kill()
    often = "select count(*), count(distinct stream) from event where act = $1 and passed and officer like 'round:%'"
    assert tuple(await pool.fetchrow(often, act) or ()) == (MANY, MANY)
    measured = {
        f"{act}_s": round(took, 1),
        f"{act}_a_second": round(MANY / took, 1),
        f"{act}_at_the_kill": at_the_kill,
        f"{act}_worker_cpu_ms": round(spent * 1000 / (MANY - at_the_kill), 1),
        f"{act}_another_case_s": round(median(bystander.seconds), 2),
        f"{act}_another_case_s_most": round(max(bystander.seconds), 2),
    }
    # Of many cases each of the three takes most of an hour.
    print(json.dumps(measured), file=sys.stderr, flush=True)
    return measured


async def run(postgres: EmbeddedPostgres, temporal: TemporalServer) -> dict[str, Any]:
    await prepare(postgres.dsn(), PASSWORD)
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    url, queue = postgres.dsn(PROGRAM, DATABASE, PASSWORD), f"bench-{uuid4()}"
    worker = WorkerProcess(
        {
            "FIRSTCOVER_DATABASE_URL": url,
            "FIRSTCOVER_TASK_QUEUE": queue,
            "TEMPORAL_ADDRESS": temporal.address,
            "TEMPORAL_NAMESPACE": client.namespace,
        }
    )
    async with await open_pool(url) as pool:
        await many_cases(postgres.dsn(database=DATABASE), await one_case(pool))
        await pool.execute("update outbox set done = true")
        session, this = Session(pool, client, queue), Round(pool, SampleForms.at(now(), 1))
        await this.filed()
        # The round is written to the record beside its workflow, which has taken all of it.
        taken = "update outbox set done = true where stream = $1"
        await pool.execute(taken, this.stream)
        filed = await measure(pool, worker, session, "file")
        begun = perf_counter()
        await this.signed()
        signed = perf_counter() - begun
        await pool.execute(taken, this.stream)
        planned = await measure(pool, worker, session, "plan")
        confirmed = await this.paid()
        await pool.execute(taken, this.stream)
        paid = await measure(pool, worker, session, "pay")
    told = {"reviewed_and_signed_s": round(signed, 1), **planned, "pay_confirmed_s": round(confirmed, 2), **paid}
    return {"cases": MANY, **filed, **told}


def main() -> None:
    """Start both servers on a folder of their own, measure, and print one line of JSON."""
    set_up_logging("json", logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with (
            EmbeddedPostgres(data / "postgres", durable=False) as postgres,
            TemporalServer(data, headless=True) as temporal,
        ):
            print(json.dumps(asyncio.run(run(postgres, temporal))))


if __name__ == "__main__":
    main()
