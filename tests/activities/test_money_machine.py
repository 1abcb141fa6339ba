"""The money of several enterprises, rounds and years in the hands of chance, on the real record.

Acts in any order by the right people and the wrong, failed payments, cancellations, recoveries, repeats, several at
once, and cases told late. After each step what must hold of money holds (`tests/db/invariants.py`, SQL of its own),
and in the end, when every case has been told, the audit finds nothing. `FIRSTCOVER_MACHINE_RUNS` says how many lives
are tried.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from db.embedded import EmbeddedPostgres
from db.pool import Pool, open_pool
from service.auditing import verified
from tests.activities.market import Market, prepared
from tests.activities.moves import JOINT, PRODUCTS, QUARTERS, ROUND_ACTS, YEARS, Move
from tests.conftest import PASSWORD
from tests.db.invariants import broken
from tests.workshop import Workshop, opened

T = TypeVar("T")

LONG = "FIRSTCOVER_MACHINE_RUNS" in os.environ
LIVES, STEPS = int(os.environ.get("FIRSTCOVER_MACHINE_RUNS", "20")), 40 if LONG else 25
SETTINGS = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS,
    # The same lives every time in `make test`; a long run looks for others.
    derandomize=not LONG,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


@dataclass
class Ground:
    """What the lives share: the servers, the prepared record, and the count of what happened in all of them."""

    loop: asyncio.AbstractEventLoop
    workshop: Workshop
    pool: Pool
    happened: Counter[str] = field(default_factory=Counter)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do a step's work on the servers' loop; Hypothesis waits in its own thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def begun(self) -> Market:
        await self.workshop.put_back()
        return await Market(self.pool, happened=self.happened).opened()


NUMBERS, CHOICES = st.integers(0, len(PRODUCTS) - 1), st.integers(0, 15)
#: The first quarters are gone on with the most.
ROUNDS = st.sampled_from((QUARTERS[0], *QUARTERS))
ANYBODY = (*(f"{office}-{n}" for office in JOINT.values() for n in (1, 2)), "insurer-a-1", "insurer-b-1", "xigang-1")


def moves(*acts: str, about: st.SearchStrategy[Any] = NUMBERS) -> st.SearchStrategy[Move]:
    """Acts by whom they are for."""
    return st.builds(Move, st.sampled_from(acts), about, st.just(""), CHOICES)


def by_an_officer(act: str) -> st.SearchStrategy[Move]:
    """An act of a round by either officer of an office it is for."""
    officers = [f"{office}-{n}" for office in ROUND_ACTS[act] for n in (1, 2)]
    return st.builds(Move, st.just(act), ROUNDS, st.sampled_from(officers), CHOICES)


OF_A_CASE = moves("apply", "apply", "complete", "complete", "withdraw", "propose_revocation", "revoke", "expire")
OF_A_POLICY = moves("endorse", "endorse", "cancel", "rescind", "record_refund", "record_refund")
OF_A_ROUND = st.sampled_from(tuple(ROUND_ACTS)).flatmap(by_an_officer)
OF_A_RECOVERY = moves(
    "open_recovery", "decide_recovery", "demand", "record_repayment", "record_repayment", "drop_recovery"
)
OF_AN_INSURER = moves("propose_bar", "bar")
OF_A_YEAR = moves("appropriate", about=st.sampled_from(YEARS))
ANY = st.one_of(OF_A_CASE, OF_A_POLICY, OF_A_ROUND, OF_A_ROUND, OF_A_RECOVERY, OF_AN_INSURER, OF_A_YEAR)


class Machine(RuleBasedStateMachine):
    """Chance: Hypothesis draws what happens, and finds the shortest life that breaks a rule."""

    ground: ClassVar[Ground]
    market: Market

    @initialize(applied=st.integers(0, 63), budget=CHOICES, ahead=st.integers(0, 14))
    def begin(self, applied: int, budget: int, ahead: int) -> None:
        """Some have applied, the first year has some money, and its first round may have come as far as being paid."""
        self.market = self.ground.do(self.ground.begun())
        for place in range(len(PRODUCTS)):
            if not applied >> place & 1:
                self.happens(Move("apply", place))
        self.happens(Move("appropriate", YEARS[0], choice=budget))
        self.a_round_goes_on(QUARTERS[0], [0] * ahead)
        self.ground.happened["lives"] += 1

    def happens(self, *happening: Move) -> None:
        for move in happening:
            self.ground.do(self.market.do(move))

    @rule(quarter=ROUNDS, choices=st.lists(CHOICES, min_size=1, max_size=6))
    def a_round_goes_on(self, quarter: str, choices: list[int]) -> None:
        for choice in choices:
            if move := self.ground.do(self.market.next_of(quarter, choice)):
                self.happens(move)
                self.holds()

    @rule(quarter=ROUNDS, times=st.integers(6, 12))
    def a_round_goes_far(self, quarter: str, times: int) -> None:
        self.a_round_goes_on(quarter, [0] * times)

    @rule(move=OF_A_ROUND)
    def in_a_round(self, move: Move) -> None:
        self.happens(move)

    @rule(move=OF_A_CASE)
    def in_a_case(self, move: Move) -> None:
        self.happens(move)

    @rule(move=OF_A_POLICY)
    def in_a_policy(self, move: Move) -> None:
        self.happens(move)

    @rule(move=OF_A_RECOVERY)
    def in_a_recovery(self, move: Move) -> None:
        self.happens(move)

    @rule(which=NUMBERS, choice=CHOICES)
    def a_recovery_goes_far(self, which: int, choice: int) -> None:
        for act in ("open_recovery", "decide_recovery", "demand", "record_repayment"):
            self.happens(Move(act, which, choice=choice | 1))

    @rule(which=st.integers(0, 1), choice=CHOICES, decided=st.booleans())
    def of_an_insurer(self, which: int, choice: int, decided: bool) -> None:
        self.happens(Move("propose_bar", which, choice=choice), *([Move("bar", which)] if decided else []))

    @rule(year=st.sampled_from(YEARS), choice=CHOICES)
    def of_a_year(self, year: int, choice: int) -> None:
        self.happens(Move("appropriate", year, choice=choice))

    @rule(move=ANY, officer=st.sampled_from(ANYBODY))
    def by_anybody(self, move: Move, officer: str) -> None:
        self.happens(move._replace(officer=officer))

    @rule(pick=st.integers(0, 1_000))
    def again(self, pick: int) -> None:
        self.ground.do(self.market.again(pick))

    @rule(racers=st.lists(ANY, min_size=1, max_size=3), twice=st.booleans())
    def at_once(self, racers: list[Move], twice: bool) -> None:
        self.ground.do(self.market.at_once(*racers, twice=twice))

    @rule(quarter=ROUNDS, move=ANY, twice=st.booleans())
    def as_a_round_goes_on(self, quarter: str, move: Move, twice: bool) -> None:
        """Somebody acts at the very moment a round is taken on."""
        if next_one := self.ground.do(self.market.next_of(quarter, 0)):
            self.ground.do(self.market.at_once(next_one, move, twice=twice))

    @rule(most=st.integers(1, 3))
    def some_are_told(self, most: int) -> None:
        self.ground.do(self.market.relay(most))

    @rule()
    def all_are_told(self) -> None:
        self.ground.do(self.market.relay_all())

    @invariant()
    def holds(self) -> None:
        self.ground.happened["steps"] += 1
        assert self.ground.do(broken(self.ground.pool)) == []

    def teardown(self) -> None:
        if hasattr(self, "market"):
            self.ground.do(self.market.relay_all())
            self.holds()
            found = self.ground.do(verified(self.ground.pool))
            assert found["ok"], found
            self.ground.happened.update(self.ground.do(self.market.entries()))


@pytest.fixture(scope="module")
async def prepared_workshop(postgres: EmbeddedPostgres) -> AsyncIterator[Workshop]:
    """A database with every case at its contract, to which it is put back."""
    async with opened(postgres, "market", PASSWORD) as made:
        async with await open_pool(made.address) as pool:
            await prepared(pool)
        await made.keep()
        yield made


@pytest.fixture
async def ground(prepared_workshop: Workshop) -> AsyncIterator[Ground]:
    async with await open_pool(prepared_workshop.address) as pool:
        ground = Ground(asyncio.get_running_loop(), prepared_workshop, pool)
        yield ground
        deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
        print(dict(ground.happened), "deadlocks:", await pool.fetchval(deadlocks))  # noqa: T201


@pytest.mark.timeout(120 + 20 * LIVES)
async def test_the_money_of_several_years_in_the_hands_of_chance_stays_within_the_law(ground: Ground) -> None:
    lived = type("Lived", (Machine,), {"ground": ground})
    await asyncio.to_thread(run_state_machine_as_test, lived, settings=SETTINGS)
