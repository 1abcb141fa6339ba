"""In a real Chromium: taken, handed over, the next one, shared out anew."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.desk.serving import browsing, serving
from tests.desk.test_work import supervisor, two
from tests.hands import Hands


async def sign_in(page: Page, officer: str, language: str = "en") -> None:
    await page.context.clear_cookies()
    await page.goto(f"/sign-in?lang={language}")
    await page.click(f'form[action="/sign-in/{officer}"] button')


async def test_a_case_is_taken_handed_over_given_next_and_shared_out_by_mouse(hands: Hands) -> None:
    await two(hands)
    await supervisor(hands, "ganjingzi-2")
    async with serving(hands.session) as desk, browsing() as chromium:
        page = await chromium.new_page(base_url=desk)
        await sign_in(page, "ganjingzi-1")
        await page.check(f'[aria-label="Choose {hands.stream.number}"]')
        await page.click("text=Take it on")
        await expect(page.locator(".flash")).to_contain_text("1 taken")
        await page.check(f'[aria-label="Choose {hands.stream.number}"]')
        await page.fill('[name="note"]', "出差")
        await page.select_option('[name="to"]', "ganjingzi-2")
        await page.click("text=Hand over")
        await expect(page.locator(".flash")).to_contain_text("1 handed over")
        await page.click("text=Give me the next one")
        await expect(page.locator("main")).to_contain_text("Why this one")
        await sign_in(page, "ganjingzi-2")
        await page.click("text=The office's work")
        await page.click('a[href="/office-work?of=ganjingzi-1"]')
        await page.fill('[name="first"]', "5")
        await page.check('[name="to"][value="ganjingzi-2"]')
        await page.click("text=Preview")
        await expect(page.locator("main")).to_contain_text("0")
        await page.fill('[name="reason"]', "均衡工作量")
        await page.click("text=Give 1 anew")
        await expect(page.locator(".flash")).to_contain_text("1 given anew")
    holders = await hands.session.pool.fetch("select taken_by from work_item where office_kind = 'district'")
    assert {row["taken_by"] for row in holders} == {"ganjingzi-2"}
