"""The command line's help speaks Chinese where that is asked for: no text of any command is left in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click
import typer

from runtime.sentences import read
from starters.cli import app
from starters.help_texts import turned


def helps(command: Any) -> Iterator[str]:
    """Every text of help of a command and of all below it."""
    yield from filter(None, (command.help, *(getattr(one, "help", None) for one in command.params)))
    if hasattr(command, "list_commands"):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from helps(command.get_command(context, name))


def test_every_text_of_help_has_its_chinese() -> None:
    told = set(helps(typer.main.get_command(app)))
    assert len(told) > 200
    assert {
        text
        for text in told
        if re.search(r"(?<!-)\b(the|a|and|of|in|only|what|its?)\b", turned(text) or "", re.IGNORECASE)
    } == set()
    assert {text for text in told if not re.search("[一-鿿]", turned(text) or "")} == set()


def test_every_chinese_text_of_help_is_shown() -> None:
    assert turned("Do an act in a case, for an officer.") == "由经办人在办件中办理一项行为。"
    assert len(read("commands")) > 150
