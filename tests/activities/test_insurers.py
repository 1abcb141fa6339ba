"""Pilot insurers and filed clauses as the record keeps them: the list, its gaps, and what a contract may rest on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from activities.contracts import Answer, Recorded
from db.demonstration import fill
from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool
from db.sql import queries
from rules.edition import edition_of
from rules.faults import Unfit
from rules.periods import years_later
from rules.procedure import Barred, File
from rules.procedures import PROCEDURES
from tests.activities.desk import Desk, Step, first
from tests.contents import contents, differing

OFFICE = queries("office")
KIND = "pilot_insurer"
#: From nothing to the list, by one officer of the regulator.
TO_THE_LIST = ("nominate", "select", "list")


class Register:
    """The regulator's register of one insurer, in the hands of a desk."""

    def __init__(self, desk: Desk, insurer: str = "insurer-c") -> None:
        self.desk, self.insurer = desk, insurer

    @property
    def stream(self) -> str:
        return f"{KIND}:dalian:{self.insurer}"

    async def do(self, act: str, officer: str = "regulator-1", **changed: Any) -> Answer:
        recorded = await self.order(act, officer, **changed)
        assert recorded.answer
        return recorded.answer

    async def order(self, act: str, officer: str, **changed: Any) -> Recorded:
        own = {"insurer": self.insurer} if act == "nominate" else {}
        data = {**self.desk.forms.of(act), **own, **changed}
        command = self.desk.command(KIND, act, officer, data, stream=self.stream)
        return await self.desk.write(await self.desk.attempt(command))

    async def passes(self, *acts: str, officer: str = "regulator-1") -> Register:
        for act in acts:
            answer = await self.do(act, officer)
            assert answer.event.passed, answer.event.findings
        return self

    async def grounds(self, act: str, officer: str = "regulator-1", **changed: Any) -> list[str]:
        """The rules by which the law refuses an act, which then changes nothing but the file's history."""
        before = await contents(self.desk.pool)
        answer = await self.do(act, officer, **changed)
        assert not answer.event.passed
        changed_tables = differing(before, await contents(self.desk.pool))
        assert not changed_tables & {"insurer_listing", "insurer_bar", "insurer_suspension", "filed_clause"}
        return [finding.rule for finding in answer.event.findings if not finding.passed]

    async def barred(self, act: str, officer: str = "regulator-1", **changed: Any) -> tuple[str, str]:
        """The rule and article by which an act is barred; only the refusal is kept."""
        before = await contents(self.desk.pool)
        with pytest.raises(Barred) as caught:
            await self.order(act, officer, **changed)
        assert differing(before, await contents(self.desk.pool)) == {"refusal"}
        return caught.value.rule, caught.value.article

    async def unfit(self, act: str, officer: str = "regulator-1", **changed: Any) -> list[str]:
        """The fields that make an act bad input; nothing is kept."""
        before = await contents(self.desk.pool)
        with pytest.raises(Unfit) as caught:
            await self.order(act, officer, **changed)
        assert differing(before, await contents(self.desk.pool)) == set()
        return [field for field, _ in caught.value.faults]

    async def file(self) -> File:
        return File.model_validate(
            await self.desk.pool.fetchval("select file from proceeding where stream = $1", self.stream)
        )

    async def listed(self, days: int = 0, clause: str = "") -> tuple[bool, bool]:
        """Whether the insurer is listed, and the clause filed, so many days from now."""
        day = self.desk.forms.now.date() + timedelta(days=days)
        row = await self.desk.pool.fetchrow(OFFICE.insurer, self.insurer, clause, day)
        assert row
        return row["listed"], row["clause_filed"]

    def pass_days(self, days: int) -> None:
        self.desk.moment += timedelta(days=days)

    async def clock(self, act: str, deadline: str = "listing") -> Answer:
        """What the file's workflow does when a deadline has passed."""
        data = {"deadline": deadline, "rung": "passed"}
        command = self.desk.command(KIND, act, "clock", data, stream=self.stream)
        recorded = await self.desk.write(await self.desk.attempt(command, by_clock=True))
        assert recorded.answer
        return recorded.answer


