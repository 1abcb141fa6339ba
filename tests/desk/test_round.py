"""The round as the three offices see it: returns, opinions one by one and in bulk, the plan (article 13)."""

from __future__ import annotations

import re

import pytest

from tests.desk.browser import Browser
from tests.desk.quarter import Quarter, seen
from tests.hands import Hands


@pytest.fixture
async def quarter(hands: Hands) -> Quarter:
    """Two applications of two insurers under review."""
    return await (await Quarter(hands).open("a", "b")).filed()


def digest_of(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]*)"', page)
    assert found
    return found[1]


async def test_the_round_shows_returns_progress_and_what_each_office_said(browser: Browser, quarter: Quarter) -> None:
    rounds, page = await seen(browser, "bureau-1", "/round", f"/round/{quarter.number}")
    assert f"/round/{quarter.number}" in rounds
    for number in quarter.applications:
        assert number in page
    await quarter.do("review", "regulator-1", quarter.hands.forms.review(quarter.applications[0]))
    mine, filtered = await seen(
        browser, "regulator-2", f"/round/{quarter.number}?view=mine", f"/round/{quarter.number}?insurer=insurer-b"
    )
    assert quarter.applications[0] not in mine
    assert quarter.applications[1] in mine
    assert quarter.applications[0] not in filtered


async def test_chosen_applications_are_previewed_then_given_their_opinion(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("bureau-1")
    where = f"/round/{quarter.number}/opinions"
    asked = {"number": quarter.applications[:1], "scope": "chosen", "verdict": "approve", "reason": "材料齐全"}
    preview = await browser.post(where, asked | {"preview": "yes"})
    assert preview.status_code == 200
    assert "1 application would be approved" in preview.text
    assert "200,000.00" in preview.text
    given = await browser.post(where, asked | {"send": "yes", "seen": digest_of(preview.text)})
    assert given.status_code == 303
    assert "1 opinion is given" in (await browser.get(given.headers["location"])).text


async def test_all_that_match_are_approved_and_what_is_doubtful_is_left_out(browser: Browser, quarter: Quarter) -> None:
    bar = "insert into insurer_bar values ('insurer-b', '2026-01-01', 'a test')"
    await quarter.hands.session.pool.execute(bar)
    await browser.sign_in("finance-1")
    where = f"/round/{quarter.number}/opinions"
    asked = {"scope": "all", "verdict": "approve", "reason": "材料齐全"}
    preview = await browser.post(where, asked | {"preview": "yes"})
    assert "1 application would be approved" in preview.text
    assert quarter.applications[1] in preview.text
    given = await browser.post(where, asked | {"send": "yes", "seen": digest_of(preview.text)})
    assert "left_out=1" in given.headers["location"]
    (held,) = await seen(browser, "finance-1", f"/round/{quarter.number}?view=held")
    assert "insurer barred" in held


async def test_what_has_moved_since_the_preview_is_shown_again_and_not_given(
    browser: Browser, quarter: Quarter
) -> None:
    await browser.sign_in("bureau-1")
    where = f"/round/{quarter.number}/opinions"
    asked = {"scope": "all", "verdict": "approve", "reason": "材料齐全"}
    preview = await browser.post(where, asked | {"preview": "yes"})
    await quarter.do("review", "bureau-2", quarter.hands.forms.review(quarter.applications[0]))
    again = await browser.post(where, asked | {"send": "yes", "seen": digest_of(preview.text)})
    assert again.status_code == 200
    assert "has changed since the preview" in again.text


@pytest.mark.parametrize("more", [{"reason": ""}, {"reason": "\u2800"}, {"verdict": "perhaps"}])
async def test_an_opinion_without_a_reason_or_a_verdict_is_not_given(
    browser: Browser, quarter: Quarter, more: dict[str, str]
) -> None:
    await browser.sign_in("bureau-1")
    asked = {"number": quarter.applications, "scope": "chosen", "verdict": "approve", "reason": "材料齐全"}
    answer = await browser.post(f"/round/{quarter.number}/opinions", asked | more | {"send": "yes"})
    assert answer.status_code == 422


async def test_an_application_is_returned_for_completion_from_its_row(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("bureau-1")
    where = f"/p/round/{quarter.number}/acts/return_for_completion"
    form = await browser.post(where, {"add": "", "application": quarter.applications[0], "number": "x"})
    assert f'value="{quarter.applications[0]}"' in form.text
    sent = await browser.post(
        where, {"application": quarter.applications[0], "items": "缺发票", "send": "yes", "command": "rc-1"}
    )
    assert sent.status_code == 303
    (page,) = await seen(browser, "bureau-1", f"/round/{quarter.number}")
    assert quarter.applications[0] not in page


async def test_the_plan_is_previewed_drawn_signed_and_handed_out(browser: Browser, quarter: Quarter) -> None:
    (before,) = await seen(browser, "regulator-1", f"/round/{quarter.number}/plan")
    assert "a plan would give nothing" in before
    await quarter.reviewed()
    (trial,) = await seen(browser, "regulator-1", f"/round/{quarter.number}/plan")
    assert "Why it stands there" in trial
    await quarter.signed()
    page, pdf, book = [
        await browser.get(f"/round/{quarter.number}/plan{ending}") for ending in ("", ".pdf", ".xlsx")
    ]  # fmt: skip
    assert page.status_code == 200
    assert "5,000,000.00" in page.text
    assert pdf.content.startswith(b"%PDF")
    assert book.content.startswith(b"PK")


async def test_the_round_says_who_has_signed_and_offers_signing_to_the_others_alone(
    browser: Browser, quarter: Quarter
) -> None:
    await quarter.reviewed()
    await quarter.do("prepare_plan", "regulator-1")
    await quarter.do("sign_plan", "finance-2")
    round_, sign = f"/round/{quarter.number}", f"/p/round/{quarter.number}/acts/sign_plan"
    for path in (round_, f"{round_}/plan"):
        mine, others = [*await seen(browser, "finance-1", path), *await seen(browser, "bureau-1", path)]
        assert "still to sign: regulator, industry bureau" in mine
        assert sign not in mine
        assert f'href="{sign}"' in others
        assert "still to sign" not in others
        assert "agree_tie_order" not in mine + others
        assert (mine.count("not yet"), others.count("not yet")) == (2, 2)
    (barred,) = await seen(browser, "finance-1", sign)
    assert "still to sign: regulator, industry bureau" in barred
    assert 'name="send"' not in barred
    for officer, waits in (("finance-1", False), ("bureau-1", True)):
        (work,) = await seen(browser, officer, "/work?kind=round")
        assert (quarter.number in work) == waits


@pytest.mark.parametrize("officer", ["insurer-a-1", "ganjingzi-1", "assessor-a-1"])
async def test_nobody_outside_the_three_offices_finds_the_round(
    browser: Browser, quarter: Quarter, officer: str
) -> None:
    await browser.sign_in(officer)
    for path in ("/round", f"/round/{quarter.number}", f"/round/{quarter.number}/plan"):
        assert (await browser.get(path)).status_code == 404
    answer = await browser.post(f"/round/{quarter.number}/opinions", {"scope": "all", "verdict": "approve"})
    assert answer.status_code == 404
