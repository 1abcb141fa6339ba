"""`firstcover plan`: why each line stands where it is, and the plan as it is signed, on paper and as a sheet."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from db.pool import Pool
from rules.budget import Placed, allocate, explain
from rules.edition import edition_of
from rules.values import FEN
from runtime.documents import plan as paper
from runtime.documents.typesetting import LANGUAGES, words_of
from service.plans import plan_of, round_stream
from service.sample_forms import SampleForms
from service.showing import events_of, file_of
from tests.activities.desk import Desk, Step, first
from tests.rules.test_budget import application
from tests.starters.terminal import Terminal

QUARTER = "2030Q1"
SIGN = ("regulator-2", "bureau-2", "finance-2")
CITY = edition_of("dalian")


@pytest.fixture
def terminal(database: str, folder: Path) -> Terminal:
    return Terminal(folder, {"FIRSTCOVER_DATABASE_URL": database, "FIRSTCOVER_LANGUAGE": "zh"})


class Planned(list[Desk]):
    """Three enterprises in one round: the first two insured at one time, the third a minute later."""

    async def do(self, act: str, officer: str, data: dict[str, Any] | None = None, kind: str = "round") -> None:
        recorded = await self[0].order(act, officer, data, kind=kind)
        assert recorded.answer
        assert recorded.answer.event.passed

    async def sign(self, *officers: str) -> None:
        for officer in officers:
            await self.do("sign_plan", officer)

    @property
    def applications(self) -> list[str]:
        return [desk.application for desk in self]


@pytest.fixture
async def quarter(pool: Pool) -> Planned:
    """A plan of three lines that each ask 600,000.00, and of a budget of 1,200,000.00; nobody has signed."""
    desks = Planned(Desk(pool, serial=serial) for serial in (1, 2, 3))
    desks[2].moment += timedelta(minutes=1)
    for desk in desks:
        await desk.play(first("ledger", "appropriate"))
    await desks.do("appropriate", "finance-1", {"amount": "1200000.00", "document": "大财指1号"}, kind="ledger")
    await desks[0].do(Step("round", "open", "regulator-1"))
    forms: SampleForms = desks[0].forms
    await desks.do("file_return", "insurer-a-1", forms.quarterly_return(*desks.applications))
    await desks.do("close_filing", "regulator-1", {})
    for officer in ("regulator-1", "bureau-1", "finance-1"):
        await desks.do("review", officer, forms.review(*desks.applications))
    await desks.do("prepare_plan", "regulator-1", {})
    return desks


def rules_of(line: dict[str, Any]) -> list[str]:
    return [reason["rule"] for reason in line["reasons"]]


async def test_each_line_says_why_it_stands_where_it_is(terminal: Terminal, quarter: Planned) -> None:
    told = (await terminal.run("plan", "show", QUARTER, "--json")).json
    lines = told["lines"]
    assert [line["application"] for line in lines] == sorted(quarter.applications[:2]) + quarter.applications[2:]
    assert [(line["cap_before"], line["cap_after"]) for line in lines] == [
        ("500000.00", "0.00"), ("500000.00", "0.00"), ("500000.00", "300000.00"),
    ]  # fmt: skip
    assert [(line["budget_before"], line["budget_after"]) for line in lines] == [
        ("1200000.00", "700000.00"), ("700000.00", "200000.00"), ("200000.00", "0.00"),
    ]  # fmt: skip
    assert [rules_of(line) for line in lines] == [
        ["ranked_by_time", "cut_by_cap", "funded"],
        ["ranked_by_number", "cut_by_cap", "funded"],
        ["ranked_by_time", "cut_by_cap", "funded_in_part"],
    ]
    assert lines[2]["reasons"][1] == {
        "rule": "cut_by_cap",
        "article": "7",
        "reason": "the enterprise's cap had 500,000.00 left: 100,000.00 is cut (article 7)",
    }
    assert told["ties"] == []
    people = (await terminal.run("plan", "show", QUARTER)).out
    assert "企业本年度额度尚余500,000.00元，核减100,000.00元（第七条）" in re.sub(r"\s|│", "", people)
    assert "200000.00 → 0.00" in people


async def test_a_signed_plan_still_says_what_was_left_before_it(terminal: Terminal, quarter: Planned) -> None:
    drawn = (await terminal.run("plan", "show", QUARTER, "--json")).json
    await quarter.sign(*SIGN)
    await quarter.do("appropriate", "finance-1", {"amount": "900000.00", "document": "大财指2号"}, kind="ledger")
    signed = (await terminal.run("plan", "show", QUARTER, "--json")).json
    assert signed["lines"] == drawn["lines"]
    assert set(signed["signatures"].values()) == set(SIGN)


async def test_who_has_still_to_sign_is_shown_has_it_in_his_work_and_is_offered_it(
    terminal: Terminal, quarter: Planned
) -> None:
    await quarter.sign("finance-2")
    people = re.sub(r"[\s|│]+", " ", (await terminal.run("plan", "show", QUARTER)).out)
    assert "finance-2" in people
    assert people.count(" — ") == 2
    for officer, waits in (("finance-1", False), ("bureau-1", True), ("regulator-2", True)):
        told = (await terminal.run("round", "show", QUARTER, "--as", officer, "--json")).json
        [sign] = [act for act in told["acts"] if act["act"] == "sign_plan"]
        assert sign["allowed"] == waits
        assert waits or "still to sign: regulator, industry bureau" in sign["why"]
        assert [act["allowed"] for act in told["acts"] if "tie_order" in act["act"]] == [False, False]
        work = await terminal.run("work", "list", "--kind", "round", "--as", officer, "--json")
        assert (QUARTER in work.out) == waits


def test_a_draft_that_no_longer_follows_from_the_caps_says_so() -> None:
    """The third signature will refuse it; whoever looks before is told."""
    plan = allocate(2026, Decimal(500_000), {}, [application("1", "E", "02-01T10:00", 300_000)], CITY)
    placed = [Placed(line, application("1", "E", "02-01T10:00", 1).concluded_at, None) for line in plan.lines]
    (moved,) = explain(placed, Decimal(500_000), {"E": Decimal(400_000)}, CITY)
    assert ("moved", "13") in moved.reasons


TIMES = ("01-01T10:00", "01-01T10:01", "01-01T10:02")
APPLICATIONS = st.lists(
    st.tuples(st.sampled_from("EFG"), st.sampled_from(TIMES), st.integers(1, 90_000_000).map(lambda fen: fen * FEN)),
    max_size=12,
)


@given(APPLICATIONS, st.integers(0, 200_000_000).map(lambda fen: fen * FEN), st.integers(0, 600_000))
def test_what_is_told_of_any_plan_is_what_was_allocated(asked: Any, budget: Decimal, before: int) -> None:
    applications = [application(f"{n:02}", who, when, str(much)) for n, (who, when, much) in enumerate(asked)]
    committed = {"E": Decimal(before)}
    plan = allocate(2026, budget, committed, applications, CITY)
    of = {one.number: one for one in applications}
    placed = [Placed(line, of[line.number].concluded_at, of[line.number].return_received_at) for line in plan.lines]
    told = list(explain(placed, budget, committed, CITY))
    assert [standing.line for standing in told] == plan.lines
    assert all(("moved", "13") not in standing.reasons for standing in told)
    assert (told[-1].budget_after if told else budget) == plan.left
    assert all(min(standing.cap_after, standing.budget_after) >= 0 for standing in told)
    tied = [standing.line.number for standing in told if ("tied", "13") in standing.reasons]
    assert tied == [number for tie in plan.ties for number in tie]


def text_of(path: Path) -> str:
    """What stands on the pages; lines and spaces are the typesetter's."""
    read = PdfReader(io.BytesIO(path.read_bytes()))
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in read.pages))


