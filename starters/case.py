"""`firstcover case`: submit, show, act, list, schema."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import yaml

from db.sql import queries
from rules.faults import Unfit
from rules.procedure import Form, Procedure, read_form
from rules.procedures import PROCEDURES, Stream
from rules.schemes.dalian_forms import Submission
from runtime.errors import BadInput
from runtime.messages import say
from starters.reading import bad_input, read_data, read_word
from starters.sample_forms import SampleForms
from starters.session import now, reading, run, session
from starters.showing import numbered, shown
from starters.telling import (
    As,
    CommandId,
    Data,
    Json,
    console,
    tell_answer,
    tell_json,
    tell_rows,
    tell_table,
    who,
    yuan,
)

app = typer.Typer(no_args_is_help=True, help="Cases (办件), from submission to payment.")
PROCEEDING = queries("proceeding")
PAGE = 500
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


def fit(form: type[Form], data: dict[str, Any]) -> Any:
    """Read a form at the entrance, telling every wrong field at once; the record reads it again."""
    try:
        return read_form(form, data, now())
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit


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


def do_act(
    stream: Stream, act: str, officer: str, data: dict[str, Any], command_id: str | None, *, as_json: bool
) -> None:
    """Send an act to its proceeding and tell what it came to."""
    numbered(stream)
    try:
        form = stream.procedure.act(act).form
    except Unfit as unfit:
        raise bad_input(unfit.faults) from unfit
    fit(form, data)

    async def work() -> None:
        async with session() as servers:
            tell_answer(await servers.act(str(stream), act, officer, data, command_id), as_json=as_json)

    run(work())


@app.command()
def show(
    case: Number,
    officer: Annotated[
        str | None, typer.Option("--as", metavar="OFFICER", help="Say which acts this officer may do.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a case: facts, money, deadlines with how each was counted, history, and what can come next."""
    tell_shown(case_stream(case), officer, as_json=as_json)


def tell_shown(stream: Stream, officer: str | None, *, as_json: bool) -> None:
    """Print a proceeding whole."""

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            return await shown(pool, stream, officer)

    told = run(work())
    if as_json:
        tell_json(told)
        return
    stage = stream.procedure.stages[told["stage"]]
    standing = {"number": stream.number, "edition": told["edition"], "stage": stage.name, "zh": stage.zh}
    console().print(say("standing", **standing), style="bold")
    if "money" in told:
        tell_table(say("money"), tuple(told["money"]), [tuple(map(yuan, told["money"].values()))])
    rows = [
        {**deadline, "due_on": _due(deadline), "because": "; ".join(deadline["because"])}
        for deadline in told["deadlines"]
    ]
    tell_rows(say("deadlines"), ("name", "article", "office", "due_on", "met_on", "because"), rows)
    tell_history(told["events"])
    can = [f"{act['act']} ({act['office']})" for act in told["acts"] if act["allowed"]]
    console().print(say("possible", acts=", ".join(can) or say("nothing_more")))


def _due(deadline: dict[str, Any]) -> str:
    day: str = deadline["due_on"]
    return say("provisional", day=day) if deadline["provisional"] else day


def tell_history(events: list[dict[str, Any]]) -> None:
    """Print a history: what, who, under which article, and what was found."""
    tell_table(
        say("history"),
        ("#", "act", "officer", "office", "at", "article", "found"),
        [
            (e["seq"], e["act"], who(e), e["office"], e["at"].replace("T", " "), e["article"], _found(e))
            for e in events
        ],
    )  # fmt: skip


def _found(event: dict[str, Any]) -> str:
    failed = [
        "✗ " + say("ground", rule=found["rule"], article=found["article"], reason=found["reason"])
        for found in event["findings"]
        if not found["passed"]
    ]
    passed = sum(found["passed"] for found in event["findings"])
    return "\n".join(failed) or (say("findings_passed", passed=passed) if passed else "")


@app.command("list")
def list_cases(
    stage: Annotated[str | None, typer.Option(help="Only cases at this stage.")] = None,
    district: Annotated[str | None, typer.Option(help="Only cases of this district.")] = None,
    awaits: Annotated[str | None, typer.Option(help="Only cases that wait for this kind of office.")] = None,
    enterprise: Annotated[str | None, typer.Option(help="Only cases of this enterprise (its code).")] = None,
    as_json: Json = False,
) -> None:
    """List cases by number; as JSON, one a line."""
    for name, word in (("stage", stage), ("district", district), ("awaits", awaits), ("enterprise", enterprise)):
        if word is not None:
            read_word(name, word)

    async def work() -> None:
        after, rows = "", []
        async with reading() as pool:
            while page := await pool.fetch(PROCEEDING.list, "case", stage, district, awaits, enterprise, after, PAGE):
                after = page[-1]["number"]
                told = [{"case": row["number"], **{k: row[k] for k in row.keys() if k != "number"}} for row in page]  # noqa: SIM118
                for one in told if as_json else ():
                    tell_json(one)
                rows += told
        if not as_json:
            columns = ("case", "stage", "district", "enterprise", "awaits")
            tell_table(
                say("cases"), columns, [(*(one[c] for c in columns[:4]), ", ".join(one["awaits"])) for one in rows]
            )

    run(work())


@app.command()
def sample(
    act: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; submit gives a submission.")],
    serial: Annotated[
        int, typer.Option(min=1, max=9_999_999, help="Tells one enterprise's papers from another's.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Print an act's form, filled, its dates made from today's. Needs no server."""
    known = {name for procedure in PROCEDURES.values() for name in procedure.acts}
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
    told["round"] = _schema_of(kinds["round"])
    if as_json:
        tell_json(told)
        return
    for kind in ("case", "round"):
        procedure = kinds[kind]
        tell_table(
            say("stages_of", kind=kind), ("stage", "stage_zh"), [(s.name, s.zh) for s in procedure.stages.values()]
        )
        tell_table(
            say("acts_of", kind=kind),
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
