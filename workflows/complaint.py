"""The complaint (异议、举报、投诉): from its receipt to an answer that stands (articles 10, 15(1), 15(2))."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.COMPLAINT)
class Complaint(Proceeding):
    """Waits for the handling office's acts and for each legal date, until an answer stands.

    Which act may come when, under which article, stands in `rules/schemes/dalian_complaint.py`.
    """

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        return await self.until_closed()
