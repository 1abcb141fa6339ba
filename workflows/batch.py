"""The further batch (后续批次): another first batch under a recognition, from its delivery to its subsidy."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.BATCH)
class Batch(Proceeding):
    """Waits as the second half of a case does, from a delivery to a payment, until the batch is closed.

    Which act may come when, under which article, stands in `rules/schemes/dalian_batch.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
