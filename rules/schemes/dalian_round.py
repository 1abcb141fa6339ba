"""The city scheme's quarterly round (季度申报与会同审核) and its year's ledger: article 13, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
from rules.timetable import Deadline, OfficeKind, budgeted, fixed
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


def quarter_before(day: date) -> str:
    """刚结束的季度: the last quarter that ended before a day, as `2026Q4`."""
    quarter = (day.month - 1) // 3
    return f"{day.year}Q{quarter}" if quarter else f"{day.year - 1}Q4"


def quarter_after(quarter: str) -> str:
    """下一季度: the quarter whose return takes what comes too late for this one's."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year + 1}Q1" if number == 4 else f"{year}Q{number + 1}"


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


class Completion(Form):
    """退回补充: everything an application lacks, told at once (article 13)."""

    application: Text
    items: list[Text] = Field(min_length=1, max_length=50)


class Admission(Form):
    """恢复审核: why an honest application is reviewed although its insurer is barred (I-15)."""

    application: Text
    reason: Text


class Payment(Form):
    """拨付凭证: the voucher of each insurer's payment, or why the bank did not make it."""

    vouchers: dict[Code, Text] = Field(max_length=MOST_AT_ONCE)
    failed: dict[Code, Text] = Field(default={}, max_length=MOST_AT_ONCE)

    def faults(self, now: datetime) -> Iterator[tuple[str, str]]:
        for insurer in self.vouchers.keys() & self.failed.keys():
            yield f"failed.{insurer}", "must not have a voucher too: it was paid, or it was not"


class Appropriation(Form):
    """预算下达: money for a fiscal year, and the document that grants it (指标文号)."""

    amount: Yuan
    document: Text


def open_round(situation: Situation, form: RoundOpening) -> Effect:
    """开启: the quarter's returns can be filed; by hand this may be before the quarter has ended, and says so."""
    year, quarter = form.year_and_quarter
    ends = quarter_end(year, quarter)
    how = "by the Schedule" if situation.office_kind == "system" else "by hand"
    when = "after" if situation.today > ends else "before"
    told = f"opened on {situation.today} {how}, {when} the quarter's end {ends}"
    return Effect(
        findings=(Finding(rule="quarter_opened", article="13", passed=True, reason=told),),
        facts={
            "round": {"quarter": form.quarter, "fiscal_year": fiscal_year_of(year, quarter), "ends_on": str(ends)},
            "awaited": dict.fromkeys(situation.register.listed_insurers, False),
        },
        opens=(_filing_days(situation, ends),),
    )


def _filing_days(situation: Situation, ends: date) -> Deadline:
    """申报期限: the days to file; a round opened after they would have run gives them from its opening."""
    days, counted_from = situation.edition.filing_day.value, ends
    due = days_after(ends, days, situation.calendar)
    if situation.today > due.due_on:
        counted_from, due = situation.today, days_after(situation.today, days, situation.calendar)
    return fixed("filing", "13", "regulator", counted_from, due, silence="close")


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
    awaited = {**situation.file.facts.get("awaited", {}), situation.office: True}
    return Effect(
        findings=(allowed, _filed_in_time(situation), of_the_quarter),
        facts={"returns": returns, "awaited": awaited},
        carries=form.applications,
    )


def _filed_in_time(situation: Situation) -> Finding:
    """按期申报: what is received after the filing day is filed with the next quarter (article 13)."""
    day = _filing_day(situation)
    in_time = situation.today <= day
    told = f"received on {situation.today}; the filing day was {day}"
    next_one = f": file it with the return of {quarter_after(situation.file.number)}"
    return Finding(rule="filed_in_time", article="13", passed=in_time, reason=told + ("" if in_time else next_one))


def _filing_day(situation: Situation) -> date:
    filing = situation.file.deadline("filing")
    assert filing is not None
    return filing.due_on


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
    left_over = [row["number"] for row in situation.register.applications]
    told = Finding(
        rule="left_over_taken_up",
        article="13",
        passed=True,
        reason=f"{len(left_over)} applications that earlier rounds held or could not fund are reviewed with these",
    )
    return Effect(
        findings=(told,),
        facts={"left_over": {"applications": left_over}},
        opens=(budgeted("joint_review", "13", "regulator", situation.today, days, situation.calendar),),
        meets=("filing",),
        carries=left_over,
    )


def return_for_completion(situation: Situation, form: Completion) -> Effect:
    """退回补充: an office lacks something; the enterprise completes it, and it is filed again (article 13)."""
    if (state := _state_in_round(situation, form.application)) != "reviewable":
        raise Unfit(("application", f"must be reviewed in this round (not {form.application!r}, which {state})"))
    return Effect(
        facts={"returned": {**situation.file.facts.get("returned", {}), form.application: form.said()}}, carries=form
    )


