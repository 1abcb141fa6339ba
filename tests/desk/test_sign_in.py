"""Signing in: who may, for how long, and what every answer carries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.security import HEADERS
from runtime.errors import BadInput
from service.accounts import Policy, password_faults, set_password
from tests.desk.browser import Browser, visiting
from tests.hands import Hands

PASSWORD = "一个够长的口令 correct horse"


async def given(hands: Hands, officer: str, *, must_change: bool = False) -> None:
    ends = hands.clock() + timedelta(days=7) if must_change else None
    await set_password(hands.session.pool, officer, PASSWORD, hands.clock(), ends=ends)


async def sign_in(browser: Browser, officer: str, password: str = PASSWORD) -> int:
    return (await browser.post("/sign-in", {"officer": officer, "password": password})).status_code


async def test_an_officer_signs_in_by_password_and_out_again(reader: Browser, alone: Hands) -> None:
    await given(alone, "bureau-1")
    assert (await reader.get("/work")).headers["location"] == "/sign-in?next=%2Fwork"
    assert await sign_in(reader, "bureau-1") == 303
    assert (await reader.get("/work")).status_code == 200
    token = reader.client.cookies["firstcover"]
    await reader.post("/sign-out")
    reader.client.cookies.set("firstcover", token)
    assert (await reader.get("/work")).status_code == 303, "the session ended on the server, not only in the browser"


@pytest.mark.parametrize("officer", ["bureau-1", "nobody-9"])
async def test_a_wrong_password_and_an_unknown_officer_are_answered_alike(
    reader: Browser, alone: Hands, officer: str
) -> None:
    await given(alone, "bureau-1")
    answer = await reader.post("/sign-in", {"officer": officer, "password": "wrong wrong wrong"})
    assert answer.status_code == 401
    assert "Officer or password is wrong." in answer.text


async def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(reader: Browser, alone: Hands) -> None:
    await given(alone, "bureau-1")
    for _ in range(5):
        assert await sign_in(reader, "bureau-1", "wrong wrong wrong") == 401
    assert await sign_in(reader, "bureau-1") == 429
    alone.clock.ahead += timedelta(minutes=16)
    assert await sign_in(reader, "bureau-1") == 303
    rows = await alone.session.pool.fetch("select why from sign_in where officer = 'bureau-1' order by id")
    assert [row["why"] for row in rows] == ["wrong"] * 5 + ["locked", "password"]


async def test_who_has_no_account_is_answered_as_an_account_that_locks(reader: Browser, alone: Hands) -> None:
    assert [await sign_in(reader, "nobody-9", "wrong wrong wrong") for _ in range(6)] == [401] * 5 + [429]
    alone.clock.ahead += timedelta(minutes=16)
    assert await sign_in(reader, "nobody-9") == 401


@pytest.mark.parametrize(("steps", "alive"), [((29, 29), True), ((31,), False), ((25,) * 30, False)])
async def test_a_session_ends_after_half_an_hour_unused_and_after_twelve_in_any_case(
    reader: Browser, alone: Hands, steps: tuple[int, ...], alive: bool
) -> None:
    await reader.sign_in("bureau-1")
    answer = 200
    for minutes in steps:
        alone.clock.ahead += timedelta(minutes=minutes)
        answer = (await reader.get("/account")).status_code
    assert (answer == 200) is alive


async def test_signing_out_everywhere_ends_every_session_of_the_officer(alone: Hands) -> None:
    async with visiting(alone.session) as one, visiting(alone.session) as other:
        await one.sign_in("bureau-1")
        await other.sign_in("bureau-1")
        await one.post("/sign-out", {"everywhere": "yes"})
        assert (await other.get("/work")).status_code == 303


async def test_one_click_is_refused_where_it_is_not_the_demonstration(alone: Hands) -> None:
    async with visiting(alone.session, one_click=False) as browser:
        assert (await browser.sign_in("bureau-1")).status_code == 404
        assert "firstcover" not in browser.client.cookies
        assert "bureau-1" not in (await browser.get("/sign-in")).text


async def test_no_enterprises_person_is_named_to_whoever_comes_by(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    page = (await browser.get("/sign-in")).text
    assert hands.forms.enterprise in page
    assert hands.forms.contact not in page


async def test_who_got_his_password_from_another_chooses_his_own_first(reader: Browser, alone: Hands) -> None:
    await given(alone, "bureau-1", must_change=True)
    await sign_in(reader, "bureau-1")
    assert (await reader.get("/work")).headers["location"] == "/account"
    new = "another long password of mine"
    form = {"current": PASSWORD, "password": new, "again": new}
    assert (await reader.post("/account", form | {"current": "wrong"})).status_code == 422
    assert (await reader.post("/account", form | {"again": "x"})).status_code == 422
    assert (await reader.post("/account", form)).status_code == 303
    assert (await reader.get("/work")).status_code == 200


async def test_a_password_that_another_gave_lets_nobody_in_after_its_end(reader: Browser, alone: Hands) -> None:
    await given(alone, "bureau-1", must_change=True)
    assert await sign_in(reader, "bureau-1") == 303, "until its end it does"
    alone.clock.ahead += timedelta(days=7)
    await reader.post("/sign-out")
    assert await sign_in(reader, "bureau-1", "wrong wrong wrong") == 401
    answer = await reader.post("/sign-in", {"officer": "bureau-1", "password": PASSWORD})
    assert answer.status_code == 401
    assert "This first password has ended." in answer.text
    rows = await alone.session.pool.fetch("select why from sign_in where officer = 'bureau-1' order by id")
    assert [row["why"] for row in rows] == ["password", "wrong", "ended"]


async def test_a_session_begun_with_a_first_password_cannot_outlive_it_by_a_password_of_ones_own(
    reader: Browser, alone: Hands
) -> None:
    await given(alone, "bureau-1", must_change=True)
    alone.clock.ahead += timedelta(days=6, hours=23, minutes=50)
    await sign_in(reader, "bureau-1")
    alone.clock.ahead += timedelta(minutes=20)
    new = "another long password of mine"
    answer = await reader.post("/account", {"current": PASSWORD, "password": new, "again": new})
    assert answer.status_code == 422
    assert "This first password has ended." in answer.text


async def test_a_password_of_ones_own_does_not_end(reader: Browser, alone: Hands) -> None:
    await given(alone, "bureau-1")
    alone.clock.ahead += timedelta(days=400)
    assert await sign_in(reader, "bureau-1") == 303


@pytest.mark.parametrize("bad", ["short", "bureau-1-and-more", "aaaaaaaaaaaaaaaa", "x" * 201])
async def test_a_bad_password_is_refused(alone: Hands, bad: str) -> None:
    assert password_faults(bad, "bureau-1")
    with pytest.raises(BadInput):
        await set_password(alone.session.pool, "bureau-1", bad, alone.clock())


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "http://evil.test"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "http://evil.test"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": "", "origin": ""},
    ],
)
async def test_what_another_site_sends_is_refused(reader: Browser, headers: dict[str, str]) -> None:
    answer = await reader.post("/sign-in/bureau-1", headers=headers)
    assert answer.status_code == 403
    assert "firstcover" not in reader.client.cookies


async def test_a_body_that_is_too_large_is_refused(alone: Hands) -> None:
    async with visiting(alone.session, most_bytes=1_000) as browser:
        assert (await browser.post("/sign-in", {"officer": "x" * 2_000})).status_code == 413


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/healthz", "/static/desk.css", "/work"])
async def test_every_answer_is_hardened(reader: Browser, path: str) -> None:
    answer = await reader.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("after", ["//evil.test", "http://evil.test", "/\\evil.test"])
async def test_signing_in_leads_to_no_other_site(reader: Browser, after: str) -> None:
    answer = await reader.post("/sign-in/bureau-1", {"next": after})
    assert answer.headers["location"] == "/work"


async def test_the_cookie_is_for_the_server_alone(reader: Browser) -> None:
    said = (await reader.sign_in("bureau-1")).headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said


async def test_health_is_told_without_a_sign_in(reader: Browser) -> None:
    assert (await reader.get("/healthz")).text == "ok\n"
    assert (await reader.get("/readyz")).status_code == 200
    assert "firstcover_desk_answers" in (await reader.get("/metrics")).text


def test_the_policy_is_as_the_page_says() -> None:
    assert Policy() == Policy(5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
