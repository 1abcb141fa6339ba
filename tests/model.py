"""The model of the states, read from docs/states.md: what may happen, by whom, and where it leads.

Nothing here knows the program: the tests walk over the model and compare the program with it.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "states.md"
OPENING, STAYS = "", "stays"

_KIND = re.compile(r"^## (\w+) \S+$", re.MULTILINE)
_STAGE = re.compile(r"`(\w+)` ([^,\s`]+?)[,.]?(?=\s|$)")
_ROW = re.compile(r"^\|" + r"([^|]*)\|" * 7 + r"$", re.MULTILINE)
_ARROW = re.compile(r"^ +(\S+) --> (\w+): (\w+)$", re.MULTILINE)


@dataclass(frozen=True)
class Transition:
    """One row of a table, for one stage of its `from`."""

    kind: str
    start: str
    act: str
    offices: tuple[str, ...]
    to: str
    article: str
    #: Acts that come first, as (kind, act).
    before: tuple[tuple[str, str], ...]
    #: Acts whose doer may not do this one.
    not_by: tuple[str, ...]
    #: What must hold in the world, in the page's words.
    world: tuple[str, ...]

    def __str__(self) -> str:
        given = f" ({', '.join(self.world)})" if self.world else ""
        return f"{self.kind}: {self.start or 'nothing'} -{self.act}-> {self.to}{given}"

    @property
    def own(self) -> frozenset[str]:
        """The acts of this same proceeding that come first."""
        return frozenset(act for kind, act in self.before if kind == self.kind)


@dataclass(frozen=True)
class Kind:
    """One kind of proceeding as the page has it."""

    name: str
    #: The stages with their Chinese labels; those that end it apart.
    stages: dict[str, str]
    ends: dict[str, str]
    transitions: tuple[Transition, ...]
    #: What the picture draws: (from, to, act).
    drawn: frozenset[tuple[str, str, str]]

    @property
    def acts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.act for row in self.transitions))

    def rows_of(self, act: str) -> tuple[Transition, ...]:
        return tuple(row for row in self.transitions if row.act == act)

    def may(self, act: str, stage: str, office: str) -> bool:
        """Whether an office may try an act at a stage at all."""
        return any(row.start == stage and office in row.offices for row in self.rows_of(act))

    def way_to(self, stage: str, done: frozenset[str] = frozenset()) -> tuple[Transition, ...]:
        """The shortest way from the opening to `stage` with the acts `done` behind it; raise where there is none."""
        queue = deque[tuple[str, frozenset[str], tuple[Transition, ...]]]([(OPENING, frozenset(), ())])
        # Only what some row needs tells two ways to a stage apart.
        matters = done.union(*(row.own for row in self.transitions))
        seen = set()
        while queue:
            at, behind, way = queue.popleft()
            if at == stage and done <= behind:
                return way
            for row in self.transitions:
                after = behind | ({row.act} & matters)
                if row.start == at and row.own <= behind and (row.to, after) not in seen:
                    seen.add((row.to, after))
                    queue.append((row.to, after, (*way, row)))
        raise LookupError(f"no way of a {self.name} leads to {stage} with {', '.join(done) or 'nothing'} done")


@cache
def model() -> dict[str, Kind]:
    """Every kind of the page, by its code."""
    parts = _KIND.split(PAGE.read_text(encoding="utf-8"))[1:]
    return {name: _kind(name, body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _kind(name: str, body: str) -> Kind:
    def listed(heading: str) -> dict[str, str]:
        found = re.search(rf"^{heading}: (.+)$", body, re.MULTILINE)
        return dict(_STAGE.findall(found[1])) if found else {}

    rows = [[cell.strip() for cell in row] for row in _ROW.findall(body)][1:]
    transitions = tuple(transition for cells in rows if "---" not in cells[0] for transition in _rows(name, cells))
    drawn = frozenset((start.replace("[*]", OPENING), to, act) for start, to, act in _ARROW.findall(body))
    return Kind(name, listed("Stages"), listed("Ends"), transitions, drawn)


def _rows(kind: str, cells: list[str]) -> list[Transition]:
    starts, act, offices, to, article, needs, _ = cells
    parts = [part.strip() for part in needs.split(",") if part.strip()]
    before = [re.findall(r"^`(?:(\w+)\.)?(\w+)`$", part) for part in parts]
    not_by = [re.findall(r"^not by `(\w+)`$", part) for part in parts]
    world = [re.findall(r"^\*(.+)\*$", part) for part in parts]
    assert all(map(any, zip(before, not_by, world, strict=True))), f"cannot be read: {needs}"
    return [
        Transition(
            kind=kind,
            start=start,
            act=act.strip("`"),
            offices=tuple(offices.split(", ")),
            to=start if to.strip("`") == STAYS else to.strip("`"),
            article=article,
            before=tuple((whose or kind, name) for found in before for whose, name in found),
            not_by=tuple(name for found in not_by for name in found),
            world=tuple(text for found in world for text in found),
        )
        for start in (re.findall(r"`(\w+)`", starts) or [OPENING])
    ]
