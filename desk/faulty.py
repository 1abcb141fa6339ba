"""What is wrong with a form, told together above it: every rule broken, and the fields that break it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desk import naming
from desk.forms import Field


@dataclass(frozen=True)
class Fault:
    """A rule that fields of one group break: what they stand in, which they are, and the rule."""

    within: str
    fields: Sequence[Field]
    why: str


def faulty(fields: Sequence[Field]) -> list[Fault]:
    """Every fault of a form in the order of its fields; those of one group and rule together."""
    found: dict[tuple[str, str], list[Field]] = {}
    for within, one in _each(fields, ""):
        if one.error:
            found.setdefault((within, one.error), []).append(one)
    return [Fault(within, many, why) for (within, why), many in found.items()]


def _each(fields: Sequence[Field], within: str) -> Iterator[tuple[str, Field]]:
    """Each field with what it stands in: its group, its row's number, or what its row is about."""
    for one in fields:
        yield within, one
        yield from _each(one.fields, naming.field(one.key))
        for at, row in enumerate(one.rows, start=1):
            about = next((naming.article(part.value) for part in row if part.key == one.told), None)
            yield from _each(row, about or f"{naming.field(one.key)} {at}")
