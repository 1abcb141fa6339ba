"""Notices: one with each act that has one, numbered by office and year without gaps, and whole."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.contracts import Command
from activities.notices import disagreeing
from db.pool import Connection
from rules.notices import WrittenNotice
from rules.procedures import PROCEDURES
from rules.schemes.dalian_case import CASE
from rules.schemes.dalian_round import ROUND
from tests.activities.desk import PATH, Desk, Step, first
from tests.workshop import Workshop

NOTICED = {
    (kind, act.name) for (kind, _), procedure in PROCEDURES.items() for act in procedure.acts.values() if act.notice
}


async def notices(desk: Desk) -> list[WrittenNotice]:
    """Every notice of the desk's case, oldest first."""
    rows = await desk.pool.fetch("select body from notice where stream = $1 order by sequence", desk.case)
    return [WrittenNotice.model_validate(row["body"]) for row in rows]


async def latest(desk: Desk) -> WrittenNotice:
    return (await notices(desk))[-1]


async def numbers(desk: Desk) -> list[str]:
    """The numbers given in all cases, sorted."""
    return sorted(row["number"] for row in await desk.pool.fetch("select number from notice"))


def year(desk: Desk) -> int:
    return desk.forms.now.year


async def speaking_json(workshop: Workshop) -> Connection:
    """The superuser's connection, which reads jsonb as the program does."""
    await workshop.superuser.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    return workshop.superuser


async def clocked(desk: Desk, act: str, data: dict[str, Any]) -> None:
    """An act of the workflow's own timer."""
    command = desk.command("case", act, "clock", data)
    recorded = await desk.write(await desk.attempt(command, by_clock=True))
    assert recorded.answer
    assert recorded.answer.event.passed


async def test_each_act_of_the_path_that_has_a_notice_is_served_with_one_and_no_other_is(desk: Desk) -> None:
    await desk.play()
    served = await desk.pool.fetch("select n.stream, e.act from notice n join event e using (stream, sequence)")
    expected = sorted((step.kind, step.act) for step in PATH if (step.kind, step.act) in NOTICED)
    assert sorted((row["stream"].split(":")[0], row["act"]) for row in served) == expected
    assert await disagreeing(desk.pool) == []


async def test_two_offices_number_apart_and_each_without_gaps(desk: Desk) -> None:
    for serial in (1, 2):
        one = Desk(desk.pool, serial=serial)
        await one.play(first("case", "return_for_correction") + 1)
        await one.order("correct", one.forms.enterprise)
        await one.order("confirm", "ganjingzi-1")
        await one.order("receive", "bureau-1")
    assert await numbers(desk) == sorted(
        f"{word}〔{year(desk)}〕{n}号" for word in ("大工信新认", "甘井子中小新认") for n in (1, 2)
    )


async def test_many_offices_acts_at_once_leave_no_gap(desk: Desk) -> None:
    desks = [Desk(desk.pool, serial=serial) for serial in range(1, 7)]
    for one in desks:
        await one.play(first("case", "receive"))
    await asyncio.gather(*(one.order("receive", "bureau-1") for one in desks))
    bureau = [number for number in await numbers(desk) if number.startswith("大工信")]
    assert bureau == [f"大工信新认〔{year(desk)}〕{n}号" for n in range(1, 7)]


async def test_a_new_year_begins_at_one_by_the_hour_of_shanghai(desk: Desk) -> None:
    before = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    for serial, moment in enumerate((before, before, before + timedelta(minutes=2)), 1):
        one = Desk(desk.pool, serial=serial, moment=moment)
        await one.play(first("case", "return_for_correction") + 1)
    word = "甘井子中小新认"
    assert await numbers(desk) == [f"{word}〔2026〕1号", f"{word}〔2026〕2号", f"{word}〔2027〕1号"]


async def test_an_act_the_law_refuses_or_bars_is_served_with_none(desk: Desk) -> None:
    await desk.play(first("case", "return_for_correction"))
    for _ in range(2):
        await desk.order("return_for_correction", "ganjingzi-1")
        await desk.order("correct", desk.forms.enterprise)
    refused = await desk.order("return_for_correction", "ganjingzi-1")
    assert refused.answer
    assert not refused.answer.event.passed
    with pytest.raises(Exception, match="right_office"):
        await desk.order("refuse", "bureau-1")
    assert [one.number for one in await notices(desk)] == [f"甘井子中小新认〔{year(desk)}〕{n}号" for n in (1, 2)]
    last = await desk.pool.fetchval("select last from given_number where series like '甘井子%'")
    assert last == 2


async def test_an_act_offered_again_is_served_with_no_second_notice(desk: Desk) -> None:
    await desk.play(first("case", "return_for_correction"))
    attempt = await desk.next(Step("case", "return_for_correction", "ganjingzi-1"))
    done = [await desk.write(attempt) for _ in range(3)]
    assert done == done[:1] * 3
    assert len(await notices(desk)) == 1


