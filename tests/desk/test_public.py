"""What anyone reads without signing in: the register, the insurers, the measures, the calculators; nobody's name."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.pace import Bucket
from desk.pages.law import SUMS
from rules.identifiers import check_digit
from service import masking
from service.public_register import Wanted, register
from service.sample_values import uscc
from tests.desk.browser import Browser, visiting
from tests.hands import Hands

PAGES = (
    *("/", "/register", "/register?standing=valid&q=nothing", "/insurers/list", "/law", "/law/11", "/law/8(4)", "/api"),
    *("/calculators", *(f"/calculators/{name}" for name in SUMS)),
    "/calculators/premium?sum_insured=20000000.00&premium_rate=0.025",
    "/calculators/deadline?contract_signed_on=2026-01-05&delivered_on=2026-01-20",
    "/calculators/subsidy?premium_rate=3",
    "/sign-in",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_public_page_needs_no_sign_in_and_may_be_kept(reader: Browser, path: str, language: str) -> None:
    reader.client.cookies.set("lang", language)
    answer = await reader.get(path)
    assert answer.status_code == (422 if path.endswith("premium_rate=3") else 200)
    assert ("演示版本" if language == "zh" else "demonstration edition") in answer.text
    if path != "/sign-in" and answer.status_code == 200:
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "Cookie" in answer.headers["vary"]


async def test_a_page_that_names_an_officer_is_not_kept(reader: Browser) -> None:
    await reader.sign_in("bureau-1")
    assert (await reader.get("/register")).headers["cache-control"] == "no-store"


async def test_publishing_puts_a_product_into_the_register_without_a_person(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("propose")
    number = hands.stream.number
    await browser.sign_in("bureau-2")
    form = (await browser.get(f"/p/case/{number}/acts/publish")).text
    assert f'value="http://desk.test/register/{number}"' in form, "the permanent address is offered"
    await browser.post("/sign-out")
    assert (await browser.get(f"/register/{number}")).status_code == 404
    await hands.act("publish", "bureau-2")
    page = (await browser.get(f"/register/{number}")).text
    assert hands.forms.enterprise in page
    listed = (await browser.get(f"/register?q={hands.forms.enterprise}&district=ganjingzi&kind=core_component")).text
    assert f"/register/{number}" in listed
    for text in (page, listed):
        assert hands.forms.contact not in text
        assert "bureau-2" not in text


async def test_the_register_tells_valid_expired_and_revoked(browser: Browser, hands: Hands) -> None:
    await hands.stand_at("publish")
    revoked = hands.another()
    await revoked.stand_at("publish")
    await revoked.act("propose_revocation", "bureau-1")
    await revoked.act("revoke", "bureau-2")
    pool, today = hands.session.pool, hands.today
    for days, standing in ((0, "valid"), (367, "expired")):
        found, _ = await register(pool, Wanted(standing=standing), today + timedelta(days=days))
        assert [(one.number, one.standing) for one in found] == [(hands.stream.number, standing)]
    found, _ = await register(pool, Wanted(standing="revoked"), today)
    assert [one.number for one in found] == [revoked.stream.number]


async def test_the_register_goes_on_by_key_and_downloads_whole(browser: Browser, hands: Hands) -> None:
    numbers = set()
    for _ in range(3):
        one = hands.another()
        await one.stand_at("publish")
        numbers.add(one.stream.number)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        found, after = await register(hands.session.pool, Wanted(), hands.today, after, limit=2)
        seen += [one.number for one in found]
    assert (set(seen), len(seen)) == (numbers, 3)
    rows = list(csv.reader(io.StringIO((await browser.get("/register.csv")).text.removeprefix("\ufeff"))))
    assert {row[0] for row in rows[1:]} == numbers


@pytest.mark.parametrize(
    "path",
    [
        *("/register?q=%00", "/register?after=x", "/register?after=2026-01-01~%00"),
        *("/register.csv?after=1", "/register?q=" + "x" * 101),
    ],
)
async def test_what_cannot_be_looked_for_is_bad_input(reader: Browser, path: str) -> None:
    assert (await reader.get(path)).status_code in (200, 422)
    assert (await reader.get(path.replace("/register", "/api/public/register").replace(".csv", ""))).status_code == 422


@pytest.mark.parametrize("path", ["/register/DL-1999-000001", "/register/%00", "/law/99", "/calculators/none"])
async def test_what_is_not_there_is_not_found(reader: Browser, path: str) -> None:
    assert (await reader.get(path)).status_code == 404


async def test_the_insurers_stand_there_with_their_terms_and_clauses(reader: Browser) -> None:
    text = (await reader.get("/insurers/list")).text
    assert "CLAUSE-A-2026-01" in text
    assert "insurer-c" not in text, "it is not on the list"
    assert "9999" not in text


async def test_a_calculator_says_how_a_deadline_was_counted(reader: Browser) -> None:
    text = (await reader.get("/calculators/deadline?contract_signed_on=2026-01-05&delivered_on=2026-01-20")).text
    assert "24 Feb 2026" in text
    assert "19 Feb 2026" in text


async def test_the_national_calculators_say_that_their_figures_are_illustrative(reader: Browser) -> None:
    text = (await reader.get("/calculators/ceiling?product_value=50000000.00")).text
    assert "2,500,000.00" in text
    assert "Illustrative" in text


async def test_the_measures_tell_figures_their_articles_and_which_the_text_leaves_open(reader: Browser) -> None:
    text = (await reader.get("/law/9")).text
    assert "left open by the text" in text
    assert "15 working days" in text
    assert "left open" not in (await reader.get("/law/3")).text


async def test_robots_are_kept_from_searches_and_from_officers_pages(reader: Browser) -> None:
    text = (await reader.get("/robots.txt")).text
    assert "Disallow: /register?" in text
    assert "Disallow: /p/" in text


async def test_whoever_searches_too_often_waits_and_others_do_not(hands: Hands) -> None:
    async with visiting(hands.session, searches_a_minute=3) as browser:
        answers = [(await browser.get("/register")).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        told = await browser.get("/api/public/insurers")
        assert (told.status_code, told.headers["content-type"]) == (429, "application/problem+json")
        assert int(told.headers["retry-after"]) > 0
        assert (await browser.get("/law")).status_code == 200


async def test_passwords_cannot_be_tried_without_end_from_one_address(hands: Hands) -> None:
    async with visiting(hands.session, sign_ins_a_minute=2) as browser:
        tried = [
            (await browser.post("/sign-in", {"officer": f"no-{n}", "password": "x"})).status_code for n in range(3)
        ]
        assert tried == [401, 401, 429]


@given(st.lists(st.floats(0, 30), max_size=50))
def test_no_address_gets_more_turns_than_a_minutes_and_what_has_refilled(pauses: list[float]) -> None:
    now = 0.0
    bucket = Bucket(10, lambda: now)
    taken = 0
    for pause in pauses:
        now += pause
        taken += bucket.wait("one") == 0
    assert taken <= 10 + now * 10 / 60
    assert bucket.wait("another") == 0


# --- Masking --------------------------------------------------------------------------------------------------------

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)
FIGURES = st.text("0123456789", min_size=7, max_size=19).filter(lambda said: not _enterprise(said))


def _enterprise(said: str) -> bool:
    return len(said) == 18 and said[0] == "9" and check_digit(said[:17]) == said[17]


@given(HAN, FIGURES)
def test_no_persons_name_or_number_is_told_in_facts(name: str, number: str) -> None:
    facts = {"enterprise": {"contact": name, "phone": number}, "person": {"name": name, "contact": number}}
    told = str(masking.masked({**facts, "rows": [{"account": number, "objector": name}]}))
    assert number not in told
    assert name not in told


@given(HAN, FIGURES, HAN)
def test_no_number_of_a_person_is_told_in_a_public_text(before: str, number: str, behind: str) -> None:
    for text in (f"{before}{number}{behind}", f"{before} {number} {behind}", f"{before}：{number}"):
        assert number not in masking.public_text(text)


@pytest.mark.parametrize(
    "said",
    [
        *("13912345678", "139-1234-5678", "+86 139 1234 5678", "0411-82345678", "210211199001011234"),
        *("21021119900101123X", "6222 0000 0000 0001", "wang@example.com"),
    ],
)
def test_what_reaches_a_person_is_masked_however_it_is_written(said: str) -> None:
    assert said not in masking.public_text(f"联系：{said}。")
    assert said[3:-2] not in masking.public_text(said)


@given(st.from_regex("1[3-9][0-9]{9}", fullmatch=True), HAN)
def test_what_reaches_a_person_is_masked_in_a_sentence_for_an_office_too(number: str, words: str) -> None:
    for said in (
        f"{words}{number}",
        f"{words}：{number[:3]}-{number[3:7]}-{number[7:]}，{words}",
        f"{number}@example.com",
    ):
        told = masking.masked({"ground": said, "items": [said]})
        assert number[3:9] not in str(told).replace("-", "")


PLACES_CODES = st.sampled_from(["010", "021", "0411", "0755", "0991"])
LOCAL = st.from_regex("[2-9][0-9]{6,7}", fullmatch=True)
EXTENSIONS = st.sampled_from(["", "-8001", "转8001", " 转 801", "分机12", " ext. 4"])
WRITTEN = st.sampled_from(
    ["{place}-{far} {near}", "({place}){local}", "（{place}） {local}", "{place} {local}", "{place}—{far}-{near}",
     "+86 {short} {far} {near}", "+86{short}{local}", "+86 ({place}) {local}", "86 {place} {local}"]
)  # fmt: skip


@given(PLACES_CODES, LOCAL, EXTENSIONS, WRITTEN, HAN)
def test_a_landline_is_masked_in_a_sentence_however_it_is_written(
    place: str, local: str, extension: str, written: str, words: str
) -> None:
    parts = {"place": place, "short": place[1:], "local": local, "far": local[:-4], "near": local[-4:]}
    number = written.format(**parts) + extension
    for said in (number, f"{words}{number}，{words}", f"{words}：{number}。", f"{words} {number} {words}"):
        told = masking.masked({"ground": said})["ground"]
        assert told == said.replace(number, masking.number(number)), told
        assert local[:-4] not in told


THINGS = st.one_of(
    st.dates().map(str),
    st.dates().map("{0.year}年{0.month}月{0.day}日".format),
    st.decimals(0, 10**12, places=2, allow_nan=False).map("{:f}".format),
    st.decimals(0, 10**12, places=2, allow_nan=False).map("{:,.2f}".format),
    st.decimals(0, 1, places=6, allow_nan=False).map("{:f}".format),
    st.integers(1, 9_999_999).map(uscc),
    st.builds("DL-{}-{:06}".format, st.integers(2016, 2099), st.integers(0, 999_999)),
    st.builds("大工信新认〔{}〕{}号".format, st.integers(2016, 2099), st.integers(1, 999)),
    st.builds("GB/T {}-{}".format, st.integers(1, 99_999), st.integers(1980, 2099)),
    st.from_regex("(PA|PDAA|甲首新|FP|ZL)-?[0-9]{6,14}", fullmatch=True),
    # A policy's number, an invoice's, a voucher's: figures alone, but for those that a telephone or a card may be.
    st.from_regex("[2-9][0-9]{5,15}", fullmatch=True),
    st.from_regex("[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}", fullmatch=True),
    st.from_regex("[1-9][0-9]{0,4} ?[-—] ?[1-9][0-9]{0,4}", fullmatch=True),
    st.from_regex("[A-Z]{1,3}-0[3-9][0-9]{2}-[2-9][0-9]{7}", fullmatch=True),
)


@given(THINGS, HAN)
def test_no_date_amount_or_number_of_a_thing_is_taken_for_a_telephone(thing: str, words: str) -> None:
    for said in (thing, f"{words}{thing}，{words}", f"{words}：{thing}。", f"{words}（{thing}）{words}"):
        assert masking.masked({"ground": said}) == {"ground": said}


@pytest.mark.parametrize(
    ("field", "said"),
    [("policy_number", "13912345678"), ("uscc", uscc(1)), ("ground", "24000 r/min, 60000000.00, DL-2026-000001")],
)
def test_numbers_of_things_stay_for_an_office(field: str, said: str) -> None:
    assert masking.masked({field: said}) == {field: said}


@given(st.integers(1, 9_999_999))
def test_an_enterprises_code_is_public(serial: int) -> None:
    assert masking.public_text(f"代码 {uscc(serial)}") == f"代码 {uscc(serial)}"


@pytest.mark.parametrize("said", ["24000 r/min, 30 kW", "DL-2026-000001", "DZ-4000001", "2026-11-29", "60000000.00"])
def test_numbers_of_things_stay(said: str) -> None:
    assert masking.public_text(said) == said


@given(
    st.recursive(
        st.text() | st.booleans() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_masking_keeps_the_shape_of_facts(facts: object) -> None:
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    assert shape(masking.masked(facts)) == shape(facts)
