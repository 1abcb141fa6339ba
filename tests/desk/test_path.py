"""A proceeding's path: where it has been, where it is, and the way it goes where nothing goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from desk.path import path_of
from rules.procedures import PROCEDURES


def drawn(kind: str, stage: str, *acts: str) -> list[tuple[str, str]]:
    """The steps of a proceeding at a stage after some acts."""
    told: dict[str, Any] = {"passed": True, "at": "2026-11-27T11:40", "officer_name": "王强", "office": "bureau"}
    phases = path_of(PROCEDURES[kind, "dalian"], stage, [told | {"act": act} for act in acts])
    return [(step.stage.name, step.state) for phase in phases for step in phase.steps]


def test_a_plan_that_two_of_three_have_signed_is_not_signed_yet() -> None:
    acts = ("open", "close", "prepare_plan", "sign_plan", "sign_plan")
    done = [("filing", "done"), ("review", "done"), ("planned", "here")]
    assert drawn("round", "planned", *acts)[:4] == [*done, ("signed", "ahead")]
    assert drawn("round", "signed", *acts, "sign_plan")[2:4] == [("planned", "done"), ("signed", "here")]


@pytest.mark.parametrize(
    ("kind", "stage", "end"),
    [
        ("batch", "applied", "paid"),
        ("policy", "in_force", "expired"),
        ("loss_claim", "more_documents", "payment_stands"),
        ("loss_claim", "refused", "settled"),
        ("complaint", "received", "answer_stands"),
        ("pilot_insurer", "candidate", "listed"),
        ("recovery", "instalments", "paid"),
    ],
)
def test_the_way_ahead_leads_to_the_end_that_is_hoped_for(kind: str, stage: str, end: str) -> None:
    assert drawn(kind, stage)[-1] == (end, "ahead")
