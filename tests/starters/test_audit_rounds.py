"""What a round's returns and closings took is proved from their events, also as they were once recorded (15(3))."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activities.history import canonical
from db.pool import Connection, Pool
from rules.schemes.dalian_numbers import digest_of
from starters.audit import verified
from tests.activities.desk import Desk
from tests.activities.test_waiting import Quarter, applied, sound
from tests.starters.test_audit import FORGE, superuser

__all__ = ["superuser"]
CLOCK = {"deadline": "filing", "rung": "passed"}


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


@pytest.fixture
async def quarter(desk: Desk) -> Quarter:
    """A round that took up what an earlier one could not fund, beside what was filed with it."""
    waits, held, new = await applied(desk), await applied(desk, 1), await applied(desk, 2)
    before = await (await Quarter(desk, "2030Q1").open()).filed(waits)
    await (await (await before.filed(held)).reviewed(waits)).signed()
    await Quarter(desk, "2030Q1").paid()
    return await (await (await Quarter(desk, "2030Q2").open()).filed(new)).reviewed()


async def event_of(quarter: Quarter, act: str) -> dict[str, Any]:
    body = "select body from event where stream = $1 and act = $2 order by sequence desc limit 1"
    said: dict[str, Any] = json.loads(await quarter.desk.pool.fetchval(body, quarter.stream, act))
    return said


async def test_a_file_keeps_how_many_were_filed_and_their_digest_and_the_event_which(desk: Desk) -> None:
    one, other, third = await applied(desk), await applied(desk, 1), await applied(desk, 2)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one, other)).filed(third)
    papers = {name: value for name, value in desk.forms.quarterly_return("A").items() if name.endswith("sha256")}
    assert (await desk.file_of(quarter.stream)).facts["returns"] == {
        "insurer-a": {"filings": 2, "applications": 3, "last_sha256": digest_of([third.application]), **papers}
    }
    assert (await event_of(quarter, "file_return"))["data"]["applications"] == [third.application]
    await sound(desk)


async def test_an_event_tells_how_many_were_left_over_and_a_table_which(quarter: Quarter) -> None:
    rows = await quarter.desk.pool.fetch("select round, application from left_over order by application")
    numbers = [row["application"] for row in rows]
    assert ({row["round"] for row in rows}, len(numbers)) == ({quarter.stream}, 2)
    event = await event_of(quarter, "close_filing")
    assert event["changes"]["facts"]["left_over"] == {"count": 2, "numbers_sha256": digest_of(reversed(numbers))}
    assert not any(number in canonical(event) for number in numbers)
    await sound(quarter.desk)


async def test_what_a_round_takes_up_as_its_day_passes_is_proved_too(desk: Desk) -> None:
    held = await applied(desk)
    before = await (await (await Quarter(desk, "2030Q1").open()).filed(held)).reviewed()
    await (await before.signed()).paid()
    quarter = await Quarter(desk, "2030Q2").open()
    command = desk.command("round", "close", "clock", CLOCK, id="filing/passed", stream=quarter.stream)
    await desk.write(await desk.attempt(command, by_clock=True))
    assert (await desk.file_of(quarter.stream)).facts["left_over"]["count"] == 1
    await sound(desk)


@pytest.mark.parametrize(
    "tampering",
    [
        "delete from left_over where application = (select min(application) from left_over)",
        "delete from left_over",
        "update left_over set sequence = sequence - 1",
        "insert into left_over select round, sequence, (select max(number) from subsidy_application) "
        "from left_over limit 1",
    ],
)
async def test_a_list_of_what_was_left_over_that_was_changed_is_found(
    quarter: Quarter, superuser: Connection, tampering: str
) -> None:
    await superuser.execute(tampering)
    found = await verified(quarter.desk.pool)
    assert (found["ok"], found["stream"]) == (False, quarter.stream)
    assert found["why"].startswith("left_over: ")


async def test_a_round_recorded_with_every_number_in_its_file_is_still_proved(
    quarter: Quarter, superuser: Connection
) -> None:
    """As rounds were recorded before their files counted only."""
    numbers = [row["application"] for row in await superuser.fetch("select application from left_over order by 1")]
    for stream in ("round:dalian:2030Q1", quarter.stream):
        await as_once_recorded(superuser, stream, numbers)
    await superuser.execute("delete from left_over")
    assert (await verified(quarter.desk.pool))["ok"]
    await superuser.execute("update subsidy_application set round = 'round:dalian:2030Q1'")
    assert (await verified(quarter.desk.pool))["why"].startswith("subsidy_application: ")


async def as_once_recorded(superuser: Connection, stream: str, left_over: list[str]) -> None:
    filed: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for row in await superuser.fetch("select sequence, body from event where stream = $1 order by sequence", stream):
        said = json.loads(row["body"])
        changed = said["changes"].get("facts", {})
        if "returns" in changed:
            filed = [*filed, said["data"]]
            changed["returns"] = {"insurer-a": filed}
        if "left_over" in changed:
            changed["left_over"] = {"applications": left_over if changed["left_over"]["count"] else []}
        facts |= {name: changed[name] for name in ("returns", "left_over") if name in changed}
        update = "update event set body = $3 where stream = $1 and sequence = $2"
        await superuser.execute(update, stream, row["sequence"], canonical(said))
    merged = (
        "update proceeding set file = jsonb_set(file, '{facts}', file -> 'facts' || $2::text::jsonb) where stream = $1"
    )
    await superuser.execute(merged, stream, json.dumps(facts))
    await superuser.execute(FORGE.format(stream))


async def test_a_plan_recorded_with_lists_and_no_day_or_tie_is_still_proved(
    quarter: Quarter, superuser: Connection
) -> None:
    """As plans were recorded before their files counted what is refused, and said who drew them when."""
    await quarter.do("prepare_plan", "regulator-1")
    await quarter.signed()
    for stream in ("round:dalian:2030Q1", quarter.stream):
        await forget(superuser, stream, "plan", "lines_sha256", "refused_sha256", "prepared_on", refused=[])
    await sound(quarter.desk)
    await superuser.execute(
        "update plan_line set approved = approved + 1, asked = asked + 1 where round = $1", quarter.stream
    )
    assert (await verified(quarter.desk.pool))["why"].startswith("plan_line: ")


async def test_an_application_recorded_without_its_insurance_time_is_proved_by_its_contract(
    desk: Desk, superuser: Connection
) -> None:
    one = await applied(desk)
    await forget(superuser, one.case, "application", "insurance_time")
    await sound(desk)
    await superuser.execute("update subsidy_application set concluded_at = concluded_at - interval '1 minute'")
    assert (await verified(desk.pool))["why"].startswith("subsidy_application: ")


async def forget(superuser: Connection, stream: str, section: str, *names: str, **instead: Any) -> None:
    """Let a section of a file be as it was once recorded: without some of its facts, or with others."""
    for row in await superuser.fetch("select sequence, body from event where stream = $1 order by sequence", stream):
        said = json.loads(row["body"])
        part = said["changes"].get("facts", {}).get(section)
        if part:
            said["changes"]["facts"][section] = _without(part, names) | instead
            update = "update event set body = $3 where stream = $1 and sequence = $2"
            await superuser.execute(update, stream, row["sequence"], canonical(said))
    file = json.loads(await superuser.fetchval("select file::text from proceeding where stream = $1", stream))
    file["facts"][section] = _without(file["facts"][section], names) | instead
    await superuser.execute("update proceeding set file = $2::text::jsonb where stream = $1", stream, json.dumps(file))
    await superuser.execute(FORGE.format(stream))


def _without(part: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}
