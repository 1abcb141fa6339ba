"""A tie that decides money waits for the three offices, and nobody signs before (articles 13, 15(3); I-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities import record
from activities.contracts import Answer
from rules.edition import Cited, Edition, edition_of
from rules.faults import Unfit
from rules.procedure import Barred
from starters.audit import verified
from tests.activities.desk import Desk
from tests.activities.test_waiting import JOINT, Quarter, applied, appropriate, sound


@pytest.fixture
async def tied(desk: Desk) -> tuple[Quarter, Desk, Desk]:
    """A plan of two enterprises insured in one minute, asking 200,000 each of a budget of 250,000."""
    return await drawn(desk, "250000.00")


async def drawn(desk: Desk, budget: str) -> tuple[Quarter, Desk, Desk]:
    await appropriate(desk, budget)
    one = await applied(desk)
    desk.moment -= timedelta(minutes=1)
    other = await applied(desk, 1)
    desk.moment += timedelta(minutes=1)
    quarter = await (await (await Quarter(desk, "2030Q1").open()).filed(one, other)).reviewed(one, other)
    await quarter.do("prepare_plan", "regulator-1")
    return quarter, one, other


async def facts(quarter: Quarter) -> dict[str, Any]:
    return (await quarter.desk.file_of(quarter.stream)).facts


async def propose(quarter: Quarter, *cases: Desk, officer: str = "regulator-1") -> int:
    form = {"applications": [case.application for case in cases], "reason": "三方会商"}
    return (await quarter.do("propose_tie_order", officer, form)).event.seq


async def settle(quarter: Quarter, *cases: Desk) -> None:
    proposal = await propose(quarter, *cases)
    for office in ("bureau-1", "finance-1"):
        await quarter.do("agree_tie_order", office, {"proposal": proposal})


async def approved(quarter: Quarter) -> list[tuple[str, str]]:
    asked = "select application, approved from plan_line where plan = $1 order by rank"
    number = (await facts(quarter))["plan"]["number"]
    return [(row["application"], f"{row['approved']}") for row in await quarter.desk.pool.fetch(asked, number)]


def ground(answer: Answer) -> tuple[str, str]:
    (failed,) = [finding for finding in answer.event.findings if not finding.passed]
    return failed.rule, failed.article


@pytest.mark.parametrize("office", JOINT)
async def test_nobody_signs_while_the_tie_is_open(tied: tuple[Quarter, Desk, Desk], office: str) -> None:
    quarter, *_ = tied
    assert ground(await quarter.try_("sign_plan", f"{office}-2")) == ("tie_settled", "13")
    assert (await facts(quarter))["signatures"] == {}


async def test_settled_by_three_and_prepared_again_it_is_signed_in_their_order(
    tied: tuple[Quarter, Desk, Desk],
) -> None:
    quarter, one, other = tied
    assert await approved(quarter) == [(one.application, "200000.00"), (other.application, "50000.00")]
    await settle(quarter, other, one)
    # What is settled is not what is drawn yet.
    refused = await quarter.try_("sign_plan", "finance-2")
    assert ground(refused) == ("tie_settled", "13")
    assert "prepare the plan again" in refused.event.findings[0].reason
    await quarter.signed()
    assert await approved(quarter) == [(other.application, "200000.00"), (one.application, "50000.00")]
    assert ((await one.file()).money["waitlisted"], (await other.file()).money["waitlisted"]) == ("150000.00", "0.00")
    await sound(quarter.desk)


async def test_one_agreement_does_not_settle(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    proposal = await propose(quarter, other, one)
    await quarter.do("agree_tie_order", "finance-1", {"proposal": proposal})
    await quarter.do("prepare_plan", "regulator-1")
    assert (await facts(quarter))["plan"]["tie"]["settled"] is False
    assert ground(await quarter.try_("sign_plan", "finance-2")) == ("tie_settled", "13")
    # The proposal is of the same applications, so it stands; the third office settles it.
    await quarter.do("agree_tie_order", "bureau-1", {"proposal": proposal})
    await quarter.signed()
    await sound(quarter.desk)


@pytest.mark.parametrize(("act", "officer"), [("propose_tie_order", "bureau-1"), ("agree_tie_order", "regulator-2")])
async def test_the_regulator_proposes_and_the_others_agree(
    tied: tuple[Quarter, Desk, Desk], act: str, officer: str
) -> None:
    quarter, one, other = tied
    proposal = await propose(quarter, one, other)
    form = {"applications": [other.application, one.application], "reason": "会商"}
    with pytest.raises(Barred, match="right_office"):
        await quarter.try_(act, officer, form if act == "propose_tie_order" else {"proposal": proposal})


async def test_an_office_agrees_once(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    proposal = await propose(quarter, one, other)
    await quarter.do("agree_tie_order", "finance-1", {"proposal": proposal})
    with pytest.raises(Barred, match="one_agreement_each"):
        await quarter.try_("agree_tie_order", "finance-2", {"proposal": proposal})


async def test_there_is_nothing_to_agree_to_before_it_is_proposed(tied: tuple[Quarter, Desk, Desk]) -> None:
    with pytest.raises(Barred, match="tie_order_proposed"):
        await tied[0].try_("agree_tie_order", "finance-1", {"proposal": 1})


async def test_a_proposal_replaces_another_and_what_was_agreed_to_it(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    replaced = await propose(quarter, one, other)
    await quarter.do("agree_tie_order", "finance-1", {"proposal": replaced})
    proposal = await propose(quarter, other, one, officer="regulator-2")
    with pytest.raises(Unfit, match=f"must be the one that stands now, {proposal}"):
        await quarter.try_("agree_tie_order", "bureau-1", {"proposal": replaced})
    assert (await facts(quarter))["tie_order"]["agreed"] == {"regulator": "regulator-2"}


async def test_what_is_settled_is_not_proposed_anew(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    await settle(quarter, one, other)
    for prepared in (False, True):
        if prepared:
            await quarter.do("prepare_plan", "regulator-1")
        with pytest.raises(Barred, match="tie_to_settle"):
            await propose(quarter, other, one)


@pytest.mark.parametrize("numbers", [["{one}", "DL-2030-000009-1"], ["{one}", "{other}", "DL-2030-000009-1"]])
async def test_the_order_is_of_exactly_the_tied(tied: tuple[Quarter, Desk, Desk], numbers: list[str]) -> None:
    quarter, one, other = tied
    named = [number.format(one=one.application, other=other.application) for number in numbers]
    with pytest.raises(Unfit, match="must be exactly the 2 applications of the tie"):
        await quarter.try_("propose_tie_order", "regulator-1", {"applications": named, "reason": "会商"})


async def test_the_order_names_nobody_twice_and_at_least_two(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, _ = tied
    for numbers in ([one.application], [one.application, one.application]):
        with pytest.raises(Unfit, match="applications"):
            await quarter.try_("propose_tie_order", "regulator-1", {"applications": numbers, "reason": "会商"})


async def test_where_no_tie_decides_money_there_is_nothing_to_settle(desk: Desk) -> None:
    quarter, one, other = await drawn(desk, "400000.00")
    assert "tie" not in (await facts(quarter))["plan"]
    with pytest.raises(Barred, match="tie_to_settle"):
        await propose(quarter, one, other)
    await quarter.signed()
    await sound(desk)


async def test_a_settlement_lapses_where_the_tie_is_of_others(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    await settle(quarter, other, one)
    await other.order("withdraw", other.forms.enterprise)
    await quarter.do("prepare_plan", "regulator-1")
    assert (await facts(quarter))["tie_order"] == {}
    await quarter.signed()
    await sound(quarter.desk)


async def test_a_settlement_outlives_a_plan_that_is_taken_back(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    await settle(quarter, other, one)
    await quarter.do("take_back_plan", "regulator-1", quarter.desk.forms.reasons())
    await quarter.signed()
    assert (await approved(quarter))[0] == (other.application, "200000.00")


async def test_more_money_ends_the_tie(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    await propose(quarter, other, one)
    await appropriate(quarter.desk, "150000.00")
    await quarter.signed()
    kept = await facts(quarter)
    assert (kept["tie_order"], "tie" in kept["plan"]) == ({}, False)
    await sound(quarter.desk)


async def test_an_edition_may_let_the_basis_decide(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = {"ties_settled_by_offices": Cited(False, "13", "a test")}

    def changed(scheme: str, name: str | None = None, known: tuple[Edition, ...] = ()) -> Edition:
        return edition_of(scheme, name, known).model_copy(update=figure)

    monkeypatch.setattr(record, "edition_of", changed)
    quarter, one, other = await drawn(desk, "250000.00")
    with pytest.raises(Barred, match="tie_to_settle"):
        await propose(quarter, other, one)
    await quarter.signed()
    assert await approved(quarter) == [(one.application, "200000.00"), (other.application, "50000.00")]
    await sound(desk)


async def test_the_audit_follows_a_settled_plan(tied: tuple[Quarter, Desk, Desk]) -> None:
    quarter, one, other = tied
    await settle(quarter, other, one)
    await (await quarter.signed()).paid("insurer-a")
    found = await verified(quarter.desk.pool)
    assert found["ok"], found
