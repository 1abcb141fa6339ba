"""`firstcover report`: take-up and evaluation, against worlds counted by hand (articles 1, 14, 15(5))."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from activities.contracts import Answer
from db.pool import Pool
from rules.procedure import Barred
from rules.timetable import SHANGHAI
from runtime.documents.typesetting import LANGUAGES, words_of
from service.report import STEPS, report_of
from tests.activities.desk import Desk, first
from tests.activities.test_waiting import applied
from tests.starters.terminal import Terminal

#: What every part counts of nothing.
NOTHING = {
    **dict.fromkeys(("submitted", "recognised", "refused", "recognised_insured", "insured", "smes"), 0),
    **dict.fromkeys(("take_up_rate", "days_to_contract"), None),
    **dict.fromkeys(("sum_insured", "premium", "asked", "approved", "paid", "recovered"), "0.00"),
}


@pytest.fixture
def terminal(database: str, folder: Path) -> Terminal:
    return Terminal(folder, {"FIRSTCOVER_DATABASE_URL": database})


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


async def did(desk: Desk, act: str, officer: str, form: dict[str, Any] | None = None, kind: str = "case") -> Answer:
    recorded = await desk.order(act, officer, form, kind)
    assert recorded.answer
    assert recorded.answer.event.passed, recorded.answer.event.findings
    return recorded.answer


async def submitted_elsewhere(desk: Desk, serial: int) -> Desk:
    """A system that breaks through twice, submitted in another district."""
    one = Desk(desk.pool, serial, desk.moment)
    form = one.forms.of("submit")
    enterprise = {**form["enterprise"], "district": "zhongshan"}
    product = {**form["product"], "kind": "system", "breakthrough": ["variety", "parameters"]}
    await did(one, "submit", one.forms.enterprise, {**form, "enterprise": enterprise, "product": product})
    return one


async def world(desk: Desk) -> int:
    """Five submissions: one paid and recovered in part, one applied, one only recognised, one refused, one waiting.

    Return the year in which all of it happened; the money is that of fiscal year 2030.
    """
    await desk.play()
    await applied(desk, 1, "20000000.00", "b")
    await Desk(desk.pool, 30, desk.moment).play(first("case", "record_delivery"))
    refused = await Desk(desk.pool, 40, desk.moment).play(1)
    await did(refused, "refuse", "ganjingzi-1")
    await submitted_elsewhere(desk, 50)
    await did(desk, "open_recovery", "regulator-1", kind="recovery")
    await did(desk, "decide_recovery", "finance-1", kind="recovery")
    await did(desk, "demand", "finance-1", kind="recovery")
    await did(desk, "record_repayment", "finance-1", desk.forms.repayment("200000.00"), kind="recovery")
    return desk.moment.astimezone(SHANGHAI).year


async def told(terminal: Terminal, kind: str, year: int) -> Any:
    outcome = await terminal.run("report", kind, "--year", str(year), "--json")
    assert outcome.status == 0, outcome.err
    return outcome.json


PAID = {"sum_insured": "60000000.00", "premium": "1800000.00", "asked": "600000.00", "approved": "500000.00"}
PAID |= {"paid": "500000.00", "recovered": "200000.00"}
APPLIED = {"sum_insured": "20000000.00", "premium": "600000.00", "asked": "200000.00"}
MONEY = {"sum_insured": "80000000.00", "premium": "2400000.00", "asked": "800000.00"}
ALL = (
    NOTHING
    | PAID
    | MONEY
    | {
        "submitted": 5,
        "recognised": 3,
        "refused": 1,
        "recognised_insured": 2,
        "insured": 2,
        "smes": 2,
        "take_up_rate": "0.6667",
        "days_to_contract": "7.0",
    }
)
ELSEWHERE = NOTHING | {"submitted": 1}


async def test_the_take_up_of_a_year_is_what_is_counted_by_hand(terminal: Terminal, desk: Desk) -> None:
    year = await world(desk)
    report = await told(terminal, "take-up", year)
    assert report["total"] == ALL
    here = ALL | {"submitted": 4}
    assert report["district"] == [{"name": "ganjingzi"} | here, {"name": "zhongshan"} | ELSEWHERE]
    assert report["kind"] == [{"name": "core_component"} | here, {"name": "system"} | ELSEWHERE]
    # Whoever breaks through in two ways counts in both.
    assert report["breakthrough"] == [{"name": "parameters"} | ALL, {"name": "variety"} | ELSEWHERE]
    each = {"submitted": 1, "recognised": 1, "recognised_insured": 1, "insured": 1, "smes": 1}
    each |= {"take_up_rate": "1.0000", "days_to_contract": "7.0"}
    assert report["insurer"] == [
        {"name": "insurer-a"} | NOTHING | each | PAID,
        {"name": "insurer-b"} | NOTHING | each | APPLIED,
    ]
    quarter = (desk.moment.astimezone(SHANGHAI).month + 2) // 3
    assert report["quarter"] == [{"name": f"Q{quarter}"} | ALL]


async def test_another_year_has_nothing_of_it(terminal: Terminal, desk: Desk) -> None:
    year = await world(desk)
    report = await told(terminal, "take-up", year - 1)
    assert (report["total"], report["district"]) == (None, [])


async def test_a_year_ends_at_midnight_in_shanghai(terminal: Terminal, pool: Pool) -> None:
    await Desk(pool, 1, datetime(2030, 12, 31, 23, 59, tzinfo=SHANGHAI)).play(1)
    await Desk(pool, 2, datetime(2031, 1, 1, 0, 0, tzinfo=SHANGHAI)).play(1)
    for year in (2030, 2031):
        assert (await told(terminal, "take-up", year))["total"] == NOTHING | {"submitted": 1}


async def test_the_evaluation_tells_what_became_of_the_budget_and_the_caps(terminal: Terminal, desk: Desk) -> None:
    await world(desk)
    report = await told(terminal, "evaluation", 2030)
    assert report["budget"] == {
        "appropriated": "5000000.00",
        "committed": "500000.00",
        "paid": "500000.00",
        "returned": "200000.00",
        "available": "4500000.00",
        "closed": False,
        "applications": 1,
        "sum_insured": "60000000.00",
        "premium": "1800000.00",
        "committed_rate": "0.1000",
        "paid_rate": "0.1000",
        "leverage": "120.00",
        "subsidy_per_yuan": "0.008333",
    }
    assert report["caps"] == {"enterprises": 1, "at_cap": 1, "committed": "500000.00", "cut_by_cap": "100000.00"}


async def test_the_evaluation_tells_what_came_back_and_what_was_refused(terminal: Terminal, desk: Desk) -> None:
    year = await world(desk)
    with pytest.raises(Barred):
        await desk.order("appropriate", "regulator-1", kind="ledger")
    await desk.order("adjust", "finance-1", {"amount": "4500000.01", "document": "调减"}, kind="ledger")
    report = await told(terminal, "evaluation", year)
    assert report["recoveries"] == {
        "opened": 1,
        "repaid": 0,
        "dropped": 0,
        "decided_amount": "500000.00",
        "returned": "200000.00",
    }
    assert report["refusals"] == [
        {"article": "9", "by_law": 0, "without_authority": 0, "decided": 1},
        {"article": "13", "by_law": 1, "without_authority": 1, "decided": 0},
    ]


async def test_the_evaluation_counts_the_days_of_a_step_beside_its_legal_days_and_who_was_late(
    terminal: Terminal, desk: Desk
) -> None:
    quick, slow = await Desk(desk.pool, 1, desk.moment).play(3), await Desk(desk.pool, 2, desk.moment).play(3)
    await did(quick, "confirm", "ganjingzi-1")
    verification = (await slow.file()).deadline("verification")
    assert verification
    legal = (verification.due_on - verification.counted_from).days
    slow.moment += timedelta(days=legal + 3)
    await did(slow, "confirm", "ganjingzi-1")
    report = await told(terminal, "evaluation", verification.counted_from.year)
    (step,) = [step for step in report["steps"] if step["name"] == "verification"]
    assert step == {
        "name": "verification",
        "article": "9",
        "office": "district",
        "begun": 2,
        "done": 2,
        "late": 1,
        "days": f"{(legal + 3) / 2:.1f}",
        "legal_days": f"{legal:.1f}",
    }


async def test_the_bureaus_own_days_run_from_the_confirmation_and_from_the_assessment(desk: Desk) -> None:
    one = await Desk(desk.pool, 1, desk.moment).play(first("case", "receive"))
    for waits, acts in ((4, ("receive", "entrust")), (0, ("assess",)), (6, ("propose", "publish"))):
        one.moment += timedelta(days=waits)
        for act in acts:
            officer = {"assess": "assessor-a-1", "publish": "bureau-2"}.get(act, "bureau-1")
            await did(one, act, officer)
    report = await report_of(desk.pool, "evaluation", "dalian", desk.moment.astimezone(SHANGHAI).year, date.today())  # noqa: DTZ011
    days = {step["name"]: step["days"] for step in report.tables["steps"]}
    assert (days["entrusting"], days["publication"]) == (4, 6)


async def test_the_evaluation_tells_losses_beside_premiums_and_complaints_answered_in_time(
    terminal: Terminal, desk: Desk
) -> None:
    await desk.play(first("case", "apply") + 1)
    await desk.relay()
    for act in ("report", "accept_loss", "survey", "decide_to_pay", "pay_loss"):
        await did(desk, act, "insurer-a-1", kind="loss_claim")
    paid = (await desk.file("loss_claim")).facts["decision"]["amount"]
    for act in ("receive_complaint", "admit_complaint", "investigate", "answer_complaint"):
        await did(desk, act, "regulator-1", kind="complaint")
    report = await told(terminal, "evaluation", desk.moment.astimezone(SHANGHAI).year)
    assert report["losses"] == [
        {
            "name": "insurer-a",
            "claims": 1,
            "paid_claims": 1,
            "refused": 0,
            "loss_paid": paid,
            "premium": "1800000.00",
            "loss_ratio": f"{float(paid) / 1_800_000:.4f}",
        }
    ]
    counted = {"received": 1, "admitted": 1, "not_admitted": 0, "answered": 1, "in_time": 1, "late": 0}
    assert report["complaints"] == counted


@pytest.mark.parametrize("kind", ["take-up", "evaluation"])
async def test_a_report_is_written_in_chinese_first_and_then_in_the_language_spoken(
    terminal: Terminal, desk: Desk, folder: Path, kind: str
) -> None:
    year = await world(desk)
    for name in ("report.xlsx", "report.pdf"):
        outcome = await terminal.run("report", kind, "--year", str(year), "--out", str(folder / name))
        assert (outcome.status, outcome.out) == (0, ""), outcome.err
    book = openpyxl.load_workbook(folder / "report.xlsx")
    said = [set(words_of("report", language)["table"].values()) for language in LANGUAGES]
    half = len(book.sheetnames) // 2
    assert (set(book.sheetnames[:half]) <= said[0], set(book.sheetnames[half:]) <= said[1]) == (True, True)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO((folder / "report.pdf").read_bytes())).pages)
    assert "甘井子" in text or kind == "evaluation"
    assert "演示版本" in text
    assert "Demonstration edition" in text


async def test_a_report_is_written_as_a_workbook_or_on_paper_and_as_nothing_else(terminal: Terminal) -> None:
    outcome = await terminal.run("report", "take-up", "--year", "2030", "--out", "report.docx")
    assert (outcome.status, "out: must end in .xlsx or .pdf" in outcome.err) == (2, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_has_its_word(language: str) -> None:
    assert set(STEPS) <= set(words_of("report", language)["word"])


async def test_a_report_is_told_in_tables(terminal: Terminal, desk: Desk) -> None:
    outcome = await terminal.run("report", "take-up", "--year", str(await world(desk)))
    assert (outcome.status, "By district" in outcome.out, "0.6667" in outcome.out) == (0, True, True)
