"""人民币大写: an amount in the words a plan and an order of payment are signed with (支付结算办法, annex 1).

What is written cannot be mended by a stroke: every amount ends in 整 unless it has fen.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from rules.values import FEN, to_fen

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
IN_FOUR: Final = ("", "拾", "佰", "仟")
#: Of each four digits, from the right; the fourth of them are ten thousands of 亿.
OF_FOUR: Final = ("", "万", "亿", "万")
MOST: Final = Decimal(10) ** (4 * len(OF_FOUR))


def capital(amount: Decimal) -> str:
    """大写金额: write an amount in yuan, as 壹仟贰佰叁拾肆元伍角整; raise ValueError for what is no whole fen."""
    if not amount.is_finite() or abs(amount) >= MOST or amount != to_fen(amount):
        raise ValueError(f"must be whole fen below {MOST:f} yuan, not {amount}")
    sign = "负" if amount < 0 else ""
    yuan, fen = divmod(int(abs(amount) / FEN), 100)
    return sign + (f"{_whole(yuan)}元" if yuan or not fen else "") + _part(yuan, *divmod(fen, 10))


def _whole(yuan: int) -> str:
    """Write whole yuan four digits at a time; zeros inside are one 零, zeros at an end of four are none."""
    written, skipped = "", False
    for place, digit in zip(range(len(str(yuan)) - 1, -1, -1), map(int, str(yuan)), strict=True):
        if digit:
            written += ("零" if skipped else "") + DIGITS[digit] + IN_FOUR[place % 4]
        skipped = not digit
        # 亿 is said even after a whole ten thousand of them: 壹万亿.
        if place % 4 == 0 and (place == 8 or yuan // 10**place % 10_000):
            written, skipped = written + OF_FOUR[place // 4], False
    return written or DIGITS[0]


def _part(yuan: int, jiao: int, fen: int) -> str:
    """Write what is under a yuan; where only the jiao is nothing a 零 stands for it."""
    if not fen:
        return f"{DIGITS[jiao]}角整" if jiao else "整"
    return (f"{DIGITS[jiao]}角" if jiao else "零" if yuan else "") + f"{DIGITS[fen]}分"
