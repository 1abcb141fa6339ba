"""The record: each act once, gapless and chained, and a proceeding that is nothing but the fold of its events."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.exceptions import ApplicationError

from activities.contracts import Attempt, Event
from activities.history import standing_of
from db.pool import AWAY, Pool
from rules.faults import Unfit
from rules.procedure import NO_FILE, Barred, File
from service.auditing import verified
from tests.activities.desk import PATH, Desk, Step, first
from tests.contents import contents, differing

every_step = pytest.mark.parametrize("place", range(len(PATH)), ids=[f"{n}-{step}" for n, step in enumerate(PATH)])


# --- once -----------------------------------------------------------------------------------------------------------


@every_step
async def test_an_act_offered_again_is_answered_alike_and_writes_nothing(desk: Desk, place: int) -> None:
    attempt = await (await desk.play(place)).next(PATH[place])
    done = await desk.write(attempt)
    before = await contents(desk.pool)
    for sequence in (attempt.sequence, attempt.sequence + 1):
        again = await desk.write(attempt.model_copy(update={"sequence": sequence}))
        assert again == done
    assert await contents(desk.pool) == before
    assert await desk.events() == place + 1


@pytest.mark.parametrize("place", [first("case", "submit"), first("case", "confirm"), first("round", "sign_plan") + 2])
async def test_an_act_offered_by_many_at_once_is_done_once(desk: Desk, place: int) -> None:
    attempt = await (await desk.play(place)).next(PATH[place])
    answers = await asyncio.gather(*(desk.write(attempt) for _ in range(6)))
    assert answers == [answers[0]] * 6
    assert await desk.events() == place + 1


async def test_an_act_offered_again_later_says_how_its_proceeding_stands_by_then(desk: Desk) -> None:
    attempt = await desk.next(PATH[0])
    submitted = await desk.write(attempt)
    await desk.order("withdraw", desk.forms.enterprise)
    again = await desk.write(attempt)
    assert again.answer == submitted.answer
    assert (again.standing.stage, again.standing.sequence) == ("withdrawn", 2)


async def test_an_answer_is_remembered_for_whoever_asks(desk: Desk) -> None:
    attempt = await desk.next(PATH[0])
    assert await desk.record.answered(attempt.command) is None
    done = await desk.write(attempt)
    assert await desk.record.answered(attempt.command) == done.answer


@pytest.mark.parametrize("changed", [{"act": "refuse"}, {"officer": "ganjingzi-2"}, {"data": {"reason": "x"}}], ids=str)
async def test_a_commands_name_stays_with_what_it_named(desk: Desk, changed: dict[str, object]) -> None:
    await desk.play(first("case", "return_for_correction"))
    attempt = await desk.next(Step("case", "confirm", "ganjingzi-1"))
    await desk.write(attempt)
    before = await contents(desk.pool)
    other = attempt.command.model_copy(update=changed)
    with pytest.raises(Unfit, match=f"command_id: '{attempt.command.id}' was already used for confirm"):
        await desk.write(Attempt(command=other, sequence=2))
    assert await contents(desk.pool) == before


async def test_a_commands_name_cannot_be_used_in_another_case(desk: Desk) -> None:
    await desk.play(1)
    other = await Desk(desk.pool, serial=2).play(1)
    attempt = await desk.next(Step("case", "confirm", "ganjingzi-1"))
    await desk.write(attempt)
    elsewhere = attempt.command.model_copy(update={"stream": other.case})
    with pytest.raises(Unfit, match=r"command_id: .* was already used for confirm"):
        await desk.write(Attempt(command=elsewhere, sequence=1))


async def test_no_officer_takes_the_name_of_an_order_that_the_system_has_still_to_give(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    other = await Desk(desk.pool, serial=2).play(1)
    before = await contents(desk.pool)
    for taken in (f"{desk.stream('round')}/2/file/{desk.case}", f"{desk.case}/13/remind/insurance"):
        with pytest.raises(Unfit, match="command_id: must be without strokes"):
            await other.order("withdraw", other.forms.enterprise, id=taken)
    assert await contents(desk.pool) == before
    for step in PATH[first("round", "file_return") : first("case", "file") + 1]:
        await desk.do(step)
    assert (await desk.file()).stage == "filed"


# --- ahead of the workflow ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [Step("case", "withdraw"), Step("case", "publish", "bureau-2"), Step("round", "file_return", "insurer-a-1")],
    ids=str,
)
async def test_a_record_ahead_of_its_workflow_only_says_how_things_stand(desk: Desk, step: Step) -> None:
    await desk.play(first("round", "close_filing"))
    attempt = await desk.next(step)
    before = await contents(desk.pool)
    for behind in (0, attempt.sequence - 1):
        recorded = await desk.write(attempt.model_copy(update={"sequence": behind}))
        assert recorded.answer is None
        assert recorded.standing == standing_of(await desk.file(step.kind))
    assert await contents(desk.pool) == before


async def test_of_two_officers_at_once_one_acts_and_the_other_learns_how_things_stand(desk: Desk) -> None:
    await desk.play(1)
    attempts = [await desk.next(Step("case", "confirm", f"ganjingzi-{n}")) for n in (1, 2)]
    done = await asyncio.gather(*map(desk.write, attempts))
    assert sorted(recorded.answer is None for recorded in done) == [False, True]
    assert {recorded.standing.stage for recorded in done} == {"confirmed"}
    assert await desk.events() == 2


async def test_a_round_is_opened_once(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    with pytest.raises(Barred, match="opened_once"):
        await desk.record.open(desk.command("round", "open", "regulator-2"))


# --- the fold, the chain, the numbers -------------------------------------------------------------------------------


async def folds(pool: Pool) -> dict[str, File]:
    """Each stream as its events leave it."""
    files: dict[str, File] = {}
    for row in await pool.fetch("select stream, body from event order by stream, sequence"):
        before = files.get(row["stream"], NO_FILE)
        files[row["stream"]] = before.folded(json.loads(row["body"])["changes"])
    return files


async def test_after_the_whole_path_every_proceeding_is_the_fold_of_its_events(desk: Desk) -> None:
    await desk.play()
    rows = await desk.pool.fetch("select * from proceeding")
    files = await folds(desk.pool)
    assert {row["stream"]: File.model_validate(row["file"]) for row in rows} == files
    assert {stream.split(":")[0] for stream in files} == {"case", "round", "ledger"}
    columns = ("number", "scheme", "edition", "stage", "sequence", "closed", "enterprise", "district", "product_key")
    for row in rows:
        file = files[row["stream"]]
        assert {name: row[name] for name in columns} == {name: getattr(file, name) for name in columns}
        told = ("name", "article", "office", "nominal_on", "due_on", "provisional", "met_on")
        deadlines = await desk.pool.fetch("select * from deadline where stream = $1 order by name", row["stream"])
        assert [tuple(one[name] for name in told) for one in deadlines] == sorted(
            tuple(getattr(one, name) for name in told) for one in file.deadlines
        )
    assert await verified(desk.pool) == {"ok": True, "events": len(PATH)}


async def test_the_path_ends_with_the_subsidy_paid_cut_by_the_cap_and_every_share_told(desk: Desk) -> None:
    await desk.play()
    file = await desk.file()
    assert (file.stage, file.closed) == ("paid", True)
    money = {name: Decimal(amount) for name, amount in file.money.items()}
    assert money["premium"] == Decimal(1_800_000)
    assert money["subsidy_asked"] == Decimal(600_000)
    assert money["cut_by_cap"] == Decimal(100_000)
    assert money["paid"] == Decimal(500_000)
    rows = await desk.pool.fetch("select kind, amount from ledger_entry order by id")
    assert [tuple(row) for row in rows] == [
        ("appropriation", 5_000_000),
        ("commitment", 500_000),
        ("payment", 500_000),
    ]
    assert await desk.pool.fetchval("select count(*) from outbox where stream = $1 and not done", desk.case) == 1


@pytest.mark.parametrize(("month", "charged"), [(9, 0), (11, 1)])
async def test_a_contract_forecasts_the_budget_of_the_year_its_earliest_return_is_charged_to(
    pool: Pool, month: int, charged: int
) -> None:
    desk = Desk(pool, moment=datetime.now(UTC).replace(month=month, day=20))
    for year, amount in ((0, "1000000.00"), (1, "7000000.00")):
        granted = {"amount": amount, "document": f"document {year}"}
        ledger = f"ledger:dalian:{desk.moment.year + year}"
        await desk.order("appropriate", "finance-1", granted, "ledger", stream=ledger)
    await desk.play(first("case", "apply"))
    assert (await desk.file()).money["budget_left"] == ("1000000.00", "7000000.00")[charged]


async def test_the_path_once_begun_leaves_no_two_events_alike_and_each_hashed_over_the_one_before(desk: Desk) -> None:
    await desk.play()
    rows = await desk.pool.fetch("select stream, sequence, previous, hash from event order by stream, sequence")
    assert len({row["hash"] for row in rows}) == len(rows)
    last: dict[str, bytes] = {}
    for row in rows:
        assert row["previous"] == last.get(row["stream"], b"")
        last[row["stream"]] = row["hash"]


async def test_an_event_tells_who_did_what_under_which_article_and_what_was_found(desk: Desk) -> None:
    await desk.play(3)
    confirmed = (await desk.do(Step("case", "confirm", "ganjingzi-1"))).event
    told = (confirmed.seq, confirmed.act, confirmed.officer, confirmed.office, confirmed.article, confirmed.at)
    assert told == (4, "confirm", "ganjingzi-1", "ganjingzi", "9", desk.moment)
    assert confirmed.officer_name
    assert {"2", "8", "8(6)"} <= {finding.article for finding in confirmed.findings}
    assert Event.model_validate_json(confirmed.model_dump_json()) == confirmed


async def test_twenty_submissions_at_once_get_numbers_without_gaps_and_a_refused_one_takes_none(desk: Desk) -> None:
    desks = [Desk(desk.pool, serial) for serial in range(1, 21)]
    nowhere = [Desk(desk.pool, serial) for serial in range(21, 26)]

    async def lost(one: Desk) -> str:
        data = one.forms.submission()
        data["enterprise"]["district"] = "atlantis"
        with pytest.raises(Unfit, match=r"enterprise\.district"):
            await one.order("submit", one.forms.enterprise, data)
        with pytest.raises(Barred, match="officer_known"):
            await one.order("submit", "nobody")
        return ""

    await asyncio.gather(*(one.play(1) for one in desks), *map(lost, nowhere))
    year = desks[0].forms.now.year
    assert sorted(one.case for one in desks) == [f"case:dalian:DL-{year}-{n:06}" for n in range(1, 21)]
    assert await desk.events() == 20
    assert await desk.pool.fetchval("select count(*) from office where kind = 'enterprise'") == 20
    assert (await Desk(desk.pool, serial=99).play(1)).case.endswith("000021")


async def test_the_same_product_submitted_by_many_at_once_becomes_one_case(desk: Desk) -> None:
    attempts = [await desk.next(PATH[0]) for _ in range(6)]
    done = await asyncio.gather(*(desk.record.write(attempt) for attempt in attempts), return_exceptions=True)
    barred = [one for one in done if isinstance(one, Barred)]
    assert [(one.rule, one.article) for one in barred] == [("first_batch_once", "2")] * 5
    assert await desk.events() == 1
    assert await desk.pool.fetchval("select last from given_number") == 1


# --- what is refused ------------------------------------------------------------------------------------------------


async def test_an_act_the_law_refuses_is_kept_with_its_grounds_and_moves_nothing_else(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    before, file = await contents(desk.pool), await desk.file()
    late = desk.forms.contract() | {"premium_rate": "0.0301", "quality_cover": False}
    refused = await desk.order("insure", "insurer-a-1", late)
    assert refused.answer
    assert not refused.answer.event.passed
    assert {one.article for one in refused.answer.event.findings if not one.passed} == {"3", "4"}
    assert await desk.file() == file.model_copy(update={"sequence": file.sequence + 1})
    assert differing(before, await contents(desk.pool)) <= {"event", "proceeding", "deadline", "outbox"}
    assert (await desk.order("insure", "insurer-a-1")).standing.stage == "insured"


async def test_what_cannot_be_read_leaves_no_trace(desk: Desk) -> None:
    await desk.play(first("case", "insure"))
    before = await contents(desk.pool)
    with pytest.raises(Unfit, match=r"sum_insured.*premium_rate.*colour"):
        await desk.order(
            "insure",
            "insurer-a-1",
            desk.forms.contract() | {"sum_insured": "-1", "premium_rate": "3%", "colour": "red"},
        )
    with pytest.raises(Unfit, match="'fly' is not an act of a case"):
        await desk.order("fly", "bureau-1", {})
    with pytest.raises(Unfit, match="there is no case 'DL-2016-999999'"):
        await desk.order("withdraw", desk.forms.enterprise, stream="case:dalian:DL-2016-999999")
    assert await contents(desk.pool) == before


async def test_a_year_takes_no_more_money_than_its_ledger_can_hold(desk: Desk) -> None:
    most = {"amount": "9999999999999999", "document": "大财指0号"}
    assert (await desk.order("appropriate", "finance-1", most, "ledger")).answer
    before = await contents(desk.pool)
    with pytest.raises(Unfit, match="amount: must leave the year's sum below"):
        await desk.order("appropriate", "finance-1", kind="ledger")
    assert await contents(desk.pool) == before


@pytest.mark.parametrize("stream", ["", "case", "case:dalian", "case:dalian:", "case:dalian:1:2", "case:paris:1"])
async def test_a_stream_that_names_no_procedure_is_bad_input(desk: Desk, stream: str) -> None:
    with pytest.raises(Unfit, match="stream"):
        await desk.order("withdraw", "bureau-1", stream=stream)


async def test_an_act_whose_connection_is_cut_before_it_ends_has_not_happened(desk: Desk) -> None:
    # The third signature writes the most; it is cut when the ledger is posted and the case is to be told.
    await desk.play(first("round", "sign_plan") + 2)
    attempt = await desk.next(PATH[first("round", "sign_plan") + 2])
    before = await contents(desk.pool)
    async with desk.pool.acquire() as other, other.transaction():
        await other.execute("lock table outbox in share mode")
        writing = asyncio.create_task(desk.write(attempt))
        blocked = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        async with asyncio.timeout(30):
            while not (pid := await desk.pool.fetchval(blocked)):  # noqa: ASYNC110 - another connection waits
                await asyncio.sleep(0.01)
        assert await other.fetchval("select pg_terminate_backend($1)", pid)
        with pytest.raises(AWAY):
            await writing
    assert await contents(desk.pool) == before
    assert (await desk.write(attempt)).standing.stage == "signed"


async def test_whoever_waits_behind_another_act_is_not_told_that_the_database_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.record.OFFICER_PATIENCE", timedelta(seconds=0.2))
    attempt = await (await desk.play(1)).next(PATH[1])
    async with desk.pool.acquire() as another, another.transaction():
        await another.execute("select from proceeding for update")
        with pytest.raises(ApplicationError, match="another act may be under way; nothing is known to be stored"):
            await desk.record.record(attempt)
    assert await desk.events() == 1
