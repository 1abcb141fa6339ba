"""Every sentence of the program has its Chinese and is known again by its template, as those of old events are."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.sentences import catalogue, in_chinese, read
from tests.runtime.sentences_said import said

GAP = re.compile(r"\{(\d)(?::\w+)?\}")
#: What a caseworker types, or a name: it is the same in every language.
AS_TYPED = re.compile(
    r"firstcover(?: [a-z]+){0,2}|--[a-z-]+|FIRSTCOVER_\w+|policy:dalian:\S+|DL-\S+|\.(?:xlsx?|csv|json)|\b[IOSVZ]\b、?"
    r"|\b(?:PostgreSQL|Temporal|temporal(?:-bin)?|worker|JSON|YAML|CSV|UTF-8|GB18030|XLSX|DOCX|OFD|PDF|PNG|JPEG|MB|Excel"
    r"|FILE|YYYY-MM-DD(?:THH:MM)?|true|false|plan show|round open|propose_\w+|enter_notice|paid|failed)\b"
)
FILLED = ("DL-2026-000001", "2026-03-10", "1800000.00", "ins-1", "DL-2026-000002-1", "7")
HISTORIES = Path(__file__).resolve().parents[1] / "replay" / "histories"
TOLD = {"reason", "because"}


def filled(template: str) -> str:
    return GAP.sub(lambda gap: FILLED[int(gap[1]) - 1], template)


def told(value: Any) -> Iterator[str]:
    """Every reason in a recorded history, within its encoded payloads too."""
    if isinstance(value, list):
        for one in value:
            yield from told(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "data" and isinstance(one, str):
                yield from told(_decoded(one))
            elif name in TOLD:
                yield from (one if isinstance(one, list) else [one])
            else:
                yield from told(one)


def _decoded(payload: str) -> Any:
    try:
        return json.loads(base64.b64decode(payload))
    except (binascii.Error, ValueError):
        return None


def test_every_sentence_that_can_be_said_has_its_chinese() -> None:
    assert {one: where for one, where in said().items() if one not in catalogue()} == {}


def test_every_sentence_of_the_catalogue_is_still_said_and_every_other_no_more() -> None:
    assert read("sentences").keys() - said().keys() == set()
    assert read("once_said").keys() & said().keys() == set()


def test_chinese_fills_the_gaps_of_its_sentence() -> None:
    gaps = {one: (set(GAP.findall(one)), set(GAP.findall(zh))) for one, zh in catalogue().items()}
    assert {one for one, (english, chinese) in gaps.items() if not chinese <= english} == set()
    # Only the code of a stage is left out, whose name stands beside it.
    short = {one for one, (english, chinese) in gaps.items() if chinese < english}
    assert {one for one in short if not re.search(r"stage (is )?\{", one)} == set()


def test_no_chinese_sentence_keeps_an_english_word() -> None:
    said_in = read("sentences") | read("once_said")
    left = {zh: AS_TYPED.sub("", GAP.sub("", zh)) for zh in said_in.values()}
    assert {zh for zh, rest in left.items() if re.search("[A-Za-z]{2,}", rest)} == set()


@pytest.mark.parametrize("template", sorted(catalogue()))
def test_a_sentence_is_known_again_by_its_template(template: str) -> None:
    assert in_chinese(filled(template)) == filled(catalogue()[template])


def test_what_recorded_histories_say_is_known() -> None:
    said_then = {one for path in HISTORIES.glob("*.json") for one in told(json.loads(path.read_text()))}
    assert len(said_then) > 50
    # What an officer wrote stays as he wrote it; in the corpus he writes Chinese first.
    assert {one for one in said_then if in_chinese(one) is None and not re.match("[一-鿿]", one)} == set()


def test_what_fills_a_gap_is_turned_where_it_is_known_and_stays_where_it_is_not() -> None:
    assert in_chinese("its stage is 'recognised' (已认定); confirm is done at: district_review, correction") == (
        "现处于“已认定”环节；确认应在下列环节办理：区县核实、退回补正"
    )
    assert in_chinese("the contract lacks cover of: quality, liability") == "合同缺少下列保障：质量风险、责任风险"
    assert in_chinese("the district found it met: the seal is genuine and complete") == (
        "区县主管部门核实为符合：the seal is genuine and complete"
    )
    assert in_chinese('must be a date written YYYY-MM-DD, not "soon"') == "日期应写作 YYYY-MM-DD，不能是“soon”"


def test_sentences_joined_to_one_are_turned_piece_by_piece() -> None:
    counted = "counted from 2026-03-10, which is not counted itself: 30 days end on 2026-04-09"
    settled = "contract signed 2026-02-01, delivered 2026-03-10: the later of the two starts the period (article 11)"
    assert in_chinese(f"concluded 2026-04-01, before the last day 2026-04-09 ({settled}; {counted})") == (
        "2026-04-01 签订保险合同，在期限届满日 2026-04-09 之前（2026-02-01 签订合同，2026-03-10 交付，"
        "以其中较晚者起算（第11条）；自 2026-03-10 起算，当日不计入：30 日，至 2026-04-09 届满）"
    )


def test_what_no_template_says_is_not_known() -> None:
    assert in_chinese("the courier came in March") is None
    assert in_chinese("申请人自愿撤回 (at the applicant's wish)") is None
