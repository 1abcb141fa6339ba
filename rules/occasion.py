"""Acts done where there is an occasion, which no proceeding waits for: nobody need take back, revoke or dispute."""

from __future__ import annotations

from typing import Final

ON_OCCASION: Final = frozenset(
    {
        *("revoke", "supersede", "bar", "suspend", "delist", "withdraw", "decline_assessment", "record_objection"),
        *("cancel", "rescind", "dispute", "appeal", "reopen_filing", "drop_recovery", "refer_to_judiciary"),
    }
)


def on_occasion(act: str) -> bool:
    """Whether an act is a mere matter of occasion; what was done is taken back so too."""
    return act in ON_OCCASION or "take_back" in act
