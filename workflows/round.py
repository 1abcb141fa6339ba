"""The quarterly round (季度申报与会同审核): from the insurers' returns to the payment of the plan (article 13)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.ROUND)
class Round(Proceeding):
    """Waits for returns, opinions, signatures and vouchers, and for each legal date, until the plan is paid.

    Which act may come when, under which article, stands in `rules/schemes/dalian_round.py`, step by step.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
