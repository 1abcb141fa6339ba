"""How long an insurer's return of 10,000 rows takes: template, check, filing with its acts, summary printed.

`make bench`. The claim: 10,000 rows are filed in under thirty seconds (article 13). The cases are copies, made in the
database, of one case that was played through the record; the filing is what its user runs, worker and workflow
included. The relay, which afterwards tells each case, is not.
"""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import asyncpg
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.contracts import Attempt, Command
from activities.record import Record
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import Pool, open_pool
from runtime.logging import set_up_logging
from runtime.temporal_server import TemporalServer
from service.sample_forms import SampleForms
from service.session import Session, now
from starters import returns
from starters.story import quarter_of
from worker.build import build_worker

MANY, OFFICER, PASSWORD = 10_000, "insurer-a-1", "bench"
#: What brings a submission to its application for the subsidy.
ACTS = (
    ("confirm", "ganjingzi-1"),
    ("receive", "bureau-1"),
    ("entrust", "bureau-1"),
    ("assess", "assessor-a-1"),
    ("propose", "bureau-1"),
    ("publish", "bureau-2"),
    ("record_delivery", ""),
    ("insure", OFFICER),
    ("apply", ""),
)
#: 10,000 insured cases are 10,000 files: each with its own number, enterprise and policy.
COPIED = """
create temporary table copied as
    select p.*, n, regexp_replace(p.number, '[0-9]{6}$', '') || lpad((100000 + n)::text, 6, '0') as own
    from proceeding p, generate_series(1, $1) n where p.stream = $2
"""
PROCEEDINGS = """
insert into proceeding (stream, kind, number, scheme, edition, stage, sequence, closed, enterprise, district,
    product_key, awaits, file, opened_at, changed_at)
select 'case:dalian:' || own, kind, own, scheme, edition, stage, sequence, closed, enterprise, district,
    product_key || n, awaits, replace(file::text, number, own)::jsonb, opened_at, changed_at from copied
"""
APPLICATIONS = """
insert into subsidy_application (number, stream, scheme, enterprise, insurer, concluded_at, asked, state)
select c.own || '-1', 'case:dalian:' || c.own, a.scheme, a.enterprise, a.insurer,
    a.concluded_at - n * interval '1 second', a.asked, a.state
from copied c join subsidy_application a on a.stream = c.stream
"""


async def one_case(pool: Pool) -> str:
    """Play a case through the record to its application."""
    record, forms = Record(pool), SampleForms.at(now(), 1)
    form = forms.submission()
    submitted = Command(
        id="0", stream="case:dalian:new", act="submit", officer=forms.enterprise, received_at=now(), data=form
    )
    stream = (await record.open(submitted)).stream
    for sequence, (act, officer) in enumerate(ACTS, 1):
        told = {"act": act, "officer": officer or forms.enterprise, "received_at": now(), "data": forms.of(act)}
        recorded = await record.write(
            Attempt(command=Command(id=f"{sequence}", stream=stream, **told), sequence=sequence)
        )
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings
    return stream


async def many_cases(owner: str, stream: str) -> None:
    connection = await asyncpg.connect(owner)
    await connection.execute(COPIED.replace("$1", str(MANY - 1)).replace("$2", f"'{stream}'"))
    await connection.execute(PROCEEDINGS)
    await connection.execute(APPLICATIONS)
    await connection.execute("analyze")
    await connection.close()


async def timed(work: Any, *words: Any, **more: Any) -> tuple[float, str]:
    """Run a command as its user does, in a thread of its own, and return the seconds and what it said."""

    def run() -> str:
        said = StringIO()
        with redirect_stdout(said), redirect_stderr(StringIO()), patch("service.session.set_up_logging"):
            work(*words, **more)
        return said.getvalue()

    begun = perf_counter()
    said = await asyncio.to_thread(run)
    return round(perf_counter() - begun, 2), said


async def run(postgres: EmbeddedPostgres, temporal: TemporalServer, folder: Path) -> dict[str, Any]:
    await prepare(postgres.dsn(), PASSWORD)
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    queue, url = f"bench-{uuid4()}", postgres.dsn(PROGRAM, DATABASE, PASSWORD)
    environment = {
        "FIRSTCOVER_DATABASE_URL": url,
        "FIRSTCOVER_TASK_QUEUE": queue,
        "TEMPORAL_ADDRESS": temporal.address,
        "TEMPORAL_NAMESPACE": client.namespace,
    }
    quarter, file, pdf = quarter_of(now()), folder / "return.xlsx", folder / "summary.pdf"
    async with await open_pool(url) as pool, build_worker(client, pool, queue):
        await many_cases(postgres.dsn(database=DATABASE), await one_case(pool))
        session = Session(pool, client, queue)
        await session.open(f"round:dalian:{quarter}", "open", "regulator-1", {"quarter": quarter}, None)
        with patch.dict("os.environ", environment):
            template, _ = await timed(returns.template, quarter, file, OFFICER)
            checked, _ = await timed(returns.check_, quarter, str(file), OFFICER)
            filed, said = await timed(returns.file_, quarter, str(file), OFFICER, as_json=True)
            again, said_again = await timed(returns.file_, quarter, str(file), OFFICER, as_json=True)
            printed, _ = await timed(returns.print_, quarter, str(file), OFFICER, pdf)
        told = await pool.fetchval("select count(*) from outbox where command ->> 'act' = 'file'")
    first, second = json.loads(said), json.loads(said_again)
    assert (first["filed"], second["already_filed"], told) == (MANY, MANY, MANY)
    return {
        "rows": MANY,
        "template_s": template,
        "check_s": checked,
        "file_s": filed,
        "file_again_s": again,
        "print_s": printed,
        "file_kb": file.stat().st_size // 1024,
    }


def main() -> None:
    """Start both servers on a folder of their own, measure, and print one line of JSON."""
    set_up_logging("json", logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with (
            EmbeddedPostgres(data / "postgres", durable=False) as postgres,
            TemporalServer(data, headless=True) as temporal,
        ):
            print(json.dumps(asyncio.run(run(postgres, temporal, data))))


if __name__ == "__main__":
    main()
