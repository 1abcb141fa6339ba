"""申请编号: many applications told shortly: under one hash, or by the first of them (article 13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

#: Of applications that a finding names one by one: an event and an answer stay short, whatever the plan holds.
MOST_SAID: Final = 20


def digest_of(numbers: Iterable[str]) -> str:
    """Hash which applications these are, in whatever order; `db/queries/audit.sql` takes it too."""
    return sha256("\n".join(sorted(numbers)).encode()).hexdigest()


def first_of(said: Sequence[str], between: str) -> str:
    """The first of what may be said of a hundred thousand, and how many more there are."""
    more = len(said) - MOST_SAID
    return between.join((*said[:MOST_SAID], *((f"and {more} more",) if more > 0 else ())))
