"""The acts for other programs: who may call, what comes of an act, and how a failure is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from service import api_tokens
from service.showing import shown
from tests.desk.browser import Browser
from tests.hands import Hands


async def called(browser: Browser, hands: Hands, officer: str, path: str, data: Any = None, **headers: str) -> Response:
    """Call the API with a token of an officer's: POST where there is data."""
    token = (await api_tokens.give(hands.session.pool, officer, "test", 1, hands.clock())).token
    said = {"authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if data is None:
        return await browser.client.get(f"/api{path}", headers=said)
    return await browser.client.post(f"/api{path}", json=data, headers=said)


async def test_a_case_is_opened_looked_at_and_acted_in(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    form = hands.forms.submission()
    form["product"]["model"] = "another model"
    answer = await called(browser, hands, hands.forms.enterprise, "/proceedings/case", form)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["case"] == told["number"]
    assert answer.headers["location"] == f"/api/proceedings/case/{told['number']}"
    done = await called(
        browser, hands, "ganjingzi-1", f"/proceedings/case/{told['number']}/acts/confirm", hands.forms.opinion()
    )
    assert (done.status_code, done.json()["stage"]) == (200, "confirmed")
    assert done.json()["findings"] == done.json()["event"]["findings"]


async def test_a_look_is_exactly_what_the_record_shows(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("publish")
    answer = await called(browser, hands, "bureau-1", f"/proceedings/case/{hands.stream.number}")
    record = await shown(hands.session.pool, hands.stream, "bureau-1")
    assert set(answer.json()) == set(record)
    assert answer.json()["facts"] == record["facts"]
    assert answer.json()["events"] == record["events"]


async def test_an_act_sent_twice_under_one_name_is_done_once(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    path, form = f"/proceedings/case/{hands.stream.number}/acts/confirm", hands.forms.opinion()
    first = await called(browser, hands, "ganjingzi-1", path, form, idempotency_key="one-name")
    again = await called(browser, hands, "ganjingzi-1", path, form, idempotency_key="one-name")
    assert (first.status_code, first.json()) == (200, again.json())
    assert first.headers["idempotency-key"] == "one-name"
    other = await called(browser, hands, "ganjingzi-1", path, {**form, "opinion": "另"}, idempotency_key="one-name")
    assert other.status_code == 422
    assert other.json()["faults"][0]["field"] == "command_id"
    assert await hands.acts() == ["submit", "confirm"]


async def test_what_the_law_refuses_is_recorded_and_told_with_every_finding(browser: Browser, hands: Hands) -> None:
    await hands.submit(hands.forms.submission(complete=True))
    form = hands.forms.opinion()
    form["checklist"] = [{**one, "met": False} for one in form["checklist"]]
    answer = await called(browser, hands, "ganjingzi-1", f"/proceedings/case/{hands.stream.number}/acts/confirm", form)
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert told["event"]["passed"] is False
    assert told["article"]
    assert [one for one in told["findings"] if not one["passed"]]
    assert await hands.acts() == ["submit", "confirm"]


async def test_a_failure_names_fields_rule_and_article(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    path = f"/proceedings/case/{hands.stream.number}/acts"
    bad = (await called(browser, hands, "ganjingzi-1", f"{path}/confirm", {"opinion": ""})).json()
    assert bad["status"] == 422
    assert {one["field"] for one in bad["faults"]} >= {"checklist", "opinion"}
    barred = (await called(browser, hands, "bureau-1", f"{path}/confirm", hands.forms.opinion())).json()
    assert (barred["status"], barred["rule"], barred["article"]) == (403, "right_office", "9")
    early = (await called(browser, hands, "bureau-1", f"{path}/receive", {})).json()
    assert (early["status"], early["rule"]) == (409, "act_in_turn")
    assert (await called(browser, hands, "zhongshan-1", f"{path}/confirm", {})).status_code == 404


async def test_a_preview_records_nothing(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    path = f"/proceedings/case/{hands.stream.number}/acts/confirm/preview"
    told = (await called(browser, hands, "ganjingzi-1", path, hands.forms.opinion())).json()
    assert (told["passed"], told["stage_before"], told["stage"]) == (True, "district_review", "confirmed")
    assert await hands.acts() == ["submit"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'{"reason": "\\u0000"}', "application/json", 422),
        (b'{"reason": "\\ud800"}', "application/json", 422),
        (b'{"reason": "a", "reason": "b"}', "application/json", 422),
        (b"\xff", "application/json", 422),
        (b"{}", "text/plain", 415),
        (b"[" * 100_000, "application/json", 422),
        (b" " * (65 * 1024 * 1024), "application/json", 413),
    ],
    ids=range(9),
)
async def test_a_body_that_is_no_form_is_refused(
    browser: Browser, hands: Hands, body: bytes, kind: str, status: int
) -> None:
    await hands.submit()
    token = (await api_tokens.give(hands.session.pool, "ganjingzi-1", "test", 1, hands.clock())).token
    headers = {"authorization": f"Bearer {token}", "content-type": kind}
    path = f"/api/proceedings/case/{hands.stream.number}/acts/refuse"
    answer = await browser.client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_nobody_acts_without_a_session_or_a_token_that_holds(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    given = await api_tokens.give(hands.session.pool, "ganjingzi-1", "test", 1, hands.clock())

    async def looked(token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return (await browser.client.get("/api/work", headers=headers)).status_code

    anonymous = await browser.get("/api/work")
    assert (anonymous.status_code, anonymous.headers["www-authenticate"]) == (401, "Bearer")
    assert [await looked(given.token), await looked("fc_none")] == [200, 401]
    hands.clock.ahead += timedelta(days=2)
    assert await looked(given.token) == 401


async def test_a_token_is_shown_once_kept_as_its_hash_and_ends_when_revoked(reader: Browser, alone: Hands) -> None:
    await reader.sign_in("bureau-1")
    page = (await reader.post("/account/tokens", {"name": "夜间报送", "days": "30"})).text
    token = page.partition("<code>")[2].partition("</code>")[0]
    assert token.startswith("fc_")
    assert token not in (await reader.get("/account/tokens")).text
    assert token not in str(await alone.session.pool.fetch("select * from api_token"))
    headers = {"authorization": f"Bearer {token}"}
    assert (await reader.client.get("/api/work", headers=headers)).status_code == 200
    number = await alone.session.pool.fetchval("select number from api_token")
    assert (await reader.post(f"/account/tokens/{number}/revoke")).status_code == 303
    assert (await reader.client.get("/api/work", headers=headers)).status_code == 401
    assert (await reader.post("/account/tokens", {"name": " ", "days": "0"})).status_code == 422


async def test_a_session_acts_from_our_own_pages_only(reader: Browser) -> None:
    await reader.sign_in("bureau-1")
    headers = {"sec-fetch-site": "cross-site"}
    answer = await reader.client.post("/api/proceedings/case", json={}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert (await reader.client.post("/api/rules/validity", json={"published_on": "2026-01-01"})).status_code == 403


async def test_the_rules_answer_as_the_command_line_does(reader: Browser) -> None:
    facts = {"sum_insured": "20000000.00", "premium_rate": "0.025"}
    told = (await reader.client.post("/api/rules/premium?scheme=dalian", json=facts)).json()
    assert (told["premium"], told["subsidy"], told["enterprise_share"]) == ("500000.00", "200000.00", "300000.00")
    ceiling = await reader.client.post("/api/rules/ceiling", json={"product_value": "50000000.00"})
    assert ceiling.json()["ceiling"] == "2500000.00"
    wrong = (await reader.client.post("/api/rules/premium", json={"premium_rate": "3"})).json()
    assert [one["field"] for one in wrong["faults"]] == ["sum_insured", "premium_rate"]
    assert (await reader.client.post("/api/rules/none", json={})).status_code == 404


async def test_the_ledger_is_the_three_offices(browser: Browser, hands: Hands) -> None:
    assert (await called(browser, hands, "finance-1", "/ledger/2026")).json()["balanced"] is True
    refused = await called(browser, hands, "insurer-a-1", "/ledger/2026")
    assert (refused.status_code, refused.json()["article"]) == (403, "13")


async def test_a_list_shows_an_office_its_own_and_goes_on_by_key(browser: Browser, hands: Hands) -> None:
    for _ in range(51):
        await hands.another().submit()
    first = await called(browser, hands, "ganjingzi-1", "/proceedings/case")
    assert len(first.json()["items"]) == 50
    assert f"after={first.json()['next']}" in first.headers["link"]
    rest = await called(browser, hands, "ganjingzi-1", f"/proceedings/case?after={first.json()['next']}")
    assert (len(rest.json()["items"]), rest.json()["next"]) == (1, None)
    assert (await called(browser, hands, "zhongshan-1", "/proceedings/case")).json()["items"] == []


async def test_the_description_is_there_for_people_and_for_programs(reader: Browser) -> None:
    assert (await reader.get("/api/openapi.json")).json()["openapi"].startswith("3.1")
    page = (await reader.get("/api")).text
    assert "/api/proceedings/{kind}/{number}/acts/{act}" in page
    assert "https://" not in page.replace("http://desk.test", "")


@pytest.mark.parametrize(
    ("language", "path", "field", "why"),
    [
        ("zh", "/work?taken=everybody", "taken", "应为“”、“me”或者“nobody”"),
        ("zh-CN,zh;q=0.9", "/ledger/1", "year", "2016"),
        ("zh", "/proceedings/case?stage=nowhere", "stage", "应为下列之一"),
        ("en", "/work?taken=everybody", "taken", "must be"),
        ("", "/work?taken=everybody", "taken", "must be"),
    ],
)
async def test_a_problem_is_told_in_the_callers_language(
    reader: Browser, alone: Hands, language: str, path: str, field: str, why: str
) -> None:
    reader.client.cookies.clear()
    answer = await called(reader, alone, "bureau-1", path, accept_language=language)
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert (told["faults"][0]["field"], why in told["faults"][0]["message"]) == (field, True), told
    english = re.search("[A-Za-z]{3,}", told["title"] + re.sub("“.*?”", "", told["faults"][0]["message"]))
    assert bool(english) is (not language.startswith("zh")), told


@pytest.mark.parametrize("path", ["/documents/none", "/proceedings/nothing", "/proceedings/case/none", "/nowhere"])
async def test_what_is_not_there_is_told_in_chinese_to_who_asks_in_chinese(
    reader: Browser, alone: Hands, path: str
) -> None:
    reader.client.cookies.clear()
    answer = await called(reader, alone, "bureau-1", path, accept_language="zh")
    assert answer.status_code == 404
    assert not re.search("[A-Za-z]{3,}", answer.json()["title"] + answer.json()["detail"]), answer.text


async def test_a_problem_is_told_as_text_and_not_as_a_page_would(browser: Browser, hands: Hands) -> None:
    """English marks what is Chinese on a page, and a page escapes what was written."""
    await hands.submit()
    path = f"/proceedings/case/{hands.stream.number}/acts/confirm"
    form = {**hands.forms.of("confirm"), "opinion": "<b>'核实'\u2028</b>"}
    answer = await called(browser, hands, "ganjingzi-1", path, form)
    assert (answer.status_code, "<b>'核实'" in answer.json()["faults"][0]["message"]) == (422, True), answer.text


async def test_what_a_page_cannot_read_is_told_in_its_language(reader: Browser) -> None:
    await reader.sign_in("bureau-1")
    for language, why in (("zh", "应为整数"), ("en", "must be a whole number")):
        page = await reader.get(f"/administration/days-off/next?lang={language}")
        assert (page.status_code, why in page.text) == (422, True), page.text


async def test_who_decides_looks_at_persons_once_for_a_reason_that_is_kept(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    path, name = f"/proceedings/case/{hands.stream.number}/persons", hands.forms.contact
    why, key = {"reason": "约定现场核查时间"}, {"idempotency_key": "one-look"}
    looked = await called(browser, hands, "ganjingzi-1", path, why, **key)
    assert (looked.status_code, looked.headers["idempotency-key"]) == (200, "one-look")
    assert (looked.json()["masked"], looked.json()["facts"]["submission"]["enterprise"]["contact"]) == (False, name)
    again = await called(browser, hands, "ganjingzi-1", path, why, **key)
    assert again.json() == looked.json()
    rows = await hands.session.pool.fetch("select officer, reason from unmasking where stream = $1", str(hands.stream))
    assert [tuple(row) for row in rows] == [("ganjingzi-1", why["reason"])], "one name is one look"
    masked = await called(browser, hands, "ganjingzi-1", path.removesuffix("/persons"))
    assert (masked.json()["masked"], name in masked.text) == (True, False)


async def test_the_name_of_a_look_serves_no_other_and_no_later_one(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    path, key = f"/proceedings/case/{hands.stream.number}/persons", {"idempotency_key": "one-look"}
    assert (await called(browser, hands, "ganjingzi-1", path, {"reason": "核查"}, **key)).status_code == 200
    other = await called(browser, hands, "ganjingzi-1", path, {"reason": "另一原因"}, **key)
    hands.clock.ahead += timedelta(minutes=11)
    late = await called(browser, hands, "ganjingzi-1", path, {"reason": "核查"}, **key)
    for answer in (other, late):
        assert (answer.status_code, answer.json()["faults"][0]["field"]) == (422, "command_id")
        assert hands.forms.contact not in answer.text


@pytest.mark.parametrize(
    ("officer", "data", "status"),
    [
        ("finance-1", {"reason": "好奇"}, 403),
        ("finance-1", {"reason": ""}, 422),
        ("shahekou-1", {"reason": ""}, 404),
        ("ganjingzi-1", {}, 422),
        ("ganjingzi-1", {"reason": " "}, 422),
        ("ganjingzi-1", {"reason": "核" * 201}, 422),
        ("ganjingzi-1", {"reason": "核查", "whole": True}, 422),
    ],
)
async def test_no_person_is_shown_without_authority_and_a_reason(
    browser: Browser, hands: Hands, officer: str, data: dict[str, Any], status: int
) -> None:
    await hands.submit()
    answer = await called(browser, hands, officer, f"/proceedings/case/{hands.stream.number}/persons", data)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert hands.forms.contact not in answer.text
    assert await hands.session.pool.fetchval("select count(*) from unmasking") == 0
    tried = "select count(*) from refusal where act = 'unmask' and officer = $1"
    assert await hands.session.pool.fetchval(tried, officer) == (status == 403)


@pytest.mark.parametrize("body", [b"{}", b"{", b'{"opinion": ""}'])
@pytest.mark.parametrize(
    ("officer", "act", "status", "tried"),
    [
        ("bureau-1", "acts/confirm", 403, 1),
        ("bureau-1", "acts/confirm/preview", 403, 1),
        ("finance-1", "acts/receive", 403, 1),
        ("zhongshan-1", "acts/confirm", 404, 0),
        ("ganjingzi-1", "acts/confirm", 422, 0),
    ],
)
async def test_whose_an_act_is_is_asked_before_its_form_is_read(
    browser: Browser, hands: Hands, body: bytes, officer: str, act: str, status: int, tried: int
) -> None:
    await hands.submit()
    token = (await api_tokens.give(hands.session.pool, officer, "test", 1, hands.clock())).token
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    path = f"/api/proceedings/case/{hands.stream.number}/{act}"
    answer = await browser.client.post(path, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["rule"] == "right_office"
    assert await hands.session.pool.fetchval("select count(*) from refusal where officer = $1", officer) == tried


async def test_who_opens_no_proceeding_of_a_kind_is_told_so_before_his_form_is_read(
    browser: Browser, hands: Hands
) -> None:
    for path in ("/proceedings/case", "/proceedings/case/new/acts/submit/preview"):
        answer = await called(browser, hands, "bureau-1", path, {"product": 1})
        assert (answer.status_code, answer.json()["rule"]) == (403, "right_office")
    assert (await called(browser, hands, "bureau-1", "/proceedings/round", {})).status_code in (403, 404)
    assert (await called(browser, hands, "bureau-1", "/proceedings/nothing", {})).status_code == 404


def said_in(part: Any, name: str = "") -> Iterator[str]:
    """All that a description says in words."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from said_in(inner, key)
    elif isinstance(part, list):
        for inner in part:
            yield from said_in(inner)
    elif name in ("description", "summary"):
        yield part


#: What is called so in every language.
NAMES = r"`[^`]*`|JSON|RFC|Firstcover"


async def test_the_description_is_said_whole_in_the_language_that_is_asked_for(reader: Browser) -> None:
    reader.client.cookies.clear()
    english = (await reader.get("/api/openapi.json")).json()
    chinese = (await reader.client.get("/api/openapi.json", headers={"accept-language": "zh-CN"})).json()
    assert (await reader.get("/api/openapi.json?lang=zh")).json() == chinese
    assert english.keys() == chinese.keys()
    assert {tag["name"] for tag in english["tags"]} == {
        tag for path in english["paths"].values() for one in path.values() for tag in one["tags"]
    }
    assert len(list(said_in(english))) == len(list(said_in(chinese))) > 100
    for words in said_in(chinese):
        assert re.search("[\u4e00-\u9fff]", words), words
        assert not re.search("[A-Za-z]{2,}", re.sub(NAMES, "", words)), words
    for path in english["paths"].values():
        for one in path.values():
            assert not re.search("[\u4e00-\u9fff]", one["summary"] + one["description"])
            assert one["description"].startswith(one["summary"])


async def test_the_page_of_the_description_speaks_its_language(reader: Browser) -> None:
    for language, words in (("zh", "以首个行为发起办件"), ("en", "Open a proceeding by its first act")):
        page = (await reader.get(f"/api?lang={language}")).text
        assert words in page
        assert ("Open a proceeding" in page) is (language == "en")
