"""Several officers and rounds at once, on the real record: what the money must be holds whoever comes first."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

import pytest

from activities.contracts import Answer, Command
from rules.faults import Unfit
from rules.procedure import Barred
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound
from tests.db.invariants import INVARIANTS, broken

#: Often enough that each order of the racers comes up.
TIMES = 12


async def told(desk: Desk, command: Command) -> Answer | None:
    """Order an act as its workflow does: one that was behind the record looks again; None where it was not its turn."""
    try:
        while True:
            recorded = await desk.write(await desk.attempt(command))
            if recorded.answer:
                return recorded.answer
    except (Barred, Unfit):
        return None


async def at_once(*racers: Awaitable[Answer | None]) -> list[bool]:
    """Let them race; say of each whether its act was done."""
    answers = await asyncio.gather(*racers)
    return [answer is not None and answer.event.passed for answer in answers]


def order(quarter: Quarter, act: str, officer: str, data: dict[str, Any] | None = None, **more: Any) -> Command:
    return quarter.desk.command("round", act, officer, data or {}, **{"stream": quarter.stream, **more})


async def must_hold(desk: Desk) -> None:
    """The money is sound while cases are yet to be told, and when they have been."""
    assert await broken(desk.pool) == []
    await desk.relay()
    assert await broken(desk.pool) == []


async def reviewed(desk: Desk, quarter: str, *applicants: Desk) -> Quarter:
    """A round that has planned these applications."""
    round_ = await (await (await Quarter(desk, quarter).open()).filed(*applicants)).reviewed(*applicants)
    await round_.do("prepare_plan", "regulator-1")
    return round_


async def signed_by(quarter: Quarter, *offices: str) -> None:
    for office in offices:
        await quarter.do("sign_plan", f"{office}-2")


async def committed(desk: Desk, year: int) -> Decimal:
    asked = "select coalesce(sum(amount), 0) from ledger_entry where kind = 'commitment' and fiscal_year = $1"
    return Decimal(await desk.pool.fetchval(asked, year))


async def test_two_rounds_of_a_year_signed_at_once_share_one_budget(desk: Desk) -> None:
    for time in range(TIMES):
        year = 2030 + time
        one, other = await applied(desk, 2 * time), await applied(desk, 2 * time + 1)
        await appropriate(desk, "300000.00", year)
        rounds = [await reviewed(desk, f"{year}Q1", one), await reviewed(desk, f"{year}Q2", other)]
        for quarter in rounds:
            await signed_by(quarter, "regulator", "bureau")
        done = await at_once(*(told(desk, order(quarter, "sign_plan", "finance-2")) for quarter in rounds))
        assert sorted(done) == [False, True]
        await must_hold(desk)
        # The other is told what moved; planned again, it is given what is left.
        late = rounds[done.index(False)]
        await late.signed()
        assert await committed(desk, year) == Decimal(300_000)
        await must_hold(desk)
        # What waits of it would go on to the next year's rounds.
        await appropriate(desk, "100000.00", year)
        await (await (await Quarter(desk, f"{year}Q3").open()).reviewed()).do("prepare_plan", "regulator-1")
        await signed_by(Quarter(desk, f"{year}Q3"), "regulator", "bureau", "finance")
        await must_hold(desk)
    await sound(desk)


async def test_the_third_signature_given_twice_at_once_commits_once(desk: Desk) -> None:
    for time in range(TIMES):
        year = 2030 + time
        one = await applied(desk, time)
        await appropriate(desk, "1000000.00", year)
        quarter = await reviewed(desk, f"{year}Q1", one)
        await signed_by(quarter, "regulator", "bureau")
        same = order(quarter, "sign_plan", "finance-2")
        others = [order(quarter, "sign_plan", officer) for officer in ("finance-1", "finance-2")]
        done = await at_once(*(told(desk, command) for command in (same, same, *others)))
        # The same command twice is one act with one answer.
        assert done in ([True, True, False, False], [False, False, True, False], [False, False, False, True])
        assert await committed(desk, year) == Decimal(200_000)
        await must_hold(desk)
    await sound(desk)


async def test_two_finance_officers_who_order_and_pay_one_plan_at_once_pay_it_once(desk: Desk) -> None:
    ordered_by: Counter[str] = Counter()
    for time in range(TIMES):
        year = 2030 + time
        one, other = await applied(desk, 2 * time), await applied(desk, 2 * time + 1, insurer="b")
        await appropriate(desk, "1000000.00", year)
        quarter = await (await Quarter(desk, f"{year}Q1").open()).filed(one)
        await quarter.filed(other, insurer="insurer-b")
        await (await quarter.reviewed(one, other)).signed()
        officers = ("finance-1", "finance-2")
        done = await at_once(*(told(desk, order(quarter, "order_payment", officer)) for officer in officers))
        assert sorted(done) == [False, True]
        ordered_by[officers[done.index(True)]] += 1
        # Both import the treasury's answer, one of them twice; whoever ordered may not confirm.
        answer = {"vouchers": {"insurer-a": f"PZ-{year}"}, "failed": {"insurer-b": "账号有误"}}
        again = {"vouchers": {"insurer-a": f"PZ-{year}-2", "insurer-b": f"PZ-{year}-3"}}
        orders = [order(quarter, "pay", officer, form) for officer in officers for form in (answer, answer, again)]
        assert sum(await at_once(*(told(desk, command) for command in orders))) == 1
        await must_hold(desk)
        if (await desk.file_of(quarter.stream)).stage == "signed":
            await quarter.do("order_payment", "finance-1")
            rest = {"vouchers": {"insurer-b": f"PZ-{year}-4"}}
            twice = [order(quarter, "pay", "finance-2", rest) for _ in range(3)]
            assert sum(await at_once(*(told(desk, command) for command in twice))) == 1
        await must_hold(desk)
        paid = "select count(*), sum(amount) from ledger_entry where kind = 'payment' and fiscal_year = $1"
        assert tuple(await desk.pool.fetchrow(paid, year) or ()) == (2, Decimal(400_000))
    await sound(desk)


@pytest.mark.parametrize(
    ("kind", "act"), [("case", "withdraw"), ("policy", "cancel"), ("policy", "rescind"), ("policy", "endorse")]
)
async def test_an_application_that_ends_or_shrinks_as_its_plan_is_signed_is_given_what_it_asks_or_nothing(
    desk: Desk, kind: str, act: str
) -> None:
    firsts: Counter[bool] = Counter()
    for time in range(TIMES):
        year = 2030 + time
        one, other = await applied(desk, 2 * time), await applied(desk, 2 * time + 1)
        await appropriate(desk, "300000.00", year)
        quarter = await reviewed(desk, f"{year}Q1", one, other)
        await signed_by(quarter, "regulator", "bureau")
        stream = one.case if kind == "case" else f"policy:dalian:{one.application}"
        officer = one.forms.enterprise if kind == "case" else "insurer-a-1"
        form = one.forms.endorsement("10000000.00") if act == "endorse" else one.form(kind, act)
        ending = one.command(kind, act, officer, form, stream=stream)
        signing = order(quarter, "sign_plan", "finance-2")
        racers = [told(one, ending), told(desk, signing)]
        done = await at_once(*(racers if time % 2 else racers[::-1]))
        firsts[done[0]] += 1
        await must_hold(desk)
        if (await desk.file_of(quarter.stream)).stage != "signed":
            await quarter.signed()
            await must_hold(desk)
    await sound(desk)
    assert sum(firsts.values()) == TIMES


async def test_one_application_planned_by_two_rounds_is_committed_by_one(desk: Desk) -> None:
    """Held over from a closed round, it is taken up by whichever of two rounds closes its filing first."""
    held = await applied(desk)
    first_round = await (await Quarter(desk, "2030Q1").open()).filed(held)
    await first_round.reviewed()
    await first_round.signed()
    await (await Quarter(desk, "2030Q1").paid()).desk.relay()
    await appropriate(desk, "1000000.00")
    rounds = [await Quarter(desk, quarter).open() for quarter in ("2030Q2", "2030Q3")]
    closing = (told(desk, order(quarter, "close_filing", "regulator-1")) for quarter in rounds)
    assert await at_once(*closing) == [True, True]
    await must_hold(desk)
    taken = [(await desk.file_of(quarter.stream)).facts["left_over"]["count"] for quarter in rounds]
    assert sorted(taken) == [0, 1]
    assert await desk.pool.fetchval("select application from left_over") == held.application
    await sound(desk)


ENTRY, APPLICATION = "update ledger_entry set ", "update subsidy_application set "
WRONG = {
    "committed <= appropriated": ENTRY + "amount = amount - 1 where kind = 'appropriation'",
    "paid <= committed": "delete from ledger_entry where kind = 'commitment'",
    "subsidies of an enterprise and fiscal year <= 500,000": ENTRY + "amount = 500001 where kind = 'commitment'",
    "commitments of an application <= asked": APPLICATION + "asked = asked - 1",
    "waiting + committed <= asked": APPLICATION + "waiting = 1",
    "one commitment a plan, one payment a commitment, of equal amounts": ENTRY + "plan = 'x' where kind = 'payment'",
    "a commitment is what its plan approved": "update plan_line set approved = approved - 1, waitlisted = 1",
    "debits = credits, and no account but the treasury's is overdrawn": ENTRY
    + "amount = amount - 1 where kind = 'commitment'",
    "balances = entries": "update budget set appropriated = appropriated + 1",
    "caps = entries": "update enterprise_year set committed = committed - 1",
    "an application stands where its money does": APPLICATION + "state = 'signed'",
    "no more comes back of an application than was paid": ENTRY
    + "kind = 'refund', debit = 'returned', credit = 'paid', plan = null where kind = 'payment'",
    "no application is lost": "delete from subsidy_application",
    "subsidy <= min(0.01, rate) x sum insured": APPLICATION + "asked = 200000.01",
    "each history is gapless": "delete from event where sequence = 2",
}
#: A key keeps these: they cannot be broken by a row.
KEPT = {"one subsidy a batch", "an order is done once"}
#: These follow from the ones above them where each entry is as its plan says.
IMPLIED = {"returned <= paid", "nobody is paid more than he was given"}


@pytest.mark.parametrize("name", WRONG)
async def test_what_breaks_an_invariant_is_found(desk: Desk, workshop: Any, name: str) -> None:
    await appropriate(desk, "200000.00")
    one = await applied(desk)
    await (await reviewed(desk, "2030Q1", one)).signed()
    await Quarter(desk, "2030Q1").paid("insurer-a")
    assert await broken(desk.pool) == []
    async with workshop.superuser.transaction():
        await workshop.superuser.execute("set local session_replication_role = replica")
        await workshop.superuser.execute(WRONG[name])
    assert name in [found.split(": ")[0] for found in await broken(desk.pool)]


def test_every_invariant_is_known_to_find_what_breaks_it() -> None:
    assert WRONG.keys() | KEPT | IMPLIED == INVARIANTS.keys()
