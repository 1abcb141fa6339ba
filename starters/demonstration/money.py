"""季度: four rounds, one behind the other, and the insurer that is barred between them (articles 13, 15(2))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rules.schemes.dalian_quarter import fiscal_year_of, quarter_before, quarter_end
from service.sample_forms import Data
from starters.demonstration.script import DAYS, EDITION, Part, Script, day_of


class Quarter:
    """A round of the script, so many quarters ago, in the hands of its offices."""

    def __init__(self, script: Script, back: int) -> None:
        self.script, quarter = script, quarter_before(script.today)
        for _ in range(back - 1):
            quarter = quarter_before(quarter_end(int(quarter[:4]), int(quarter[5])).replace(day=1))
        self.quarter, self.year, self.number = quarter, int(quarter[:4]), int(quarter[5])
        self.stream, self.ledger_year = f"round:dalian:{quarter}", fiscal_year_of(self.year, self.number)
        self.parts: list[Part] = []
        #: The days of the latest quarter may be running out when it is opened: its returns come on that day.
        self.after = 3 if back > 1 else 0

    def case(self, label: str, before: int, latest: int = 0, **more: Any) -> Part:
        """A case that was insured so many days before the quarter's end, and at the latest so many days ago."""
        ago = max((self.script.today - quarter_end(self.year, self.number)).days, latest) + before
        part = self.script.case(label, "apply", ago + DAYS["insure"], **more)
        self.parts.append(part)
        return part

    def act(self, ago: float, act: str, officer: str, data: Data | Callable[[datetime], Data]) -> None:
        self.script.act(ago, self.stream, act, officer, data)

    def filed(self, opened: int) -> None:
        """It is opened, each insurer files, and filing is closed."""
        self.act(opened, "open", "regulator-1", {"quarter": self.quarter})
        for insurer in "abc":
            if own := [part for part in self.parts if part.insurer == insurer]:
                self.act(opened - self.after, "file_return", f"insurer-{insurer}-1", self._return(own))
        self.script.act(opened - 8, self.stream, "close_filing", "regulator-1", {}, at_stage="filing")

    def _return(self, own: list[Part]) -> Callable[[datetime], Data]:
        return lambda at: own[0].forms(at).quarterly_return(*(part.application for part in own))

    def reviewed(self, ago: float, office: str, parts: list[Part], refused: str = "") -> None:
        """An office gives its opinions; one case may be refused."""

        def opinions(_: datetime) -> Data:
            return {"opinions": [_opinion(part, approves=part.label != refused) for part in parts]}

        self.act(ago, "review", f"{office}-1", opinions)

    def funded(self, ago: float, amount: str) -> None:
        form = {"amount": amount, "document": f"大财指〔{self.ledger_year}〕{100 + self.number}号"}
        self.script.act(ago, f"ledger:dalian:{self.ledger_year}", "appropriate", "finance-1", form)

    def signed(self, *signatures: tuple[float, str]) -> None:
        for ago, office in signatures:
            self.act(ago, "sign_plan", f"{office}-2", {})

    def voucher(self, insurer: str) -> str:
        return f"PZ{self.quarter}{insurer[-1].upper()}01"


def _opinion(part: Part, *, approves: bool) -> Data:
    reason = "材料齐全，计算无误，同意" if approves else "所附发票与保险合同不一致，不予补贴"
    return {"application": part.application, "approves": approves, "reason": reason}


JOINT = ("regulator", "bureau", "finance")


