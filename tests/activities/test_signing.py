"""What three offices do jointly waits for those who have still to do it, and is offered to nobody else (article 13)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from activities import work
from rules.procedure import Barred
from rules.procedures import stream_of
from service import work as office_work
from service.acting import possible_acts
from service.auditing import verified
from tests.activities.desk import Desk
from tests.activities.test_ties import drawn, propose
from tests.activities.test_waiting import JOINT, Quarter, applied, appropriate
from tests.activities.test_work import officer_of, order, waiting


@pytest.fixture
async def prepared(desk: Desk) -> Quarter:
    """A plan of one application, which regulator-1 prepared."""
    await appropriate(desk, "250000.00")
    one = await applied(desk)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one)).reviewed(one)
    await quarter.do("prepare_plan", "regulator-1")
    return quarter


async def awaited(quarter: Quarter) -> dict[str, list[str]]:
    """The acts of the round that each office has in its work; what is listed is what is counted."""
    found = {}
    for office in JOINT:
        officer = await officer_of(quarter.desk, f"{office}-1")
        rows = await office_work.told(quarter.desk.pool, officer, await waiting(quarter.desk, officer.code))
        here = [row for row in rows if row["stream"] == quarter.stream]
        known = await work.office_on(quarter.desk.pool, officer, quarter.desk.forms.now.date())
        counts = await work.counted(quarter.desk.pool, officer, known, quarter.desk.forms.now.date())
        assert sum(one.items for one in counts if one.kind == "round") == len(here)
        if here:
            found[office] = [act.name for act in here[0]["acts"]]
    return found


async def bars(quarter: Quarter, officer: str | None = None) -> Mapping[str, str]:
    """What bars an officer, or everybody, from acts of the round that are for his office at its stage."""
    file = await quarter.desk.file_of(quarter.stream)
    acting = await officer_of(quarter.desk, officer) if officer else None
    possible = possible_acts(stream_of(quarter.stream), file, acting)
    return {one.act.name: one.why for one in possible if one.rule not in (None, "act_in_turn", "right_office")}


async def test_a_plan_waits_for_who_has_not_signed_it_and_for_all_when_it_is_prepared_again(prepared: Quarter) -> None:
    everybody = {office: ["sign_plan"] for office in JOINT}
    assert await awaited(prepared) == everybody
    for signing, left in (("regulator", ("bureau", "finance")), ("bureau", ("finance",))):
        await prepared.do("sign_plan", f"{signing}-2")
        assert await awaited(prepared) == {office: ["sign_plan"] for office in left}
    await prepared.do("prepare_plan", "regulator-1")
    assert await awaited(prepared) == everybody
    await prepared.do("take_back_plan", "regulator-1", prepared.desk.forms.reasons())
    await prepared.do("prepare_plan", "regulator-1")
    assert await awaited(prepared) == everybody
    assert (await verified(prepared.desk.pool))["ok"]


async def test_an_office_that_has_signed_is_told_when_and_who_has_still_to_sign(prepared: Quarter) -> None:
    await prepared.do("sign_plan", "finance-2")
    day = prepared.desk.forms.now.date()
    told = f"your office has signed on {day}; still to sign: regulator, industry bureau"
    assert (await bars(prepared, "finance-1"))["sign_plan"] == told
    assert "sign_plan" not in await bars(prepared, "bureau-1")
    with pytest.raises(Barred, match=f"one_signature_each.*{told}"):
        await prepared.try_("sign_plan", "finance-1")
    await prepared.do("prepare_plan", "regulator-1")
    assert "sign_plan" not in await bars(prepared, "finance-1")
    await prepared.do("sign_plan", "finance-1")


async def test_what_a_colleague_had_waits_for_no_substitute_once_the_office_has_signed(prepared: Quarter) -> None:
    await order(prepared.desk, "take", "finance-1", {"proceedings": [prepared.stream]})
    today = f"{prepared.desk.forms.now.date()}"
    told = {"absent": "finance-1", "substitute": "finance-2", "since": today, "until": today, "reason": "年休假"}
    await order(prepared.desk, "substitute", "finance-1", told)
    assert [row["stream"] for row in await waiting(prepared.desk, "finance-2", taken="me")] == [prepared.stream]
    await prepared.do("sign_plan", "finance-2")
    for officer in ("finance-1", "finance-2"):
        assert await waiting(prepared.desk, officer, taken="me") == []
    with pytest.raises(Barred, match="next_in_turn"):
        await order(prepared.desk, "take_next", "finance-2", {"kind": "round"})


async def test_a_tie_waits_for_its_proposal_then_for_who_has_not_agreed_and_then_for_the_plan(desk: Desk) -> None:
    quarter, one, other = await drawn(desk, "250000.00")
    assert await awaited(quarter) == {"regulator": ["propose_tie_order"]}
    for officer in ("finance-1", None):
        assert "proposed no order" in (await bars(quarter, officer))["agree_tie_order"]
    proposal = {"proposal": await propose(quarter, other, one)}
    assert await awaited(quarter) == {office: ["agree_tie_order"] for office in ("bureau", "finance")}
    assert "agree_tie_order" not in await bars(quarter, "finance-1")
    await quarter.do("agree_tie_order", "finance-1", proposal)
    assert await awaited(quarter) == {"bureau": ["agree_tie_order"]}
    told = "your office has agreed; still to agree: industry bureau"
    assert (await bars(quarter, "finance-2"))["agree_tie_order"] == told
    assert await bars(quarter) == {}
    await quarter.do("agree_tie_order", "bureau-1", proposal)
    assert await awaited(quarter) == {"regulator": ["prepare_plan"]}
    await quarter.do("prepare_plan", "regulator-1")
    assert await awaited(quarter) == {office: ["sign_plan"] for office in JOINT}


async def test_no_order_is_proposed_or_agreed_to_where_no_tie_decides_money(prepared: Quarter) -> None:
    for officer, act in (("regulator-2", "propose_tie_order"), ("finance-1", "agree_tie_order")):
        assert "no tie of this plan decides money" in (await bars(prepared, officer))[act]
