"""The stylesheets ask nothing of a browser that an old Chromium lacks, and nothing of another host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = sorted((Path(__file__).parents[2] / "desk" / "static").glob("*.css"))
#: What came after 2020, which an office's browser may well be of: selectors, units, functions and rules.
TOO_NEW = re.compile(
    r":(has|is|where)\(|oklch|oklab|color-mix|light-dark|@(container|layer|scope|starting-style)"
    r"|\d[sdl]v[hw]\b|subgrid|text-wrap|\binset\b|aspect-ratio|&|(?<![\w-])(translate|rotate|scale):"
)
ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?(https?:|//)")


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_stylesheet_is_understood_by_an_old_chromium_and_loads_nothing_from_elsewhere(style: Path) -> None:
    told = re.sub(r"/\*.*?\*/", "", style.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert TOO_NEW.findall(told) == []
    assert ELSEWHERE.findall(told) == []


@pytest.mark.parametrize("asked", ["a:has(b) {}", "p { width: 3dvh }", "p { color: oklch(1 0 0) }", "a { & b {} }"])
def test_what_is_too_new_is_found(asked: str) -> None:
    assert TOO_NEW.search(asked)