@pytest.fixture
async def superuser(pool: Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """The superuser, in this test's database."""
    name = await pool.fetchval("select current_database()")
    connection = await asyncpg.connect(postgres.dsn(database=name))
    yield connection
    await connection.close()


@pytest.fixture
def register(desk: Desk) -> Register:
    return Register(desk)


def page(at: datetime, where: str = "bureau.example") -> dict[str, str]:
    return {"page": f"https://{where}/list", "published_at": f"{at:%Y-%m-%dT%H:%M}", "snapshot_sha256": "0" * 64}


# --- the list -------------------------------------------------------------------------------------------------------


async def test_an_insurer_is_listed_for_the_editions_years_from_the_day_both_portals_show_it(
    register: Register,
) -> None:
    await register.passes("nominate", "select")
    register.pass_days(5)
    now = register.desk.forms.now
    pages = {"industry_bureau_page": page(now - timedelta(days=3)), "regulator_page": page(now, "regulator.example")}
    answer = await register.do("list", **pages)
    assert (answer.event.passed, answer.standing.stage) == (True, "listed")
    file, until = await register.file(), years_later(now.date(), 1)
    listing = file.deadline("listing")
    assert listing is not None
    assert (listing.counted_from, listing.due_on, listing.silence) == (now.date(), until, "expire")
    term = (until - now.date()).days
    asked = [(await register.listed(days))[0] for days in (-1, 0, term, term + 1)]
    assert asked == [False, True, True, False]


async def test_an_insurer_is_not_listed_before_the_list_is_published(register: Register) -> None:
    await register.passes("nominate", "select")
    assert await register.listed() == (False, False)


async def test_the_number_of_the_file_is_the_insurers_office(register: Register) -> None:
    data = register.desk.forms.of("nominate")
    command = register.desk.command(KIND, "nominate", "regulator-1", data, stream=f"{KIND}:dalian:new")
    answer = await register.desk.record.open(command)
    assert answer.stream == "pilot_insurer:dalian:insurer-c"
    assert await register.desk.record.open(command) == answer
    again = command.model_copy(update={"id": "again"})
    with pytest.raises(Barred, match="pilot_insurer insurer-c is open already") as caught:
        await register.desk.record.open(again)
    assert (caught.value.rule, caught.value.article) == ("opened_once", "12")
    other = command.model_copy(update={"id": "other", "stream": f"{KIND}:dalian:insurer-b"})
    with pytest.raises(Unfit, match="must be the 'insurer-c' that its form names"):
        await register.desk.record.open(other)


async def test_only_an_insurer_of_the_register_is_nominated(register: Register) -> None:
    register.insurer = "assessor-a"
    assert await register.unfit("nominate") == ["insurer"]
    register.insurer = "insurer-z"
    assert await register.unfit("nominate") == ["insurer"]


async def test_an_insurer_that_stands_on_the_list_already_enters_as_listed_with_its_own_term(desk: Desk) -> None:
    register = Register(desk, "insurer-a")
    await register.passes("nominate")
    file, year_ends = await register.file(), desk.forms.now.date().replace(month=12, day=31)
    assert file.stage == "listed"
    listing = file.deadline("listing")
    assert listing is not None
    assert listing.due_on == year_ends
    assert await register.listed() == (True, False)


@pytest.mark.parametrize(
    ("missing", "field"),
    [("industry_bureau_page", "industry_bureau_page"), ("regulator_page", "regulator_page")],
)
async def test_one_portal_is_not_enough(register: Register, missing: str, field: str) -> None:
    await register.passes("nominate", "select")
    assert field in (await register.unfit("list", **{missing: None}))[0]


async def test_the_same_page_is_not_two_portals(register: Register) -> None:
    await register.passes("nominate", "select")
    same = page(register.desk.forms.now)
    assert await register.unfit("list", industry_bureau_page=same, regulator_page=same) == ["regulator_page.page"]


async def test_a_list_is_published_neither_in_the_future_nor_before_the_selection(register: Register) -> None:
    await register.passes("nominate", "select")
    now = register.desk.forms.now
    tomorrow = page(now + timedelta(days=1))
    assert await register.unfit("list", industry_bureau_page=tomorrow) == ["industry_bureau_page.published_at"]
    before = {
        "industry_bureau_page": page(now - timedelta(days=2)),
        "regulator_page": page(now - timedelta(days=1), "r.example"),
    }
    assert await register.unfit("list", **before) == ["published_at"]


async def test_a_list_whose_term_is_over_lists_nobody(register: Register) -> None:
    await register.passes("nominate", "select")
    old = register.desk.forms.now
    register.pass_days(400)
    pages = {"industry_bureau_page": page(old), "regulator_page": page(old, "r.example")}
    assert await register.unfit("list", **pages) == ["published_at"]


async def test_a_new_list_before_the_term_ends_leaves_no_day_between(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    assert await register.unfit("list") == ["published_at"]
    register.pass_days(360)
    await register.passes("list")
    assert [(await register.listed(days))[0] for days in (0, 5, 6, 365)] == [True] * 4
    listing = (await register.file()).deadline("listing")
    assert listing is not None
    assert listing.due_on == years_later(register.desk.forms.now.date(), 1)


async def test_a_term_that_ran_out_is_followed_by_a_new_list(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(366)
    ended = await register.clock("expire")
    assert (ended.standing.stage, ended.standing.closed, ended.standing.wakes) == ("listing_ended", False, ())
    assert await register.listed() == (False, False)
    await register.passes("list")
    assert await register.listed() == (True, False)


def published(at: datetime) -> dict[str, Any]:
    """A list that both portals showed at a moment."""
    return {"industry_bureau_page": page(at), "regulator_page": page(at, "regulator.example")}


async def test_a_list_that_is_entered_late_fills_no_gap_that_has_been(register: Register) -> None:
    """What was refused in the gap stays rightly refused; the term ends where the published list's does."""
    await register.passes(*TO_THE_LIST)
    register.pass_days(366)
    await register.clock("expire")
    since = register.desk.forms.now
    register.pass_days(60)
    answer = await register.do("list", **published(since))
    assert [(found.rule, found.passed) for found in answer.event.findings] == [("listed_from_entry", True)]
    until = (years_later(since.date(), 1) - register.desk.forms.now.date()).days
    assert [(await register.listed(days))[0] for days in (-60, -30, -1, 0, until, until + 1)] == [
        *[False] * 3,
        *[True] * 2,
        False,
    ]
    listing = (await register.file()).deadline("listing")
    assert listing is not None
    assert listing.counted_from == register.desk.forms.now.date()


async def test_a_list_fills_no_gap_although_nobody_had_entered_the_end_of_the_term(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(380)
    answer = await register.do("list", **published(register.desk.forms.now - timedelta(days=30)))
    assert [found.rule for found in answer.event.findings] == ["listed_from_entry"]
    assert [(await register.listed(days))[0] for days in (-5, 0)] == [False, True]


async def test_a_list_published_while_its_insurer_was_off_the_list_counts_from_its_entry(register: Register) -> None:
    await register.passes(*TO_THE_LIST, "propose_delisting")
    register.pass_days(10)
    await register.passes("delist", officer="regulator-2")
    await register.passes("select")
    register.pass_days(10)
    answer = await register.do("list", **published(register.desk.forms.now - timedelta(days=8)))
    assert [found.rule for found in answer.event.findings] == ["listed_from_entry"]
    assert [(await register.listed(days))[0] for days in (-8, -1, 0)] == [False, False, True]


async def test_a_list_published_within_a_suspension_counts_from_its_entry(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(10)
    await register.passes("suspend")
    register.pass_days(10)
    await register.passes("reinstate")
    answer = await register.do("list", **published(register.desk.forms.now - timedelta(days=5)))
    assert [found.rule for found in answer.event.findings] == ["listed_from_entry"]
    assert [(await register.listed(days))[0] for days in (-5, -1, 0)] == [False, False, True]


async def test_a_list_entered_late_while_nothing_ended_counts_from_its_publication(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(30)
    answer = await register.do("list", **published(register.desk.forms.now - timedelta(days=8)))
    assert answer.event.findings == ()
    listing = (await register.file()).deadline("listing")
    assert listing is not None
    assert listing.counted_from == register.desk.forms.now.date() - timedelta(days=8)


async def test_an_insurer_declined_or_taken_off_the_list_is_selected_anew_in_the_same_file(register: Register) -> None:
    await register.passes("nominate", "decline_nomination", "select", "list", "propose_delisting")
    await register.passes("delist", officer="regulator-2")
    register.pass_days(1)
    assert await register.barred("list") == ("act_in_turn", "12")
    await register.passes("select", "list")
    assert await register.listed() == (True, False)


# --- suspended, taken off, barred -----------------------------------------------------------------------------------


async def test_a_suspended_insurer_is_not_listed_from_that_day_until_it_is_reinstated(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(10)
    await register.passes("suspend")
    register.pass_days(10)
    await register.passes("reinstate")
    asked = [(await register.listed(days))[0] for days in (-11, -10, -1, 0)]
    assert asked == [True, False, False, True]
    await register.passes("suspend", "reinstate")
    assert await register.listed() == (True, False)


async def test_the_term_of_a_suspended_insurer_runs_out_all_the_same(register: Register) -> None:
    await register.passes(*TO_THE_LIST, "suspend")
    register.pass_days(366)
    assert (await register.clock("expire")).standing.stage == "listing_ended"
    await register.passes("list")
    assert await register.listed() == (True, False)
    assert (await register.file()).facts["suspension"] == {}


async def test_the_demonstration_lists_no_insurer_again_that_has_a_file_of_its_own(
    desk: Desk, superuser: Connection
) -> None:
    register = await Register(desk, "insurer-a").passes("nominate", "propose_delisting")
    await register.passes("delist", officer="regulator-2")
    next_year = desk.forms.now.date().replace(month=6, day=1) + timedelta(days=365)
    await fill(superuser, next_year, edition_of("dalian"))
    ahead = (next_year - desk.forms.now.date()).days
    assert await register.listed(ahead) == (False, False)
    assert await Register(desk, "insurer-b").listed(ahead) == (True, False)


async def test_an_insurer_is_taken_off_the_list_by_another_officer_than_proposed_it(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    register.pass_days(3)
    assert await register.grounds("delist", "regulator-2") == ["delisting_proposed"]
    await register.passes("propose_delisting")
    assert await register.barred("delist") == ("preparer_does_not_approve", "15(3)")
    await register.passes("delist", officer="regulator-2")
    assert [(await register.listed(days))[0] for days in (-1, 0, 100)] == [True, False, False]
    assert (await register.file()).deadline("listing").met_on == register.desk.forms.now.date()  # type: ignore[union-attr]


async def test_a_proposal_that_was_decided_takes_nobody_off_a_later_list(register: Register) -> None:
    await register.passes(*TO_THE_LIST, "propose_delisting")
    await register.passes("delist", officer="regulator-2")
    register.pass_days(1)
    await register.passes("select", "list")
    assert await register.grounds("delist", "regulator-2") == ["delisting_proposed"]


async def test_what_is_decided_against_an_insurer_is_told_it_in_writing_with_its_remedies(register: Register) -> None:
    await register.passes(*TO_THE_LIST, "suspend", "propose_delisting")
    await register.passes("delist", officer="regulator-2")
    rows = await register.desk.pool.fetch(
        "select body from notice where stream = $1 order by sequence", register.stream
    )
    told = [(row["body"]["act"], row["body"]["addressed_to"]["code"], len(row["body"]["remedies"])) for row in rows]
    assert told == [("suspend", "insurer-c", 2), ("delist", "insurer-c", 2)]


async def brought_to_application(desk: Desk) -> tuple[Register, dict[str, Any]]:
    """An insurer on the list with an application of its own, and the proposal that names it."""
    await desk.play(first("ledger", "appropriate"))
    register = Register(desk, "insurer-a")
    await register.passes("nominate")
    return register, {"applications": [desk.application]}


async def test_an_insurer_is_barred_by_another_officer_than_named_its_falsified_applications(desk: Desk) -> None:
    register, named = await brought_to_application(desk)
    assert await register.grounds("bar", "regulator-2") == ["bar_proposed"]
    assert await register.unfit("propose_bar", applications=["DL-2026-999999-1"]) == ["applications[0]"]
    assert await register.unfit("propose_bar", applications=[desk.application] * 2) == ["applications[1]"]
    assert (await register.do("propose_bar", **named)).event.passed
    assert await register.barred("bar") == ("preparer_does_not_approve", "15(3)")
    barred = await register.do("bar", "regulator-2")
    assert (barred.event.article, barred.standing.stage, barred.standing.closed) == ("15(2)", "barred", True)
    row = await desk.pool.fetchrow("select insurer, barred_on from insurer_bar")
    assert tuple(row or ()) == ("insurer-a", desk.forms.now.date())
    assert (await register.file()).facts["bar"]["applications"] == named["applications"]


async def test_another_insurers_application_is_no_ground_to_bar(desk: Desk) -> None:
    await desk.play(first("ledger", "appropriate"))
    register = await Register(desk, "insurer-b").passes("nominate")
    assert await register.unfit("propose_bar", applications=[desk.application]) == ["applications[0]"]


async def test_a_barred_insurer_files_nothing_and_is_barred_once(desk: Desk) -> None:
    register, named = await brought_to_application(desk)
    await register.do("propose_bar", **named)
    await register.do("bar", "regulator-2")
    assert await register.barred("bar", "regulator-2") == ("act_in_turn", "15(2)")
    assert await register.barred("propose_bar") == ("act_in_turn", "15(2)")
    assert await register.barred("file_clause", "insurer-a-1") == ("act_in_turn", "3")
    assert await register.barred("list") == ("act_in_turn", "12")
    await desk.do(Step("round", "open", "regulator-1"))
    filed = await desk.order("file_return", "insurer-a-1", kind="round")
    assert filed.answer
    assert [found.rule for found in filed.answer.event.findings if not found.passed] == ["insurer_not_barred"]


async def test_a_bar_ends_the_listing_and_a_suspension_with_it(desk: Desk) -> None:
    register, named = await brought_to_application(desk)
    register.pass_days(3)
    await register.passes("suspend")
    register.pass_days(2)
    assert (await register.do("propose_bar", **named)).event.passed
    register.pass_days(400)
    barred = await register.do("bar", "regulator-2")
    assert "400 days before" in barred.event.findings[0].reason
    today = desk.forms.now.date()
    ended = await desk.pool.fetchval("select ended_on from insurer_suspension where insurer = 'insurer-a'")
    assert ended == today


async def test_a_barred_insurer_is_off_the_list_from_that_day(desk: Desk) -> None:
    register, named = await brought_to_application(desk)
    register.pass_days(3)
    await register.do("propose_bar", **named)
    await register.do("bar", "regulator-2")
    assert [(await register.listed(days))[0] for days in (-1, 0, 10)] == [True, False, False]


async def test_a_barred_insurers_pending_application_is_held_for_a_decision_and_not_refused(desk: Desk) -> None:
    """I-15: honest or not, what was filed before the bar is neither paid nor refused by it."""
    await desk.play(first("round", "prepare_plan"))
    register = await Register(desk, "insurer-a").passes("nominate")
    await register.do("propose_bar", applications=[desk.application])
    await register.do("bar", "regulator-2")
    planned = await desk.do(Step("round", "prepare_plan", "regulator-1"))
    told = (await desk.file("round")).facts["plan"]
    assert (planned.event.passed, told["lines"], told["held"], told["refused"]) == (True, 0, 1, 0)


async def test_an_insurer_barred_on_paper_is_not_nominated(register: Register, superuser: Connection) -> None:
    await superuser.execute("insert into insurer_bar values ('insurer-c', '2026-01-01', 'on paper')")
    assert await register.barred("nominate") == ("insurer_not_barred", "15(2)")


# --- measures -------------------------------------------------------------------------------------------------------


async def test_measures_are_registered_one_after_another_and_move_nothing(register: Register) -> None:
    await register.passes(*TO_THE_LIST)
    first_taken = await register.do("record_measure")
    assert (first_taken.standing.stage, first_taken.event.article) == ("listed", "15(1)")
    await register.do("record_measure", "regulator-2", measure="order", ground="harm")
    taken = (await register.file()).facts["measures"]["taken"]
    assert [(one["measure"], one["ground"], one["taken_by"]) for one in taken] == [
        ("alert", "rate_deviation", "regulator-1"),
        ("order", "harm", "regulator-2"),
    ]
    assert await register.unfit("record_measure", measure="fine") == ["measure"]
    assert await register.unfit("record_measure", ground="dislike") == ["ground"]
    assert await register.listed() == (True, False)


# --- who, and when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", list(PROCEDURES[KIND, "dalian"].acts.values()), ids=lambda act: act.name)
async def test_an_act_is_refused_to_every_office_but_its_own(register: Register, act: Any) -> None:
    offices = {"insurer": "insurer-c-1", "regulator": "regulator-1", "district": "ganjingzi-1", "finance": "finance-1"}
    offices |= {"industry_bureau": "bureau-1", "assessor": "assessor-a-1"}
    if act.stages:
        await register.passes("nominate")
        for step in await _way_to(act.stages):
            await register.passes(*step[1:], officer=step[0])
    changed = {"deadline": "listing", "rung": "passed"} if act.by == ("system",) else {}
    if act.name == "recount_deadlines":
        changed = {"year": 2027, "document": "国办发明电"}
    for kind, officer in offices.items():
        if kind not in act.by:
            assert await register.barred(act.name, officer, **changed) == ("right_office", act.article)


async def _way_to(stages: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The steps from a nomination to the first of some stages that can be reached."""
    if "candidate" in stages:
        return []
    if "selected" in stages:
        return [("regulator-1", "select")]
    return [("regulator-1", "select", "list"), *([] if "listed" in stages else [("regulator-1", "suspend")])]


async def test_an_insurer_keeps_only_its_own_file(register: Register) -> None:
    await register.passes("nominate")
    assert await register.barred("file_clause", "insurer-a-1") == ("own_insurer_file", "3")
    assert await register.barred("withdraw_clause", "insurer-b-1") == ("own_insurer_file", "3")


@pytest.mark.parametrize(
    ("acts", "out_of_turn"),
    [
        (("nominate",), ("list", "suspend", "reinstate", "delist", "propose_delisting")),
        (("nominate", "select"), ("select", "suspend", "reinstate", "delist")),
        (TO_THE_LIST, ("select", "decline_nomination", "reinstate")),
        ((*TO_THE_LIST, "suspend"), ("suspend", "list", "select")),
        (("nominate", "decline_nomination"), ("list", "suspend", "decline_nomination")),
    ],
    ids=lambda acts: acts[-1],
)
async def test_an_act_out_of_turn_is_barred(
    register: Register, acts: tuple[str, ...], out_of_turn: tuple[str, ...]
) -> None:
    await register.passes(*acts)
    for act in out_of_turn:
        assert await register.barred(act) == ("act_in_turn", "12")


# --- filed clauses --------------------------------------------------------------------------------------------------

CLAUSE = "CLAUSE-C-2026-02"


async def test_a_filed_clause_holds_from_its_filing_through_its_last_day(register: Register) -> None:
    await register.passes("nominate")
    now = register.desk.forms.now
    until = {"valid_until": f"{now.date() + timedelta(days=30)}"}
    answer = await register.do("file_clause", "insurer-c-1", **until)
    assert (answer.event.passed, answer.standing.stage) == (True, "candidate")
    asked = [(await register.listed(days, CLAUSE))[1] for days in (-1, 0, 30, 31)]
    assert asked == [False, True, True, False]
    number = await register.desk.pool.fetchval(
        "select head_office_filing_number from filed_clause where number = $1", CLAUSE
    )
    assert number == register.desk.forms.clause()["head_office_filing_number"]


async def test_a_clause_filed_again_with_another_text_is_refused(register: Register) -> None:
    await register.passes("nominate")
    await register.do("file_clause", "insurer-c-1")
    later = f"{register.desk.forms.now.date() + timedelta(days=1000)}"
    refused = await register.grounds("file_clause", "insurer-c-1", text_sha256="f" * 64, valid_until=later)
    assert refused == ["clause_text_unchanged"]


async def test_a_clause_counts_from_the_day_it_is_entered_whatever_day_its_insurer_states(register: Register) -> None:
    """Article 3: what nobody has seen filed is not filed; the stated day stays in the event as a statement."""
    await register.passes("nominate")
    answer = await register.do("file_clause", "insurer-c-1", filed_on="2020-01-01")
    assert answer.event.passed
    assert [(await register.listed(days, CLAUSE))[1] for days in (-10, -1, 0)] == [False, False, True]
    assert (await register.file()).facts["clauses"][CLAUSE]["filed_on"] == "2020-01-01"


async def test_a_clause_that_has_run_out_is_not_filed(register: Register) -> None:
    await register.passes("nominate")
    yesterday = f"{register.desk.forms.now.date() - timedelta(days=1)}"
    over = {"filed_on": "2020-01-01", "valid_until": yesterday}
    assert await register.unfit("file_clause", "insurer-c-1", **over) == ["valid_until"]


async def test_an_unchanged_clause_runs_on_when_filed_again_before_it_lapses_and_not_after(register: Register) -> None:
    await register.passes("nominate")
    today = register.desk.forms.now.date()
    filed = {"filed_on": f"{today}", "valid_until": f"{today + timedelta(days=30)}"}
    await register.do("file_clause", "insurer-c-1", **filed)
    assert await register.grounds("file_clause", "insurer-c-1", **filed) == ["clause_prolonged_in_time"]
    register.pass_days(30)
    longer = filed | {"valid_until": f"{today + timedelta(days=60)}"}
    assert (await register.do("file_clause", "insurer-c-1", **longer)).event.passed
    assert [(await register.listed(days, CLAUSE))[1] for days in (30, 31)] == [True, False]
    register.pass_days(31)
    longest = filed | {"valid_until": f"{today + timedelta(days=90)}"}
    assert await register.grounds("file_clause", "insurer-c-1", **longest) == ["clause_prolonged_in_time"]


async def test_a_withdrawn_clause_holds_no_more_from_that_day(register: Register) -> None:
    await register.passes("nominate")
    await register.do("file_clause", "insurer-c-1")
    register.pass_days(5)
    await register.passes("withdraw_clause", officer="insurer-c-1")
    assert [(await register.listed(days, CLAUSE))[1] for days in (-1, 0)] == [True, False]
    assert await register.unfit("withdraw_clause", "insurer-c-1") == ["clause_number"]
    again = {"valid_until": "2099-12-31", "filed_on": f"{register.desk.forms.now.date()}"}
    assert await register.grounds("file_clause", "insurer-c-1", **again) == ["clause_prolonged_in_time"]


async def test_only_a_clause_of_its_own_is_withdrawn(register: Register) -> None:
    await register.passes("nominate")
    for number in ("CLAUSE-A-2026-01", "NO-SUCH-CLAUSE"):
        assert await register.unfit("withdraw_clause", "insurer-c-1", clause_number=number) == ["clause_number"]
    assert await register.unfit("file_clause", "insurer-c-1", text_sha256="none") == ["text_sha256"]
    tomorrow = register.desk.forms.now.date() + timedelta(days=1)
    assert await register.unfit("file_clause", "insurer-c-1", filed_on=f"{tomorrow}") == ["filed_on"]
    assert await register.unfit("file_clause", "insurer-c-1", valid_until="2020-01-01") == ["valid_until"]


async def test_an_insurer_taken_off_the_list_files_no_clause_but_withdraws_one(register: Register) -> None:
    await register.passes(*TO_THE_LIST, "propose_delisting")
    await register.do("file_clause", "insurer-c-1")
    await register.passes("delist", officer="regulator-2")
    assert await register.barred("file_clause", "insurer-c-1") == ("act_in_turn", "3")
    await register.passes("withdraw_clause", officer="insurer-c-1")


async def test_two_insurers_may_file_clauses_of_one_number_and_neither_keeps_the_other_from_it(desk: Desk) -> None:
    both = [await Register(desk, insurer).passes("nominate") for insurer in ("insurer-a", "insurer-b")]
    answers = await asyncio.gather(*(one.do("file_clause", f"{one.insurer}-1") for one in both))
    assert [answer.event.passed for answer in answers] == [True, True]
    await both[0].passes("withdraw_clause", officer="insurer-a-1")
    assert [(await one.listed(0, CLAUSE))[1] for one in both] == [False, True]
    assert await both[1].grounds("file_clause", "insurer-b-1", text_sha256="f" * 64, valid_until="9999-12-31") == [
        "clause_text_unchanged"
    ]


async def test_an_act_repeated_enters_the_register_once(register: Register) -> None:
    await register.passes("nominate", "select")
    desk = register.desk
    for act, officer in (("list", "regulator-1"), ("suspend", "regulator-1"), ("file_clause", "insurer-c-1")):
        attempt = await desk.attempt(desk.command(KIND, act, officer, stream=register.stream))
        first_answer = (await desk.write(attempt)).answer
        before = await contents(desk.pool)
        assert (await desk.write(attempt)).answer == first_answer
        assert differing(before, await contents(desk.pool)) == set()


# --- what lapses between application and contract -------------------------------------------------------------------


async def insured(desk: Desk, days_after_applying: int) -> list[str]:
    """Apply with insurer C today, conclude so many days later; return the rules that refuse the contract."""
    applied_on = desk.forms.now.date()
    await desk.play(first("case", "insure"))
    desk.moment += timedelta(days=days_after_applying)
    form = {**desk.forms.contract("c"), "clause_number": CLAUSE, "applied_on": f"{applied_on}"}
    answer = (await desk.order("insure", "insurer-c-1", form)).answer
    assert answer
    return [finding.rule for finding in answer.event.findings if not finding.passed]


@pytest.mark.parametrize(("days", "refused"), [(3, []), (4, ["insurer_is_listed"])])
async def test_the_insurer_must_be_listed_on_the_day_of_conclusion_and_not_only_of_application(
    desk: Desk, days: int, refused: list[str]
) -> None:
    """Article 12: the last day of the list is a day of it; the day after, having applied in time does not help."""
    register = await Register(desk).passes(*TO_THE_LIST)
    await register.do("file_clause", "insurer-c-1")
    listing = (await register.file()).deadline("listing")
    assert listing is not None
    register.pass_days((listing.due_on - desk.forms.now.date()).days - 3)
    assert await insured(desk, days) == refused


@pytest.mark.parametrize(("days", "refused"), [(3, []), (4, ["clause_is_filed"])])
async def test_the_clause_must_be_valid_on_the_day_of_conclusion_and_not_only_of_application(
    desk: Desk, days: int, refused: list[str]
) -> None:
    """Article 3: the last day of the clause is a day of it; the day after, having applied in time does not help."""
    register = await Register(desk).passes(*TO_THE_LIST)
    await register.do("file_clause", "insurer-c-1", valid_until=f"{desk.forms.now.date() + timedelta(days=3)}")
    assert await insured(desk, days) == refused


@pytest.mark.parametrize(
    ("act", "officer", "rule"),
    [("suspend", "regulator-1", "insurer_is_listed"), ("withdraw_clause", "insurer-c-1", "clause_is_filed")],
)
async def test_what_ends_between_application_and_contract_ends_for_the_contract(
    desk: Desk, act: str, officer: str, rule: str
) -> None:
    register = await Register(desk).passes(*TO_THE_LIST)
    await register.do("file_clause", "insurer-c-1")
    register.pass_days(2)
    await register.passes(act, officer=officer)
    desk.moment -= timedelta(days=1)
    assert await insured(desk, 0) == []
    desk.case, desk.serial = "", desk.serial + 1
    assert await insured(desk, 1) == [rule]
