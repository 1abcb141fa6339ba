"""A filled form for every act, with dates made from today's: what the story hands in, and what `case sample` prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from rules.periods import last_day_of_years
from rules.schemes.dalian_forms import CHECKLIST
from rules.timetable import SHANGHAI
from service.sample_registers import REGISTERS
from service.sample_values import uscc

Data = dict[str, Any]


def digest(text: str) -> str:
    """Stand for a paper by the hash of its title."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class SampleForms:
    """The forms of one case, filled at the local moment `now`; `serial` tells its papers from another case's."""

    now: datetime
    serial: int = 1
    district: str = "ganjingzi"
    enterprise_name: str = "大连星海主轴有限公司"
    contact: str = "王建国"

    @classmethod
    def at(cls, moment: datetime, serial: int) -> SampleForms:
        """Return the forms of the case `serial` as they would be filled at an instant."""
        return cls(moment.astimezone(SHANGHAI).replace(tzinfo=None), serial)

    @property
    def enterprise(self) -> str:
        return uscc(self.serial)

    def submission(self, *, complete: bool = True) -> Data:
        """A first batch of a core component; incomplete, its test report is missing."""
        return {
            "scheme": "dalian",
            "enterprise": {
                "name": self.enterprise_name,
                "uscc": self.enterprise,
                "district": self.district,
                "contact": self.contact,
                "registered_on": "2015-04-08",
                "registered_in_city": True,
                "legal_person": True,
                "sme": True,
                "industrial_manufacturer": True,
                "key_industry": True,
            },
            "product": {
                "name": "高速电主轴",
                "model": f"DZ-{self.serial}",
                "specification": "24000 r/min, 30 kW",
                "kind": "core_component",
                "breakthrough": ["parameters"],
                "has_ip": True,
                "market_record": False,
                "first_user": "大连示范机床有限公司",
                "batch_number": f"B-{self.serial}",
                "quantity": 40,
                "industrial_policy_met": True,
                "standards_met": True,
                "quality_certified": True,
                "patent": True,
                "test_report": complete,
                "environment_met": True,
                "other_conditions_met": True,
            },
            "papers": [_paper("licence", "营业执照"), _paper("patent", "发明专利证书")]
            + ([_paper("test_report", "检测报告")] if complete else []),
        }

    def correction_request(self) -> Data:
        return {"items": ["缺少检测报告 (the test report is missing)"]}

    def correction(self) -> Data:
        return {"product": self.submission()["product"], "papers": [_paper("test_report", "检测报告")]}

    def opinion(self) -> Data:
        verdicts = [{"item": item, "met": True, "evidence": "原件核对 (originals seen)"} for item in CHECKLIST]
        return {"checklist": verdicts, "opinion": "同意上报 (confirmed)"}

    def reasons(self) -> Data:
        return {"reason": "见附件说明 (see the statement attached)"}

    def entrustment(self) -> Data:
        return {"assessor": "assessor-a"}

    def report(self) -> Data:
        return {
            "recommended": True,
            "score": 88,
            "no_conflict_of_interest": True,
            "report_sha256": digest("评定报告"),
            "conclusion": "建议认定 (recognition recommended)",
        }

    def publication(self) -> Data:
        return self._page("bureau.example/recognised")

    def _page(self, at: str) -> Data:
        page = f"https://{at}/{self.serial}"
        return {"page": page, "published_at": self._minute(), "snapshot_sha256": digest(page)}

    def delivery(self, delivered_on: date | None = None) -> Data:
        delivered = delivered_on or self.now.date() - timedelta(days=7)
        return {
            "user": "大连示范机床有限公司",
            "contract_number": f"GH-{self.serial}",
            "contract_signed_on": f"{delivered - timedelta(days=20)}",
            "delivered_on": f"{delivered}",
            "receipt_sha256": digest("签收单"),
        }

    def contract(self, insurer: str = "a", sum_insured: str = "60000000.00") -> Data:
        """A contract concluded this minute, at 3% on the insurer's filed clause, for one year."""
        today = self.now.date()
        return {
            "policy_number": f"P{insurer.upper()}-{self.serial}",
            "insurer": f"insurer-{insurer}",
            "clause_number": f"CLAUSE-{insurer.upper()}-2026-01",
            "applied_on": f"{today}",
            "concluded_at": self._minute(),
            "start_on": f"{today}",
            "end_on": f"{last_day_of_years(today, 1)}",
            "sum_insured": sum_insured,
            "premium_rate": "0.03",
            "quality_cover": True,
            "liability_cover": True,
            "shortfall_borne_by": "enterprise",
            "contract_sha256": digest("保险合同"),
        }

    def quote(self) -> Data:
        return {
            "sum_insured": "60000000.00",
            "premium_rate": "0.03",
            "years": 1,
            "shortfall_borne_by": "enterprise",
        }

    def rectification(self) -> Data:
        said = {"field": "submission.enterprise.contact", "correct": "王建华"}
        return {**said, "reason": "笔误，见营业执照 (a slip of the pen; see the licence)"}

    def further_delivery(self, case: str = "DL-2026-000001") -> Data:
        """Another first batch, for another user."""
        other = {"user": "大连第二机床有限公司", "contract_number": f"GH-{self.serial}-2"}
        return {**self.delivery(), **other, "case": case, "batch_number": f"B-{self.serial}-2", "quantity": 20}

    def endorsement(self, sum_insured: str = "50000000.00") -> Data:
        return {
            "endorsement_number": f"PD-{self.serial}",
            "endorsed_at": self._minute(),
            "sum_insured": sum_insured,
            "premium_rate": "0.03",
            "endorsement_sha256": digest("批单"),
        }

    def cancellation(self) -> Data:
        return {
            "cancelled_on": f"{self.now.date()}",
            "reason": "设备停用 (taken out of use)",
            "cancellation_sha256": digest("退保申请"),
        }

    def renewal(self) -> Data:
        begins = last_day_of_years(self.now.date(), 1) + timedelta(days=1)
        return {
            "policy_number": f"PA-{self.serial}-R",
            "start_on": f"{begins}",
            "end_on": f"{last_day_of_years(begins, 1)}",
        }

    def request(self) -> Data:
        return {"invoice_number": f"FP-{self.serial}", "other_subsidies": "0.00", "declaration_true_and_complete": True}

    def quarterly_return(self, *applications: str) -> Data:
        sealed = {"summary_sha256": digest("汇总表"), "cover_letter_sha256": digest("报送函")}
        return {"applications": list(applications) or ["DL-2026-000001-1"], **sealed}

    def review(self, *applications: str) -> Data:
        said = {"approves": True, "reason": "材料齐全 (complete)"}
        return {"opinions": [{"application": number, **said} for number in applications or ("DL-2026-000001-1",)]}

    def vouchers(self, *insurers: str) -> Data:
        made = f"PZ-{self.now:%Y%m%d%H%M}-{self.serial}"
        return {"vouchers": {insurer: f"{made}-{insurer}" for insurer in insurers or ("insurer-a",)}}

    def loss_report(self, policy: str = "policy:dalian:DL-2026-000001-1") -> Data:
        happened = "主轴轴承抱死，机床停产 (the spindle seized)"
        loss = {"policy": policy, "loss_on": f"{self.now.date()}", "cover": "quality", "what_happened": happened}
        return {**loss, "estimate": "800000.00"}

    def loss_papers(self) -> Data:
        return {"papers": [{"title": "损失清单", "sha256": digest("损失清单")}]}

    def loss_survey(self) -> Data:
        found = {"surveyed_on": f"{self.now.date()}", "cause": "轴承缺陷 (a defect of the bearing)"}
        return {**found, "assessed": "750000.00", "report_sha256": digest("查勘报告")}

    def loss_decision(self) -> Data:
        agreed = {"amount": "750000.00", "agreed_on": f"{self.now.date()}"}
        return {**agreed, "decision_sha256": digest("核定通知")}

    def complaint(self, kind: str = "complaint", subject: str = "insurer-a") -> Data:
        said = {"kind": kind, "subject": subject, "ground": "理赔拖延 (a loss claim is delayed)", "channel": "letter"}
        return {**said, "person": {"name": "李敏", "contact": "0411-5550100"}}

    def complaint_answer(self) -> Data:
        answer = {"upheld": True, "answer": "情况属实，已责令改正 (it holds; rectification is ordered)"}
        return {**answer, "letter_sha256": digest("答复函")}

    def recovery(self, *applications: str, about: str = "case:dalian:DL-2026-000001") -> Data:
        return {
            "about": about,
            "applications": list(applications) or ["DL-2026-000001-1"],
            "ground": "交付凭证系伪造 (the receipt is forged)",
            "evidence": [digest("鉴定意见")],
            "fraudster": self.enterprise,
        }

    def recovery_decision(self, amount: str = "500000.00") -> Data:
        decided = {"amount": amount, "reason": "骗取保费补贴 (the subsidy was obtained by fraud)"}
        return {**decided, "decision_sha256": digest("追回决定书")}

    def repayment(self, amount: str = "200000.00", debtor: str = "insurer-a") -> Data:
        paid = {"debtor": debtor, "amount": amount, "voucher": f"JK-{self.serial}"}
        return {**paid, "paid_on": f"{self.now.date()}"}

    def instalments(self, *amounts: str) -> Data:
        """What is left, in a part each thirty days."""
        parts = [
            {"due_on": f"{self.now.date() + timedelta(days=30 * place)}", "amount": amount}
            for place, amount in enumerate(amounts or ("250000.00", "250000.00"), start=1)
        ]
        return {"instalments": parts, "agreement_sha256": digest("分期退回协议")}

    def refund(self, amount: str = "498630.14") -> Data:
        return {"amount": amount, "voucher": f"TB-{self.serial}", "paid_on": f"{self.now.date()}"}

    def listing(self) -> Data:
        """The list, published this minute on both portals."""
        return {
            "notice": f"试点保险机构名单{self.serial}号",
            "industry_bureau_page": self._page("bureau.example/insurers"),
            "regulator_page": self._page("regulator.example/insurers"),
        }

    def clause(self, number: str = "CLAUSE-C-2026-02") -> Data:
        """A clause filed today, for two years."""
        return {
            "clause_number": number,
            "head_office_filing_number": f"总备{self.now.year}责任{self.serial}号",
            "filed_on": f"{self.now.date()}",
            "valid_until": f"{last_day_of_years(self.now.date(), 2)}",
            "text_sha256": digest(number),
        }

    def document(self) -> Data:
        said = {"proves": "licence", "name": "营业执照.pdf", "media_type": "application/pdf", "size": 1024}
        return {**said, "sha256": digest("营业执照")}

    def of(self, act: str) -> Data:
        """Return the form of an act by its name; an act that says all by being done has an empty one."""
        sample = _BY_ACT.get(act)
        return sample(self) if sample else {}

    def _minute(self) -> str:
        return f"{self.now:%Y-%m-%dT%H:%M}"


