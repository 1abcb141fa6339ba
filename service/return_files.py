"""The return as a file (季度汇总表): read from Excel, CSV or JSON, and written as the template and the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.schemes.dalian_return import COLUMNS, RULES, Fault, Row
from service.tables import Layout, csv_table, read_table, table_of, workbook

#: Without a row it is a nil return (零申报).
SUMMARY = Layout("汇总表", COLUMNS, frozenset(column.name for column in COLUMNS), may_be_empty=True)
REPORT_SHEET = "退回清单"
_OF_REPORT = ("行", "申请编号", "栏目", "所填", "登记", "规则", "条款")


def read_return(raw: bytes, name: str) -> tuple[str, list[Row]]:
    """Return a file's hash and its rows; raise `BadInput`, with one clear fault, for what cannot be a return."""
    return read_table(raw, name, SUMMARY)


def template(rows: Iterable[Mapping[str, str]], *, as_csv: bool = False) -> bytes:
    """Return the return an insurer is to file, filled with what the record holds of each application."""
    return csv_table(SUMMARY, rows) if as_csv else table_of(SUMMARY, rows)


def report(faults: Sequence[Fault]) -> bytes:
    """Return a workbook of what is returned: row, field, what was given, what the record holds, rule and article."""
    titles = {column.name: column.zh for column in COLUMNS} | {"contract_sha256": "盖章合同副本"}
    with workbook() as (book, made):
        sheet = book.add_worksheet(REPORT_SHEET)
        head = book.add_format({"bold": True, "bg_color": "#F4E8E8", "border": 1})
        sheet.freeze_panes(1, 0)
        for place, (title, width) in enumerate(zip(_OF_REPORT, (8, 24, 30, 36, 36, 44, 8), strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, title, head)
        for line, fault in enumerate(faults, 1):
            sheet.write_number(line, 0, fault.row)
            field = f"{titles[fault.field]} {fault.field}"
            told = (fault.application, field, fault.given, fault.recorded, f"{RULES[fault.rule]} {fault.rule}")
            for place, said in enumerate((*told, fault.article), 1):
                sheet.write_string(line, place, said)
        sheet.autofilter(0, 0, max(len(faults), 1), len(_OF_REPORT) - 1)
    return made.getvalue()
