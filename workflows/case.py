"""The case (办件): one enterprise's product, from its district's desk to the subsidy paid to its insurer."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.contracts import Answer, Command, Opening, Standing
    from workflows import ids
    from workflows.proceeding import Proceeding


@workflow.defn(name=ids.CASE)
class Case:
    """Waits for each office's act in its turn and for each legal date, until the case is closed.

    Which act may come when, under which article, stands in `rules/schemes/dalian_case.py`, in the regulation's order.
    """

    @workflow.init
    def __init__(self, opening: Opening) -> None:
        self._proceeding = Proceeding(opening)

    @workflow.run
    async def run(self, opening: Opening) -> Standing:
        await self._proceeding.until_closed()
        return self._proceeding.standing

    @workflow.update(name=ids.ACT)
    async def act(self, command: Command) -> Answer:
        return await self._proceeding.act(command)

    @act.validator
    def in_form_and_in_turn(self, command: Command) -> None:
        self._proceeding.validate(command)
