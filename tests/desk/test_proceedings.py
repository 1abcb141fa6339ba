"""A proceeding's page, and acts done by its forms alone."""

from __future__ import annotations

import pytest

from tests.desk.browser import Browser, flat
from tests.hands import Hands


async def test_an_enterprise_submits_by_the_form_alone_and_sees_its_case(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    # Another product of the same enterprise.
    form = hands.another().forms.submission() | {"enterprise": hands.forms.submission()["enterprise"]}
    await browser.sign_in(hands.forms.enterprise)
    page = await browser.get("/p/case/new/acts/submit")
    assert page.status_code == 200
    assert "papers[0].sha256" in page.text
    preview = await browser.post("/p/case/new/acts/submit", flat(form) | {"preview": "yes", "command": "a-1"})
    assert preview.status_code == 200
    assert "It would go through" in preview.text
    sent = await browser.post("/p/case/new/acts/submit", flat(form) | {"send": "yes", "command": "a-1"})
    assert sent.status_code == 303
    again = await browser.post("/p/case/new/acts/submit", flat(form) | {"send": "yes", "command": "a-1"})
    assert again.headers["location"] == sent.headers["location"]


async def test_a_district_confirms_by_the_form_alone(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    assert hands.stream.number in (await browser.get("/work")).text
    where = f"/p/case/{hands.stream.number}"
    shown = await browser.get(where)
    assert f"{where}/acts/confirm" in shown.text
    form = flat(hands.forms.of("confirm"))
    sent = await browser.post(f"{where}/acts/confirm", form | {"send": "yes", "command": "c-1"})
    assert sent.status_code == 303, sent.text
    assert "Confirm" in (await browser.get(sent.headers["location"])).text


async def test_a_wrong_form_comes_back_with_every_fault_beside_its_field(browser: Browser, hands: Hands) -> None:
    await hands.submit()
    await browser.sign_in("ganjingzi-1")
    where = f"/p/case/{hands.stream.number}/acts/confirm"
    form = flat(hands.forms.of("confirm")) | {"opinion": "", "checklist[0].met": ""}
    answer = await browser.post(where, form | {"send": "yes", "command": "c-2"})
    assert answer.status_code == 422
    assert answer.text.count("must be given") == 2
    checked = await browser.post(f"{where}/check", {"site_visit_on": "2999-01-01"})
    assert 'hx-swap-oob="true"' in checked.text


@pytest.mark.parametrize("officer", ["shahekou-1", "insurer-a-1", "assessor-a-1"])
async def test_who_has_nothing_to_do_with_a_case_does_not_find_it_or_act_in_it(
    browser: Browser, hands: Hands, officer: str
) -> None:
    await hands.submit()
    await browser.sign_in(officer)
    where = f"/p/case/{hands.stream.number}"
    answer = await browser.post(f"{where}/acts/confirm", flat(hands.forms.of("confirm")) | {"send": "yes"})
    assert answer.status_code in (404, 403)
    assert (await hands.file()).stage == "district_review"
