"""The demonstration's cast: makers that do not exist, what each makes, and who buys the first batch of it."""

from __future__ import annotations

from csv import DictReader
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rules.identifiers import check_digit
from rules.schemes.dalian_forms import CHECKLIST
from service.sample_forms import Data, SampleForms

#: 行政区划代码: the six digits that a maker's code names its district by.
REGIONS = {
    "zhongshan": "210202", "xigang": "210203", "shahekou": "210204", "ganjingzi": "210211", "lushunkou": "210212",
    "jinzhou": "210213", "pulandian": "210214", "changhai": "210224", "wafangdian": "210281", "zhuanghe": "210283",
    "jinpu": "210219", "gaoxin": "210231", "changxingdao": "210239", "huayuankou": "210249", "baoshui": "210242",
}  # fmt: skip


class Maker(NamedTuple):
    """A maker of the cast, and its product."""

    district: str
    name: str
    person: str
    product: str
    model: str
    specification: str
    kind: str
    first_user: str


def _read() -> tuple[Maker, ...]:
    with (Path(__file__).parent / "makers.csv").open(encoding="utf-8", newline="") as table:
        return tuple(Maker(**row) for row in DictReader(table))


MAKERS = _read()
_SITE_VISITS = ("查看原件并到生产现场核对", "原件核对一致", "与登记系统核对一致", "查看生产线与检验记录")


def code_of(place: int) -> str:
    """The code of a maker, with its check digit."""
    body = f"91{REGIONS[MAKERS[place].district]}MAC{place + 101:06}"
    return body + check_digit(body)


@dataclass(frozen=True)
class CastForms(SampleForms):
    """The forms of one product of a maker of the cast; `variant` tells its second product from its first."""

    maker: int = 0
    variant: int = 0

    @property
    def enterprise(self) -> str:
        return code_of(self.maker)

    def submission(self, *, complete: bool = True) -> Data:
        maker = MAKERS[self.maker]
        made = super().submission(complete=complete)
        founded = date(2009 + self.maker % 12, 1 + self.maker % 12, 3 + self.maker % 24)
        made["enterprise"] |= {
            "name": maker.name,
            "district": maker.district,
            "contact": maker.person,
            "registered_on": f"{founded}",
        }
        made["product"] |= {
            "name": maker.product + ("（二型）" if self.variant else ""),
            "model": maker.model + ("-II" if self.variant else ""),
            "specification": maker.specification,
            "kind": maker.kind,
            "breakthrough": [("parameters", "specification", "variety")[self.maker % 3]],
            "first_user": maker.first_user,
            "batch_number": f"P{self.maker + 1:02}{'B' if self.variant else 'A'}-01",
            "quantity": 2 + self.maker * 7 % 60,
        }
        return made

    def correction_request(self) -> Data:
        return {"items": ["缺少第三方检测报告", "营业执照复印件不清晰，请重新提交"]}

    def opinion(self) -> Data:
        seen = [_SITE_VISITS[(self.maker + place) % len(_SITE_VISITS)] for place in range(len(CHECKLIST))]
        verdicts = [{"item": item, "met": True, "evidence": how} for item, how in zip(CHECKLIST, seen, strict=True)]
        visited = f"{self.now.date() - timedelta(days=1)}"
        return {"checklist": verdicts, "opinion": "材料齐全，经核实符合申报条件，同意上报", "site_visit_on": visited}

    def reasons(self) -> Data:
        return {"reason": "经审查，详见所附说明"}

    def entrustment(self) -> Data:
        return {"assessor": f"assessor-{'ab'[self.maker % 2]}"}

    def report(self) -> Data:
        score = 78 + self.maker * 5 % 19
        sheet = (("创新程度", 40), ("技术指标", 30), ("产业化前景", 30))
        shares: list[dict[str, Any]] = [
            {"criterion": name, "maximum": most, "score": score * most // 100} for name, most in sheet
        ]
        shares[0]["score"] += score - sum(one["score"] for one in shares)
        return {
            **super().report(),
            "score": score,
            "score_sheet": shares,
            "conclusion": "技术指标达到申报水平，建议认定",
        }

    def delivery(self, delivered_on: date | None = None) -> Data:
        delivered = delivered_on or self.now.date() - timedelta(days=3)
        said = super().delivery(delivered)
        number = f"GX{delivered:%Y%m}-{self.maker + 1:02}{self.variant + 1}"
        return {**said, "user": MAKERS[self.maker].first_user, "contract_number": number}

    def contract(self, insurer: str = "a", sum_insured: str = "30000000.00") -> Data:
        number = f"{'甲乙丙'['abc'.index(insurer)]}首新{self.now:%Y}{self.maker + 1:04}{self.variant + 1}"
        return {**super().contract(insurer, sum_insured), "policy_number": number}

    def request(self) -> Data:
        return {**super().request(), "invoice_number": f"2410{self.maker:04}{self.variant}{self.now:%m%d}"}
