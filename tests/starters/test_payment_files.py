"""`firstcover pay`: the treasury's file and its answer, to the fen or not at all, and the orders on paper."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pypdf import PdfReader

from rules.edition import edition_of
from rules.faults import Unfit
from rules.schemes.dalian_bank import HEADINGS, Account, Answered, PaymentOrder, masked, orders, read_answer
from runtime.documents import payment as paper
from runtime.documents.sheets import csv_of, rows_of
from service.showing import events_of
from tests.hands import Hands
from tests.starters.terminal import Outcome, Terminal
from tests.workflows.test_round import Quarter

PAYEE = Account("甲财产保险大连分公司", "演示银行大连分行营业部", "999222000017", "6222000000000005")
SENT = orders(
    "2026Q1-O17", "2026Q1-P12", {"insurer-a": "500000.00", "insurer-b": "16409.02"},
    {"insurer-a": PAYEE, "insurer-b": PAYEE._replace(payee="乙财产保险大连分公司", account="6222000000000006")},
)  # fmt: skip
HEAD = ["拨付单号", "金额（元）", "状态", "凭证号", "失败原因"]
A = ["2026Q1-O17-insurer-a", "500000.00", "成功", "V-1", ""]
B = ["2026Q1-O17-insurer-b", "16409.02", "失败", "", "账号户名不符"]
CITY = edition_of("dalian")


# --- the law's side: rows in, rows out ------------------------------------------------------------------------------


def test_the_file_has_a_row_for_each_insurer_with_its_bank_and_what_it_is_paid_for() -> None:
    assert [dict(zip(HEADINGS, order.cells(), strict=True)) for order in SENT][1] == {
        "拨付单号": "2026Q1-O17-insurer-b",
        "收款人全称": "乙财产保险大连分公司",
        "开户银行": "演示银行大连分行营业部",
        "联行号": "999222000017",
        "收款账号": "6222000000000006",
        "金额（元）": Decimal("16409.02"),
        "用途": "新产品应用保险保费补贴 补贴计划2026Q1-P12",
    }


def test_whoever_has_no_account_is_named_and_nothing_is_ordered() -> None:
    with pytest.raises(Unfit) as raised:
        orders("S", "P", {"insurer-b": "1.00", "insurer-a": "2.00"}, {})
    assert raised.value.faults == tuple(
        ("bank_account", f"insurer-{one} must have one to be paid to") for one in ("a", "b")
    )


def test_only_the_last_digits_of_an_account_are_shown() -> None:
    assert masked("6222000000000005") == "************0005"


def test_an_answer_says_who_was_paid_and_who_was_not() -> None:
    assert read_answer([HEAD, A, [], ["", " "], B], SENT) == Answered(
        {"insurer-a": "V-1"}, {"insurer-b": "账号户名不符"}
    )


def test_the_treasury_may_write_its_columns_in_another_order_and_language_and_more_of_them() -> None:
    head = ["teller", "Reason", "STATUS", " amount ", "order", "voucher"]
    rows = [["x", "", "Paid", "500000", A[0], "V-1"], ["x", "closed", "FAILED", "16409.02 ", f" {B[0]}", ""]]
    assert read_answer([head, *rows], SENT) == Answered({"insurer-a": "V-1"}, {"insurer-b": "closed"})


def changed(row: list[str], at: int, to: str) -> list[str]:
    return [*row[:at], to, *row[at + 1 :]]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([A], ["2026Q1-O17-insurer-b: must be answered: it is in no row"]),
        ([A, B, changed(A, 0, "2026Q1-O9-insurer-a")], ["row 4, number: must be an order that awaits its answer"]),
        ([A, B, A], ["row 4, number: must be answered once: 2026Q1-O17-insurer-a is in row 2 too"]),
        ([changed(A, 1, "499999.99"), B], ["row 2, amount: must be 500000.00, as ordered, not 499999.99"]),
        ([changed(A, 1, "500000.001"), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 1, ""), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 1, "500,000.00"), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 1, "-500000.00"), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 1, "5E5"), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 1, "５00000.00"), B], ["row 2, amount: must be yuan as text"]),
        ([changed(A, 2, "pending"), B], ["row 2, status: must be paid (成功) or failed (失败), not \"pending\""]),
        ([changed(A, 3, ""), B], ["row 2, voucher: must be there: 2026Q1-O17-insurer-a was paid"]),
        ([changed(A, 3, "V-0"), B], ["row 2, voucher: must be of one payment alone: \"V-0\" is another's too"]),
        ([A, changed(B, 4, "")], ["row 3, reason: must say why 2026Q1-O17-insurer-b was not paid"]),
        ([A, changed(B, 3, "V-2")], ["row 3, voucher: must be empty where nothing was paid"]),
        ([A, [*B[:1], "16409.02", "paid", "V-1"]], ["row 3, voucher: must be of one payment alone"]),
        (
            [changed(A, 1, "1.00"), changed(B, 2, "?"), changed(A, 0, "X")],
            ["row 2, amount", "row 3, status", "row 4, number"],
        ),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_with_an_answer_is_told_at_once(rows: list[list[str]], told: list[str]) -> None:
    with pytest.raises(Unfit) as raised:
        read_answer([HEAD, *rows], SENT, used=["V-0"])
    said = [f"{field}: {why}" for field, why in raised.value.faults]
    assert len(said) == len(told), said
    assert [one for one, begins in zip(said, told, strict=True) if not one.startswith(begins)] == []


@pytest.mark.parametrize(
    ("head", "column"),
    [([], "拨付单号 (order)"), (HEAD[:3] + HEAD[4:], "凭证号 (voucher)"), ([*HEAD, "amount"], "金额（元） (amount)")],
)
def test_an_answer_without_its_columns_is_refused_by_their_names(head: list[str], column: str) -> None:
    with pytest.raises(Unfit) as raised:
        read_answer([head, A, B], SENT)
    assert column in dict(raised.value.faults)


def test_an_answer_without_end_is_refused() -> None:
    with pytest.raises(Unfit, match="must not have more than 10000 rows"):
        read_answer([HEAD, *[A] * 10_001], SENT)


# --- files ----------------------------------------------------------------------------------------------------------

HOSTILE = (
    "=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")', "＝1+1", "'=1", 'a,b"c\nd',
)  # fmt: skip


@pytest.mark.parametrize("written", HOSTILE)
def test_no_cell_of_the_treasurys_file_begins_a_formula(written: str) -> None:
    order = SENT[0]._replace(to=Account(written, written, "999222000017", "6222000000000005"), purpose=written)
    raw = paper.table((order,))
    cells = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))[1]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))]
    assert cells[3:6] == ["999222000017", "6222000000000005", "500000.00"]
    (sheet,) = openpyxl.load_workbook(io.BytesIO(paper.excel(ordering(order))))
    row = list(sheet[2])
    assert [cell.data_type for cell in row] == ["s", "s", "s", "s", "s", "n", "s"]
    assert row[6].value.replace("_x000D_", "\r").replace("\r\n", "\n") in (written, written.replace("\r", "\n"))
    assert paper.pdf(ordering(order))


@example([["", "'="]])
@given(st.lists(st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",))), min_size=2)))
def test_what_is_written_as_csv_is_read_as_it_was(rows: list[list[str]]) -> None:
    assert rows_of(csv_of(rows)) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_an_answer_is_read_in_the_encodings_chinese_programs_write(encoding: str) -> None:
    text = "\n".join(",".join(row) for row in (HEAD, A, B))
    assert read_answer(rows_of(text.encode(encoding)), SENT).failed == {"insurer-b": "账号户名不符"}


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", "拨付单号".encode("utf-16"), b"\x80\x80\x80", b'a,"b', b"a\0b"])
def test_what_is_no_text_is_no_answer(raw: bytes) -> None:
    with pytest.raises(ValueError, match="must be"):
        rows_of(raw)


def ordering(*sent: PaymentOrder, **more: Any) -> paper.Ordering:
    told: dict[str, Any] = {
        "orders": sent, "plan": "2026Q1-P12", "scheme": CITY.title, "demonstration": True, "fiscal_year": 2026,
        "ordered_at": datetime(2026, 4, 20, 10), "ordered_by": "王强", "vouchers": {},  # noqa: DTZ001
        "office": {"zh": "大连市财政局", "en": "Finance Bureau"},
    }  # fmt: skip
    return paper.Ordering(**{**told, **more})


def test_an_order_on_paper_says_the_amount_in_words_and_awaits_its_voucher() -> None:
    read = PdfReader(io.BytesIO(paper.pdf(ordering(*SENT))))
    assert len(read.pages) == 2
    text = re.sub(r"\s", "", read.pages[1].extract_text())
    for said in (
        "保费补贴资金拨付单", "2026Q1-O17-insurer-b", "乙财产保险大连分公司", "999222000017", "6222000000000006",
        "壹万陆仟肆佰零玖元零贰分", "¥16,409.02", "补贴计划2026Q1-P12", "2026年4月20日", "开单人：王强",
    ):  # fmt: skip
        assert said in text, said
    assert "V-1" not in text


# --- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def quarter(hands: Hands) -> Quarter:
    """A signed plan of two insurers, paid 500,000.00 and 450,000.00."""
    first, second = hands.writing, hands.another().writing
    for one, insurer, sum_insured in ((first, "a", "60000000.00"), (second, "b", "45000000.00")):
        await one.bring_to("record_delivery")
        clause = {"insurer": f"insurer-{insurer}", "clause_number": f"CLAUSE-{insurer.upper()}-2026-01"}
        form = one.forms.contract(sum_insured=sum_insured) | clause
        assert (await one.act("insure", f"insurer-{insurer}-1", form)).event.passed
        await one.act("apply")
    made = await (await Quarter(first).opened()).filed(first)
    await made.filed(second, insurer="insurer-b-1")
    await (await made.reviewed(first, second)).signed()
    return Quarter(hands)


async def told(terminal: Terminal, *words: str) -> Any:
    outcome = await terminal.run(*words, "--json")
    assert (outcome.status, outcome.err) == (0, ""), outcome
    return outcome.json


async def sent(terminal: Terminal, quarter: Quarter, name: str = "orders.csv") -> list[list[str]]:
    out = terminal.folder / name
    outcome = await terminal.run("pay", "file", quarter.stream.number, "--out", str(out))
    assert (outcome.status, outcome.err) == (0, "")
    return rows_of(out.read_bytes())[1:]


def answer(*rows: tuple[list[str], str, str]) -> bytes:
    """The treasury's answer: each row sent, the voucher or the reason why it was not paid."""
    written = [[row[0], row[5], "成功" if voucher else "失败", voucher, reason] for row, voucher, reason in rows]
    return "\n".join(",".join(row) for row in [HEAD, *written]).encode("gb18030")


