"""批量审核: many opinions of one office at once, as a table or by a word for all (articles 13, 15(2), 15(3)).

What can be given is parted from what is left out, each row with the rule it breaks and its article; what an office has
said already of what is asked now is not said again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rules.faults import Unfit, read
from rules.schemes.dalian_return import Column, Row, written
from rules.schemes.dalian_round_forms import Opinion
from rules.values import ZERO, in_yuan

COLUMNS: Final = (
    Column("application", "申请编号", "text", "13"),
    Column("enterprise", "企业名称", "text", "8"),
    Column("insurer", "保险机构", "text", "12"),
    Column("policy", "保单号", "text", "5"),
    Column("concluded_at", "投保时间", "minute", "13"),
    Column("asked", "申请补贴金额", "yuan", "7"),
    Column("premium", "保费", "yuan", "3"),
    Column("premium_rate", "保险费率", "rate", "3"),
    Column("cap_left", "年度额度余额", "yuan", "7"),
    Column("known", "已知情况", "text", "13"),
    Column("approves", "审核意见", "text", "13"),
    Column("reason", "理由", "text", "13"),
)
#: Without these a table says no opinion.
NEEDED: Final = frozenset({"application", "approves"})
#: How an opinion can be written.
VERDICTS: Final = {"同意": True, "approve": True, "true": True, "不同意": False, "refuse": False, "false": False}

#: 未采纳规则: why a row is left out.
RULES: Final = {
    "row_readable": "内容可读",
    "row_once": "同一申请只列一行",
    "application_in_review": "本轮待审申请",
    "opinion_once": "一方一审",
    "asked_unmoved": "申请金额与投保时间未变",
    "preparer_does_not_review": "经办审核分离",
    "not_falsified": "非虚假申请",
    "insurer_not_barred": "保险机构未被取消申报资格",
}


class Said(NamedTuple):
    """One opinion as it was handed in; `asked` and `concluded_at` are what the officer says he had before him."""

    line: int
    application: str
    approves: bool
    reason: str
    asked: str | None = None
    concluded_at: str | None = None


class LeftOut(NamedTuple):
    """未采纳: an opinion that is not given, and why."""

    row: int
    application: str
    field: str
    rule: str
    article: str
    why: str


@dataclass
class Opinions:
    """What an office hands in: opinions to give, those given before, rows without an opinion, and what is left out."""

    to_give: list[Said] = field(default_factory=list)
    given: list[Said] = field(default_factory=list)
    blank: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    def count(self, *, approves: bool) -> int:
        return sum(said.approves is approves for said in self.to_give)

    def asked(self, held: Mapping[str, Mapping[str, Any]], *, approves: bool) -> Decimal:
        """How much is asked in all by what is to be approved, or to be refused."""
        amounts = (held[said.application]["asked"] for said in self.to_give if said.approves is approves)
        return sum(amounts, ZERO)


def read_rows(rows: Iterable[Row], reason: str | None) -> tuple[list[Said], Opinions]:
    """Read a table's opinions; a row that gives no reason of its own has `reason`."""
    said, opinions = [], Opinions()
    for row in rows:
        if row.given.get("approves") in (None, ""):
            opinions.blank += 1
            continue
        try:
            said.append(_said(row, reason))
        except Unfit as unfit:
            faults = ((place, "row_readable", "13", why) for place, why in unfit.faults)
            opinions.left_out += [LeftOut(row.line, row.application, *fault) for fault in faults]
    return said, opinions


def _said(row: Row, reason: str | None) -> Said:
    """Read one row as the form of an opinion reads it; raise `Unfit` naming every wrong field of it."""
    told: dict[str, Any] = {"application": row.application, "approves": _verdict(row.given["approves"])}
    told["reason"] = row.given.get("reason") or reason or ""
    for column in COLUMNS:
        if column.name in ("asked", "concluded_at") and row.given.get(column.name) not in (None, ""):
            told[column.name] = _cell(column, row)
    form = read(Opinion, told)
    asked, at = told.get("asked"), told.get("concluded_at")
    return Said(row.line, form.application, form.approves, form.reason, asked, at)


def _verdict(cell: object) -> bool:
    said = VERDICTS.get(str(cell).strip().lower())
    if said is None:
        raise Unfit(("approves", f"must be one of: {', '.join(VERDICTS)}"))
    return said


def _cell(column: Column, row: Row) -> str:
    try:
        return written(column.kind, row.given[column.name])
    except ValueError as error:
        raise Unfit((column.name, str(error))) from None


def sort_out(
    said: Iterable[Said], held: Mapping[str, Mapping[str, Any]], opinions: Opinions, *, in_bulk: bool = False
) -> Opinions:
    """Part what can be given from what is left out; `in_bulk` approves nothing that needs a look of its own."""
    seen = set[str]()
    for one in said:
        record, again = held.get(one.application), one.application in seen
        seen.add(one.application)
        if record and record["approves"] is one.approves and not again:
            opinions.given.append(one)
        elif fault := _fault(one, record, again=again) or (in_bulk and record and _doubt(one, record)):
            opinions.left_out.append(LeftOut(one.line, one.application, *fault))
        else:
            opinions.to_give.append(one)
    return opinions


Fault = tuple[str, str, str, str]


def _fault(said: Said, record: Mapping[str, Any] | None, *, again: bool) -> Fault | None:
    """Why an opinion cannot be given: field, rule, article and sentence."""
    if again:
        return "application", "row_once", "13", "must be listed once"
    if record is None:
        return "application", "application_in_review", "13", "must be in this round's review"
    return next(_faults(said, record), None)


def _faults(said: Said, record: Mapping[str, Any]) -> Iterator[Fault]:
    if record["waited"]:
        yield "application", "application_in_review", "13", "was approved in an earlier round and waits for budget"
    if record["approves"] is not None:
        yield "approves", "opinion_once", "13", "your office has said the contrary of what is asked now"
    if act := record["prepared"]:
        why = f"you did {act} for it: it is for another officer of your office"
        yield "application", "preparer_does_not_review", "15(3)", why
    if said.asked not in (None, in_yuan(record["asked"])):
        yield "asked", "asked_unmoved", "13", f"{in_yuan(record['asked'])} is asked now, not {said.asked}"
    if said.concluded_at not in (None, minute_of(record)):
        yield "concluded_at", "asked_unmoved", "13", f"the insurance time is {minute_of(record)} now"


def _doubt(said: Said, record: Mapping[str, Any]) -> Fault | None:
    """What is known against an application: it is approved by name, or not at all (I-15)."""
    if said.approves and record["falsified"]:
        return "application", "not_falsified", "15(2)", "is named in a bar or in a recovery"
    if said.approves and record["barred_on"] and not record["admitted"]:
        return "application", "insurer_not_barred", "15(2)", f"its insurer is barred since {record['barred_on']}"
    return None


def minute_of(record: Mapping[str, Any]) -> str:
    return f"{record['concluded_at']:%Y-%m-%dT%H:%M}"
