"""What each act of a quarterly round hands in (article 13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from rules.procedure import Form
from rules.schemes.dalian_bank import Voucher
from rules.schemes.dalian_forms import Code, Sha256, Text
from rules.values import Flag, Minute, YuanOrZero

#: Of applications, opinions or vouchers in one act: a message of the workflow holds two megabytes.
MOST_AT_ONCE = 1_000
#: Of applications in the order of one tie, which must name them all; an event tells them twice.
MOST_TIED = 5_000


class RoundOpening(Form):
    """The quarter to open, as `2026Q4`."""

    quarter: Annotated[str, StringConstraints(pattern=r"^20\d\dQ[1-4]$")]

    def names(self) -> str:
        return self.quarter

    @property
    def year_and_quarter(self) -> tuple[int, int]:
        return int(self.quarter[:4]), int(self.quarter[5])


def _listed_once(place: str, numbers: list[str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for at, number in enumerate(numbers):
        if number in seen:
            yield place.format(at), f"must be listed once (not {number!r} again)"
        seen.add(number)


class QuarterlyReturn(Form):
    """季度汇总申报: the applications an insurer files, or none (零申报), and its sealed summary and letter."""

    applications: list[Text] = Field(max_length=MOST_AT_ONCE)
    summary_sha256: Sha256
    cover_letter_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from _listed_once("applications[{}]", self.applications)


class Opinion(Form):
    """审核意见: one office's opinion of one application.

    An office that says what it had before it gives no opinion of an amount, or an insurance time, that has moved since.
    """

    application: Text
    approves: Flag
    reason: Text
    asked: YuanOrZero | None = None
    concluded_at: Minute | None = None


class Review(Form):
    """会同审核: the opinions an office gives."""

    opinions: list[Opinion] = Field(min_length=1, max_length=MOST_AT_ONCE)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from _listed_once("opinions[{}].application", [opinion.application for opinion in self.opinions])


class Completion(Form):
    """退回补充: everything an application lacks, told at once (article 13)."""

    application: Text
    items: list[Text] = Field(min_length=1, max_length=50)


class TieOrder(Form):
    """议定排序: the applications of a tie in the order proposed, and why (article 13, I-12)."""

    applications: list[Text] = Field(min_length=2, max_length=MOST_TIED)
    reason: Text

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from _listed_once("applications[{}]", self.applications)


class TieAgreement(Form):
    """同意排序: the proposal that is agreed to, by the sequence of the act that made it."""

    proposal: Annotated[int, Field(ge=1)]


class Admission(Form):
    """恢复审核: why an honest application is reviewed although its insurer is barred (I-15)."""

    application: Text
    reason: Text


class Payment(Form):
    """拨付凭证: the voucher of each insurer's payment, or why the bank did not make it."""

    vouchers: dict[Code, Voucher] = Field(max_length=MOST_AT_ONCE)
    failed: dict[Code, Text] = Field(default={}, max_length=MOST_AT_ONCE)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        whose: dict[str, str] = {}
        for insurer, voucher in self.vouchers.items():
            if whose.setdefault(voucher, insurer) != insurer:
                yield f"vouchers.{insurer}", f"must be of one payment alone: {voucher!r} is {whose[voucher]}'s too"
        for insurer in self.vouchers.keys() & self.failed.keys():
            yield f"failed.{insurer}", "must not have a voucher too: it was paid, or it was not"
