"""`firstcover case`: submit, show, act, list, schema."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import yaml

from rules.procedure import Procedure
from rules.procedures import PROCEDURES, Stream
from rules.schemes.dalian_forms import Submission
from runtime.errors import BadInput
from runtime.messages import named, say
from service.reading import read_data
from service.sample_forms import SampleForms
from service.session import fit, now, run, session
from starters.proceeding import do_act, tell_list, tell_shown
from starters.telling import As, CommandId, Data, Json, Looking, Persons, console, tell_answer, tell_json, tell_table

app = typer.Typer(no_args_is_help=True, help="Cases (办件), from submission to payment.")
Number = Annotated[str, typer.Argument(metavar="CASE", help="The case's number, as DL-2026-000001.")]


def case_stream(number: str) -> Stream:
    return Stream("case", "dalian", number)


@app.command()
def submit(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The submission, YAML or JSON; - for standard input.")],
    officer: Annotated[
        str | None, typer.Option("--as", metavar="OFFICER", help="The enterprise's officer, if registered.")
    ] = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Submit a product to its district (article 9); the enterprise is registered by its first submission."""
    data = read_data(file)
    submission = fit(Submission, data)

    async def work() -> None:
        async with session() as servers:
            acting = officer or submission.enterprise.uscc
            answer = await servers.open("case:dalian:new", "submit", acting, data, command_id)
            number = answer.stream.split(":")[2]
            if as_json:
                tell_json(
                    {"case": number, "stage": answer.standing.stage, "officer": acting, "hash": answer.event.hash}
                )
            else:
                tell_answer(answer, as_json=False)
                console().print(say("enterprise_acts_as", officer=acting))

    run(work())


@app.command()
def act(
    case: Number,
    act: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; see: firstcover case schema.")],
    officer: As,
    data: Data = None,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """Do an act in a case, for an officer."""
    do_act(case_stream(case), act, officer, read_data(data) if data else {}, command_id, as_json=as_json)


@app.command()
def show(
    case: Number,
    officer: Looking = None,
    persons: Persons = None,
    as_json: Json = False,
) -> None:
    """Show a case: facts, money, deadlines with how each was counted, history, and what can come next."""
    tell_shown(case_stream(case), officer, persons, as_json=as_json)


@app.command("list")
def list_cases(
    stage: Annotated[str | None, typer.Option(help="Only cases at this stage.")] = None,
    district: Annotated[str | None, typer.Option(help="Only cases of this district.")] = None,
    awaits: Annotated[str | None, typer.Option(help="Only cases that wait for this kind of office.")] = None,
    enterprise: Annotated[str | None, typer.Option(help="Only cases of this enterprise (its code).")] = None,
    as_json: Json = False,
) -> None:
    """List cases by number; as JSON, one a line."""
    narrowed = {"stage": stage, "district": district, "awaits": awaits, "enterprise": enterprise}
    tell_list("case", narrowed, as_json=as_json)


@app.command()
def sample(
    act: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; submit gives a submission.")],
    serial: Annotated[
        int, typer.Option(min=1, max=9_999_999, help="Tells one enterprise's papers from another's.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Print an act's form, filled, its dates made from today's. Needs no server."""
    acts = [act for procedure in PROCEDURES.values() for act in procedure.acts.values()]
    known = {one.name for one in acts if one.by != ("system",)}
    if act not in known:
        raise BadInput(("act", f"must be one of {', '.join(sorted(known))} (not {act!r})"))
    form = SampleForms.at(now(), serial).of(act)
    if as_json:
        tell_json(form)
    else:
        print(yaml.safe_dump(form, allow_unicode=True, sort_keys=False), end="")


@app.command()
def schema(as_json: Json = False) -> None:
    """Say the names of stages and acts, each act's form, and the schema of a submission. Needs no server."""
    kinds = {kind: procedure for (kind, _), procedure in PROCEDURES.items()}
    told = {"scheme": "dalian", **_schema_of(kinds["case"]), "submission": Submission.model_json_schema()}
    told |= {kind: _schema_of(procedure) for kind, procedure in kinds.items() if kind != "case"}
    if as_json:
        tell_json(told)
        return
    for kind, procedure in kinds.items():
        tell_table(
            say("stages_of", kind=named(kind, "kind")),
            ("stage", "stage_zh"),
            [(s.name, s.zh) for s in procedure.stages.values()],
        )
        tell_table(
            say("acts_of", kind=named(kind, "kind")),
            ("act", "act_zh", "office", "article", "at", "leads_to"),
            [
                (a.name, a.zh, ", ".join(a.by), a.article, ", ".join(a.stages), a.leads_to)
                for a in procedure.acts.values()
            ],
        )


def _schema_of(procedure: Procedure) -> dict[str, Any]:
    return {
        "stages": [{"stage": s.name, "zh": s.zh, "closed": s.closed} for s in procedure.stages.values()],
        "acts": [
            {
                "act": a.name,
                "zh": a.zh,
                "offices": list(a.by),
                "article": a.article,
                "stages": list(a.stages),
                "leads_to": a.leads_to,
                "form": a.form.model_json_schema(),
            }
            for a in procedure.acts.values()
        ],
    }
