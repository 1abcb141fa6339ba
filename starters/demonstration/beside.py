"""Beside the cases: further batches, losses, complaints, work shared out, documents (articles 9 to 12 and 15(1))."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from runtime.document_store import DocumentStore
from runtime.documents.typesetting import typeset
from service.sample_forms import Data
from starters.demonstration.cast import MAKERS, code_of
from starters.demonstration.script import Part, Script, day_of


def batches(script: Script) -> None:
    """Two further first batches, one of them insured (article 11)."""
    for label, ago, user in (
        ("planned-0", 28, "大连北辰冷链物流有限公司"),
        ("planned-1", 7, "沈阳朔风风电装备有限公司"),
    ):
        part = script.parts[label]

        def delivered(at: datetime, part: Part = part, user: str = user) -> Data:
            said = {**part.forms(at).further_delivery(part.number), "user": user, "quantity": 6}
            return {**said, "contract_number": f"GX{at:%Y%m}-{part.maker + 1:02}-B2", "batch_number": "P02-02"}

        script.act(ago, "batch:dalian:new", "deliver", part.officer("enterprise"), delivered)
    insured = script.parts["planned-0"]

    def contract(at: datetime) -> Data:
        return {**insured.forms(at).contract("b", "15000000.00"), "policy_number": f"乙首新{at:%Y}90001"}

    script.act(15, lambda: f"batch:dalian:{insured.number}-2", "insure", "insurer-b-1", contract)


def losses(script: Script) -> None:
    """Four loss claims: just reported, surveyed, paid, and refused (article 12)."""
    happened = ("主轴温升异常，停机检修", "密封失效，介质外泄", "控制器误动作，工件报废", "运输中磕碰，外壳变形")
    for place, (label, until) in enumerate(
        (("planned-0", 1), ("in-review-0", 3), ("planned-1", 5), ("in-review-1", 4))
    ):
        part = script.parts[label]
        _loss(script, part, happened[place], until, refused=place == 3)


def _loss(script: Script, part: Part, happened: str, until: int, *, refused: bool) -> None:
    opened: list[str] = []

    def reported(at: datetime) -> Data:
        said = {**part.forms(at).loss_report(f"policy:dalian:{part.application}"), "what_happened": happened}
        return {**said, "cover": "quality"}

    def found() -> str:
        return opened[0]

    def surveyed(at: datetime) -> Data:
        return {**part.forms(at).loss_survey(), "cause": "密封圈材料批次缺陷", "surveyed_on": day_of(at)}

    acts: list[tuple[str, str, Callable[[datetime], Data]]] = [
        ("report", "enterprise", reported),
        ("accept_loss", "insurer-1", lambda at: {"amount": "800000.00", **part.forms(at).loss_papers()}),
        ("survey", "insurer-1", surveyed),
        ("decide_to_pay", "insurer-1", lambda at: part.forms(at).loss_decision()),
        ("pay_loss", "insurer-1", lambda _: {"amount": "750000.00", "voucher": f"PF{part.maker:04}"}),
    ]
    if refused:
        acts[3:] = [("refuse_loss", "insurer-1", lambda _: {"reason": "损失发生于运输环节，不属于保险责任"})]
    for place, (act, who, fill) in enumerate(acts[:until]):
        ago = 2 * (until - place) - 1
        stream = "loss_claim:dalian:new" if act == "report" else found
        script.act(ago, stream, act, part.officer(who), fill, opened=opened)


def complaints(script: Script) -> None:
    """Four complaints: to be admitted today, under investigation, answered, and not admitted (article 15(1))."""
    person = {"name": "李敏", "contact": "0411-5550100"}
    said = {"ground": "理赔材料递交后长期无答复", "channel": "telephone", "person": person}
    script.act(15, "complaint:dalian:new", "receive_complaint", "regulator-1",
               {"kind": "complaint", "subject": "insurer-b", **said})  # fmt: skip
    tip: list[str] = []
    told = {"kind": "tip_off", "subject": "insurer-a", "ground": "反映承保费率与备案不符", "channel": "letter"}
    script.act(40, "complaint:dalian:new", "receive_complaint", "regulator-1", told, opened=tip)
    script.act(33, lambda: tip[0], "admit_complaint", "regulator-1", {})
    refused, answered = script.parts["refused"], list[str]()
    district = MAKERS[refused.maker].district
    script.act(
        22, "complaint:dalian:new", "receive_complaint", f"{district}-2",
        lambda _: {"kind": "objection", "subject": refused.stream, **said, "ground": "对不予确认的理由有异议"},
        opened=answered,
    )  # fmt: skip
    script.act(20, lambda: answered[0], "admit_complaint", f"{district}-2", {})
    script.act(12, lambda: answered[0], "investigate", f"{district}-2", {"found": "经复核，产品此前已批量销售"})
    answer = {"upheld": False, "answer": "不予确认的理由成立，维持原意见"}
    letter = refused.forms(script.past.ago(4)).complaint_answer()
    script.act(4, lambda: answered[0], "answer_complaint", f"{district}-2", {**letter, **answer})
    declined: list[str] = []
    about = {"kind": "complaint", "subject": "assessor-b", **said, "ground": "认为评定费用过高"}
    script.act(30, "complaint:dalian:new", "receive_complaint", "bureau-1", about, opened=declined)
    script.act(26, lambda: declined[0], "decline_complaint", "bureau-1", {"reason": "收费属双方约定，不属于受理范围"})


def work(script: Script) -> None:
    """Some of what waits is taken, handed over, or done by who stands in for a colleague (article 15(3))."""

    def of(*labels: str) -> list[str]:
        return [script.parts[label].stream for label in labels]

    bureau, finance = "work:dalian:bureau", "work:dalian:finance"
    taken = ("confirmed-0", "received-0", "assessed-0", "proposed-0")
    script.act(1, bureau, "take", "bureau-1", lambda _: {"proceedings": of(*taken)})
    over = "明日出差，请接续办理"
    script.act(1, bureau, "hand_over", "bureau-1",
               lambda _: {"proceedings": of("received-0"), "to": "bureau-2", "note": over})  # fmt: skip
    district = MAKERS[script.parts["review-0"].maker].district
    script.act(1, f"work:dalian:{district}", "take", f"{district}-1", lambda _: {"proceedings": of("review-0")})
    away = {"absent": "finance-1", "substitute": "finance-2", "reason": "年休假"}
    script.act(
        1, finance, "substitute", "finance-1",
        lambda at: {**away, "since": day_of(at), "until": f"{script.today.replace(day=28)}"
                    if script.today.day < 28 else day_of(script.past.ago(-9))},
    )  # fmt: skip


#: What each document is called, what it proves, who hands it in, and so many days ago.
PAPERS = (
    ("营业执照", "licence", "enterprise", "pdf"),
    ("发明专利证书", "patent", "enterprise", "png"),
    ("检测报告", "test_report", "enterprise", "pdf"),
)
WITH_PAPERS = ("review-0", "review-4", "confirmed-0", "assessment-1", "planned-0", "in-review-0")


def documents(script: Script, folder: Path) -> None:
    """Papers of some cases, made on the spot: small PDFs and pictures (article 9)."""
    store = DocumentStore(folder)
    for label in WITH_PAPERS:
        part = script.parts[label]
        for title, proves, who, form in PAPERS:
            _document(script, store, part, (title, proves, who, form))


def _document(script: Script, store: DocumentStore, part: Part, paper: tuple[str, str, str, str]) -> None:
    title, proves, who, form = paper
    maker = MAKERS[part.maker]

    async def made(_: datetime) -> Data:
        lines = [maker.name, code_of(part.maker), f"{maker.product}　{maker.model}", maker.specification]
        said = {"title": title, "lines": lines}
        kind: Literal["pdf", "png"] = "pdf" if form == "pdf" else "png"
        whole = await asyncio.to_thread(typeset, "sample_paper", said, kind)
        content = whole if form == "pdf" else whole[0]
        with store.holding(content) as digest:
            name = f"{title}.{form}"
            media = "application/pdf" if form == "pdf" else "image/png"
            return {"proves": proves, "name": name, "media_type": media, "size": len(content), "sha256": digest}

    dossier: Callable[[], str] = lambda: f"dossier:dalian:case-{part.number}"  # noqa: E731 - numbered once submitted
    script.act(1, dossier, "add_document", part.officer(who), made)
