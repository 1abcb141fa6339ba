"""An enterprise applies by itself: its account is made with its first submission, and with nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.accounts import NotSignedIn, Policy, sign_in
from service.enterprise import submit_first
from tests.desk.browser import Browser, flat, visiting
from tests.hands import Hands

PASSWORD = "一个够长的口令 correct horse"
CHOSEN = {"password": PASSWORD, "again": PASSWORD, "send": "yes", "command": "first"}


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(tmp_path))


def filled(hands: Hands, **more: Any) -> dict[str, Any]:
    return flat(hands.forms.submission()) | more


async def cases_of(hands: Hands) -> int:
    return int(
        await hands.session.pool.fetchval(
            "select count(*) from proceeding where enterprise = $1", hands.forms.enterprise
        )
    )


async def has_an_account(hands: Hands) -> bool:
    try:
        await sign_in(hands.session.pool, hands.forms.enterprise, PASSWORD, hands.clock(), Policy())
    except NotSignedIn:
        return False
    return True


async def test_a_first_submission_makes_the_account_and_signs_its_enterprise_in(browser: Browser, hands: Hands) -> None:
    assert 'href="/apply"' in (await browser.get("/sign-in")).text
    assert (await browser.get("/apply")).status_code == 200
    preview = await browser.post("/apply", filled(hands, preview="yes"))
    assert 'name="password"' in preview.text
    assert await cases_of(hands) == 0
    sent = await browser.post("/apply", filled(hands, **CHOSEN))
    assert sent.status_code == 303, sent.text
    page = await browser.get(sent.headers["location"])
    assert "Done and recorded: Submit" in page.text
    assert await has_an_account(hands)
    assert (await browser.get("/apply")).headers["location"] == "/p/case/new/acts/submit"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"again": "another one, long enough"}, "must be the same as the password"),
        ({"password": "short", "again": "short"}, "must have 12 to 200 characters"),
        ({"enterprise.uscc": "91210211MA0000000X"}, "check digit"),
        ({"enterprise.district": "nowhere"}, "must be one of"),
        ({"enterprise.registered_on": "2999-01-01"}, "must not be in the future"),
    ],
)
async def test_nothing_is_stored_where_a_field_or_the_password_is_wrong(
    browser: Browser, hands: Hands, wrong: dict[str, str], told: str
) -> None:
    answer = await browser.post("/apply", filled(hands, **CHOSEN) | wrong)
    assert answer.status_code == 422
    assert told in answer.text
    assert await cases_of(hands) == 0
    assert not await has_an_account(hands)


async def test_nobody_gives_himself_the_account_of_an_enterprise_that_is_known(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    form = flat(hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]})
    answer = await browser.post("/apply", form | CHOSEN)
    assert answer.status_code == 422
    assert "is registered already" in answer.text
    assert await cases_of(hands) == 1
    assert not await has_an_account(hands)


async def test_of_two_first_submissions_only_the_first_makes_an_account(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overlooks(*_: object) -> None:
        """The other's submission came after this one had looked."""

    await hands.submit()
    monkeypatch.setattr("service.enterprise.expect_new", overlooks)
    form = hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]}
    answer, mine = await submit_first(hands.session, form, PASSWORD, "second")
    assert (answer.event.passed, mine) == (True, False)
    assert not await has_an_account(hands)


async def test_a_submission_sent_twice_is_one(browser: Browser, hands: Hands) -> None:
    first = await browser.post("/apply", filled(hands, **CHOSEN))
    assert first.status_code == 303
    again = await browser.post("/apply", filled(hands, **CHOSEN))
    assert again.status_code == 422
    assert await cases_of(hands) == 1


