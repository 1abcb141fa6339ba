"""`firstcover edition`: the scheme's editions, prepared by the bureau and signed by three (articles 15(4), 15(5))."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from activities.editions import known
from rules.edition import edition_of
from rules.procedures import Stream
from runtime.messages import say
from service.reading import read_choice, read_data
from service.session import fit, reading, run, session
from starters.telling import As, CommandId, Json, tell_answer, tell_list

app = typer.Typer(no_args_is_help=True, help="Editions (版本) of the scheme's figures.")
Form = Annotated[str, typer.Argument(metavar="FILE", help="The form, YAML or JSON; - for standard input.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The edition's name.")]
REGISTER = Stream("editions", "dalian", "register")


@app.callback()
def edition() -> None:
    """Editions (版本) of the scheme's figures."""


@app.command("list")
def list_editions(as_json: Json = False) -> None:
    """List the editions, and from when to when each is in force."""

    async def work() -> list[dict[str, Any]]:
        async with reading() as pool:
            editions = await known(pool, REGISTER.scheme)
        return [{"name": one.name, "issued_on": one.issued_on, "last_day": one.last_day_in_force,
                 "document": one.document, "demonstration": one.demonstration} for one in editions]  # fmt: skip

    columns = ("name", "issued_on", "last_day", "document", "demonstration")
    tell_list(say("editions"), columns, run(work()), as_json=as_json)


@app.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show an edition's figures, each with its article and the reason where the text leaves it open."""

    async def work() -> list[dict[str, Any]]:
        async with reading() as pool:
            editions = await known(pool, REGISTER.scheme)
        read_choice("name", name, [one.name for one in editions])
        figures = edition_of(REGISTER.scheme, name, editions).figures
        return [{"figure": figure, "value": cited.settled, "article": cited.article, "because": cited.because}
                for figure, cited in figures.items()]  # fmt: skip

    tell_list(say("editions"), ("figure", "value", "article", "because"), run(work()), as_json=as_json)


@app.command()
def prepare(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Prepare an edition: name, base, issued_on, document, figures, interpretations, reason (article 15(4))."""
    _order("prepare_edition", officer, read_data(data), command_id, as_json=as_json)


@app.command()
def sign(name: Name, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Sign an edition, or its ending, for your office; the third signature puts it in force (article 15(4))."""
    _order("sign_edition", officer, {"name": name}, command_id, as_json=as_json)


@app.command()
def end(data: Form, officer: As, command_id: CommandId = None, as_json: Json = False) -> None:
    """Propose an edition's earlier last day, for three to sign: name, last_day, reason (article 15(5))."""
    _order("propose_end", officer, read_data(data), command_id, as_json=as_json)


def _order(act: str, officer: str, form: dict[str, Any], command_id: str | None, *, as_json: bool) -> None:
    fit(REGISTER.procedure.act(act).form, form)

    async def work() -> None:
        async with session() as servers:
            tell_answer(await servers.open(str(REGISTER), act, officer, form, command_id), as_json=as_json)

    run(work())
