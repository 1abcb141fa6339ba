"""The pilot insurer (试点保险机构): from its nomination through the terms of the published list (article 12)."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.PILOT_INSURER)
class PilotInsurer(Proceeding):
    """Waits for the regulator's acts, the insurer's clauses and the end of each term, until the insurer is barred.

    Which act may come when, under which article, stands in `rules/schemes/dalian_insurer.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
