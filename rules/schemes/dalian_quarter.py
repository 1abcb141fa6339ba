"""季度: which quarter a day lies in, when it ends, and which fiscal year its returns charge (article 13, I-10)."""

from __future__ import annotations

from datetime import date


def fiscal_year_of(year: int, quarter: int) -> int:
    """财政年度: the fourth quarter's returns are reviewed in, and charge, the next year (I-10)."""
    return year + 1 if quarter == 4 else year


def quarter_end(year: int, quarter: int) -> date:
    """季末: 31 March, 30 June, 30 September or 31 December."""
    return date(year, quarter * 3, 30 if quarter in (2, 3) else 31)


def quarter_before(day: date) -> str:
    """刚结束的季度: the last quarter that ended before a day, as `2026Q4`."""
    quarter = (day.month - 1) // 3
    return f"{day.year}Q{quarter}" if quarter else f"{day.year - 1}Q4"


def quarter_after(quarter: str) -> str:
    """下一季度: the quarter whose return takes what comes too late for this one's."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year + 1}Q1" if number == 4 else f"{year}Q{number + 1}"
