"""`firstcover rules`: the law as a calculator, JSON Lines in and out, without a server or a database."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any, BinaryIO

import typer

from rules.calculators import CALCULATORS, Calculator
from rules.edition import SCHEMES, Edition, UnknownEdition, Unsettled, edition_of, editions_of
from rules.faults import Unfit, shown
from runtime.errors import BadInput

app = typer.Typer(add_completion=False)

NAMES = tuple(name for calculators in CALCULATORS.values() for name in calculators)


@app.command()
def rules(
    name: Annotated[str, typer.Argument(metavar="NAME", help=f"The rule: {', '.join(NAMES)}.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON Lines in UTF-8; - is standard input.")] = "-",
    scheme: Annotated[str, typer.Option(help=f"The scheme: {', '.join(SCHEMES)}. Must be given.")] = "",
    edition: Annotated[str | None, typer.Option(help="The edition; else the demonstration edition.")] = None,
) -> None:
    """Answer each line of facts with what the law says of it.

    One JSON object a line in, one a line out, in the same order, as they come.

    A line that is not valid, an empty one too, is answered by an error naming its field; the exit status is then 2.
    """
    law = _edition(scheme, edition)
    calculator = _calculator(name, law)
    # A plan of 100,000 applications is much to look through and nothing to collect.
    gc.set_threshold(100_000)
    with _opened(file) as lines:
        all_valid = _answer(lines, sys.stdout.buffer, calculator, law)
    if not all_valid:
        raise typer.Exit(2)


def _edition(scheme: str, name: str | None) -> Edition:
    field = "--edition" if scheme in SCHEMES else "--scheme"
    try:
        return edition_of(scheme, name)
    except (UnknownEdition, Unsettled) as error:
        raise BadInput((field, str(error))) from None


def _calculator(name: str, edition: Edition) -> Calculator:
    calculators = CALCULATORS[edition.family]
    if name in calculators:
        return calculators[name]
    known = f"must be a rule of {edition.scheme} ({', '.join(calculators)}), not {name!r}"
    others = [scheme for scheme in SCHEMES if name in CALCULATORS[editions_of(scheme)[0].family]]
    raise BadInput(("NAME", f"{known}; it is a rule of {', '.join(others)}" if others else known))


def _opened(file: str) -> AbstractContextManager[BinaryIO]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return open(file, "rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise BadInput(("FILE", f"{file!r} cannot be read: {why}")) from None


def _answer(lines: Iterable[bytes], out: BinaryIO, calculator: Calculator, edition: Edition) -> bool:
    """Answer every line as it comes; return whether all were valid."""
    all_valid = True
    for number, line in enumerate(lines, 1):
        try:
            answer = calculator(_object(line), edition)
        except Unfit as unfit:
            field, message = unfit.faults[0]
            answer = {"error": {"line": number, "field": field, "message": message}}
            all_valid = False
        # Half of a surrogate pair, which JSON can hold and UTF-8 cannot, is written as JSON's own escape.
        out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        out.flush()
    return all_valid


def _object(line: bytes) -> dict[str, Any]:
    """Read one line as a JSON object, more strictly than Python does: no field twice, no NaN."""
    if not line.strip():
        raise Unfit(("line", "must be one JSON object, not an empty line"))
    try:
        read = json.loads(
            line.rstrip(b"\r\n").decode("utf-8-sig"),
            object_pairs_hook=_once_each,
            parse_int=_number,
            parse_constant=_no_such_number,
        )
    except UnicodeDecodeError as error:
        raise Unfit(("line", f"must be UTF-8: byte {error.start + 1} is not")) from None
    except json.JSONDecodeError as error:
        raise Unfit(("line", f"must be one JSON object: it cannot be read at character {error.pos + 1}")) from None
    except RecursionError:
        raise Unfit(("line", "must be one JSON object: this one is nested too deeply")) from None
    if not isinstance(read, dict):
        raise Unfit(("line", f"must be one JSON object, not {shown(read)}"))
    return read


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise Unfit(("line", f"must give each field once: {shown(twice)} is given twice"))
    return fields


def _number(digits: str) -> int | float:
    # No fact is an integer so large; past some thousand digits Python refuses to read one at all.
    return int(digits) if len(digits) <= 20 else float(digits)


def _no_such_number(name: str) -> None:
    raise Unfit(("line", f"must be one JSON object: {name} is no number of JSON"))
