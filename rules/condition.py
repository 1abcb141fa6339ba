"""条件: one condition of the law: a small function that says whether it is met and why, under its article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rules.edition import Edition
from rules.facts import Facts
from rules.finding import Finding

F = TypeVar("F", bound=Facts)
#: Whether a condition is met, and the reason in one line.
Answer = tuple[bool, str]


@dataclass(frozen=True)
class Condition(Generic[F]):
    """A condition, asked by calling it: `(facts, edition) -> Finding`."""

    article: str
    #: The facts it is judged from, kept with the finding as evidence.
    of: tuple[str, ...]
    test: Callable[[F, Edition], Answer]

    @property
    def rule(self) -> str:
        """The condition's name, which is the function's."""
        return self.test.__name__

    @property
    def meaning(self) -> str:
        """The condition's Chinese term and what it asks, from the function's docstring."""
        return self.test.__doc__ or ""

    def __call__(self, facts: F, edition: Edition) -> Finding:
        passed, reason = self.test(facts, edition)
        inputs = {name: _written(getattr(facts, name)) for name in self.of}
        return Finding(rule=self.rule, article=self.article, passed=passed, reason=reason, inputs=inputs)


def condition(article: str, *of: str) -> Callable[[Callable[[F, Edition], Answer]], Condition[F]]:
    """Make a function the condition of an article, judged from the facts named."""
    return lambda test: Condition(article, of, test)


def _written(value: object) -> str:
    """Write a fact as it was handed in."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)
