"""The Schedule by which quarters open themselves: what it is, and that the server has it."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleDescription,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows import ids

SCHEME = "dalian"
ROUNDS = f"rounds:{SCHEME}"
#: So long a server may have been away and every quarter it missed is still opened: the scheme's three years (15(5)).
CATCH_UP = timedelta(days=3 * 366)


def _at(start: int, end: int | None = None, step: int = 1) -> tuple[ScheduleRange, ...]:
    # With its step said, so that it equals what the server tells.
    return (ScheduleRange(start, start if end is None else end, step),)


def rounds(task_queue: str) -> Schedule:
    """On the first day after each quarter's end, at 00:30 in Shanghai: the day on which filing begins (article 13)."""
    first_days = ScheduleCalendarSpec(
        second=_at(0), minute=_at(30), hour=_at(0), day_of_month=_at(1), month=_at(1, 12, 3), day_of_week=_at(0, 6)
    )
    return Schedule(
        # The server adds the nominal time to the id.
        action=ScheduleActionStartWorkflow(ids.OPENER, SCHEME, id=f"{ids.OPENER}:{SCHEME}", task_queue=task_queue),
        spec=ScheduleSpec(calendars=[first_days], time_zone_name="Asia/Shanghai"),
        # Every quarter that was missed is opened, one after the other.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CATCH_UP),
    )


async def ensure_rounds(client: Client, task_queue: str = ids.TASK_QUEUE, name: str = ROUNDS) -> ScheduleDescription:
    """Have the server keep the Schedule as it is written here, and return how it stands.

    One that is as written is not touched: an update would drop what the server has still to catch up with. One that
    somebody paused stays paused.
    """
    wanted = rounds(task_queue)
    try:
        handle = await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        handle = client.get_schedule_handle(name)
        if not _same((await handle.describe()).schedule, wanted):
            await handle.update(lambda current: _rewritten(current, wanted))
    return await handle.describe()


def _same(there: Schedule, wanted: Schedule) -> bool:
    return (_started_by(there), there.spec, there.policy) == (_started_by(wanted), wanted.spec, wanted.policy)


def _started_by(schedule: Schedule) -> tuple[str, str, str]:
    action = schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    return str(action.workflow), action.id, action.task_queue


def _rewritten(current: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate:
    wanted.state = current.description.schedule.state
    return ScheduleUpdate(wanted)
