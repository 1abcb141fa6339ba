"""Offices are established, sign their letters and are paid as two persons of an owner entered it, and not otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from activities.contracts import Answer
from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Barred
from service.auditing import verified
from tests.activities.desk import Desk, first
from tests.workshop import Workshop

REGISTER = "offices:dalian:register"
NOTICE, OFFICE, PLAN = queries("notice"), queries("office"), queries("plan")
#: What each proposal is entered by, and who does the two.
PAIRS = {
    "propose_office": ("establish", "bureau"),
    "propose_letterhead": ("enter_letterhead", "bureau"),
    "propose_account": ("enter_account", "finance"),
}
INSURER = {
    "office_code": "insurer-n",
    "office_kind": "insurer",
    "name_zh": "丁财产保险大连分公司",
    "name_en": "Insurer D",
}
DISTRICT = {"office_code": "xinqu", "office_kind": "district", "name_zh": "新区", "name_en": "New District"}


async def enter(desk: Desk, act: str, officer: str, **told: Any) -> Answer:
    recorded = await desk.order(act, officer, {**desk.forms.of(act), **told}, kind="offices", stream=REGISTER)
    assert recorded.answer
    return recorded.answer


async def both(desk: Desk, act: str, officer: str = "", **told: Any) -> None:
    """Propose, and enter by another person."""
    entry, office = PAIRS[act]
    office = officer or office
    form = desk.forms.of(act) | told
    await enter(desk, act, f"{office}-1", **told)
    checked = {"account": form["account"]} if "account" in form else {}
    await enter(desk, entry, f"{office}-2", **{"office": form.get("office", form.get("office_code")), **checked})


async def test_an_established_assessor_is_given_people_and_entrusted(desk: Desk) -> None:
    await both(desk, "propose_office", office_code="assessor-n")
    since = f"{desk.forms.now.date()}"
    await desk.order(
        "propose_officer",
        "bureau-1",
        {"code": "n-1", "name": "何静", "office": "assessor-n", "since": since},
        kind="offices",
        stream=REGISTER,
    )
    await desk.order("appoint", "bureau-2", {"code": "n-1"}, kind="offices", stream=REGISTER)
    await desk.play(first("case", "entrust"))
    await desk.order("entrust", "bureau-1", desk.forms.of("entrust") | {"assessor": "assessor-n"})
    assert (await desk.order("assess", "n-1")).answer.event.passed  # type: ignore[union-attr]


async def test_an_established_insurer_is_nominated(desk: Desk) -> None:
    await both(desk, "propose_office", "regulator", **INSURER)
    form = desk.forms.of("nominate") | {"insurer": "insurer-n"}
    stream = "pilot_insurer:dalian:insurer-n"
    assert (await desk.order("nominate", "regulator-1", form, kind="pilot_insurer", stream=stream)).answer


async def test_an_established_district_takes_submissions_by_its_authority(desk: Desk) -> None:
    await both(desk, "propose_office", **DISTRICT)
    assert await desk.pool.fetchval(OFFICE.district_exists, "xinqu", desk.forms.now.date())
    row = await desk.pool.fetchrow("select kind, name_zh, district from office where code = 'xinqu'")
    assert tuple(row) == ("district", "新区中小企业主管部门", "xinqu")


async def test_letters_are_signed_as_was_entered_from_its_day_on(desk: Desk) -> None:
    tomorrow = desk.forms.now.date() + timedelta(days=1)
    await both(desk, "propose_letterhead", since=f"{tomorrow}", title="大连中心", word="大中")
    signs = [await desk.pool.fetchrow(NOTICE.issuer, "assessor-a", tomorrow - timedelta(days=n)) for n in (1, 0)]
    assert [row["title"] for row in signs] == ["大连评定中心（演示）", "大连中心"]


async def test_an_insurer_is_paid_where_was_entered_from_its_day_on(desk: Desk) -> None:
    tomorrow = desk.forms.now.date() + timedelta(days=1)
    await both(desk, "propose_account", since=f"{tomorrow}", account="6222000000000999")
    paid_at = [await desk.pool.fetchrow(PLAN.accounts, ["insurer-a"], tomorrow - timedelta(days=n)) for n in (1, 0)]
    assert [row["account"] == "6222000000000999" for row in paid_at] == [False, True]


@pytest.mark.parametrize("act", PAIRS)
async def test_nobody_enters_what_he_proposed_and_nothing_twice(desk: Desk, act: str) -> None:
    entry, office = PAIRS[act]
    await enter(desk, act, f"{office}-1")
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await enter(desk, entry, f"{office}-1")
    await enter(desk, entry, f"{office}-2")
    with pytest.raises(Unfit, match="must have been proposed"):
        await enter(desk, entry, f"{office}-2")


@pytest.mark.parametrize(
    ("act", "officer", "told"),
    [
        ("propose_office", "bureau-1", INSURER),
        ("propose_office", "regulator-1", DISTRICT),
        ("propose_letterhead", "bureau-1", {"office": "insurer-a"}),
        ("propose_letterhead", "finance-1", {"office": "bureau"}),
        ("propose_letterhead", "regulator-1", {"office": "ganjingzi"}),
    ],
)
async def test_an_owner_enters_offices_and_letterheads_of_its_own_kind_only(
    desk: Desk, act: str, officer: str, told: dict[str, str]
) -> None:
    with pytest.raises(Barred, match="enters_own_people"):
        await enter(desk, act, officer, **told)


@pytest.mark.parametrize(
    ("act", "officer"),
    [
        ("propose_office", "finance-1"),
        ("propose_account", "bureau-1"),
        ("enter_account", "regulator-1"),
        ("propose_letterhead", "insurer-a-1"),
    ],
)
async def test_what_is_another_offices_is_refused(desk: Desk, act: str, officer: str) -> None:
    with pytest.raises(Barred, match="right_office"):
        await enter(desk, act, officer)


@pytest.mark.parametrize(
    ("act", "told", "field"),
    [
        ("propose_office", {"office_code": "assessor-a"}, "office_code"),
        ("propose_office", {"office_code": "ganjingzi"}, "office_code"),
        ("propose_office", {"office_code": "system"}, "office_code"),
        ("propose_office", {"office_code": "91210211MA0000001K"}, "office_code"),
        ("propose_office", {"office_kind": "finance"}, "office_kind"),
        ("propose_office", {"name_zh": ""}, "name_zh"),
        ("establish", {"office": "nowhere"}, "office"),
        ("propose_letterhead", {"office": "nowhere"}, "office"),
        ("propose_letterhead", {"word": "大工信新认"}, "word"),
        ("propose_letterhead", {"since": "2020-01-06"}, "since"),
        ("enter_letterhead", {"office": "assessor-b"}, "office"),
        ("propose_account", {"office": "assessor-a"}, "office"),
        ("propose_account", {"account": "62-2200"}, "account"),
        ("propose_account", {"bank_code": "999"}, "bank_code"),
        ("propose_account", {"since": "2020-01-06"}, "since"),
        ("enter_account", {"office": "insurer-b"}, "office"),
    ],
)
async def test_an_entry_that_cannot_be_is_told_by_its_field(
    desk: Desk, act: str, told: dict[str, str], field: str
) -> None:
    with pytest.raises(Unfit, match=f"^{field}:"):
        await enter(desk, act, "finance-1" if "account" in act else "bureau-1", **told)
    assert await desk.pool.fetchval("select count(*) from event") == 0


async def test_an_enterprise_is_given_no_letterhead(desk: Desk) -> None:
    await desk.play(1)
    with pytest.raises(Unfit, match="no enterprise"):
        await enter(desk, "propose_letterhead", "bureau-1", office=desk.forms.enterprise)


async def test_an_account_read_otherwise_by_the_second_person_is_not_entered(desk: Desk) -> None:
    await enter(desk, "propose_account", "finance-1")
    with pytest.raises(Unfit, match=r"^account: must be the number that was proposed"):
        await enter(desk, "enter_account", "finance-2", account="6222000000000501")
    assert await desk.pool.fetchval("select count(*) from bank_account where entered_in is not null") == 0


@pytest.mark.parametrize("act", ["propose_letterhead", "propose_account"])
async def test_what_holds_already_is_not_overtaken_by_what_holds_from_earlier(desk: Desk, act: str) -> None:
    office = PAIRS[act][1]
    tomorrow = desk.forms.now.date() + timedelta(days=1)
    await both(desk, act, since=f"{tomorrow}")
    with pytest.raises(Unfit, match=r"^since: must be after"):
        await enter(desk, act, f"{office}-1")
    assert (await enter(desk, act, f"{office}-1", since=f"{tomorrow + timedelta(days=1)}")).event.passed


@pytest.mark.parametrize("act", ["propose_letterhead", "propose_account"])
async def test_a_proposal_whose_first_day_has_passed_is_to_be_made_anew(desk: Desk, act: str) -> None:
    entry, office = PAIRS[act]
    await enter(desk, act, f"{office}-1")
    desk.moment += timedelta(days=1)
    with pytest.raises(Unfit, match="must be proposed anew"):
        await enter(desk, entry, f"{office}-2")


async def test_two_offices_proposed_under_one_code_become_one(desk: Desk) -> None:
    await enter(desk, "propose_office", "bureau-1", office_code="both")
    await enter(desk, "propose_office", "regulator-1", **{**INSURER, "office_code": "both"})
    with pytest.raises(Barred, match="enters_own_people"):
        await enter(desk, "establish", "bureau-2", office="both")
    await enter(desk, "establish", "regulator-2", office="both")
    with pytest.raises(Unfit, match="must be new"):
        await enter(desk, "propose_office", "bureau-1", office_code="both")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("office", "update office set name_zh = '别处' where code = 'insurer-n'"),
        ("letterhead", "update letterhead set word = '别字' where entered_in is not null"),
        ("bank_account", "update bank_account set account = '6222000000000666' where entered_in is not null"),
        ("bank_account", "delete from bank_account where entered_in is not null"),
    ],
)
async def test_the_audit_proves_what_was_entered_and_finds_what_was_changed(
    desk: Desk, workshop: Workshop, table: str, change: str
) -> None:
    await both(desk, "propose_office", **DISTRICT)
    await both(desk, "propose_office", "regulator", **INSURER)
    await both(desk, "propose_letterhead")
    await both(desk, "propose_account")
    assert (await verified(desk.pool))["ok"]
    await workshop.superuser.execute(change)
    found = await verified(desk.pool)
    assert (found["ok"], found["why"].partition(":")[0]) == (False, table)


@pytest.mark.parametrize(
    "forged",
    [
        "select establish_office(1, 'second-finance', 'finance', '市财政局', 'Finance', '2030-01-01')",
        "select establish_office(null, 'x', 'assessor', '某', 'Some', '2030-01-01')",
        "select enter_letterhead(1, 'bureau', '2016-01-01', '市局', '某字', null)",
        "select enter_letterhead(null, 'bureau', '2040-01-01', '市局', '某字', null)",
        "select enter_account(1, 'insurer-a', '2015-01-01', '某', '某行', '999222000017', '62220000')",
        "select enter_account(null, 'insurer-a', '2040-01-01', '某', '某行', '999222000017', '62220000')",
        "select enter_account(1, 'assessor-a', '2040-01-01', '某', '某行', '999222000017', '62220000')",
    ],
)
async def test_a_wrong_program_enters_nothing_without_an_event_nor_before_what_holds(desk: Desk, forged: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.pool.execute(forged)
