"""Reading what an officer hands in: YAML or JSON, bounded, and never more than it seems."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from runtime.errors import BadInput

MOST_BYTES, MOST_DEPTH, MOST_PARTS = 10 * 1024 * 1024, 50, 100_000
MOST_LETTERS, MOST_FAULTS = 200, 50


class _PlainLoader(yaml.CSafeLoader):
    """YAML whose scalars stay as written, so that 0.030 is no float: only true, false and null are more than text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own protocol
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise BadInput(("file", f"must name each field by text (line {_line(key)})"))
            if key.value in seen:
                raise BadInput((plain(key.value), f"is given twice (line {_line(key)})"))
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def read_data(source: str) -> dict[str, Any]:
    """Read one document from the file `source`, or from standard input where it is `-`.

    Raises `BadInput` for a file that is absent, larger than 10 MB, not UTF-8, not YAML or JSON, or no mapping.
    """
    text = _text_of(source)
    try:
        data = _parse(text)
    except RecursionError:
        raise BadInput(("file", "is nested too deeply")) from None
    if not isinstance(data, dict):
        raise BadInput(("file", "must hold one mapping of fields"))
    return data


def read_word(field: str, word: str) -> str:
    """Return a name given on the command line; raise `BadInput` where nothing can be called so."""
    if not 0 < len(word) <= MOST_LETTERS or not word.isprintable():
        raise BadInput((field, f"must be 1 to {MOST_LETTERS} printable characters (not {plain(word)!r})"))
    return word


def read_choice(field: str, word: str, choices: Iterable[str]) -> str:
    """Return one of the names there are; raise `BadInput` naming them where it is none of them."""
    if word not in (there_are := tuple(choices)):
        raise BadInput((field, f"must be one of: {', '.join(there_are)} (not {plain(word)!r})"))
    return word


def plain(text: str, most: int = 60) -> str:
    """Write what someone else wrote on one line, without what a terminal would obey, and not without end."""
    written = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text[:most])
    return written + "…" if len(text) > most else written


def bad_input(faults: Iterable[tuple[str, str]]) -> BadInput:
    """Tell every fault of what was handed in; of a great many unknown fields, how many more there are."""
    told = [(plain(field) or "form", plain(why, 1_000)) for field, why in faults]
    more = [("and", f"{len(told) - MOST_FAULTS} more")] if len(told) > MOST_FAULTS else []
    return BadInput(*told[:MOST_FAULTS], *more)


def read_bytes(source: str) -> bytes:
    """Read the file `source`, or standard input where it is `-`; raise `BadInput` for one absent or above 10 MB."""
    try:
        with sys.stdin.buffer if source == "-" else Path(source).open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(("file", f"{source!r} cannot be read: {why}")) from None
    if len(raw) > MOST_BYTES:
        raise BadInput(("file", f"must not be larger than {MOST_BYTES // 1024 // 1024} MB"))
    return raw


def read_json(raw: bytes) -> dict[str, Any]:
    """Read the JSON object that another program sent, nothing as an empty one; raise `BadInput` for all else."""
    try:
        text = raw.decode("utf-8-sig")
        data = _parse_json(text) if text.strip() else {}
        # Half of a surrogate pair can be escaped in JSON and written nowhere.
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise BadInput(("body", f"must be UTF-8 (byte {error.start + 1} is not)")) from None
    except UnicodeEncodeError:
        raise BadInput(("body", "must hold only text that UTF-8 can write")) from None
    except RecursionError:
        raise BadInput(("body", "is nested too deeply")) from None
    if not isinstance(data, dict):
        raise BadInput(("body", "must be one JSON object"))
    if "\\u0000" in json.dumps(data).replace("\\\\", ""):
        raise BadInput(("body", "must not hold the character NUL"))
    return data


def _text_of(source: str) -> str:
    try:
        return read_bytes(source).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(("file", f"must be UTF-8 (byte {error.start + 1} is not)")) from None


def _parse(text: str) -> Any:
    if text.lstrip().startswith("{"):
        return _parse_json(text)
    try:
        _bounded(text)
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise BadInput(
            ("file", f"is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}{where}")
        ) from None


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise BadInput(("file", f"is not JSON: {error.msg} at line {error.lineno}")) from None


def _bounded(text: str) -> None:
    """Refuse what a form has no use for: aliases and depth, by which a few lines grow, tags, and parts without end."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise BadInput(("file", f"must not use YAML aliases (line {_line(event)})"))
        if getattr(event, "tag", None):
            raise BadInput(("file", f"must not use YAML tags (line {_line(event)})"))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            raise BadInput(("file", f"is nested more than {MOST_DEPTH} deep (line {_line(event)})"))
        if count > MOST_PARTS:
            raise BadInput(("file", f"must not have more than {MOST_PARTS} parts (line {_line(event)})"))


def _line(part: Any) -> int:
    return int(part.start_mark.line) + 1


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, value in pairs:
        if key in read:
            raise BadInput((plain(key), "is given twice"))
        read[key] = value
    return read


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python bounds how many digits it reads
        raise BadInput(("file", f"must not hold a number of {len(digits)} digits")) from None


def _no_constant(name: str) -> Any:
    raise BadInput(("file", f"must not hold {name}"))
