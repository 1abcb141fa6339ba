"""What an act costs: a case's acts against bare updates of an empty workflow, on the same servers in the same run.

`make bench`. Ratios are what to quote: this machine's own speed divides out of them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from db.embedded import EmbeddedPostgres
    from db.migrate import DATABASE, PROGRAM, prepare
    from db.pool import Pool, open_pool
    from runtime.logging import set_up_logging
    from runtime.temporal_server import TemporalServer
    from service.sample_forms import SampleForms
    from service.session import Session, now
    from worker.build import build_worker

CASES, IN_FLIGHT = 40, 4
#: Six acts, one at a time, that bring a submission to its publication.
ACTS = (
    ("confirm", "ganjingzi-1"),
    ("receive", "bureau-1"),
    ("entrust", "bureau-1"),
    ("assess", "assessor-a-1"),
    ("propose", "bureau-1"),
    ("publish", "bureau-2"),
)


#: Lives one workflow through, adding the seconds of each of its updates to a list.
Lifecycle = Callable[[int, list[float]], Awaitable[None]]


@workflow.defn
class Bare:
    """Takes as many updates as a case takes acts, and ends: the floor under any design of this kind."""

    def __init__(self) -> None:
        self._taken = 0

    @workflow.run
    async def run(self, updates: int) -> None:
        await workflow.wait_condition(lambda: self._taken == updates)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def take(self, said: dict[str, Any]) -> dict[str, Any]:
        self._taken += 1
        return said


@dataclass
class Measured:
    """Seconds of each update as its caller saw them, and of the processors over the whole run."""

    each: list[float]
    worker_and_temporal: float
    postgresql: float


async def measure(lifecycle: Lifecycle, watched: dict[str, psutil.Process]) -> Measured:
    each: list[float] = []
    before = {name: _processor(process) for name, process in watched.items()}
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def one(serial: int) -> None:
        async with gate:
            await lifecycle(serial, each)

    await asyncio.gather(*(one(serial) for serial in range(CASES)))
    spent = {name: _processor(process) - before[name] for name, process in watched.items()}
    return Measured(each, spent["worker"] + spent["temporal"], spent["postgresql"])


def _processor(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)] if process.pid != os.getpid() else [process]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def bare(client: Client, queue: str) -> Lifecycle:
    async def lifecycle(serial: int, each: list[float]) -> None:
        handle = await client.start_workflow(Bare.run, len(ACTS), id=f"bare-{uuid4()}", task_queue=queue)
        said = SampleForms.at(now(), serial + 1).submission()
        for _ in ACTS:
            began = time.perf_counter()
            await handle.execute_update(Bare.take, said)
            each.append(time.perf_counter() - began)
        await handle.result()

    return lifecycle


def cases(client: Client, pool: Pool, queue: str) -> Lifecycle:
    session, serials = Session(pool, client, queue), count(1)

    async def lifecycle(serial: int, each: list[float]) -> None:
        forms = SampleForms.at(now(), next(serials))
        form = forms.submission()
        answer = await session.open("case:dalian:new", "submit", forms.enterprise, form, None)
        for act, officer in ACTS:
            began = time.perf_counter()
            await session.act(answer.stream, act, officer, forms.of(act), None)
            each.append(time.perf_counter() - began)

    return lifecycle


async def run(postgres: EmbeddedPostgres, temporal: TemporalServer) -> dict[str, Any]:
    await prepare(postgres.dsn(), "bench")
    client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
    assert temporal.child is not None
    watched = {
        "worker": psutil.Process(),
        "temporal": psutil.Process(temporal.child.id.pid),
        "postgresql": psutil.Process(postgres.pid),
    }
    queue = f"bench-{uuid4()}"
    async with (
        await open_pool(postgres.dsn(PROGRAM, DATABASE, "bench")) as pool,
        Worker(client, task_queue=f"{queue}-bare", workflows=[Bare]),
        build_worker(client, pool, queue),
    ):
        floor_of, act_of = bare(client, f"{queue}-bare"), cases(client, pool, queue)
        await asyncio.gather(floor_of(0, []), act_of(0, []))
        floor, acts = await measure(floor_of, watched), await measure(act_of, watched)
    medians = statistics.median(floor.each), statistics.median(acts.each)
    return {
        "acts": len(acts.each),
        "bare_update_ms": round(medians[0] * 1000, 2),
        "act_ms": round(medians[1] * 1000, 2),
        "latency_ratio": round(medians[1] / medians[0], 2),
        "cpu_ratio_worker_and_temporal": round(acts.worker_and_temporal / floor.worker_and_temporal, 2),
        "postgresql_cpu_ms_an_act": round(acts.postgresql * 1000 / len(acts.each), 2),
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
            print(json.dumps(asyncio.run(run(postgres, temporal))))


if __name__ == "__main__":
    main()
