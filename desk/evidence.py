"""核实依据: what of a submission speaks to which item of the district's checklist (articles 2, 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Speaks(NamedTuple):
    """Which facts and which kinds of paper speak to an item."""

    facts: tuple[str, ...]
    papers: tuple[str, ...]


ITEMS: Mapping[str, Speaks] = {
    "2": Speaks(("kind", "breakthrough", "has_ip", "market_record", "first_user"), ("product_description", "patent")),
    "8": Speaks(("sme", "industrial_manufacturer"), ("licence",)),
    "8(1)": Speaks(("registered_on", "registered_in_city", "legal_person", "key_industry"), ("licence",)),
    "8(2)": Speaks(("industrial_policy_met",), ("policy_statement",)),
    "8(3)": Speaks(("standards_met", "quality_certified"), ("certificate",)),
    "8(4)": Speaks(("patent", "test_report"), ("patent", "test_report")),
    "8(5)": Speaks(("environment_met",), ("certificate", "test_report")),
    "8(6)": Speaks(("other_conditions_met",), ("other",)),
}


class Beside(NamedTuple):
    """What stands beside an item: what the enterprise stated, and its papers, each with its document's number."""

    stated: Mapping[str, Any]
    papers: Sequence[tuple[Mapping[str, Any], str]]


def beside(submission: Mapping[str, Any], by_hash: Mapping[str, str]) -> dict[str, Beside]:
    """What a submission says to each item of the checklist; `by_hash` gives a paper's document."""
    said = {**submission.get("enterprise", {}), **submission.get("product", {})}
    papers = submission.get("papers", [])
    return {
        item: Beside(
            {name: said[name] for name in speaks.facts if name in said},
            [(paper, by_hash.get(paper["sha256"], "")) for paper in papers if paper["kind"] in speaks.papers],
        )
        for item, speaks in ITEMS.items()
    }
