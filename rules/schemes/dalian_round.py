"""The city scheme's quarterly round (季度申报与会同审核): article 13, step by step."""

from __future__ import annotations

from dataclasses import replace

from rules.finding import Finding
from rules.procedure import Act, Effect, Nothing, Procedure, Situation, Stage, remind
from rules.schemes.dalian_filing import close, close_filing, file_return, open_round, reopen_filing
from rules.schemes.dalian_forms import Publication, Reasons, Rung
from rules.schemes.dalian_payment import order_payment, pay, take_back_order
from rules.schemes.dalian_plan import awaited_of_plan, one_signature_each, prepare_plan, sign_plan, take_back_plan
from rules.schemes.dalian_plan_notice import publish_plan_notice
from rules.schemes.dalian_review import JOINT, admit_held, return_for_completion, review
from rules.schemes.dalian_round_forms import (
    Admission,
    Completion,
    Payment,
    QuarterlyReturn,
    Review,
    RoundOpening,
    TieAgreement,
    TieOrder,
)
from rules.schemes.dalian_ties import agree_tie_order, awaits_agreement, propose_tie_order, tie_to_settle


def remind_and_name_the_awaited(situation: Situation, form: Rung) -> Effect:
    """提醒: a rung of a deadline's ladder was reached; that of the filing day names who has not filed."""
    effect = remind(situation, form)
    if form.deadline != "filing":
        return effect
    awaited = [insurer for insurer, filed in situation.file.facts.get("awaited", {}).items() if not filed]
    told = f"not filed yet: {', '.join(awaited)}" if awaited else "every return awaited has been filed"
    return replace(
        effect, findings=(*effect.findings, Finding(rule="returns_awaited", article="13", passed=True, reason=told))
    )


RUNNING = ("filing", "review", "planned", "signed", "ordered")

ROUND = Procedure(
    "round",
    {
        stage.name: stage
        for stage in (
            Stage("filing", "申报中"),
            Stage("review", "会同审核"),
            Stage("planned", "计划待签", awaits=awaited_of_plan),
            Stage("signed", "计划已签署"),
            Stage("ordered", "已开拨付单"),
            Stage("paid", "已拨付", closed=True),
        )
    },
    {
        act.name: act
        for act in (
            Act("open", "开启", ("regulator", "system"), "13", (), RoundOpening, open_round, "filing"),
            Act("file_return", "汇总申报", ("insurer",), "13", ("filing",), QuarterlyReturn, file_return, "filing"),
            Act("close_filing", "截止申报", ("regulator",), "13", ("filing",), Nothing, close_filing, "review",
                of_whole_round=True),
            Act("close", "到期截止", ("system",), "13", ("filing",), Rung, close, "review", of_whole_round=True),
            Act("reopen_filing", "重新开放申报", ("regulator",), "13", ("review",), Reasons, reopen_filing, "filing"),
            Act("return_for_completion", "退回补充", JOINT, "13", ("review",), Completion, return_for_completion),
            Act("admit_held", "恢复审核", ("regulator",), "15(2)", ("review",), Admission, admit_held),
            Act("review", "审核", JOINT, "13", ("review",), Review, review, "review"),
            Act("prepare_plan", "拟定计划", ("regulator",), "13", ("review", "planned"), Nothing, prepare_plan,
                "planned", of_whole_round=True),
            Act("propose_tie_order", "提议排序", ("regulator",), "13", ("planned",), TieOrder, propose_tie_order,
                bars=tie_to_settle),
            Act("agree_tie_order", "同意排序", ("industry_bureau", "finance"), "13", ("planned",), TieAgreement,
                agree_tie_order, not_by_doer_of=("propose_tie_order",), bars=awaits_agreement),
            Act("publish_plan_notice", "计划公示", ("regulator",), "13", ("planned",), Publication,
                publish_plan_notice),
            Act("sign_plan", "会签", JOINT, "13", ("planned",), Nothing, sign_plan, "signed",
                not_by_doer_of=("prepare_plan",), of_whole_round=True, bars=one_signature_each),
            Act("take_back_plan", "撤回计划", ("regulator",), "13", ("planned",), Reasons, take_back_plan, "review"),
            Act("order_payment", "开拨付单", ("finance",), "13", ("signed",), Nothing, order_payment, "ordered"),
            Act("take_back_order", "撤回拨付单", ("finance",), "13", ("ordered",), Reasons, take_back_order, "signed"),
            Act("pay", "拨付", ("finance",), "13", ("ordered",), Payment, pay, "paid",
                not_by_doer_of=("order_payment",), of_whole_round=True),
            Act("remind", "提醒", ("system",), "13", RUNNING, Rung, remind_and_name_the_awaited),
        )
    },
)  # fmt: skip
