"""Opening a quarter (开启季度申报): what the Schedule starts on the day after each quarter's end (article 13)."""

from __future__ import annotations

from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.contracts import RECORD, Attempt, Command, Recorded
    from rules.procedures import Stream
    from rules.schemes.dalian_quarter import quarter_before
    from rules.timetable import SHANGHAI
    from workflows import ids, options

#: When the Schedule meant to start this, however much later it could.
NOMINAL_TIME = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name=ids.OPENER)
class Opener:
    """Opens the round of the quarter that ended before its nominal time; one that is open already is left as it is.

    The record is tried for as long as it is away, and the relay starts the round's workflow.
    """

    @workflow.run
    async def run(self, scheme: str) -> str:
        nominal = workflow.info().typed_search_attributes.get(NOMINAL_TIME)
        if nominal is None:
            why = "an opener is started by its Schedule, whose nominal time says which quarter; by hand: round open"
            raise ApplicationError(why, non_retryable=True)
        quarter = quarter_before(nominal.astimezone(SHANGHAI).date())
        round_ = str(Stream("round", scheme, quarter))
        command = Command(
            # Named by the quarter: two openers of one quarter open it once.
            id=f"{round_}/1/open",
            stream=round_,
            act="open",
            officer="clock",
            received_at=workflow.now(),
            data={"quarter": quarter},
        )
        await workflow.execute_activity(
            RECORD,
            Attempt(command=command, sequence=0, by_clock=True),
            result_type=Recorded,
            start_to_close_timeout=options.ONE_TRY,
            retry_policy=options.FOR_EVER,
        )
        return round_
