"""An insurer's return by pages: template, check, report, filing, nil return, and what became of it (article 13)."""

from __future__ import annotations

import io
from hashlib import sha256
from typing import Any

import openpyxl
import pytest

from rules.schemes.dalian_return import COLUMNS
from tests.desk.browser import Browser
from tests.desk.quarter import Quarter, seen
from tests.hands import Hands

NAMES = [column.name for column in COLUMNS]
CONTRACT = "盖章合同".encode()


@pytest.fixture
async def quarter(hands: Hands) -> Quarter:
    """An open quarter and two applications of insurer-a's."""
    return await Quarter(hands).open("a", "a")


async def template(browser: Browser, quarter: Quarter, ending: str = "xlsx") -> bytes:
    await browser.sign_in("insurer-a-1")
    answer = await browser.get(f"/returns/{quarter.number}/template.{ending}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def with_a_fault(raw: bytes) -> bytes:
    """The return with another sum insured in its second row than is on record."""
    book = openpyxl.load_workbook(io.BytesIO(raw))
    book["汇总表"].cell(3, NAMES.index("sum_insured") + 1).value = 1
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


async def hand_in(browser: Browser, quarter: Quarter, raw: bytes, name: str = "return.xlsx", **more: Any) -> str:
    """Have a return checked; the page that tells of every row."""
    answer = await browser.post(f"/returns/{quarter.number}/check", files={"file": (name, raw), **more})
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text


async def test_the_template_goes_back_and_every_row_is_filed(browser: Browser, quarter: Quarter) -> None:
    page = await hand_in(browser, quarter, await template(browser, quarter))
    assert "File 2 applications" in page
    filed = await browser.post(f"/returns/{quarter.number}/file")
    assert filed.status_code == 303
    told = (await browser.get(filed.headers["location"])).text
    assert "2 applications are filed" in told
    listed, mine = await seen(browser, "insurer-a-1", "/returns", "/returns?state=filed")
    assert quarter.number in listed
    assert all(number in mine for number in quarter.applications)
    assert (await browser.get(f"/returns/{quarter.number}/checked")).status_code == 303


async def test_a_csv_template_goes_back_as_well(browser: Browser, quarter: Quarter) -> None:
    page = await hand_in(browser, quarter, await template(browser, quarter, "csv"), "return.csv")
    assert "File 2 applications" in page


async def test_a_wrong_row_is_told_with_field_rule_and_article_and_the_right_one_is_filed(
    browser: Browser, quarter: Quarter
) -> None:
    page = await hand_in(browser, quarter, with_a_fault(await template(browser, quarter)))
    assert "File 1 application" in page
    for word in ("Sum insured", "20,000,000.00", "Row as recorded", "Article 7"):
        assert word in page
    report = await browser.get(f"/returns/{quarter.number}/checked/report.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(report.content))["退回清单"]
    assert [cell.value for cell in sheet[2]][:2] == [3, quarter.applications[1]]
    printed = await browser.get(f"/returns/{quarter.number}/checked/papers.pdf")
    assert printed.content.startswith(b"%PDF")
    await browser.post(f"/returns/{quarter.number}/file")
    page = (await browser.get(f"/returns/{quarter.number}/checked")).text
    assert "Nothing to file" in page


async def test_contract_copies_are_known_by_their_hashes_and_more_can_be_added(
    browser: Browser, quarter: Quarter
) -> None:
    raw = await template(browser, quarter)
    page = await hand_in(browser, quarter, raw, copies=("a.pdf", CONTRACT))
    assert "1 belongs to no row" in page
    assert "Contract copy handed in" in page
    recorded = {(await case.file()).facts["contract"]["contract_sha256"] for case in quarter.cases}
    assert sha256(CONTRACT).hexdigest() not in recorded
    listed = "\n".join(f"{one}  contract.pdf" for one in recorded).encode()
    added = await browser.post(f"/returns/{quarter.number}/copies", files={"hashes": ("sums.txt", listed)})
    assert "File 2 applications" in (await browser.get(added.headers["location"])).text


async def test_a_nil_return_is_looked_at_before_it_is_filed(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("insurer-b-1")
    asked = await browser.post(f"/returns/{quarter.number}/nil")
    page = (await browser.get(asked.headers["location"])).text
    assert "It says that nothing is filed. 0 applications could be." in page
    filed = await browser.post(f"/returns/{quarter.number}/file")
    assert filed.status_code == 303
    (listed,) = await seen(browser, "insurer-b-1", "/returns")
    assert "nil return" in listed


async def test_a_file_that_is_no_return_is_told_and_kept_nowhere(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("insurer-a-1")
    where = f"/returns/{quarter.number}/check"
    answer = await browser.post(where, files={"file": ("x.xlsx", b"hello")})
    assert answer.status_code == 422
    assert "is not an Excel workbook" in answer.text
    told = await browser.post(f"{where}?lang=zh")
    assert (told.status_code, "<li>文件：" in told.text) == (422, True)
    assert (await browser.get(f"/returns/{quarter.number}/checked/report.xlsx")).status_code == 404


async def test_another_insurers_application_is_no_row_of_ours(browser: Browser, quarter: Quarter) -> None:
    raw = await template(browser, quarter)
    await browser.sign_in("insurer-b-1")
    page = await hand_in(browser, quarter, raw)
    assert "Nothing to file" in page
    assert "20,000,000" not in page


@pytest.mark.parametrize("officer", ["regulator-1", "finance-1", "ganjingzi-1"])
async def test_nobody_but_an_insurer_finds_the_return(browser: Browser, quarter: Quarter, officer: str) -> None:
    await browser.sign_in(officer)
    here = f"/returns/{quarter.number}"
    for path in ("/returns", here, f"{here}/template.xlsx", f"{here}/checked", f"{here}/checked/papers.pdf"):
        assert (await browser.get(path)).status_code == 404, path
    for path in ("check", "nil", "file", "copies"):
        assert (await browser.post(f"{here}/{path}")).status_code == 404, path


async def test_a_filing_that_takes_long_is_told_of_while_it_goes_on(
    browser: Browser, quarter: Quarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hand_in(browser, quarter, await template(browser, quarter))
    monkeypatch.setattr("desk.filing.PATIENCE", 0)
    answer = await browser.post(f"/returns/{quarter.number}/file")
    place = answer.headers["location"]
    assert place == f"/returns/{quarter.number}/filing"
    told = (await browser.get(place)).text
    assert "of 2 applications are filed" in told or "of 0 applications are filed" in told
    for _ in range(5_000):
        asked = await browser.get(place, headers={"hx-request": "true"})
        if asked.status_code == 204:
            break
    assert asked.headers["hx-redirect"] == place
    over = await browser.get(place)
    assert "2 applications are filed" in (await browser.get(over.headers["location"])).text
    assert (await browser.get(place)).headers["location"] == f"/returns/{quarter.number}"


@pytest.mark.parametrize("wrong", [False, True])
async def test_a_check_that_takes_long_is_told_of_and_comes_to_the_return_or_to_what_is_wrong(
    browser: Browser, quarter: Quarter, monkeypatch: pytest.MonkeyPatch, *, wrong: bool
) -> None:
    monkeypatch.setattr("desk.filing.PATIENCE", 0)
    await browser.sign_in("insurer-a-1")
    here, raw = f"/returns/{quarter.number}", b"none" if wrong else await template(browser, quarter)
    answer = await browser.post(f"{here}/check", files={"file": ("return.csv", raw, "text/csv")})
    place = answer.headers["location"]
    assert place == f"{here}/checking"
    while (told := await browser.get(place)).status_code == 200:
        assert "The file is being read" in told.text
    if wrong:
        assert told.status_code == 422
    else:
        assert told.headers["location"] == f"{here}/checked"
    assert (await browser.get(place)).headers["location"] == here


async def test_how_much_can_be_handed_in_at_once_is_said(browser: Browser, quarter: Quarter) -> None:
    await browser.sign_in("insurer-a-1")
    assert "At most 64 MB at once" in (await browser.get(f"/returns/{quarter.number}")).text
