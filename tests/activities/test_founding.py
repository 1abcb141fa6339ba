"""A city begins with its three owners alone, who enter all others; and no demonstration's data is among them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM, prepare
from db.pool import open_pool
from rules.faults import Unfit, read
from rules.founding import Founding
from service.auditing import verified
from service.reading import read_data
from starters.servers import FOUNDING
from tests.activities.desk import Desk
from tests.conftest import PASSWORD
from tests.starters.terminal import Terminal, nowhere

REGISTER = "offices:dalian:register"


def given(**changed: Any) -> dict[str, Any]:
    """The sample that is handed out, with changes."""
    return read_data(str(FOUNDING)) | changed


def owner(name: str, **changed: Any) -> dict[str, Any]:
    return {name: given()[name] | changed}


class City(NamedTuple):
    """A record that has just begun: its server, and the acts of its offices."""

    server: EmbeddedPostgres
    desk: Desk


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    with EmbeddedPostgres(tmp_path_factory.mktemp("founding"), durable=False) as server:
        await prepare(server.dsn(), PASSWORD, founding=read(Founding, given()))
        async with await open_pool(server.dsn(user=PROGRAM, database=DATABASE, password=PASSWORD)) as pool:
            yield City(server, Desk(pool))


async def test_a_record_is_founded_once_and_gets_no_demonstration_afterwards(city: City) -> None:
    await prepare(city.server.dsn(), PASSWORD)
    assert not await city.desk.pool.fetchval("select count(*) from office where name_zh like '%演示%'")
    with pytest.raises(Unfit, match=r"^founding: must be of an empty record"):
        await prepare(city.server.dsn(), PASSWORD, founding=read(Founding, given()))


async def both(desk: Desk, propose: str, enter: str, office: tuple[str, str], form: dict[str, Any], key: str) -> None:
    """Have one person propose and the other enter."""
    named = "code" if propose == "propose_officer" else "office"
    for act, officer, data in ((propose, office[0], form), (enter, office[1], {named: key})):
        recorded = await desk.order(act, officer, data, kind="offices", stream=REGISTER)
        assert recorded.answer
        assert recorded.answer.event.passed


async def test_three_owners_enter_all_others_and_a_case_is_recognised(city: City) -> None:
    desk, today = city.desk, f"{city.desk.forms.now.date()}"
    bureau = ("bureau-wang", "bureau-li")
    for kind, code, zh in (("district", "ganjingzi", "甘井子区"), ("assessor", "assessor-a", "大连评定中心")):
        office = {"office_code": code, "office_kind": kind, "name_zh": zh, "name_en": code}
        await both(desk, "propose_office", "establish", bureau, office, code)
        officer = {"code": f"{code}-1", "name": "何静", "office": code, "since": today}
        await both(desk, "propose_officer", "appoint", bureau, officer, f"{code}-1")
    path = (
        *(
            ("submit", desk.forms.enterprise),
            ("return_for_correction", "ganjingzi-1"),
            ("correct", desk.forms.enterprise),
        ),
        *(("confirm", "ganjingzi-1"), ("receive", bureau[0]), ("entrust", bureau[0]), ("assess", "assessor-a-1")),
        *(("propose", bureau[0]), ("publish", bureau[1])),
    )
    for act, officer_code in path:
        recorded = await desk.order(act, officer_code)
        assert recorded.answer, act
        assert recorded.answer.event.passed, act
        desk.case = desk.case or recorded.answer.stream
    assert recorded.answer.standing.stage == "recognised"
    assert (await verified(desk.pool))["ok"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"since": "2999-01-01"}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"finance": None}, "finance"),
        ({"district": {}}, "district"),
        (owner("finance", code="bureau"), "code"),
        (owner("finance", word="大工信新认"), "word"),
        (owner("finance", officers=[{"code": "f-1", "name": "陈丽"}]), "finance.officers"),
        (owner("finance", officers=[{"code": "f-1", "name": "陈丽"}, {"code": "f-1", "name": "杨强"}]), "officers"),
        (owner("finance", officers=[{"code": "clock", "name": "陈丽"}, {"code": "f-1", "name": "杨强"}]), "officers"),
    ],
)
async def test_a_founding_that_cannot_be_is_told_by_its_field_before_any_server_is_asked(
    tmp_path: Path, changed: dict[str, Any], field: str
) -> None:
    server = {"FIRSTCOVER_ADMIN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    terminal = Terminal(tmp_path, nowhere() | server | {"FIRSTCOVER_APP_PASSWORD": PASSWORD})
    outcome = await terminal.run("migrate", "--founding", terminal.file(given(**changed)))
    assert (outcome.status, outcome.err.split(": ")[1]) == (2, field), outcome.err


async def test_the_sample_is_handed_out_and_needs_no_server(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, nowhere())
    outcome = await terminal.run("migrate", "--sample")
    assert read(Founding, read_data(terminal.file(outcome.out))) == read(Founding, given())
