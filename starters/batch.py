"""`firstcover batch`: open, act, show, list."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("batch", "后续批次")
