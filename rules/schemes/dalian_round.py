"""The city scheme's quarterly round (季度申报与会同审核) and its year's ledger: article 13, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rules.budget import Application, Plan, allocate
from rules.deadlines import days_after
from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Barred, Effect, Form, Nothing, Procedure, Situation, Stage, remind_of
from rules.schemes.dalian_forms import Code, Reasons, Rung, Sha256, Text
from rules.timetable import OfficeKind, budgeted, fixed
from rules.values import ZERO, Flag, Yuan

#: 会同: the regulator leads; the industry bureau and finance review with it.
JOINT: tuple[OfficeKind, ...] = ("regulator", "industry_bureau", "finance")


#: Of applications, opinions or vouchers in one act: a message of the workflow holds two megabytes.
MOST_AT_ONCE = 1_000


def fiscal_year_of(year: int, quarter: int) -> int:
    """财政年度: the fourth quarter's returns are reviewed in, and charge, the next year (I-10)."""
    return year + 1 if quarter == 4 else year


def quarter_end(year: int, quarter: int) -> date:
    """季末: 31 March, 30 June, 30 September or 31 December."""
    return date(year, quarter * 3, 30 if quarter in (2, 3) else 31)


class RoundOpening(Form):
    """The quarter to open, as `2026Q4`."""

    quarter: Annotated[str, StringConstraints(pattern=r"^20\d\dQ[1-4]$")]

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
    """季度汇总申报: the applications an insurer files, with its sealed summary and cover letter (article 13)."""

    applications: list[Text] = Field(min_length=1, max_length=MOST_AT_ONCE)
    summary_sha256: Sha256
    cover_letter_sha256: Sha256

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from _listed_once("applications[{}]", self.applications)


class Opinion(Form):
    """审核意见: one office's opinion of one application."""

    application: Text
    approves: Flag
    reason: Text


class Review(Form):
    """会同审核: the opinions an office gives."""

    opinions: list[Opinion] = Field(min_length=1, max_length=MOST_AT_ONCE)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        yield from _listed_once("opinions[{}].application", [opinion.application for opinion in self.opinions])


class Payment(Form):
    """拨付凭证: the voucher of each insurer's payment."""

    vouchers: dict[Code, Text] = Field(max_length=MOST_AT_ONCE)


class Appropriation(Form):
    """预算下达: money for a fiscal year, and the document that grants it (指标文号)."""

    amount: Yuan
    document: Text


def open_round(situation: Situation, form: RoundOpening) -> Effect:
    """开启: the quarter's returns can be filed; by hand this may be before the quarter has ended, and says so."""
    year, quarter = form.year_and_quarter
    ends, days = quarter_end(year, quarter), situation.edition.filing_day
    over = situation.today > ends
    told = f"opened on {situation.today}, " + (
        f"after the quarter's end {ends}" if over else f"by hand, before the quarter's end {ends}"
    )
    due = days_after(ends, days.value, situation.calendar)
    return Effect(
        findings=(Finding(rule="quarter_opened", article="13", passed=True, reason=told),),
        facts={"round": {"quarter": form.quarter, "fiscal_year": fiscal_year_of(year, quarter), "ends_on": str(ends)}},
        opens=(fixed("filing", "13", "regulator", ends, due),),
    )


def file_return(situation: Situation, form: QuarterlyReturn) -> Effect:
    """汇总申报: an insurer files its enterprises' applications (article 13)."""
    known = {row["number"]: row for row in situation.register.applications}
    wrong = [
        (f"applications[{place}]", why)
        for place, number in enumerate(form.applications)
        if (why := _not_to_file(known.get(number), number, situation))
    ]
    if wrong:
        raise Unfit(*wrong)
    barred_on = situation.register.insurer_barred_on
    allowed = Finding(
        rule="insurer_not_barred",
        article="15(2)",
        passed=barred_on is None or situation.today < barred_on,
        reason=f"{situation.office} was barred on {barred_on}" if barred_on else f"{situation.office} is not barred",
    )
    of_the_quarter = _insured_by_quarter_end(situation, [known[number] for number in form.applications])
    filed = situation.file.facts.get("returns", {}).get(situation.office, [])
    returns = {**situation.file.facts.get("returns", {}), situation.office: [*filed, form.said()]}
    return Effect(findings=(allowed, of_the_quarter), facts={"returns": returns}, carries=form.applications)