async def test_a_correction_tells_every_item_at_once_the_last_day_and_what_silence_means(desk: Desk) -> None:
    await desk.play(first("case", "return_for_correction"))
    items = [f"第{n}项：检测报告缺少加盖公章的原件" for n in range(1, 51)]
    await desk.order("return_for_correction", "ganjingzi-1", {"items": items})
    told, deadline = await latest(desk), (await desk.file()).deadline("correction")
    assert deadline
    assert (told.kind, list(told.items), told.remedies) == ("correction", items, ())
    (period,) = told.periods
    assert (period.last_day, period.days, period.silence) == (deadline.due_on, 10, "lapse")
    assert period.because == deadline.because
    assert (told.issuer.code, told.addressed_to.code) == ("ganjingzi", desk.forms.enterprise)
    assert told.addressed_to.name == desk.forms.submission()["enterprise"]["name"]


async def test_an_acceptance_names_the_case_and_the_article_and_no_remedies(desk: Desk) -> None:
    await desk.play(first("case", "receive") + 1)
    told = await latest(desk)
    assert (told.kind, told.article, told.case) == ("acceptance", "10", desk.case.split(":")[-1])
    assert (told.issuer.code, told.remedies, told.demonstration) == ("bureau", (), True)


async def test_a_refusal_names_every_ground_and_both_remedies(desk: Desk) -> None:
    form = desk.forms.submission()
    form["product"] |= {"market_record": True, "patent": False, "test_report": False}
    form["enterprise"]["sme"] = False
    await desk.write(await desk.attempt(desk.command("case", "submit", desk.forms.enterprise, form)))
    await desk.order("refuse", "ganjingzi-1", {"reason": "企业规模不符"})
    told = await latest(desk)
    assert (told.kind, told.reasons) == ("decision", ("企业规模不符",))
    assert {(ground.rule, ground.article, ground.term) for ground in told.grounds} == {
        ("is_sme", "8", "中小企业"),
        ("patented_or_tested", "8(4)", "专利证书或检测报告"),
        ("no_market_record_yet", "2", "尚未取得市场业绩"),
    }
    assert [(one.way, one.within, one.unit, one.authority) for one in told.remedies] == [
        ("reconsideration", 60, "days", "大连市甘井子区人民政府"),
        ("litigation", 6, "months", None),
    ]


async def test_a_favourable_decision_names_no_remedies_and_how_long_it_holds(desk: Desk) -> None:
    await desk.play(first("case", "publish") + 1)
    told = await latest(desk)
    assert (told.act, told.kind, told.remedies) == ("publish", "decision", ())
    until = (await desk.file()).facts["recognition"]["valid_until"]
    assert [(one.name, str(one.last_day)) for one in told.periods] == [("recognition_valid_until", until)]


async def test_a_revocation_and_a_rejection_are_decisions_with_remedies(desk: Desk) -> None:
    await desk.play(first("case", "propose"))
    await desk.order("reject", "bureau-1", {"reason": "不符合要求"})
    rejected = await latest(desk)
    other = await Desk(desk.pool, serial=2).play(first("case", "record_delivery"))
    await other.order("propose_revocation", "bureau-1", {"reason": "材料虚假"})
    await other.order("revoke", "bureau-2", {"reason": "材料虚假"})
    revoked = await latest(other)
    for told, reason in ((rejected, "不符合要求"), (revoked, "材料虚假")):
        assert told.reasons == (reason,)
        assert [one.authority for one in told.remedies] == ["大连市人民政府", None]


@pytest.mark.parametrize(
    ("asked", "asker", "issuer"),
    [("return_for_correction", "ganjingzi-1", "ganjingzi"), ("ask_for_more", "assessor-a-1", "bureau")],
)
async def test_a_file_closed_by_silence_is_told_in_the_name_of_the_authority_that_waited(
    desk: Desk, asked: str, asker: str, issuer: str
) -> None:
    await desk.play(first("case", "return_for_correction" if asker == "ganjingzi-1" else "assess"))
    await desk.order(asked, asker, {"items": ["补充检测报告"]})
    await clocked(desk, "lapse", {"deadline": "correction", "rung": "passed"})
    told = await latest(desk)
    assert (told.act, told.kind, told.issuer.code) == ("lapse", "decision", issuer)
    assert [(period.name, period.silence) for period in told.periods] == [("correction", "lapse")]
    assert [one.way for one in told.remedies] == ["reconsideration", "litigation"]


async def test_a_third_party_that_asks_for_more_numbers_its_own_notices(desk: Desk) -> None:
    await desk.play(first("case", "assess"))
    await desk.order("ask_for_more", "assessor-a-1", {"items": ["补充检测报告"]})
    told = await latest(desk)
    assert (told.kind, told.issuer.code, told.number) == ("correction", "assessor-a", f"大连新评〔{year(desk)}〕1号")


