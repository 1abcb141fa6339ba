"""How long a plan of many applications takes, prepared, signed and paid: in the database, and in all.

`make bench`, or `FIRSTCOVER_PLAN=100000 python -m benchmarks.plan`. Measured for 100,000, in seconds of the database's
processor: 1.6 to 2.3 to prepare; 4.6 to 6.1 for the third signature, which commits the money of every line, settles
every application and orders a command for every case; 3.2 to 4.4 for the payment of what the budget held (article 13).
On a busy machine each takes several times as long by the clock. The reviewed round, of 3,000 enterprises and 60
insurers, is written straight into a fresh database; the acts are the record's own.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
import psutil

from activities.contracts import Attempt, Command
from activities.record import Record
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import Pool, open_pool
from runtime.logging import set_up_logging
from service.session import now

MANY, PASSWORD = int(os.environ.get("FIRSTCOVER_PLAN", "20000")), "bench"
QUARTER, YEAR, BUDGET = "2026Q1", 2026, "900000000.00"
ROUND = f"round:dalian:{QUARTER}"
#: Every fiftieth application is refused by one office, and of every fiftieth one office says nothing.
REVIEWED = """
set session_replication_role = replica;
insert into office (code, kind, name_zh, name_en, district)
    select 'E' || n, 'enterprise', 'E' || n, 'E' || n, 'ganjingzi' from generate_series(1, 3000) n
    union all select 'I' || n, 'insurer', 'I' || n, 'I' || n, null from generate_series(1, 60) n;
create temporary table made as
    select n, 'DL-2026-' || lpad(n::text, 6, '0') as own, 'E' || n % 3000 + 1 as applicant,
        'I' || n % 60 + 1 as insurer,
        timestamp '2026-01-01' + n::bigint * 7919 % 120000 * interval '1 minute' as concluded_at,
        (n::bigint * 104729 % 30000 + 1)::numeric(18, 2) as asked
    from generate_series(1, many) n;
insert into proceeding
    (stream, kind, number, scheme, edition, stage, sequence, closed, enterprise, awaits, file, opened_at, changed_at)
    select 'case:dalian:' || own, 'case', own, 'dalian', edition, 'filed', 1, false, applicant, '{}', '{}',
        opened_at, changed_at
    from made, proceeding r where r.stream = 'the round';
insert into subsidy_application
    (number, stream, scheme, enterprise, insurer, concluded_at, asked, state, round, return_received_at)
    select own || '-1', 'case:dalian:' || own, 'dalian', applicant, insurer, concluded_at, asked, 'filed', 'the round',
        '2026-04-08 10:00' from made;
insert into opinion (application, round, office_kind, officer, approves, reason, asked, concluded_at)
    select own || '-1', 'the round', o.kind, o.officer, n % 50 <> 7 or o.kind <> 'finance', '经查', asked, concluded_at
    from made, (values ('regulator', 'regulator-1'), ('industry_bureau', 'bureau-1'), ('finance', 'finance-1'))
        o (kind, officer)
    where n % 50 <> 8 or o.kind <> 'finance';
set session_replication_role = origin;
analyze;
""".replace("many", str(MANY)).replace("the round", ROUND)


class Measured(NamedTuple):
    """An act: how long its statements ran in the server, what they took of a processor there, and all of it."""

    database_s: float
    database_cpu_s: float
    in_all_s: float


class Round:
    """A quarter's round, written straight into the record over one connection."""

    def __init__(self, pool: Pool, log: Path) -> None:
        self._pool, self._log, self._sequence = pool, log, 0

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None, stream: str = ROUND) -> Measured:
        """Do an act, which the law lets pass, and measure it."""
        sequence = self._sequence if stream == ROUND else 0
        told = {"id": f"{act}-{officer}", "act": act, "officer": officer, "received_at": now(), "data": data or {}}
        backend = psutil.Process(await self._pool.fetchval("select pg_backend_pid()"))
        at, spent, begun = self._log.stat().st_size, sum(backend.cpu_times()[:2]), perf_counter()
        recorded = await Record(self._pool).write(Attempt(command=Command(stream=stream, **told), sequence=sequence))
        took, spent = perf_counter() - begun, sum(backend.cpu_times()[:2]) - spent
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings
        self._sequence += stream == ROUND
        with self._log.open("rb") as log:
            log.seek(at)
            durations = [float(one) / 1000 for one in re.findall(rb"duration: ([0-9.]+) ms", log.read())]
        return Measured(sum(durations), spent, took)


async def run(postgres: EmbeddedPostgres) -> dict[str, Any]:
    await prepare(postgres.dsn(), PASSWORD)
    owner = await asyncpg.connect(postgres.dsn(database=DATABASE))
    await owner.execute(f"alter role {PROGRAM} set log_duration = on")
    async with await open_pool(postgres.dsn(PROGRAM, DATABASE, PASSWORD), most=1) as pool:
        this = Round(pool, postgres.log)
        await this.do("appropriate", "finance-1", {"amount": BUDGET, "document": "bench"}, f"ledger:dalian:{YEAR}")
        await this.do("open", "regulator-1", {"quarter": QUARTER})
        await this.do("close_filing", "regulator-1")
        await owner.execute(REVIEWED, timeout=300)
        await owner.close()
        measured = {"prepare": await this.do("prepare_plan", "regulator-1")}
        for office in ("regulator", "bureau"):
            await this.do("sign_plan", f"{office}-2")
        measured["third_signature"] = await this.do("sign_plan", "finance-2")
        lines = await pool.fetchval("select count(*) from plan_line")
        assert await pool.fetchval("select count(*) from outbox where command ->> 'act' = 'plan'") == lines
        await this.do("order_payment", "finance-1")
        ordered = await pool.fetchval("select file #> '{facts,order}' from proceeding where stream = $1", ROUND)
        vouchers = {"vouchers": {insurer: f"PZ-{insurer}" for insurer in ordered}}
        measured["payment"] = await this.do("pay", "finance-2", vouchers)
        paid = await pool.fetchval("select count(*) from ledger_entry where kind = 'payment'")
    told = {act: {part: round(figure, 2) for part, figure in one._asdict().items()} for act, one in measured.items()}
    return {"applications": MANY, "lines": lines, "paid": paid, **told}


def main() -> None:
    """Start a server on a folder of its own, measure, and print one line of JSON."""
    set_up_logging("json", logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as postgres:
        print(json.dumps(asyncio.run(run(postgres))))


if __name__ == "__main__":
    main()
