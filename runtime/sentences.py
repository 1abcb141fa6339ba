"""句: the program's English sentences in Chinese, found again by their templates when they are shown.

What was decided is recorded in English and stays so, for it is hashed; `languages/sentences.zh.toml` holds each
template, its gaps numbered, with its Chinese. What fills a gap is itself turned where it is known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from runtime.words import word

FOLDER = Path(__file__).parent / "languages"
_GAP = re.compile(r"\{(\d)\}")
_SAID_GAP = re.compile(r"\{(\d)(?::(\w+))?\}")
#: Below so many letters a template says too little to know a sentence by: what fills it must be known too.
_WEAK = 8
_LETTER = re.compile("[A-Za-z]")
_FRACTION = re.compile(r"[0-9]\.[0-9]{1,6}|[01]")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
#: The quotation marks of Chinese bring their own space.
_BESIDE_QUOTED = re.compile("(?<=[\u3400-\u9fff]) (?=“)|(?<=”) (?=[\u3400-\u9fff])")
_LISTS = ((", ", "、"), (" or ", "或者"), (" and ", "和"))


@dataclass(frozen=True)
class Template:
    """A sentence with gaps, and how Chinese says it."""

    pattern: re.Pattern[str]
    #: The longest of its own words between two gaps: a sentence without them is another.
    longest: str
    letters: int
    weak: bool
    chinese: str


@cache
def catalogue() -> Mapping[str, str]:
    """Return the Chinese of every sentence by its English template, of those too that only old events hold."""
    return read("sentences") | read("once_said") | read("commands")


def read(name: str) -> dict[str, str]:
    """Return one file of sentences."""
    return tomllib.loads((FOLDER / f"{name}.zh.toml").read_text(encoding="utf-8"))


@cache
def _by_first_word() -> Mapping[str, tuple[Template, ...]]:
    """The templates by the word they begin with, the longest first; those that begin with a gap are of all."""
    found: dict[str, list[Template]] = defaultdict(list)
    for english, chinese in catalogue().items():
        parts = _GAP.split(english)[::2]
        if len(parts) > 1:
            first, space, _rest = parts[0].partition(" ")
            weak = sum(map(str.isalpha, "".join(parts))) < _WEAK
            template = Template(_pattern(parts), max(parts, key=len), len("".join(parts)), weak, chinese)
            found[first if space else ""].append(template)
    of_all = found[""]
    return {
        first: tuple(sorted({*many, *of_all}, key=lambda one: (-one.letters, one.chinese)))
        for first, many in found.items()
    }


def _pattern(parts: list[str]) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL)


def in_chinese(sentence: str) -> str | None:
    """Return a sentence in Chinese; None where no template is its own."""
    found = _best(sentence)
    return found[1] if found else None


def chinese_or_same(sentence: str) -> str:
    """Return a sentence in Chinese where it is known, else as it stands, as what an officer wrote."""
    return in_chinese(sentence) or sentence


@lru_cache(maxsize=16384)
def _best(sentence: str) -> tuple[int, str] | None:
    """Return a sentence's Chinese, as one or piece by piece, and how many of its letters templates account for."""
    if (whole := catalogue().get(sentence)) is not None:
        return len(sentence), whole
    ways = (_templated(sentence), _in_pieces(sentence))
    return max((way for way in ways if way), key=lambda way: way[0], default=None)


def _templated(sentence: str) -> tuple[int, str] | None:
    """Fill the longest template that the sentence is of."""
    index = _by_first_word()
    for template in index.get(sentence.partition(" ")[0], index[""]):
        match = template.pattern.fullmatch(sentence) if template.longest in sentence else None
        if match and _fills(template, match.groups()):
            return template.letters, _filled(template, match)
    return None


def _filled(template: Template, match: re.Match[str]) -> str:
    said = _SAID_GAP.sub(lambda gap: _gap_said(match[int(gap[1])], gap[2] or ""), template.chinese)
    return _BESIDE_QUOTED.sub("", said)


def _fills(template: Template, gaps: tuple[str, ...]) -> bool:
    """Whether these can be what fills it: no half of a bracket; of a weak template, nothing unknown."""
    if any(gap.count("(") != gap.count(")") for gap in gaps):
        return False
    return not template.weak or all(" " not in gap or value_in_chinese(gap)[0] for gap in gaps)


def _in_pieces(sentence: str) -> tuple[int, str] | None:
    """Sentences joined to one, each by itself."""
    pieces = sentence.split("; ")
    found = [_best(piece) for piece in pieces] if len(pieces) > 1 else []
    known = [one for one in found if one]
    return (sum(one[0] for one in known), "；".join(one[1] for one in known)) if known and all(found) else None


def value_in_chinese(value: str, group: str = "") -> tuple[int, str]:
    """Return what fills a gap in Chinese, and how many of its letters are known; else as it stands."""
    if not _LETTER.search(value):
        return 0, _unquoted(value).replace(", ", "、")
    if zh := word(value, group) or word(value.replace(" ", "_"), group):
        return len(value), zh
    if " " not in value:
        return 0, _unquoted(value)
    if found := _best(value):
        return found
    whole_quoted = value[:1] in "\"'" and value.count(value[0]) == 2
    for between, zh in () if whole_quoted else _LISTS:
        parts = value.split(between)
        turned = [value_in_chinese(part, group) for part in parts] if len(parts) > 1 else []
        plain = between == ", " and not any(" " in part for part in parts)
        if turned and (plain or all(known for known, _ in turned)):
            return sum(known for known, _ in turned), zh.join(one for _, one in turned)
    return 0, _unquoted(value)


def _gap_said(value: str, group: str) -> str:
    """What fills a gap, in Chinese; a rate, which is a fraction, in per cent."""
    if group == "percent" and _FRACTION.fullmatch(value):
        return f"{(Decimal(value) * 100).normalize():f}%"
    return value_in_chinese(value, group)[1]


def _unquoted(value: str) -> str:
    """Write what was given between the quotation marks of Chinese, and a list of such as Chinese does."""
    quoted = _QUOTED.sub(lambda found: f"“{found[1] or found[2] or ''}”", value)
    return re.sub("” or “", "”或者“", re.sub("”, “", "”、“", quoted))