async def test_a_plan_on_paper_says_all_of_it_and_is_a_draft_until_three_have_signed(
    terminal: Terminal, quarter: Planned
) -> None:
    out = terminal.folder / "plan.pdf"
    await quarter.sign(*SIGN[:2])
    assert (await terminal.run("plan", "pdf", QUARTER, "--out", str(out))).status == 0
    draft = text_of(out)
    for said in (
        "2030年度保费补贴计划", "草案：尚未经三方签署", "2030Q1-P", *quarter.applications, quarter[0].forms.enterprise,
        "1,200,000.00", "壹佰捌拾万元整", "壹佰贰拾万元整", "叁拾万元整", "预算尚余200,000.00元",
        "国家金融监督管理总局大连监管局", "大连市工业和信息化局", "大连市财政局", "（未签署）", "演示版本",
    ):  # fmt: skip
        assert said in draft, said
    await quarter.sign(SIGN[2])
    await terminal.run("plan", "pdf", QUARTER, "--out", str(out))
    signed = text_of(out)
    assert "草案" not in signed
    assert "未签署" not in signed
    day = quarter[0].moment
    assert signed.count(f"{day.year}年{day.month}月") == 4
    terminal.environment["FIRSTCOVER_LANGUAGE"] = "en"
    await terminal.run("plan", "pdf", QUARTER, "--out", str(out))
    assert "CourtesytranslationtheChinesetextdecides" in text_of(out).replace(";", "")


async def test_a_plan_as_a_sheet_holds_numbers_as_numbers_and_codes_as_text(
    terminal: Terminal, quarter: Planned
) -> None:
    out = terminal.folder / "plan.xlsx"
    assert (await terminal.run("plan", "excel", QUARTER, "--out", str(out))).status == 0
    (sheet,) = openpyxl.load_workbook(out)
    cells = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    (line,) = [row for row in cells if row and row[0].value == 3]
    uscc, asked = line[3], line[7]
    assert (uscc.value, uscc.data_type) == (quarter[2].forms.enterprise, "s")
    assert (asked.value, asked.data_type, asked.number_format) == (600_000, "n", "#,##0.00")
    written = [str(cell.value) for row in cells for cell in row]
    assert "壹佰贰拾万元整" in written
    assert "草案：尚未经三方签署，不具效力" in written
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]


