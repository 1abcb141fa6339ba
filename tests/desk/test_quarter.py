"""In a real Chromium: a quarter by pages alone, from a return's upload to a payment that failed and was made again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.desk.quarter import Quarter
from tests.desk.serving import browsing, serving
from tests.hands import Hands

pytestmark = pytest.mark.timeout(300)


@asynccontextmanager
async def signed_in(chromium: Browser, desk: str, officer: str, language: str = "en") -> AsyncIterator[Page]:
    """A page of an officer who is signed in."""
    context = await chromium.new_context(base_url=desk)
    page = await context.new_page()
    await page.goto(f"/sign-in?lang={language}")
    await page.click(f'form[action="/sign-in/{officer}"] button')
    yield page
    await context.close()


async def done(page: Page, path: str, act: str) -> None:
    """Do an act that needs no form, from a page that offers it: what it comes to is shown at once."""
    await page.goto(path)
    await page.click(f'a[href$="/acts/{act}"]')
    await page.click('button[name="send"]')
    await expect(page.locator(".flash").first).to_contain_text("Done and recorded")


async def answer(page: Page, quarter: str, *failed: str) -> None:
    """Give back the treasury's answer to the orders it was handed: paid, but for those that failed."""
    await page.goto(f"/payments/{quarter}")
    handed = await (await page.request.get(f"/payments/{quarter}/orders.csv")).body()
    rows = [line.split(",") for line in handed.decode("utf-8-sig").splitlines()[1:]]
    told = ["order,amount,status,voucher,reason"]
    for number, *_, amount, _purpose in rows:
        bad = any(number.endswith(insurer) for insurer in failed)
        told.append(f"{number},{amount}," + ("failed,,account closed" if bad else f"paid,V-{number},"))
    content = "\n".join(told).encode()
    await page.set_input_files("#answer", {"name": "answer.csv", "mimeType": "text/csv", "buffer": content})
    await page.click("text=Read the answer")
    await page.click("text=Record the answer")
    await expect(page.locator(".flash").first).to_contain_text("Done and recorded")


async def violations(page: Page) -> str:
    """What axe finds on a page; nothing where it finds nothing."""
    results = await Axe().run(page)
    return results.generate_report() if results.violations_count else ""


async def test_a_quarter_runs_by_pages_alone_from_the_return_to_a_payment_made_again(hands: Hands) -> None:
    quarter = await Quarter(hands).open("a", "b")
    here, money = f"/round/{quarter.number}", f"/payments/{quarter.number}"
    async with serving(hands.session) as desk, browsing() as chromium:
        for insurer in ("a", "b"):
            async with signed_in(chromium, desk, f"insurer-{insurer}-1") as page:
                await page.goto(f"/returns/{quarter.number}")
                handed = await (await page.request.get(f"/returns/{quarter.number}/template.xlsx")).body()
                sent = {"name": "return.xlsx", "mimeType": "application/octet-stream", "buffer": handed}
                await page.set_input_files("#file", sent)
                await page.click("text=Check the return")
                await page.click("text=File the right rows")
                await expect(page.locator(".flash")).to_contain_text("1 application is filed")
        async with signed_in(chromium, desk, "regulator-1") as page:
            await done(page, here, "close_filing")
        for officer in ("regulator-1", "bureau-1", "finance-1"):
            async with signed_in(chromium, desk, officer) as page:
                await page.goto(f"{here}?view=mine")
                await page.check('input[name="scope"][value="all"]')
                await page.fill("#reason", "材料齐全")
                await page.click("text=Preview the opinions")
                await expect(page.locator(".effect")).to_contain_text("2 applications would be approved")
                await page.click("text=Give the opinions")
                await expect(page.locator(".flash")).to_contain_text("2 opinions are given")
        async with signed_in(chromium, desk, "regulator-1") as page:
            await done(page, f"{here}/plan", "prepare_plan")
        for officer in ("regulator-2", "bureau-2", "finance-2"):
            async with signed_in(chromium, desk, officer) as page:
                await done(page, f"{here}/plan", "sign_plan")
        async with (
            signed_in(chromium, desk, "finance-1") as orders,
            signed_in(chromium, desk, "finance-2") as confirms,
        ):
            await done(orders, money, "order_payment")
            await answer(confirms, quarter.number, "insurer-b")
            await done(orders, money, "order_payment")
            await answer(confirms, quarter.number)
            await expect(confirms.locator("body")).to_contain_text("All of it is paid.")
            await expect(confirms.locator("body")).to_contain_text("reconciled to the fen")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_axe_finds_no_violation_where_a_return_is_checked_and_opinions_are_previewed(
    hands: Hands, language: str
) -> None:
    quarter = await Quarter(hands).open("a")
    found = {}
    async with serving(hands.session) as desk, browsing() as chromium:
        async with signed_in(chromium, desk, "insurer-a-1", language) as page:
            await page.goto(f"/returns/{quarter.number}")
            handed = await (await page.request.get(f"/returns/{quarter.number}/template.csv")).body()
            wrong = handed.replace(b"20000000.00", b"21000000.00")
            await page.set_input_files("#file", {"name": "return.csv", "mimeType": "text/csv", "buffer": wrong})
            await page.click('form[action$="/check"] button')
            await page.wait_for_url("**/checked")
            found["checked"] = await violations(page)
        await quarter.filed()
        async with signed_in(chromium, desk, "bureau-1", language) as page:
            await page.goto(f"/round/{quarter.number}")
            found["round"] = await violations(page)
            await page.check('input[name="scope"][value="all"]')
            await page.fill("#reason", "材料齐全")
            await page.click('button[name="preview"]')
            found["opinions"] = await violations(page)
    assert {name: told for name, told in found.items() if told} == {}
