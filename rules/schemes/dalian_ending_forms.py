"""What the acts hand in by which a recognition, a payment or a refund ends before its time (articles 7, 10, 15(2))."""

from __future__ import annotations

from typing import Literal

from rules.procedure import Form
from rules.schemes.dalian_forms import Reasons, Text
from rules.values import Yuan, YuanOrZero


class Revocation(Reasons):
    """撤销认定: why; what was paid is recovered where the ground is fraud, and otherwise stays paid (article 15(2))."""

    ground: Literal["not_met", "fraud"] = "not_met"


class RecognitionEnded(Reasons):
    """随认定终止: why the recognition of a batch's case ended; a superseded one leaves the batch what a plan gave."""

    ground: Literal["superseded", "not_met", "fraud"] = "superseded"


class PaymentStopped(Form):
    """止付: what a plan gave and was cancelled before it was paid, and by which act (article 15(2))."""

    plan: Text
    amount: Yuan
    because: Text


class RefundReduced(Form):
    """退回减少: what plans still give, when a part was cancelled before it was paid."""

    given: YuanOrZero