def _not_to_file(row: Mapping[str, Any] | None, number: str, situation: Situation) -> str | None:
    if row is None or row["insurer"] != situation.office:
        return f"must be an application for a policy of {situation.office} (not {number!r})"
    if row["state"] != "applied":
        return f"must not have been filed or ended before ({number!r} is {row['state']})"
    return None


def _insured_by_quarter_end(situation: Situation, filed: list[Mapping[str, Any]]) -> Finding:
    """A return takes what was insured in its quarter or before: a later contract would charge another year's cap."""
    ends_on = date.fromisoformat(situation.fact("round")["ends_on"])
    later = [
        f"; {row['number']} was on {row['concluded_at'].date()}"
        for row in filed
        if row["concluded_at"].date() > ends_on
    ]
    return Finding(
        rule="insured_by_quarter_end",
        article="13",
        passed=not later,
        reason=f"a return takes what was insured by the quarter's end, {ends_on}{''.join(later)}",
    )


def close_filing(situation: Situation, form: Nothing) -> Effect:
    """截止: filing ends and the joint review's days begin (article 13)."""
    days = situation.edition.joint_review_days.value
    return Effect(
        opens=(budgeted("joint_review", "13", "regulator", situation.today, days, situation.calendar),),
        meets=("filing",),
    )


def reopen_filing(situation: Situation, form: Reasons) -> Effect:
    """重新开放申报: filing was closed too early; taken back while no office has given an opinion (article 13)."""
    reviewed = [row["number"] for row in situation.register.applications if row["opinions"]]
    nothing = Finding(
        rule="nothing_reviewed",
        article="13",
        passed=not reviewed,
        reason=f"{len(reviewed)} applications have an opinion" if reviewed else "no application has an opinion yet",
    )
    return Effect(
        findings=(nothing,),
        facts={"filing_reopened": form.said()},
        reopens=("filing",),
        suspends=("joint_review",),
    )


def take_back_plan(situation: Situation, form: Reasons) -> Effect:
    """撤回计划: before its third signature a plan goes back to the review, without its signatures (article 13)."""
    return Effect(facts={"plan_taken_back": form.said(), "signatures": {}})


def take_back_order(situation: Situation, form: Reasons) -> Effect:
    """撤回拨付单: before anything is paid the order of payment is taken back (article 13)."""
    return Effect(facts={"order_taken_back": form.said(), "order": {}})


def review(situation: Situation, form: Review) -> Effect:
    """会同审核: an office says of each application whether it approves (article 13)."""
    filed = {row["number"]: row for row in situation.register.applications}
    wrong = []
    for place, opinion in enumerate(form.opinions):
        row = filed.get(opinion.application)
        if row is None:
            wrong.append((f"opinions[{place}].application", f"must be in this round (not {opinion.application!r})"))
        elif situation.office_kind in row["opinions"]:
            wrong.append((f"opinions[{place}].application", f"{opinion.application} has your office's opinion already"))
    if wrong:
        raise Unfit(*wrong)
    return Effect(carries=form.opinions)


def _reviewed(situation: Situation) -> dict[Literal["approved", "refused", "held"], list[Mapping[str, Any]]]:
    """Sort the round's applications: approved by all three, refused by any, held for silence or a bar (I-15)."""
    sorted_: dict[Literal["approved", "refused", "held"], list[Mapping[str, Any]]]
    sorted_ = {"approved": [], "refused": [], "held": []}
    for row in situation.register.applications:
        opinions = row["opinions"]
        if any(not approves for approves in opinions.values()):
            sorted_["refused"].append(row)
        else:
            barred = row["barred_on"] is not None and row["barred_on"] <= situation.today
            sorted_["approved" if len(opinions) == len(JOINT) and not barred else "held"].append(row)
    return sorted_


