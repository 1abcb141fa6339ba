"""What a round's acts cost as it fills: 20,000 applications of 40 insurers filed, and reviewed by three offices.

`make bench`. The claims: no event of a round grows with the round, and no act of it takes longer for what was done
before (article 13). The cases are copies, made in the database, of one case that was played through the record; the
acts are written straight into the record, without a workflow. The next round then takes them all up, as if every one
had been held.
"""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

import asyncpg

from activities.contracts import Attempt, Command
from activities.record import Record
from benchmarks.returns import COPIED, PROCEEDINGS, one_case
from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import Pool, open_pool
from rules.schemes.dalian_quarter import quarter_after
from rules.schemes.dalian_round_forms import MOST_AT_ONCE
from runtime.logging import set_up_logging
from service.sample_forms import SampleForms
from service.session import now
from starters.story import quarter_of

MANY, INSURERS, PASSWORD = 20_000, 40, "bench"
JOINT = ("regulator-1", "bureau-1", "finance-1")
OFFICES = """
insert into office (code, kind, name_zh, name_en)
select 'i' || n, 'insurer', '机构' || n, 'Insurer ' || n from generate_series(0, $1 - 1) n;
insert into officer (code, name, office, since)
select 'i' || n || '-1', '经办', 'i' || n, '2026-01-01' from generate_series(0, $1 - 1) n
"""
APPLICATIONS = """
insert into subsidy_application (number, stream, scheme, enterprise, insurer, concluded_at, asked, state)
select c.own || '-1', 'case:dalian:' || c.own, a.scheme, a.enterprise, 'i' || n % $1,
    a.concluded_at - n * interval '1 minute', a.asked, a.state
from copied c join subsidy_application a on a.stream = c.stream
"""
_names = count(1)


async def many_cases(owner: str, stream: str) -> None:
    connection = await asyncpg.connect(owner)
    await connection.execute(OFFICES.replace("$1", str(INSURERS)))
    await connection.execute(COPIED.replace("$1", str(MANY)).replace("$2", f"'{stream}'"))
    await connection.execute(PROCEEDINGS)
    await connection.execute(APPLICATIONS.replace("$1", str(INSURERS)))
    await connection.execute("analyze proceeding, subsidy_application")
    await connection.close()


class Acts:
    """The acts of one kind in one round: how long each took, and how large its event is."""

    def __init__(self, pool: Pool, quarter: str, act: str) -> None:
        self._pool, self._stream, self._act = pool, f"round:dalian:{quarter}", act
        self.seconds: list[float] = []

    async def do(self, officer: str, data: dict[str, Any]) -> None:
        reached = "select sequence from proceeding where stream = $1"
        sequence = await self._pool.fetchval(reached, self._stream) or 0
        about = {"stream": self._stream, "act": self._act, "officer": officer, "received_at": now(), "data": data}
        command = Command(id=f"bench-{next(_names)}", **about)
        begun = perf_counter()
        recorded = await Record(self._pool).write(Attempt(command=command, sequence=sequence))
        self.seconds.append(perf_counter() - begun)
        assert recorded.answer
        assert recorded.answer.event.passed, recorded.answer.event.findings

    async def told(self) -> dict[str, Any]:
        asked = "select octet_length(body) as size from event where stream = $1 and act = $2 order by sequence"
        sizes = [row["size"] for row in await self._pool.fetch(asked, self._stream, self._act)]
        part = max(len(sizes) // 4, 1)
        return {
            "acts": len(sizes),
            "kb_first": round(sizes[0] / 1000, 1),
            "kb_most": round(max(sizes) / 1000, 1),
            "s_first_quarter": round(fmean(self.seconds[:part]), 3),
            "s_last_quarter": round(fmean(self.seconds[-part:]), 3),
            "s_most": round(max(self.seconds), 3),
        }


def parts(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), MOST_AT_ONCE):
        yield numbers[start : start + MOST_AT_ONCE]


async def run(postgres: EmbeddedPostgres) -> dict[str, Any]:
    await prepare(postgres.dsn(), PASSWORD)
    forms, quarter = SampleForms.at(now(), 1), quarter_of(now())
    async with await open_pool(postgres.dsn(PROGRAM, DATABASE, PASSWORD)) as pool:
        await many_cases(postgres.dsn(database=DATABASE), await one_case(pool))
        told = await one_round(pool, forms, quarter)
        owner = await asyncpg.connect(postgres.dsn(database=DATABASE))
        await owner.execute("update proceeding set closed = true where stream = $1", f"round:dalian:{quarter}")
        await owner.close()
        return {"applications": MANY, "insurers": INSURERS, **told, **await taken_up(pool, quarter_after(quarter))}


async def one_round(pool: Pool, forms: SampleForms, quarter: str) -> dict[str, Any]:
    """File in acts of each insurer, close, and review in acts of each office."""
    await Acts(pool, quarter, "open").do("regulator-1", {"quarter": quarter})
    filing, closing = Acts(pool, quarter, "file_return"), Acts(pool, quarter, "close_filing")
    asked = "select number from subsidy_application where insurer = $1 order by number"
    for insurer in (f"i{n}" for n in range(INSURERS)):
        for some in parts([row["number"] for row in await pool.fetch(asked, insurer)]):
            await filing.do(f"{insurer}-1", forms.quarterly_return(*some))
    await closing.do("regulator-1", {})
    reviewing = Acts(pool, quarter, "review")
    asked = "select number, asked, concluded_at from subsidy_application where state = 'filed' order by number"
    before = {
        row["number"]: {"asked": str(row["asked"]), "concluded_at": f"{row['concluded_at']:%Y-%m-%dT%H:%M}"}
        for row in await pool.fetch(asked)
    }
    for officer in JOINT:
        for some in parts(list(before)):
            await reviewing.do(officer, {"opinions": [
                {"application": number, "approves": True, "reason": "材料齐全", **before[number]} for number in some
            ]})  # fmt: skip
    return {"file_return": await filing.told(), "close_filing": await closing.told(), "review": await reviewing.told()}


async def taken_up(pool: Pool, quarter: str) -> dict[str, Any]:
    """Close the filing of the next round, which takes up all that the first one held."""
    await Acts(pool, quarter, "open").do("regulator-1", {"quarter": quarter})
    closing = Acts(pool, quarter, "close_filing")
    await closing.do("regulator-1", {})
    taken = await pool.fetchval("select count(*) from left_over")
    assert taken == MANY, taken
    return {"taken_up": await closing.told()}


def main() -> None:
    """Start a server on a folder of its own, measure, and print one line of JSON."""
    set_up_logging("json", logging.WARNING)
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as postgres:
        print(json.dumps(asyncio.run(run(postgres))))


if __name__ == "__main__":
    main()
