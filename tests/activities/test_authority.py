"""Who may act: every act of every procedure, by every kind of office, is answered; nobody acts for another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple, get_args

import asyncpg
import pytest

from activities.contracts import Command
from db.embedded import EmbeddedPostgres
from db.pool import Connection, Pool
from rules.procedure import Act, Barred
from rules.procedures import PROCEDURES
from rules.schemes.dalian_forms import Rung
from rules.timetable import OfficeKind
from tests.activities.desk import OFFICES, PATH, Desk, Step, first
from tests.contents import contents, differing

KINDS: tuple[OfficeKind, ...] = tuple(kind for kind in get_args(OfficeKind) if kind != "system")
#: The kinds whose path the desk plays; every other kind's acts are tried along the model of their states.
PLAYED = ("case", "round", "ledger")
ACTS = [
    (kind, act)
    for kind in PLAYED
    for act in PROCEDURES[kind, "dalian"].acts.values()
    # What one office has returned no other can, and no tie or notice is on the path: they are tried along the model.
    if act.name not in ("return_for_completion", "propose_tie_order", "agree_tie_order", "publish_plan_notice")
]
ON_THE_PATH = {step[:2] for step in PATH}
#: Where in the path an act that is no step of it may be done.
BESIDE = {
    ("case", "refuse"): first("case", "return_for_correction"),
    ("case", "reject"): first("case", "propose"),
    ("case", "withdraw"): first("case", "return_for_correction"),
    ("case", "refuse_subsidy"): first("case", "plan"),
    ("case", "remind"): first("case", "return_for_correction"),
    ("case", "lapse"): first("case", "correct"),
    ("case", "expire"): first("case", "insure"),
    ("round", "close"): first("round", "close_filing"),
    ("round", "recount_deadlines"): first("round", "close_filing"),
    ("round", "reopen_filing"): first("round", "review"),
    ("round", "admit_held"): first("round", "review"),
    ("round", "take_back_plan"): first("round", "sign_plan"),
    ("round", "take_back_order"): first("round", "pay"),
    ("round", "remind"): first("round", "close_filing"),
}
#: What the clock or the round hands in with an act that no officer can order.
SYSTEM: dict[str, dict[str, Any]] = {
    "file": {"round": "2030Q1", "return_received_at": "2026-03-02T09:30"},
    "refuse_subsidy": {"round": "2030Q1", "reasons": ["发票不符"]},
    "plan": {"plan": "P", "rank": 1, "fiscal_year": 2030, "cut_by_cap": "0.00", "approved": "1.00"}
    | {"waitlisted": "0.00", "cap_left": "0.00", "budget_left": "0.00"},
    "pay": {"plan": "P", "voucher": "V", "amount": "1.00"},
    "recalculate": {"policy": "DL-2026-000001-1", "sum_insured": "1.00", "premium_rate": "0.03"}
    | {"premium": "0.03", "subsidy_asked": "0.01"},
    "return_application": {"round": "2030Q1", "office": "finance", "items": ["发票"]},
    "reduce_waiting": {"policy": "DL-2026-000001-1", "waitlisted": "0.00"},
    "end_insurance": {"policy": "DL-2026-000001-1", "ground": "void"},
    "stop_payment": {"plan": "P", "amount": "1.00", "because": "revoke"},
    "recount_deadlines": {"year": 2027, "document": "国办发明电"},
}
RUNGS = {"lapse": "correction", "expire": "recognition_valid_until"}


@pytest.fixture
async def superuser(pool: Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """The superuser, in this test's database."""
    name = await pool.fetchval("select current_database()")
    connection = await asyncpg.connect(postgres.dsn(database=name))
    yield connection
    await connection.close()


def place_of(kind: str, act: str) -> int | None:
    """Where in the path an act may be done, or None where the path never comes by its stage."""
    return BESIDE.get((kind, act)) if (kind, act) not in ON_THE_PATH else first(kind, act)


async def brought_to(desk: Desk, kind: str, act: Act, superuser: Connection) -> bool:
    """Bring the proceeding to a stage of the act; tell whether it came there by its own path."""
    place = place_of(kind, act.name)
    await desk.play(first("case", "insure") if place is None else place)
    if place is None:
        await superuser.execute(
            "update proceeding set stage = $2, file = jsonb_set(file, '{stage}', to_jsonb($2::text)) where stream = $1",
            *(desk.stream(kind), act.stages[0]),
        )
    return place is not None


def officer_of(kind: OfficeKind, act: Act, desk: Desk) -> str:
    """An officer of a kind of office; the second one where the first has prepared what this act approves."""
    return desk.forms.enterprise if kind == "enterprise" else f"{OFFICES[kind]}-{2 if act.not_by_doer_of else 1}"


def form_of(kind: str, act: Act, desk: Desk) -> dict[str, Any]:
    if act.form is Rung:
        deadline = "filing" if kind == "round" else RUNGS.get(act.name, "verification")
        return {"deadline": deadline, "rung": "passed"}
    return SYSTEM.get(act.name) or desk.form(kind, act.name) if act.by == ("system",) else desk.form(kind, act.name)


