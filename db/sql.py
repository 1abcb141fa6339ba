"""Named SQL: `db/queries/<noun>.sql`, each query with its name and a sentence.

`queries("proceeding").lock` is the text below the line `-- lock --`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace

FOLDER = Path(__file__).parent / "queries"
_HEADING = re.compile(r"^-- (\w+) --\n", re.MULTILINE)


@cache
def queries(noun: str) -> SimpleNamespace:
    """Return the queries of one noun as attributes."""
    _, *parts = _HEADING.split((FOLDER / f"{noun}.sql").read_text(encoding="utf-8"))
    return SimpleNamespace(**dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True)))
