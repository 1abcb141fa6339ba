"""The kinds of value that facts are made of, read strictly: what is not written as promised is refused.

Amounts are yuan to the fen and rates are fractions, both handed in as text so that no binary fraction comes near money.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, Strict, WithJsonSchema

from rules.faults import shown

FEN: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
MOST_DIGITS: Final = 16

# [0-9] and not \d, which would let in the digits of every script.
_AMOUNT: Final = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?")
_RATE: Final = re.compile(r"[0-9]+(?:\.[0-9]{1,6})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def to_fen(amount: Decimal) -> Decimal:
    """Round to the fen, half up: the one rounding, done once for each amount."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def in_yuan(amount: Decimal) -> str:
    """Write an amount with its two decimals."""
    return f"{amount:.2f}" if amount else "0.00"


def amount_or_zero(value: object) -> Decimal:
    """Read an amount in yuan that may be zero; raise ValueError with a sentence where it is none."""
    text = f"{value:f}" if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError(f'must be yuan as text, such as "20000000.00": at most two decimals, not {shown(value)}')
    if len(text) - ("." in text) > MOST_DIGITS:
        raise ValueError(f"must have at most {MOST_DIGITS} digits, not {shown(value)}")
    return to_fen(Decimal(text))


def amount(value: object) -> Decimal:
    """Read an amount in yuan above zero; raise ValueError with a sentence where it is none."""
    read = amount_or_zero(value)
    if not read:
        raise ValueError(f"must be greater than zero, not {shown(value)}")
    return read


def rate(value: object) -> Decimal:
    """Read a rate, a fraction between 0 and 1; raise ValueError with a sentence where it is none."""
    text = f"{value:f}" if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not _RATE.fullmatch(text):
        raise ValueError(f'must be a rate as text, such as "0.03": at most six decimals, not {shown(value)}')
    read = Decimal(text)
    if not 0 < read < 1:
        raise ValueError(f"must be between 0 and 1 (3 per cent is 0.03), not {shown(value)}")
    return read


def law_date(value: object) -> date:
    """Read a date in Asia/Shanghai; raise ValueError with a sentence where it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"must be a date written YYYY-MM-DD, not {shown(value)}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"must be a day of the calendar, not {shown(value)}") from None


def minute(value: object) -> datetime:
    """Read a local time to the minute, without a zone; raise ValueError with a sentence where it is none."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value
    if not isinstance(value, str) or not _MINUTE.fullmatch(value):
        raise ValueError(f"must be a time written YYYY-MM-DDTHH:MM, not {shown(value)}")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"must be a minute of the day, not {shown(value)}") from None


def text(value: object) -> str:
    """Read text that is not empty; raise ValueError with a sentence where it is none."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"must be text that is not empty, not {shown(value)}")
    return value


def _shape(pattern: re.Pattern[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$"})


_written = PlainSerializer(in_yuan, when_used="json")

#: 金额: yuan above zero. A `Decimal` with two decimals.
Yuan = Annotated[Decimal, BeforeValidator(amount), _written, _shape(_AMOUNT)]
#: 金额: yuan, or nothing.
YuanOrZero = Annotated[Decimal, BeforeValidator(amount_or_zero), _written, _shape(_AMOUNT)]
#: 费率: a fraction of the sum insured, 0 < rate < 1.
Rate = Annotated[Decimal, BeforeValidator(rate), _shape(_RATE)]
#: 日期: a day in Asia/Shanghai.
LawDate = Annotated[date, BeforeValidator(law_date), WithJsonSchema({"type": "string", "format": "date"})]
#: 时间: a minute in Asia/Shanghai, as a `datetime` without a zone.
Minute = Annotated[
    datetime,
    BeforeValidator(minute),
    PlainSerializer(lambda at: at.isoformat(timespec="minutes"), return_type=str, when_used="json"),
    _shape(_MINUTE),
]
#: 年数: the whole years of an insurance term.
Years = Annotated[int, Strict(), Field(ge=1, le=10)]
#: 是否: true or false, and nothing that resembles them.
Flag = Annotated[bool, Strict()]
