"""国家办法: what the two national schemes share: qualification first, then funds, paid to the enterprise.

The subsidy is a share of the premium actually paid, within a ceiling that is a share of the product's value.
No formula of the city has a place here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from rules.edition import Edition, Interpretation
from rules.values import to_fen

TITLE: Final = "关于进一步完善首台（套）重大技术装备首批次新材料保险补偿政策的意见"
DOCUMENT: Final = "工信部联重装〔2024〕89号"
OWNERS: Final = ("工业和信息化部", "财政部", "国家金融监督管理总局")
ARTICLES: Final = ("1", "2(1)", "2(2)", "2(3)", "3(4)", "3(5)", "3(6)", "4(7)", "4(8)", "4(9)", "end")
INTERPRETATIONS: Final = (
    Interpretation("in_force_from", "end", "in force from the written date 2024-05-24; published 2024-06-04"),
    Interpretation("payee", "3(5)", "paid to the enterprise, whose premium it compensates"),
    Interpretation("one_ceiling", "3(5)", "several paid years draw on one ceiling"),
    Interpretation("catalogue_removal", "2(3)", "removing an item does not end a qualification already given"),
    Interpretation("quality_deposit", "3(5)", "a deposit taken beside quality insurance is recorded and warned of"),
    Interpretation("free_choice", "3(6)", "kinds, number and term of insurance are the enterprise's; no rate ceiling"),
    Interpretation("run_off", "end", "renewals begun under the repealed rules of 2015 to 2019 run off under them"),
)


def qualification_ceiling(product_value: Decimal, edition: Edition) -> Decimal:
    """补贴资金上限 (item 3(4)): the edition's ratio of the product's value, in yuan."""
    return to_fen(product_value * edition.ceiling_ratio.value)


def fund_amount(premium_paid: Decimal, ceiling_left: Decimal, edition: Edition) -> Decimal:
    """补贴资金 (item 3(5)): the edition's share of the premium actually paid, as far as the ceiling goes, in yuan."""
    return min(to_fen(premium_paid * edition.premium_share.value), ceiling_left)
