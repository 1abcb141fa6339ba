"""表单: a page's form made from an act's: its fields in their order, and what was filled in read back.

Names are the places that faults name: `enterprise.name`, `papers[0].sha256`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rules import values

#: Rows that a list of parts shows when nothing is filled in, and how many an officer can add one by one.
MOST_ROWS = 200
Input = Literal[
    "text", "long", "date", "minute", "money", "rate", "whole", "flag", "choice", "choices", "lines", "pairs"
]
_READERS = {
    values.amount: "money",
    values.amount_or_zero: "money",
    values.rate: "rate",
    values.law_date: "date",
    values.minute: "minute",
}
_PLAIN: Mapping[Any, str] = {bool: "flag", int: "whole", date: "date", datetime: "minute", Decimal: "money"}
#: Texts that are sentences: they get room.
LONG = frozenset({"reason", "opinion", "conclusion", "evidence", "what_happened", "cause", "found", "answer", "ground"})


@dataclass
class Field:
    """One field to fill in: `fields` are the parts of a group, `rows` those of a list of groups."""

    name: str
    key: str
    kind: str
    required: bool
    value: Any = ""
    choices: Sequence[str] = ()
    #: What choices are called that have no label: offices and people.
    said: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    fields: list[Field] = field(default_factory=list)
    rows: list[list[Field]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """An id for labels and errors: what may stand in one."""
        return "f-" + re.sub(r"[^A-Za-z0-9_]", "-", self.name)


def fields_of(
    form: type[BaseModel], filled: Mapping[str, Any], errors: Mapping[str, str], *, prefix: str = ""
) -> list[Field]:
    """The fields of a form with what is filled in and what is wrong with it; a group shows no more than its rows."""
    return [
        _field(prefix + name, name, info, filled.get(name), errors) for name, info in form.model_fields.items()
    ]  # fmt: skip


def _field(name: str, key: str, info: FieldInfo, given: Any, errors: Mapping[str, str]) -> Field:
    kind, part = _kind_of(info.annotation, info.metadata)
    value = given if given is not None else ("" if info.is_required() else _default(info))
    made = Field(name, key, kind, info.is_required(), value, error=errors.get(name, ""))
    match kind:
        case "group":
            made.fields = fields_of(part, given if isinstance(given, Mapping) else {}, errors, prefix=f"{name}.")
        case "rows":
            rows = given if isinstance(given, list) and given else [{}] if info.is_required() else []
            made.rows = [fields_of(part, row, errors, prefix=f"{name}[{at}].") for at, row in enumerate(rows)]
        case "choice" | "choices":
            made.choices = part
        case "lines":
            made.value = "\n".join(map(str, given)) if isinstance(given, list) else ""
            made.error = "; ".join(why for place, why in errors.items() if place.partition("[")[0] == name)
        case "pairs":
            said = given.items() if isinstance(given, Mapping) else ()
            made.value = "\n".join(f"{left} = {right}" for left, right in said)
            made.error = "; ".join(why for place, why in errors.items() if place.startswith(name))
        case "text" if key in LONG:
            made.kind = "long"
    return made


def _default(info: FieldInfo) -> Any:
    return info.default if isinstance(info.default, str | bool | int) else ""


def _kind_of(annotation: Any, metadata: Sequence[Any] = ()) -> tuple[str, Any]:
    """Which input a field takes, and of what: a group's form, a list's, or the choices there are."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind_of(parts[0], (*parts[1:], *metadata))
    readers = (_READERS.get(getattr(one, "func", None)) for one in metadata)  # type: ignore[arg-type]
    found: tuple[str, Any] = (next(filter(None, readers), ""), None)
    if found[0]:
        return found
    if origin in (Union, types.UnionType):
        found = _kind_of(next(one for one in parts if one is not type(None)), metadata)
    elif origin is Literal:
        found = "choice", parts
    elif origin in (list, tuple):
        kind, part = _kind_of(parts[0])
        found = {"group": ("rows", part), "choice": ("choices", part)}.get(kind, ("lines", None))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        found = "group", annotation
    else:
        found = "pairs" if origin is dict else _PLAIN.get(annotation, "text"), None
    return found


def read_filled(form: type[BaseModel], sent: Mapping[str, list[str]], *, prefix: str = "") -> dict[str, Any]:
    """Read what a browser sent as the act is handed in: what was left empty is left out, rows without anything too."""
    return {
        name: value
        for name, info in form.model_fields.items()
        if (value := _read(prefix + name, info, sent)) is not None
    }


def _read(name: str, info: FieldInfo, sent: Mapping[str, list[str]]) -> Any:
    kind, part = _kind_of(info.annotation, info.metadata)
    if kind == "group":
        inner = read_filled(part, sent, prefix=f"{name}.")
        return inner or ({} if info.is_required() else None)
    if kind == "rows":
        rows = [read_filled(part, sent, prefix=f"{name}[{at}].") for at in _places(name, sent)]
        return [row for row in rows if row] or ([] if info.is_required() else None)
    given = [one.strip() for one in sent.get(name, []) if one.strip()]
    if kind == "choices":
        return given or ([] if info.is_required() else None)
    if not given:
        return None
    return _typed(kind, given[-1])


def _typed(kind: str, given: str) -> Any:
    """What was written as the kind of value it should be; what cannot be read so stays as it is, to be told of."""
    read = _TYPED.get(kind)
    return read(given) if read else given


def _pairs(given: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in given.splitlines() if line.strip())
    return {left.strip(): right.strip() for left, _, right in pairs}


_TYPED: Mapping[str, Callable[[str], Any]] = {
    "flag": lambda given: {"true": True, "false": False}.get(given, given),
    "whole": lambda given: int(given) if re.fullmatch("-?[0-9]{1,18}", given) else given,
    "money": lambda given: given.replace(",", ""),
    "minute": lambda given: given[:16],
    "lines": lambda given: [line.strip() for line in given.splitlines() if line.strip()],
    "pairs": _pairs,
}


def _places(name: str, sent: Mapping[str, list[str]]) -> list[int]:
    """The rows of a list that were sent, by their places."""
    found = {
        int(match[1]) for key in sent if (match := re.match(rf"{re.escape(name)}\[([0-9]{{1,4}})\]\.", key))
    }  # fmt: skip
    return sorted(found)[:MOST_ROWS]


def placed(filled: Mapping[str, Any], sent: Mapping[str, list[str]]) -> dict[str, Any]:
    """What is filled in, with one row more in the list whose button was pressed."""
    grown = dict(filled)
    for name in sent.get("add", [])[:1]:
        if re.fullmatch(r"[a-z_]+", name):
            grown[name] = [*grown.get(name, []), {}]
    return grown


def every(fields: Sequence[Field]) -> Iterator[Field]:
    """Each field of a form, and each within it."""
    for one in fields:
        yield one
        yield from every(one.fields)
        for row in one.rows:
            yield from every(row)
