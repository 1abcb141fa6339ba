"""统一社会信用代码: the unified social credit code of enterprises (GB 32100-2015)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_digit(body: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen: a weighted sum modulo 31."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _ALPHABET[-total % 31]


def _valid_uscc(value: str) -> str:
    if len(value) != 18 or any(char not in _ALPHABET for char in value):
        raise ValueError("must be a unified social credit code: 18 digits and capital letters without I, O, S, V, Z")
    if check_digit(value[:17]) != value[17]:
        raise ValueError(f"is not a unified social credit code: its check digit would be {check_digit(value[:17])}")
    return value


#: 统一社会信用代码, checked to its last character.
Uscc = Annotated[str, AfterValidator(_valid_uscc)]
