"""What a rule says of the facts: one ground of a decision, with its article."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """审查意见: whether one condition of the law is met, and why, in one line a letter can quote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: The condition's name, as the code and the glossary have it.
    rule: str
    #: The article or item that demands it, as `domain.md` writes them: `8(1)`.
    article: str
    passed: bool
    reason: str
    #: The facts it was judged from, as text.
    inputs: dict[str, str] = {}