async def test_an_enterprise_sees_what_is_asked_of_it_and_only_its_own(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await hands.act("return_for_correction", "ganjingzi-1")
    await browser.sign_in(hands.forms.enterprise)
    page = (await browser.get("/mine")).text
    assert f"/p/case/{hands.stream.number}/acts/correct" in page
    begun = (await browser.get(f"/p/case/{hands.stream.number}/acts/correct")).text
    assert "What was asked for" in begun
    assert f'value="DZ-{hands.serial}"' in begun, "what was submitted stands there, to be put right"
    other = hands.another()
    await other.submit()
    await browser.sign_in(other.forms.enterprise)
    assert hands.stream.number not in (await browser.get("/mine")).text


async def test_a_forecast_tells_what_cap_and_budget_leave_uncovered(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in(hands.forms.enterprise)
    asked = {"sum_insured": "60,000,000", "premium_rate": "0.03", "years": "1", "shortfall_borne_by": "enterprise"}
    told = (await browser.get("/forecast", params=asked)).text
    assert "1,800,000.00" in told
    assert "600,000.00" in told
    assert "The cap cuts off for good:" in told
    wrong = (await browser.get("/forecast", params=asked | {"premium_rate": "3"})).text
    assert "must be a rate" in wrong or "must be between 0 and 1" in wrong


async def test_an_insurer_sees_the_forecast_before_it_binds_the_enterprise(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("record_delivery")
    await browser.sign_in("insurer-a-1")
    where = f"/p/case/{hands.stream.number}/acts/insure"
    form = (await browser.get(where)).text
    assert '<option value="CLAUSE-A-2026-01" selected' in form
    assert "CLAUSE-B" not in form
    preview = await browser.post(where, flat(hands.forms.of("insure")) | {"preview": "yes"})
    assert preview.status_code == 200
    assert "Forecast of cap and budget" in preview.text
    assert "The cap cuts off for good:" in preview.text


@pytest.mark.parametrize(
    ("officer", "path", "finds"),
    [("ganjingzi-1", "/verification", True), ("shahekou-1", "/verification", False),
     ("bureau-1", "/verification", None), ("ganjingzi-1", "/recognition", None),
     ("assessor-a-1", "/assessments", False)],
)  # fmt: skip
async def test_an_office_finds_its_own_cases_on_its_own_page(
    browser: Browser, hands: Hands, officer: str, path: str, finds: bool | None
) -> None:
    await hands.submit()
    await browser.sign_in(officer)
    answer = await browser.get(path)
    if finds is None:
        assert answer.headers["location"] == "/work"
    else:
        assert (hands.stream.number in answer.text) is finds


async def test_the_bureau_and_the_assessor_follow_a_case_by_its_stages(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("entrust")
    await browser.sign_in("assessor-a-1")
    assert f"/p/case/{hands.stream.number}/acts/assess" in (await browser.get("/assessments")).text
    await browser.sign_in("assessor-b-1")
    assert hands.stream.number not in (await browser.get("/assessments")).text
    await hands.act("assess", "assessor-a-1")
    await hands.act("propose", "bureau-1")
    await hands.act("publish", "bureau-2")
    await browser.sign_in("bureau-1")
    listed = (await browser.get("/recognition?stage=recognised")).text
    assert hands.forms.publication()["page"] in listed
    assert "valid until" in listed


async def test_the_assessors_sheet_adds_up_by_itself_and_a_veto_stops_the_recommendation(
    browser: Browser, hands: Hands
) -> None:
    await hands.stand_at("entrust")
    await browser.sign_in("assessor-a-1")
    sheet = [{"criterion": "创新性", "maximum": 60, "score": 50}, {"criterion": "市场前景", "maximum": 40, "score": 30}]
    form = hands.forms.report() | {"score_sheet": sheet}
    data = flat(form) | {"score": "", "preview": "yes"}
    where = f"/p/case/{hands.stream.number}/acts/assess"
    preview = await browser.post(where, data)
    assert preview.status_code == 200, preview.text
    assert 'name="score" inputmode="numeric" value="80"' in preview.text
    vetoed = await browser.post(where, data | {"score_sheet[0].veto": "true"})
    assert vetoed.status_code == 422
    assert "must be false where a criterion is vetoed" in vetoed.text


async def test_first_submissions_cannot_be_sent_without_end_from_one_address(alone: Hands) -> None:
    async with visiting(alone.session, applies_a_minute=2) as browser:
        tried = [(await browser.post("/apply", {"command": f"{n}"})).status_code for n in range(3)]
        assert tried == [422, 422, 429]
        page = await browser.get("/apply")
        assert (page.status_code, "makes sure by the business licence" in page.text) == (200, True)


async def test_checks_while_one_fills_a_first_submission_in_are_paced_as_searches_are(alone: Hands) -> None:
    async with visiting(alone.session, searches_a_minute=2) as browser:
        tried = [(await browser.post("/apply/check", {"command": "a"})).status_code for _ in range(3)]
        assert tried == [200, 200, 429]
