"""`firstcover plan`: the subsidy plan of a quarter, why each line stands where it is, and the plan as it is signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer

from rules.procedure import File
from rules.schemes.dalian_review import JOINT
from rules.values import ZERO, in_yuan
from runtime.documents import plan as paper
from runtime.errors import BadInput
from runtime.messages import language, say
from service.plan_preview import LeftOut, Preview, left_out_json, left_out_of, previewed
from service.plan_preview import reasons as left_out_reasons
from service.plans import line_json, plan_of, round_stream
from service.session import reading, run
from service.showing import events_of, file_of
from starters.papers import Out, languages, write
from starters.proceeding import do_act
from starters.telling import As, CommandId, Json, tell_json, tell_rows, tell_table

app = typer.Typer(no_args_is_help=True, help="Subsidy plans (补贴计划).")
Quarter = Annotated[str, typer.Argument(metavar="QUARTER", help="The round's quarter, as 2026Q4.")]
tie = typer.Typer(no_args_is_help=True, help="Ties that decide money (同时投保), which the three offices settle.")
app.add_typer(tie, name="tie")
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


@tie.command("propose")
def propose_tie(
    quarter: Quarter,
    applications: Annotated[list[str], typer.Argument(help="Exactly the tied applications, in the order proposed.")],
    officer: As,
    reason: Annotated[str, typer.Option(help="Why in this order.")],
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Propose, for the regulator, in which order a tie that decides money is ranked."""
    form = {"applications": applications, "reason": reason}
    do_act(round_stream(quarter), "propose_tie_order", officer, form, command_id, as_json=as_json)


