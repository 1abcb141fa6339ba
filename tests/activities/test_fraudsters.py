"""Who can be named as the one who falsified an application: its enterprise or its insurer (article 15(2))."""

from __future__ import annotations

import pytest

from rules.faults import Unfit
from tests.activities.desk import Desk
from tests.activities.test_recoveries import open_one


@pytest.mark.parametrize("fraudster", ["finance", "regulator", "ganjingzi", "insurer-b", "assessor-a", "nobody"])
async def test_whoever_had_no_part_in_an_application_did_not_falsify_it(desk: Desk, fraudster: str) -> None:
    await desk.play()
    before = await desk.events()
    with pytest.raises(Unfit, match=rf"^fraudster: must be .*insurer-a \(not '{fraudster}'\)"):
        await open_one(desk, fraudster=fraudster)
    assert await desk.events() == before
