"""季度汇总申报的一行: one application in an insurer's summary, and how it is checked against the record (article 13).

A row says again what the case holds, in the order of the application form (保费补贴申请表). What differs is returned to
the insurer: every wrong field of a row at once, each with the rule it breaks and its article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from rules.values import MOST_DIGITS, amount_or_zero, in_yuan, rate

#: What a cell can hold: text, or what a spreadsheet makes of a number or a day.
Cell = str | int | float | Decimal | bool | date | datetime | None
Kind = Literal["text", "date", "minute", "yuan", "rate"]


@dataclass(frozen=True)
class Column:
    """栏目: a field of the summary, its title and the article it serves."""

    name: str
    zh: str
    kind: Kind
    article: str


COLUMNS: Final = (
    Column("application", "申请编号", "text", "13"),
    Column("enterprise", "企业名称", "text", "8"),
    Column("uscc", "统一社会信用代码", "text", "8"),
    Column("recognition", "认定编号", "text", "10"),
    Column("published_on", "认定公布日期", "date", "10"),
    Column("valid_until", "认定有效期至", "date", "10"),
    Column("product", "产品名称", "text", "2"),
    Column("model", "产品型号", "text", "2"),
    Column("user", "用户", "text", "2"),
    Column("contract_number", "供货合同编号", "text", "11"),
    Column("delivered_on", "交付日期", "date", "11"),
    Column("policy_number", "保单号", "text", "5"),
    Column("clause_number", "备案条款编号", "text", "3"),
    Column("premium_rate", "保险费率", "rate", "3"),
    Column("sum_insured", "保险金额", "yuan", "7"),
    Column("premium", "保费", "yuan", "3"),
    Column("concluded_at", "保险合同签订时间", "minute", "11"),
    Column("start_on", "保险起期", "date", "7"),
    Column("end_on", "保险止期", "date", "7"),
    Column("subsidy_asked", "申请补贴金额", "yuan", "7"),
)

#: 退回规则: what a row can break; the law's article stands with each fault.
RULES: Final = {
    "own_application": "须为本机构保单的申请",
    "row_once": "同一申请只列一行",
    "not_filed_before": "未曾申报且未办结",
    "insured_by_quarter_end": "季末前签订",
    "row_as_recorded": "与登记一致",
    "contract_copy_handed_in": "附盖章合同副本",
}


class Row(NamedTuple):
    """One row as it was handed in; `line` is its place in the file, as its reader counts."""

    line: int
    given: Mapping[str, Cell]

    @property
    def application(self) -> str:
        """The number it names, or nothing."""
        try:
            return written("text", self.given.get("application"))
        except ValueError:
            return ""


class Fault(NamedTuple):
    """退回: one wrong field of a row; `recorded` is what the record holds, where there is such a thing."""

    row: int
    application: str
    field: str
    given: str
    recorded: str
    rule: str
    article: str


@dataclass(frozen=True)
class Return:
    """What the rows are checked for: whose return it is, and of which round."""

    insurer: str
    round: str
    ends_on: date
    #: The hashes of the sealed contract copies; None where none are looked at.
    copies: Collection[str] | None = None


@dataclass
class Checked:
    """核对结果: the rows that can be filed, those that this round has already, and all that is wrong with others."""

    to_file: list[Row] = field(default_factory=list)
    filed: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def returned(self) -> int:
        """How many rows are returned, whatever the number of their faults."""
        return len({fault.row for fault in self.faults})


def check(rows: Collection[Row], held: Mapping[str, Mapping[str, Any]], asked: Return) -> Checked:
    """核对: sort the rows of a return by what the record holds of each application (article 13)."""
    checked, seen = Checked(), set[str]()
    for row in rows:
        number = row.application
        record = held.get(number)
        faults = list(_faults_of(row, record, asked, again=number in seen))
        seen.add(number)
        checked.faults += faults
        if record and not faults:
            (checked.filed if _in_this_round(record, asked) else checked.to_file).append(row)
    return checked


def _faults_of(row: Row, record: Mapping[str, Any] | None, asked: Return, *, again: bool) -> Iterator[Fault]:
    def fault(rule: str, article: str, field: str, given: Cell, recorded: str = "") -> Fault:
        return Fault(row.line, row.application, field, shown_cell(given), recorded, rule, article)

    # Of another insurer's application nothing is told, not even that there is one.
    if record is None or record["insurer"] != asked.insurer:
        yield fault("own_application", "13", "application", row.given.get("application"))
        return
    if again:
        yield fault("row_once", "13", "application", row.application)
    if record["state"] != "applied" and not _in_this_round(record, asked):
        yield fault("not_filed_before", "13", "application", row.application, record["state"])
    if record["insured_at"].date() > asked.ends_on:
        concluded = row.given.get("concluded_at")
        yield fault("insured_by_quarter_end", "13", "concluded_at", concluded, f"{record['insured_at'].date()}")
    for column in COLUMNS:
        given = row.given.get(column.name)
        if not _same(column.kind, given, record[column.name]):
            yield fault("row_as_recorded", column.article, column.name, given, str(record[column.name]))
    if asked.copies is not None and record["contract_sha256"] not in asked.copies:
        yield fault("contract_copy_handed_in", "13", "contract_sha256", "", record["contract_sha256"])


def _in_this_round(record: Mapping[str, Any], asked: Return) -> bool:
    return bool(record["round"] == asked.round and record["state"] not in ("applied", "withdrawn"))


def _same(kind: Kind, given: Cell, recorded: str) -> bool:
    try:
        return written(kind, given) == written(kind, recorded)
    except ValueError:
        return False


def written(kind: Kind, cell: Cell) -> str:
    """Write a cell as the record does; raise ValueError with a sentence where it is none of its kind."""
    if cell is None or isinstance(cell, bool) or cell == "":
        raise ValueError("must be given")
    return _READERS[kind](cell.strip() if isinstance(cell, str) else cell)


def shown_cell(cell: Cell) -> str:
    """Write what was given, for the report: on one line, and short."""
    said = "" if cell is None else cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)
    return said if len(said) <= 200 else said[:199] + "…"


def _text(cell: Any) -> str:
    if isinstance(cell, str) and cell:
        return cell
    # A number typed where text belongs: a spreadsheet keeps fifteen digits of it, and no leading zero.
    if isinstance(cell, int) and abs(cell) < 10**15:
        return str(cell)
    raise ValueError("must be text")


_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_MINUTE: Final = re.compile(r"(.+?)[T ]+([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?")


def _date(cell: Any) -> str:
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return f"{cell.date()}"
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return f"{cell}"
    if isinstance(cell, str) and (day := _DAY.fullmatch(cell.removesuffix(" 0:00"))):
        return f"{date(*map(int, day.groups()))}"
    raise ValueError("must be a day")


def _minute(cell: Any) -> str:
    if isinstance(cell, datetime) and cell.tzinfo is None:
        # A spreadsheet counts days by a binary fraction, so a minute may come a moment short.
        try:
            return f"{cell + timedelta(seconds=30):%Y-%m-%dT%H:%M}"
        except OverflowError:
            raise ValueError("must be a day and a time") from None
    if isinstance(cell, str) and (said := _MINUTE.fullmatch(cell)):
        return f"{_date(said[1])}T{time(int(said[2]), int(said[3])):%H:%M}"
    raise ValueError("must be a day and a time")


def _number(cell: Any) -> Decimal:
    """Read a number as it is shown: a spreadsheet keeps fifteen digits, and a fraction in binary."""
    if isinstance(cell, float):
        return Decimal(f"{cell:.15g}")
    if isinstance(cell, str):
        # [0-9] and not \d, which would let in the digits of every script.
        if not re.fullmatch(r"[0-9][0-9,]{0,30}(?:\.[0-9]{1,10})?", cell):
            raise ValueError("must be a number")
        return Decimal(cell.replace(",", ""))
    if isinstance(cell, int | Decimal):
        return Decimal(cell)
    raise ValueError("must be a number")


def _yuan(cell: Any) -> str:
    number = _number(cell)
    if not number.is_finite() or abs(number.adjusted()) >= MOST_DIGITS:
        raise ValueError("must be yuan")
    return in_yuan(amount_or_zero(_plain(number)))


def _rate(cell: Any) -> str:
    percent = isinstance(cell, str) and cell.endswith("%")
    number = _number(cell[:-1].strip()) / 100 if percent else _number(cell)
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError("must be a rate")
    return _plain(rate(_plain(number)))


def _plain(number: Decimal) -> str:
    """Write a number without an exponent and without zeros that say nothing."""
    said = f"{number:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


_READERS: Final[dict[Kind, Callable[[Any], str]]] = {
    "text": _text,
    "date": _date,
    "minute": _minute,
    "yuan": _yuan,
    "rate": _rate,
}
