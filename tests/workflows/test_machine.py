"""A case in the hands of chance: random acts, officers, days, repeats and races, kill -9 and outages, on real servers.

Whatever happens, the history stays gapless and chained, the proceeding the fold of its events, no act is lost or
doubled, and the case goes on. `FIRSTCOVER_MACHINE_RUNS` runs it longer than the tests do.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from activities.contracts import Answer
from rules.procedures import PROCEDURES
from runtime.errors import BadInput, Refused, Unreachable
from starters.audit import verified
from tests.gate import Gate
from tests.hands import Hands

RUNS = int(os.environ.get("FIRSTCOVER_MACHINE_RUNS", "4"))
STEPS = 25
CASE = PROCEDURES["case", "dalian"]
OFFICERS = {
    "district": ("ganjingzi-1", "ganjingzi-2", "xigang-1"),
    "industry_bureau": ("bureau-1", "bureau-2"),
    "assessor": ("assessor-a-1", "assessor-b-1"),
    "insurer": ("insurer-a-1", "insurer-b-1"),
    "enterprise": (None,),
}
#: The act that takes a case on from each stage, and who does it.
NEXT = {
    "district_review": ("confirm", "ganjingzi-1"),
    "correction": ("correct", None),
    "confirmed": ("receive", "bureau-1"),
    "received": ("entrust", "bureau-1"),
    "assessment": ("assess", "assessor-a-1"),
    "assessment_correction": ("supplement", None),
    "assessed": ("propose", "bureau-1"),
    "proposed": ("publish", "bureau-2"),
    "recognised": ("record_delivery", None),
    "insured": ("apply", None),
    "applied": ("withdraw", None),
}
#: Acts that end a case early are left to the end, so that cases live long enough to suffer.
ENDING = {"refuse", "reject", "withdraw", "revoke"}


class WorkerProcess:
    """A worker as a process of its own, which can be killed, and which its supervisor starts again whenever it ends."""

    def __init__(self, hands: Hands, database: str) -> None:
        client = hands.session.client
        self._named = os.environ | {
            "FIRSTCOVER_DATABASE_URL": database,
            "FIRSTCOVER_TASK_QUEUE": hands.session.task_queue,
            "TEMPORAL_ADDRESS": client.service_client.config.target_host,
            "TEMPORAL_NAMESPACE": client.namespace,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor = asyncio.create_task(self._supervise())

    async def _supervise(self) -> None:
        quiet, command = asyncio.subprocess.DEVNULL, (sys.executable, "-m", "worker")
        while True:
            self._process = await asyncio.create_subprocess_exec(*command, env=self._named, stdout=quiet, stderr=quiet)
            await self._process.wait()

    def kill(self) -> None:
        """Kill it with kill -9, if it is there."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> None:
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self.kill()
        if self._process is not None:
            await self._process.wait()


@dataclass
class Suffering:
    """One case, its worker and its database, and all that was ordered in it."""

    hands: Hands
    worker: WorkerProcess
    gate: Gate
    chance: random.Random
    answered: dict[str, Answer] = field(default_factory=dict)
    ordered: dict[str, tuple[str, str | None, dict[str, Any]]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    async def live(self, steps: int) -> None:
        await self.hands.submit(self.hands.forms.submission(complete=self.chance.random() < 0.8))
        fates = (self.act, self.act, self.act, self.stray, self.repeat, self.race, self.days, self.kill, self.outage)
        weights = (4, 4, 4, 2, 2, 2, 1, 2, 1)
        for _ in range(steps):
            (fate,) = self.chance.choices(fates, weights)
            await fate()
            if (await self.hands.file()).closed:
                break

    async def order(self, act: str, officer: str | None, name: str | None = None) -> Answer | None:
        """Order an act and keep its answer; a refusal or an absent server is an answer too."""
        name = name or str(uuid4())
        _, _, form = self.ordered.setdefault(name, (act, officer, self.hands.forms.of(act)))
        try:
            answer = await self.hands.act(act, officer, form, name)
        except (Refused, BadInput, Unreachable) as told:
            self.happened[type(told).__name__] += 1
            return None
        assert self.answered.setdefault(name, answer) == answer, "the same order was answered in two ways"
        self.happened["done" if answer.event.passed else "refused by the law"] += 1
        return answer

    async def act(self) -> None:
        """The act of some office whose turn it is."""
        stage = (await self.hands.file()).stage
        possible = [a for a in CASE.acts.values() if stage in a.stages and a.by[0] in OFFICERS and a.name not in ENDING]
        if possible:
            act = self.chance.choice(possible)
            await self.order(act.name, self.chance.choice(OFFICERS[act.by[0]]))

    async def stray(self) -> None:
        """Any act by anybody."""
        act = self.chance.choice([act for act in CASE.acts.values() if act is not CASE.opening])
        await self.order(act.name, self.chance.choice(OFFICERS[self.chance.choice(list(OFFICERS))]))

    async def repeat(self) -> None:
        """An order that was given before, once more."""
        if self.ordered:
            name = self.chance.choice(list(self.ordered))
            act, officer, _ = self.ordered[name]
            await self.order(act, officer, name)

    async def race(self) -> None:
        """Three officers at once."""
        await asyncio.gather(self.act(), self.act(), self.stray())

    async def days(self) -> None:
        # The test server's clock, which is experimental, may stand still while an act of a killed worker is pending.
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                await self.hands.pass_days(self.chance.randint(1, 12))
                self.happened["days"] += 1

    async def kill(self) -> None:
        """Kill the worker with kill -9 while an act is under way, and start another."""
        ordered = asyncio.create_task(self.act())
        await asyncio.sleep(self.chance.random() * 0.05)
        self.worker.kill()
        await ordered
        self.happened["kill -9"] += 1

    async def outage(self) -> None:
        """Shut the worker's way to the database while an act is ordered."""
        await self.gate.shut()
        ordered = asyncio.create_task(self.act())
        await asyncio.sleep(self.chance.random() * 2)
        await self.gate.open()
        await ordered
        self.happened["outage"] += 1

    async def must_be_sound(self) -> None:
        """What was answered is in the history, once; what is in the history was ordered; and the case goes on."""
        found = await verified(self.hands.session.pool)
        assert found["ok"], found
        events = await self.hands.events()
        recorded = Counter(event.command_id for event in events)
        assert set(recorded.values()) == {1}
        assert set(self.answered) <= set(recorded)
        by_the_clock = {event.command_id for event in events if event.officer == "clock"}
        assert set(recorded) - by_the_clock - set(self.ordered) <= {events[0].command_id}
        await self.must_go_on()

    async def must_go_on(self) -> None:
        """An open case takes the next act of its straight path, whatever it went through."""
        file = await self.hands.file()
        if file.closed:
            return
        act, officer = NEXT[file.stage]
        if officer == file.done_by.get("propose") and act == "publish":
            officer = "bureau-1"
        answer = await self.hands.act(act, officer)
        assert answer.event.seq == (await self.hands.file()).sequence > file.sequence


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(RUNS))
async def test_a_case_in_the_hands_of_chance_stays_sound(alone: Hands, gate: Gate, seed: int) -> None:
    worker = WorkerProcess(alone, gate.database)
    suffering = Suffering(alone, worker, gate, random.Random(seed))
    try:
        await suffering.live(STEPS)
        await suffering.must_be_sound()
    finally:
        await worker.stop()
        print(seed, dict(suffering.happened))  # noqa: T201 - what was tried, for whoever runs it long
