"""Offering a recorded or a new command to its workflow, from any entrance and from the relay."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.contracts import ROUND_PATIENCE, Answer, Command, Opening
from rules.procedures import stream_of
from workflows import ids

#: So long a caller waits for a worker to answer; and longer than a worker's own patience with an act of a whole round.
ANSWER_WITHIN, ANSWER_OF_ROUND_WITHIN = timedelta(seconds=15), ROUND_PATIENCE + timedelta(seconds=15)


async def start(client: Client, opening: Opening, task_queue: str = ids.TASK_QUEUE) -> None:
    """Start the workflow of a proceeding the record holds; one that runs or has done its work is left as it is."""
    kind, scheme, number = opening.stream.split(":")
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            kind,
            opening,
            id=opening.stream,
            task_queue=task_queue,
            # One that was terminated by hand left its proceeding open in the record: that one is started again.
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"{scheme} {kind} {number}",
        )


async def offer(client: Client, command: Command) -> Answer:
    """Send an act to its workflow and return what it came to.

    Each offer has an update id of its own, because an update that failed keeps its failure under its id for ever;
    that the act is done once is the record's care, by the command's id.

    Raises `WorkflowUpdateFailedError` for a refusal (its cause says which), `RPCError` where the workflow is closed
    or unknown, and `WorkflowUpdateRPCTimeoutOrCancelledError` where no worker answered.
    """
    handle = client.get_workflow_handle(command.stream)
    attempt = f"{command.id}/{uuid4().hex[:12]}"
    whole = stream_of(command.stream).procedure.act(command.act).of_whole_round
    try:
        answer: Answer = await handle.execute_update(
            ids.ACT,
            command,
            id=attempt,
            result_type=Answer,
            rpc_timeout=ANSWER_OF_ROUND_WITHIN if whole else ANSWER_WITHIN,
        )
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        # The SDK tells our own cancellation (Ctrl-C) as if nobody had answered.
        if (task := asyncio.current_task()) and task.cancelling():
            raise asyncio.CancelledError from None
        raise
    return answer