async def barred(
    desk: Desk, act: str, officer: str, data: dict[str, Any] | None = None, **more: Any
) -> tuple[str, str]:
    """Order an act that must be barred, twice; it leaves one refusal and nothing else. Return its rule and article."""
    before, known = await contents(desk.pool), await desk.refusals()
    attempt = await desk.attempt(desk.command(more.pop("kind", "case"), act, officer, data, **more))
    grounds = set()
    for _ in range(2):
        with pytest.raises(Barred) as caught:
            await desk.write(attempt)
        assert caught.value.why
        grounds.add((caught.value.rule, caught.value.article))
    ((rule, article),) = grounds
    assert differing(before, await contents(desk.pool)) == {"refusal"}
    assert sorted(await desk.refusals()) == sorted([*known, (act, officer, rule, article)])
    return rule, article


# --- every act by every kind of office ------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "act"), ACTS, ids=[f"{kind}.{act.name}" for kind, act in ACTS])
async def test_an_act_is_allowed_to_its_own_offices_and_refused_to_every_other(
    desk: Desk, superuser: Connection, kind: str, act: Act
) -> None:
    by_its_path = await brought_to(desk, kind, act, superuser)
    form, answers = form_of(kind, act, desk), {}
    for office in KINDS:
        if office not in act.by:
            answers[office] = await barred(desk, act.name, officer_of(office, act, desk), form, kind=kind)
    assert answers == {office: ("right_office", act.article) for office in KINDS if office not in act.by}
    for office in KINDS:
        if office in act.by and by_its_path:
            done = await desk.order(act.name, officer_of(office, act, desk), form, kind=kind)
            assert done.answer
            assert done.answer.event.article == act.article
            assert done.answer.event.passed, done.answer.event.findings


# --- nobody acts for another ----------------------------------------------------------------------------------------


class Trespass(NamedTuple):
    """An act of the right kind of office by the wrong one of its kind."""

    act: str
    officer: str
    rule: str
    article: str
    kind: str = "case"
    #: Where in the path, if not where the act is first done.
    place: int | None = None


@pytest.mark.parametrize(
    "tried",
    [
        Trespass("return_for_correction", "zhongshan-1", "own_district", "9"),
        Trespass("confirm", "zhongshan-1", "own_district", "9"),
        Trespass("refuse", "jinpu-2", "own_district", "9"),
        Trespass("correct", "another", "own_case", "9"),
        Trespass("withdraw", "another", "own_case", "9"),
        Trespass("record_delivery", "another", "own_case", "11"),
        Trespass("apply", "another", "own_case", "13"),
        Trespass("assess", "assessor-b-1", "own_assessment", "10"),
        Trespass("insure", "insurer-b-1", "own_contract", "5"),
        Trespass("publish", "bureau-1", "preparer_does_not_approve", "15(3)"),
        Trespass("sign_plan", "regulator-1", "preparer_does_not_approve", "15(3)", "round"),
        Trespass("pay", "finance-1", "preparer_does_not_approve", "15(3)", "round"),
        Trespass("sign_plan", "regulator-2", "one_signature_each", "13", "round", first("round", "sign_plan") + 1),
        Trespass("confirm", "nobody", "officer_known", "15(3)"),
        Trespass("confirm", "", "officer_known", "15(3)"),
        Trespass("confirm", "ganjingzi", "officer_known", "15(3)"),
        Trespass("confirm", "clock", "officer_known", "15(3)"),
        Trespass("confirm", "GANJINGZI-1", "officer_known", "15(3)"),
    ],
    ids=lambda tried: f"{tried.act} by {tried.officer or 'none'}",
)
async def test_nobody_acts_for_another(desk: Desk, tried: Trespass) -> None:
    place = place_of(tried.kind, tried.act) if tried.place is None else tried.place
    assert place is not None
    await desk.play(place)
    other = await Desk(desk.pool, serial=2).play(1)
    officer = other.forms.enterprise if tried.officer == "another" else tried.officer
    assert await barred(desk, tried.act, officer, kind=tried.kind) == (tried.rule, tried.article)


@pytest.mark.parametrize(
    ("officer", "rule"),
    [
        ("another", "own_case"),
        ("bureau-1", "right_office"),
        ("insurer-a-1", "right_office"),
        ("nobody", "officer_known"),
    ],
)
async def test_a_submission_is_the_enterprises_own(desk: Desk, officer: str, rule: str) -> None:
    other = await Desk(desk.pool, serial=2).play(1)
    acting = other.forms.enterprise if officer == "another" else officer
    assert await barred(desk, "submit", acting) == (rule, "15(3)" if rule == "officer_known" else "9")
    assert (await desk.play(1)).case.endswith("000002")


@pytest.mark.parametrize(("since", "until"), [("-1000 days", "-1 day"), ("1 day", None)], ids=["over", "not begun"])
async def test_an_officer_acts_only_while_he_is_in_office(
    desk: Desk, superuser: Connection, since: str, until: str | None
) -> None:
    await desk.play(1)
    today = desk.forms.now.date()
    await superuser.execute(
        "update officer set since = $1::date + $2::text::interval, until = $1::date + $3::text::interval "
        "where code = 'ganjingzi-1'",
        *(today, since, until),
    )
    assert await barred(desk, "confirm", "ganjingzi-1") == ("officer_active", "15(3)")
    await desk.order("confirm", "ganjingzi-2")


