"""Every kind of letter, drawn up by the real record: whole sentences, without a word of the program's own."""

from __future__ import annotations

import re

import pytest

from db.pool import Pool
from rules.notices import WrittenNotice
from rules.procedures import PROCEDURES
from runtime.documents.letter import LANGUAGES, letter
from tests.activities.walk import ELSEWHERE, Walk
from tests.model import Transition, model

NOTICED = [
    (kind, act.name)
    for (kind, _), procedure in PROCEDURES.items()
    for act in procedure.acts.values()
    if act.notice is not None
]
#: What is written in Latin letters and is no word: codes of offices and enterprises, numbers of proceedings.
CODES = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{6}(-[0-9]+)?|[0-9A-HJ-NPQRTUWXY]{18}|20[0-9]{2}Q[1-4]")


async def served(pool: Pool, kind: str, act: str, patch: pytest.MonkeyPatch) -> WrittenNotice:
    """Have an act of a proceeding done as the model says, and return the notice it is served with."""
    walk = Walk(pool, patch=patch)
    row = next(row for row in model()[kind].rows_of(act) if not ELSEWHERE & {*row.world})
    await walk.along((*model()[kind].way_to(row.start, row.own), row))
    return await last_of(walk, row)


async def last_of(walk: Walk, row: Transition) -> WrittenNotice:
    stream = walk.stream(row.kind)
    body = await walk.pool.fetchval("select body from notice where stream = $1 order by sequence desc limit 1", stream)
    return WrittenNotice.model_validate(body)


def written(notice: WrittenNotice) -> str:
    """The Chinese letter without what people wrote."""
    text = "\n".join(letter(notice).lines())
    own = (*notice.items, *notice.reasons, notice.addressed_to.name, notice.officer_name)
    product = (notice.product.name, notice.product.model) if notice.product else ()
    for words in sorted((*own, *product), key=len, reverse=True):
        text = text.replace(words, "")
    return CODES.sub("", text)


@pytest.mark.parametrize(("kind", "act"), NOTICED)
async def test_a_chinese_letter_holds_no_words_of_the_program(
    pool: Pool, kind: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await served(pool, kind, act, monkeypatch)
    assert notice.act == act
    assert re.findall(r"[A-Za-z]+", written(notice)) == []


#: What an office decides of its own motion, with what its letter says was decided.
OF_ITS_OWN_MOTION = {
    ("pilot_insurer", "decline_nomination"): ("未予选定你单位为试点保险机构", "you are not selected"),
    ("pilot_insurer", "suspend"): ("暂停你单位试点保险机构资格", "you are suspended as a pilot insurer"),
    ("pilot_insurer", "delist"): ("将你单位移出试点保险机构名单", "you are taken off the list"),
    ("pilot_insurer", "bar"): ("取消你单位保费补贴申报资格", "you are barred from filing"),
    ("case", "revoke"): ("撤销对上述产品的认定", "the recognition of the product is revoked"),
    ("case", "lapse"): ("视为放弃申请，终止办理", "the case is given up and closed"),
    ("recovery", "demand"): ("追回保费补贴人民币", "premium subsidies of CNY"),
}


@pytest.mark.parametrize(("kind", "act"), OF_ITS_OWN_MOTION)
async def test_what_nobody_asked_for_is_told_as_what_was_found_and_decided(
    pool: Pool, kind: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await served(pool, kind, act, monkeypatch)
    chinese, english = ("\n".join(letter(notice, language).lines()) for language in LANGUAGES)
    decided, in_english = OF_ITS_OWN_MOTION[kind, act]
    assert decided in chinese
    assert in_english in english
    assert "收悉" not in chinese
    assert "has been received" not in english
    assert "（编号：insurer" not in chinese


async def test_a_bar_names_the_falsified_applications(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = await served(pool, "pilot_insurer", "bar", monkeypatch)
    (application,) = notice.applications
    told = list(letter(notice).lines())
    assert told[told.index("涉及的补贴申请：") + 1] == f"1. {application}"


async def test_a_demand_says_what_is_to_be_paid_back_by_when_on_which_applications_and_why(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await served(pool, "recovery", "demand", monkeypatch)
    told = "\n".join(letter(notice).lines())
    (period,) = notice.periods
    day = period.last_day
    assert (notice.amount_due, notice.grounds) == ("500000.00", ())
    for said in (
        "保费补贴追回决定书", "追回保费补贴人民币500,000.00元（大写：伍拾万元整），由你单位在退回期限内全额退回国库",
        f"退回期限（第十五条第（二）项）：至{day.year}年{day.month}月{day.day}日（含当日）届满",
        *notice.applications, *notice.reasons,
    ):  # fmt: skip
        assert said in told, said
    assert len(notice.applications) == 1
    assert len(notice.reasons) == 2, "what the recovery was opened for, and what the demand says itself"
    assert "条件未满足" not in told
