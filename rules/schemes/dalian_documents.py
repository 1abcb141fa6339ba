"""材料目录: what a document may prove in a kind of proceeding, who hands it in, and who may see it (articles 9 to 13).

A name here is the form's own: a `contract` is what a form's `contract_sha256` names. Papers are for whoever decides on
what they prove, and for nobody else: an insurer needs the contract and not the patent, an assessor the patent and not
the contract, the regulator and the finance bureau neither before a quarterly return asks them to (article 13).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from rules.entitlement import Parties, Viewer
from rules.timetable import OfficeKind

#: 材料类别: papers that the same offices see.
Topic = Literal[
    "recognition", "publication", "insurance", "return", "listing", "complaint", "recovery", "inquiry", "budget"
]


class Provable(NamedTuple):
    """证明事项: what a document is handed in for, and which offices hand it in."""

    zh: str
    topic: Topic
    by: tuple[OfficeKind, ...]


def _always(parties: Parties, viewer: Viewer) -> bool:
    return True


def _never(parties: Parties, viewer: Viewer) -> bool:
    return False


def _own(parties: Parties, viewer: Viewer) -> bool:
    match viewer.kind:
        case "enterprise":
            return viewer.office == parties.enterprise
        case "district":
            return parties.district in viewer.districts
        case "assessor":
            return viewer.office == parties.assessor
        case _:
            return viewer.office == parties.insurer


def _handling(parties: Parties, viewer: Viewer) -> bool:
    return viewer.office == parties.handling


def _debtor(parties: Parties, viewer: Viewer) -> bool:
    return viewer.office in parties.debtors


def _once_returned(parties: Parties, viewer: Viewer) -> bool:
    return parties.returned


Entitled = Mapping[OfficeKind, Callable[[Parties, Viewer], bool]]
_RECOGNITION: Final[Entitled] = {
    "enterprise": _own,
    "district": _own,
    "industry_bureau": _always,
    "assessor": _own,
    "regulator": _once_returned,
    "finance": _once_returned,
}
_OWNERS: Final[Entitled] = dict.fromkeys(("industry_bureau", "regulator", "finance"), _always)
#: By topic, which kind of office sees its papers, and when; one that is not here sees only what it handed in itself.
SEEN_BY: Final[Mapping[Topic, Entitled]] = {
    "recognition": _RECOGNITION,
    "publication": {**_RECOGNITION, "insurer": _own},
    "insurance": {**_RECOGNITION, "assessor": _never, "insurer": _own},
    "return": _OWNERS,
    "listing": {"industry_bureau": _always, "regulator": _always, "insurer": _own},
    "complaint": dict.fromkeys(("district", "industry_bureau", "regulator", "finance"), _handling),
    "recovery": {**_OWNERS, "enterprise": _debtor, "insurer": _debtor},
    "inquiry": _OWNERS,
    "budget": _OWNERS,
}

_ENTERPRISE: Final[tuple[OfficeKind, ...]] = ("enterprise",)
_INSURER: Final[tuple[OfficeKind, ...]] = ("insurer",)
_INSURED: Final[tuple[OfficeKind, ...]] = ("enterprise", "insurer")
_OF_OWNERS: Final[tuple[OfficeKind, ...]] = ("industry_bureau", "regulator", "finance")
_HANDLERS: Final[tuple[OfficeKind, ...]] = ("district", "industry_bureau", "regulator", "finance")

_CONCLUDED: Final = {
    "supply_contract": Provable("供货合同", "insurance", _ENTERPRISE),
    "receipt": Provable("交付签收单", "insurance", _ENTERPRISE),
    "contract": Provable("保险合同", "insurance", _INSURED),
    "invoice": Provable("保费发票", "insurance", _INSURED),
}
#: By kind of proceeding and name.
PROVABLE: Final[Mapping[str, Mapping[str, Provable]]] = {
    "case": {
        "licence": Provable("营业执照", "recognition", _ENTERPRISE),
        "product_description": Provable("产品说明", "recognition", _ENTERPRISE),
        "patent": Provable("专利证书", "recognition", _ENTERPRISE),
        "test_report": Provable("检测报告", "recognition", _ENTERPRISE),
        "certificate": Provable("认证证书", "recognition", _ENTERPRISE),
        "policy_statement": Provable("产业政策符合性说明", "recognition", _ENTERPRISE),
        "other": Provable("其他材料", "recognition", (*_ENTERPRISE, "industry_bureau")),
        "site_visit": Provable("现场核查记录", "recognition", ("district",)),
        "report": Provable("评定报告", "recognition", ("assessor",)),
        "snapshot": Provable("公布页面快照", "publication", ("industry_bureau",)),
        **_CONCLUDED,
    },
    "batch": _CONCLUDED,
    "policy": {
        "contract": Provable("保险合同", "insurance", _INSURED),
        "endorsement": Provable("批单", "insurance", _INSURER),
        "cancellation": Provable("退保申请", "insurance", _INSURED),
        "voucher": Provable("退回凭证", "insurance", _INSURER),
    },
    "loss_claim": {
        "papers": Provable("索赔材料", "insurance", _INSURED),
        "report": Provable("查勘报告", "insurance", _INSURER),
        "decision": Provable("核定通知", "insurance", _INSURER),
        "notice": Provable("拒赔通知书", "insurance", _INSURER),
        "evidence": Provable("虚假理赔证据", "insurance", _INSURER),
        "document": Provable("调解协议、裁决或者判决", "insurance", _INSURED),
    },
    "complaint": {
        "evidence": Provable("调查材料", "complaint", _HANDLERS),
        "letter": Provable("答复函", "complaint", _HANDLERS),
    },
    "recovery": {
        "evidence": Provable("弄虚作假证据", "inquiry", _OF_OWNERS),
        "letter": Provable("案件移送书", "inquiry", _OF_OWNERS),
        "decision": Provable("追回决定书", "recovery", _OF_OWNERS),
        "agreement": Provable("分期退回协议", "recovery", (*_OF_OWNERS, *_INSURED)),
        "application": Provable("强制执行申请书", "recovery", _OF_OWNERS),
        "voucher": Provable("退款凭证", "recovery", (*_OF_OWNERS, *_INSURED)),
    },
    "round": {
        "summary": Provable("汇总表（盖章）", "return", _INSURER),
        "cover_letter": Provable("报送函", "return", _INSURER),
        "opinion": Provable("会同审核意见", "return", _OF_OWNERS),
        "snapshot": Provable("计划公示页面快照", "return", _OF_OWNERS),
    },
    "pilot_insurer": {
        "text": Provable("备案条款文本", "listing", _INSURER),
        "snapshot": Provable("名单公布页面快照", "listing", ("industry_bureau", "regulator")),
        "measure": Provable("监管措施文书", "listing", ("regulator",)),
    },
    "ledger": {"document": Provable("预算指标文", "budget", ("finance",))},
}


def concerned(topic: Topic, parties: Parties, viewer: Viewer) -> bool | None:
    """Whether an office is entitled to a topic's papers; None where the table says nothing of its kind."""
    when = SEEN_BY[topic].get(viewer.kind)
    return None if when is None else when(parties, viewer)


def may_see(kind: str, proves: str, handed_in_by: str, parties: Parties, viewer: Viewer) -> bool:
    """查阅: whether an office may see a document: it handed it in, or it is entitled to what the document proves.

    Of a complaint's papers nobody but the handling office sees any (article 15(1)).
    """
    topic = PROVABLE[kind][proves].topic
    if topic == "complaint":
        return bool(concerned(topic, parties, viewer))
    return viewer.office == handed_in_by or bool(concerned(topic, parties, viewer))
