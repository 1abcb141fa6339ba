"""`firstcover complaint`: open, act, show, list."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("complaint", "异议、举报、投诉")
