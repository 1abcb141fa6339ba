"""What each act of a loss claim (理赔) hands in: the fields, and what can be seen from them alone (article 12)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from rules.faults import shown
from rules.procedure import Form
from rules.schemes.dalian_forms import Sha256, Text, in_future
from rules.values import LawDate, Yuan, YuanOrZero


def _stream_of_policy(named: str) -> str:
    if not re.fullmatch(r"(policy:[A-Za-z0-9_-]*:?)?[A-Za-z0-9_-]{1,80}", named):
        either = "a policy's number, as DL-2026-000001-1, or its stream, as policy:dalian:DL-2026-000001-1"
        raise ValueError(f"must be {either} (not {shown(named)})")
    return named if ":" in named else f"policy:dalian:{named}"


Policy = Annotated[str, AfterValidator(_stream_of_policy)]


class LossReport(Form):
    """报案: when what happened, under which policy and which of its two covers (article 4)."""

    policy: Policy
    loss_on: LawDate
    cover: Literal["quality", "liability"]
    what_happened: Text
    estimate: YuanOrZero

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, loss_on=self.loss_on)


class LossPaper(Form):
    """索赔材料: one paper of the claim, known by its hash."""

    title: Text
    sha256: Sha256


class LossPapers(Form):
    """补充材料: the papers that were asked for."""

    papers: list[LossPaper] = Field(min_length=1, max_length=200)


class Claimed(Form):
    """索赔请求: the amount asked for, with its papers."""

    amount: Yuan
    papers: list[LossPaper] = Field(min_length=1, max_length=200)


class Survey(Form):
    """查勘: what the insurer found on the spot."""

    surveyed_on: LawDate
    cause: Text
    assessed: YuanOrZero
    report_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, surveyed_on=self.surveyed_on)


class LossDecision(Form):
    """核定: the amount to pay, and the day it was agreed on with the insured."""

    amount: Yuan
    agreed_on: LawDate
    decision_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from in_future(now, agreed_on=self.agreed_on)


class LossPayment(Form):
    """赔付: what was paid, and its voucher."""

    amount: YuanOrZero
    voucher: Text


class AdvancePayment(Form):
    """先予支付: what can be fixed by then is paid, before the whole is known."""

    amount: Yuan
    voucher: Text


class FalseLoss(Form):
    """虚假理赔: why the loss is held to be false, and what proves it."""

    reason: Text
    evidence: list[Sha256] = Field(min_length=1, max_length=50)


class RefusalNotice(Form):
    """拒赔通知书: the paper by which the insured was told."""

    notice_sha256: Sha256


class Dispute(Form):
    """争议: what the insured does not accept."""

    ground: Text


class Settlement(Form):
    """争议解决: how the dispute ended, and what is paid in all."""

    how: Literal["negotiation", "mediation", "arbitration", "court"]
    amount: YuanOrZero
    document_sha256: Sha256
