"""Messages by code: every language says the same things about the same inputs, and nothing stands in the code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from runtime.errors import Refused
from runtime.messages import LANGUAGES, catalogue, say

ROOT = Path(__file__).resolve().parents[2]
USED = {
    code
    for folder in ("runtime", "starters")
    for path in (ROOT / folder).glob("*.py")
    for call in re.findall(r"\bsay\(([^)]*)", path.read_text(encoding="utf-8"))
    for code in re.findall(r'"(\w+)"(?=[,)]|$| if| else)', call.split(",")[0] + ",")
}


def inputs_of(message: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(message) if name}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_has_every_message_with_the_same_inputs(language: str) -> None:
    first = {code: inputs_of(message) for code, message in catalogue(LANGUAGES[0]).items()}
    assert {code: inputs_of(message) for code, message in catalogue(language).items()} == first


def test_every_message_that_is_said_is_known_and_every_known_one_is_said() -> None:
    known = {code for code in catalogue(LANGUAGES[0]) if not code.startswith("column_")}
    indirect = {"act_done", "act_refused", "balanced", "unbalanced"}
    assert USED - known == set()
    assert known - USED - indirect == set()


def test_the_language_is_the_one_asked_for_else_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "zh_CN.UTF-8")
    assert say("history") == "办理记录"
    assert "不予办理" in str(Refused("insured_in_time", "11", "late"))
    monkeypatch.setenv("FIRSTCOVER_LANGUAGE", "tlh")
    assert say("history") == "History"
