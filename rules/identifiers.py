"""统一社会信用代码: the unified social credit code of enterprises (GB 32100-2015)."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_digit(body: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen: a weighted sum modulo 31."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _ALPHABET[-total % 31]


def _valid_uscc(value: str) -> str:
    if not is_uscc(value):
        raise ValueError("must be a unified social credit code: 18 digits and capital letters without I, O, S, V, Z")
    if check_digit(value[:17]) != value[17]:
        raise ValueError(f"is not a unified social credit code: its check digit would be {check_digit(value[:17])}")
    return value


def is_uscc(code: str) -> bool:
    """Whether a code is written as a unified social credit code is."""
    return len(code) == 18 and all(char in _ALPHABET for char in code)


#: 统一社会信用代码, checked to its last character.
Uscc = Annotated[str, AfterValidator(_valid_uscc)]


def same_name(text: str) -> str:
    """What a name or number says, however written: without width, case, blanks, hyphens and what is invisible."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if unicodedata.category(one) not in ("Cc", "Cf", "Pd", "Zs", "Zl", "Zp"))