async def imported(terminal: Terminal, quarter: Quarter, raw: bytes, officer: str = "finance-2") -> Outcome:
    return await terminal.run("pay", "import", quarter.stream.number, terminal.file(raw), "--as", officer, "--json")


async def test_a_quarter_is_paid_by_the_treasurys_answer_and_what_failed_is_ordered_again(
    terminal: Terminal, quarter: Quarter
) -> None:
    number = quarter.stream.number
    before = await told(terminal, "pay", "show", number)
    assert ([one["status"] for one in before["payments"]], before["reconciled"]) == (["due", "due"], True)
    await told(terminal, "pay", "order", number, "--as", "finance-1")
    rows = await sent(terminal, quarter)
    assert [(row[5], row[3]) for row in rows] == [("500000.00", "999222000017"), ("450000.00", "999222000017")]

    own = await imported(terminal, quarter, answer((rows[0], "V-1", ""), (rows[1], "V-2", "")), "finance-1")
    assert own.status == 1
    done = await imported(terminal, quarter, answer((rows[0], "V-1", ""), (rows[1], "", "账号户名不符")))
    assert (done.status, done.json["stage"]) == (0, "signed"), done
    between = await told(terminal, "pay", "show", number)
    assert [(one["status"], one["paid"], one["failed"]) for one in between["payments"]] == [
        ("paid", "500000.00", None), ("failed", "0.00", "账号户名不符"),
    ]  # fmt: skip
    assert (between["total"], between["paid"], between["reconciled"]) == ("950000.00", "500000.00", True)

    await told(terminal, "pay", "order", number, "--as", "finance-1")
    (again,) = await sent(terminal, quarter)
    assert (again[5], again[0] == rows[1][0]) == ("450000.00", False)
    late = await imported(terminal, quarter, answer((rows[1], "V-2", "")))
    assert (late.status, "must be an order that awaits its answer" in late.err) == (2, True)
    used = await imported(terminal, quarter, answer((again, "V-1", "")))
    assert (used.status, "must be of one payment alone" in used.err) == (2, True)
    paid = await imported(terminal, quarter, answer((again, "V-2", "")))
    assert (paid.status, paid.json["stage"]) == (0, "paid"), paid
    after = await told(terminal, "pay", "show", number)
    assert [one["voucher"] for one in after["payments"]] == ["V-1", "V-2"]
    assert (after["paid"], after["in_words"], after["reconciled"]) == ("950000.00", "玖拾伍万元整", True)
    assert (await imported(terminal, quarter, answer((again, "V-2", "")))).status == 1


