"""The money by pages: the year's budget, the orders, the treasury's answer, and a payment that failed (article 13)."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from tests.desk.browser import Browser
from tests.desk.quarter import Quarter, seen
from tests.hands import Hands


@pytest.fixture
async def quarter(hands: Hands) -> Quarter:
    """A signed plan that pays two insurers."""
    return await (await (await (await Quarter(hands).open("a", "b")).filed()).reviewed()).signed()


async def orders(browser: Browser, quarter: Quarter) -> list[list[str]]:
    """The treasury's file, row by row."""
    answer = await browser.get(f"/payments/{quarter.number}/orders.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def answered(rows: list[list[str]], failed: str = "", voucher: str = "V") -> bytes:
    """The treasury's answer to some orders, one of which may have failed."""
    lines = ["order,amount,status,voucher,reason"]
    for number, *_, amount, _purpose in rows:
        bad = bool(failed) and number.endswith(failed)
        told = "failed,,account closed" if bad else f"paid,{voucher}-{number},"
        lines.append(f"{number},{amount},{told}")
    return "\n".join(lines).encode()


def hidden(page: str) -> dict[str, str]:
    """What the form that records an answer holds."""
    found = re.findall(r'name="((?:vouchers|failed)\.[^"]+|command)" value="([^"]*)"', page)
    return dict(found)


async def read(browser: Browser, quarter: Quarter, raw: bytes) -> Any:
    return await browser.post(f"/payments/{quarter.number}/answer", files={"answer": ("answer.csv", raw)})


async def test_a_payment_that_failed_is_ordered_again_and_all_reconciles(browser: Browser, quarter: Quarter) -> None:
    listed, page = await seen(browser, "finance-1", "/payments", f"/payments/{quarter.number}")
    assert quarter.number in listed
    assert "200,000.00" in page
    await quarter.ordered()
    await browser.sign_in("finance-2")
    shown = await read(browser, quarter, answered(await orders(browser, quarter), failed="insurer-b"))
    assert shown.status_code == 200
    assert "1 payment made" in shown.text
    assert "account closed" in shown.text
    paid = await browser.post(f"/payments/{quarter.number}/pay", hidden(shown.text))
    assert paid.status_code == 303
    page = (await browser.get(paid.headers["location"])).text
    assert "Order again what failed" in page
    assert "reconciled to the fen" in page
    await quarter.ordered()
    rows = await orders(browser, quarter)
    assert [row[0].rpartition("-")[2] for row in rows] == ["b"]
    shown = await read(browser, quarter, answered(rows, voucher="W"))
    await browser.post(f"/payments/{quarter.number}/pay", hidden(shown.text))
    page = (await browser.get(f"/payments/{quarter.number}")).text
    assert "All of it is paid." in page
    assert "reconciled to the fen" in page


async def test_an_answer_that_is_a_fen_off_is_told_and_nothing_is_recorded(browser: Browser, quarter: Quarter) -> None:
    await quarter.ordered()
    await browser.sign_in("finance-2")
    raw = answered(await orders(browser, quarter)).replace(b"200000.00", b"200000.01", 1)
    answer = await read(browser, quarter, raw)
    assert answer.status_code == 422
    assert "must be 200,000.00, as ordered" in answer.text
    assert (await read(browser, quarter, b"")).status_code == 422


async def test_who_ordered_does_not_confirm(browser: Browser, quarter: Quarter) -> None:
    await quarter.ordered()
    await browser.sign_in("finance-1")
    shown = await read(browser, quarter, answered(await orders(browser, quarter)))
    assert "You prepared this" in shown.text
    assert (await browser.post(f"/payments/{quarter.number}/pay", hidden(shown.text))).status_code == 403


async def test_the_orders_are_handed_out_as_workbook_and_paper(browser: Browser, quarter: Quarter) -> None:
    await quarter.ordered()
    await browser.sign_in("finance-1")
    for ending, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        answer = await browser.get(f"/payments/{quarter.number}/orders.{ending}")
        assert answer.content.startswith(begins)


async def test_the_budget_tells_what_is_committed_paid_and_left(browser: Browser, quarter: Quarter) -> None:
    page, filtered = await seen(
        browser, "finance-1", f"/budget/{quarter.year}", f"/budget/{quarter.year}?kind=commitment"
    )
    for figure in ("5,000,000.00", "400,000.00", "4,600,000.00", "the entries balance"):
        assert figure in page
    assert "Appropriation</td>" not in filtered
    assert quarter.applications[0] in filtered


async def test_money_is_appropriated_and_taken_back_by_the_form_once(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("finance-1")
    where = f"/budget/{quarter.year}/acts"
    form = {"amount": "1,000,000.00", "document": f"大财指{quarter.number}-2"}
    wrong = await browser.post(f"{where}/appropriate", {"amount": "", "document": "x", "send": "yes"})
    assert wrong.status_code == 422
    preview = await browser.post(f"{where}/appropriate", form | {"preview": "yes", "command": "b-1"})
    assert "It would go through" in preview.text
    for _ in range(2):
        sent = await browser.post(f"{where}/appropriate", form | {"send": "yes", "command": f"b-{quarter.number}"})
        assert sent.status_code == 303
    too_much = {"amount": "9000000.00", "document": f"大财指{quarter.number}-3"}
    refused = await browser.post(f"{where}/adjust", too_much | {"send": "yes"})
    assert refused.status_code == 409
    (page,) = await seen(browser, "finance-1", f"/budget/{quarter.year}")
    assert "6,000,000.00" in page


async def test_a_year_without_a_ledger_says_so_and_can_be_given_money(browser: Browser, hands: Hands) -> None:
    (page,) = await seen(browser, "finance-1", "/budget/2097")
    assert "No document has granted this year money yet." in page
    form = {"amount": "10.00", "document": "大财指2097", "send": "yes", "command": "y-2097"}
    assert (await browser.post("/budget/2097/acts/appropriate", form)).status_code == 303
    assert (await browser.get("/budget")).headers["location"] == f"/budget/{hands.today.year}"


@pytest.mark.parametrize("kind", ["take_up", "evaluation"])
async def test_reports_are_told_and_handed_out(browser: Browser, quarter: Quarter, kind: str) -> None:
    here = f"/reports/{kind}/{quarter.hands.today.year}"
    await seen(browser, "finance-1", here, "/pilot-insurers", "/pilot-insurers/insurer-a", "/recoveries", "/policies")
    for ending, begins in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert (await browser.get(f"{here}/file.{ending}")).content.startswith(begins)


@pytest.mark.parametrize("officer", ["regulator-1", "insurer-a-1", "bureau-1"])
async def test_only_finance_finds_the_money(browser: Browser, quarter: Quarter, officer: str) -> None:
    await browser.sign_in(officer)
    here = f"/payments/{quarter.number}"
    for path in ("/payments", here, f"{here}/orders.csv", "/budget", f"/budget/{quarter.year}"):
        assert (await browser.get(path)).status_code == 404, path
    for path in (f"{here}/answer", f"{here}/pay", f"/budget/{quarter.year}/acts/appropriate"):
        assert (await browser.post(path, {"amount": "1.00", "document": "x", "send": "yes"})).status_code == 404, path
