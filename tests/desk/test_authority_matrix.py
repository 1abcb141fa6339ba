"""Every act by every kind of office, own and other, by page and by API, held against docs/states.md.

Each kind of proceeding is walked to as few stages as have all its acts. Whom the model lets act is answered: done, or
refused by the law, or told what is wrong with the form. All others are refused, and nothing is stored. Acts go straight
to the record here: that workflows carry them there is what tests/workflows is for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from activities.authority import known_officer
from activities.contracts import Answer, Command
from activities.record import Record
from db.embedded import EmbeddedPostgres
from db.pool import Pool
from desk.app import build
from desk.settings import DeskSettings
from rules.procedures import PROCEDURES, stream_of
from service import session
from service.api_tokens import give
from service.session import Session
from service.showing import is_shown
from tests.activities.walk import Walk
from tests.conftest import PASSWORD
from tests.desk.browser import ORIGIN, Browser, flat
from tests.hands import Hands
from tests.model import Kind, model
from tests.workshop import Workshop, opened

#: Another office of the same kind, where the demonstration has one; another enterprise's case is made beside.
OTHERS = {"district": "zhongshan-1", "insurer": "insurer-b-1", "assessor": "assessor-b-1"}
#: Whose a proceeding is once it is somebody's: an office of that kind that is not it is refused.
BOUND: Mapping[str, tuple[str, ...]] = {
    "case": ("district", "enterprise", "assessor"),
    "batch": ("enterprise",),
    "policy": ("insurer", "enterprise"),
    "loss_claim": ("insurer", "enterprise"),
    "pilot_insurer": ("insurer",),
}
#: What bars one whose kind of office the model lets act, by whose hand, colleague or complaint it is.
NOT_HIS = {
    *("preparer_does_not_approve", "handling_office", "enters_own_people", "hands_in_its_own", "own_document"),
    *("own_work", "supervisor_of_office", "own_case", "own_district", "own_contract", "own_assessment"),
}
SYSTEM = ("system",)


class Straight(Session):
    """A session whose acts go to the record without a workflow."""

    async def _offered(self, record: Record, command: Command, *, again: bool = True) -> Answer:
        return await session._told(record.of_closed(command))

    async def open(
        self, stream: str, act: str, officer: str, data: Mapping[str, Any], command_id: str | None
    ) -> Answer:
        return await session._told(Record(self.pool).open(self._order(stream, act, officer, data, command_id)))


@pytest.fixture(scope="module")
async def workshop(postgres: EmbeddedPostgres) -> AsyncIterator[Workshop]:
    async with opened(postgres, "workshop_authority", PASSWORD) as made:
        yield made


@pytest.fixture
async def database(workshop: Workshop) -> str:
    return await workshop.put_back()


def stages_of(kind: Kind) -> list[str]:
    """As few stages as have every act that an officer can do once a proceeding is open."""
    open_to: dict[str, set[str]] = {}
    for row in kind.transitions:
        if row.start and row.offices != SYSTEM:
            open_to.setdefault(row.start, set()).add(row.act)
    left, chosen = set().union(*open_to.values()), list[str]()
    while left:
        stage = max(open_to, key=lambda one: len(open_to[one] & left))
        chosen.append(stage)
        left -= open_to[stage]
    return chosen


CELLS = [(name, stage) for name, kind in model().items() for stage in stages_of(kind)]


@dataclass
class Caller:
    """An officer with a browser of his own and a token."""

    code: str
    kind: str
    browser: Browser
    token: str

    async def by_page(self, where: str, form: dict[str, Any]) -> int:
        return (await self.browser.post(where, {**flat(form), "send": "yes"})).status_code

    async def by_api(self, where: str, form: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answer = await self.browser.client.post(
            f"/api/proceedings{where}", json=form, headers={"Authorization": f"Bearer {self.token}"}
        )
        return answer.status_code, answer.json()


async def callers(walk: Walk, servers: Session, stack: AsyncExitStack) -> list[Caller]:
    """An officer of every kind of office, and of another of its kind where there is one."""
    other = Walk(walk.pool, walk.serial + 1, walk.moment)
    await other.order("submit", other.forms.enterprise)
    codes = {kind: [walk.officer(kind)] for kind in ("district", "industry_bureau", "assessor", "insurer")}
    codes |= {kind: [walk.officer(kind)] for kind in ("regulator", "finance")}
    if await walk.pool.fetchval("select true from officer where code = $1", walk.forms.enterprise):
        codes["enterprise"] = [walk.forms.enterprise]
    for kind, code in {**OTHERS, "enterprise": other.forms.enterprise}.items():
        codes.setdefault(kind, []).append(code)
    made, transport = [], ASGITransport(build(DeskSettings(one_click=True, searches_a_minute=0), servers))
    for kind, code in ((kind, code) for kind, of in codes.items() for code in of):
        client = AsyncClient(transport=transport, base_url=ORIGIN, cookies={"lang": "en"})
        browser = Browser(await stack.enter_async_context(client))
        await browser.sign_in(code)
        token = (await give(walk.pool, code, "matrix", 1, servers.clock())).token
        made.append(Caller(code, kind, browser, token))
    return made


@pytest.mark.parametrize(("kind", "stage"), CELLS, ids=lambda one: one)
async def test_only_whom_the_model_lets_act_may_act_by_page_and_by_api(
    pool: Pool, alone: Hands, monkeypatch: pytest.MonkeyPatch, kind: str, stage: str
) -> None:
    walk = await Walk(pool, patch=monkeypatch).to(stage, kind)
    servers = Straight(pool, alone.session.client, "nobody's", lambda: walk.moment)
    told, stream = model()[kind], stream_of(walk.stream(kind))
    file = await walk.file(kind)
    acts = [act for act in told.acts if act in {row.act for row in told.transitions if row.start == stage}]
    async with AsyncExitStack() as stack:
        everyone, before = await callers(walk, servers, stack), await walk.events()
        allowed = []
        for act in acts:
            where, form = f"/{kind}/{stream.number}/acts/{act}", walk.form(kind, act)
            for one in everyone:
                async with pool.acquire() as connection:
                    officer = await known_officer(connection, one.code, walk.moment)
                seen = await is_shown(pool, stream, file, officer)
                own = seen and not (one.code != walk.officer(one.kind) and one.kind in BOUND.get(kind, ()))
                if told.may(act, stage, one.kind) and own:
                    allowed.append((one, where, form))
                    continue
                if not told.may(act, stage, one.kind) or not seen or one.kind in BOUND.get(kind, ()):
                    by_page, (by_api, why) = await one.by_page(f"/p{where}", form), await one.by_api(where, form)
                    assert by_page in (403, 404), (act, one.code, by_page)
                    assert by_api in (403, 404), (act, one.code, why)
        assert await walk.events() == before, "what was refused is nowhere in the history"
        for one, where, form in allowed:
            status, answer = await one.by_api(f"{where}/preview", form)
            assert status in (200, 409, 422) or answer.get("rule") in NOT_HIS, (where, one.code, answer)
        for one, where, form in allowed:
            status, answer = await one.by_api(where, form)
            if status in (200, 409) and "event" in answer:
                assert await walk.events() == before + 1
                break
            assert answer.get("rule") in NOT_HIS or answer.get("faults") or status == 409, (where, one.code, answer)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in PROCEDURES}))
async def test_no_other_office_opens_a_proceeding(pool: Pool, alone: Hands, kind: str) -> None:
    walk = Walk(pool)
    servers = Straight(pool, alone.session.client, "nobody's", lambda: walk.moment)
    opening = PROCEDURES[kind, "dalian"].opening
    async with AsyncExitStack() as stack:
        everyone, before = await callers(walk, servers, stack), await walk.events()
        for one in everyone:
            if one.kind in opening.by:
                continue
            form = walk.form(kind, opening.name)
            assert await one.by_page(f"/p/{kind}/new/acts/{opening.name}", form) in (403, 404)
            status, why = await one.by_api(f"/{kind}", form)
            assert status in (403, 404), (one.code, why)
        assert await walk.events() == before
