"""脱敏: what of a person is told only in part: names, telephones, addresses, identity numbers and bank accounts.

An enterprise's unified social credit code is public and stays; so do numbers of cases, policies and papers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rules.identifiers import check_digit, is_uscc

HIDDEN: Final = "＊"
#: Fields that name a person or tell how to reach one, and those that are numbers of his.
NAMES: Final = frozenset({"contact", "objector", "person"})
NUMBERS: Final = frozenset({"phone", "telephone", "mobile", "id_number", "account", "bank_account"})
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: Seven figures and more as people write them, with blanks and hyphens between, that no letter touches and that are no
#: amount: what follows the letters and the hyphen of a number of a case or a paper is that number's own.
_FIGURES = re.compile(r"(?<![A-Za-z0-9.])(?<![A-Za-z0-9]-)\+?[0-9](?:[ -]?[0-9]){6,31}[Xx]?(?![A-Za-z0-9]|\.[0-9])")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_IDENTITY = r"[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
_MOBILE = r"(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
#: A place's code stands apart from the number there, by brackets, a blank or a stroke, or it would be any number; an
#: extension follows.
_PLACE, _GAP = "(?:10|2[0-9]|[3-9][0-9]{2})", "[ –—－-]"
_LANDLINE = (
    rf"(?:(?:\+86{_GAP}?|86{_GAP})[(（]?0?{_PLACE}[)）]?{_GAP}?|[(（]0{_PLACE}[)）]{_GAP}?|0{_PLACE}{_GAP})"
    rf"[2-9][0-9]{{2,3}}{_GAP}?[0-9]{{4}}(?: ?(?:{_GAP}|转|分机|转分机|ext\.?|x) ?[0-9]{{1,6}})?"
)
#: In a text for an officer, who needs every number of a thing: a telephone, an identity card.
_REACHES = re.compile(rf"(?<![A-Za-z0-9.-])(?:{_MOBILE}|{_IDENTITY}|{_LANDLINE})(?![A-Za-z0-9-]|\.[0-9])")
#: Fields that hold a number or an address of a thing, which may look like a person's.
_OF_THINGS: Final = ("number", "code", "uscc", "sha256", "address", "invoice", "voucher", "document")


def name(said: str) -> str:
    """A person's name by its first character: 王＊＊."""
    return said.strip()[:1] + HIDDEN * 2


def number(said: str) -> str:
    """A number of a person's by its last two figures, where it is long enough that they tell nothing."""
    bare = re.sub(r"[\s-]", "", said)
    return HIDDEN * 4 + (bare[-2:] if len(bare) > 6 else "")


def public_text(said: str) -> str:
    """A text without what reaches a person: e-mail addresses, telephones, identity numbers, accounts."""
    return _FIGURES.sub(_unless_public, _EMAIL.sub(HIDDEN * 4, said))


def _unless_public(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) or _is_enterprise(found[0]) else number(found[0])


def _is_enterprise(figures: str) -> bool:
    """Whether figures are an enterprise's code, which begins with 9, and not an identity number that looks like one."""
    code = figures.upper()
    return (
        code[:1] == "9" and is_uscc(code) and check_digit(code[:17]) == code[17] and not re.fullmatch(_IDENTITY, code)
    )


def masked(value: Any, field: str = "") -> Any:
    """Facts as a page tells them: the same shape, without a person's name, telephone, identity number or account."""
    hidden = field in NAMES or field in NUMBERS
    match value:
        case Mapping():
            return {key: masked(inner, field if hidden else key) for key, inner in value.items()}
        case list() | tuple():
            return [masked(inner, field) for inner in value]
        case str() if hidden and value:
            return number(value) if field in NUMBERS else name(value)
        case str() if not field.endswith(_OF_THINGS):
            return _REACHES.sub(lambda found: number(found[0]), _EMAIL.sub(HIDDEN * 4, value))
    return value
