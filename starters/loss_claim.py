"""`firstcover loss-claim`: open, act, show, list."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("loss_claim", "理赔")
