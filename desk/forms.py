"""表单: a page's form made from an act's: its fields in their order, and what was filled in read back.

Names are the places that faults name: `enterprise.name`, `papers[0].sha256`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from rules import values
from rules.procedure import Form
from rules.schemes.dalian_forms import CHECKLIST, AssessmentReport, ChecklistVerdict, Criterion, Paper

#: Rows that a list of parts shows when nothing is filled in, and how many an officer can add one by one.
MOST_ROWS = 200
Input = Literal[
    "text",
    "long",
    "date",
    "minute",
    "money",
    "rate",
    "whole",
    "flag",
    "choice",
    "choices",
    "lines",
    "pairs",
    "file",
    "files",
]
#: What the name of a file's input adds to its field's: the file itself, and what it was called when it was taken.
FILE, CALLED = ".file", ".name"
_READERS = {
    values.amount: "money",
    values.amount_or_zero: "money",
    values.rate: "rate",
    values.law_date: "date",
    values.minute: "minute",
}
_PLAIN: Mapping[Any, str] = {bool: "flag", int: "whole", date: "date", datetime: "minute", Decimal: "money"}
#: Rows that a list of parts begins with: what each one says already.
STARTS: Mapping[type[BaseModel], Sequence[Mapping[str, Any]]] = {
    ChecklistVerdict: tuple({"item": item} for item in CHECKLIST),
    Criterion: ({}, {}, {}, {}, {}),
    Paper: ({}, {}, {}),
}
#: Rows whose first field is what the row is about: told, and not asked for.
TOLD: Mapping[type[BaseModel], str] = {ChecklistVerdict: "item"}
#: Texts that are sentences: they get room.
LONG = frozenset({"reason", "opinion", "conclusion", "evidence", "what_happened", "cause", "found", "answer", "ground"})


@dataclass
class Field:
    """One field to fill in: `fields` are the parts of a group, `rows` those of a list of groups."""

    name: str
    key: str
    kind: str
    required: bool
    #: The form it is a field of, by which what is known of it is looked up.
    owner: type[BaseModel]
    value: Any = ""
    choices: Sequence[str] = ()
    #: 名单: what the record knows that could stand here, each with how it is called; `suggested` where other words may.
    options: Sequence[tuple[str, str]] = ()
    suggested: bool = False
    #: Of a file: what it proves, and what it was called when it was taken.
    proves: str = ""
    called: str = ""
    #: Of a list: its rows say by themselves what each is about, and are as many as there are.
    told: str = ""
    error: str = ""
    fields: list[Field] = field(default_factory=list)
    rows: list[list[Field]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """An id for labels and errors: what may stand in one."""
        return "f-" + re.sub(r"[^A-Za-z0-9_]", "-", self.name)

    @property
    def takes_files(self) -> bool:
        """Whether a file is chosen here, or in one of its parts."""
        parts = (*self.fields, *(part for row in self.rows for part in row))
        return self.kind in ("file", "files") or any(part.takes_files for part in parts)


def fields_of(
    form: type[BaseModel], filled: Mapping[str, Any], errors: Mapping[str, str], *, prefix: str = ""
) -> list[Field]:
    """The fields of a form with what is filled in and what is wrong with it; a group shows no more than its rows."""
    return [
        _field(form, prefix + name, name, info, filled.get(name), errors) for name, info in form.model_fields.items()
    ]  # fmt: skip


def _field(
    owner: type[BaseModel], name: str, key: str, info: FieldInfo, given: Any, errors: Mapping[str, str]
) -> Field:
    kind, part = _kind_of(info.annotation, info.metadata)
    value = given if given is not None else ("" if info.is_required() else _default(info))
    made = Field(name, key, kind, info.is_required(), owner, value, error=errors.get(name, ""))
    match kind:
        case "group":
            made.fields = fields_of(part, given if isinstance(given, Mapping) else {}, errors, prefix=f"{name}.")
        case "rows":
            begin = STARTS.get(part, [{}] if info.is_required() else [])
            rows = given if isinstance(given, list) and given else begin
            made.rows = [fields_of(part, row, errors, prefix=f"{name}[{at}].") for at, row in enumerate(rows)]
            made.told = TOLD.get(part, "")
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
        case "text" if is_hash(key):
            made.kind = "file"
    if kind == "lines" and key == "evidence":
        made.kind = "files"
    return made


def is_hash(key: str) -> bool:
    """Whether a field holds a document's hash: then the document itself is asked for."""
    return key == "sha256" or key.endswith("_sha256")


