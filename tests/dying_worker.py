"""A worker that is killed with kill -9 between the commit of an act and its report: run by `test_crash.py`.

`python -m tests.dying_worker ACT`, its servers named as every worker's are.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from temporalio import activity
from temporalio.worker import Worker

from activities.contracts import RECORD, Attempt, Recorded
from activities.record import Record
from db.pool import open_pool
from runtime.settings import Settings
from runtime.temporal_client import connect
from worker.build import WORKFLOWS


class DyingRecord(Record):
    """Commits the act it is to die at, and dies."""

    @activity.defn(name=RECORD)
    async def record(self, attempt: Attempt) -> Recorded:
        recorded = await self.write(attempt)
        if attempt.command.act == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return recorded


async def main() -> None:
    settings = Settings()
    pool = await open_pool(settings.require_database_url())
    record = DyingRecord(pool)
    async with Worker(await connect(), task_queue=settings.task_queue, workflows=WORKFLOWS, activities=[record.record]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
