"""The ledger keeps its limits by itself, whatever a program posts: budget, cap, one commitment a plan, one payment."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from itertools import count

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.done import ACCOUNTS
from db.pool import Connection
from db.sql import queries

LEDGER, RECOVERY, SUBSIDY = queries("ledger"), queries("recovery"), queries("subsidy")
CAP, YEAR = Decimal("500000.00"), 2026
MAKERS = ("91210211MA0000001A", "91210211MA0000002A")
#: Applications and whose they are; the enterprise's other policies are with another insurer.
APPLICATIONS = {f"{maker[-3:]}-{n}": (maker, f"insurer-{'ab'[n % 2]}") for maker in MAKERS for n in range(10)}
MINE = [number for number, (maker, _) in APPLICATIONS.items() if maker == MAKERS[0]]
YOURS = [number for number, (maker, _) in APPLICATIONS.items() if maker == MAKERS[1]]
BOOKS = "ledger:dalian:2026"
ASKED = Decimal("600000.00")
RANKS = count(1)
_MINUTE = datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - a local minute


@dataclass(frozen=True)
class Books:
    """One connection of the program's, posting."""

    connection: Connection

    async def post(
        self, kind: str, amount: str | Decimal, reference: str, application: str | None = None, year: int = YEAR
    ) -> None:
        """Post an entry; `reference` is the document of an appropriation, else the plan."""
        enterprise = APPLICATIONS[application][0] if application else None
        plan = reference if kind in ("commitment", "cancellation", "payment") else None
        voucher = f"V-{reference}" if kind == "payment" else reference
        what = (kind, *ACCOUNTS[kind], Decimal(amount), enterprise, application, plan, voucher)
        await self.connection.execute(SUBSIDY.post, "dalian", year, *what, BOOKS, 1)

    async def appropriate(self, amount: str, document: str = "document", year: int = YEAR) -> None:
        await self.post("appropriation", amount, document, year=year)

    async def commit(self, application: str, amount: str, plan: str = "P1", year: int = YEAR) -> None:
        async with self.connection.transaction():
            await self.plan(application, amount, plan)
            await self.post("commitment", amount, plan, application, year)

    async def plan(self, application: str, amount: str, plan: str = "P1") -> None:
        """Enter what a plan approves of an application, unless it has."""
        await self.connection.execute(
            "insert into plan_line select $1, $2, $3, $2, $4, $5, $6, 0, $6, 0 on conflict do nothing",
            *(plan, application, next(RANKS), *APPLICATIONS[application], Decimal(amount)),
        )

    async def cancel(self, application: str, amount: str, plan: str = "P1", year: int = YEAR) -> None:
        await self.post("cancellation", amount, plan, application, year)

    async def pay(self, application: str, amount: str, plan: str = "P1", year: int = YEAR) -> None:
        await self.post("payment", amount, plan, application, year)

    async def balances(self, year: int = YEAR) -> tuple[Decimal, ...]:
        """Appropriated, committed and paid, as the balance row has them."""
        return tuple(await self.connection.fetchrow(LEDGER.balances, "dalian", year) or ())

    async def committed_to(self, maker: str, year: int = YEAR) -> Decimal:
        rows = await self.connection.fetch(LEDGER.caps, "dalian", year)
        return next((row["committed"] for row in rows if row["enterprise"] == maker), Decimal(0))

    async def entries(self) -> int:
        counted: int = await self.connection.fetchval("select count(*) from ledger_entry")
        return counted


