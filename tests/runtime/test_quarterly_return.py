"""A return's summary and cover letter say all of it, whatever people wrote, and the same rows print the same papers."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from runtime.documents.quarterly_return import Heading, Part, pdf

HEADING = Heading("2026Q4", "示范财产保险", "大连监管局", "实施办法（试行）", demonstration=False, file_sha256="a" * 64)
ROW = {
    "application": "DL-2026-000001-1",
    "enterprise": "大连星海主轴有限公司",
    "uscc": "91210211MA0000001X",
    "model": "DZ-1",
    "policy_number": "PA-1",
    "premium_rate": "0.0275",
    "sum_insured": "12345678.90",
    "premium": "339506.17",
    "concluded_at": "2026-11-22T10:10",
    "subsidy_asked": "123456.79",
}


def printed(heading: Heading, *rows: dict[str, str], parts: tuple[Part, ...] = ()) -> list[str]:
    """What a reader finds on each page; lines and spaces are the typesetter's."""
    pages = PdfReader(io.BytesIO(pdf(heading, rows, *parts))).pages
    return [re.sub(r"[\s\u200b]", "", page.extract_text()) for page in pages]


def test_the_letter_says_to_whom_what_and_how_much_and_the_summary_says_each_row() -> None:
    letter, summary = printed(HEADING, ROW, {**ROW, "application": "DL-2026-000002-1"})
    title, totals = (
        "关于报送2026年第四季度保费补贴申请汇总材料的函",
        ("24,691,357.80元", "679,012.34元", "246,913.58元"),
    )
    for said in (
        "大连监管局：",
        title,
        "《实施办法（试行）》第十三条",
        "2件",
        *totals,
        "示范财产保险（盖章）",
        "a" * 64,
    ):
        assert said in letter, said
    for said in ("DL-2026-000001-1", "DL-2026-000002-1", "91210211MA0000001X", "2.75%", "2026-11-2210:10", "合计"):
        assert said in summary, said


def test_a_demonstration_says_on_every_page_that_it_is_one() -> None:
    assert all("演示版本，不具法律效力" in page for page in printed(replace(HEADING, demonstration=True), ROW))
    assert not any("演示版本" in page for page in printed(HEADING, ROW))


def test_the_same_rows_print_the_same_bytes_and_the_letter_can_be_printed_alone() -> None:
    assert pdf(HEADING, [ROW]) == pdf(HEADING, [ROW])
    assert len(printed(HEADING, ROW, parts=("letter",))) == 1


@pytest.mark.parametrize("written", ['#read("x")', "$x^2$ *b*", "\\ // /* */ #{1+1}", "X1" * 200, "长" * 200])
def test_what_people_wrote_is_never_read_as_markup_and_never_runs_over_its_column(written: str) -> None:
    _, *summary = printed(HEADING, {**ROW, "policy_number": written})
    assert re.sub(r"\s", "", written) in "".join(summary)
