"""`firstcover worker` and `firstcover migrate`: the processes of an installation of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from db.migrate import prepare
from db.sql import queries
from rules.faults import Unfit, read
from rules.founding import Founding
from runtime.errors import BadInput, Unreachable
from runtime.messages import say
from service.reading import read_data
from service.session import run, session
from starters.telling import console

worker = typer.Typer(help="Run a worker and its relay.")
desk = typer.Typer(help="Serve the desk (工作台), each office's own place in a browser.")
migrate = typer.Typer(help="Bring a PostgreSQL server to this version.")
revive = typer.Typer(help="Start the workflows that Temporal has lost.")
PROCEEDING = queries("proceeding")
FOUNDING = Path(__file__).parent / "samples" / "founding.yaml"


@worker.command()
def run_worker() -> None:
    """Run a worker on the servers that TEMPORAL_* and FIRSTCOVER_DATABASE_URL name, or on the embedded ones."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 - our own interpreter


@desk.command()
def run_desk() -> None:
    """Serve the desk on the servers that TEMPORAL_* and FIRSTCOVER_DATABASE_URL name, or on the embedded ones."""
    os.execv(sys.executable, [sys.executable, "-m", "desk"])  # noqa: S606 - our own interpreter


@migrate.command()
def run_migrations(
    founding: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Begin with the three owners that a file names, and no demonstration."),
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Print such a file, filled, and do nothing else.")] = False,
) -> None:
    """Create roles and database where they are missing, and apply the migrations.

    FIRSTCOVER_ADMIN_DATABASE_URL names a role that may create roles; FIRSTCOVER_APP_PASSWORD becomes the program's.
    """
    if sample:
        sys.stdout.write(FOUNDING.read_text(encoding="utf-8"))
        return
    admin, password = os.environ.get("FIRSTCOVER_ADMIN_DATABASE_URL"), os.environ.get("FIRSTCOVER_APP_PASSWORD")
    if not admin or not password:
        name = "FIRSTCOVER_APP_PASSWORD" if admin else "FIRSTCOVER_ADMIN_DATABASE_URL"
        raise BadInput((name, "is required"))
    try:
        begins_with = read(Founding, read_data(founding)) if founding else None
        asyncio.run(prepare(admin, password, founding=begins_with))
    except Unfit as unfit:
        raise BadInput(*unfit.faults) from unfit
    except (OSError, asyncpg.PostgresConnectionError) as error:
        raise Unreachable("PostgreSQL", "FIRSTCOVER_ADMIN_DATABASE_URL", str(error)) from error


@revive.command()
def revive_workflows() -> None:
    """Start a workflow for every open proceeding of the record that Temporal does not know.

    For a Temporal whose data was lost: each goes on from where the record stands. Those that run are left as they are.
    """

    async def work() -> int:
        async with session() as servers:
            return await servers.revive()

    console().print(say("revived", count=run(work())))
