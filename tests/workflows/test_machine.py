"""Two cases and their quarter in the hands of chance: random acts, officers, days, repeats and races, kill -9, outages.

On real servers and a real worker process. Whatever happens, each history stays gapless and chained, each proceeding
the fold of its events, no act and no yuan is lost or doubled, and every workflow goes on.
`FIRSTCOVER_MACHINE_RUNS` says how many lives are tried, and makes the long outage a minute.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from activities.contracts import Answer
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_quarter import fiscal_year_of
from runtime.errors import BadInput, Refused, Unreachable
from service.auditing import verified
from service.showing import file_of
from tests.db.invariants import broken
from tests.gate import Gate
from tests.hands import Clock, Hands
from tests.model import Transition, model
from worker.relay import Relay

T = TypeVar("T")

LONG = "FIRSTCOVER_MACHINE_RUNS" in os.environ
LIVES, STEPS = int(os.environ.get("FIRSTCOVER_MACHINE_RUNS", "3")), 20 if LONG else 12
#: The longest outage tried, in seconds: more than an officer's patience, and a minute where there is time.
LONGEST_OUTAGE = 60 if LONG else 6
SETTINGS = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    # The same lives every time in `make test`; a long run looks for others.
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

#: Who acts for each office; the second approves what the first prepared, the others have no business here.
OFFICERS = {
    "district": ("ganjingzi-1", "ganjingzi-2"),
    "industry_bureau": ("bureau-1", "bureau-2"),
    "assessor": ("assessor-a-1", "assessor-a-2"),
    "insurer": ("insurer-a-1", "insurer-a-2"),
    "regulator": ("regulator-1", "regulator-2"),
    "finance": ("finance-1", "finance-2"),
}
ANYBODY = (*(officer for pair in OFFICERS.values() for officer in pair), "xigang-1", "assessor-b-1", "insurer-b-1", "")
#: The act that takes a case on from each stage; at a stage without one it waits for its round.
NEXT = {
    "district_review": "confirm",
    "correction": "correct",
    "confirmed": "receive",
    "received": "entrust",
    "assessment": "assess",
    "assessment_correction": "supplement",
    "assessed": "propose",
    "proposed": "publish",
    "insured": "apply",
    "concluded": "endorse",
    "in_force": "endorse",
}
#: Acts that end a case early are mostly left alone, so that cases live long enough to suffer.
ENDING = {"refuse", "reject", "withdraw", "revoke", "supersede", "cancel", "rescind"}
ENDS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM)
JOINT = ("regulator", "industry_bureau", "finance")
FIRST, SECOND, ROUND, FIRST_POLICY, SECOND_POLICY = range(5)

# Whether every event of some streams follows the one before it, and the projection stands where its events end.
SOUND = """
    select stream, count(*) as events, max(sequence) as last, bool_and(previous = follows) as chained,
        (select sequence from proceeding p where p.stream = e.stream) as stands_at
    from (select *, lag(hash, 1, ''::bytea) over (partition by stream order by sequence) as follows from event) e
    where stream = any ($1) group by stream
"""
# What one proceeding ordered in another and no workflow has taken.
ORDERS_WAITING = """select command_id, last_error from outbox
    where stream = any ($1) and not done and command ->> 'officer' like '%:%:%'"""
TWICE = """select application, kind from ledger_entry where stream = $1 and kind <> 'appropriation'
    group by application, kind having count(*) > 1"""


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

    def end(self, how: signal.Signals) -> None:
        """End it, if it is there: kill -9, or the way an installation stops it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(how)

    async def stop(self) -> None:
        self._supervisor.cancel()
        await asyncio.gather(self._supervisor, return_exceptions=True)
        self.end(signal.SIGKILL)
        if self._process is not None:
            await self._process.wait()


#: Quarters that nothing else opens on the servers, the first of them each with a fiscal year of its own.
QUARTERS = (f"{year}Q{quarter}" for quarter in (1, 2, 3) for year in range(2098, 2059, -1))


@dataclass
class Ground:
    """What the lives share: the servers, and the count of what happened in all of them."""

    loop: asyncio.AbstractEventLoop
    hands: Hands
    gate: Gate
    worker: WorkerProcess
    happened: Counter[str] = field(default_factory=Counter)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do a step's work on the servers' loop; Hypothesis waits in its own thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


class Order(NamedTuple):
    """An act as it was ordered, so that it can be ordered again."""

    stream: str
    act: str
    officer: str
    form: dict[str, Any]


