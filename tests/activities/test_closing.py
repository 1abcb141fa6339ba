"""The year's ledger: money granted, taken back, closed and carried over (articles 13, 15(3))."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from activities.contracts import Answer
from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool
from rules.edition import Cited, edition_of
from rules.faults import Unfit
from rules.procedure import Barred
from rules.schemes import dalian
from rules.timetable import SHANGHAI
from service.auditing import verified
from starters.ledger import ledger_of
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, appropriate, sound
from tests.db.invariants import broken

YEAR = 2030
LEDGER = f"ledger:dalian:{YEAR}"
LAST_MINUTE = datetime(2030, 12, 31, 23, 59, tzinfo=SHANGHAI)
NEW_YEAR = datetime(2031, 1, 1, 0, 0, tzinfo=SHANGHAI)


async def order(desk: Desk, act: str, officer: str, form: dict[str, Any] | None = None, year: int = YEAR) -> Answer:
    recorded = await desk.order(act, officer, form or {}, "ledger", stream=f"ledger:dalian:{year}")
    assert recorded.answer
    return recorded.answer


async def adjusted(desk: Desk, amount: str, document: str = "调减1号") -> Answer:
    return await order(desk, "adjust", "finance-1", {"amount": amount, "document": document})


async def closed(desk: Desk, year: int = YEAR) -> Answer:
    """The year closed by two officers, on the first day after it."""
    desk.moment = datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    assert (await order(desk, "propose_closing", "finance-1", year=year)).event.passed
    return await order(desk, "close_year", "finance-2", year=year)


def failed(answer: Answer) -> list[tuple[str, str]]:
    return [(found.rule, found.article) for found in answer.event.findings if not found.passed]


async def entries(desk: Desk, year: int = YEAR) -> list[tuple[str, str]]:
    told = await ledger_of(desk.pool, "dalian", year)
    assert told["balanced"]
    return [(entry["kind"], entry["amount"]) for entry in told["entries"]]


async def right(desk: Desk) -> None:
    await sound(desk)
    assert await broken(desk.pool) == []


def edition_with(monkeypatch: pytest.MonkeyPatch, **figures: Any) -> None:
    cited = {name: Cited(value, "13", "tried here") for name, value in figures.items()}
    monkeypatch.setattr(dalian, "EDITIONS", (edition_of("dalian").model_copy(update=cited),))


async def one_signed(desk: Desk, quarter: str = "2030Q1") -> tuple[Desk, Quarter]:
    """An application of 200,000, made while its insurer is listed, in a plan that is signed."""
    one = await applied(Desk(desk.pool, desk.serial))
    one.moment = desk.moment
    await (await (await Quarter(desk, quarter).open()).filed(one)).reviewed(one)
    return one, await Quarter(desk, quarter).signed()


# --- Taken back -----------------------------------------------------------------------------------------------------


async def test_a_document_takes_back_all_that_nobody_has_committed_and_not_a_fen_more(desk: Desk) -> None:
    await appropriate(desk, "300000.00")
    await one_signed(desk)
    refused = await adjusted(desk, "100000.01")
    assert failed(refused) == [("adjusted_within_available", "13")]
    assert (await adjusted(desk, "100000.00")).event.passed
    assert await entries(desk) == [
        ("appropriation", "300000.00"),
        ("commitment", "200000.00"),
        ("adjustment", "100000.00"),
    ]
    await right(desk)


async def test_a_document_takes_back_once(desk: Desk) -> None:
    await appropriate(desk, "300000.00")
    await adjusted(desk, "1.00")
    with pytest.raises(Unfit, match="has taken money back from 2030 already"):
        await adjusted(desk, "1.00")


@pytest.mark.parametrize("act", ["adjust", "propose_closing", "close_year"])
async def test_a_year_without_money_has_no_ledger_to_act_in(desk: Desk, act: str) -> None:
    form = {"amount": "1.00", "document": "调减1号"} if act == "adjust" else {}
    with pytest.raises(Unfit, match="no document has granted it money"):
        await order(desk, act, "finance-1", form)
    assert await desk.events() == 0


async def test_of_two_documents_that_take_back_the_same_money_at_once_one_is_refused(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    answers = await asyncio.gather(*(adjusted(desk, "60.00", f"调减{n}号") for n in range(4)))
    assert sorted(answer.event.passed for answer in answers) == [False, False, False, True]
    await right(desk)


async def test_a_third_signature_and_an_adjustment_at_once_never_overdraw_the_year(desk: Desk) -> None:
    await appropriate(desk, "200000.00")
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await quarter.do("prepare_plan", "regulator-1")
    await quarter.do("sign_plan", "regulator-2")
    await quarter.do("sign_plan", "bureau-2")
    signed, taken = await asyncio.gather(quarter.try_("sign_plan", "finance-2"), adjusted(desk, "150000.00"))
    assert (signed.event.passed, taken.event.passed) in {(True, False), (False, True)}
    await desk.relay()
    await right(desk)


# --- Closed ---------------------------------------------------------------------------------------------------------


async def test_a_year_is_not_closed_before_its_last_day_is_over(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    desk.moment = LAST_MINUTE
    assert failed(await order(desk, "propose_closing", "finance-1")) == [("year_has_ended", "13")]
    desk.moment = NEW_YEAR
    assert (await order(desk, "propose_closing", "finance-1")).event.passed


async def test_whoever_proposes_the_closing_does_not_close(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    desk.moment = NEW_YEAR
    await order(desk, "propose_closing", "finance-1")
    with pytest.raises(Barred) as barred:
        await order(desk, "close_year", "finance-1")
    assert (barred.value.rule, barred.value.article) == ("preparer_does_not_approve", "15(3)")
    assert (await order(desk, "close_year", "finance-2")).event.passed


async def test_a_year_is_not_closed_while_a_plan_that_charges_it_is_not_signed(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    await Quarter(desk, "2030Q2").open()
    desk.moment = NEW_YEAR
    assert failed(await order(desk, "propose_closing", "finance-1")) == [("rounds_signed", "13")]


async def test_what_is_committed_stays_payable_and_the_rest_leaves_the_closed_year(desk: Desk) -> None:
    await appropriate(desk, "300000.00")
    one, quarter = await one_signed(desk)
    assert (await closed(desk)).standing.closed
    assert await entries(desk) == [
        ("appropriation", "300000.00"),
        ("commitment", "200000.00"),
        ("closing", "100000.00"),
    ]
    assert await entries(desk, YEAR + 1) == []
    await right(desk)
    await quarter.paid("insurer-a")
    assert ((await one.file()).stage, (await entries(desk))[-1]) == ("paid", ("payment", "200000.00"))
    await right(desk)


async def test_what_is_left_is_carried_into_the_next_year_where_the_edition_says_so(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition_with(monkeypatch, budget_carries_over=True)
    await appropriate(desk, "300000.00")
    await one_signed(desk)
    assert (await closed(desk)).event.passed
    assert (await entries(desk))[-1] == ("closing", "100000.00")
    assert await entries(desk, YEAR + 1) == [("carry_over", "100000.00")]
    told = await ledger_of(desk.pool, "dalian", YEAR + 1)
    assert (told["accounts"]["treasury"], told["accounts"]["available"]) == ("-100000.00", "100000.00")
    await right(desk)
    # A plan of the next year spends it.
    await one_signed(Desk(desk.pool, serial=400, moment=desk.moment), "2031Q1")
    assert ("commitment", "100000.00") in await entries(desk, YEAR + 1)
    await right(desk)


async def test_nothing_is_carried_into_a_year_that_is_closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    edition_with(monkeypatch, budget_carries_over=True)
    await appropriate(desk, "50.00", YEAR + 1)
    await closed(desk, YEAR + 1)
    await appropriate(desk, "100.00")
    assert failed(await order(desk, "propose_closing", "finance-1")) == [("next_year_open", "13")]
    assert (await adjusted(desk, "100.00")).event.passed
    assert (await order(desk, "propose_closing", "finance-1")).event.passed
    assert (await order(desk, "close_year", "finance-2")).event.passed
    await right(desk)


async def test_a_year_of_which_nothing_is_left_closes_without_an_entry(desk: Desk) -> None:
    await appropriate(desk, "200000.00")
    await one_signed(desk)
    assert (await closed(desk)).event.passed
    assert [kind for kind, _ in await entries(desk)] == ["appropriation", "commitment"]
    assert await desk.pool.fetchval("select closed from budget where fiscal_year = $1", YEAR)
    await right(desk)


@pytest.mark.parametrize("act", ["appropriate", "adjust", "propose_closing", "close_year"])
async def test_a_closed_year_takes_no_more_acts(desk: Desk, act: str) -> None:
    await appropriate(desk, "100.00")
    await closed(desk)
    form = {"amount": "1.00", "document": "追加"} if act in ("appropriate", "adjust") else {}
    with pytest.raises(Barred, match="the ledger is closed"):
        await order(desk, act, "finance-1", form)
    assert (await desk.refusals())[-1][2:] == ("act_in_turn", "13")


async def test_a_closing_that_is_taken_back_leaves_the_year_open(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    desk.moment = NEW_YEAR
    await order(desk, "propose_closing", "finance-1")
    with pytest.raises(Barred, match="closing_proposed"):
        await appropriate(desk, "7.00")
    await order(desk, "take_back_closing", "finance-2", {"reason": "还有指标文件"})
    await appropriate(desk, "7.00")
    await right(desk)


async def test_two_officers_who_close_at_once_close_once(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    desk.moment = NEW_YEAR
    await order(desk, "propose_closing", "finance-1")
    tried = await asyncio.gather(*(order(desk, "close_year", "finance-2") for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(one, Answer) for one in tried) == 1
    assert all(isinstance(one, Answer | Barred) for one in tried)
    await right(desk)


async def test_a_round_opened_after_its_year_was_closed_charges_the_year_it_is_opened_in(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    await closed(desk)
    await appropriate(desk, "1000000.00", YEAR + 1)
    _, quarter = await one_signed(desk, "2030Q3")
    assert (await desk.file_of(quarter.stream)).facts["round"]["fiscal_year"] == YEAR + 1
    assert ("commitment", "200000.00") in await entries(desk, YEAR + 1)
    await right(desk)


async def test_a_round_opened_while_its_year_is_closed_is_never_left_without_a_year(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    desk.moment = NEW_YEAR
    await order(desk, "propose_closing", "finance-1")
    _, closing = await asyncio.gather(Quarter(desk, "2030Q3").open(), order(desk, "close_year", "finance-2"))
    charged = (await desk.file_of("round:dalian:2030Q3")).facts["round"]["fiscal_year"]
    assert (closing.event.passed, charged) in {(True, YEAR + 1), (False, YEAR)}


# --- Held by the database -------------------------------------------------------------------------------------------


ENTRY = """insert into ledger_entry (scheme, fiscal_year, kind, debit, credit, amount, reference, stream, sequence)
    select scheme, $1, $2, $3, $4, $5, 'x', stream, sequence from event
    cross join (select 'dalian' as scheme) s where stream = $6 order by sequence desc limit 1"""


async def posted(desk: Desk, kind: str, amount: int, year: int = YEAR) -> None:
    debit, credit = ("available", "treasury") if kind in ("appropriation", "carry_over") else ("treasury", "available")
    await desk.pool.execute(ENTRY, year, kind, debit, credit, amount, LEDGER)


@pytest.mark.parametrize("kind", ["appropriation", "carry_over", "adjustment"])
async def test_the_program_can_enter_nothing_in_a_closed_year(desk: Desk, kind: str) -> None:
    await appropriate(desk, "100.00")
    await closed(desk)
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await posted(desk, kind, 1)
    assert refused.value.constraint_name in ("budget_closed", "budget_not_overspent")


@pytest.mark.parametrize(
    ("kind", "amount", "constraint"),
    [
        ("closing", 99, "closing_takes_the_rest"),
        ("closing", 101, "budget_not_overspent"),
        ("adjustment", 101, "budget_not_overspent"),
        ("carry_over", 100, "carried_as_closed"),
    ],
)
async def test_the_program_can_neither_close_a_part_nor_carry_over_what_was_not_closed(
    desk: Desk, kind: str, amount: int, constraint: str
) -> None:
    await appropriate(desk, "100.00")
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await posted(desk, kind, amount)
    assert refused.value.constraint_name == constraint


async def test_the_program_can_close_no_year_in_which_money_is_left_and_open_none(desk: Desk) -> None:
    await appropriate(desk, "100.00")
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await desk.pool.execute("select close_budget('dalian', $1)", YEAR)
    assert refused.value.constraint_name == "closed_without_rest"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.pool.execute("update budget set closed = false")


@pytest.fixture
async def superuser(pool: Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """The owner of the database, who can do what no act does."""
    owner = await asyncpg.connect(postgres.dsn(database=await pool.fetchval("select current_database()")))
    yield owner
    await owner.close()


async def test_a_plan_of_a_closed_year_is_refused_with_its_rule_and_article(desk: Desk, superuser: Connection) -> None:
    await appropriate(desk, "200000.00")
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await quarter.do("prepare_plan", "regulator-1")
    await quarter.do("sign_plan", "regulator-2")
    await quarter.do("sign_plan", "bureau-2")
    await superuser.execute("update budget set closed = true")
    with pytest.raises(Barred) as barred:
        await quarter.try_("sign_plan", "finance-2")
    assert (barred.value.rule, barred.value.article) == ("budget_open", "13")


# --- What waits -----------------------------------------------------------------------------------------------------


async def lapsed(desk: Desk, one: Desk, at: datetime) -> str:
    """Let the clock ring the last rung of what waits at the moment it is due; say where the case stands."""
    command = one.command("case", "expire", "clock", {"deadline": "waitlist", "rung": "passed"}, id="waitlist/rung")
    command = command.model_copy(update={"received_at": at})
    await one.write(await one.attempt(command, by_clock=True))
    await right(desk)
    return (await one.file()).stage


@pytest.mark.parametrize(("years", "ends"), [(0, 2030), (1, 2031), (2, 2032)])
async def test_what_waits_lapses_at_the_end_of_the_year_the_edition_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, years: int, ends: int
) -> None:
    edition_with(monkeypatch, waitlist_years=years)
    one, quarter = await one_signed(desk)
    await quarter.paid()
    file = await one.file()
    waitlist = file.deadline("waitlist")
    assert waitlist
    assert (waitlist.nominal_on, waitlist.due_on, file.stage) == (date(ends, 12, 31), date(ends, 12, 31), "waitlisted")
    assert await lapsed(desk, one, datetime(ends, 12, 31, 17, 0, tzinfo=UTC)) == "waiting_lapsed"


async def test_what_waits_lapses_the_day_after_a_plan_that_was_signed_when_its_time_was_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition_with(monkeypatch, waitlist_years=0)
    desk.moment = datetime(2031, 1, 20, 10, tzinfo=SHANGHAI)
    one, _ = await one_signed(desk, "2030Q3")
    waitlist = (await one.file()).deadline("waitlist")
    assert waitlist
    assert (waitlist.nominal_on, waitlist.due_on) == (date(2030, 12, 31), date(2031, 1, 20))
    assert waitlist.wake
    rungs = {"on the day", "passed"}
    assert waitlist.wake.rung in rungs
    assert waitlist.wake.at < datetime(2031, 1, 21, 2, tzinfo=SHANGHAI)


async def test_what_was_left_waiting_is_funded_by_the_following_year_where_it_still_waits(desk: Desk) -> None:
    one, quarter = await one_signed(desk)
    await quarter.paid()
    await appropriate(desk, "200000.00", YEAR + 1)
    desk.moment = NEW_YEAR
    await (await (await Quarter(desk, "2030Q4").open()).reviewed()).signed()
    assert (await one.file()).money["approved"] == "200000.00"
    assert await entries(desk, YEAR + 1) == [("appropriation", "200000.00"), ("commitment", "200000.00")]
    await right(desk)


# --- Proved ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tampering", "table"),
    [
        ("update ledger_entry set amount = amount + 1 where kind = 'adjustment'", "ledger_entry"),
        ("update ledger_entry set amount = amount - 1 where kind in ('closing', 'carry_over')", "ledger_entry"),
        ("delete from ledger_entry where kind = 'carry_over'", "ledger_entry"),
        ("update ledger_entry set reference = '2029' where kind = 'closing'", "ledger_entry"),
        ("update budget set closed = false", "budget"),
        ("update budget set closed = true where fiscal_year = 2031", "budget"),
        ("update budget set appropriated = appropriated + 1 where fiscal_year = 2030", "budget"),
    ],
)
async def test_what_closed_a_year_is_proved_from_its_events(
    desk: Desk, superuser: Connection, monkeypatch: pytest.MonkeyPatch, tampering: str, table: str
) -> None:
    edition_with(monkeypatch, budget_carries_over=True)
    await appropriate(desk, "300000.00")
    await adjusted(desk, "1.00")
    await closed(desk)
    await right(desk)
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute(tampering)
    found = await verified(desk.pool)
    assert (found["ok"], found["why"].split(":")[0]) == (False, table)
