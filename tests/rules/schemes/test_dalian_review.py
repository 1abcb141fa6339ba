"""会同审核: what the three offices' opinions of an application come to (article 13, I-15)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from rules.calendar import CHINA
from rules.edition import Cited, edition_of
from rules.procedure import File, Situation
from rules.register import Register
from rules.schemes.dalian_review import JOINT, reviewed

EDITION = edition_of("dalian")
MAJORITY = EDITION.model_copy(update={"refusal_blocks": Cited(False, "13", "a test")})
PLAIN: dict[str, Any] = {
    "number": "A",
    "insurer": "I",
    "opinions": {},
    "objections": [],
    "barred_on": None,
    "admitted": False,
    "falsified": False,
    "waited": False,
}
YES, NO, SILENT = True, False, None


def verdict(*said: bool | None, blocks: bool = True, **about: Any) -> str:
    """What an application comes to of which the three have said this, where a refusal blocks or not."""
    opinions = {office: word for office, word in zip(JOINT, said, strict=True) if word is not None}
    edition = EDITION if blocks else MAJORITY
    situation = Situation(
        file=File(number="2026Q2", scheme="dalian", edition=edition.name),
        officer="regulator-1",
        officer_name="王",
        office="regulator",
        office_kind="regulator",
        received_at=datetime(2026, 7, 20, 2, tzinfo=UTC),
        edition=edition,
        calendar=CHINA,
        register=Register(applications=({**PLAIN, "opinions": opinions, **about},)),
    )
    ((name, _),) = ((name, rows) for name, rows in reviewed(situation).items() if rows)
    return name


@pytest.mark.parametrize("said", list(product((YES, NO, SILENT), repeat=3)), ids=str)
def test_one_refusal_refuses_and_only_three_approvals_approve(said: tuple[bool | None, ...]) -> None:
    expected = "refused" if NO in said else "held" if SILENT in said else "approved"
    assert verdict(*said) == expected


@pytest.mark.parametrize("said", list(product((YES, NO, SILENT), repeat=3)), ids=str)
def test_where_a_refusal_does_not_block_the_majority_decides_once_all_three_have_spoken(
    said: tuple[bool | None, ...],
) -> None:
    expected = "held" if SILENT in said else "approved" if said.count(YES) >= 2 else "refused"
    assert verdict(*said, blocks=False) == expected


@pytest.mark.parametrize("blocks", [True, False])
def test_a_bar_or_a_falsification_holds_what_the_offices_approved(*, blocks: bool) -> None:
    all_approve = (YES, YES, YES)
    assert verdict(*all_approve, blocks=blocks, barred_on=date(2026, 7, 20)) == "held"
    assert verdict(*all_approve, blocks=blocks, barred_on=date(2026, 7, 21)) == "approved"
    assert verdict(*all_approve, blocks=blocks, barred_on=date(2026, 7, 20), admitted=True) == "approved"
    assert verdict(*all_approve, blocks=blocks, falsified=True, admitted=True) == "held"


@pytest.mark.parametrize("blocks", [True, False])
def test_what_waits_was_approved_before_and_needs_no_opinion_again(*, blocks: bool) -> None:
    assert verdict(SILENT, SILENT, SILENT, blocks=blocks, waited=True) == "approved"
    assert verdict(SILENT, SILENT, SILENT, blocks=blocks, waited=True, falsified=True) == "held"
