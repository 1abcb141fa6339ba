"""What is demanded, repaid, agreed on and enforced of a recovery: amounts to the fen, and the days (article 15(2))."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CHINA
from rules.edition import edition_of
from rules.faults import Unfit
from rules.procedure import Effect, File, Situation, decide, read_form
from rules.register import Register
from rules.repayments import Disbursed, Instalment, next_instalment, owed, spread
from rules.schemes.dalian_recovery import RECOVERY
from service.sample_forms import SampleForms

EDITION = edition_of("dalian")
#: Monday 2026-09-21, 10:00 in Shanghai.
MONDAY = datetime(2026, 9, 21, 2, 0, tzinfo=UTC)
MAKER = "91210211MA0000001A"
APPLICATIONS = ("DL-2026-000001-1", "DL-2026-000002-1")


class Recovery:
    """A recovery as its record would keep it: the file, and what is left of what was paid."""

    def __init__(self, *paid: tuple[str, str], insurer: str = "insurer-a", fraudster: str = MAKER) -> None:
        self.file = File(number="RC-2026-000001", scheme="dalian", edition=EDITION.name)
        self.rows = [
            {"number": number, "stream": "case:dalian:x", "enterprise": MAKER, "insurer": insurer,
             "fiscal_year": 2026 + place, "left": Decimal(amount)}
            for place, (number, amount) in enumerate(paid)
        ]  # fmt: skip
        self.at, self.fraudster = MONDAY, fraudster
        self.vouchers: set[str] = set()

    @property
    def left(self) -> Decimal:
        return sum((row["left"] for row in self.rows), Decimal(0))

    @property
    def forms(self) -> SampleForms:
        return SampleForms.at(self.at, 1)

    def do(self, name: str, data: dict[str, Any] | None = None, officer: str = "finance-1") -> Effect:
        act = RECOVERY.act(name)
        RECOVERY.due_now(act, self.file.stage) if self.file.sequence else None
        form = read_form(act.form, self.forms.of(name) if data is None else data, self.at)
        situation = Situation(
            file=self.file,
            officer=officer,
            officer_name="赵敏",
            office="finance",
            office_kind="finance",
            received_at=self.at,
            edition=EDITION,
            calendar=CHINA,
            register=Register(
                parent=File(number="x", scheme="dalian", edition=EDITION.name),
                applications=tuple(dict(row) for row in self.rows),
                voucher_known=getattr(form, "voucher", "") in self.vouchers,
            ),
        )
        effect, self.file = decide(RECOVERY, act, situation, form)
        if effect.passed and name == "record_repayment":
            self.vouchers.add(form.voucher)
            for entry in self.file.facts["repayment"]["entries"]:
                row = next(row for row in self.rows if row["number"] == entry["application"])
                row["left"] -= Decimal(entry["amount"])
        return effect

    def decided(self) -> Recovery:
        numbers = [row["number"] for row in self.rows]
        opening = {**self.forms.recovery(*numbers, about="case:dalian:x"), "fraudster": self.fraudster}
        self.do("open_recovery", opening)
        self.do("decide_recovery", self.forms.recovery_decision(f"{self.left:.2f}"), "finance-2")
        return self

    def demanded(self) -> Recovery:
        self.decided().do("demand")
        return self

    def repay(self, amount: str | Decimal, debtor: str = "insurer-a", voucher: str | None = None) -> Effect:
        form = {
            **self.forms.repayment(f"{Decimal(amount):.2f}", debtor),
            "voucher": voucher or f"V{self.file.sequence}",
        }
        return self.do("record_repayment", form)

    def pass_days(self, days: int) -> None:
        self.at += timedelta(days=days)

    def due(self, name: str = "repayment") -> date:
        deadline = self.file.deadline(name)
        assert deadline
        return deadline.due_on


def refused(effect: Effect) -> list[tuple[str, str]]:
    return [(finding.rule, finding.article) for finding in effect.findings if not finding.passed]


def one(amount: str = "500000.00") -> Recovery:
    return Recovery((APPLICATIONS[0], amount))


# --- The demand -----------------------------------------------------------------------------------------------------


def test_the_payee_is_told_first_and_has_fifteen_days_that_end_on_a_working_day() -> None:
    recovery = one().demanded()
    told = recovery.file.facts["demand"]
    # The fifteenth day lies in the National Day holiday.
    assert (told["debtor"], told["amount"], told["pay_by"]) == ("insurer-a", "500000.00", "2026-10-08")
    assert recovery.due() == date(2026, 10, 8)


def test_whoever_falsified_is_told_only_when_the_payees_last_day_has_passed() -> None:
    recovery = one().demanded()
    recovery.pass_days(17)
    assert refused(recovery.do("demand")) == [("payee_first", "15(2)")]
    recovery.pass_days(1)
    assert refused(recovery.do("demand")) == []
    assert recovery.file.facts["demand"]["debtor"] == MAKER
    assert recovery.due() == date(2026, 10, 26)  # the fifteenth day is a Saturday


def test_nobody_is_told_twice() -> None:
    recovery = Recovery((APPLICATIONS[0], "1.00"), fraudster="insurer-a").demanded()
    recovery.pass_days(60)
    assert refused(recovery.do("demand")) == [("payee_first", "15(2)")]


def test_the_fraudster_is_told_what_the_payee_left_owing() -> None:
    recovery = one().demanded()
    recovery.repay("499999.99")
    recovery.pass_days(30)
    recovery.do("demand")
    assert recovery.file.facts["demand"]["amount"] == "0.01"


# --- What is repaid -------------------------------------------------------------------------------------------------

FEN = st.integers(1, 60_000).map(lambda fen: Decimal(fen) / 100)


@given(paid=st.lists(FEN, min_size=1, max_size=4), amount=FEN)
def test_what_comes_back_is_spread_whole_and_over_nothing_that_is_not_owed(
    paid: list[Decimal], amount: Decimal
) -> None:
    rows = [Disbursed(f"A{place}", MAKER, "insurer-a", 2026, left) for place, left in enumerate(paid)]
    if amount > owed(rows):
        with pytest.raises(ValueError, match="more than was paid"):
            spread(amount, rows)
        return
    parts = spread(amount, rows)
    assert sum(part.amount for part in parts) == amount
    left = {row.application: row.left for row in rows}
    assert all(0 < part.amount <= left[part.application] for part in parts)
    # The earlier is whole before the later is touched.
    assert all(part.amount == left[part.application] for part in parts[:-1])


@given(
    paid=st.lists(FEN, min_size=1, max_size=2),
    tried=st.lists(st.tuples(FEN, st.sampled_from(["insurer-a", MAKER])), max_size=12),
)
def test_no_sequence_of_repayments_exceeds_what_is_owed_and_the_last_fen_closes(
    paid: list[Decimal], tried: list[tuple[Decimal, str]]
) -> None:
    recovery = Recovery(*zip(APPLICATIONS, map(str, paid), strict=False)).demanded()
    whole, came_back = sum(paid, Decimal(0)), Decimal(0)
    for amount, debtor in tried:
        effect = recovery.repay(amount, debtor)
        assert effect.passed == (came_back + amount <= whole)
        came_back += amount if effect.passed else 0
        assert recovery.left == whole - came_back >= 0
        assert recovery.file.closed == (came_back == whole)
        if recovery.file.closed:
            break
    else:
        recovery.repay(recovery.left)
    assert (recovery.file.stage, recovery.left) == ("paid", 0)
    assert recovery.file.money == {"repaid": f"{whole:.2f}", "owed": "0.00"}
    assert not recovery.file.wakes


def test_a_fen_more_than_is_owed_is_refused_and_moves_nothing() -> None:
    recovery = one().demanded()
    assert refused(recovery.repay("500000.01")) == [("not_more_than_owed", "15(2)")]
    assert (recovery.left, recovery.file.stage) == (Decimal("500000.00"), "demanded")


def test_a_payee_pays_back_what_it_was_paid_and_not_anothers_part() -> None:
    recovery = Recovery((APPLICATIONS[0], "300.00"), (APPLICATIONS[1], "200.00"))
    recovery.rows[1]["insurer"] = "insurer-b"
    recovery.demanded()
    assert refused(recovery.repay("300.01")) == [("not_more_than_owed", "15(2)")]
    assert recovery.repay("300.00").passed
    assert recovery.file.facts["repayment"]["entries"][0]["application"] == APPLICATIONS[0]
    assert recovery.repay("200.00", MAKER).passed
    assert recovery.file.stage == "paid"


@pytest.mark.parametrize(
    ("said", "field"),
    [({"debtor": "insurer-b"}, "debtor"), ({"voucher": "V1"}, "voucher"), ({"paid_on": "2026-09-22"}, "paid_on")],
)
def test_a_repayment_names_a_debtor_a_new_voucher_and_a_day_that_has_come(said: dict[str, str], field: str) -> None:
    recovery = one().demanded()
    recovery.repay("1.00", voucher="V1")
    with pytest.raises(Unfit, match=field):
        recovery.do("record_repayment", {**recovery.forms.repayment(), **said})


# --- Instalments ----------------------------------------------------------------------------------------------------


@given(plan=st.lists(FEN, min_size=1, max_size=6), share=st.integers(0, 100))
def test_the_next_instalment_is_the_first_that_is_not_covered(plan: list[Decimal], share: int) -> None:
    days = [date(2026, 10, 1) + timedelta(days=30 * place) for place in range(len(plan))]
    agreed = [Instalment(day, amount) for day, amount in zip(days, plan, strict=True)]
    whole = sum(plan, Decimal(0))
    repaid = (whole * share / 100).quantize(Decimal("0.01"))
    upcoming = next_instalment(agreed, repaid)
    if repaid >= whole:
        assert upcoming is None
        return
    assert upcoming is not None
    place = days.index(upcoming.due_on)
    assert sum(plan[:place], Decimal(0)) <= repaid < sum(plan[: place + 1], Decimal(0))
    assert upcoming.amount == sum(plan[: place + 1], Decimal(0)) - repaid


@pytest.mark.parametrize("last", ["249999.99", "250000.01"])
def test_instalments_that_do_not_add_up_are_refused(last: str) -> None:
    recovery = one().demanded()
    assert refused(recovery.do("agree_instalments", recovery.forms.instalments("250000.00", last))) == [
        ("instalments_add_up", "15(2)")
    ]


@pytest.mark.parametrize("days", [(0, 30), (30, 30), (30, 29)])
def test_instalments_are_later_than_today_and_one_after_the_other(days: tuple[int, int]) -> None:
    recovery = one().demanded()
    parts = [{"due_on": f"{date(2026, 9, 21) + timedelta(days=n)}", "amount": "250000.00"} for n in days]
    with pytest.raises(Unfit, match=r"instalments\[[01]\]\.due_on: must be after"):
        recovery.do("agree_instalments", {**recovery.forms.instalments(), "instalments": parts})


def test_each_instalment_has_its_day_and_reminders_until_it_is_covered() -> None:
    recovery = one().demanded()
    recovery.repay("100000.00")
    recovery.do("agree_instalments", recovery.forms.instalments("200000.00", "200000.00"))
    first, second = date(2026, 10, 21), date(2026, 11, 20)
    assert recovery.due("instalment") == first
    assert [wake.deadline for wake in recovery.file.wakes] == ["instalment"]
    recovery.repay("150000.00")
    assert recovery.due("instalment") == first
    recovery.repay("50000.00")
    assert recovery.due("instalment") == second
    assert recovery.file.wakes[0].at.date() < second
    recovery.repay("200000.00")
    assert (recovery.file.stage, recovery.file.wakes) == ("paid", ())


# --- Enforcement, the judiciary -------------------------------------------------------------------------------------


def test_enforcement_is_refused_until_the_last_day_has_passed() -> None:
    recovery = one().demanded()
    recovery.pass_days(17)
    assert refused(recovery.do("enforce")) == [("last_day_passed", "15(2)")]
    recovery.pass_days(1)
    assert refused(recovery.do("enforce")) == []
    assert (recovery.file.stage, recovery.file.wakes) == ("enforcement", ())


def test_a_missed_instalment_may_be_enforced_and_one_that_is_not_due_may_not() -> None:
    recovery = one().demanded()
    recovery.do("agree_instalments")
    recovery.pass_days(30)
    assert refused(recovery.do("enforce")) == [("last_day_passed", "15(2)")]
    recovery.pass_days(1)
    assert refused(recovery.do("enforce")) == []


@pytest.mark.parametrize("way", [(), ("demand",), ("demand", "agree_instalments")], ids=str)
def test_a_suspected_crime_is_referred_and_what_is_repaid_there_still_closes_the_recovery(way: tuple[str, ...]) -> None:
    recovery = one().decided()
    for act in way:
        recovery.do(act)
    recovery.do("refer_to_judiciary")
    assert (recovery.file.stage, recovery.file.wakes) == ("judicial_transfer", ())
    recovery.repay("500000.00", MAKER)
    assert recovery.file.stage == "paid"
