"""`firstcover pilot-insurer`: the files of the pilot insurers and their clauses (articles 3, 12, 15(1), 15(2))."""

from __future__ import annotations

from starters.proceeding import group_of

app = group_of("pilot_insurer", "试点保险机构")
