"""`firstcover worker` and `firstcover migrate`: the processes of an installation of its own."""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg
import typer

from db.migrate import prepare
from runtime.errors import BadInput, Unreachable

worker = typer.Typer(help="Run a worker and its relay.")
migrate = typer.Typer(help="Bring a PostgreSQL server to this version.")


@worker.command()
def run_worker() -> None:
    """Run a worker on the servers that TEMPORAL_* and FIRSTCOVER_DATABASE_URL name, or on the embedded ones."""
    os.execv(sys.executable, [sys.executable, "-m", "worker"])  # noqa: S606 - our own interpreter


@migrate.command()
def run_migrations() -> None:
    """Create roles and database where they are missing, and apply the migrations.

    FIRSTCOVER_ADMIN_DATABASE_URL names a role that may create roles; FIRSTCOVER_APP_PASSWORD becomes the program's.
    """
    admin, password = os.environ.get("FIRSTCOVER_ADMIN_DATABASE_URL"), os.environ.get("FIRSTCOVER_APP_PASSWORD")
    if not admin or not password:
        name = "FIRSTCOVER_APP_PASSWORD" if admin else "FIRSTCOVER_ADMIN_DATABASE_URL"
        raise BadInput((name, "is required"))
    try:
        asyncio.run(prepare(admin, password))
    except (OSError, asyncpg.PostgresConnectionError) as error:
        raise Unreachable("PostgreSQL", "FIRSTCOVER_ADMIN_DATABASE_URL", str(error)) from error
