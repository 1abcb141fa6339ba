"""`firstcover up`: the whole system on one machine, until Ctrl-C."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from runtime.messages import told
from starters.stack import EmbeddedStack, ends_by_interrupt, findable, keep_whole

app = typer.Typer(help="Run PostgreSQL, Temporal, a worker and the desk on this machine.")


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Play the demonstration's story first.")] = True,
    data: Annotated[
        Path | None, typer.Option(help="Where everything is kept; else .firstcover in this folder.")
    ] = None,
) -> None:
    """Run PostgreSQL, Temporal, a worker and the desk until Ctrl-C; everything is kept for the next time."""
    # The demonstration is heavy to load, and needless without it.
    played = import_module("starters.demo") if demo else None
    made = played.demonstrating(data, _progress) if played else EmbeddedStack(data, progress=_progress)
    with ends_by_interrupt(made), made as stack, findable(stack) as found:
        show(stack)
        if not found:
            typer.echo(f"Other commands find it by  FIRSTCOVER_DATA={quote(str(stack.data))}")
        if played:
            played.play(stack)
        keep_whole(stack)


def show(stack: EmbeddedStack) -> None:
    """Print where everything is."""
    info = stack.info
    typer.echo(f"Desk           {info.desk_url}")
    typer.echo(f"Temporal       {info.temporal_address}  (namespace {info.temporal_namespace})")
    typer.echo(f"Temporal's UI  {info.ui_url}")
    typer.echo(f"PostgreSQL     {info.database_url.rpartition('@')[2]}")
    for name, log in info.logs.items():
        typer.echo(f"{name:<15}process {info.processes[name].pid}, log {log}")
    typer.echo("Ctrl-C stops everything; the data is kept.")


def _progress(what: str) -> None:
    typer.echo(told(what))
