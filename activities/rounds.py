"""季度申报、补贴计划与拨付: what the acts of a round change beside its file (article 13)."""

from __future__ import annotations

from activities.done import Done
from db.sql import queries
from rules.timetable import SHANGHAI
from rules.values import ZERO

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
    plan = done.after.facts["plan"]["number"]
    await done.connection.executemany(
        SUBSIDY.add_plan_line,
        [
            (
                plan,
                str(done.stream),
                line.rank,
                line.number,
                line.asked,
                line.cut_by_cap,
                line.approved,
                line.waitlisted,
            )
            for line in done.effect.carries.lines
        ],
    )


async def commit_plan(done: Done) -> None:
    """The third signature commits the money of every line, and tells every case what it was given."""
    if done.effect.carries is None:
        return
    plan, refused = done.effect.carries
    number, fiscal_year = done.after.facts["plan"]["number"], done.after.facts["round"]["fiscal_year"]
    rows = {row["number"]: row for row in done.situation.register.applications}
    cap = done.situation.edition.annual_cap.value
    cap_left = {row["enterprise"]: cap - row["committed"] for row in rows.values()}
    for line in plan.lines:
        cap_left[line.enterprise] -= line.approved
    for line in plan.lines:
        row = rows[line.number]
        nothing = "paid" if row["paid"] else "refused"
        state = "signed" if line.approved else "waitlisted" if line.waitlisted else nothing
        await done.connection.execute(SUBSIDY.settle, line.number, state, line.waitlisted)
        if line.approved:
            about = {"enterprise": row["enterprise"], "application": line.number, "plan": number}
            await done.post("commitment", line.approved, number, **about)
        amounts = {name: f"{getattr(line, name):.2f}" for name in ("cut_by_cap", "approved", "waitlisted")}
        place = {"plan": number, "rank": line.rank, "fiscal_year": fiscal_year}
        left = {"cap_left": f"{cap_left[line.enterprise]:.2f}", "budget_left": f"{plan.left:.2f}"}
        await done.tell(row["stream"], "plan", {**place, **amounts, **left})
    for row in refused:
        await done.connection.execute(SUBSIDY.settle, row["number"], "refused", ZERO)
        data = {"round": done.stream.number, "reasons": row["objections"]}
        await done.tell(row["stream"], "refuse_subsidy", data)


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
