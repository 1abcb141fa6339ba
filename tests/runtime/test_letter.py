"""A notice's letter says all of it, in Chinese first, whatever people wrote."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from rules.edition import edition_of
from rules.notices import Ground, Issuer, Party, Period, Product, Remedy, WrittenNotice
from rules.procedures import PROCEDURES
from runtime.documents.letter import LANGUAGES, Letter, _words, letter, pages, pdf

CITY = edition_of("dalian")
BUREAU = Issuer(
    code="bureau", kind="industry_bureau", title="大连市工业和信息化局", title_en="Bureau", word="大工信新认",
    review_authority="大连市人民政府",
)  # fmt: skip


def notice(**more: Any) -> WrittenNotice:
    told: dict[str, Any] = {
        "number": "大工信新认〔2026〕12号", "kind": "decision", "issued_on": date(2026, 3, 2), "issuer": BUREAU,
        "officer_name": "王丽", "addressed_to": Party(code="91210211MA0000001X", name="大连样机制造有限公司"),
        "scheme": CITY.title, "edition": CITY.name, "demonstration": True, "proceeding": "case",
        "case": "DL-2026-000001", "product": Product(name="五轴加工中心", model="VMC-850"), "act": "reject",
        "act_zh": "不予认定", "article": "10", "stage": "not_recognised", "stage_zh": "不予认定",
    }  # fmt: skip
    return WrittenNotice(**{**told, **more})


def words_of(made: Letter) -> str:
    return "\n".join(made.lines())


def printed(told: WrittenNotice, *languages: str) -> str:
    """What a reader finds on the pages; lines and spaces are the typesetter's."""
    read = PdfReader(io.BytesIO(pdf(told, *languages)))
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read.pages))


GROUNDS = (
    Ground(rule="registered_long_enough", article="8(1)", term="注册二年以上", reason="1 full year, 2 are needed",
           inputs={"submitted_on": "2026-03-01", "registered_on": "2025-03-01"}),
    Ground(rule="no_market_record_yet", article="2", term="尚未取得市场业绩", reason="it had one",
           inputs={"market_record": "true"}),
)  # fmt: skip
REMEDIES = (
    Remedy(way="reconsideration", within=60, unit="days", article="15(3)", because="P", authority="大连市人民政府"),
    Remedy(way="litigation", within=6, unit="months", article="15(3)", because="P", authority=None),
)
PERIOD = Period(
    name="correction", article="9", office="enterprise", counted_from=date(2026, 2, 10), days=10,
    nominal_on=date(2026, 3, 1), last_day=date(2026, 3, 2), provisional=True, because=("as counted",), silence="lapse",
)  # fmt: skip


def test_a_decision_says_its_number_reasons_grounds_and_both_remedies() -> None:
    told = notice(reasons=("企业规模不符",), grounds=GROUNDS, remedies=REMEDIES)
    for said in (
        "大连市工业和信息化局", "大工信新认〔2026〕12号", "不予认定决定书",
        "大连样机制造有限公司（统一社会信用代码：91210211MA0000001X）",
        "DL-2026-000001", "五轴加工中心", "《大连市中小企业新产品推广应用保险补偿机制试点工作实施办法（试行）》第十条",
        "1.企业规模不符", "第八条第（一）项“注册二年以上”：提交日期：2026年3月1日；注册日期：2025年3月1日",
        "第二条“尚未取得市场业绩”：已取得市场业绩：是",
        "可以自知道或者应当知道本决定之日起60日内，依据《中华人民共和国行政复议法》向大连市人民政府申请行政复议",
        "6个月内，依据《中华人民共和国行政诉讼法》向有管辖权的人民法院提起行政诉讼",
        "2026年3月2日", "经办人：王丽", "演示版本",
    ):  # fmt: skip
        assert said in printed(told), said


def test_a_favourable_decision_says_nothing_of_remedies() -> None:
    told = notice(act="publish", act_zh="公布")
    assert "行政复议" not in printed(told)
    assert "认定决定书" in printed(told)


def test_a_correction_says_the_last_day_how_it_was_counted_and_what_silence_means() -> None:
    told = printed(
        notice(kind="correction", act="return_for_correction", article="9", items=("甲",), periods=(PERIOD,))
    )
    assert "自2026年2月10日起算（当日不计）10个工作日，2026年3月2日（含当日）届满（暂定" in told
    assert "按日数届满于2026年3月1日，因遇放假日顺延。逾期未办理的，视为放弃，办件终止。" in told


def test_fifty_long_items_are_all_on_the_pages() -> None:
    items = tuple(f"第{n}件材料" + "缺少加盖公章的原件" * 40 for n in range(1, 51))
    told = printed(notice(kind="correction", items=items))
    assert [n for n in range(1, 51) if f"{n}.第{n}件材料缺少" not in told] == []


