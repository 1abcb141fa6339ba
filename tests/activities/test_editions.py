"""The bureau prepares an edition, three sign it; new cases follow it, running ones do not (articles 15(4), 15(5))."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities import editions
from activities.contracts import Answer
from rules.faults import Unfit
from rules.procedure import Barred
from service.auditing import verified
from tests.activities.desk import Desk, first

REGISTER = "editions:dalian:register"
SIGNERS = ("bureau-2", "regulator-1", "finance-1")
NAME = "dalian-2027"


async def order(desk: Desk, act: str, officer: str, data: dict[str, Any]) -> Answer:
    recorded = await desk.order(act, officer, data, kind="editions", stream=REGISTER)
    assert recorded.answer
    return recorded.answer


def draft(desk: Desk, **changes: Any) -> dict[str, Any]:
    tomorrow = desk.forms.now.date() + timedelta(days=1)
    return desk.forms.of("prepare_edition") | {"name": NAME, "issued_on": f"{tomorrow}"} | changes


async def sign(desk: Desk, *officers: str, name: str = NAME) -> None:
    for officer in officers or SIGNERS:
        await order(desk, "sign_edition", officer, {"name": name})


async def put_in_force(desk: Desk, **changes: Any) -> None:
    await order(desk, "prepare_edition", "bureau-1", draft(desk, **changes))
    await sign(desk)


async def test_a_new_case_follows_the_signed_edition_and_a_running_one_keeps_its_own(desk: Desk) -> None:
    await desk.play(first("case", "assess"))
    await put_in_force(desk)
    desk.moment += timedelta(days=2)
    new = await Desk(desk.pool, serial=2, moment=desk.moment).play(first("case", "assess"))
    for one, name, days in ((desk, "dalian-demonstration-2026", 45), (new, NAME, 20)):
        file = await one.file()
        deadline = file.deadline("assessment")
        assert deadline
        assert (file.edition, deadline.days) == (name, days)
    assert (await verified(desk.pool))["ok"]


async def test_an_edition_is_not_in_force_before_its_day_nor_before_the_third_signature(desk: Desk) -> None:
    await order(desk, "prepare_edition", "bureau-1", draft(desk))
    await sign(desk, *SIGNERS[:2])
    assert NAME not in [edition.name for edition in await editions.known(desk.pool, "dalian")]
    await sign(desk, SIGNERS[2])
    assert NAME in [edition.name for edition in await editions.known(desk.pool, "dalian")]
    await desk.play(first("case", "return_for_correction"))
    assert (await desk.file()).edition == "dalian-demonstration-2026"


async def test_whoever_prepared_does_not_sign_and_an_owner_signs_once(desk: Desk) -> None:
    await order(desk, "prepare_edition", "bureau-1", draft(desk))
    with pytest.raises(Barred, match="preparer_does_not_approve"):
        await sign(desk, "bureau-1")
    await sign(desk, "finance-1")
    with pytest.raises(Barred, match="signed_once"):
        await sign(desk, "finance-2")


async def test_an_unsettled_figure_is_refused_by_its_name_and_its_article(desk: Desk) -> None:
    with pytest.raises(Barred, match=r"assessment_days \(article 10\)"):
        await order(desk, "prepare_edition", "bureau-1", draft(desk, figures={"assessment_days": {"value": None}}))


async def test_an_edition_is_never_edited(desk: Desk) -> None:
    await put_in_force(desk)
    for name in (NAME, "dalian-demonstration-2026"):
        with pytest.raises(Unfit, match="never edited"):
            await order(desk, "prepare_edition", "bureau-1", draft(desk, name=name))


async def test_nothing_is_put_in_force_backwards(desk: Desk) -> None:
    await order(desk, "prepare_edition", "bureau-1", draft(desk))
    desk.moment += timedelta(days=2)
    with pytest.raises(Barred, match="signed_in_time"):
        await sign(desk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base": "dalian-1999"}, "base"),
        ({"figures": {"colour": {"value": 1}}}, "figures.colour"),
        ({"figures": {"assessment_days": {"value": "soon"}}}, "figures.assessment_days"),
        ({"figures": {"insurance_time": {"value": "paid"}}}, "figures.insurance_time"),
        ({"issued_on": "2020-01-01"}, "issued_on"),
    ],
)
async def test_an_edition_that_cannot_be_is_told_by_its_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Unfit) as unfit:
        await order(desk, "prepare_edition", "bureau-1", draft(desk, **changes))
    assert unfit.value.faults[0][0] == field


async def test_the_cap_of_later_years_follows_the_edition(desk: Desk) -> None:
    await put_in_force(desk, figures={"annual_cap": {"value": "600000.00"}})
    year = desk.forms.now.year
    caps = await desk.pool.fetch("select from_year, amount from annual_cap where from_year > 2016 order by 1")
    assert [tuple(row) for row in caps] == [(year + 1, Decimal("600000.00"))]
    assert (await verified(desk.pool))["ok"]


async def test_an_edition_ends_earlier_by_three_signatures(desk: Desk) -> None:
    last = desk.forms.now.date() + timedelta(days=5)
    data = {"name": "dalian-demonstration-2026", "last_day": f"{last}", "reason": "评估后终止"}
    await order(desk, "propose_end", "bureau-1", data)
    await sign(desk, *SIGNERS, name="dalian-demonstration-2026")
    [ended] = await editions.known(desk.pool, "dalian")
    assert ended.last_day_in_force == last
    assert not ended.in_force(last + timedelta(days=1))
    with pytest.raises(Unfit, match="last_day"):
        await order(desk, "propose_end", "bureau-1", {**data, "last_day": f"{date(2030, 1, 1)}"})
    assert (await verified(desk.pool))["ok"]
