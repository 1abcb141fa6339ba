"""`firstcover policy`: act, show, list."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("policy", "保单")
