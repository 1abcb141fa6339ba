"""首台（套）重大技术装备保险补偿: the national scheme for first sets of equipment, every figure with its item."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from rules import national
from rules.edition import Cited, Edition

EDITIONS: Final = (
    Edition(
        scheme="national-first-set",
        name="national-first-set-demonstration-2024",
        family="national",
        title=national.TITLE,
        document=national.DOCUMENT,
        owners=national.OWNERS,
        issued_on=date(2024, 5, 24),
        issued_under="end",
        demonstration=True,
        articles=national.ARTICLES,
        interpretations=national.INTERPRETATIONS,
        catalogue=Cited("首台（套）重大技术装备推广应用指导目录", "2(3)"),
        qualification_years=Cited(3, "3(4)", "P: at most three years by 〔2024〕473"),
        ceiling_ratio=Cited(Decimal("0.05"), "3(4)", "P: illustrative; no text we hold gives the ratio"),
        premium_share=Cited(Decimal("0.80"), "3(5)", "P: illustrative; practice, not this text"),
        bar_years=Cited(3, "4(9)", "P: for false material, by 〔2024〕473"),
    ),
)
