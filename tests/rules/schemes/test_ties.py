"""What a plan's file keeps of a tie that decides money, and what becomes of an order of it (article 13, I-12)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from rules.edition import Cited
from rules.procedure import Nothing, Situation
from rules.schemes.dalian_plan import prepare_plan, sign_plan
from tests.rules.schemes.test_dalian_round import APPLICATION, EDITION, situation

OTHER = APPLICATION | {"number": "B", "enterprise": "F"}


def with_facts(asked: Situation, **facts: Any) -> Situation:
    file = asked.file.model_copy(update={"facts": {**asked.file.facts, **facts}})
    return replace(asked, file=file)


def told(asked: Situation) -> str:
    (found,) = [one.reason for one in prepare_plan(asked, Nothing()).findings if one.rule == "ties_told"]
    return found


def order(*numbers: str, settled: bool = True) -> dict[str, Any]:
    on = {"settled_on": "2026-07-19"} if settled else {}
    return {"applications": [*numbers], "reason": "会商", "proposal": 5, "agreed": {}, **on}


def test_a_plan_keeps_how_many_tie_and_under_one_hash_which() -> None:
    tie = prepare_plan(situation(400_000, APPLICATION, OTHER), Nothing()).facts["plan"]["tie"]
    assert (tie["count"], tie["settled"], len(tie["numbers_sha256"])) == (2, False, 64)


def test_a_settled_order_ranks_and_is_told() -> None:
    asked = with_facts(situation(400_000, APPLICATION, OTHER), tie_order=order("B", "A"))
    effect = prepare_plan(asked, Nothing())
    assert [line.number for line in effect.carries.lines] == ["B", "A"]
    assert "tie_order" not in effect.facts
    assert told(asked) == "ties that decide money, in the order that the three offices settled: B, A"


def test_an_order_that_is_only_proposed_ranks_nobody() -> None:
    asked = with_facts(situation(400_000, APPLICATION, OTHER), tie_order=order("B", "A", settled=False))
    assert [line.number for line in prepare_plan(asked, Nothing()).carries.lines] == ["A", "B"]


def test_an_order_of_others_lapses() -> None:
    asked = with_facts(situation(400_000, APPLICATION, OTHER), tie_order=order("B", "C"))
    effect = prepare_plan(asked, Nothing())
    assert (effect.facts["tie_order"], effect.facts["plan"]["tie"]["settled"]) == ({}, False)


def test_where_the_basis_decides_a_tie_is_told_and_not_kept() -> None:
    edition = EDITION.model_copy(update={"ties_settled_by_offices": Cited(False, "13", "a test")})
    asked = replace(situation(400_000, APPLICATION, OTHER), edition=edition)
    assert "tie" not in prepare_plan(asked, Nothing()).facts["plan"]
    assert told(asked) == "ties that decide money, decided by return_received_at, number: A, B"


def test_a_plan_drawn_before_ties_were_put_to_the_offices_is_not_signed_by_the_third() -> None:
    """Its lines have not moved; its file says nothing of its tie."""
    asked = situation(400_000, APPLICATION, OTHER)
    parts = ((Decimal(300_000), Decimal(0)), (Decimal(100_000), Decimal(200_000)))
    drawn = tuple(
        {"application": number, "cut_by_cap": Decimal(0), "approved": approved, "waitlisted": waits}
        for number, (approved, waits) in zip("AB", parts, strict=True)
    )
    (unmoved,) = sign_plan(replace(asked, register=replace(asked.register, plan_lines=drawn)), Nothing()).findings
    assert not unmoved.passed
    assert "a tie decides money and is not settled: A, B" in unmoved.reason