def proved_by(name: str, filled: Mapping[str, Any], provable: Mapping[str, Any]) -> str:
    """What a field's document proves, as `contract` of `contract_sha256`; of a paper, what its kind says it is."""
    place, _, key = name.rpartition(".")
    if key == "evidence":
        return key
    if key != "sha256":
        return key.removesuffix("_sha256")
    rows, _, at = place.rpartition(".")[2].rstrip("]").partition("[")
    given = filled.get(rows)
    # A field is called whatever a browser says it is.
    row = given[int(at)] if isinstance(given, list) and re.fullmatch("[0-9]{1,4}", at) and int(at) < len(given) else {}
    kind = row.get("kind", "") if isinstance(row, Mapping) else ""
    return kind if isinstance(kind, str) and kind in provable else rows


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
        if info.is_required():
            return inner
        return None if _says_nothing(part, inner) else inner
    if kind == "rows":
        rows = [read_filled(part, sent, prefix=f"{name}[{at}].") for at in _places(name, sent)]
        return [row for row in rows if not _says_nothing(part, row)] or ([] if info.is_required() else None)
    given = [one.strip() for one in sent.get(name, []) if one.strip()]
    if kind == "choices":
        return given or ([] if info.is_required() else None)
    if not given:
        return None
    return _typed(kind, given[-1])


def _says_nothing(form: type[BaseModel], filled: Mapping[str, Any]) -> bool:
    """Whether nothing is filled in but what stood there from the beginning."""
    return all(value in ([], {}, form.model_fields[name].default) for name, value in filled.items())


def _typed(kind: str, given: str) -> Any:
    """What was written as the kind of value it should be; what cannot be read so stays as it is, to be told of."""
    read = _TYPED.get(kind)
    return read(given) if read else given


def _pairs(given: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in given.splitlines() if line.strip())
    return {left.strip(): right.strip() for left, _, right in pairs}


def on_one_line(given: str) -> str:
    """What was typed or pasted on several lines, on one: a text of the law's forms is one line."""
    return re.sub(r"\s*[\t\n\v\f\r\u2028\u2029]\s*", " ", given)


_TYPED: Mapping[str, Callable[[str], Any]] = {
    "text": on_one_line,
    "flag": lambda given: {"true": True, "false": False}.get(given, given),
    "whole": lambda given: int(given) if re.fullmatch("-?[0-9]{1,18}", given) else given,
    "money": lambda given: re.sub(r"[,，\s¥￥]", "", given),
    "minute": lambda given: given[:16],
    "lines": lambda given: [on_one_line(line.strip()) for line in given.splitlines() if line.strip()],
    "pairs": _pairs,
}


def _places(name: str, sent: Mapping[str, list[str]]) -> list[int]:
    """The rows of a list that were sent, by their places."""
    found = {
        int(match[1]) for key in sent if (match := re.match(rf"{re.escape(name)}\[([0-9]{{1,4}})\]\.", key))
    }  # fmt: skip
    return sorted(found)[:MOST_ROWS]


def early_faults(form: type[BaseModel], filled: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """What a form finds wrong between its fields, as far as these can be read though others are missing or wrong."""
    found: dict[str, str] = {}
    half = _half_read(form, filled)
    # A fault that would need what is missing is told once that is there.
    with suppress(AttributeError, TypeError):
        for name, why in half.faults(now) if isinstance(half, Form) else ():
            found.setdefault(name, why)
    return found


def _half_read(form: type[BaseModel], filled: Mapping[str, Any]) -> BaseModel:
    """A form with those of its fields that can be read."""
    read: dict[str, Any] = {}
    for name, info in form.model_fields.items():
        kind, part = _kind_of(info.annotation, info.metadata)
        given = filled.get(name)
        if given is None:
            if not info.is_required():
                read[name] = info.get_default(call_default_factory=True)
        elif kind == "group" and isinstance(given, Mapping):
            read[name] = _half_read(part, given)
        elif kind == "rows" and isinstance(given, list):
            read[name] = [_half_read(part, row) for row in given]
        else:
            with suppress(ValidationError):
                read[name] = _reader(form, name).validate_python(given)
    return form.model_construct(**read)


@cache
def _reader(form: type[BaseModel], name: str) -> TypeAdapter[Any]:
    info = form.model_fields[name]
    kind: Any = info.annotation
    return TypeAdapter(Annotated[(kind, *info.metadata)] if info.metadata else kind)


def summed(form: type[BaseModel], filled: Mapping[str, Any]) -> dict[str, Any]:
    """Work out what a form lets be worked out: the score of a sheet that was filled in without its sum."""
    rows = filled.get("score_sheet")
    if form is not AssessmentReport or not rows or filled.get("score") is not None:
        return dict(filled)
    scores = [row.get("score") for row in rows]
    return {**filled, "score": sum(scores)} if all(isinstance(one, int) for one in scores) else dict(filled)


def placed(filled: Mapping[str, Any], sent: Mapping[str, list[str]]) -> dict[str, Any]:
    """What is filled in, with one row more in the list whose button was pressed."""
    grown = dict(filled)
    for name in sent.get("add", [])[:1]:
        if re.fullmatch(r"[a-z_]+", name):
            given = grown.get(name, [])
            grown[name] = [*given, *({},) * max(1, len(_places(name, sent)) + 1 - len(given))]
    return grown


def every(fields: Sequence[Field]) -> Iterator[Field]:
    """Each field of a form, and each within it."""
    for one in fields:
        yield one
        yield from every(one.fields)
        for row in one.rows:
            yield from every(row)
