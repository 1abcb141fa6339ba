"""What no page expects and anybody can send: odd characters, addresses and methods. Each is told, none breaks it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest
from httpx import ASGITransport

from desk.app import build
from desk.settings import DeskSettings
from tests.desk.browser import ORIGIN, Browser, flat
from tests.hands import Hands


@pytest.mark.parametrize(
    ("officer", "path"),
    [
        *(
            ("bureau-1", path)
            for path in ("/work?kind=a%00b", "/work/next?got=%00", "/letters/%00", "/documents/a%00b")
        ),
        *(
            ("bureau-1", path)
            for path in ("/complaints?after=%00", "/administration?after=%00", "/recognition?after=%00")
        ),
        *(("regulator-1", path) for path in ("/recoveries?after=%00", "/pilot-insurers/%00")),
        *(("insurer-a-1", path) for path in ("/policies?stage=%00", "/returns?after=%00")),
        ("", "/register.csv?q=a%00b"),
        ("", "/register.csv?q=%E2%80%AE"),
    ],
)
async def test_an_address_with_what_no_text_holds_is_told_to_be_unreadable(
    reader: Browser, officer: str, path: str
) -> None:
    if officer:
        await reader.sign_in(officer)
    answer = await reader.get(path)
    assert (answer.status_code, "This cannot be read" in answer.text) == (422, True)


async def test_a_form_with_what_no_text_holds_is_told_to_be_unreadable(reader: Browser) -> None:
    answer = await reader.post("/sign-in", {"officer": "bureau\0-1", "password": "x"})
    assert (answer.status_code, "must not hold the character NUL" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/budget/2026-02-30", "/api/work?stage=2026-02-30"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_day_that_no_calendar_has_is_told_as_it_was_written(reader: Browser, path: str, language: str) -> None:
    await reader.sign_in("finance-1")
    answer = await reader.get(
        path, headers={"cookie": f"lang={language}; firstcover={reader.client.cookies['firstcover']}"}
    )
    assert (answer.status_code, "2026-02-30" in answer.text) == (422, True)


async def test_a_figure_that_is_no_number_is_a_fault_of_its_field(reader: Browser) -> None:
    await reader.sign_in("bureau-1")
    form = {"year": "²", "document": "文", "text": "放假"}
    assert (await reader.post("/administration/days-off", form)).status_code == 422


@pytest.mark.parametrize(
    "path", ["/administration/proof?after=9999-12-31T23:59:59-23:59~a~b", "/administration/proof?after=2026-01-01~a~b"]
)
async def test_a_key_that_no_page_gave_begins_anew(reader: Browser, path: str) -> None:
    await reader.sign_in("bureau-1")
    assert (await reader.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/register", "/healthz", "/api/public/law", "/static/desk.css", "/nowhere"])
async def test_whoever_may_fetch_a_page_may_ask_whether_it_is_there(reader: Browser, path: str) -> None:
    whole, head = await reader.get(path), await reader.client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


async def test_a_way_that_a_page_cannot_be_asked_is_told_with_those_it_can(reader: Browser) -> None:
    answer = await reader.client.request("OPTIONS", "/register")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        *(("zh-TW;q=0.1,en", "zh-CN"), ("EN-us", "en"), ("fr-FR,fr;q=0.9,en;q=0.8,zh;q=0.7", "en")),
        *(("english", "zh-CN"), ("*", "zh-CN"), ("", "zh-CN"), (",;-," * 1_000 + "en", "zh-CN")),
    ],
)
async def test_a_browsers_languages_are_asked_in_their_order(reader: Browser, accepted: str, spoken: str) -> None:
    reader.client.cookies.clear()
    assert f'<html lang="{spoken}"' in (await reader.get("/", headers={"accept-language": accepted})).text


@pytest.mark.parametrize(("length", "kept"), [(2_000, True), (9_000, False)])
async def test_signing_in_leads_on_however_much_was_filled_in(reader: Browser, length: int, kept: bool) -> None:
    wanted = "/forecast?terms=" + "1" * length
    answer = await reader.post("/sign-in/bureau-1", {"next": wanted})
    assert answer.headers["location"] == (wanted if kept else "/work")


@pytest.mark.parametrize(
    ("path", "media"), [("/work", "text/plain; charset=utf-8"), ("/api/work", "application/problem+json")]
)
async def test_a_failure_of_the_desk_itself_is_told_in_the_language_of_who_asks(
    alone: Hands, path: str, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.page.signed_in", _fails)
    monkeypatch.setattr("desk.api.calling.signed_in", _fails)
    transport = ASGITransport(build(DeskSettings(), alone.session), raise_app_exceptions=False)
    cookies = {"lang": "zh", "firstcover": "x"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"], "工作台" in answer.text) == (500, media, True)
    assert answer.headers["cache-control"] == "no-store"


async def _fails(*_: object) -> None:
    raise ZeroDivisionError


async def test_what_was_filled_in_when_the_session_ended_is_kept_and_shown_again_after_the_sign_in(
    browser: Browser, hands: Hands
) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    form = {**flat(hands.forms.of("confirm")), "opinion": "第一行\r\n<b>第二行</b>", "command": "c-1", "send": "yes"}
    hands.clock.ahead += timedelta(minutes=31)
    where = f"/p/case/{hands.stream.number}/acts/confirm"
    typing = await browser.post(f"{where}/check", form, headers={"hx-request": "true"})
    assert (typing.status_code, "hx-redirect" in typing.headers) == (401, False), "the page stays where it is"
    answer = await browser.post(where, form)
    assert (answer.status_code, "Your session has ended" in answer.text) == (401, True)
    await browser.sign_in("ganjingzi-1")
    kept = hidden_in(answer.text)
    assert kept == {name: str(said) for name, said in form.items() if name != "send"}
    again = await browser.post(where, kept)
    assert (again.status_code, "第二行&lt;/b&gt;" in again.text) == (200, True)
    assert (await hands.file()).stage == "district_review", "it is shown again, and sent by whoever sees it"


async def test_what_was_filled_in_when_a_server_was_away_is_kept_under_its_name(
    reader: Browser, alone: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.sign_in("bureau-1")
    monkeypatch.setattr("desk.page.signed_in", _is_away)
    for path, form in (("/work/substitution", {"reason": "年休假", "command": "c-2"}), ("/account", {"current": "x"})):
        answer = await reader.post(path, {**form, "password": "secret"})
        assert (answer.status_code, hidden_in(answer.text)) == (503, form if path != "/account" else {})
        assert "secret" not in answer.text


def hidden_in(page: str) -> dict[str, str]:
    """What a page's form holds to be sent again."""
    main = page.partition("<main")[2]
    return {name: unescape(said) for name, said in re.findall('type="hidden" name="([^"]*)" value="([^"]*)"', main)}


async def _is_away(*_: object) -> None:
    raise ConnectionRefusedError
