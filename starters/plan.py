"""`firstcover plan`: the subsidy plan of a quarter, why each line stands where it is, and the plan as it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import typer

from activities import editions
from activities.contracts import Event
from db.pool import Pool
from db.sql import queries
from rules.budget import Placed, PlanLine, Standing, explain
from rules.edition import Edition, edition_of
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_review import JOINT
from rules.timetable import SHANGHAI
from rules.values import in_yuan
from runtime.documents import plan as paper
from runtime.errors import BadInput
from runtime.messages import language, say
from starters.papers import Out, languages, write
from starters.proceeding import do_act
from starters.session import reading, run
from starters.showing import events_of, file_of
from starters.telling import As, CommandId, Json, minute_of, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="Subsidy plans (补贴计划).")
PLAN, NOTICE = queries("plan"), queries("notice")
Quarter = Annotated[str, typer.Argument(metavar="QUARTER", help="The round's quarter, as 2026Q4.")]
COLUMNS = ("rank", "application", "insurer", "concluded_at", "asked", "cut_by_cap", "approved", "waitlisted")
WHY = ("rank", "application", "cap_left", "budget_left", "why")


def round_stream(quarter: str) -> Stream:
    return Stream("round", "dalian", quarter)


@app.command()
def prepare(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Work the plan out: in order of insurance time, within cap and budget."""
    do_act(round_stream(quarter), "prepare_plan", officer, {}, command_id, as_json=as_json)


