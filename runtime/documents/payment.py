"""拨付单: the orders of payment of a signed plan, a sheet of paper each, and the treasury's file (article 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from rules.capital import capital
from rules.schemes.dalian_bank import HEADINGS, PaymentOrder
from runtime.documents.sheets import Book, csv_of
from runtime.documents.typesetting import LANGUAGES, typeset, words_of

_WIDTHS = (26, 34, 34, 16, 28, 18, 50)


class Ordering(NamedTuple):
    """The orders given at once, and what stands on each beside its own."""

    orders: tuple[PaymentOrder, ...]
    plan: str
    scheme: str
    demonstration: bool
    fiscal_year: int
    ordered_at: datetime
    ordered_by: str
    #: The paying office, in the languages of a document.
    office: dict[str, str]
    #: By insurer; empty while the treasury has not answered.
    vouchers: dict[str, str]
    confirmed_by: str = ""
    paid_on: date | None = None


def table(orders: tuple[PaymentOrder, ...]) -> bytes:
    """Return the treasury's file as CSV."""
    return csv_of([HEADINGS, *(order.cells() for order in orders)])


def excel(ordering: Ordering) -> bytes:
    """Return the treasury's file as an Excel sheet of the same rows: numbers of accounts and banks as text."""
    book = Book(ordering.ordered_at)
    page = book.page("拨付单", _WIDTHS)
    page.heading(HEADINGS)
    for order in ordering.orders:
        page.row(order.cells(), border=1)
    return book.finish()


def pdf(ordering: Ordering, *languages: str) -> bytes:
    """Return the orders as PDF, a page each; a translation follows the page it translates."""
    made: bytes = typeset("payment", _data(ordering, languages), "pdf")
    return made


def pages(ordering: Ordering, *languages: str, ppi: int = 96) -> list[bytes]:
    """Return the orders' pages as pictures (PNG)."""
    made: list[bytes] = typeset("payment", _data(ordering, languages), "png", ppi)
    return made


def _data(ordering: Ordering, languages: tuple[str, ...]) -> dict[str, Any]:
    day = ordering.ordered_at
    return {
        "day": [day.year, day.month, day.day],
        "sheets": [
            _sheet(ordering, order, language)
            for order in ordering.orders
            for language in languages or LANGUAGES[:1]
        ],
    }  # fmt: skip


def _sheet(ordering: Ordering, order: PaymentOrder, language: str) -> dict[str, Any]:
    say = words_of("payment", language)["text"]
    return {
        "words": say,
        "banner": say["demonstration"] if ordering.demonstration else "",
        "number": order.number,
        "office": ordering.office[language],
        "basis": say["basis"].format(scheme=ordering.scheme, plan=ordering.plan),
        "rows": list(_rows(ordering, order, language)),
        "prepared_by": ordering.ordered_by,
        "confirmed_by": ordering.confirmed_by if order.insurer in ordering.vouchers else "",
    }


def _rows(ordering: Ordering, order: PaymentOrder, language: str) -> Iterator[tuple[str, str]]:
    say, voucher = words_of("payment", language)["text"], ordering.vouchers.get(order.insurer, "")
    yield say["ordered_on"], _day(ordering.ordered_at.date(), language)
    yield say["fiscal_year"], str(ordering.fiscal_year)
    yield say["payee"], order.to.payee
    yield say["bank_name"], order.to.bank_name
    yield say["bank_code"], order.to.bank_code
    yield say["account"], order.to.account
    yield say["in_words"], capital(order.amount)
    yield say["figures"], f"¥{order.amount:,.2f}"
    yield say["purpose"], order.purpose
    yield say["voucher"], voucher
    yield say["paid_on"], _day(ordering.paid_on, language) if voucher and ordering.paid_on else ""


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == LANGUAGES[0] else day.isoformat()