@tie.command("agree")
def agree_tie(
    quarter: Quarter,
    proposal: Annotated[int, typer.Argument(help="The proposal agreed to, by its number in plan show.")],
    officer: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Agree, for the industry bureau or finance, to the order proposed; the third office settles it."""
    do_act(round_stream(quarter), "agree_tie_order", officer, {"proposal": proposal}, command_id, as_json=as_json)


@app.command()
def preview(quarter: Quarter, as_json: Json = False) -> None:
    """Show what a plan would give now, why, and what it would leave out; nothing is stored.

    As JSON Lines: what the plan comes to, then its lines, what is held or refused, and how a drawn plan differs.
    """

    async def work() -> tuple[Preview, File]:
        async with reading() as pool:
            file = await file_of(pool, round_stream(quarter))
            return await previewed(pool, file), file

    found, file = run(work())
    if as_json:
        for one in _previewed(found, file):
            tell_json(one)
        return
    title = say("preview")
    tell_rows(say("plan", number=f"{quarter} ({title})"), COLUMNS, [line_json(row) for row in found.rows])
    tell_table(say("why"), WHY, [_why(row) for row in found.rows])
    _tell_left_out(found.left_out)
    _tell_tie(found.plan.tie, file, settled=found.plan.settled)
    if found.moved:
        tell_table(say("plan_moved"), ("why",), [(one,) for one in found.moved])


def _previewed(found: Preview, file: File) -> Iterator[dict[str, Any]]:
    totals = {part: sum((getattr(line, part) for line in found.plan.lines), ZERO) for part in paper.PARTS}
    yield {
        "is": "plan",
        "quarter": file.number,
        "fiscal_year": file.facts["round"]["fiscal_year"],
        "budget_before": in_yuan(found.budget),
        "budget_after": in_yuan(found.plan.left),
        **{part: in_yuan(total) for part, total in totals.items()},
        "lines": len(found.rows),
        "left_out": len(found.left_out),
        "ties": found.plan.ties,
        "tie_settled": found.plan.settled,
        "tie_order": file.facts.get("tie_order") or None,
    }
    for row in found.rows:
        yield {"is": "line", **line_json(row)}
    for one in found.left_out:
        yield {"is": one.why, **left_out_json(one)}
    for difference in found.moved:
        yield {"is": "moved", "difference": difference}


def _tell_left_out(left_out: Sequence[LeftOut]) -> None:
    said = {"held": say("plan_held"), "refused": say("plan_refused")}
    rows = [(one.number, said[one.why], "\n".join(left_out_reasons(one, language()))) for one in left_out]
    tell_table(say("left_out"), ("application", "state", "why"), rows)


@app.command()
def show(quarter: Quarter, as_json: Json = False) -> None:
    """Show the plan line by line, why each stands where it is, and who has signed."""
    plan, file, left_out = _read(quarter, left_out=True)
    ties, settled = _ties(plan), bool(file.facts["plan"].get("tie", {}).get("settled"))
    if as_json:
        out = [{"is": one.why, **left_out_json(one)} for one in left_out]
        told = {"signatures": file.facts["signatures"], "ties": ties, "lines": [line_json(row) for row in plan.rows]}
        offices = {"tie_settled": settled, "tie_order": file.facts.get("tie_order") or None}
        notice = {"plan_notice": file.facts.get("plan_notice") or None}
        tell_json({**file.facts["plan"], **told, **offices, **notice, "left_out": out})
        return
    tell_rows(say("plan", number=plan.number), COLUMNS, [line_json(row) for row in plan.rows])
    tell_table(say("why"), WHY, [_why(row) for row in plan.rows])
    _tell_left_out(left_out)
    _tell_tie(ties[0] if ties else [], file, settled=settled)
    signed = file.facts["signatures"]
    tell_table(say("signatures"), ("office", "officer"), [(kind, signed.get(kind, "—")) for kind in JOINT])


@app.command()
def pdf(quarter: Quarter, out: Out) -> None:
    """Write the plan as PDF, a draft until three have signed: in Chinese, then in the language spoken here."""
    write(out, paper.pdf(_read(quarter)[0], *languages()))


@app.command()
def excel(quarter: Quarter, out: Out) -> None:
    """Write the plan as an Excel workbook: a sheet in Chinese, then one in the language spoken here."""
    write(out, paper.excel(_read(quarter)[0], *languages()))


def _read(quarter: str, *, left_out: bool = False) -> tuple[paper.SubsidyPlan, File, tuple[LeftOut, ...]]:
    async def work() -> tuple[paper.SubsidyPlan, File, tuple[LeftOut, ...]]:
        async with reading() as pool:
            file = await file_of(pool, round_stream(quarter))
            if "plan" not in file.facts:
                raise BadInput(("plan", f"no plan has been prepared in {quarter}"))
            out = await left_out_of(pool, file) if left_out else ()
            return await plan_of(pool, file, await events_of(pool, round_stream(quarter))), file, out

    return run(work())


def _tell_tie(tied: Sequence[str], file: File, *, settled: bool) -> None:
    """Show the tie that decides money, and how far the three offices have settled it (I-12)."""
    if not tied:
        return
    order = file.facts.get("tie_order", {})
    state = say("tie_settled" if settled else "tie_open")
    if order and not settled:
        agreed = ", ".join(f"{kind} ({officer})" for kind, officer in order["agreed"].items())
        ranked = ", ".join(order["applications"])
        state = say("tie_proposed", proposal=order["proposal"], order=ranked, reason=order["reason"], agreed=agreed)
    tell_table(say("ties"), ("application", "state"), [("\n".join(tied), state)])


def _ties(plan: paper.SubsidyPlan) -> list[list[str]]:
    """Applications of one insurance time between which the budget runs out: the offices settle them (I-12)."""
    told = {("tied", "13"), ("ranked_by_settlement", "13")}
    tied = [row for row in plan.rows if not told.isdisjoint(row.standing.reasons)]
    return [[row.standing.line.number for row in tie] for _, tie in groupby(tied, key=lambda row: row.concluded_at)]


def _why(row: paper.PlanRow) -> tuple[object, ...]:
    stands, line = row.standing, row.standing.line
    cap = f"{in_yuan(stands.cap_before)} → {in_yuan(stands.cap_after)}"
    budget = f"{in_yuan(stands.budget_before)} → {in_yuan(stands.budget_after)}"
    return line.rank, line.number, cap, budget, "\n".join(paper.reasons(stands, language()))
