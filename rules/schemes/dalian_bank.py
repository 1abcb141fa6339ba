"""The treasury's file and its answer (拨付文件与回单): an order per insurer and plan, to the fen (article 13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Final, NamedTuple

from pydantic import StringConstraints, TypeAdapter, ValidationError

from rules.faults import Unfit, shown
from rules.values import amount, in_yuan

#: What stands above each column of the file, in the order of `PaymentOrder.cells`.
HEADINGS: Final = ("拨付单号", "收款人全称", "开户银行", "联行号", "收款账号", "金额（元）", "用途")
#: What the answer's columns are called: as a treasury's program or its officers call them.
ANSWERED: Final = {
    "number": ("拨付单号", "order"),
    "amount": ("金额（元）", "金额", "amount"),
    "status": ("状态", "status"),
    "voucher": ("凭证号", "voucher"),
    "reason": ("失败原因", "原因", "reason"),
}
PAID: Final = ("paid", "成功")
FAILED: Final = ("failed", "失败")
#: More rows than insurers can be ordered at once are no answer.
MOST_ROWS: Final = 10_000


#: 凭证号: one plain word as a treasury prints it, so that two that look alike are one: 大财支〔2026〕1号.
Voucher = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9一-龥][A-Za-z0-9一-龥〔〕()._/-]{0,59}$")]
_VOUCHER: Final = TypeAdapter(Voucher)


class Account(NamedTuple):
    """收款账户: where an office is paid."""

    payee: str
    bank_name: str
    bank_code: str
    account: str


class PaymentOrder(NamedTuple):
    """拨付单: one payment to one insurer."""

    number: str
    insurer: str
    to: Account
    amount: Decimal
    purpose: str

    def cells(self) -> tuple[str | Decimal, ...]:
        """The order as a row of the treasury's file."""
        return (self.number, *self.to, self.amount, self.purpose)


class Answered(NamedTuple):
    """回单: which insurers were paid, by which voucher, and which were not, and why."""

    vouchers: dict[str, str]
    failed: dict[str, str]


def masked(account: str) -> str:
    """Show an account by its last four digits."""
    return "*" * (len(account) - 4) + account[-4:]


def orders(series: str, plan: str, ordered: Mapping[str, str], accounts: Mapping[str, Account]) -> list[PaymentOrder]:
    """拨付单: what was ordered of a plan, by insurer; raise `Unfit` where one has no account.

    `series` numbers this ordering apart from those it follows: a treasury takes an order's number once.
    """
    if without := sorted(ordered.keys() - accounts.keys()):
        raise Unfit(*(("bank_account", f"{insurer} must have one to be paid to") for insurer in without))
    purpose = f"新产品应用保险保费补贴 补贴计划{plan}"
    return [
        PaymentOrder(f"{series}-{insurer}", insurer, accounts[insurer], Decimal(ordered[insurer]), purpose)
        for insurer in sorted(ordered)
    ]


def read_answer(rows: Sequence[Sequence[str]], sent: Iterable[PaymentOrder], used: Iterable[str] = ()) -> Answered:
    """Read the treasury's answer against the orders sent; raise `Unfit` with everything that is wrong.

    The first row names the columns. `used` are vouchers that earlier payments have.
    """
    columns = _columns(rows[0] if rows else ())
    if len(rows) > MOST_ROWS:
        raise Unfit(("answer", f"must not have more than {MOST_ROWS} rows"))
    reading = _Reading({order.number: order for order in sent}, set(used))
    for line, row in enumerate(rows[1:], 2):
        if any(map(str.strip, row)):
            reading.take(line, {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()})
    return reading.end()


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Find the columns by their names; others are the treasury's own."""
    named = [heading.strip() for heading in headings]
    wrong, found = [], {}
    for column, names in ANSWERED.items():
        places = [place for place, heading in enumerate(named) if heading.lower() in names]
        if len(places) != 1:
            why = "must be a column of the first row" if not places else "must be one column, not several"
            wrong.append((f"{names[0]} ({names[-1]})", why))
        else:
            found[column] = places[0]
    if wrong:
        raise Unfit(*wrong)
    return found


class _Reading:
    """An answer as far as it is read: what was found, and every fault so far."""

    def __init__(self, sent: dict[str, PaymentOrder], used: set[str]) -> None:
        self.sent, self.used = sent, used
        self.seen: dict[str, int] = {}
        self.answered = Answered({}, {})
        self.wrong: list[tuple[str, str]] = []

    def take(self, line: int, row: Mapping[str, str]) -> None:
        """Take one row: an order that was sent, once, to the fen, paid with its voucher or failed with its reason."""
        number, order = row["number"], self.sent.get(row["number"])
        if order is None:
            return self._tell(line, "number", f"must be an order that awaits its answer, not {shown(number)}")
        if number in self.seen:
            return self._tell(line, "number", f"must be answered once: {number} is in row {self.seen[number]} too")
        self.seen[number] = line
        self.wrong += self._faults(line, row, order)
        if row["status"].lower() in PAID:
            self.answered.vouchers[order.insurer] = row["voucher"]
            self.used.add(row["voucher"])
        else:
            self.answered.failed[order.insurer] = row["reason"]
        return None

    def _faults(self, line: int, row: Mapping[str, str], order: PaymentOrder) -> Iterator[tuple[str, str]]:
        if why := _not_the_amount(row["amount"], order):
            yield f"row {line}, amount", why
        status, voucher = row["status"].lower(), row["voucher"]
        if status not in PAID + FAILED:
            yield f"row {line}, status", f"must be paid (成功) or failed (失败), not {shown(row['status'])}"
        elif status in FAILED:
            if not row["reason"]:
                yield f"row {line}, reason", f"must say why {order.number} was not paid"
            if voucher:
                yield f"row {line}, voucher", f"must be empty where nothing was paid, not {shown(voucher)}"
        elif not voucher:
            yield f"row {line}, voucher", f"must be there: {order.number} was paid"
        elif not _is_voucher(voucher):
            yield f"row {line}, voucher", f"must be one word of letters, digits and ._/()〔〕-, not {shown(voucher)}"
        elif voucher in self.used:
            yield f"row {line}, voucher", f"must be of one payment alone: {shown(voucher)} is another's too"

    def _tell(self, line: int, column: str, why: str) -> None:
        self.wrong.append((f"row {line}, {column}", why))

    def end(self) -> Answered:
        """Return the answer, if it is whole and nothing in it is wrong."""
        for number in sorted(self.sent.keys() - self.seen.keys()):
            self.wrong.append((number, "must be answered: it is in no row"))
        if self.wrong:
            raise Unfit(*self.wrong)
        return self.answered


def _is_voucher(written: str) -> bool:
    try:
        _VOUCHER.validate_python(written)
    except ValidationError:
        return False
    return True


def _not_the_amount(written: str, order: PaymentOrder) -> str | None:
    try:
        read = amount(written)
    except ValueError as error:
        return str(error)
    return None if read == order.amount else f"must be {in_yuan(order.amount)}, as ordered, not {in_yuan(read)}"