@pytest.fixture
async def books(database: str) -> AsyncIterator[Books]:
    """Books with two enterprises and their applications, and no money yet."""
    connection = await asyncpg.connect(database)
    for maker in MAKERS:
        await connection.execute("select register_enterprise($1, '厂', 'ganjingzi', '王', '2026-01-05')", maker)
    for number, (maker, insurer) in APPLICATIONS.items():
        await connection.execute(
            "insert into proceeding values ($1, 'case', $1, 'dalian', 'e', 'applied', 1, false, $2, 'ganjingzi', null, "
            "'{}', '{}', now(), now())",
            *(number, maker),
        )
        await connection.execute(SUBSIDY.add_application, number, number, "dalian", maker, insurer, _MINUTE, ASKED)
    body = {"stream": BOOKS, "sequence": 1, "command_id": "c", "act": "a", "officer": "o", "passed": True}
    text = json.dumps(body)
    await connection.execute(
        "insert into event (stream, sequence, command_id, body, previous, hash) values ($1, 1, 'c', $2, '', $3)",
        *(BOOKS, text, sha256(text.encode()).digest()),
    )
    yield Books(connection)
    await connection.close()


async def test_money_is_appropriated_committed_and_paid_and_the_balances_follow(books: Books) -> None:
    await books.appropriate("1000000.00")
    await books.commit(MINE[0], "300000.00")
    assert await books.balances() == (Decimal(1000000), Decimal(300000), Decimal(0))
    await books.pay(MINE[0], "300000.00")
    assert await books.balances() == (Decimal(1000000), Decimal(300000), Decimal(300000))
    assert await books.committed_to(MAKERS[0]) == Decimal(300000)