@dataclass
class Life:
    """Two cases of two enterprises, their policies, the round they meet in, and all that was ordered in them."""

    ground: Ground
    cases: tuple[Hands, Hands]
    round: Stream
    #: Whether the first payment ordered fails.
    bank_fails: bool = False
    answered: dict[str, Answer] = field(default_factory=dict)
    ordered: dict[str, Order] = field(default_factory=dict)

    @classmethod
    async def begun(cls, ground: Ground, complete: bool, acts: tuple[int, int]) -> Life:
        """Open the quarter and its year, submit two products, and do so many acts of each straight path."""
        clock, quarter = Clock(), next(QUARTERS)
        session = replace(ground.hands.session, clock=clock)
        cases = tuple(Hands(session, clock, ground.hands.skipping, lambda: quarter) for _ in range(2))
        life = cls(ground, (cases[0], cases[1]), Stream("round", "dalian", quarter))
        year = fiscal_year_of(int(quarter[:4]), int(quarter[5]))
        # The first case is given all it may have, the second a part.
        money = {"amount": "600000.00", "document": f"document of {quarter}"}
        await session.open(f"ledger:dalian:{year}", "appropriate", "finance-1", money, None)
        await session.open(str(life.round), "open", "regulator-1", {"quarter": quarter}, None)
        for which, case in enumerate(life.cases):
            await case.submit(case.forms.submission(complete=complete))
            for _ in range(acts[which]):
                await life.straight_on(which)
        return life

    def case(self, which: int) -> Hands:
        """The case that a proceeding is, or is about; the round takes the first one's forms."""
        return self.cases[SECOND if which in (SECOND, SECOND_POLICY) else FIRST]

    def stream(self, which: int) -> Stream:
        if which == ROUND:
            return self.round
        case = self.case(which).stream
        return case if which in (FIRST, SECOND) else Stream("policy", "dalian", f"{case.number}-1")

    @property
    def streams(self) -> list[str]:
        return [str(self.stream(which)) for which in range(5)]

    async def is_open(self, which: int) -> bool:
        there = "select exists (select from proceeding where stream = $1 and not closed)"
        return bool(await self.pool.fetchval(there, str(self.stream(which))))

    @property
    def pool(self) -> Any:
        return self.ground.hands.session.pool

    async def file(self, which: int) -> File:
        return await file_of(self.pool, self.stream(which))

    # --- What is ordered, and by whom ---

    async def order(self, which: int, act: str, officer: str, name: str | None = None) -> Answer | None:
        """Order an act and keep its answer; a refusal or an absent server is an answer too."""
        form = await self.form(which, act)
        return await self.send(name or str(uuid4()), Order(str(self.stream(which)), act, officer, form))

    async def send(self, name: str, order: Order) -> Answer | None:
        self.ordered.setdefault(name, order)
        try:
            answer = await self.cases[FIRST].session.act(*order, name)
        except (Refused, BadInput, Unreachable) as told:
            if "a fault stopped the program" in str(told):
                raise
            self.ground.happened[type(told).__name__] += 1
            return None
        assert self.answered.setdefault(name, answer) == answer, "the same order was answered in two ways"
        self.ground.happened["done" if answer.event.passed else "refused by the law"] += 1
        return answer

    async def form(self, which: int, act: str) -> dict[str, Any]:
        case = self.case(which)
        if which != ROUND:
            return case.forms.of(act)
        if act == "file_return":
            return case.forms.quarterly_return(*await self.applications("applied"))
        if act == "review":
            return case.forms.review(*await self.applications("filed"))
        return await self._payment() if act == "pay" else {}

    async def _payment(self) -> dict[str, Any]:
        """The bank pays what is ordered; in some lives only the second time."""
        facts = (await self.file(ROUND)).facts
        ordered = facts.get("order", {})
        if self.bank_fails and "failed_payments" not in facts:
            return {"vouchers": {}, "failed": dict.fromkeys(ordered, "账号有误")}
        return {"vouchers": {insurer: f"PZ-{self.round.number}-{insurer}" for insurer in ordered}}

    async def applications(self, state: str) -> list[str]:
        numbers = [f"{case.stream.number}-1" for case in self.cases]
        asked = "select number from subsidy_application where number = any ($1) and state = $2 order by number"
        return [row["number"] for row in await self.pool.fetch(asked, numbers, state)]

    def officer(self, row: Transition, file: File, office: str) -> str:
        """An officer of the office who may do it: not the one who prepared it."""
        if office == "enterprise":
            assert file.enterprise
            return file.enterprise
        barred = {file.done_by.get(act) for act in row.not_by}
        return next(officer for officer in OFFICERS[office] if officer not in barred)

    async def in_turn(self, which: int, pick: int) -> tuple[str, str] | None:
        """Some act that is in turn, and who may do it."""
        if not await self.is_open(which):
            return None
        file = await self.file(which)
        rows = [
            (row, office)
            for row in model()[self.stream(which).kind].transitions
            for office in row.offices
            if row.start == file.stage and office != "system" and (pick >= 95 or row.act not in ENDING)
        ]
        if not rows:
            return None
        row, office = rows[pick % len(rows)]
        return row.act, self.officer(row, file, office)

    async def next_act(self, which: int) -> tuple[str, str] | None:
        """The act that takes a proceeding on, and who may do it; None where it is closed or waits for another."""
        if not await self.is_open(which):
            return None
        file = await self.file(which)
        act, office = await (self._next_of_round(file) if which == ROUND else self._next_of_case(file))
        row = next((row for row in model()[self.stream(which).kind].rows_of(act) if row.start == file.stage), None)
        return (act, self.officer(row, file, office or row.offices[0])) if row else None

    async def _next_of_case(self, file: File) -> tuple[str, str]:
        if file.stage == "recognised":
            return "insure" if "delivery" in file.facts else "record_delivery", ""
        return NEXT.get(file.stage, ""), ""

    async def _next_of_round(self, file: File) -> tuple[str, str]:
        given = "select distinct office_kind from opinion where round = $1"
        match file.stage:
            case "filing":
                return ("file_return" if await self.applications("applied") else "close_filing"), ""
            case "review":
                said = {row["office_kind"] for row in await self.pool.fetch(given, str(self.round))}
                silent = [office for office in JOINT if office not in said]
                filed = await self.applications("filed")
                return ("review", silent[0]) if silent and filed else ("prepare_plan", "")
            case "planned":
                signed = file.facts.get("signatures", {})
                return "sign_plan", next(office for office in JOINT if office not in signed)
        return {"signed": "order_payment", "ordered": "pay"}.get(file.stage, ""), ""

    # --- What happens ---

    async def straight_on(self, which: int) -> Answer | None:
        found = await self.next_act(which)
        return await self.order(which, *found) if found else None

    async def turn(self, which: int, pick: int) -> None:
        if found := await self.in_turn(which, pick):
            await self.order(which, *found)

    async def stray(self, which: int, pick: int, officer: str) -> None:
        """Any act by anybody."""
        acts = model()[self.stream(which).kind].acts
        await self.order(which, acts[pick % len(acts)], officer or self.case(which).forms.enterprise)

    async def repeat(self, pick: int) -> None:
        """An order that was given before, once more."""
        name = list(self.ordered)[pick % len(self.ordered)]
        self.ground.happened["repeat"] += 1
        await self.send(name, self.ordered[name])

    async def repeat_changed(self, pick: int) -> None:
        """The name of an order that was answered, with other data: it must be told so."""
        name = list(self.answered)[pick % len(self.answered)]
        order = self.ordered[name]
        with pytest.raises(BadInput):
            await self.cases[FIRST].session.act(*order._replace(form={**order.form, "other": True}), name)

    async def race(self, which: int, picks: list[int]) -> None:
        """Several officers at once; the first one's act is sent twice."""
        name = str(uuid4())
        if found := await self.in_turn(which, picks[0]):
            twins = (self.order(which, *found, name) for _ in range(2))
            await asyncio.gather(*twins, *(self.turn(which, pick) for pick in picks[1:]))
            self.ground.happened["race"] += 1

    async def recovered(self, which: int) -> None:
        """What was paid on an application is recovered, in two parts."""
        case = self.case(which)
        number = f"{case.stream.number}-1"
        asked = "select sum(amount)::text from ledger_entry where kind = 'payment' and application = $1"
        paid = await self.pool.fetchval(asked, number)
        if paid is None:
            return
        form = case.forms.recovery(number, about=str(case.stream))
        try:
            opened = await case.session.open("recovery:dalian:new", "open_recovery", "regulator-1", form, None)
        except (Refused, BadInput):
            return
        parts = ("0.01", f"{Decimal(paid) - Decimal('0.01'):.2f}")
        repaid = [{**case.forms.repayment(part), "voucher": f"{number}-{part}"} for part in parts]
        await self.send(
            str(uuid4()), Order(opened.stream, "decide_recovery", "finance-1", case.forms.recovery_decision(paid))
        )
        await self.send(str(uuid4()), Order(opened.stream, "demand", "finance-1", case.forms.reasons()))
        twice = [(str(uuid4()), Order(opened.stream, "record_repayment", "finance-1", form)) for form in repaid]
        await asyncio.gather(*(self.send(*sent) for sent in twice for _ in range(2)))
        self.ground.happened["recovery"] += 1

    async def days(self, days: int) -> None:
        # The test server's clock, which is experimental, may stand still while an act of a killed worker is pending.
        for which, case in enumerate(self.cases):
            with suppress(TimeoutError):
                async with asyncio.timeout(20):
                    if await self.is_open(which):
                        await case.skipping.fast_forward(case.handle, timedelta(days=days))
        self.cases[FIRST].clock.ahead += timedelta(days=days)
        self.ground.happened["days"] += days

    async def ended(self, how: signal.Signals, which: int, pick: int, after: float) -> None:
        """End the worker while an act is under way: mostly with kill -9, sometimes as an installation stops it."""
        ordered = asyncio.create_task(self.turn(which, pick))
        await asyncio.sleep(after)
        self.ground.worker.end(how)
        await ordered
        self.ground.happened["kill -9" if how is signal.SIGKILL else "restart"] += 1

    async def away(self, which: int, picks: list[int], seconds: float) -> None:
        """Shut the worker's way to the database while acts are ordered."""
        await self.ground.gate.shut()
        ordered = [asyncio.create_task(self.turn(which, pick)) for pick in picks]
        await asyncio.sleep(seconds)
        await self.ground.gate.open()
        await asyncio.gather(*ordered)
        self.ground.happened["outage"] += 1

    # --- What must hold ---

    async def relayed(self, minutes: int = 0) -> None:
        """Carry what is due by this life's own clock, which days have moved."""
        clock, relay = self.cases[FIRST].clock, Relay(self.pool, self.ground.hands.session.client, self.queue)
        if clock.ahead or minutes:
            await relay.carry_due(clock() + timedelta(minutes=minutes))

    @property
    def queue(self) -> str:
        return self.ground.hands.session.task_queue

    async def must_be_sound(self) -> None:
        """Every history is gapless and chained, and holds every answered act where its answer says."""
        for row in await self.pool.fetch(SOUND, self.streams):
            assert row["chained"], row
            assert row["events"] == row["last"] == row["stands_at"], row
        asked = (
            "select command_id, stream, sequence, encode(hash, 'hex') as hash from event where command_id = any ($1)"
        )
        found = {row["command_id"]: tuple(row)[1:] for row in await self.pool.fetch(asked, list(self.answered))}
        told = {name: (one.stream, one.event.seq, one.event.hash) for name, one in self.answered.items()}
        assert found == told
        assert await broken(self.pool) == []

    async def must_end_well(self) -> None:
        """No order between proceedings is lost, nothing is there that was not ordered, and everything goes on."""
        async with asyncio.timeout(90):
            for which in (FIRST, SECOND, ROUND):
                await self.must_go_on(which)
            # What was told is done first: a policy that is not open yet has nothing to take.
            await self.must_be_carried()
            for which in (FIRST_POLICY, SECOND_POLICY):
                await self.must_go_on(which)
            await self.must_be_carried()
        rows = await self.pool.fetch("select command_id, officer from event where stream = any ($1)", self.streams)
        by_officers = {row["command_id"] for row in rows if row["officer"] != "clock" and "/" not in row["command_id"]}
        assert len(by_officers - set(self.ordered)) <= 3, "only the openings were ordered beside this life"
        assert await self.pool.fetch(TWICE, str(self.round)) == []
        await self.must_be_sound()
        found = await verified(self.pool)
        assert found["ok"], found

    async def must_be_carried(self) -> None:
        """Every order of one proceeding in another is carried out or overtaken."""
        while waiting := await self.pool.fetch(ORDERS_WAITING, self.streams):
            await self.relayed(minutes=2)
            self.ground.happened["orders carried at the end"] += len(waiting)

    async def must_go_on(self, which: int) -> None:
        """An open proceeding takes its next act, whatever it went through, as soon as the worker is there again."""
        while found := await self.next_act(which):
            before = (await self.file(which)).sequence
            if answer := await self.order(which, *found):
                assert answer.event.seq > before
                break
            # The clock may have been first, or a worker is only starting.
            self.ground.happened["tried again at the end"] += 1