async def test_a_subsidy_refused_by_the_joint_review_is_told_by_the_regulator_with_the_reasons(desk: Desk) -> None:
    await desk.play(first("round", "review"))
    opinions = [{"application": desk.application, "approves": False, "reason": "发票不符"}]
    await desk.order("review", "regulator-1", {"opinions": opinions}, kind="round")
    for officer in ("bureau-1", "finance-1"):
        await desk.order("review", officer, kind="round")
    await desk.order("prepare_plan", "regulator-1", kind="round")
    for officer in ("regulator-2", "bureau-2", "finance-2"):
        await desk.order("sign_plan", officer, kind="round")
    ordered = "select command from outbox where stream = $1 and command ->> 'act' = 'refuse_subsidy'"
    command = Command.model_validate(await desk.pool.fetchval(ordered, desk.case))
    await desk.write(await desk.attempt(command))
    told = await latest(desk)
    assert (told.act, told.issuer.code, told.kind) == ("refuse_subsidy", "regulator", "decision")
    assert any("发票不符" in reason for reason in told.reasons)
    assert told.remedies[0].authority == "国家金融监督管理总局"


async def test_an_event_holds_its_notices_number_and_hash_so_that_a_change_is_seen(
    desk: Desk, workshop: Workshop
) -> None:
    await desk.play(first("case", "receive") + 1)
    body = json.loads(await desk.pool.fetchval("select body from event where act = 'receive'"))
    assert body["notice"]["number"] == (await latest(desk)).number
    assert await disagreeing(desk.pool) == []
    for change in (
        "update notice set body = jsonb_set(body, '{article}', '\"11\"') where kind = 'acceptance'",
        "update notice set number = number || 'x' where kind = 'acceptance'",
        "update notice set office = 'finance' where kind = 'acceptance'",
        "update notice set addressed_to = 'insurer-a' where kind = 'acceptance'",
        "update notice set issued_on = '2020-01-01' where kind = 'acceptance'",
        "update notice set kind = 'decision' where kind = 'acceptance'",
        "delete from notice where kind = 'acceptance'",
    ):
        changing = workshop.superuser.transaction()
        await changing.start()
        await workshop.superuser.execute(change)
        assert len(await disagreeing(await speaking_json(workshop))) == 1
        await changing.rollback()
    assert await disagreeing(desk.pool) == []


async def test_an_office_without_a_letterhead_signs_and_numbers_under_its_name(desk: Desk, workshop: Workshop) -> None:
    await workshop.superuser.execute("delete from letterhead where office = 'ganjingzi'")
    await desk.play(first("case", "return_for_correction") + 1)
    told = await latest(desk)
    name = "甘井子区中小企业主管部门"
    assert (told.number, told.issuer.title) == (f"{name}〔{year(desk)}〕1号", name)


async def test_a_notice_is_addressed_by_the_name_the_enterprise_gave_last(desk: Desk) -> None:
    await desk.play(first("case", "return_for_correction") + 1)
    renamed = desk.forms.submission()["enterprise"] | {"name": "大连新名制造有限公司"}
    await desk.order("correct", desk.forms.enterprise, {"enterprise": renamed})
    await desk.order("refuse", "ganjingzi-1", {"reason": "不符"})
    assert (await latest(desk)).addressed_to.name == "大连新名制造有限公司"


# --- other kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("addressee", "told"),
    [("insurer-a", ("insurer-a", "甲财产保险大连分公司（演示）")), ("张三", ("", "张三")), (None, None)],
)
async def test_a_procedure_may_name_whom_its_notices_are_addressed_to_or_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, addressee: str | None, told: tuple[str, str] | None
) -> None:
    monkeypatch.setitem(PROCEDURES, ("case", "dalian"), replace(CASE, addressee=lambda file: addressee))
    await desk.play(first("case", "return_for_correction") + 1)
    assert [(one.addressed_to.code, one.addressed_to.name) for one in await notices(desk)] == ([told] if told else [])


async def test_where_no_enterprise_is_concerned_whoever_opened_the_proceeding_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = replace(ROUND.acts["close_filing"], notice="decision")
    monkeypatch.setitem(PROCEDURES, ("round", "dalian"), replace(ROUND, acts={**ROUND.acts, "close_filing": closing}))
    await desk.play(first("round", "close_filing") + 1)
    body = await desk.pool.fetchval("select body from notice where stream like 'round:%'")
    told = WrittenNotice.model_validate(body)
    assert (told.issuer.code, told.addressed_to.code, told.product) == ("regulator", "regulator", None)
    assert [period.name for period in told.periods] == ["joint_review"]