async def test_a_wrong_answer_is_told_whole_in_one_line_and_stores_nothing(
    terminal: Terminal, quarter: Quarter
) -> None:
    number = quarter.stream.number
    await told(terminal, "pay", "order", number, "--as", "finance-1")
    rows = await sent(terminal, quarter)
    before = await told(terminal, "pay", "show", number)
    events = await events_of(quarter.hands.session.pool, quarter.stream)
    short = [*rows[0][:5], "0.01", *rows[0][6:]]
    wrong = (
        answer((short, "V-1", ""), (["x"] * 6, "V-2", "")), answer((rows[0], "V-1", "")), b"", b"\xff\xfe", b"\x00",
        "拨付单号,金额\n=1,2".encode(), answer((rows[0], "V-1", ""), (rows[1], "V\x00", "")),
        answer((rows[0], "x" * 600, ""), (rows[1], "V-2", "")),
    )  # fmt: skip
    for raw in wrong:
        outcome = await imported(terminal, quarter, raw)
        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1), (raw, outcome)
        assert outcome.err.rstrip("\n").isprintable()
    assert await told(terminal, "pay", "show", number) == before
    assert await events_of(quarter.hands.session.pool, quarter.stream) == events
    absent = await terminal.run("pay", "import", number, "none.csv", "--as", "finance-2")
    assert (absent.status, "cannot be read" in absent.err) == (2, True)


