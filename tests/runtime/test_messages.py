"""Messages by code: every language says the same things about the same inputs, and nothing stands in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from rules.procedures import PROCEDURES
from rules.schemes.dalian_opinions import LeftOut
from rules.schemes.dalian_return import Fault
from runtime.errors import BadInput, Refused
from runtime.messages import LANGUAGES, catalogue, heading, say, told

ROOT = Path(__file__).resolve().parents[2]
USED = {
    code
    for folder in ("runtime", "starters")
    for path in (ROOT / folder).glob("*.py")
    for call in re.findall(r"\bsay\(([^)]*)", path.read_text(encoding="utf-8"))
    for code in re.findall(r'"(\w+)"(?=[,)]|$| if| else)', call.split(",")[0] + ",")
}


MONEY = (
    "premium",
    "subsidy_asked",
    "enterprise_share",
    "insurer_share",
    "cut_by_cap",
    "approved",
    "waitlisted",
    "paid",
)
ACCOUNTS = ("treasury", "available", "committed", "paid", "returned")
#: What is only known when it is shown: a file's money, a year's accounts, the fields of a fault.
MORE_COLUMNS = {*LeftOut._fields, *Fault._fields, *(kind for kind, _ in PROCEDURES), *MONEY, *ACCOUNTS}


def columns_of(path: Path) -> Iterator[str]:
    """The columns of a module's tables: the tuples that are handed on to be told, or are named as columns."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        tables: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("tell_table", "tell_rows", "_tell"):
            tables = node.args
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("COLUMNS", "WHY", "columns"):
            tables = [node.value]
        for table in tables:
            if isinstance(table, ast.Tuple):
                yield from (one.value for one in table.elts if isinstance(one, ast.Constant))


def inputs_of(message: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(message) if name}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_has_every_message_with_the_same_inputs(language: str) -> None:
    first, other = (
        {code: inputs_of(message) for code, message in catalogue(one).items() if not code.startswith("column_")}
        for one in (LANGUAGES[0], language)
    )
    assert other == first


def test_every_column_that_is_shown_has_a_chinese_title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "zh")
    shown = {column for path in (ROOT / "starters").glob("*.py") for column in columns_of(path)}
    assert len(shown) > 80
    assert {column for column in shown | MORE_COLUMNS if not re.search("[一-鿿]", heading(column))} == set()


def test_a_code_and_a_sentence_are_told_in_chinese_where_it_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "zh")
    why = "the insurer is not on the published list of pilot insurers"
    assert str(Refused("listed_insurer", "12", why)).endswith("保险机构不在已公布的试点名单内")
    assert str(BadInput(("amount", "must be given"))) == "输入有误：amount：必须填写"
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "en")
    assert told(why) == why


def test_every_message_that_is_said_is_known_and_every_known_one_is_said() -> None:
    known = {code for code in catalogue(LANGUAGES[0]) if not code.startswith("column_")}
    indirect = {"act_done", "act_refused", "balanced", "unbalanced", "plan_held", "plan_refused", "preview"}
    assert USED - known == set()
    assert known - USED - indirect == set()


def test_the_language_is_the_one_asked_for_else_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "zh_CN.UTF-8")
    assert say("history") == "办理记录"
    assert "不予办理" in str(Refused("insured_in_time", "11", "late"))
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "tlh")
    assert say("history") == "History"
