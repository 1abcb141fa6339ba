"""机构登记: which offices there are, how each signs its letters, and where an insurer is paid (articles 9, 10, 12, 13).

As with people (`dalian_offices.py`), each owner enters what is its own or stands under it: one proposes, another
enters. Accounts are the finance bureau's, and whoever enters one types its number again from the paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from rules.faults import Unfit
from rules.procedure import Act, Effect, Form, Situation
from rules.schemes.dalian_forms import Code, Text
from rules.schemes.dalian_proposing import ENTERS, OWNERS, RESERVED, enters, propose, proposed, take_up
from rules.timetable import OfficeKind
from rules.values import LawDate

BankCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
AccountNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{8,32}$")]


class NewOffice(Form):
    """新机构: an assessor or an insurer by its own name; a district by its place's, whose SME authority it brings."""

    office_code: Code
    office_kind: Literal["district", "assessor", "insurer"]
    name_zh: Text
    name_en: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if RESERVED.fullmatch(self.office_code):
            yield "office_code", f"must be an office's: {self.office_code!r} is the system's, or an enterprise's own"


class ProposedOffice(Form):
    """设立: the office that was proposed."""

    office: Code


class ProposedLetterhead(Form):
    """登记发文名义: the office whose letterhead was proposed."""

    office: Code


class Dated(Form):
    """What holds of an office from a day on, which is not past: letters and payments of before stay as they are."""

    office: Code
    since: LawDate

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        if self.since < now.date():
            yield "since", f"must not be past: {self.since} is before {now.date()}"


class Letterhead(Dated):
    """发文名义: full name, the word its numbers begin with (文号机关代字), who reconsiders its decisions (复议机关)."""

    title: Text
    word: Text
    review_authority: Text | None = None


class Account(Dated):
    """收款账户: where an insurer's subsidy is paid to (article 13)."""

    payee: Text
    bank_name: Text
    bank_code: BankCode
    account: AccountNumber


class CheckedAccount(Form):
    """复核账户: the account's number, typed again from the paper by the person who enters it."""

    office: Code
    account: AccountNumber


def propose_office(situation: Situation, form: NewOffice) -> Effect:
    """拟设机构: an owner proposes an office of its own kind (articles 9, 10, 12)."""
    enters(situation, form.office_kind)
    _expect_new(situation, "office_code", form.office_code)
    return propose(situation, "proposed_offices", form.office_code, form)


def establish(situation: Situation, form: ProposedOffice) -> Effect:
    """设立: another person of the owner enters it; from then on it can be given people, and act by them."""
    said = proposed(situation, "proposed_offices", "office", form.office)
    enters(situation, said["office_kind"])
    _expect_new(situation, "office", form.office)
    return take_up(situation, "proposed_offices", form.office, "established", NewOffice)


def _expect_new(situation: Situation, field: str, code: str) -> None:
    if situation.register.code_taken:
        raise Unfit((field, f"must be new: {code!r} names an office or a district already"))


def propose_letterhead(situation: Situation, form: Letterhead) -> Effect:
    """拟定发文名义: how an office is to sign its letters from a day on."""
    _enters_of(situation, form.office)
    _expect_word(situation, form.word)
    _expect_later(situation.register.letterhead_since, form.since)
    return propose(situation, "proposed_letterheads", form.office, form)


def enter_letterhead(situation: Situation, form: ProposedLetterhead) -> Effect:
    """登记发文名义: another person of the owner enters it."""
    said = proposed(situation, "proposed_letterheads", "office", form.office)
    _enters_of(situation, form.office)
    _expect_word(situation, said["word"])
    _expect_still(situation, said, situation.register.letterhead_since)
    return take_up(situation, "proposed_letterheads", form.office, "letterhead", Letterhead)


def _enters_of(situation: Situation, office: str) -> None:
    kind = situation.register.named_kind
    if kind is None or kind == "enterprise":
        raise Unfit(("office", f"must be an office of today's register, and no enterprise (not {office!r})"))
    enters(situation, kind)


def _expect_word(situation: Situation, word: str) -> None:
    """Offices that share a word would share its numbers, and two letters would be cited alike."""
    if other := situation.register.word_of:
        raise Unfit(("word", f"must be no other office's: {word!r} is the word of {other}"))


def _expect_later(last: date | None, since: date) -> None:
    if last is not None and since <= last:
        raise Unfit(("since", f"must be after {last}, from which another holds already (not {since})"))


def _expect_still(situation: Situation, said: dict[str, Any], last: date | None) -> None:
    """What was proposed for a day that has passed would hold for letters, or payments, that went out without it."""
    since = date.fromisoformat(said["since"])
    if since < situation.today:
        raise Unfit(("office", f"must be proposed anew: its first day, {since}, has passed"))
    _expect_later(last, since)


def propose_account(situation: Situation, form: Account) -> Effect:
    """拟登记账户: where an insurer says, in writing, that it is to be paid from a day on (article 13)."""
    _expect_insurer(situation, form.office)
    _expect_later(situation.register.account_since, form.since)
    return propose(situation, "proposed_accounts", form.office, form)


def enter_account(situation: Situation, form: CheckedAccount) -> Effect:
    """登记账户: another person of the finance bureau enters it, with the number as he reads it himself (13, 15(3))."""
    said = proposed(situation, "proposed_accounts", "office", form.office)
    _expect_insurer(situation, form.office)
    _expect_still(situation, said, situation.register.account_since)
    if form.account != said["account"]:
        raise Unfit(("account", "must be the number that was proposed: one of the two was read wrongly"))
    return take_up(situation, "proposed_accounts", form.office, "account", Account)


def _expect_insurer(situation: Situation, office: str) -> None:
    if situation.register.named_kind != "insurer":
        raise Unfit(("office", f"must be an insurer (not {office!r})"))


#: Whoever enters people of some office enters the office too; nobody establishes an owner.
ESTABLISHERS = tuple(owner for owner, kinds in ENTERS.items() if set(kinds) - {owner})
_FINANCE: tuple[OfficeKind, ...] = ("finance",)
_OPEN = ("open",)
ACTS = (
    Act("propose_office", "拟设机构", ESTABLISHERS, "15(3)", _OPEN, NewOffice, propose_office, "open"),
    Act("establish", "设立机构", ESTABLISHERS, "15(3)", _OPEN, ProposedOffice, establish, "open"),
    Act("propose_letterhead", "拟定发文名义", OWNERS, "15(3)", _OPEN, Letterhead, propose_letterhead, "open"),
    Act("enter_letterhead", "登记发文名义", OWNERS, "15(3)", _OPEN, ProposedLetterhead, enter_letterhead, "open"),
    Act("propose_account", "拟登记账户", _FINANCE, "13", _OPEN, Account, propose_account, "open"),
    Act("enter_account", "登记账户", _FINANCE, "13", _OPEN, CheckedAccount, enter_account, "open"),
)
