"""In a real Chromium: an officer signs in, fills in a form, previews it and sends it; by keyboard alone, too."""

from __future__ import annotations

from playwright.async_api import expect

from tests.desk.browser import flat
from tests.desk.serving import browsing, serving
from tests.hands import Hands


async def test_a_district_returns_a_case_for_correction_in_a_real_browser(hands: Hands) -> None:
    await hands.submit()
    async with serving(hands.session) as desk, browsing() as chromium:
        page = await chromium.new_page(base_url=desk)
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        await page.goto("/sign-in?lang=en")
        await page.click('form[action="/sign-in/ganjingzi-1"] button')
        await page.click(f"text={hands.stream.number}")
        await page.click('main a.button:has-text("Return for correction")')
        await page.click('button[name="preview"] >> nth=-1')
        await expect(page.locator("body")).to_contain_text("1 field is not right yet")
        for name, value in flat(hands.forms.of("return_for_correction")).items():
            await page.fill(f'[name="{name}"]', "\n".join(value))
        await page.click('button[name="preview"] >> nth=-1')
        await expect(page.locator(".effect")).to_contain_text("It would go through")
        await page.click('button[name="send"]')
        await expect(page.locator(".flash")).to_contain_text("Done and recorded")
        assert [one for one in complaints if "422" not in one] == []
    assert (await hands.file()).stage == "correction"


async def test_what_is_typed_is_checked_as_one_goes_on(hands: Hands) -> None:
    await hands.submit()
    async with serving(hands.session) as desk, browsing() as chromium:
        page = await chromium.new_page(base_url=desk)
        await page.goto("/sign-in?lang=en")
        await page.click('form[action="/sign-in/ganjingzi-1"] button')
        await page.goto(f"/p/case/{hands.stream.number}/acts/confirm")
        # What shows nothing is no opinion, though it is not empty.
        await page.fill('[name="opinion"]', "\u2800")
        await page.press('[name="opinion"]', "Tab")
        await expect(page.locator("#f-opinion-error")).to_contain_text("must hold something that can be read")
