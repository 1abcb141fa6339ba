"""What the demonstration begins with: sixty cases of every stage, sound money and history, the same when told again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from db.demonstration import DISTRICTS
from db.embedded import EmbeddedPostgres
from rules.identifiers import check_digit
from rules.timetable import SHANGHAI
from runtime.document_store import DocumentStore
from service.documents import proved
from service.ledger import ledger_of
from service.session import Session
from starters.audit import verified
from starters.demonstration import play_past
from starters.demonstration.cast import MAKERS, code_of
from starters.story import Story, quarter_of
from tests.demonstration import Demonstrated, demonstrated
from tests.hands import Clock, working
from tests.model import model
from tests.servers import start_skipping

#: The edition in force asks for no public notice (article 10, P), so no case can wait for its end.
NOT_IN_THIS_EDITION = {"public_notice", "objection"}


@pytest.fixture(scope="module")
async def begun(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demonstrated]:
    """The demonstration as it begins today; the tests here only look at it, but the last."""
    folder = tmp_path_factory.mktemp("documents")
    today = datetime.now(SHANGHAI).date()
    async with demonstrated(postgres, "demonstration_begun", today, folder) as played:
        yield played


async def counts(begun: Demonstrated, asked: str) -> dict[str, int]:
    return {row[0]: row[1] for row in await begun.pool.fetch(asked)}


async def test_sixty_cases_stand_at_every_stage_there_is(begun: Demonstrated) -> None:
    stages = await counts(begun, "select stage, count(*) from proceeding where kind = 'case' group by stage")
    assert sum(stages.values()) == 60
    case = model()["case"]
    assert set(stages) == {*case.stages, *case.ends} - NOT_IN_THIS_EDITION


async def test_every_district_and_every_insurer_has_cases(begun: Demonstrated) -> None:
    found = await counts(begun, "select district, count(*) from proceeding where kind = 'case' group by district")
    assert set(found) == {code for code, *_ in DISTRICTS}
    asked = "select insurer, count(*) from subsidy_application group by insurer"
    assert set(await counts(begun, asked)) == {"insurer-a", "insurer-b", "insurer-c"}


async def test_rounds_are_paid_half_paid_half_signed_and_in_review(begun: Demonstrated) -> None:
    rounds = await counts(begun, "select stage, count(*) from proceeding where kind = 'round' group by stage")
    assert rounds == {"paid": 1, "ordered": 1, "planned": 1, "review": 1}
    planned = "select file -> 'facts' -> 'signatures' from proceeding where kind = 'round' and stage = 'planned'"
    assert len(await begun.pool.fetchval(planned)) == 2
    failed = (
        "select count(*) from event where body::jsonb ->> 'act' = 'pay' and body::jsonb #> '{data,failed}' is not null"
    )
    assert await begun.pool.fetchval(failed) == 1


async def test_an_insurer_is_barred_what_it_took_is_recovered_and_an_honest_application_is_held(
    begun: Demonstrated,
) -> None:
    stage = "select stage from proceeding where stream = $1"
    assert await begun.pool.fetchval(stage, "pilot_insurer:dalian:insurer-c") == "barred"
    assert await begun.pool.fetchval("select stage from proceeding where kind = 'recovery'") == "demanded"
    assert await begun.pool.fetchval(stage, begun.script.parts["held"].stream) == "filed"


async def test_something_is_due_today_or_next_and_something_is_overdue(begun: Demonstrated) -> None:
    asked = "select count(*) from deadline d join proceeding p using (stream) where met_on is null and not closed"
    assert await begun.pool.fetchval(f"{asked} and due_on between $1::date - 5 and $1", begun.today)
    assert await begun.pool.fetchval(f"{asked} and due_on < $1::date - 5", begun.today)


async def test_other_proceedings_stand_beside_the_cases(begun: Demonstrated) -> None:
    kinds = await counts(begun, "select kind, count(*) from proceeding group by kind")
    assert (kinds["loss_claim"], kinds["complaint"], kinds["batch"]) == (4, 4, 2)
    assert await begun.pool.fetchval("select count(*) from work_item where taken_by is not null")
    files, broken = await proved(begun.pool, DocumentStore(begun.documents))
    assert (files >= 12, broken) == (True, [])


async def test_its_history_and_its_money_are_sound(begun: Demonstrated) -> None:
    found = await verified(begun.pool)
    assert found["ok"], found
    for year in await begun.pool.fetch("select number from proceeding where kind = 'ledger'"):
        assert (await ledger_of(begun.pool, "dalian", int(year["number"])))["balanced"]


async def test_told_again_it_adds_nothing(begun: Demonstrated) -> None:
    before = await verified(begun.pool)
    listed = await begun.pool.fetch("select * from insurer_listing")
    await begun.fill(begun.today)
    await play_past(begun.pool, begun.today, begun.documents)
    assert await verified(begun.pool) == before
    assert await begun.pool.fetch("select * from insurer_listing") == listed


def test_its_makers_have_codes_of_their_own_with_right_check_digits() -> None:
    codes = [code_of(place) for place in range(len(MAKERS))]
    assert len(set(codes)) == len(MAKERS)
    assert all(check_digit(code[:17]) == code[17] for code in codes)


@pytest.mark.parametrize("day", [date(2027, 1, 3), date(2026, 10, 9)], ids=str)
async def test_it_begins_on_any_day_of_the_year(postgres: EmbeddedPostgres, folder: Path, day: date) -> None:
    async with demonstrated(postgres, f"demonstration_{day:%m%d}", day, folder) as played:
        assert (await verified(played.pool))["ok"]
        assert await played.pool.fetchval("select count(*) from proceeding where kind = 'case'") == 60


@pytest.mark.timeout(300)
async def test_its_workflows_start_quietly_and_the_story_is_played_among_them(begun: Demonstrated) -> None:
    before = await begun.pool.fetchval("select count(*) from event")
    # A server of its own: its insurers and rounds are called as other tests' are.
    async with await start_skipping() as environment:
        session = Session(begun.pool, environment.client, f"demonstration-{uuid4()}", Clock())
        async with working(session.client, session.pool, session.task_queue):
            assert await session.revive() > 60
            ending = await Story(session, lambda _: None, 12345, quarter_of(session.clock())).play()
            async with asyncio.timeout(200):
                while await begun.pool.fetchval("select count(*) from outbox where not done"):  # noqa: ASYNC110 - the relay's
                    await asyncio.sleep(0.1)
    assert (await verified(begun.pool))["ok"]
    assert await begun.pool.fetchval("select count(*) from outbox where attempts > 0") == 0
    rung = "select count(*) from event where body::jsonb ->> 'officer' = 'clock' and seq > 0"
    assert await begun.pool.fetchval("select count(*) from event") - before < 90, await begun.pool.fetchval(rung)
    assert ending.paid.number in {row["number"] for row in await begun.pool.fetch("select number from proceeding")}
