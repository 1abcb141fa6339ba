"""What a plan of a round would give now, and what it would leave out, worked out and stored nowhere (article 13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from activities import calendar, editions
from activities.money_look_ups import in_review
from db.pool import Connection, Pool
from db.sql import queries
from rules.budget import Placed, Plan, explain
from rules.edition import edition_of
from rules.procedure import File, Situation
from rules.register import Register
from rules.schemes.dalian_plan import differences, work_out
from rules.schemes.dalian_review import judged, reviewed
from runtime.documents import plan as paper
from runtime.documents.typesetting import words_of
from runtime.errors import BadInput
from service.session import now

LEDGER, PLAN, SUBSIDY = queries("ledger"), queries("plan"), queries("subsidy")


class LeftOut(NamedTuple):
    """未列入计划: an application that is held or refused, and why: each reason's name, article, and whom it is of."""

    number: str
    why: str
    reasons: tuple[tuple[str, str, str], ...]


class Preview(NamedTuple):
    """试算: the plan as it would be now, what it would leave out, and how one that is drawn differs from it."""

    plan: Plan
    budget: Decimal
    rows: tuple[paper.PlanRow, ...]
    left_out: tuple[LeftOut, ...]
    moved: tuple[str, ...]


async def previewed(pool: Pool, file: File) -> Preview:
    """Work a round's plan out as it stands, from one snapshot, locking nothing; a round that is signed has its plan."""
    if file.stage not in ("filing", "review", "planned"):
        raise BadInput(("quarter", f"the plan of {file.number} is signed: see plan show"))
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        situation = await _situation(connection, file)
        names = {row["number"]: row for row in await connection.fetch(PLAN.names_of_round, _stream(file))}
    groups = reviewed(situation)
    plan = work_out(situation, groups["approved"])
    drawn = differences(situation.register.plan_lines, plan) if file.stage == "planned" else ()
    rows = tuple(_rows(situation, plan, groups["approved"], names))
    return Preview(plan, situation.register.budget_left, rows, tuple(_left_out(situation)), tuple(drawn))


async def left_out_of(pool: Pool, file: File) -> tuple[LeftOut, ...]:
    """What the plan of a round leaves out: of a signed one what its cases were told, and what its round still holds."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        situation = await _situation(connection, file)
        told = await connection.fetch(PLAN.refused, _stream(file))
    refused = (
        LeftOut(row["number"], "refused", (("office_refuses", "13", "; ".join(row["reasons"])),)) for row in told
    )
    return (*_left_out(situation), *refused)


def _stream(file: File) -> str:
    return f"round:{file.scheme}:{file.number}"


async def _situation(connection: Connection, file: File) -> Situation:
    """A round as the rules weigh it, by nobody, now."""
    fiscal_year = file.facts["round"]["fiscal_year"]
    applications = await in_review(connection, _stream(file), fiscal_year)
    lines = await connection.fetch(SUBSIDY.plan_lines, file.facts.get("plan", {}).get("number", ""))
    balances = await connection.fetchrow(LEDGER.balances, file.scheme, fiscal_year)
    left = balances["appropriated"] - balances["committed"] if balances else Decimal(0)
    register = Register(applications=applications, plan_lines=tuple(map(dict, lines)), budget_left=left)
    return Situation(
        file=file,
        officer="",
        officer_name="",
        office="",
        office_kind="regulator",
        received_at=now(),
        edition=edition_of(file.scheme, file.edition, await editions.known(connection, file.scheme)),
        calendar=await calendar.current(connection),
        register=register,
    )


def _rows(
    situation: Situation, plan: Plan, approved: list[Mapping[str, Any]], names: Mapping[str, Any]
) -> Iterator[paper.PlanRow]:
    of = {row["number"]: row for row in approved}
    placed = [
        Placed(line, of[line.number]["concluded_at"], of[line.number]["return_received_at"]) for line in plan.lines
    ]
    committed = {row["enterprise"]: row["committed"] for row in approved}
    settled = plan.tie if plan.settled else ()
    for stands in explain(placed, situation.register.budget_left, committed, situation.edition, settled):
        row, name = of[stands.line.number], names[stands.line.number]
        insurer = {"zh": name["insurer_name"], "en": name["insurer_name_en"]}
        whose = (name["enterprise_name"], row["insurer"], insurer, name["policy_number"] or "")
        yield paper.PlanRow(stands, *whose, row["concluded_at"], row["return_received_at"])


def _left_out(situation: Situation) -> Iterator[LeftOut]:
    blocks, left_out = situation.edition.refusal_blocks.value, []
    for row in situation.register.applications:
        verdict, why = judged(row, situation.today, refusal_blocks=blocks)
        if verdict != "approved":
            left_out.append(LeftOut(row["number"], verdict, why))
    # What is held first: it is what somebody can still do something about.
    yield from sorted(left_out, key=lambda one: one.why)


def reasons(left_out: LeftOut, language: str) -> list[str]:
    """Say why an application is left out."""
    words = words_of("plan", language)["left_out"]
    return [words[code].format(of=whom) for code, _, whom in left_out.reasons]


def left_out_json(one: LeftOut) -> dict[str, Any]:
    """An application that is left out, for other programs, with every reason."""
    said = zip(one.reasons, reasons(one, "en"), strict=True)
    why = [{"rule": rule, "article": article, "reason": reason} for (rule, article, _), reason in said]
    return {"application": one.number, "reasons": why}
