"""The case (办件): one enterprise's product, from its district's desk to the subsidy paid to its insurer."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.CASE)
class Case(Proceeding):
    """Waits for each office's act in its turn and for each legal date, until the case is closed.

    Which act may come when, under which article, stands in `rules/schemes/dalian_case.py`, in the regulation's order.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
