"""What is wrong with what was handed in: the field, and a sentence a caseworker understands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

#: Pydantic's own findings in plain words; those of `rules.values` say it themselves.
_SENTENCES: Final = {
    "missing": "must be given",
    "extra_forbidden": "must not be given: it is not known here",
    "bool_type": "must be true or false, not {input}",
    "bool_parsing": "must be true or false, not {input}",
    "int_type": "must be a whole number, not {input}",
    "int_parsing": "must be a whole number, not {input}",
    "int_parsing_size": "must be a whole number, not {input}",
    "int_from_float": "must be a whole number, not {input}",
    "string_type": "must be text, not {input}",
    "string_unicode": "must be text that UTF-8 can write, not {input}",
    "list_type": "must be a list, not {input}",
    "dict_type": "must be an object, not {input}",
    "greater_than_equal": "must be at least {ge}, not {input}",
    "less_than_equal": "must be at most {le}, not {input}",
    "string_too_short": "must not be empty, not {input}",
    "string_too_long": "must have at most {max_length} characters, not {input}",
    "too_short": "must have at least {min_length}",
    "too_long": "must have at most {max_length}",
    "string_pattern_mismatch": "must be of the form {pattern}, not {input}",
    "literal_error": "must be {expected}, not {input}",
}


class Unfit(ValueError):
    """What was handed in cannot be so: `faults` are pairs of a field and the rule it breaks."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {why}" for field, why in faults))
        self.faults = faults


class FaultWithin(ValueError):
    """A fault deeper in a value than where it was found: `place` is the path on from there, such as `[3].asked`."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(why)
        self.place = place


def read(model: type[M], given: Mapping[str, Any]) -> M:
    """Read `given` as a `model`; raise `Unfit` with every wrong field, in the model's order, unknown ones last."""
    try:
        return model.model_validate({_writable(name): value for name, value in given.items()})
    except ValidationError as error:
        raise Unfit(*map(fault_of, error.errors(include_url=False))) from None


def fault_of(error: ErrorDetails) -> tuple[str, str]:
    """Say one of pydantic's errors as the field's path and a sentence."""
    raised = error.get("ctx", {}).get("error")
    if isinstance(raised, FaultWithin):
        return path(error["loc"]) + raised.place, str(raised)
    if isinstance(raised, ValueError):
        return path(error["loc"]), str(raised)
    sentence = _SENTENCES.get(error["type"])
    given = shown(error["input"])
    why = sentence.format(**error.get("ctx", {}), input=given) if sentence else f"{error['msg']}, not {given}"
    return path(error["loc"]), why


def path(parts: Sequence[int | str]) -> str:
    """Write a field's place as `applications[3].asked`."""
    written = ""
    for part in parts:
        written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else part
    return written


def shown(value: object) -> str:
    """Show a wrong value in a message: on one line, and short, however large it is."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = _writable(json.dumps(value[:41] if isinstance(value, str) else value, ensure_ascii=False, default=str))
    return text if len(text) <= 43 else text[:40] + "…"


def _writable(text: str) -> str:
    """Write half of a surrogate pair, which JSON can hold and UTF-8 (so pydantic) cannot, as JSON's own escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
