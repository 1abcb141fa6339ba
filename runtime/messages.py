"""What users are told, by code, in their language: the words stand in `runtime/languages`, and nowhere in the code.

The law's own reasons are worked out in `rules`; each carries its rule's name and inputs beside its English sentence.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path

from runtime.sentences import chinese_or_same
from runtime.words import word, words

FOLDER = Path(__file__).parent / "languages"
#: 语言: each language is a file of this name; the first is spoken where none is asked for.
LANGUAGES = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return a language's messages by their codes."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


def language() -> str:
    """Return the language that FIRSTCOVER_LANGUAGE asks for, if it is known."""
    asked = os.environ.get("FIRSTCOVER_LANGUAGE", "")[:2].lower()
    return asked if asked in LANGUAGES else LANGUAGES[0]


def say(code: str, **inputs: object) -> str:
    """Return the message called `code` with its inputs filled in."""
    return catalogue(language())[code].format_map(inputs)


def heading(column: str) -> str:
    """Return a column's title; one that has none in this language is called by its field's name."""
    title = catalogue(language()).get(f"column_{column}") or (_column(column) if is_chinese() else None)
    return title or column.replace("_", " ")


def _column(name: str) -> str | None:
    return words()["kind"].get(name) or word(name, "field")


def is_chinese() -> bool:
    return language() == "zh"


def told(sentence: str) -> str:
    """Return a sentence of the program in the language spoken here; what an officer wrote stays as it is."""
    return chinese_or_same(sentence) if is_chinese() else sentence


def named(code: str, group: str) -> str:
    """Return what a code of a group is called in the language spoken here: in English it is its own name."""
    return words()[group].get(code, code) if is_chinese() else code