class Machine(RuleBasedStateMachine):
    """Chance: Hypothesis draws what happens, and finds the shortest life that breaks a rule."""

    ground: ClassVar[Ground]
    life: Life

    which = st.sampled_from(range(5))
    pick = st.integers(0, 99)

    @initialize(
        complete=st.booleans(),
        acts=st.tuples(st.sampled_from((9, 4, 0)), st.sampled_from((9, 6, 1))),
        bank_fails=st.booleans(),
    )
    def begin(self, complete: bool, acts: tuple[int, int], bank_fails: bool) -> None:
        self.life = self.ground.do(Life.begun(self.ground, complete, acts))
        self.life.bank_fails = bank_fails
        self.ground.happened["lives"] += 1

    def happens(self, what: Coroutine[Any, Any, Any]) -> None:
        self.ground.do(what)
        self.ground.do(self.life.relayed())
        self.ground.happened["steps"] += 1

    @rule(which=which, times=st.integers(1, 3))
    def straight_on(self, which: int, times: int) -> None:
        for _ in range(times):
            self.happens(self.life.straight_on(which))

    @rule(times=st.integers(2, 6))
    def the_round_goes_on(self, times: int) -> None:
        for _ in range(times):
            self.happens(self.life.straight_on(ROUND))

    @rule(which=which, pick=pick)
    def turn(self, which: int, pick: int) -> None:
        self.happens(self.life.turn(which, pick))

    @rule(which=which)
    def recovered(self, which: int) -> None:
        self.happens(self.life.recovered(which))

    @rule(which=which, pick=pick, officer=st.sampled_from(ANYBODY))
    def stray(self, which: int, pick: int, officer: str) -> None:
        self.happens(self.life.stray(which, pick, officer))

    @precondition(lambda self: self.life.ordered)
    @rule(pick=pick)
    def repeat(self, pick: int) -> None:
        self.happens(self.life.repeat(pick))

    @precondition(lambda self: self.life.answered)
    @rule(pick=pick)
    def repeat_changed(self, pick: int) -> None:
        self.happens(self.life.repeat_changed(pick))

    @rule(which=which, picks=st.lists(pick, min_size=1, max_size=3))
    def race(self, which: int, picks: list[int]) -> None:
        self.happens(self.life.race(which, picks))

    @rule(days=st.integers(1, 12))
    def days(self, days: int) -> None:
        self.happens(self.life.days(days))

    @rule(how=st.sampled_from(ENDS), which=which, pick=pick, after=st.integers(0, 50))
    def end_the_worker(self, how: signal.Signals, which: int, pick: int, after: int) -> None:
        self.happens(self.life.ended(how, which, pick, after / 1000))

    @rule(which=which, picks=st.lists(pick, min_size=1, max_size=3), milliseconds=st.integers(0, 2000))
    def outage(self, which: int, picks: list[int], milliseconds: int) -> None:
        self.happens(self.life.away(which, picks, milliseconds / 1000))

    @invariant()
    def is_sound(self) -> None:
        self.ground.do(self.life.must_be_sound())

    def teardown(self) -> None:
        if hasattr(self, "life"):
            self.ground.do(self.life.must_end_well())


