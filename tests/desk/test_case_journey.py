"""In a real Chromium: an enterprise applies by itself, its district returns it and confirms; by keyboard, and bare."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.desk.browser import flat
from tests.desk.serving import browsing, serving
from tests.desk.test_documents import PDF
from tests.hands import Hands

PASSWORD = "一个够长的口令 correct horse"
# What a page takes on a busy machine says nothing of the page.
expect.set_options(timeout=30_000)


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRSTCOVER_DOCUMENTS", str(tmp_path / "kept"))
    paper = tmp_path / "营业执照.pdf"
    paper.write_bytes(PDF)
    return paper


async def fill(page: Page, form: dict[str, object], *, but: tuple[str, ...] = ()) -> None:
    """Fill a form in as a person does, each field by its kind."""
    for name, value in flat(form).items():
        for one in value if isinstance(value, list) else [value]:
            field = page.locator(f'[name="{name}"]')
            kind = await field.first.get_attribute("type")
            if name in but or kind == "hidden":
                continue
            if kind in ("radio", "checkbox"):
                await page.check(f'[name="{name}"][value="{one}"]')
            elif await field.first.evaluate("one => one.tagName") == "SELECT":
                await field.select_option(str(one))
            elif name.endswith("sha256"):
                await field.first.evaluate("one => one.closest('details').open = true")
                await field.first.fill(str(one))
            else:
                await field.first.fill(str(one))


async def enter(page: Page, officer: str, language: str = "en") -> None:
    await page.goto(f"/sign-in?lang={language}")
    await page.click(f'form[action="/sign-in/{officer}"] button')


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
async def test_an_enterprise_applies_by_itself_and_its_district_returns_and_confirms(
    hands: Hands, documents: Path, scripts: bool
) -> None:
    async with serving(hands.session) as desk, browsing() as chromium:
        context = await chromium.new_context(base_url=desk, java_script_enabled=scripts)
        page = await context.new_page()
        await page.goto("/sign-in?lang=en")
        await page.click("text=Apply for recognition")
        form = hands.forms.submission()
        if scripts:
            await fill(page, form, but=("papers[0].sha256",))
        else:
            await bare(page, form, but=("papers[0].sha256",))
        await page.set_input_files('[name="papers[0].sha256.file"]', documents)
        await page.click('button[name="preview"] >> nth=-1')
        await expect(page.locator(".effect")).to_contain_text("It would go through")
        await expect(page.locator(".chosen")).to_contain_text("营业执照.pdf")
        await page.fill('[name="password"]', PASSWORD)
        await page.fill('[name="again"]', PASSWORD)
        await page.click('button[name="send"]')
        await expect(page.locator(".flash")).to_contain_text("Done and recorded: Submit")
        await expect(page.locator("#documents")).to_contain_text("营业执照.pdf")
        number = re.search(r"DL-\d{4}-\d{6}", page.url)
        assert number
        case = f"/p/case/{number[0]}"

        officer = await (await chromium.new_context(base_url=desk)).new_page()
        await enter(officer, "ganjingzi-1")
        await officer.goto("/verification")
        await officer.click(f'a[href="{case}/acts/return_for_correction"]')
        await fill(officer, {"items": "缺少检测报告"})
        await officer.click('button[name="preview"] >> nth=-1')
        await officer.click('button[name="send"]')
        await expect(officer.locator(".flash")).to_contain_text("Done and recorded: Return for correction")

        await page.goto("/mine")
        await page.click(f'a[href="{case}/acts/correct"]')
        await expect(page.locator(".asked")).to_contain_text("缺少检测报告")
        await page.click('button[name="preview"] >> nth=-1')
        await page.click('button[name="send"]')
        await expect(page.locator(".flash")).to_contain_text("Done and recorded: Correct")

        await officer.goto(f"{case}/acts/confirm")
        await expect(officer.locator(".speaks").first).to_contain_text("Intellectual property: yes")
        await expect(officer.locator(".speaks a").first).to_have_text("营业执照")
        await fill(officer, hands.forms.opinion())
        await officer.click('button[name="preview"] >> nth=-1')
        await expect(officer.locator(".effect")).to_contain_text("Industry bureau")
        await officer.click('button[name="send"]')
        await expect(officer.locator(".flash")).to_contain_text("Done and recorded: Confirm")
        await expect(officer.locator(".step.here")).to_contain_text("Confirmed")


async def bare(page: Page, form: dict[str, object], *, but: tuple[str, ...]) -> None:
    """The same where nothing can be evaluated in the page: hashes are given behind an opened summary."""
    for summary in await page.locator("details.hashed summary").all():
        await summary.click()
    for name, value in flat(form).items():
        for one in value if isinstance(value, list) else [value]:
            if name in but:
                continue
            if await page.locator(f'select[name="{name}"]').count():
                await page.select_option(f'select[name="{name}"]', str(one))
            elif await page.locator(f'[name="{name}"][value="{one}"]:not([type="hidden"])').count():
                await page.check(f'[name="{name}"][value="{one}"]')
            else:
                await page.locator(f'[name="{name}"]').last.fill(str(one))


async def test_an_act_is_done_by_keyboard_alone(hands: Hands) -> None:
    await hands.submit()
    async with serving(hands.session) as desk, browsing() as chromium:
        page = await chromium.new_page(base_url=desk)
        await enter(page, "ganjingzi-1")
        await page.goto(f"/p/case/{hands.stream.number}/acts/refuse")
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        for _ in range(20):
            if await page.evaluate("document.activeElement.name") == "reason":
                break
            await page.keyboard.press("Tab")
        await page.keyboard.type("材料不实")
        for _ in range(5):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.name") == "preview":
                break
        await page.keyboard.press("Enter")
        await expect(page.locator(".effect")).to_contain_text("It would go through")
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.name") == "send":
                break
        await page.keyboard.press("Enter")
        await expect(page.locator(".flash")).to_contain_text("Done and recorded: Refuse")