async def test_a_commitment_above_what_is_left_of_the_budget_is_refused_to_the_fen(books: Books) -> None:
    await books.appropriate("300000.00")
    await books.commit(MINE[0], "200000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="budget_not_overspent"):
        await books.commit(YOURS[0], "100000.01")
    await books.commit(YOURS[0], "100000.00")
    assert await books.balances() == (Decimal(300000), Decimal(300000), Decimal(0))


async def test_one_years_money_does_not_pay_for_another(books: Books) -> None:
    await books.appropriate("300000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="budget_not_overspent"):
        await books.commit(MINE[0], "0.01", year=YEAR + 1)
    await books.commit(MINE[0], "100.00")
    with pytest.raises(asyncpg.CheckViolationError, match="budget_not_overspent"):
        await books.pay(MINE[0], "100.00", year=YEAR + 1)


async def test_an_enterprise_gets_500_000_in_a_year_over_all_insurers_and_not_a_fen_more(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "300000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="cap_not_exceeded"):
        await books.commit(MINE[1], "200000.01")
    await books.commit(MINE[1], "200000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="cap_not_exceeded"):
        await books.commit(MINE[2], "0.01", plan="P2")
    await books.commit(YOURS[0], "500000.00")
    assert [await books.committed_to(maker) for maker in MAKERS] == [CAP, CAP]


async def test_the_cap_begins_anew_with_the_next_year(books: Books) -> None:
    for year in (YEAR, YEAR + 1):
        await books.appropriate("5000000.00", year=year)
        await books.commit(MINE[year - YEAR], "500000.00", year=year)
    assert await books.committed_to(MAKERS[0], YEAR + 1) == CAP


async def test_an_application_is_committed_once_in_a_plan(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "100.00")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_commitment_per_plan"):
        await books.commit(MINE[0], "100.00")
    await books.commit(MINE[0], "50.00", plan="P2")
    assert (await books.balances())[1] == Decimal(150)


async def test_an_application_is_paid_once_even_by_another_voucher(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "100.00")
    await books.commit(MINE[1], "100.00")
    await books.pay(MINE[0], "100.00")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_payment_per_plan"):
        await books.pay(MINE[0], "100.00")
    assert (await books.balances())[2] == Decimal(100)


async def test_nothing_is_paid_that_was_not_committed(books: Books) -> None:
    await books.appropriate("5000000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="budget_not_overspent"):
        await books.pay(MINE[0], "100.00")
    await books.commit(YOURS[0], "100.00")
    with pytest.raises(asyncpg.CheckViolationError, match="another amount than plan"):
        await books.pay(MINE[0], "100.00")


@pytest.mark.parametrize("amount", ["99.99", "100.01", "0.01"])
async def test_another_amount_than_was_committed_is_not_paid(books: Books, amount: str) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "100.00")
    await books.commit(YOURS[0], "400.00")
    with pytest.raises(asyncpg.CheckViolationError, match="another amount than plan"):
        await books.pay(MINE[0], amount)
    assert (await books.balances())[2] == 0


async def test_a_document_grants_its_money_to_a_year_once(books: Books) -> None:
    await books.appropriate("100.00", "指标〔2026〕1号")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_appropriation_per_document"):
        await books.appropriate("100.00", "指标〔2026〕1号")
    await books.appropriate("100.00", "指标〔2026〕2号")
    await books.appropriate("100.00", "指标〔2026〕1号", year=YEAR + 1)
    assert (await books.balances())[0] == Decimal(200)


@pytest.mark.parametrize("amount", ["0.00", "-0.01"])
async def test_an_entry_moves_more_than_nothing(books: Books, amount: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="ledger_entry_amount_check"):
        await books.appropriate(amount)


@pytest.mark.parametrize("accounts", [("treasury", "available"), ("paid", "treasury"), ("available", "committed")])
async def test_a_kind_of_entry_has_its_own_two_accounts(books: Books, accounts: tuple[str, str]) -> None:
    values = ("dalian", YEAR, "appropriation", *accounts, Decimal(1), None, None, None, "document", BOOKS, 1)
    with pytest.raises(asyncpg.CheckViolationError, match="kind_fixes_the_accounts"):
        await books.connection.execute(SUBSIDY.post, *values)


@pytest.mark.parametrize("kind", ["commitment", "payment", "cancellation", "recovery", "refund"])
async def test_an_application_is_charged_to_the_enterprise_whose_it_is(books: Books, kind: str) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "500000.00")
    await books.plan(MINE[1], "1.00")
    if kind != "commitment":
        await books.pay(MINE[0], "500000.00")
    application = MINE[1] if kind == "commitment" else MINE[0]
    amount = "1.00" if kind == "commitment" else "500000.00"
    plan = None if kind in ("recovery", "refund") else "P1"
    values = ("dalian", YEAR, kind, *ACCOUNTS[kind], Decimal(amount), MAKERS[1], application, plan, "V-2", BOOKS, 1)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await books.connection.execute(SUBSIDY.post, *values)
    assert await books.committed_to(MAKERS[1]) == 0


async def test_an_entry_belongs_to_an_event(books: Books) -> None:
    values = ("dalian", YEAR, "appropriation", *ACCOUNTS["appropriation"], Decimal(1), None, None, None, "d", BOOKS, 2)
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="which there is not"):
        await books.connection.execute(SUBSIDY.post, *values)
    assert await books.entries() == 0


async def test_a_commitment_before_any_cap_was_fixed_is_refused(books: Books) -> None:
    await books.appropriate("100.00", year=2015)
    with pytest.raises(asyncpg.NotNullViolationError, match="cap"):
        await books.commit(MINE[0], "100.00", year=2015)


async def test_a_refused_entry_changes_no_balance(books: Books) -> None:
    await books.appropriate("300000.00")
    before = await books.balances()
    with pytest.raises(asyncpg.CheckViolationError):
        await books.commit(MINE[0], "300000.01")
    assert await books.balances() == before
    assert await books.entries() == 1
    assert await books.committed_to(MAKERS[0]) == 0


async def test_a_commitment_is_what_the_plan_approves_of_that_application(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.plan(MINE[0], "300.00")
    for application, amount in ((MINE[0], "299.99"), (MINE[0], "300.01"), (MINE[1], "300.00")):
        with pytest.raises(asyncpg.CheckViolationError, match="another amount than plan P1 approves"):
            await books.post("commitment", amount, "P1", application)
    await books.post("commitment", "300.00", "P1", MINE[0])


async def test_plans_together_commit_no_more_to_an_application_than_it_asks(books: Books) -> None:
    for year in (YEAR, YEAR + 1):
        await books.appropriate("5000000.00", year=year)
    await books.commit(MINE[0], "400000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="committed more than it asks"):
        await books.commit(MINE[0], "200000.01", "P2", YEAR + 1)
    await books.commit(MINE[0], "200000.00", "P2", YEAR + 1)


async def test_what_waits_is_part_of_what_is_asked(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "400000.00")
    change = "update subsidy_application set state = 'signed', waiting = $2 where number = $1"
    with pytest.raises(asyncpg.CheckViolationError, match="more waits of application"):
        await books.connection.execute(change, MINE[0], Decimal("200000.01"))
    await books.connection.execute(change, MINE[0], Decimal("200000.00"))
    with pytest.raises(asyncpg.CheckViolationError, match="committed more than it asks"):
        await books.commit(MINE[0], "0.01", "P2")


async def test_what_an_application_asks_is_fixed_by_the_plan_that_gives_it_money(books: Books) -> None:
    await books.appropriate("5000000.00")
    change = "update subsidy_application set asked = $2 where number = $1"
    await books.connection.execute(change, MINE[0], ASKED + 1)
    await books.commit(MINE[0], "400000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="was settled by a signed plan"):
        await books.connection.execute(change, MINE[0], ASKED + 2)


async def test_what_is_cancelled_is_free_again_for_budget_and_cap_and_is_not_paid(books: Books) -> None:
    await books.appropriate("500000.00")
    await books.commit(MINE[0], "500000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="cancelled another amount"):
        await books.cancel(MINE[0], "499999.99")
    await books.cancel(MINE[0], "500000.00")
    assert await books.balances() == (Decimal(500000), Decimal(0), Decimal(0))
    assert await books.committed_to(MAKERS[0]) == 0
    with pytest.raises(asyncpg.CheckViolationError):
        await books.pay(MINE[0], "500000.00")
    await books.commit(MINE[1], "500000.00")
    with pytest.raises(asyncpg.CheckViolationError, match="paid or cancelled, and not both"):
        await books.pay(MINE[0], "500000.00")
    await books.pay(MINE[1], "500000.00")
    with pytest.raises(asyncpg.CheckViolationError, match=r"paid or cancelled, and not both|budget_not_overspent"):
        await books.cancel(MINE[1], "500000.00")


# --- two at once ----------------------------------------------------------------------------------------------------


async def at_once(database: str, *posts: tuple[str, str, str, str | None]) -> list[str]:
    """Post from two connections at once, in turn; return what became of each."""

    async def one(mine: list[tuple[int, tuple[str, str, str, str | None]]]) -> list[tuple[int, str]]:
        connection = await asyncpg.connect(database)
        outcomes = []
        for place, values in mine:
            try:
                async with connection.transaction():
                    if values[0] == "commitment":
                        await Books(connection).plan(values[3] or "", *values[1:3])
                    await Books(connection).post(*values)
                outcomes.append((place, "done"))
            except asyncpg.IntegrityConstraintViolationError as error:
                outcomes.append((place, str(error.constraint_name)))
        await connection.close()
        return outcomes

    numbered = list(enumerate(posts))
    both = await asyncio.gather(one(numbered[::2]), one(numbered[1::2]))
    return [outcome for _, outcome in sorted(both[0] + both[1])]


async def test_commitments_from_two_connections_never_exceed_the_budget(books: Books, database: str) -> None:
    await books.appropriate("300000.00")
    both = zip(MINE[:5], YOURS[:5], strict=True)
    outcomes = await at_once(database, *(("commitment", "50000.00", "P1", one) for pair in both for one in pair))
    assert sorted(outcomes) == ["budget_not_overspent"] * 4 + ["done"] * 6
    assert await books.balances() == (Decimal(300000), Decimal(300000), Decimal(0))


async def test_commitments_from_two_connections_never_exceed_the_cap(books: Books, database: str) -> None:
    await books.appropriate("5000000.00")
    outcomes = await at_once(database, *(("commitment", "100000.00", "P1", number) for number in MINE))
    assert sorted(outcomes) == ["cap_not_exceeded"] * 5 + ["done"] * 5
    assert await books.committed_to(MAKERS[0]) == CAP == (await books.balances())[1]


async def test_the_same_entry_from_two_connections_is_made_once(books: Books, database: str) -> None:
    once = {
        "one_appropriation_per_document": ("appropriation", "500.00", "document", None),
        "one_commitment_per_plan": ("commitment", "100.00", "P1", MINE[0]),
        "one_payment_per_plan": ("payment", "100.00", "P1", MINE[0]),
    }
    for constraint, entry in once.items():
        assert sorted(await at_once(database, entry, entry)) == ["done", constraint]
    assert await books.balances() == (Decimal(500), Decimal(100), Decimal(100))


# --- any sequence of entries ----------------------------------------------------------------------------------------

#: One entry: kind, amount (None is just what the plan committed), document or plan, application, year.
Entry = tuple[str, Decimal | None, str, str | None, int]
AMOUNTS = st.sampled_from(
    [*map(Decimal, ("0.01", "100000.00", "250000.00", "499999.99", "500000.00", "500000.01", "0.00"))]
)
YEARS = st.sampled_from([YEAR, YEAR, YEAR, YEAR + 1])
SOME = st.sampled_from([*MINE[:3], *YOURS[:2]])
PLANS = st.sampled_from(["P1", "P2"])
ENTRIES = st.one_of(
    st.tuples(st.just("appropriation"), AMOUNTS, st.sampled_from(["D1", "D2", "D3", "D4"]), st.none(), YEARS),
    st.tuples(st.just("commitment"), AMOUNTS, PLANS, SOME, YEARS),
    st.tuples(st.just("payment"), st.one_of(st.none(), AMOUNTS), PLANS, SOME, YEARS),
    st.tuples(st.just("cancellation"), st.one_of(st.none(), AMOUNTS), PLANS, SOME, YEARS),
)


def _key(entry: Entry) -> tuple[object, ...]:
    """What may be in the ledger once."""
    kind, _, reference, application, year = entry
    return (kind, application, reference, *((year,) if kind == "appropriation" else ()))


class Fold:
    """What the entries say, and which entry the law allows next: a second telling of the trigger, in Python."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def total(self, kind: str, year: int | None = None, of: str | None = None, plan: str | None = None) -> Decimal:
        """What entries of a kind add up to, in a year, of an application or an enterprise, by a plan."""
        return sum(
            (
                amount or Decimal(0)
                for its_kind, amount, its_plan, application, its_year in self.entries
                if its_kind == kind
                and plan in (None, its_plan)
                and (year is None or its_year == year)
                and (of is None or of in (application, APPLICATIONS[application or MINE[0]][0]))
            ),
            Decimal(0),
        )

    def given(self, year: int | None = None, of: str | None = None) -> Decimal:
        """What is committed and not cancelled."""
        return self.total("commitment", year, of) - self.total("cancellation", year, of)

    def allows(self, entry: Entry) -> bool:
        kind, amount, reference, application, year = entry
        if not amount:
            return False
        if any(_key(one) == _key(entry) for one in self.entries):
            return False
        if kind == "commitment":
            assert application
            in_budget = self.given(year) + amount <= self.total("appropriation", year)
            within_asked = self.given(of=application) + amount <= ASKED
            return in_budget and within_asked and self.given(year, APPLICATIONS[application][0]) + amount <= CAP
        if kind in ("payment", "cancellation"):
            other = "payment" if kind == "cancellation" else "cancellation"
            committed = self.total("commitment", year, application, reference)
            return amount == committed and not self.total(other, of=application, plan=reference)
        return True


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRIES, min_size=5, max_size=25))
async def test_whatever_is_posted_the_balances_are_the_fold_of_the_entries_and_keep_their_limits(
    books: Books, entries: list[Entry]
) -> None:
    fold, transaction = Fold(), books.connection.transaction()
    await transaction.start()
    try:
        for kind, given_amount, reference, application, year in entries:
            given = fold.total("commitment", of=application, plan=reference)
            amount = given if given_amount is None else given_amount
            entry = (kind, amount, reference, application, year)
            allowed = fold.allows(entry)
            try:
                async with books.connection.transaction():
                    if kind == "commitment" and application:
                        await books.plan(application, str(amount), reference)
                    await books.post(kind, amount, reference, application, year)
            except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError):
                assert not allowed, entry
            else:
                assert allowed, entry
                fold.entries.append(entry)
        for year in (YEAR, YEAR + 1):
            told = (fold.total("appropriation", year), fold.given(year), fold.total("payment", year))
            appropriated, committed, paid = told
            assert (await books.balances(year) or (0, 0, 0)) == told
            assert 0 <= paid <= committed <= appropriated
            for maker in MAKERS:
                given_to = fold.given(year, maker)
                assert await books.committed_to(maker, year) == given_to <= CAP
        assert await books.entries() == len(fold.entries)
    finally:
        await transaction.rollback()


# --- Money that comes back (articles 7, 15(2)) ----------------------------------------------------------------------


async def paid_out(books: Books, application: str = MINE[0], amount: str = "300.00", year: int = YEAR) -> None:
    await books.appropriate("5000000.00", f"document {application}", year)
    await books.commit(application, amount, year=year)
    await books.pay(application, amount, year=year)


async def returned(books: Books, year: int = YEAR) -> Decimal:
    amount: Decimal = await books.connection.fetchval(RECOVERY.returned, "dalian", year)
    return amount


async def test_what_comes_back_stands_apart_and_frees_neither_budget_nor_cap(books: Books) -> None:
    await paid_out(books)
    before, cap = await books.balances(), await books.committed_to(MAKERS[0])
    await books.post("recovery", "100.00", "JK-1", MINE[0])
    await books.post("refund", "200.00", "policy", MINE[0])
    assert (await returned(books), await books.balances()) == (Decimal(300), before)
    assert await books.committed_to(MAKERS[0]) == cap


@pytest.mark.parametrize("kind", ["recovery", "refund"])
async def test_not_a_fen_more_comes_back_of_an_application_than_was_paid_on_it(books: Books, kind: str) -> None:
    await paid_out(books)
    await paid_out(books, MINE[1])
    with pytest.raises(asyncpg.CheckViolationError, match="more comes back of application"):
        await books.post(kind, "300.01", "JK-1", MINE[0])
    await books.post("recovery", "250.00", "JK-1", MINE[0])
    with pytest.raises(asyncpg.CheckViolationError, match="more comes back of application"):
        await books.post(kind, "50.01", "JK-2", MINE[0])
    await books.post(kind, "50.00", "JK-2", MINE[0])
    assert await returned(books) == Decimal(300)


async def test_what_one_year_paid_does_not_come_back_of_another(books: Books) -> None:
    await paid_out(books)
    await paid_out(books, MINE[1], year=YEAR + 1)
    with pytest.raises(asyncpg.CheckViolationError, match="more comes back of application"):
        await books.post("recovery", "0.01", "JK-1", MINE[0], YEAR + 1)


async def test_nothing_comes_back_of_what_was_only_committed(books: Books) -> None:
    await books.appropriate("5000000.00")
    await books.commit(MINE[0], "300.00")
    with pytest.raises(asyncpg.CheckViolationError):
        await books.post("refund", "0.01", "policy", MINE[0])


async def test_a_voucher_and_a_policy_bring_money_of_an_application_back_once(books: Books) -> None:
    await paid_out(books)
    await books.post("recovery", "1.00", "JK-1", MINE[0])
    with pytest.raises(asyncpg.UniqueViolationError, match="one_recovery_per_voucher"):
        await books.post("recovery", "1.00", "JK-1", MINE[0])
    await books.post("refund", "1.00", "policy", MINE[0])
    with pytest.raises(asyncpg.UniqueViolationError, match="one_refund_per_application"):
        await books.post("refund", "1.00", "another name", MINE[0])
    assert await returned(books) == Decimal(2)


@pytest.mark.parametrize("accounts", [("treasury", "paid"), ("available", "paid"), ("returned", "committed")])
async def test_what_comes_back_is_booked_to_no_account_it_could_be_spent_from(
    books: Books, accounts: tuple[str, str]
) -> None:
    await paid_out(books)
    values = ("dalian", YEAR, "recovery", *accounts, Decimal(1), MAKERS[0], MINE[0], None, "JK-1", BOOKS, 1)
    with pytest.raises(asyncpg.CheckViolationError, match="kind_fixes_the_accounts"):
        await books.connection.execute(SUBSIDY.post, *values)


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set amount = 1 where kind = 'recovery'",
        "delete from ledger_entry where kind = 'recovery'",
        "update budget set returned = 0",
        "alter table ledger_entry disable trigger weigh_entries",
    ],
)
async def test_what_came_back_is_neither_edited_nor_deleted_by_the_program(books: Books, statement: str) -> None:
    await paid_out(books)
    await books.post("recovery", "1.00", "JK-1", MINE[0])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await books.connection.execute(statement)
    assert await returned(books) == Decimal(1)


async def test_from_two_connections_never_more_comes_back_than_was_paid(books: Books, database: str) -> None:
    await paid_out(books, amount="500.00")
    await paid_out(books, MINE[1], "500.00")
    outcomes = await at_once(database, *(("recovery", "100.00", f"JK-{place}", MINE[0]) for place in range(10)))
    assert sorted(outcomes) == ["done"] * 5 + ["returned_was_paid"] * 5
    assert await returned(books) == Decimal(500)


BACK = st.tuples(
    st.sampled_from(["recovery", "refund"]),
    st.sampled_from([*map(Decimal, ("0.01", "100.00", "299.99", "300.00", "300.01"))]),
    st.sampled_from([MINE[0], MINE[1], YOURS[0]]),
    YEARS,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(BACK, min_size=3, max_size=15))
async def test_whatever_comes_back_the_balance_is_the_fold_and_no_application_gives_more_than_it_got(
    books: Books, entries: list[tuple[str, Decimal, str, int]]
) -> None:
    transaction = books.connection.transaction()
    await transaction.start()
    try:
        await paid_out(books)
        await paid_out(books, YOURS[0])
        await paid_out(books, MINE[1], year=YEAR + 1)
        left = {(MINE[0], YEAR): Decimal(300), (YOURS[0], YEAR): Decimal(300), (MINE[1], YEAR + 1): Decimal(300)}
        refunded, back = set(), {YEAR: Decimal(0), YEAR + 1: Decimal(0)}
        for place, (kind, amount, application, year) in enumerate(entries):
            fits = amount <= left.get((application, year), Decimal(0))
            allowed = fits and (kind == "recovery" or (application, year) not in refunded)
            try:
                async with books.connection.transaction():
                    await books.post(kind, amount, f"JK-{place}", application, year)
            except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError):
                assert not allowed
                continue
            assert allowed
            left[application, year] -= amount
            back[year] += amount
            refunded |= {(application, year)} if kind == "refund" else set()
        for year in (YEAR, YEAR + 1):
            assert await returned(books, year) == back[year] <= (await books.balances(year))[2]
    finally:
        await transaction.rollback()
