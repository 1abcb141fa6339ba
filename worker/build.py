"""What a worker is made of, from a database and a Temporal client: the one place that puts it together."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.worker import Worker

from activities.record import Record
from db.pool import Pool
from rules.edition import SCHEMES, editions_of
from workflows.batch import Batch
from workflows.case import Case
from workflows.complaint import Complaint
from workflows.ids import TASK_QUEUE
from workflows.loss_claim import LossClaim
from workflows.opener import Opener
from workflows.pilot_insurer import PilotInsurer
from workflows.policy import Policy
from workflows.recovery import Recovery
from workflows.round import Round

#: One for each kind of proceeding that is driven, and what opens the quarters.
WORKFLOWS = [Batch, Case, Complaint, LossClaim, Opener, PilotInsurer, Policy, Recovery, Round]


def build_worker(client: Client, pool: Pool, task_queue: str = TASK_QUEUE) -> Worker:
    """Return a worker that runs every procedure and its activities."""
    # The law is loaded now: a program that is reinstalled while it runs must not mix its versions.
    for scheme in SCHEMES:
        editions_of(scheme)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[Record(pool).record],
        # Local activities write one transaction each; the pool is what bounds them.
        max_concurrent_local_activities=20,
    )
