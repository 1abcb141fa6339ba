"""The desk's strings: `python -m tests.desk.strings` brings the catalogues up to date with what is marked.

A place's pages and templates have the catalogue `<place>.po`; all else is in `desk.po`, and what is there is not
said again elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from desk.api import app as api
from desk.language import LOCALES

DESK = LOCALES.parent
ROOT = DESK.parent
FOLDER = LOCALES / "zh" / "LC_MESSAGES"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
SHARED = "desk"
#: Babel heads a catalogue with the day and with people there are none of: two helpers would never agree on it.
_HEADING = re.compile(r'msgid ""\nmsgstr ""\n(?:".*"\n)+')
_PLAIN = "\n".join(
    (
        'msgid ""',
        'msgstr ""',
        r'"Language: zh\n"',
        r'"Plural-Forms: nplurals=1; plural=0;\n"',
        r'"Content-Type: text/plain; charset=utf-8\n"',
        r'"Content-Transfer-Encoding: 8bit\n"',
        "",
    )
)
_JINJA = {"extensions": "jinja2.ext.do", "trimmed": "true"}


def sources() -> Iterator[Path]:
    yield from sorted(path for path in DESK.rglob("*") if path.suffix in (".py", ".html"))


def place_of(path: Path) -> str:
    """Which catalogue a source's strings belong to."""
    first, *rest = path.relative_to(DESK).parts
    if first == "pages" and rest and rest[0] != "__init__.py":
        return Path(rest[0]).stem
    if first == "templates" and len(rest) > 1 and rest[0] not in ("parts", "errors"):
        return rest[0]
    return SHARED


def marked(path: Path) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Every string a source marks, by its line."""
    with path.open("rb") as stream:
        how = babel_extract if path.suffix == ".html" else "python"
        options = _JINJA if path.suffix == ".html" else {}
        for line, words, *_ in extract(how, stream, KEYWORDS, (), options):
            yield line, words if isinstance(words, str) else (words[0], words[1])


def catalogues() -> dict[str, Catalog]:
    """The catalogues that are there, by their names."""
    found = {}
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as stream:
            found[path.stem] = read_po(stream, locale="zh")
    return found


def needed() -> dict[str, dict[str | tuple[str, str], set[str]]]:
    """What each catalogue must hold, and which sources say it."""
    found: dict[str, dict[str | tuple[str, str], set[str]]] = {SHARED: {}}
    for path in sorted(sources(), key=lambda one: place_of(one) != SHARED):
        for _, words in marked(path):
            where = SHARED if words in found[SHARED] else place_of(path)
            found.setdefault(where, {}).setdefault(words, set()).add(path.relative_to(ROOT).as_posix())
    for words in described():
        if words not in found[SHARED]:
            found.setdefault("api", {}).setdefault(words, set()).add("desk/api/app.py")
    return found


def described() -> list[str]:
    """All that the API's description says in words: docstrings, and what its parts say of themselves."""
    said: list[str] = []
    api.described(api.build(), lambda words: said.append(words) or words)  # type: ignore[func-returns-value]
    return said


def main() -> None:
    """Write every catalogue anew: what is translated stays, what is new waits, what nobody says goes."""
    known = {}
    for catalogue in catalogues().values():
        known |= {message.id: message.string for message in catalogue if message.id and message.string}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, strings in needed().items():
        made = Catalog(locale="zh", charset="utf-8", header_comment="# 工作台: the desk in Chinese.", fuzzy=False)
        for words in sorted(strings, key=str):
            plural = ("",) if isinstance(words, tuple) else ""
            made.add(words, known.get(words, plural), locations=[(one, 1) for one in sorted(strings[words])])
        written = BytesIO()
        write_po(written, made, include_lineno=False, sort_output=True, width=110)
        text = _HEADING.sub(lambda _: _PLAIN, written.getvalue().decode(), count=1)
        (FOLDER / f"{name}.po").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
