"""The recovery (追回) of money disbursed on falsified applications (article 15(2))."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.RECOVERY)
class Recovery(Proceeding):
    """Waits for the decision of an officer who did not prepare it, and for what follows from it.

    Which act may come when, under which article, stands in `rules/schemes/dalian_recovery.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