async def test_accounts_are_whole_in_the_file_and_masked_on_the_screen(terminal: Terminal, quarter: Quarter) -> None:
    number = quarter.stream.number
    await told(terminal, "pay", "order", number, "--as", "finance-1")
    account = (await sent(terminal, quarter))[0][4]
    assert re.fullmatch(r"\d{16}", account)
    for words in (("pay", "show", number), ("pay", "show", number, "--json")):
        shown = (await terminal.run(*words)).out
        assert account not in shown
    assert masked(account) in shown
    out = terminal.folder / "orders.xlsx"
    await terminal.run("pay", "file", number, "--out", str(out))
    (sheet,) = openpyxl.load_workbook(out)
    assert [(cell.value, cell.data_type) for cell in sheet[2]][4:6] == [(account, "s"), (500_000, "n")]
    paper_out = terminal.folder / "orders.pdf"
    assert (await terminal.run("pay", "pdf", number, "--out", str(paper_out))).status == 0
    assert len(PdfReader(paper_out).pages) == 4
    other = await terminal.run("pay", "file", number, "--out", "orders.doc")
    assert (other.status, "must end in .csv or .xlsx" in other.err) == (2, True)


async def test_before_anything_is_ordered_there_is_no_file(terminal: Terminal, quarter: Quarter) -> None:
    for words in (("file", "--out", "x.csv"), ("pdf", "--out", "x.pdf"), ("import", terminal.file(b""), "--as", "x")):
        outcome = await terminal.run("pay", words[0], quarter.stream.number, *words[1:])
        assert (outcome.status, outcome.out) == (2, "")
        assert "no payment is ordered" in outcome.err
