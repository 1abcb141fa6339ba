"""Telling a user what there is and what happened: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from activities.contracts import Answer, Event
from rules.finding import Finding
from rules.procedure import Stage
from rules.procedures import Stream, stream_of
from runtime.errors import Refused
from runtime.messages import heading, named, say, told
from service.showing import event_json, minute_of

Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
As = Annotated[
    str, typer.Option("--as", metavar="OFFICER", help="The officer (经办人) who acts; see: firstcover office list.")
]
Looking = Annotated[str | None, typer.Option("--as", metavar="OFFICER", help="Say which acts this officer may do.")]
Data = Annotated[
    str | None, typer.Option("--data", metavar="FILE", help="The act's form, YAML or JSON; - for standard input.")
]
CommandId = Annotated[
    str | None,
    typer.Option("--command-id", metavar="ID", help="Name this order: the same id is done once and answered alike."),
]
Persons = Annotated[
    str | None,
    typer.Option(
        "--persons", metavar="REASON", help="Show persons in full this once; who looks (--as) and what for is kept."
    ),
]


def console() -> Console:
    """Return a console on standard output; what officers wrote stays as they wrote it, and a pipe is wide."""
    made = Console(highlight=False, markup=False, emoji=False)
    return made if made.is_terminal else Console(highlight=False, markup=False, emoji=False, width=160)


@contextmanager
def bar() -> Iterator[Progress]:
    """A bar for whoever waits at a terminal; for a program nothing."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        yield progress


def yuan(amount: str) -> str:
    """Write an amount for people: 1800000.00 as 1,800,000.00."""
    return f"{Decimal(amount):,.2f}"


def who(event: dict[str, Any]) -> str:
    """Name the person who acted, and his code."""
    return " ".join(filter(None, (event["officer_name"], event["officer"])))


def tell_json(value: Any) -> None:
    """Print one JSON value on one line."""
    print(json.dumps(value, ensure_ascii=False, default=_written))


def _written(value: object) -> str:
    return minute_of(value) if isinstance(value, datetime) else str(value)


def tell_table(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Print a table; an empty one says so."""
    if not rows:
        console().print(say("none", title=title))
        return
    table = Table(*map(heading, columns), title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*(_cell(column, cell, columns) for column, cell in zip(columns, row, strict=True)))
    console().print(table)


#: Columns that hold sentences, and those of codes, each of its group.
_SENTENCES = frozenset({"because", "why", "found"})
_CODES = {
    **dict.fromkeys(("office", "awaits"), "office"),
    **{column: column for column in ("act", "stage", "deadline", "kind", "rule")},
}


def _cell(column: str, cell: object, columns: tuple[str, ...]) -> str:
    """Write a cell for people; a code stays itself where its name stands in a column beside it."""
    text = "" if cell is None else str(cell)
    if column in _SENTENCES:
        return "\n".join(map(told, text.split("\n")))
    if column in _CODES and f"{column}_zh" not in columns:
        return ", ".join(named(code, _CODES[column]) for code in text.split(", "))
    return text


def tell_rows(title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Print the columns of some rows as a table."""
    tell_table(title, columns, [tuple(row[column] for column in columns) for row in rows])


def tell_list(title: str, columns: tuple[str, ...], rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print some rows as JSON Lines, or their columns as a table."""
    if not as_json:
        tell_rows(title, columns, rows)
        return
    for row in rows:
        tell_json(row)


def tell_answer(answer: Answer, *, as_json: bool) -> None:
    """Print what an act came to; raise `Refused`, with every ground, where the law refused it."""
    stream, event = stream_of(answer.stream), answer.event
    if as_json:
        place = {stream.kind: stream.number, "stage": answer.standing.stage, "money": answer.money}
        tell_json({**place, "event": event_json(event), "findings": event_json(event)["findings"]})
    else:
        _tell_event(stream, event, stream.procedure.stages[answer.standing.stage])
    failed = [finding for finding in event.findings if not finding.passed]
    if failed:
        first, *others = failed
        also = "; ".join(ground(one.rule, one.article, one.reason) for one in others)
        why = say("refused_also", first=told(first.reason), others=also) if others else first.reason
        raise Refused(first.rule, first.article, why)


def ground(rule: str, article: str, reason: str) -> str:
    """Say what a rule found, under its name and its article."""
    return say("ground", rule=named(rule, "rule"), article=article, reason=told(reason))


def _tell_event(stream: Stream, event: Event, stage: Stage) -> None:
    at = minute_of(event.at).replace("T", " ")
    who_and_where = {"officer": event.officer, "at": at, "stage": stage.name, "zh": stage.zh}
    code = "act_done" if event.passed else "act_refused"
    act = named(event.act, "act")
    console().print(say(code, number=stream.number, act=act, article=event.article, **who_and_where))
    tell_found(event.findings)


def tell_found(findings: Iterable[Finding]) -> None:
    """Print what was found, one a line."""
    for one in findings:
        mark, rule = "✓" if one.passed else "✗", named(one.rule, "rule")
        console().print(say("found", mark=mark, article=one.article, rule=rule, reason=told(one.reason)))