def _worked_out(situation: Situation) -> Plan:
    """补贴计划: the allocation of what is approved, from today's budget and caps."""
    approved = _reviewed(situation)["approved"]
    return allocate(
        situation.fact("round")["fiscal_year"],
        situation.register.budget_left,
        {row["enterprise"]: row["committed"] for row in approved},
        [
            Application(row["number"], row["enterprise"], row["concluded_at"], row["return_received_at"], row["asked"])
            for row in approved
        ],
        situation.edition,
    )


def _digest(plan: Plan, insurers: Mapping[str, str]) -> str:
    """The plan's lines under one hash, so that what is signed is what was drawn; `db/queries/audit.sql` takes it."""
    lines = (
        f"{line.rank} {line.number} {line.enterprise} {insurers[line.number]} "
        f"{line.asked:.2f} {line.cut_by_cap:.2f} {line.approved:.2f} {line.waitlisted:.2f}"
        for line in plan.lines
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def prepare_plan(situation: Situation, form: Nothing) -> Effect:
    """拟定计划: the plan is worked out in order of insurance time, within budget and cap (articles 7, 13)."""
    groups, plan = _reviewed(situation), _worked_out(situation)
    number = f"{situation.file.number}-P{situation.file.sequence + 1}"
    parts = ("asked", "cut_by_cap", "approved", "waitlisted")
    asked, cut, total, waiting = (sum((getattr(line, part) for line in plan.lines), ZERO) for part in parts)
    findings = (
        Finding(
            rule="opinions_counted",
            article="13",
            passed=True,
            reason=f"{len(plan.lines)} applications are approved by all three offices, "
            f"{len(groups['refused'])} refused, {len(groups['held'])} held: an office has said nothing, "
            "or the insurer is barred",
        ),
        Finding(
            rule="money_told",
            article="13",
            passed=True,
            reason=f"of {asked:.2f} asked for, {cut:.2f} is cut by caps, {total:.2f} approved, {waiting:.2f} waits; "
            f"the budget held {situation.register.budget_left:.2f}",
        ),
        Finding(
            rule="ties_told",
            article="13",
            passed=True,
            reason=f"ties that decide money, to be settled by the three offices: {plan.ties}"
            if plan.ties
            else "no tie decides money",
        ),
    )
    told = {
        "number": number,
        "prepared_by": situation.officer,
        "lines": len(plan.lines),
        "lines_sha256": _digest(plan, {row["number"]: row["insurer"] for row in groups["approved"]}),
        "approved": f"{total:.2f}",
        "budget_before": f"{situation.register.budget_left:.2f}",
        "budget_after": f"{plan.left:.2f}",
        "held": [row["number"] for row in groups["held"]],
        "refused": [row["number"] for row in groups["refused"]],
    }
    return Effect(findings=findings, facts={"plan": told, "signatures": {}}, carries=plan)


def sign_plan(situation: Situation, form: Nothing) -> Effect:
    """会签: each of the three offices signs once; the third signature works the plan out again (articles 13, 15(3))."""
    signed = situation.file.facts.get("signatures", {})
    if situation.office_kind in signed:
        raise Barred(
            "one_signature_each", "13", f"the {situation.office_kind} has signed by {signed[situation.office_kind]}"
        )
    signatures = {**signed, situation.office_kind: situation.officer}
    if len(signatures) < len(JOINT):
        return Effect(facts={"signatures": signatures}, stage="planned")
    plan = _worked_out(situation)
    drawn = {line["application"]: line for line in situation.register.plan_lines}
    now = {line.number: line for line in plan.lines}
    moved = [f"{number}: no longer in the plan" for number in drawn if number not in now]
    for number, line in now.items():
        if number not in drawn:
            moved.append(f"{number}: newly in the plan")
        else:
            moved += [
                f"{number}: {part} {drawn[number][part]:.2f} when drawn, {getattr(line, part):.2f} now"
                for part in ("cut_by_cap", "approved", "waitlisted")
                if drawn[number][part] != getattr(line, part)
            ]
    unmoved = Finding(
        rule="plan_unmoved",
        article="13",
        passed=not moved,
        reason="; ".join(moved) + ": prepare the plan again"
        if moved
        else "worked out again at the third signature: the same",
    )
    days = situation.edition.payment_days.value
    return Effect(
        findings=(unmoved,),
        facts={"signatures": signatures},
        opens=(budgeted("payment", "13", "finance", situation.today, days, situation.calendar),),
        meets=("joint_review",),
        stage="signed",
        carries=(plan, _reviewed(situation)["refused"]),
    )


def order_payment(situation: Situation, form: Nothing) -> Effect:
    """拨付单: one payment is ordered to each insurer of the signed plan (article 13)."""
    amounts: dict[str, Decimal] = {}
    for line in situation.register.plan_lines:
        amounts[line["insurer"]] = amounts.get(line["insurer"], Decimal(0)) + line["approved"]
    return Effect(facts={"order": {insurer: f"{amount:.2f}" for insurer, amount in amounts.items() if amount}})


def pay(situation: Situation, form: Payment) -> Effect:
    """拨付: another officer of finance confirms each payment with its voucher (articles 13, 15(3))."""
    ordered = situation.fact("order")
    if set(form.vouchers) != set(ordered):
        raise Unfit(("vouchers", f"must name one voucher for each insurer ordered: {', '.join(ordered) or 'none'}"))
    return Effect(facts={"vouchers": form.vouchers}, meets=("payment",), carries=form.vouchers)


def remind(situation: Situation, form: Rung) -> Effect:
    """提醒: a rung of a deadline's ladder was reached."""
    return remind_of(situation, form.deadline, form.rung)


RUNNING = ("filing", "review", "planned", "signed", "ordered")

ROUND = Procedure(
    "round",
    {
        stage.name: stage
        for stage in (
            Stage("filing", "申报中"),
            Stage("review", "会同审核"),
            Stage("planned", "计划待签"),
            Stage("signed", "计划已签署"),
            Stage("ordered", "已开拨付单"),
            Stage("paid", "已拨付", closed=True),
        )
    },
    {
        act.name: act
        for act in (
            Act("open", "开启", ("regulator",), "13", (), RoundOpening, open_round, "filing"),
            Act("file_return", "汇总申报", ("insurer",), "13", ("filing",), QuarterlyReturn, file_return, "filing"),
            Act("close_filing", "截止申报", ("regulator",), "13", ("filing",), Nothing, close_filing, "review"),
            Act("reopen_filing", "重新开放申报", ("regulator",), "13", ("review",), Reasons, reopen_filing, "filing"),
            Act("review", "审核", JOINT, "13", ("review",), Review, review, "review"),
            Act("prepare_plan", "拟定计划", ("regulator",), "13", ("review", "planned"), Nothing, prepare_plan,
                "planned"),
            Act("sign_plan", "会签", JOINT, "13", ("planned",), Nothing, sign_plan, "signed",
                not_by_doer_of=("prepare_plan",)),
            Act("take_back_plan", "撤回计划", ("regulator",), "13", ("planned",), Reasons, take_back_plan, "review"),
            Act("order_payment", "开拨付单", ("finance",), "13", ("signed",), Nothing, order_payment, "ordered"),
            Act("take_back_order", "撤回拨付单", ("finance",), "13", ("ordered",), Reasons, take_back_order, "signed"),
            Act("pay", "拨付", ("finance",), "13", ("ordered",), Payment, pay, "paid",
                not_by_doer_of=("order_payment",)),
            Act("remind", "提醒", ("system",), "13", RUNNING, Rung, remind),
        )
    },
)  # fmt: skip


def appropriate(situation: Situation, form: Appropriation) -> Effect:
    """下达预算: the fiscal year's money grows by a document's amount (article 13)."""
    return Effect(facts={"appropriation": form.said()}, carries=form)


LEDGER = Procedure(
    "ledger",
    {"open": Stage("open", "年度账")},
    {"appropriate": Act("appropriate", "下达预算", ("finance",), "13", ("open",), Appropriation, appropriate, "open")},
    driven=False,
)
