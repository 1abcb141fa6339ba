"""Every row of docs/states.md is taken on the real record, and says what the program declares: nothing more or less."""

from __future__ import annotations

from collections import defaultdict

import pytest

from db.pool import Pool
from rules.faults import Unfit
from rules.procedures import PROCEDURES
from tests.activities.walk import BEFOREHAND, ELSEWHERE, JUST_BEFORE, OF_ITSELF, Walk, Way, arranged_for
from tests.model import OPENING, Transition, model

DECLARED = {kind: procedure for (kind, _), procedure in PROCEDURES.items()}
ROWS = [row for kind in model().values() for row in kind.transitions]
#: Declared, but never rung at this stage: nothing is due there.
NEVER = [row for row in ROWS if "nothing is due" in row.world]


@pytest.fixture
def walk(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Walk:
    return Walk(pool, patch=monkeypatch)


# --- What the page says and the program declares --------------------------------------------------------------------


def test_the_model_has_every_kind_of_proceeding() -> None:
    assert set(model()) == set(DECLARED), "docs/states.md must have a section for each kind, and no other"


@pytest.mark.parametrize("kind", DECLARED)
def test_the_model_has_every_stage_with_its_chinese_name_and_whether_it_ends(kind: str) -> None:
    stages, told = DECLARED[kind].stages.values(), model()[kind]
    assert told.stages == {stage.name: stage.zh for stage in stages if not stage.closed}
    assert told.ends == {stage.name: stage.zh for stage in stages if stage.closed}


@pytest.mark.parametrize("kind", DECLARED)
def test_the_model_has_every_act_with_its_stages_its_offices_its_article_and_who_may_not_do_it(kind: str) -> None:
    procedure = DECLARED[kind]
    declared = {
        act.name: (set(act.stages), set(act.by), {act.article}, set(act.not_by_doer_of))
        for act in procedure.acts.values()
    }
    told = {
        act: (
            {row.start for row in rows} - {OPENING},
            {office for row in rows for office in row.offices},
            {row.article for row in rows},
            {name for row in rows for name in row.not_by},
        )
        for act, rows in ((act, model()[kind].rows_of(act)) for act in model()[kind].acts)
    }
    assert told == declared


@pytest.mark.parametrize("kind", DECLARED)
def test_the_first_row_of_a_kind_opens_it_and_an_act_leads_at_least_where_it_is_declared_to(kind: str) -> None:
    procedure, told = DECLARED[kind], model()[kind]
    assert {row.act for row in told.transitions if row.start == OPENING} == {procedure.opening.name}
    for act in procedure.acts.values():
        leads_to = {row.to for row in told.rows_of(act.name)}
        if act.leads_to:
            assert act.leads_to in leads_to, act.name
    assert {row.to for row in told.transitions} == set(procedure.stages)


@pytest.mark.parametrize("kind", DECLARED)
def test_the_picture_of_a_kind_draws_rows_of_its_table_and_every_stage(kind: str) -> None:
    told = model()[kind]
    if told.drawn:
        assert told.drawn <= {(row.start, row.to, row.act) for row in told.transitions}
        assert {stage for start, to, _ in told.drawn for stage in (start, to)} - {OPENING} >= set(told.stages)


def test_every_word_about_the_world_can_be_arranged() -> None:
    assert {word for row in ROWS for word in row.world} == {*BEFOREHAND, *JUST_BEFORE, *OF_ITSELF, *ELSEWHERE}


# --- Taken on the record --------------------------------------------------------------------------------------------


Begins = tuple[str, tuple[str, ...]]


def _ways() -> dict[Begins, list[Way]]:
    """The shortest way to each row and through it, by its kind and by what the world is made by before it begins."""
    ways = defaultdict[Begins, list[Way]](list)
    for row in ROWS:
        if row not in NEVER and not ELSEWHERE & {*row.world}:
            way = (*model()[row.kind].way_to(row.start, row.own), row)
            ways[row.kind, arranged_for(way)].append(way)
    return ways


WAYS = _ways()


@pytest.mark.parametrize("begins", WAYS, ids=lambda begins: ", ".join((begins[0], *begins[1])))
async def test_every_row_of_the_model_is_taken(walk: Walk, subtests: pytest.Subtests, begins: Begins) -> None:
    await walk.begin(*begins)
    await _explore(walk, subtests, WAYS[begins])


async def _explore(walk: Walk, subtests: pytest.Subtests, ways: list[Way]) -> None:
    """Take each row that a way goes on by, once for all of its ways, and go on from there."""
    for row in dict.fromkeys(way[0] for way in ways if way):
        with subtests.test(str(row)):
            async with walk.undone() as further:
                await further.take(row)
                file = await further.file(row.kind)
                assert (file.stage, file.closed) == (row.to, row.to in model()[row.kind].ends)
                latest = "select act from event where stream = $1 order by sequence desc limit 1"
                assert await further.pool.fetchval(latest, further.stream(row.kind)) == row.act
                await _explore(further, subtests, [way[1:] for way in ways if way[:1] == (row,)])


@pytest.mark.parametrize("row", NEVER, ids=str)
async def test_where_it_is_never_due_the_clock_is_not_armed(walk: Walk, row: Transition) -> None:
    await walk.to(row.start, row.kind)
    wakes = (await walk.file(row.kind)).wakes
    assert not wakes
    rung = {"deadline": "insured", "rung": "on the day"}
    command = walk.command(row.kind, row.act, "clock", rung)
    with pytest.raises(Unfit, match="is no deadline of"):
        await walk.write(await walk.attempt(command, by_clock=True))
