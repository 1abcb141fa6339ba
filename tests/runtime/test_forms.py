"""A case's forms on paper say all of it, whatever people wrote, and leave blank what the record does not hold."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from rules.schemes.dalian_bank import Account
from runtime.documents.forms import CaseForm, Signed, pages, pdf
from runtime.documents.typesetting import LANGUAGES, words_of
from service.sample_forms import SampleForms

FORMS = SampleForms.at(datetime(2026, 11, 27, 2, tzinfo=UTC), 1)
NAMES = {"zh": "甲", "en": "A"}


def form(**more: Any) -> CaseForm:
    facts = {
        "submission": FORMS.submission(),
        "recognition": {"published_on": "2026-06-01", "valid_until": "2027-05-31"},
        "district_opinion": FORMS.opinion(),
        "assessment": FORMS.report(),
        "delivery": FORMS.delivery(),
        "contract": FORMS.contract(),
        "application": FORMS.request(),
    }
    return CaseForm(
        number="DL-2026-000001",
        scheme="办法",
        demonstration=False,
        facts=facts | more.pop("facts", {}),
        money={"premium": "1800000.00", "subsidy_asked": "500000.00", "cap_left": "120000.00"},
        annual_cap=Decimal(500000),
        signed=Signed("李卫东", date(2026, 11, 27)),
        district=NAMES,
        insurer=NAMES,
        assessor=NAMES,
        authority=NAMES,
        account=more.pop("account", Account("甲", "工商银行", "102222000001", "34000211")),
    )


def printed(made: CaseForm, which: str, *languages: str) -> str:
    """What a reader finds on the pages; lines and spaces are the typesetter's."""
    read = PdfReader(io.BytesIO(pdf(made, which, *languages)))
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read.pages))


ALL = ("application", "recognition", "opinion", "score")


@pytest.mark.parametrize("which", ALL)
def test_a_form_of_ordinary_length_is_one_page_in_each_language_and_the_same_each_time(which: str) -> None:
    assert len(pages(form(), which, *LANGUAGES, ppi=20)) == 2
    assert pdf(form(), which, *LANGUAGES) == pdf(form(), which, *LANGUAGES)


@pytest.mark.parametrize("which", ALL)
def test_only_a_demonstration_says_that_it_has_no_force(which: str) -> None:
    says = "演示版本，不具法律效力"
    assert says not in printed(form(), which)
    assert says in printed(form()._replace(demonstration=True), which)


def test_what_people_wrote_is_shown_and_never_read_as_markup() -> None:
    written = '#panic("x") *a* $x$ <b> [c] \\'
    submission = FORMS.submission()
    submission["enterprise"]["name"] = submission["product"]["name"] = written
    text = printed(form(facts={"submission": submission}), "recognition")
    assert text.count(re.sub(r"\s", "", written)) >= 2


def test_papers_and_scores_without_end_run_over_the_page() -> None:
    submission = FORMS.submission()
    submission["papers"] = [{"kind": "other", "title": f"材料{place}号", "sha256": "0" * 64} for place in range(200)]
    text = printed(form(facts={"submission": submission}), "recognition")
    assert [place for place in range(200) if f"材料{place}号" not in text] == []
    sheet = [{"criterion": f"项目{place}号", "maximum": 2, "score": 1, "veto": place == 3} for place in range(50)]
    report = {**FORMS.report(), "score_sheet": sheet, "score": 50, "recommended": False}
    text = printed(form(facts={"assessment": report}), "score")
    assert [place for place in range(50) if f"项目{place}号" not in text] == []
    assert "不建议认定" in text


def test_an_item_that_was_not_met_is_told() -> None:
    opinion = FORMS.opinion()
    opinion["checklist"][3]["met"] = False
    text = printed(form(facts={"district_opinion": opinion}), "opinion")
    assert ("不符合" in text, "未全部符合规定" in text) == (True, True)


def test_what_was_used_of_the_cap_is_what_is_not_left_and_an_absent_account_leaves_no_part() -> None:
    text = printed(form(), "application")
    assert ("380,000.00元" in text, "****0211" in text) == (True, True)
    assert "收款账号" not in printed(form(account=None), "application")


def test_both_languages_have_the_same_words() -> None:
    first, second = (words_of("form", language) for language in LANGUAGES)
    assert {part: list(words) for part, words in first.items()} == {part: list(words) for part, words in second.items()}
