"""补贴计划: a quarter's subsidy plan with everything that stands on its paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from activities import editions
from activities.contracts import Event
from db.pool import Pool
from db.sql import queries
from rules.budget import Placed, PlanLine, Standing, explain
from rules.edition import Edition, edition_of
from rules.procedure import File
from rules.procedures import Stream
from rules.schemes.dalian_review import JOINT
from rules.schemes.dalian_ties import settled_order
from rules.timetable import SHANGHAI, OfficeKind
from rules.values import in_yuan
from runtime.documents import plan as paper
from service.showing import minute_of

NOTICE, OFFICE, PLAN = queries("notice"), queries("office"), queries("plan")


def round_stream(quarter: str) -> Stream:
    return Stream("round", "dalian", quarter)


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
    settled = settled_order(file) if told.get("tie", {}).get("settled") else ()
    standings = explain(list(placed), budget, committed, edition, settled)
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


@dataclass(frozen=True)
class Signer:
    """签署方: one of the three offices, and who signed the plan that stands for it; None where nobody has yet."""

    kind: OfficeKind
    name: str | None = None
    #: None too where it was signed before the days were kept.
    day: date | None = None


async def signers(pool: Pool, file: File) -> list[Signer]:
    """Return the three offices as signers of a round's plan; none of them while no plan is drawn."""
    if file.stage in ("filing", "review"):
        return []
    signed, days = file.facts["signatures"], file.facts.get("signed_on", {})
    names = {row["code"]: row["name"] for row in await pool.fetch(OFFICE.called, list(signed.values()))}
    on = {kind: date.fromisoformat(day) for kind, day in days.items()}
    return [Signer(kind, names.get(signed.get(kind)), on.get(kind)) for kind in JOINT]


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


def line_json(row: paper.PlanRow) -> dict[str, Any]:
    """A line of a plan for other programs: its amounts, what cap and budget had left before and after it, and why."""
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
