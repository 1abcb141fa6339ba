"""`firstcover recovery`: open, act, show, list."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("recovery", "追回")