def rounds(script: Script) -> None:
    """The four rounds and the insurer that is barred between them (articles 13, 15(2))."""
    paid = Quarter(script, 4)
    paid.case("paid-0", 20)
    false = paid.case("falsified", 18, insurer="c")
    full = paid.case("capped-0", 16, insurer="b", sum_insured="50000000.00")
    paid.case("capped-1", 6, insurer="b", sum_insured="20000000.00", maker=full.maker, variant=1)
    paid.case("not-subsidised", 9)
    paid.filed(150)
    for ago, office in zip((134, 132, 130), JOINT, strict=True):
        paid.reviewed(ago, office, paid.parts, "not-subsidised" if office == "finance" else "")
    paid.funded(129, "1100000.00")
    paid.act(127, "prepare_plan", "regulator-1", {})
    paid.signed((126, "regulator"), (125, "bureau"), (124, "finance"))
    paid.act(120, "order_payment", "finance-1", {})
    paid.act(118, "pay", "finance-2", {"vouchers": {one: paid.voucher(one) for one in INSURERS}})

    ordered = Quarter(script, 3)
    ordered.case("paid-1", 24)
    ordered.case("unpaid", 22, insurer="b")
    stopped = ordered.case("stopped", 20, insurer="c")
    ordered.case("waitlisted", 12, sum_insured="24000000.00")
    waits = ordered.case("waited", 8)
    ordered.filed(80)
    for ago, office in zip((62, 60, 58), JOINT, strict=True):
        ordered.reviewed(ago, office, ordered.parts)
    ordered.funded(56, "900000.00")
    ordered.act(54, "prepare_plan", "regulator-1", {})
    last = script.begun_for(EDITION.payment_days.value)
    ordered.signed((last + 3, "regulator"), (last + 1, "bureau"), (last, "finance"))
    ended = {"ground": "non_disclosure", "reason": "投保人隐瞒设备已停用"}
    script.act(
        14, lambda: f"policy:dalian:{waits.application}", "rescind", "insurer-a-1",
        lambda at: {**ended, "rescinded_on": day_of(at)},
    )  # fmt: skip

    planned = Quarter(script, 2)
    for place, insurer in enumerate("abb"):
        planned.case(f"planned-{place}", 21 - 5 * place, insurer=insurer, sum_insured=f"{22 + 4 * place}000000.00")
    planned.filed(55)
    for ago, office in zip((40, 39, 37), JOINT, strict=True):
        planned.reviewed(ago, office, planned.parts)
    planned.funded(6, "800000.00")
    planned.act(5, "prepare_plan", "regulator-1", {})
    planned.signed((3, "regulator"), (2, "bureau"))

    review = Quarter(script, 1)
    for place, insurer in enumerate("abca"):
        label = ("in-review-0", "in-review-1", "held", "incomplete")[place]
        review.case(label, 15 - 4 * place, latest=26, insurer=insurer, sum_insured=f"{16 + 6 * place}000000.00")
    review.filed(20)
    lacks = {"items": ["请补充保费发票与银行回单"]}
    review.act(6, "return_for_completion", "finance-1", lambda _: {"application": review.parts[3].application, **lacks})
    review.reviewed(5, "bureau", review.parts[:2])
    review.reviewed(2, "regulator", review.parts[:1])
    barred(script, false, stopped)
    ordered.act(12, "order_payment", "finance-1", {})
    failed = {"insurer-b": "收款账户户名不符，银行退回"}
    ordered.act(9, "pay", "finance-2", {"vouchers": {"insurer-a": ordered.voucher("insurer-a")}, "failed": failed})
    ordered.act(4, "order_payment", "finance-1", {})


INSURERS = ("insurer-a", "insurer-b", "insurer-c")


def barred(script: Script, paid: Part, planned: Part) -> None:
    """The third insurer took part in fraud: barred, and what was paid on it is being recovered (article 15(2))."""
    stream = "pilot_insurer:dalian:insurer-c"
    why = "与投保企业串通出具虚假交付凭证"
    named: Callable[[datetime], Data] = lambda _: {  # noqa: E731 - who they are is known once they have applied
        "reason": why, "applications": [paid.application, planned.application]
    }  # fmt: skip
    script.act(19, stream, "propose_bar", "regulator-1", named)
    script.act(16, stream, "bar", "regulator-2", {"reason": f"{why}，事实清楚，取消申报资格"})

    def found() -> str:
        return script.past.latest("recovery")

    decision = {"amount": "300000.00", "reason": "骗取保费补贴，全额追回"}
    papers = paid.forms(script.past.ago(14)).recovery_decision()
    script.act(14, found, "decide_recovery", "finance-2", {**papers, **decision})
    script.act(13, found, "demand", "finance-1", {"reason": "限期退回骗取的保费补贴"})
    repaid = {"debtor": "insurer-c", "amount": "120000.00", "voucher": "TK0001"}
    script.act(3, found, "record_repayment", "finance-1", lambda at: {**repaid, "paid_on": day_of(at)})
