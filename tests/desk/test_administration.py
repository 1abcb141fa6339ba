"""The administrator's pages: officers and first passwords, editions, days off, letters, proof; and nobody outside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from db.pool import Pool
from desk.pages import days_off
from tests.desk.browser import Browser
from tests.hands import Hands

PAGES = (
    "/administration",
    "/administration/offices",
    "/administration/editions",
    "/administration/editions/new",
    "/administration/editions/dalian-demonstration-2026",
    "/administration/days-off",
    "/administration/proof",
    "/administration/proof/anchor",
    "/administration/acts/offices/propose_officer",
    "/administration/acts/editions/propose_end",
    "/administration/acts/calendar/enter_notice",
)
ORDERS = (
    "/administration/officers/bureau-2/password",
    "/administration/acts/offices/leave",
    "/administration/editions/new",
    "/administration/editions/e/sign",
    "/administration/days-off",
    "/administration/days-off/2027/confirm",
)
OUTSIDE = ("ganjingzi-1", "insurer-a-1", "assessor-a-1")
OFFICER = {"code": "bureau-9", "name": "王芳", "office": "bureau"}
#: Invented for this test, in the words a notice has.
NOTICE = """一、元旦：1月1日（周五）至8日放假调休，共8天。1月9日（周六）上班。
二、国庆节：10月1日（周五）至7日（周四）放假，共7天。
国务院办公厅 2026年11月4日"""


@pytest.mark.parametrize("officer", OUTSIDE)
async def test_nobody_outside_the_three_owners_sees_or_orders_anything_here(reader: Browser, officer: str) -> None:
    await reader.sign_in(officer)
    assert "/administration" not in (await reader.get("/work")).text
    assert {path: (await reader.get(path)).status_code for path in PAGES} == dict.fromkeys(PAGES, 403)
    assert {path: (await reader.post(path)).status_code for path in ORDERS} == dict.fromkeys(ORDERS, 403)


@pytest.mark.parametrize("path", [*PAGES, "/letters"])
async def test_nobody_who_is_not_signed_in_sees_anything_here(reader: Browser, path: str) -> None:
    assert (await reader.get(path)).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("officer", ["finance-1", "regulator-1"])
async def test_what_is_the_bureaus_alone_the_other_owners_do_not_order(reader: Browser, officer: str) -> None:
    await reader.sign_in(officer)
    for path in ("/administration/editions/new", "/administration/days-off", "/administration/acts/offices/absorb"):
        assert (await reader.post(path)).status_code == 403, path


async def test_an_owner_does_not_enter_anothers_people(reader: Browser, alone: Hands) -> None:
    await reader.sign_in("finance-1")
    form = OFFICER | {"since": f"{alone.today}", "send": "yes"}
    path = "/administration/acts/offices/propose_officer"
    assert (await reader.post(path, form)).status_code == 403
    assert "bureau-1" not in (await reader.get("/administration")).text
    row = await alone.session.pool.fetchrow("select officer, rule from refusal")
    assert tuple(row) == ("finance-1", "enters_own_people")


async def appointed(browser: Browser, hands: Hands) -> None:
    await browser.sign_in("bureau-1")
    form = OFFICER | {"since": f"{hands.today}"}
    path = "/administration/acts/offices/propose_officer"
    weighed = await browser.post(path, form | {"preview": "yes"})
    assert "It would go through" in weighed.text, weighed.text
    assert (await browser.post(path, form | {"send": "yes"})).status_code == 303
    assert "another officer must do it" in (await browser.get("/administration")).text
    own = await browser.post("/administration/acts/offices/appoint", {"code": "bureau-9", "send": "yes"})
    assert own.status_code == 403
    await browser.sign_in("bureau-2")
    assert "acts/offices/appoint?code=bureau-9" in (await browser.get("/administration")).text
    sent = await browser.post("/administration/acts/offices/appoint", {"code": "bureau-9", "send": "yes"})
    assert sent.status_code == 303


async def test_an_account_is_proposed_masked_and_entered_by_another_who_types_it_again(
    reader: Browser, alone: Hands
) -> None:
    await reader.sign_in("finance-1")
    form = alone.forms.of("propose_account") | {"since": f"{alone.today}", "send": "yes"}
    acts, page = "/administration/acts/offices", "/administration/offices"
    sent = await reader.post(f"{acts}/propose_account", form)
    assert sent.headers["location"].startswith(page)
    assert "another officer must do it" in (await reader.get(page)).text
    await reader.sign_in("finance-2")
    seen = await reader.get(page)
    assert "enter_account?office=insurer-a" in seen.text
    assert form["account"] not in seen.text
    typed = {"office": "insurer-a", "send": "yes"}
    wrong = await reader.post(f"{acts}/enter_account", typed | {"account": "6222000000000501"})
    assert (wrong.status_code, "must be the number that was proposed" in wrong.text) == (422, True)
    assert (await reader.post(f"{acts}/enter_account", typed | {"account": form["account"]})).status_code == 303
    assert form["payee"] in (await reader.get(page)).text


@pytest.mark.parametrize(
    ("officer", "shown", "hidden"),
    [
        ("bureau-1", "assessor-a", "insurer-a"),
        ("regulator-1", "insurer-a", "assessor-a"),
        ("finance-1", "insurer-a", "assessor-a"),
    ],
)
async def test_an_owner_sees_the_offices_that_are_its_own_to_enter(
    reader: Browser, officer: str, shown: str, hidden: str
) -> None:
    await reader.sign_in(officer)
    page = (await reader.get("/administration/offices")).text
    assert (f'<small class="muted">{shown} ·' in page, f'<small class="muted">{hidden} ·' in page) == (True, False)


async def test_an_officer_is_proposed_appointed_given_a_password_once_and_must_change_it(
    reader: Browser, alone: Hands
) -> None:
    await appointed(reader, alone)
    path = "/administration/officers/bureau-9/password"
    page = await reader.post(path)
    found = re.search(r'class="word">([A-Z2-9-]{19})<', page.text)
    assert found, page.text
    assert (await reader.post(path)).status_code == 422, "whoever has an account is given no other password"
    assert found[1] not in (await reader.get("/administration")).text
    assert [tuple(row) for row in await alone.session.pool.fetch("select officer, given_by from given_password")] == [
        ("bureau-9", "bureau-2")
    ]
    await reader.post("/sign-out")
    signed = await reader.post("/sign-in", {"officer": "bureau-9", "password": found[1]})
    assert signed.headers["location"] == "/account"
    assert (await reader.get("/work")).headers["location"] == "/account"
    new = {"current": found[1], "password": "新口令 long enough", "again": "新口令 long enough"}
    assert (await reader.post("/account", new)).status_code == 303
    assert (await reader.get("/work")).status_code == 200


async def test_a_first_password_says_its_end_and_is_given_anew_only_to_whom_it_never_let_in(
    reader: Browser, alone: Hands
) -> None:
    await appointed(reader, alone)
    path = "/administration/officers/bureau-9/password"
    assert "It can be used until" in (await reader.post(path)).text
    alone.clock.ahead += timedelta(days=7)
    await reader.sign_in("bureau-2")
    again = await reader.post(path)
    found = re.search(r'class="word">([A-Z2-9-]{19})<', again.text)
    assert found, again.text
    await reader.post("/sign-out")
    assert (await reader.post("/sign-in", {"officer": "bureau-9", "password": found[1]})).status_code == 303
    alone.clock.ahead += timedelta(days=8)
    await reader.sign_in("bureau-2")
    assert (await reader.post(path)).status_code == 422, "he has been in: another password is the operator's to give"


@pytest.mark.parametrize(
    ("by", "whose"), [("finance-1", "bureau-2"), ("bureau-1", "finance-1"), ("bureau-1", "bureau-1")]
)
async def test_nobody_gives_a_password_to_anothers_people_or_to_himself(
    reader: Browser, alone: Hands, by: str, whose: str
) -> None:
    await reader.sign_in(by)
    assert (await reader.post(f"/administration/officers/{whose}/password")).status_code == 403
    assert await alone.session.pool.fetchval("select count(*) from given_password") == 0
    row = await alone.session.pool.fetchrow("select officer, act, rule from refusal")
    assert tuple(row) == (by, "give_password", "enters_own_people")


async def test_a_wrong_form_of_a_register_comes_back_with_its_faults(reader: Browser) -> None:
    await reader.sign_in("bureau-1")
    answer = await reader.post("/administration/acts/offices/propose_officer", {"code": "clock", "send": "yes"})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') >= 3
    assert (await reader.get("/administration/acts/offices/none")).status_code == 404
    assert (await reader.get("/administration/acts/case/confirm")).status_code == 404


def edition_form(hands: Hands, **more: Any) -> dict[str, Any]:
    return {
        "name": "dalian-2027",
        "base": "dalian-demonstration-2026",
        "issued_on": f"{hands.today + timedelta(days=400)}",
        "document": "大工信发〔2027〕1号",
        "reason": "调整期限",
        "figure.correction_days": "12",
        "because.correction_days": "企业反映时间紧",
        "figure.rate_ceiling": "0.03",
        **more,
    }


async def test_an_edition_is_prepared_by_what_changes_and_signed_by_three(reader: Browser, alone: Hands) -> None:
    await reader.sign_in("bureau-1")
    path = "/administration/editions/new"
    same = await reader.post(path, edition_form(alone, **{"figure.correction_days": "10"}))
    assert (same.status_code, "Change at least one figure." in same.text) == (422, True)
    wrong = await reader.post(path, edition_form(alone, **{"figure.correction_days": "soon"}))
    assert (wrong.status_code, 'id="f-correction_days" name="figure.correction_days" value="soon"' in wrong.text) == (
        422,
        True,
    )
    weighed = await reader.post(path, edition_form(alone) | {"preview": "yes"})
    assert "three owners sign it then" in weighed.text, weighed.text
    assert "Rate ceiling:" not in weighed.text, "what is written as before is no change"
    assert (await reader.post(path, edition_form(alone) | {"send": "yes"})).status_code == 303
    sign = "/administration/editions/dalian-2027/sign"
    assert (await reader.post(sign)).status_code == 403, "whoever prepared does not sign"
    for officer in ("bureau-2", "finance-1", "regulator-1"):
        await reader.sign_in(officer)
        assert "/dalian-2027/sign" in (await reader.get("/administration/editions")).text
        assert (await reader.post(sign)).status_code == 303
    shown = (await reader.get("/administration/editions/dalian-2027")).text
    assert "1 figure differs" in shown
    assert shown.count('class="changed"') == 1
    listed = (await reader.get("/administration/editions")).text
    assert "to come" in listed
    assert "dalian-2027/sign" not in listed


async def test_an_edition_is_ended_early_by_three_signatures(reader: Browser, alone: Hands) -> None:
    await reader.sign_in("bureau-1")
    path = "/administration/acts/editions/propose_end"
    assert "dalian-demonstration-2026" in (await reader.get(f"{path}?name=dalian-demonstration-2026")).text
    form = {"name": "dalian-demonstration-2026", "last_day": f"{alone.today + timedelta(30)}", "reason": "修订"}
    assert (await reader.post(path, form | {"send": "yes"})).status_code == 303
    assert "an earlier end" in (await reader.get("/administration/editions")).text


async def test_a_pasted_notice_shows_what_it_moves_and_counts_once_another_confirms(
    browser: Browser, hands: Hands
) -> None:
    await hands.stand_at("receive")
    await browser.sign_in("bureau-1")
    path, form = "/administration/days-off", {"year": "2027", "document": "国办发明电〔2026〕0号", "text": NOTICE}
    shown = await browser.post(path, form | {"preview": "yes"})
    assert "1 Jan – 8 Jan" in shown.text, shown.text
    assert "9 Jan<" in shown.text
    assert "2026年11月4日" in shown.text, "what it could not place is told"
    assert re.search(r"\d+ deadlines? moves?", shown.text)
    assert (await browser.post(path, form | {"send": "yes"})).status_code == 303
    waiting = await browser.get("/administration/days-off/2027")
    assert "another officer must confirm it" in waiting.text
    assert (await browser.post("/administration/days-off/2027/confirm")).status_code == 403
    await browser.sign_in("bureau-2")
    assert (await browser.post("/administration/days-off/2027/confirm")).status_code == 303
    assert "国办发明电〔2026〕0号" in (await browser.get(path)).text
    again = await browser.post(path, form | {"send": "yes"})
    assert (again.status_code, "never edited" in again.text) == (422, True)


async def test_working_days_left_are_counted_by_the_notices_that_are_loaded(reader: Browser, alone: Hands) -> None:
    alone.clock.ahead += datetime(2027, 2, 1, 4, tzinfo=UTC) - alone.clock()
    path, left = "/calculators/deadline?contract_signed_on=2027-02-01&delivered_on=2027-02-01", []
    for off in ([], [date(2027, 2, day) for day in range(5, 12)]):
        if off:
            load = "insert into holiday_notice (year, document, days_off, workdays) values (2027, '文', $1, '{}')"
            await alone.session.pool.execute(load, off)
        found = re.search(r"(\d+) working days left", (await reader.get(path)).text)
        assert found
        left.append(int(found[1]))
    assert left == [22, 17], "a week off takes its five working days"


async def test_a_notice_is_weighed_for_what_is_due_first_and_says_how_many_more_it_moves(
    browser: Browser, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (hands, hands.another()):
        await one.stand_at("entrust")
    monkeypatch.setattr(days_off, "WEIGHED", 1)
    await browser.sign_in("bureau-1")
    form = {"year": "2027", "document": "国办发明电〔2026〕0号", "text": NOTICE, "preview": "yes"}
    shown = (await browser.post("/administration/days-off", form)).text
    assert re.search(r"\d+ proceedings? due later (is|are) not counted here", shown)


@pytest.mark.parametrize(
    ("change", "field"), [({"year": "x"}, "year"), ({"text": "无"}, "text"), ({"document": ""}, "document")]
)
async def test_a_notice_that_cannot_be_read_is_told_by_its_field(
    reader: Browser, change: dict[str, str], field: str
) -> None:
    await reader.sign_in("bureau-1")
    answer = await reader.post("/administration/days-off", {"year": "2027", "document": "文", "text": NOTICE} | change)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)


async def test_a_letter_is_listed_and_read_by_whom_it_concerns_alone(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    number = await hands.session.pool.fetchval("select number from notice")
    for officer in ("ganjingzi-1", hands.forms.enterprise, "bureau-1"):
        await browser.sign_in(officer)
        assert number in (await browser.get("/letters")).text, officer
    letter = await browser.get(f"/letters/{number}")
    assert (letter.headers["content-type"], letter.content[:5]) == ("application/pdf", b"%PDF-")
    await browser.sign_in("shahekou-1")
    assert number not in (await browser.get("/letters")).text
    assert (await browser.get(f"/letters/{number}")).status_code == 404
    assert (await browser.get("/letters/无此号")).status_code == 404


async def test_the_record_is_verified_on_demand_and_refusals_are_shown(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("bureau-1")
    tried = await browser.post(f"/p/case/{hands.stream.number}/acts/confirm", {"send": "yes", "opinion": "x"})
    assert tried.status_code in (403, 422)
    await browser.post("/administration/officers/finance-1/password")
    page = await browser.get("/administration/proof?verify=now")
    assert "nothing was altered" in page.text
    assert "Give password" in page.text
    anchor = await browser.get("/administration/proof/anchor")
    assert '"streams"' in anchor.text.splitlines()[0]


async def test_an_altered_history_is_told_where_it_broke(
    browser: Browser, hands: Hands, pool: Pool, postgres: EmbeddedPostgres
) -> None:
    await hands.submit()
    superuser = await asyncpg.connect(postgres.dsn(database=await pool.fetchval("select current_database()")))
    await superuser.execute("set session_replication_role = replica")
    await superuser.execute("update event set body = replace(body, '{', '{ ')")
    await superuser.close()
    await browser.sign_in("bureau-1")
    page = await browser.get("/administration/proof?verify=now")
    assert "The record is not what its events tell." in page.text
    assert f"{hands.stream}/0" in page.text
