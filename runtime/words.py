"""What names are called in Chinese: acts, stages, offices, deadlines, rules, fields and values, each by its group."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from rules.procedures import PROCEDURES

#: 标签: the desk's labels are the command line's and the sentences' too.
LABELS = Path(__file__).parents[1] / "desk" / "labels"
OWN = Path(__file__).parent / "languages" / "words.zh.toml"
#: Where a name of no stated group is looked for, in turn.
GROUPS = ("word", "office", "kind", "act", "stage", "deadline", "money", "value", "section", "rule", "field")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Every Chinese name by its group and its code."""
    found: dict[str, dict[str, str]] = {group: {} for group in GROUPS}
    for path in (*sorted(LABELS.glob("zh*.toml")), OWN):
        for group, names in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.setdefault(group, {}).update(names)
    for group, name, zh in _of_procedures():
        found[group].setdefault(name, zh)
    return found


def _of_procedures() -> Iterator[tuple[str, str, str]]:
    for procedure in PROCEDURES.values():
        yield from (("act", act.name, act.zh) for act in procedure.acts.values())
        yield from (("stage", stage.name, stage.zh) for stage in procedure.stages.values())


@cache
def _of_any() -> Mapping[str, str]:
    """Every Chinese name by its code, of the first group that has it."""
    return {name: zh for group in reversed(GROUPS) for name, zh in words()[group].items()}


def word(name: str, group: str = "") -> str | None:
    """Return what a code is called in Chinese, by its group or by the first that has it; None where nobody knows."""
    return words().get(group, {}).get(name) or _of_any().get(name)
