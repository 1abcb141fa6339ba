"""The README stands in both languages: the same chapters, commands and code, each naming the other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, CHINESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))


def test_both_have_the_same_chapters_and_blocks_of_code() -> None:
    for pattern in (r"(?s)```.*?```", r"(?m)^\| `[^`]+`", r"(?m)^#+ |^- "):
        assert re.findall(pattern, CHINESE) == re.findall(pattern, ENGLISH)


def test_both_link_to_the_same_pages_and_to_each_other() -> None:
    english, chinese = (set(re.findall(r"\]\(([^)]+)\)", text)) for text in (ENGLISH, CHINESE))
    assert english - {"README.zh-CN.md"} == chinese - {"README.md"}
    assert "README.zh-CN.md" in english
    assert "README.md" in chinese
