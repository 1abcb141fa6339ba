"""Lists of policies, loss claims, complaints, recoveries and insurers, each for the offices it concerns."""

from __future__ import annotations

import pytest

from rules.procedures import Stream
from tests.desk.browser import Browser
from tests.desk.quarter import seen
from tests.hands import Hands


@pytest.fixture
async def insured(hands: Hands) -> Hands:
    """A case whose policy is concluded."""
    await hands.stand_at("apply")
    policy = hands.beside(Stream("policy", "dalian", f"{hands.stream.number}-1"))
    await policy.reached("in_force")
    return policy


async def test_an_insurer_sees_its_own_policies_and_what_it_may_do(browser: Browser, insured: Hands) -> None:
    number = insured.stream.number
    mine, words, none = await seen(
        browser, "insurer-a-1", "/policies", f"/policies?words={number}", "/policies?stage=refund_due"
    )
    assert f"/p/policy/{number}/acts/endorse" in mine
    assert number in words
    assert number not in none
    # Its page and its acts' forms say first whose product it insures.
    product = insured.forms.of("submit")["product"]
    for page in await seen(browser, "insurer-a-1", f"/p/policy/{number}", f"/p/policy/{number}/acts/endorse"):
        assert f"{product['name']} {product['model']}" in page
    (others,) = await seen(browser, "insurer-b-1", "/policies")
    assert number not in others
    (all_of_them,) = await seen(browser, "finance-1", "/policies")
    assert number in all_of_them
    assert "acts/endorse" not in all_of_them


async def test_a_loss_claim_is_listed_with_the_service_level_that_runs(browser: Browser, insured: Hands) -> None:
    form = insured.forms.loss_report(str(insured.stream))
    answer = await insured.session.open("loss_claim:dalian:new", "report", "insurer-a-1", form, None)
    number = answer.stream.split(":")[2]
    (mine,) = await seen(browser, "insurer-a-1", "/loss-claims")
    assert number in mine
    assert "working day" in mine
    (others,) = await seen(browser, "insurer-b-1", "/loss-claims")
    assert number not in others


async def test_a_tip_off_is_listed_for_the_office_that_handles_it_alone(browser: Browser, hands: Hands) -> None:
    form = hands.forms.complaint("tip_off")
    answer = await hands.session.open("complaint:dalian:new", "receive_complaint", "regulator-1", form, None)
    number = answer.stream.split(":")[2]
    (mine,) = await seen(browser, "regulator-1", "/complaints?own=true")
    (others,) = await seen(browser, "bureau-1", "/complaints?kind=tip_off")
    assert number in mine
    assert number not in others


async def test_the_insurers_are_listed_with_their_clauses(browser: Browser, hands: Hands) -> None:
    page, one = await seen(browser, "regulator-1", "/pilot-insurers", "/pilot-insurers/insurer-a")
    assert "/pilot-insurers/insurer-a" in page
    assert "Filed clauses" in one
    assert (await browser.get("/pilot-insurers/nobody")).status_code == 404


@pytest.mark.parametrize(
    ("path", "officer"),
    [
        ("/policies", "regulator-1"),
        ("/loss-claims", "finance-1"),
        ("/recoveries", "insurer-a-1"),
        ("/complaints", "assessor-a-1"),
        ("/pilot-insurers", "insurer-a-1"),
        ("/reports", "ganjingzi-1"),
    ],
)
async def test_a_list_is_not_there_for_an_office_it_does_not_concern(reader: Browser, path: str, officer: str) -> None:
    await reader.sign_in(officer)
    assert (await reader.get(path)).status_code == 404