async def test_an_officer_acts_on_the_last_day_of_his_time(desk: Desk, superuser: Connection) -> None:
    await desk.play(1)
    await superuser.execute("update officer set until = $1 where code = 'ganjingzi-1'", desk.forms.now.date())
    assert (await desk.order("confirm", "ganjingzi-1")).standing.stage == "confirmed"


async def test_whoever_did_not_prepare_the_latest_plan_may_sign_it(desk: Desk) -> None:
    await desk.play(first("round", "sign_plan"))
    await desk.order("prepare_plan", "regulator-2", kind="round")
    assert await barred(desk, "sign_plan", "regulator-2", kind="round") == ("preparer_does_not_approve", "15(3)")
    assert (await desk.order("sign_plan", "regulator-1", kind="round")).answer


async def test_an_insurer_files_only_applications_for_its_own_policies(desk: Desk) -> None:
    await desk.play(first("round", "file_return"))
    before = await contents(desk.pool)
    with pytest.raises(ValueError, match="must be an application for a policy of insurer-b"):
        await desk.order("file_return", "insurer-b-1", kind="round")
    assert await contents(desk.pool) == before


# --- the system's own acts ------------------------------------------------------------------------------------------

BY_RECORD = [step for step in PATH if step.officer == "system"]


@pytest.mark.parametrize("step", BY_RECORD, ids=str)
async def test_what_the_record_ordered_is_done_as_it_was_ordered_or_not_at_all(desk: Desk, step: Step) -> None:
    await desk.play(PATH.index(step))
    attempt = await desk.next(step)
    command, before = attempt.command, await contents(desk.pool)
    for forged in (
        {"officer": "finance-2"},
        {"id": "invented"},
        {"data": command.data | {"round" if step.act == "file" else "plan": "another"}},
        {"received_at": command.received_at.replace(year=2025)},
    ):
        with pytest.raises(Barred):
            await desk.write(attempt.model_copy(update={"command": command.model_copy(update=forged)}))
        assert differing(before, await contents(desk.pool)) == {"refusal"}, forged
    assert (await desk.write(attempt)).answer


async def test_an_order_for_one_case_is_no_order_for_another(desk: Desk) -> None:
    await desk.play(first("case", "file"))
    other = await Desk(desk.pool, serial=2).play(first("case", "apply") + 1)
    ordered = (await desk.next(PATH[first("case", "file")])).command
    with pytest.raises(Barred, match="no officer can order it"):
        await other.write(await other.attempt(ordered.model_copy(update={"stream": other.case})))


async def test_the_name_of_an_officers_own_command_opens_no_act_of_the_system(desk: Desk) -> None:
    await desk.play(first("case", "file"))
    mine = await desk.pool.fetchval("select command from outbox where command ->> 'act' = 'apply'")
    forged = Command.model_validate(mine).model_copy(update={"act": "file", "data": SYSTEM["file"]})
    with pytest.raises(ValueError, match="was already used for apply"):
        await desk.write(await desk.attempt(forged))


@pytest.mark.parametrize("act", ["remind", "lapse", "expire"])
async def test_the_clock_acts_where_its_workflow_says_so(desk: Desk, act: str) -> None:
    await desk.play(BESIDE["case", act])
    form = form_of("case", PROCEDURES["case", "dalian"].acts[act], desk)
    command = desk.command("case", act, "clock", form)
    with pytest.raises(Barred, match="no officer can order it"):
        await desk.write(await desk.attempt(command))
    rung = await desk.write(await desk.attempt(command, by_clock=True))
    assert rung.answer
    event = rung.answer.event
    assert (event.act, event.officer, event.office, event.officer_name) == (act, "clock", "system", "")


@pytest.mark.parametrize(("kind", "act"), [("case", "confirm"), ("round", "pay")])
async def test_the_clock_can_do_no_officers_act(desk: Desk, kind: str, act: str) -> None:
    await desk.play(first(kind, act))
    command = desk.command(kind, act, "clock")
    with pytest.raises(Barred, match="there is no officer 'clock'"):
        await desk.write(await desk.attempt(command, by_clock=True))


# --- in turn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [PATH[first("case", "publish")], PATH[first("case", "insure")]], ids=str)
async def test_an_act_out_of_turn_is_refused_whoever_tries(desk: Desk, step: Step) -> None:
    await desk.play(1)
    article = PROCEDURES["case", "dalian"].acts[step.act].article
    assert await barred(desk, step.act, step.officer) == ("act_in_turn", article)


async def test_a_closed_case_takes_no_act_whatever(desk: Desk) -> None:
    await desk.play()
    closed = (await desk.file()).stage
    for kind, act in ACTS:
        if kind == "case" and act.by != ("system",) and closed not in act.stages:
            officer = officer_of(act.by[0], act, desk)
            assert await barred(desk, act.name, officer) == ("act_in_turn", act.article), act.name
