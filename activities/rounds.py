"""季度申报、补贴计划与拨付: what the acts of a round change beside its file (article 13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from activities.done import ACCOUNTS, Done
from db.sql import queries
from rules.budget import Plan
from rules.timetable import SHANGHAI

REVIEW, SUBSIDY = queries("review"), queries("subsidy")


async def take_into_return(done: Done) -> None:
    at = done.situation.received_at.astimezone(SHANGHAI).replace(tzinfo=None, second=0, microsecond=0)
    numbers, streams = done.effect.carries, {r["number"]: r["stream"] for r in done.situation.register.applications}
    await done.connection.execute(SUBSIDY.file_applications, numbers, str(done.stream), at)
    data = {"round": done.stream.number, "return_received_at": f"{at:%Y-%m-%dT%H:%M}"}
    await done.tell_all("file", [(streams[number], data) for number in numbers])


async def enter_opinions(done: Done) -> None:
    by = (str(done.stream), done.situation.office_kind, done.situation.officer)
    given = [
        (opinion.application, opinion.approves, opinion.reason, row["asked"], row["concluded_at"])
        for opinion, row in done.effect.carries
    ]
    await done.connection.execute(REVIEW.add_opinions, *by, *map(list, zip(*given, strict=True)))


async def enter_plan(done: Done) -> None:
    lines = done.effect.carries.lines
    parts = ("number", "asked", "cut_by_cap", "approved", "waitlisted")
    columns = ([getattr(line, part) for line in lines] for part in parts)
    plan = done.after.facts["plan"]["number"]
    await done.connection.execute(SUBSIDY.add_plan_lines, plan, str(done.stream), *columns)


async def commit_plan(done: Done) -> None:
    """The third signature commits the money of every line, and tells every case what it was given.

    The lines were found to be those that are kept, so that all but what is told is worked out where they are.
    """
    if done.effect.carries is None:
        return
    plan, refused = done.effect.carries
    number, fiscal_year = done.after.facts["plan"]["number"], done.after.facts["round"]["fiscal_year"]
    place = (done.stream.scheme, int(fiscal_year), *ACCOUNTS["commitment"], str(done.stream), done.event.seq)
    await done.connection.execute(SUBSIDY.settle_plan, number)
    await done.connection.execute(SUBSIDY.commit_plan, number, *place)
    await done.tell_all("plan", _given(done, plan))
    if refused:
        await done.connection.execute(SUBSIDY.refuse_reviewed, [row["number"] for row in refused])
        data = {"round": done.stream.number}
        told = ((row["stream"], {**data, "reasons": row["objections"]}) for row in refused)
        await done.tell_all("refuse_subsidy", told)


def _given(done: Done, plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each case is told of a signed plan: its line, and what the plan leaves of its enterprise's cap."""
    rows = {row["number"]: row for row in done.situation.register.applications}
    cap = done.situation.edition.annual_cap.value
    cap_left = {row["enterprise"]: cap - row["committed"] for row in rows.values()}
    for line in plan.lines:
        cap_left[line.enterprise] -= line.approved
    left = {enterprise: f"{amount:.2f}" for enterprise, amount in cap_left.items()}
    of = {"plan": done.after.facts["plan"]["number"], "fiscal_year": done.after.facts["round"]["fiscal_year"]}
    budget_left = f"{plan.left:.2f}"
    for line in plan.lines:
        yield (
            rows[line.number]["stream"],
            {
                **of,
                "rank": line.rank,
                "cut_by_cap": f"{line.cut_by_cap:.2f}",
                "approved": f"{line.approved:.2f}",
                "waitlisted": f"{line.waitlisted:.2f}",
                "cap_left": left[line.enterprise],
                "budget_left": budget_left,
            },
        )


async def take_up(done: Done) -> None:
    """What earlier rounds held or could not fund is reviewed and planned with this one's (article 13)."""
    await done.connection.execute(SUBSIDY.take_up, done.effect.carries, str(done.stream), done.event.seq)


async def return_application(done: Done) -> None:
    form = done.effect.carries
    (row,) = done.situation.register.applications
    await done.connection.execute(SUBSIDY.return_application, form.application)
    data = {"round": done.stream.number, "office": done.situation.office_kind, "items": form.items}
    await done.tell(row["stream"], "return_application", data)


async def admit_held(done: Done) -> None:
    await done.connection.execute(SUBSIDY.admit_held, done.effect.carries.application)
