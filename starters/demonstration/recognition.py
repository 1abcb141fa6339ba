"""办件: cases on their way to recognition and to their contract, and those that ended there (articles 9 to 11)."""

from __future__ import annotations

from datetime import date, timedelta

from rules.calendar import CHINA
from rules.deadlines import insure_by
from service.sample_values import late_delivery
from starters.demonstration.script import DAYS, EDITION, Fill, Script, day_of


def recognition(script: Script) -> None:
    """Cases on their way to recognition, and those that ended on it (articles 9, 10)."""
    due = script.begun_for(EDITION.verification_days.value)
    for place, ago in enumerate((1, 2, 3, 5, due, due + 8)):
        script.case(f"review-{place}", "submit", ago)
    corrected = script.case("corrected", "submit", 20)
    script.of(corrected, 16, "return_for_correction", "district-1")
    script.of(corrected, 10, "correct", "enterprise")
    for label, submitted, returned in (("returned-0", 12, 4), ("returned-1", 24, 13), ("lapsed", 64, 58)):
        script.of(script.case(label, "submit", submitted), returned, "return_for_correction", "district-1")
    refused = script.case("refused", "submit", 33)
    script.of(refused, 25, "refuse", "district-1", lambda _: {"reason": "产品已在市场批量销售，不属于首批次（第二条）"})
    withdrawn = script.case("withdrawn", "confirm", 48)
    script.of(withdrawn, 40, "withdraw", "enterprise", lambda _: {"reason": "产品定型方案调整，撤回后另行申报"})
    for place, ago in enumerate((7, 8, 13, 15)):
        script.case(f"confirmed-{place}", "confirm", ago)
    for place, ago in enumerate((10, 17)):
        script.case(f"received-{place}", "receive", ago)
    due = script.begun_for(EDITION.assessment_days.value)
    for place, ago in enumerate((13, 26, due + 11, due + 24)):
        script.case(f"assessment-{place}", "entrust", ago)
    asked = script.case("more", "entrust", 40)
    script.of(asked, 5, "ask_for_more", "assessor-1", lambda _: {"items": ["请补充整机可靠性试验大纲与原始数据"]})
    for place, ago in enumerate((38, 45)):
        script.case(f"assessed-{place}", "assess", ago)
    rejected = script.case("rejected", "assess", 70)
    script.of(rejected, 28, "reject", "bureau-2", lambda _: {"reason": "主要参数未达到申报水平，不予认定（第十条）"})
    for place, ago in enumerate((42, 48)):
        script.case(f"proposed-{place}", "propose", ago)


def recognised(script: Script) -> None:
    """Recognised products: fresh, delivered, due today, late, about to expire, and recognitions that ended."""
    script.case("fresh", "publish", 50)
    script.case("expiring", "publish", 361 + DAYS["publish"])
    script.case("expired", "publish", 386 + DAYS["publish"])
    quoted = script.case("quoted", "record_delivery", 63)
    script.of(quoted, 2, "quote", "insurer-1")
    today = script.today

    def insurable(delivered: date) -> bool:
        return insure_by(delivered, delivered, EDITION, CHINA).due_on >= today

    last = next(day for ago in range(45, 0, -1) if insurable(day := today - timedelta(days=ago)))
    for label, delivered in (("insure-today", last), ("insure-late", late_delivery(today, EDITION))):
        fills: dict[str, Fill] = {"record_delivery": lambda forms, on=delivered: forms.delivery(on)}  # type: ignore[misc]
        script.case(label, "record_delivery", (today - delivered).days + DAYS["record_delivery"] - 2, fills=fills)
    revoked = script.case("revoked", "publish", 190)
    why = {"reason": "核查发现检测报告所载型号与申报产品不一致"}
    script.of(revoked, 52, "propose_revocation", "bureau-1", lambda _: why)
    script.of(revoked, 47, "revoke", "bureau-2", lambda _: {**why, "ground": "not_met"})
    old = script.case("superseded", "publish", 150)
    new = script.case("successor", "publish", 72, maker=old.maker, variant=1)
    script.of(old, 20, "supersede", "bureau-1", lambda _: {"by_case": new.number})
    script.case("insured-0", "insure", 68)
    script.case("insured-1", "insure", 74, insurer="b", sum_insured="18000000.00")
    script.case("insured-2", "insure", 70, insurer="b", sum_insured="42000000.00")
    script.case("applied-0", "apply", 72, insurer="b")
    another = script.parts["insured-0"].maker
    script.case("applied-1", "apply", 79, sum_insured="26500000.00", maker=another, variant=1)
    rescinded = script.case("uninsured", "insure", 110)
    ended = {"ground": "non_disclosure", "reason": "投保人未如实告知样机试验事故"}
    script.act(
        30, lambda: f"policy:dalian:{rescinded.application}", "rescind", "insurer-a-1",
        lambda at: {**ended, "rescinded_on": day_of(at)},
    )  # fmt: skip