def _paper(kind: str, title: str) -> Data:
    return {"kind": kind, "title": title, "sha256": digest(title)}


#: What stands for each act; an act that says all by being done has none here.
_BY_ACT: Mapping[str, Callable[[SampleForms], Data]] = {
    "submit": lambda own: own.submission(),
    "return_for_correction": lambda own: own.correction_request(),
    "correct": lambda own: own.correction(),
    "confirm": lambda own: own.opinion(),
    "refuse": lambda own: own.reasons(),
    "entrust": lambda own: own.entrustment(),
    "assess": lambda own: own.report(),
    "ask_for_more": lambda own: own.correction_request(),
    "supplement": lambda own: own.correction(),
    "decline_assessment": lambda own: own.reasons(),
    "record_objection": lambda own: {"objector": "大连某机床厂", "ground": "参数与他厂产品相同 (not a breakthrough)"},
    "dismiss_objection": lambda own: own.reasons(),
    "uphold_objection": lambda own: own.reasons(),
    "propose_revocation": lambda own: own.reasons(),
    "revoke": lambda own: {**own.reasons(), "ground": "not_met"},
    "supersede": lambda own: {"by_case": "DL-2026-000002"},
    "publish": lambda own: own.publication(),
    "reject": lambda own: own.reasons(),
    "record_delivery": lambda own: own.delivery(),
    "insure": lambda own: own.contract(),
    "apply": lambda own: own.request(),
    "withdraw": lambda own: own.reasons(),
    "open": lambda own: {"quarter": f"{own.now.year}Q{(own.now.month + 2) // 3}"},
    "appropriate": lambda own: {"amount": "5000000.00", "document": "大财指〔2026〕1号"},
    "adjust": lambda own: {"amount": "500000.00", "document": "大财指〔2026〕2号"},
    "take_back_confirmation": lambda own: own.reasons(),
    "take_back_assessment": lambda own: own.reasons(),
    "take_back_proposal": lambda own: own.reasons(),
    "reopen_filing": lambda own: own.reasons(),
    "take_back_plan": lambda own: own.reasons(),
    "propose_tie_order": lambda own: {"applications": ["DL-2026-000002-1", "DL-2026-000001-1"], **own.reasons()},
    "agree_tie_order": lambda own: {"proposal": 8},
    "publish_plan_notice": lambda own: own._page("regulator.example/plans"),
    "take_back_closing": lambda own: own.reasons(),
    "take_back_order": lambda own: own.reasons(),
    "quote": lambda own: own.quote(),
    "ask_rectification": lambda own: own.rectification(),
    "decline_rectification": lambda own: own.reasons(),
    "deliver": lambda own: own.further_delivery(),
    "endorse": lambda own: own.endorsement(),
    "cancel": lambda own: own.cancellation(),
    "rescind": lambda own: {"ground": "non_disclosure", "rescinded_on": f"{own.now.date()}", **own.reasons()},
    "renew": lambda own: own.renewal(),
    **REGISTERS,
    "complete": lambda own: {"papers": [_paper("other", "补充发票")], "declaration_true_and_complete": True},
    "return_for_completion": lambda own: {"application": "DL-2026-000001-1", "items": ["缺少发票 (no invoice)"]},
    "admit_held": lambda own: {"application": "DL-2026-000001-1", **own.reasons()},
    "file_return": lambda own: own.quarterly_return(),
    "review": lambda own: own.review(),
    "pay": lambda own: own.vouchers(),
    "nominate": lambda own: {"insurer": "insurer-c", "reason": "具备综合险承保能力 (able to underwrite)"},
    "select": lambda own: own.reasons(),
    "decline_nomination": lambda own: own.reasons(),
    "list": lambda own: own.listing(),
    "suspend": lambda own: own.reasons(),
    "reinstate": lambda own: own.reasons(),
    "propose_delisting": lambda own: own.reasons(),
    "delist": lambda own: own.reasons(),
    "propose_bar": lambda own: {"reason": "虚假合同 (a false contract)", "applications": ["DL-2026-000001-1"]},
    "bar": lambda own: own.reasons(),
    "record_measure": lambda own: {
        "measure": "alert",
        "ground": "rate_deviation",
        "reason": "费率偏离备案 (off the rate)",
    },
    "file_clause": lambda own: own.clause(),
    "withdraw_clause": lambda own: {"clause_number": "CLAUSE-C-2026-02", "reason": "停售 (no longer sold)"},
    "report": lambda own: own.loss_report(),
    "accept_loss": lambda own: {"amount": "800000.00", **own.loss_papers()},
    "ask_for_documents": lambda own: {"items": ["缺少维修发票 (the repair invoice is missing)"]},
    "hand_in_documents": lambda own: own.loss_papers(),
    "survey": lambda own: own.loss_survey(),
    "pay_in_advance": lambda own: {"amount": "200000.00", "voucher": f"XF-{own.serial}"},
    "decide_to_pay": lambda own: own.loss_decision(),
    "pay_loss": lambda own: {"amount": "750000.00", "voucher": f"PF-{own.serial}"},
    "refuse_loss": lambda own: own.reasons(),
    "refuse_as_false": lambda own: {**own.reasons(), "evidence": [digest("鉴定意见")]},
    "notify_refusal": lambda own: {"notice_sha256": digest("拒赔通知书")},
    "dispute": lambda own: {"ground": "不认可拒赔理由 (the refusal is not accepted)"},
    "settle": lambda own: {"how": "mediation", "amount": "600000.00", "document_sha256": digest("调解协议")},
    "receive_complaint": lambda own: own.complaint(),
    "decline_complaint": lambda own: own.reasons(),
    "investigate": lambda own: {"found": "核查属实 (the facts are as told)", "evidence": [digest("调查记录")]},
    "answer_complaint": lambda own: own.complaint_answer(),
    "appeal": lambda own: {"ground": "答复未说明赔付日期 (no date of payment is given)"},
    "answer_appeal": lambda own: own.complaint_answer(),
    "open_recovery": lambda own: own.recovery(),
    "decide_recovery": lambda own: own.recovery_decision(),
    "drop_recovery": lambda own: own.reasons(),
    "demand": lambda own: own.reasons(),
    "record_repayment": lambda own: own.repayment(),
    "agree_instalments": lambda own: own.instalments(),
    "enforce": lambda own: {"court": "大连市中山区人民法院", "application_sha256": digest("强制执行申请书")},
    "refer_to_judiciary": lambda own: {
        "organ": "大连市公安局",
        "letter_sha256": digest("涉嫌犯罪案件移送书"),
        **own.reasons(),
    },
    "record_refund": lambda own: own.refund(),
    "add_document": lambda own: own.document(),
    "withdraw_document": lambda own: {"number": "case-DL-2026-000001-1", **own.reasons()},
}
