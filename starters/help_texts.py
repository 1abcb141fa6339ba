"""The command line's help in the language spoken here, each paragraph by its English words."""

from __future__ import annotations

from typing import Any

from runtime.messages import is_chinese
from runtime.sentences import chinese_or_same


def in_language(command: Any) -> Any:
    """Return a command, its help and its options' turned into Chinese where that is spoken."""
    if is_chinese():
        _turn(command)
    return command


def _turn(command: Any) -> None:
    command.help = command.short_help = turned(command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = turned(parameter.help)
    for one in getattr(command, "commands", {}).values():
        _turn(one)


def turned(text: str | None) -> str | None:
    """Return a text in Chinese, paragraph by paragraph."""
    if text is None:
        return None
    return "\n\n".join(chinese_or_same(" ".join(part.split())) for part in text.strip().split("\n\n"))
