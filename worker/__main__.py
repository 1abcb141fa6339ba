"""`python -m worker`: run the procedures and the relay until told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys

import asyncpg
import structlog

from db.pool import open_pool
from runtime.errors import FirstcoverError, Unreachable
from runtime.logging import set_up_logging
from runtime.settings import Settings
from runtime.temporal_client import connect
from worker.build import build_worker
from worker.relay import Relay
from workflows.schedules import ensure_rounds


async def work() -> None:
    """Work until SIGINT or SIGTERM; acts under way are finished first."""
    settings = Settings()
    set_up_logging(settings.log_format)
    client = await connect()
    try:
        pool = await open_pool(settings.require_database_url(), most=25)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unreachable("PostgreSQL", "FIRSTCOVER_DATABASE_URL", str(error)) from error
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with pool, build_worker(client, pool, settings.task_queue):
        relay = asyncio.create_task(Relay(pool, client, settings.task_queue).run())
        await ensure_rounds(client, settings.task_queue)
        structlog.get_logger().info("worker ready", task_queue=settings.task_queue)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({relay, stopping}, return_when=asyncio.FIRST_COMPLETED)
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        if not stop.is_set():
            raise RuntimeError("the relay ended by itself") from relay.exception()


def main() -> None:
    """Run the worker; an absent server is told in one line."""
    try:
        asyncio.run(work())
    except FirstcoverError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
