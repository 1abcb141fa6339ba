"""`firstcover plan`: the subsidy plan of a quarter, why each line stands where it is, and the plan as it is signed."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Any

import typer

from rules.procedure import File
from rules.values import in_yuan
from runtime.documents import plan as paper
from runtime.errors import BadInput
from runtime.messages import language, say
from service.plans import plan_of, round_stream
from service.session import reading, run
from service.showing import events_of, file_of, minute_of
from starters.papers import Out, languages, write
from starters.proceeding import do_act
from starters.telling import As, CommandId, Json, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="Subsidy plans (补贴计划).")
Quarter = Annotated[str, typer.Argument(metavar="QUARTER", help="The round's quarter, as 2026Q4.")]
COLUMNS = ("rank", "application", "insurer", "concluded_at", "asked", "cut_by_cap", "approved", "waitlisted")
WHY = ("rank", "application", "cap_left", "budget_left", "why")


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
