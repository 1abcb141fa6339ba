"""The loss claim (理赔): from a loss's report to its payment, or to a refusal that stands (article 12)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.LOSS_CLAIM)
class LossClaim(Proceeding):
    """Waits for the insurer's acts, for the insured's, and for each legal date, until the claim is closed.

    Which act may come when, under which article, stands in `rules/schemes/dalian_loss_claim.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
