"""`firstcover audit`: prove that no history was altered (article 15(3))."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.errors import Refused
from runtime.messages import say, told
from service.anchor import anchored, read_anchor
from service.auditing import verified
from service.session import now, reading, run
from starters.telling import Json, console, tell_json

app = typer.Typer(no_args_is_help=True, help="Proofs about the record.")


@app.callback()
def audit() -> None:
    """Proofs about the record."""


@app.command()
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", metavar="FILE", help="What audit anchor printed: all before it must still be so."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Follow every chain from its first event, and compare proceedings, money and dates with what the events tell."""
    kept = read_anchor(anchor) if anchor else None

    async def work() -> dict[str, Any]:
        async with reading() as pool:
            return await verified(pool, kept)

    found = run(work())
    if as_json:
        tell_json(found)
    if not found["ok"]:
        raise Refused("unaltered_history", "15(3)", f"{found['stream']}/{found['seq']}: {told(found['why'])}")
    if not as_json:
        console().print(say("verified", events=found["events"]))
        if kept:
            console().print(say("anchored", chains=len(kept.heads), at=kept.at))


@app.command()
def anchor() -> None:
    """Print how every chain ends, as JSON lines, to be kept outside: verify --anchor then finds a chain made anew."""

    async def work() -> None:
        async with reading() as pool:
            for line in await anchored(pool, now()):
                print(line)

    run(work())