@pytest.mark.parametrize(
    "written",
    [
        '#read("letter.py")', '#import "x.typ": *', "$x^2$ *b* _e_ `c` <l> @r", "\\ // /* */ #{1+1} #[x]",
        "{name} {{x}} {0}",
        "= heading", "- list", "+ list", "/ term: x", "~ -- ...", '"quoted" \'too\'', "x" * 500, "长" * 500,
    ],
)  # fmt: skip
def test_what_people_wrote_is_never_read_as_markup(written: str) -> None:
    told = notice(
        reasons=(written,), addressed_to=Party(code="C", name=written), product=Product(name=written, model=written)
    )
    assert printed(told, *LANGUAGES).count(re.sub(r"\s", "", written)) >= 3
    assert written in words_of(letter(told))


@pytest.mark.parametrize("written", ["😀🏭", "𠮷野家", "é̂", "ﷺ", "㈱①", "\u00ad\u00a0\u3000", "Ω≈ç√"])
def test_odd_characters_break_no_letter(written: str) -> None:
    assert len(pages(notice(reasons=(written,)), *LANGUAGES)) == 2


def test_the_same_notice_gives_the_same_bytes() -> None:
    assert pdf(notice()) == pdf(notice())


def test_a_translation_follows_the_chinese_letter_and_says_that_the_chinese_decides() -> None:
    told = notice(reasons=("企业规模不符",), grounds=GROUNDS, remedies=REMEDIES)
    chinese, english = PdfReader(io.BytesIO(pdf(told, "zh", "en"))).pages
    assert "不予认定决定书" in chinese.extract_text()
    assert "the Chinese text decides" in english.extract_text()
    assert "article 8(1), registered long enough: 1 full year" in words_of(letter(told, "en"))


def test_a_person_outside_the_registers_is_addressed_by_name_alone() -> None:
    assert letter(notice(addressed_to=Party(code="", name="张三"))).addressee == "张三："


def test_a_demand_that_was_served_before_amounts_were_kept_names_none() -> None:
    told = words_of(letter(notice(act="demand", act_zh="追缴通知")))
    assert ("0.00" in told, "现作出如下决定：追缴通知。" in told) == (False, True)


def test_the_code_of_an_office_is_not_printed() -> None:
    told = letter(notice(addressed_to=Party(code="insurer-a", name="甲财产保险大连分公司")))
    assert told.addressee == "甲财产保险大连分公司："


def test_only_an_authority_has_a_red_head() -> None:
    assessor = BUREAU.model_copy(update={"kind": "assessor", "title": "大连评定中心"})
    assert [letter(notice(issuer=issuer)).red for issuer in (BUREAU, assessor)] == [True, False]
    assert "大连评定中心" in printed(notice(issuer=assessor))


def test_each_language_counts_its_own_pages() -> None:
    told = notice(kind="correction", items=tuple("缺少加盖公章的原件" * 40 for _ in range(10)))
    read = PdfReader(io.BytesIO(pdf(told, *LANGUAGES))).pages
    counted = [re.search(r"(\d+) / (\d+)\s*$", page.extract_text()) for page in read]
    numbers = [(int(found[1]), int(found[2])) for found in counted if found]
    chinese = numbers[0][1]
    english = len(read) - chinese
    assert min(chinese, english) > 1
    assert numbers == [
        *((n, chinese) for n in range(1, chinese + 1)),
        *((n, english) for n in range(1, english + 1)),
    ]


def test_only_a_demonstration_says_that_it_is_one() -> None:
    assert "演示" not in words_of(letter(notice(demonstration=False)))


@pytest.mark.parametrize("table", ["title", "text", "opening", "told", "outcome"])
def test_the_languages_have_the_same_sentences_with_the_same_inputs(table: str) -> None:
    chinese, english = (_words(language)[table] for language in LANGUAGES)
    assert {code: set(re.findall(r"{(\w+)}", text)) for code, text in chinese.items()} == {
        code: set(re.findall(r"{(\w+)}", text)) for code, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_decision_has_a_title_and_an_outcome_of_its_own(language: str) -> None:
    words = _words(language)
    decisions = {one.name for told in PROCEDURES.values() for one in told.acts.values() if one.notice == "decision"}
    assert {name for name in decisions if not {name} <= words["title"].keys() & words["outcome"].keys()} == set()


def test_the_chinese_name_of_every_fact_is_the_glossarys() -> None:
    glossary = (Path(__file__).resolve().parents[2] / "docs/glossary.md").read_text(encoding="utf-8")
    strange = [name for name, zh in _words("zh")["fact"].items() if f"| `{name}` | {zh} |" not in glossary]
    assert strange == ["score", "conclusion"]
