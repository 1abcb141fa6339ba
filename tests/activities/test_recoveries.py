"""Recoveries in the record: what can be recovered, from whom, and who decides (articles 15(2), 15(3))."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from activities.contracts import Answer, Command
from db.embedded import EmbeddedPostgres
from rules.faults import Unfit
from rules.procedure import Barred
from rules.procedures import stream_of
from service.auditing import verified
from service.ledger import ledger_of
from tests.activities.desk import Desk, first

NEW = "recovery:dalian:new"


async def open_one(desk: Desk, officer: str = "regulator-1", **said: Any) -> Answer:
    form = {**desk.forms.recovery(desk.application, about=desk.case), **said}
    recorded = await desk.order("open_recovery", officer, form, "recovery", stream=NEW)
    assert recorded.answer
    return recorded.answer


async def act(desk: Desk, stream: str, act: str, officer: str, data: dict[str, Any] | None = None) -> Answer:
    recorded = await desk.order(act, officer, data, "recovery", stream=stream)
    assert recorded.answer
    return recorded.answer


@pytest.mark.parametrize(("opener", "decider"), [("regulator-1", "finance-1"), ("finance-1", "finance-2")])
async def test_all_that_was_disbursed_is_recovered_by_another_officers_decision(
    desk: Desk, opener: str, decider: str
) -> None:
    await desk.play()
    opened = await open_one(desk, opener)
    assert stream_of(opened.stream).number.startswith("RC-")
    file = await desk.file_of(opened.stream)
    assert file.about == desk.case
    assert file.facts["recovery"]["disbursed"] == {desk.application: "500000.00"}
    assert file.facts["recovery"]["debtors"] == ["insurer-a", desk.forms.enterprise]
    decided = await act(desk, opened.stream, "decide_recovery", decider)
    assert (decided.event.passed, decided.standing.stage, decided.standing.closed) == (True, "decided", False)


async def test_a_recovery_may_be_about_the_policy(desk: Desk) -> None:
    await (await desk.play()).relay()
    opened = await open_one(desk, about=f"policy:dalian:{desk.application}")
    assert (await desk.file_of(opened.stream)).facts["recovery"]["disbursed"] == {desk.application: "500000.00"}


async def test_of_two_recoveries_opened_at_once_one_is_opened(desk: Desk) -> None:
    await desk.play()
    both = await asyncio.gather(*(open_one(desk, f"regulator-{n}") for n in (1, 2)), return_exceptions=True)
    (refused,) = (one for one in both if isinstance(one, BaseException))
    assert isinstance(refused, Barred)
    assert refused.rule == "recovered_once"


async def test_an_insurer_that_falsified_is_the_one_debtor(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk, fraudster="insurer-a")
    assert (await desk.file_of(opened.stream)).facts["recovery"]["debtors"] == ["insurer-a"]


@pytest.mark.parametrize("amount", ["499999.99", "500000.01", "1.00"])
async def test_no_other_amount_than_all_is_recovered(desk: Desk, amount: str) -> None:
    await desk.play()
    opened = await open_one(desk)
    refused = await act(desk, opened.stream, "decide_recovery", "finance-1", desk.forms.recovery_decision(amount))
    assert not refused.event.passed
    assert [(found.rule, found.article) for found in refused.event.findings] == [("all_is_recovered", "15(2)")]
    assert refused.standing.stage == "opened"


async def test_whoever_opened_a_recovery_neither_decides_nor_drops_it(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk, "finance-1")
    for name in ("decide_recovery", "drop_recovery"):
        with pytest.raises(Barred, match="preparer_does_not_approve"):
            await act(desk, opened.stream, name, "finance-1")


@pytest.mark.parametrize("officer", ["bureau-1", "insurer-a-1", "ganjingzi-1"])
async def test_only_the_regulator_and_finance_open_a_recovery(desk: Desk, officer: str) -> None:
    await desk.play()
    with pytest.raises(Barred, match="right_office"):
        await open_one(desk, officer)


async def test_only_finance_decides(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk)
    with pytest.raises(Barred, match="right_office"):
        await act(desk, opened.stream, "decide_recovery", "regulator-2")


async def test_an_application_is_recovered_once_unless_it_was_dropped(desk: Desk) -> None:
    await desk.play()
    opened = await open_one(desk)
    with pytest.raises(Barred, match=r"recovered_once .* recovers one of these applications already"):
        await open_one(desk, "finance-1")
    dropped = await act(desk, opened.stream, "drop_recovery", "finance-1")
    assert (dropped.standing.stage, dropped.standing.closed) == ("dropped", True)
    again = await open_one(desk, "finance-1")
    await act(desk, again.stream, "decide_recovery", "finance-2")
    with pytest.raises(Barred, match="recovered_once"):
        await open_one(desk)


async def test_what_was_not_paid_cannot_be_recovered(desk: Desk) -> None:
    await desk.play(first("round", "pay"))
    with pytest.raises(Unfit, match=r"applications\[0\]: must have been paid: nothing was disbursed on"):
        await open_one(desk)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"about": "case:dalian:DL-2026-999999"}, "about: there is no case 'DL-2026-999999'"),
        ({"about": "nobody"}, "about: must be kind:scheme:number"),
        ({"applications": ["DL-2026-999999-1"]}, r"applications\[0\]: must be an application of case:dalian:DL-"),
        ({"applications": []}, "applications"),
        ({"applications": ["x", "x"]}, "applications: must name each application once"),
        ({"evidence": []}, "evidence"),
        ({"evidence": ["x"]}, r"evidence\[0\]"),
        ({"fraudster": "nobody"}, "fraudster: must be the enterprise or the insurer of an application"),
    ],
)
async def test_a_recovery_names_what_exists(desk: Desk, said: dict[str, object], why: str) -> None:
    await desk.play()
    before = await desk.events()
    with pytest.raises(Unfit, match=why):
        await open_one(desk, **said)
    assert await desk.events() == before


async def test_an_application_of_another_case_is_not_recovered_with_this_one(desk: Desk) -> None:
    await desk.play()
    other = Desk(desk.pool, serial=2)
    await other.play(1)
    with pytest.raises(Unfit, match=r"applications\[0\]: must be an application of"):
        await open_one(desk, about=other.case)


# --- Demanded, repaid, in the ledger --------------------------------------------------------------------------------


async def demanded(desk: Desk) -> str:
    """Play a case to its payment, and a recovery to its demand."""
    await desk.play()
    opened = await open_one(desk)
    await act(desk, opened.stream, "decide_recovery", "finance-1")
    await act(desk, opened.stream, "demand", "finance-1")
    return opened.stream


async def repay(desk: Desk, stream: str, amount: str, voucher: str, debtor: str = "insurer-a") -> Answer:
    form = {**desk.forms.repayment(amount, debtor), "voucher": voucher}
    return await act(desk, stream, "record_repayment", "finance-1", form)


async def returned(desk: Desk) -> list[tuple[Any, ...]]:
    rows = await desk.pool.fetch(
        "select kind, debit, credit, amount, enterprise, application, reference, fiscal_year from ledger_entry "
        "where kind in ('recovery', 'refund') order by id"
    )
    return [tuple(row) for row in rows]


async def balances(desk: Desk) -> tuple[str, ...]:
    row = await desk.pool.fetchrow(
        "select appropriated, committed, paid, returned from budget where fiscal_year = 2030"
    )
    assert row
    return tuple(map(str, row))


async def test_what_is_repaid_is_an_entry_of_the_year_that_paid_it_and_frees_neither_budget_nor_cap(desk: Desk) -> None:
    stream = await demanded(desk)
    cap = await desk.pool.fetchval("select committed from enterprise_year")
    await repay(desk, stream, "200000.00", "JK-1")
    closed = await repay(desk, stream, "300000.00", "JK-2", desk.forms.enterprise)
    assert (closed.standing.stage, closed.standing.closed) == ("paid", True)
    whose = (desk.forms.enterprise, desk.application)
    assert await returned(desk) == [
        ("recovery", "returned", "paid", Decimal("200000.00"), *whose, "JK-1", 2030),
        ("recovery", "returned", "paid", Decimal("300000.00"), *whose, "JK-2", 2030),
    ]
    assert await balances(desk) == ("5000000.00", "500000.00", "500000.00", "500000.00")
    assert await desk.pool.fetchval("select committed from enterprise_year") == cap
    ledger = await ledger_of(desk.pool, "dalian", 2030)
    assert ledger["balanced"]
    assert (ledger["accounts"]["paid"], ledger["accounts"]["returned"]) == ("0.00", "500000.00")
    assert (await verified(desk.pool))["ok"]


async def test_a_demand_is_served_on_its_debtor_with_the_amount_and_the_remedies(desk: Desk) -> None:
    stream = await demanded(desk)
    row = await desk.pool.fetchrow("select addressed_to, body from notice where stream = $1", stream)
    assert row
    assert row["addressed_to"] == "insurer-a"
    assert (row["body"]["amount_due"], row["body"]["grounds"]) == ("500000.00", [])
    assert [period["name"] for period in row["body"]["periods"]] == ["repayment"]
    assert {remedy["way"] for remedy in row["body"]["remedies"]} == {"reconsideration", "litigation"}
    desk.moment += timedelta(days=40)
    await act(desk, stream, "demand", "finance-1")
    served = await desk.pool.fetch("select addressed_to from notice where stream = $1 order by sequence", stream)
    assert [row["addressed_to"] for row in served] == ["insurer-a", desk.forms.enterprise]


async def test_more_than_is_owed_is_refused_and_leaves_no_entry(desk: Desk) -> None:
    stream = await demanded(desk)
    refused = await repay(desk, stream, "500000.01", "JK-1")
    assert [found.rule for found in refused.event.findings if not found.passed] == ["not_more_than_owed"]
    assert await returned(desk) == []


async def test_a_voucher_returns_money_once(desk: Desk) -> None:
    stream = await demanded(desk)
    await repay(desk, stream, "1.00", "JK-1")
    with pytest.raises(Unfit, match="voucher: must be a new one"):
        await repay(desk, stream, "1.00", "JK-1")
    assert len(await returned(desk)) == 1


async def test_two_repayments_of_all_at_once_are_one(desk: Desk) -> None:
    stream = await demanded(desk)
    both = await asyncio.gather(
        *(repay(desk, stream, "500000.00", voucher) for voucher in ("JK-1", "JK-2")), return_exceptions=True
    )
    assert len(await returned(desk)) == 1
    # Whoever is second is told that the record is ahead of him, and finds the recovery closed.
    assert sum(isinstance(one, BaseException) for one in both) == 1
    assert await balances(desk) == ("5000000.00", "500000.00", "500000.00", "500000.00")


@pytest.mark.parametrize("officer", ["regulator-1", "bureau-1", "insurer-a-1"])
async def test_only_finance_demands_and_takes_money_back(desk: Desk, officer: str) -> None:
    stream = await demanded(desk)
    for name in ("demand", "record_repayment", "agree_instalments", "enforce"):
        with pytest.raises(Barred, match="right_office"):
            await act(desk, stream, name, officer)


# --- A bar opens it -------------------------------------------------------------------------------------------------


async def barred(desk: Desk, *applications: str) -> None:
    """Bar the insurer for its part in some applications."""
    await desk.order("nominate", "regulator-1", kind="pilot_insurer")
    proposal = {**desk.forms.of("propose_bar"), "applications": list(applications)}
    await desk.order("propose_bar", "regulator-1", proposal, "pilot_insurer")
    await desk.order("bar", "regulator-2", kind="pilot_insurer")


async def recoveries(desk: Desk) -> list[Any]:
    rows = await desk.pool.fetch("select stream from proceeding where kind = 'recovery' order by stream")
    return [await desk.file_of(row["stream"]) for row in rows]


async def test_a_bar_opens_the_recovery_of_what_was_paid_on_the_falsified_applications(desk: Desk) -> None:
    await desk.play()
    other = Desk(desk.pool, serial=2, moment=desk.moment)
    await other.play(first("case", "file") - 3)
    await barred(desk, desk.application, other.application)
    await desk.relay()
    (recovery,) = await recoveries(desk)
    assert (recovery.number[:3], recovery.stage, recovery.about) == ("RC-", "opened", "pilot_insurer:dalian:insurer-a")
    # Of the other nothing was paid.
    assert recovery.facts["recovery"]["disbursed"] == {desk.application: "500000.00"}
    assert recovery.facts["recovery"]["debtors"] == ["insurer-a"]
    decision = await desk.pool.fetchval("select encode(hash, 'hex') from event where act = 'bar'")
    assert recovery.facts["recovery"]["evidence"] == [decision]
    decided = await act(desk, f"recovery:dalian:{recovery.number}", "decide_recovery", "finance-1")
    assert decided.event.passed
    assert (await verified(desk.pool))["ok"]


async def test_a_bar_opens_no_second_recovery(desk: Desk) -> None:
    await desk.play()
    await open_one(desk)
    await barred(desk, desk.application)
    await desk.relay()
    assert len(await recoveries(desk)) == 1


async def test_what_a_bar_has_ordered_no_officer_opens_besides(desk: Desk) -> None:
    await desk.play()
    await barred(desk, desk.application)
    with pytest.raises(Barred, match="pilot_insurer:dalian:insurer-a has ordered the recovery"):
        await open_one(desk)
    await desk.relay()
    with pytest.raises(Barred, match=r"RC-.* recovers one of these applications already"):
        await open_one(desk)
    assert len(await recoveries(desk)) == 1


async def test_an_order_carried_twice_opens_one_recovery(desk: Desk) -> None:
    await desk.play()
    await barred(desk, desk.application)
    command = Command.model_validate(
        await desk.pool.fetchval("select command from outbox where command ->> 'act' = 'open_recovery'")
    )
    one, two = await desk.record.open(command), await desk.record.open(command)
    assert one.stream == two.stream
    assert len(await recoveries(desk)) == 1


async def test_nobody_takes_the_name_of_an_order_to_open_a_recovery(desk: Desk) -> None:
    await desk.play()
    form = desk.forms.recovery(desk.application, about=desk.case)
    command = desk.command("recovery", "open_recovery", "finance-1", form, stream=NEW, id="a/b")
    with pytest.raises(Unfit, match="must be without strokes"):
        await desk.write(await desk.attempt(command))


@pytest.mark.parametrize(
    ("done", "table"),
    [
        (("update ledger_entry set amount = amount - 1 where kind = 'recovery'",), "ledger_entry"),
        (("update ledger_entry set reference = 'x' where kind = 'recovery'",), "ledger_entry"),
        (("delete from ledger_entry where kind = 'recovery'", "update budget set returned = 0"), "ledger_entry"),
        (("update ledger_entry set kind = 'refund' where kind = 'recovery'",), "ledger_entry"),
        (("update budget set returned = returned + 1",), "budget"),
    ],
)
async def test_money_that_came_back_and_is_altered_behind_the_program_is_found(
    desk: Desk, postgres: EmbeddedPostgres, done: tuple[str, ...], table: str
) -> None:
    stream = await demanded(desk)
    await repay(desk, stream, "200000.00", "JK-1")
    assert (await verified(desk.pool))["ok"]
    superuser = await asyncpg.connect(postgres.dsn(database=await desk.pool.fetchval("select current_database()")))
    await superuser.execute("set session_replication_role = replica")
    for statement in done:
        await superuser.execute(statement)
    await superuser.close()
    found = await verified(desk.pool)
    assert not found["ok"]
    assert table in found["why"]