def admit_held(situation: Situation, form: Admission) -> Effect:
    """恢复审核: it is decided that an honest application of a barred insurer is reviewed (article 15(2), I-15)."""
    if (state := _state_in_round(situation, form.application)) != "reviewable":
        raise Unfit(("application", f"must be reviewed in this round (not {form.application!r}, which {state})"))
    recovery = situation.register.recovered_in
    honest = Finding(
        rule="not_falsified",
        article="15(2)",
        passed=recovery is None,
        reason=f"{recovery} recovers it as falsified" if recovery else "no recovery names it",
    )
    admitted = {**situation.file.facts.get("admitted", {}), form.application: form.reason}
    return Effect(findings=(honest,), facts={"admitted": admitted}, carries=form)


def _state_in_round(situation: Situation, application: str) -> str:
    row = next((row for row in situation.register.applications if row["number"] == application), None)
    return "is not in it" if row is None else "was approved before and waits" if row["waited"] else "reviewable"


def close(situation: Situation, form: Rung) -> Effect:
    """到期截止: the filing day has passed, and filing closes by itself (article 13)."""
    return close_filing(situation, Nothing())


def reopen_filing(situation: Situation, form: Reasons) -> Effect:
    """重新开放申报: filing was closed too early; taken back while no office has given an opinion (article 13)."""
    reviewed = [row["number"] for row in situation.register.applications if row["opinions"]]
    nothing = Finding(
        rule="nothing_reviewed",
        article="13",
        passed=not reviewed,
        reason=f"{len(reviewed)} applications have an opinion" if reviewed else "no application has an opinion yet",
    )
    day = _filing_day(situation)
    ahead = Finding(
        rule="filing_day_ahead",
        article="13",
        passed=situation.today <= day,
        reason=f"the filing day is {day}; what comes after it is filed with the next quarter",
    )
    return Effect(
        findings=(nothing, ahead),
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
        elif row["waited"]:
            why = f"must not be one that was approved and waits ({opinion.application!r})"
            wrong.append((f"opinions[{place}].application", why))
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
            barred = row["barred_on"] is not None and row["barred_on"] <= situation.today and not row["admitted"]
            # What waits was approved by all three before its first plan.
            approved = row["waited"] or len(opinions) == len(JOINT)
            sorted_["approved" if approved and not barred else "held"].append(row)
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
    paid = situation.file.facts.get("vouchers", {})
    for line in situation.register.plan_lines:
        if line["insurer"] not in paid:
            amounts[line["insurer"]] = amounts.get(line["insurer"], Decimal(0)) + line["approved"]
    return Effect(facts={"order": {insurer: f"{amount:.2f}" for insurer, amount in amounts.items() if amount}})


def pay(situation: Situation, form: Payment) -> Effect:
    """拨付: another officer of finance confirms each payment with its voucher (articles 13, 15(3)).

    What the bank did not pay is ordered again; the round is paid when all of it is.
    """
    ordered = situation.fact("order")
    if form.vouchers.keys() | form.failed.keys() != ordered.keys():
        raise Unfit(("vouchers", f"must name one voucher for each insurer ordered: {', '.join(ordered) or 'none'}"))
    vouchers = {**situation.file.facts.get("vouchers", {}), **form.vouchers}
    facts = {"vouchers": vouchers, "failed_payments": form.failed, **({"order": {}} if form.failed else {})}
    if form.failed:
        return Effect(facts=facts, stage="signed", carries=form.vouchers)
    return Effect(facts=facts, meets=("payment",), carries=form.vouchers)


def remind(situation: Situation, form: Rung) -> Effect:
    """提醒: a rung of a deadline's ladder was reached; that of the filing day names who has not filed."""
    effect = remind_of(situation, form.deadline, form.rung)
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
            Stage("planned", "计划待签"),
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
            Act("close_filing", "截止申报", ("regulator",), "13", ("filing",), Nothing, close_filing, "review"),
            Act("close", "到期截止", ("system",), "13", ("filing",), Rung, close, "review"),
            Act("reopen_filing", "重新开放申报", ("regulator",), "13", ("review",), Reasons, reopen_filing, "filing"),
            Act("return_for_completion", "退回补充", JOINT, "13", ("review",), Completion, return_for_completion),
            Act("admit_held", "恢复审核", ("regulator",), "15(2)", ("review",), Admission, admit_held),
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
