"""Typesetting: data laid out by a template beside this module, the same data to the same bytes."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import typst

FOLDER = Path(__file__).parent
#: The languages a document can be written in; the first is the law's.
LANGUAGES = ("zh", "en")

Words = dict[str, dict[str, str]]


@cache
def words_of(document: str, language: str) -> Words:
    """Return the words of a kind of document in a language."""
    return tomllib.loads((FOLDER / f"{document}.{language}.toml").read_text(encoding="utf-8"))


def typeset(template: str, data: dict[str, Any], form: Literal["pdf", "png"], ppi: int = 96) -> Any:
    """Lay data out: as one PDF, or as a list of pictures; what people wrote is never read as markup."""
    made: Any = typst.compile(
        str(FOLDER / f"{template}.typ"),
        root=str(FOLDER),
        font_paths=[str(files("noto_cjk_sans_otc"))],
        ignore_system_fonts=True,
        format=form,
        ppi=ppi,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return made if form == "pdf" or isinstance(made, list) else [made]