@pytest.fixture
async def ground(alone: Hands, gate: Gate) -> AsyncIterator[Ground]:
    """The servers, with a worker behind a gate; at the end what happened is told to whoever runs it long."""
    worker = WorkerProcess(alone, gate.database)
    ground = Ground(asyncio.get_running_loop(), alone, gate, worker)
    yield ground
    await worker.stop()
    print(dict(ground.happened))  # noqa: T201


@pytest.mark.timeout(120 + 120 * LIVES)
async def test_cases_and_their_quarter_in_the_hands_of_chance_stay_sound(ground: Ground) -> None:
    lived = type("Lived", (Machine,), {"ground": ground})
    await asyncio.to_thread(run_state_machine_as_test, lived, settings=SETTINGS)


@pytest.mark.timeout(180)
async def test_after_a_long_outage_every_act_that_was_told_of_it_is_done_when_it_is_sent_again(ground: Ground) -> None:
    life = await Life.begun(ground, complete=True, acts=(9, 4))
    before = await life.file(SECOND)
    ended, lasting = asyncio.Event(), asyncio.create_task(asyncio.sleep(LONGEST_OUTAGE))
    lasting.add_done_callback(lambda _: ended.set())
    await ground.gate.shut()
    while not ended.is_set():
        told = await asyncio.gather(*(life.straight_on(which) for which in (FIRST, SECOND, SECOND, ROUND)))
        assert told == [None] * 4
    assert await life.file(SECOND) == before
    await ground.gate.open()
    for name in [name for name in life.ordered if name not in life.answered]:
        await life.send(name, life.ordered[name])
    await life.must_end_well()
    assert (await life.file(SECOND)).sequence > before.sequence