async def test_what_people_wrote_is_text_on_paper_and_in_a_sheet(quarter: Planned) -> None:
    hostile = ("=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', '#read("plan.typ")', "https://x.y")
    plan = await plan_in(quarter)
    for written in hostile:
        changed = plan._replace(rows=tuple(row._replace(enterprise=written, policy=written) for row in plan.rows))
        (sheet,) = openpyxl.load_workbook(io.BytesIO(paper.excel(changed)))
        held = [cell for row in sheet.iter_rows() for cell in row if cell.value == written]
        assert [(cell.data_type, cell.hyperlink) for cell in held] == [("s", None)] * 6
        assert paper.pdf(changed)


async def plan_in(quarter: Planned) -> paper.SubsidyPlan:
    pool, stream = quarter[0].pool, round_stream(QUARTER)
    return await plan_of(pool, await file_of(pool, stream), await events_of(pool, stream))


async def test_the_same_plan_gives_the_same_bytes(quarter: Planned) -> None:
    plan = await plan_in(quarter)
    assert paper.pdf(plan, *LANGUAGES) == paper.pdf(plan, *LANGUAGES)
    assert paper.excel(plan) == paper.excel(plan)


@pytest.mark.parametrize("document", ["plan", "payment"])
def test_the_languages_have_the_same_words(document: str) -> None:
    chinese, english = (words_of(document, language) for language in LANGUAGES)
    assert {section: set(words) for section, words in chinese.items()} == {
        section: set(words) for section, words in english.items()
    }
    for section, words in chinese.items():
        for code, said in words.items():
            assert set(re.findall(r"{(\w+)}", said)) >= set(re.findall(r"{(\w+)}", english[section][code]))


@pytest.mark.parametrize("command", ["show", "pdf", "excel"])
async def test_a_round_without_a_plan_says_so(terminal: Terminal, pool: Pool, command: str) -> None:
    await Desk(pool).do(Step("round", "open", "regulator-1"))
    words = () if command == "show" else ("--out", str(terminal.folder / "x"))
    outcome = await terminal.run("plan", command, QUARTER, *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert QUARTER in outcome.err
    assert (await terminal.run("plan", command, "1999Q9", *words)).status == 2


async def test_a_preview_stores_nothing_and_says_why_what_is_left_out_is(terminal: Terminal, pool: Pool) -> None:
    desks = Planned(Desk(pool, serial=serial) for serial in (1, 2, 3))
    for desk in desks:
        await desk.play(first("ledger", "appropriate"))
    await desks.do("appropriate", "finance-1", {"amount": "900000.00", "document": "大财指1号"}, kind="ledger")
    await desks[0].do(Step("round", "open", "regulator-1"))
    forms, (planned, refused, held) = desks[0].forms, desks.applications
    await desks.do("file_return", "insurer-a-1", forms.quarterly_return(*desks.applications))
    await desks.do("close_filing", "regulator-1", {})
    for officer in ("regulator-1", "bureau-1", "finance-1"):
        opinions = forms.review(planned, refused)["opinions"]
        opinions[1] |= {"approves": officer != "finance-1", "reason": "发票不符"}
        await desks.do("review", officer, {"opinions": opinions})
    before = await desks[0].events(), await pool.fetchval("select count(*) from plan_line")
    told = (await terminal.run("plan", "preview", QUARTER, "--json")).out
    head, *lines = map(json.loads, told.splitlines())
    assert (await desks[0].events(), await pool.fetchval("select count(*) from plan_line")) == before
    assert (head["budget_before"], head["approved"], head["lines"], head["left_out"]) == (
        "900000.00",
        "500000.00",
        1,
        2,
    )
    assert [(line["is"], line["application"], rules_of(line)) for line in lines] == [
        ("line", planned, ["ranked_by_time", "cut_by_cap", "funded"]),
        ("held", held, ["office_silent"] * 3),
        ("refused", refused, ["office_refuses"]),
    ]
    assert lines[2]["reasons"][0]["reason"] == "refused in the joint review: finance: 发票不符 (article 13)"
    people = (await terminal.run("plan", "preview", QUARTER)).out
    assert "未列入计划" in people
    await desks.do("prepare_plan", "regulator-1", {})
    shown = (await terminal.run("plan", "show", QUARTER, "--json")).json
    assert [(one["is"], one["application"]) for one in shown["left_out"]] == [("held", held), ("refused", refused)]
    await desks[0].order("withdraw", forms.enterprise)
    moved = (await terminal.run("plan", "preview", QUARTER, "--json")).out.splitlines()[-1]
    assert json.loads(moved) == {"is": "moved", "difference": f"{planned}: no longer in the plan"}
    await desks.do("prepare_plan", "regulator-1", {})
    await desks.sign(*SIGN)
    signed = (await terminal.run("plan", "show", QUARTER, "--json")).json
    assert [(one["is"], one["application"]) for one in signed["left_out"]] == [("held", held), ("refused", refused)]
    late = await terminal.run("plan", "preview", QUARTER)
    assert (late.status, "plan show" in late.err) == (2, True)