@app.command()
def sign(quarter: Quarter, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Sign the plan for one of the three offices; the third signature works it out again."""
    do_act(round_stream(quarter), "sign_plan", officer, {}, command_id, as_json=as_json)


@app.command()
def show(quarter: Quarter, as_json: Json = False) -> None:
    """Show the plan line by line, why each stands where it is, and who has signed."""
    plan, file = _read(quarter)
    ties = _ties(plan)
    if as_json:
        lines = [_told(row) for row in plan.rows]
        tell_json({**file.facts["plan"], "signatures": file.facts["signatures"], "ties": ties, "lines": lines})
        return
    tell_rows(say("plan", number=plan.number), COLUMNS, [_told(row) for row in plan.rows])
    tell_table(say("why"), WHY, [_why(row) for row in plan.rows])
    if ties:
        tell_table(say("ties"), ("application",), [(", ".join(tie),) for tie in ties])
    tell_table(say("signatures"), ("office", "officer"), list(file.facts["signatures"].items()))


@app.command()
def pdf(quarter: Quarter, out: Out) -> None:
    """Write the plan as PDF, a draft until three have signed: in Chinese, then in the language spoken here."""
    write(out, paper.pdf(_read(quarter)[0], *languages()))


@app.command()
def excel(quarter: Quarter, out: Out) -> None:
    """Write the plan as an Excel workbook: a sheet in Chinese, then one in the language spoken here."""
    write(out, paper.excel(_read(quarter)[0], *languages()))


def _read(quarter: str) -> tuple[paper.SubsidyPlan, File]:
    async def work() -> tuple[paper.SubsidyPlan, File]:
        async with reading() as pool:
            file = await file_of(pool, round_stream(quarter))
            if "plan" not in file.facts:
                raise BadInput(("plan", f"no plan has been prepared in {quarter}"))
            return await plan_of(pool, file, await events_of(pool, round_stream(quarter))), file

    return run(work())


async def plan_of(pool: Pool, file: File, events: Sequence[Event]) -> paper.SubsidyPlan:
    """Return a round's plan with everything that stands on its paper."""
    number, year = file.facts["plan"]["number"], file.facts["round"]["fiscal_year"]
    edition = edition_of(file.scheme, file.edition, await editions.known(pool, file.scheme))
    prepared = last_of(events, "prepare_plan")
    rows, budget = await _rows(pool, file, edition)
    return paper.SubsidyPlan(
        number=number,
        scheme=edition.title,
        demonstration=edition.demonstration,
        fiscal_year=year,
        quarter=file.number,
        prepared_at=local(prepared.at),
        budget_before=budget,
        rows=rows,
        signatures=await _signatures(pool, file, events[events.index(prepared) :]),
    )


async def _rows(pool: Pool, file: File, edition: Edition) -> tuple[tuple[paper.PlanRow, ...], Decimal]:
    """The lines of a plan, each with where it stands, and the budget before the first of them.

    What had been committed before is the ledger's to say; of a plan that has committed nothing, what it told itself.
    """
    told = file.facts["plan"]
    asked = (file.scheme, file.facts["round"]["fiscal_year"], told["number"])
    lines = await pool.fetch(PLAN.lines, told["number"])
    committed = {row["enterprise"]: row["committed"] for row in await pool.fetch(PLAN.committed_before, *asked)}
    available = await pool.fetchval(PLAN.available_before, *asked)
    budget = Decimal(told["budget_before"]) if available is None else available
    placed = (Placed(_line(row), row["concluded_at"], row["return_received_at"]) for row in lines)
    standings = explain(list(placed), budget, committed, edition.annual_cap.value)
    return tuple(_row(row, standing) for row, standing in zip(lines, standings, strict=True)), budget


def _line(row: Any) -> PlanLine:
    amounts = (row["asked"], row["cut_by_cap"], row["approved"], row["waitlisted"])
    return PlanLine(row["application"], row["rank"], row["enterprise"], *amounts)


def _row(row: Any, standing: Standing) -> paper.PlanRow:
    insurer = {"zh": row["insurer_name"], "en": row["insurer_name_en"]}
    who = (row["enterprise_name"], row["insurer"], insurer, row["policy_number"] or "")
    return paper.PlanRow(standing, *who, row["concluded_at"], row["return_received_at"])


async def _signatures(pool: Pool, file: File, events: Sequence[Event]) -> tuple[paper.Signature, ...]:
    """Who has signed what the first of some events prepared; an office that has not is called as it was then."""
    signed = {event.officer: event for event in events if event.act == "sign_plan" and event.passed}
    found = []
    for kind in JOINT:
        event = signed.get(file.facts["signatures"].get(kind, ""))
        office = await office_names(pool, kind, (event or events[0]).at)
        day = local(event.at).date() if event else None
        found.append(paper.Signature(office, event.officer_name if event else "", day))
    return tuple(found)


async def office_names(pool: Pool, kind: str, at: datetime) -> dict[str, str]:
    """Return the full name of the office of a kind, in the languages of a document, as it was at a moment."""
    code = await pool.fetchval(NOTICE.in_charge, kind, None, local(at).date())
    issuer = await pool.fetchrow(NOTICE.issuer, code, local(at).date())
    assert issuer is not None
    return {"zh": issuer["title"], "en": issuer["title_en"]}


def local(moment: datetime) -> datetime:
    """A moment as Shanghai's clock shows it."""
    return moment.astimezone(SHANGHAI).replace(tzinfo=None)


def last_of(events: Sequence[Event], act: str) -> Event:
    """The last time an act was done."""
    return next(event for event in reversed(events) if event.act == act and event.passed)


def _ties(plan: paper.SubsidyPlan) -> list[list[str]]:
    """Applications of one insurance time between which the budget runs out: the offices settle them (I-12)."""
    tied = [row for row in plan.rows if ("tied", "13") in row.standing.reasons]
    return [[row.standing.line.number for row in tie] for _, tie in groupby(tied, key=lambda row: row.concluded_at)]


def _why(row: paper.PlanRow) -> tuple[object, ...]:
    stands, line = row.standing, row.standing.line
    cap = f"{in_yuan(stands.cap_before)} → {in_yuan(stands.cap_after)}"
    budget = f"{in_yuan(stands.budget_before)} → {in_yuan(stands.budget_after)}"
    return line.rank, line.number, cap, budget, "\n".join(paper.reasons(stands, language()))


def _told(row: paper.PlanRow) -> dict[str, Any]:
    stands, line = row.standing, row.standing.line
    left = ("cap_before", "cap_after", "budget_before", "budget_after")
    why = zip(stands.reasons, paper.reasons(stands, "en"), strict=True)
    return {
        "rank": line.rank,
        "application": line.number,
        "enterprise": line.enterprise,
        "insurer": row.insurer_code,
        "policy": row.policy,
        "concluded_at": minute_of(row.concluded_at),
        "return_received_at": minute_of(row.return_received_at) if row.return_received_at else None,
        **{part: in_yuan(getattr(line, part)) for part in paper.PARTS},
        **{part: in_yuan(getattr(stands, part)) for part in left},
        "reasons": [{"rule": rule, "article": article, "reason": said} for (rule, article), said in why],
    }
