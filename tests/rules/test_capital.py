"""Amounts in words (大写): as the treasury's rules write them, and as another program writes most of them."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.capital import capital

#: Up to sixteen digits of yuan and two of fen.
AMOUNTS = st.integers(min_value=0, max_value=10**18 - 1).map(lambda fen: Decimal(fen).scaleb(-2))


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("1.05", "壹元零伍分"),
        ("1.50", "壹元伍角整"),
        ("10", "壹拾元整"),
        ("10.01", "壹拾元零壹分"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100005", "壹拾万零伍元整"),
        ("123456.79", "壹拾贰万叁仟肆佰伍拾陆元柒角玖分"),
        ("500000.00", "伍拾万元整"),
        ("10001000", "壹仟万壹仟元整"),
        ("100000005", "壹亿零伍元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_as_the_rules_of_payment_write_it(amount: str, words: str) -> None:
    assert capital(Decimal(amount)) == words


@given(AMOUNTS)
def test_another_program_writes_the_same_but_for_the_whole_after_jiao(amount: Decimal) -> None:
    """It leaves 整 out after the jiao, where the rules of payment leave the choice and a fen could be added."""
    theirs: str = cn2an.an2cn(f"{amount:f}", "rmb")
    assert capital(amount) == (f"{theirs}整" if theirs.endswith("角") else theirs)


@given(AMOUNTS, AMOUNTS)
def test_no_two_amounts_are_written_alike(one: Decimal, other: Decimal) -> None:
    assert (capital(one) == capital(other)) == (one == other)


@given(AMOUNTS.filter(bool))
def test_less_than_nothing_says_so(amount: Decimal) -> None:
    assert capital(-amount) == f"负{capital(amount)}"


def test_nothing_is_rounded_that_would_be_signed() -> None:
    """The other program writes 1.005 as one yuan."""
    assert cn2an.an2cn("1.005", "rmb") == "壹元整"
    with pytest.raises(ValueError, match="must be whole fen"):
        capital(Decimal("1.005"))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "1E16", "-10000000000000000", "0.001"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="must be whole fen below"):
        capital(Decimal(amount))


@pytest.mark.parametrize("amount", ["100.0", "100.00", "1E2", "1.0000E2", "-0"])
def test_how_a_number_is_held_does_not_show(amount: str) -> None:
    assert capital(Decimal(amount)) in {"壹佰元整", "零元整"}
