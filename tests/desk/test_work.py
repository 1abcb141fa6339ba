"""My work: what waits and why, who has it, the next one; absence; and the office's work shared out anew."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.desk.browser import Browser
from tests.hands import Hands

REGISTER = "offices:dalian:register"


async def holder(hands: Hands) -> str | None:
    who: str | None = await hands.session.pool.fetchval(
        "select taken_by from work_item where stream = $1 and office_kind = 'district'", str(hands.stream)
    )
    return who


async def supervisor(hands: Hands, code: str = "ganjingzi-1") -> None:
    told = {"code": code, "since": f"{hands.today}"}
    await hands.session.open(REGISTER, "propose_supervisor", "bureau-1", told, None)
    await hands.session.open(REGISTER, "appoint_supervisor", "bureau-2", {"code": code}, None)


async def two(hands: Hands) -> Hands:
    """Two cases that wait for one district; return the later one's hands."""
    await hands.submit()
    other = hands.another()
    await other.submit()
    return other


def order(hands: Hands, act: str, **more: Any) -> dict[str, Any]:
    return {"act": act, "proceedings": str(hands.stream), **more}


async def test_the_list_says_why_a_case_is_mine_and_keeps_what_narrows_it_in_its_address(
    browser: Browser, hands: Hands
) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    page = await browser.get("/work?who=nobody&kind=case&due=later")
    assert hands.stream.number in page.text
    assert re.search(r"Confirm\s*<small class=\"muted\">Article 9", page.text), (
        "the act that is awaited and its article"
    )
    assert 'href="/work?kind=case&amp;who=mine&amp;due=later"' in page.text, "a tab keeps what is chosen beside it"
    for elsewhere in ("who=mine", "due=overdue", "kind=policy", "stage=confirmed", "q=zz-none"):
        assert hands.stream.number not in (await browser.get(f"/work?{elsewhere}")).text, elsewhere
    assert hands.stream.number in (await browser.get(f"/work?q={hands.stream.number}")).text


async def test_a_case_is_taken_handed_over_and_released_from_the_list(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    answer = await browser.post("/work/orders", order(hands, "take", back="who=nobody"))
    assert answer.headers["location"].startswith("/work?who=nobody&said=take")
    assert await holder(hands) == "ganjingzi-1"
    await browser.post("/work/orders", order(hands, "hand_over", to="ganjingzi-2", note="出差"))
    assert await holder(hands) == "ganjingzi-2"
    await browser.sign_in("ganjingzi-2")
    assert "who=mine" in (await browser.get("/work")).text
    await browser.post("/work/orders", order(hands, "release", note="冲突"))
    assert await holder(hands) is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"act": "take"}, "Tick at least one."),
        ({"act": "release", "proceedings": "x"}, "Say why, in a few words."),
        ({"act": "hand_over", "proceedings": "x", "note": "n"}, "Choose the colleague who gets it."),
        ({"act": "confirm", "proceedings": "x"}, "Choose what to do."),
    ],
)
async def test_an_order_that_lacks_something_says_what(reader: Browser, form: dict[str, str], said: str) -> None:
    await reader.sign_in("ganjingzi-1")
    answer = await reader.post("/work/orders", form)
    assert (answer.status_code, said in answer.text) == (422, True)


async def test_what_waits_for_another_office_is_not_taken_from_a_page(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    for officer in ("xigang-1", "bureau-1"):
        await browser.sign_in(officer)
        assert (await browser.post("/work/orders", order(hands, "take"))).status_code == 422
    assert await holder(hands) is None


async def test_the_next_one_is_given_with_the_reason_and_then_nothing_is_left(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    answer = await browser.post("/work/next", {"command": "n-1"})
    page = await browser.get(answer.headers["location"])
    assert hands.stream.number in page.text
    assert "Why this one" in page.text
    assert "nobody had was due sooner" in page.text
    assert await holder(hands) == "ganjingzi-1"
    again = await browser.post("/work/next", {"command": "n-2"})
    assert "said=nothing_next" in again.headers["location"]
    assert "Nothing that you may handle" in (await browser.get(again.headers["location"])).text


async def test_a_substitute_is_appointed_and_sees_the_absent_ones_work(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    await browser.post("/work/orders", order(hands, "take"))
    form = {"absent": "ganjingzi-1", "substitute": "ganjingzi-1", "since": f"{hands.today}"}
    wrong = await browser.post("/work/substitution", form)
    assert wrong.status_code == 422
    assert wrong.text.count("aria-invalid") >= 2
    form |= {"substitute": "ganjingzi-2", "until": f"{hands.today + timedelta(3)}", "reason": "年休假"}
    assert (await browser.post("/work/substitution", form)).status_code == 303
    await browser.sign_in("ganjingzi-2")
    page = (await browser.get("/work?who=mine")).text
    assert hands.stream.number in page
    assert "I stand in" in page
    assert "年休假" in (await browser.get("/work/substitution")).text


async def test_only_a_supervisor_sees_and_shares_out_the_offices_work(browser: Browser, hands: Hands) -> None:
    other = await two(hands)
    await browser.sign_in("ganjingzi-1")
    assert (await browser.get("/office-work")).status_code == 403
    moves = [f"{one.stream}=ganjingzi-{n}" for n, one in ((1, hands), (2, other))]
    assert (await browser.post("/office-work", {"move": moves, "reason": "均衡"})).status_code == 403
    await supervisor(hands)
    assert "/office-work" in (await browser.get("/work")).text
    page = await browser.get("/office-work")
    assert hands.stream.number in page.text
    people = ["ganjingzi-1", "ganjingzi-2"]
    preview = await browser.post("/office-work/preview", {"of": "nobody", "first": "2", "to": people})
    assert {f'value="{move}"' in preview.text for move in moves} == {True}, "the first due goes to the first named"
    assert await holder(hands) is None, "a preview changes nothing"
    nameless = await browser.post("/office-work", {"move": moves})
    assert (nameless.status_code, "Say why" in nameless.text) == (422, True)
    sent = await browser.post("/office-work", {"move": moves, "reason": "均衡工作量", "command": "r-1"})
    assert sent.status_code == 303
    assert [await holder(one) for one in (hands, other)] == people


async def test_nothing_ticked_or_nobody_named_is_told_before_a_preview(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await supervisor(hands)
    await browser.sign_in("ganjingzi-1")
    for nothing in ({}, {"first": "²"}):
        assert (
            "Tick at least one" in (await browser.post("/office-work/preview", {"to": "ganjingzi-2", **nothing})).text
        )
    told = await browser.post("/office-work/preview", {"proceedings": str(hands.stream)})
    assert (told.status_code, "Choose at least one colleague" in told.text) == (422, True)


async def test_search_finds_by_number_enterprise_and_product_what_the_officer_may_see(
    browser: Browser, hands: Hands
) -> None:
    await hands.submit()
    form = hands.forms.submission()
    where = f"/p/case/{hands.stream.number}"
    await browser.sign_in("ganjingzi-1")
    assert (await browser.get(f"/search?q={hands.stream.number}")).headers["location"] == where
    for words in (form["enterprise"]["name"], form["product"]["name"], form["enterprise"]["uscc"]):
        assert where in (await browser.get("/search", params={"q": words})).text, words
    for stranger in ("shahekou-1", "assessor-a-1"):
        await browser.sign_in(stranger)
        found = await browser.get(f"/search?q={hands.stream.number}")
        assert (found.status_code, where in found.text) == (200, False), stranger
    assert "at least two letters" in (await browser.get("/search?q=大")).text
