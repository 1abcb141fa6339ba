"""放假通知文本: the days of a State Council notice read from its text, as it is pasted.

Read are days in Chinese (`10月1日至7日`) and in figures (`2027-10-01`); each clause says whether its days are off
(放假) or worked (上班). What a clause says otherwise is told as not read: two officers look before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from rules.periods import days_later

_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
_SPAN = re.compile(rf"{_DAY}(?:(?:至|到|[-—–~～]+){_DAY})?")
_IN_FIGURES = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_ASIDE = re.compile(r"[（(][^（）()]*[)）]")
_OFF, _WORKED = re.compile(r"放假|调休|休息|off", re.IGNORECASE), re.compile(r"上班|work", re.IGNORECASE)
#: The longest span a clause can mean: longer is misread.
_LONGEST = 31


class Read(NamedTuple):
    """What a text says: days off, days worked, and clauses with days that say neither."""

    days_off: list[date]
    workdays: list[date]
    unread: list[str]


def read_notice(year: int, text: str) -> Read:
    """Read the days of a year's notice; a day without a year is of that year, 12月 before 1月 of the year before."""
    found = Read([], [], [])
    for clause in re.split(r"[。；;，,\n]", _in_chinese(_ASIDE.sub("", text).replace(" ", ""))):
        try:
            days = list(dict.fromkeys(_days(year, clause)))
        except ValueError:
            found.unread.append(clause)
            continue
        if not days:
            continue
        worked, off = _WORKED.search(clause), _OFF.search(clause)
        if not (worked or off):
            found.unread.append(clause)
            continue
        kept = found.workdays if worked else found.days_off
        kept += [day for day in days if day not in kept]
    return Read(sorted(found.days_off), sorted(found.workdays), found.unread)


def _in_chinese(text: str) -> str:
    return _IN_FIGURES.sub(r"\1年\2月\3日", text)


def _days(year: int, clause: str) -> Iterator[date]:
    month = 0
    for said in _SPAN.finditer(clause):
        first_year, first_month, first_day, last_year, last_month, last_day = (int(one or 0) for one in said.groups())
        month = first_month or month
        ends_in = last_month or month
        begins = date(first_year or (year - 1 if ends_in < month else year), month, first_day)
        ends = date(last_year or max(begins.year, year), ends_in, last_day) if last_day else begins
        if not 0 <= (ends - begins).days <= _LONGEST:
            raise ValueError(clause)
        yield from (days_later(begins, n) for n in range((ends - begins).days + 1))
        month = ends_in
