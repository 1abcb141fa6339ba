"""The policy (保单): an insurance contract, from its conclusion to its end."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.POLICY)
class Policy(Proceeding):
    """Waits for endorsement, cancellation, rescission or renewal, and for the end of the term.

    Which act may come when, under which article, stands in `rules/schemes/dalian_policy.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
