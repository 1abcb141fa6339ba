"""年度账: a fiscal year's money, from the document that grants it to the year's closing (articles 13, 15(3))."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from rules.faults import Unfit
from rules.finding import Finding
from rules.procedure import Act, Effect, Form, Nothing, Procedure, Situation, Stage
from rules.register import Register
from rules.schemes.dalian_forms import Reasons, Text
from rules.values import Yuan


class Appropriation(Form):
    """预算下达、预算调减: money that a document (指标文号) grants to a fiscal year, or takes back from it."""

    amount: Yuan
    document: Text


def appropriate(situation: Situation, form: Appropriation) -> Effect:
    """下达预算: the fiscal year's money grows by a document's amount (article 13)."""
    return Effect(facts={"appropriation": form.said()}, carries=form)


def adjust(situation: Situation, form: Appropriation) -> Effect:
    """调减预算: a document takes back money of the year, of what no signed plan has committed (article 13)."""
    _of_a_year_with_money(situation)
    left = situation.register.budget_left
    within = Finding(
        rule="adjusted_within_available",
        article="13",
        passed=form.amount <= left,
        reason=f"{form.amount:.2f} is taken back of {left:.2f} that no signed plan has committed",
    )
    return Effect(findings=(within,), facts={"adjustment": form.said()}, carries=form)


def propose_closing(situation: Situation, form: Nothing) -> Effect:
    """拟关账: what is left of a year that has ended is proposed to be closed, and where it is to go (article 13)."""
    _of_a_year_with_money(situation)
    return Effect(findings=_closable(situation), facts={"proposed_closing": _rest(situation)})


def take_back_closing(situation: Situation, form: Reasons) -> Effect:
    """撤回关账: the year stays open; its money can be granted and taken back again (article 13)."""
    return Effect(facts={"closing_taken_back": form.said()})


def close_year(situation: Situation, form: Nothing) -> Effect:
    """关账: another officer closes what is left; what is committed stays payable (articles 13, 15(3))."""
    _of_a_year_with_money(situation)
    return Effect(
        findings=_closable(situation), facts={"closing": _rest(situation)}, carries=situation.register.budget_left
    )


def _of_a_year_with_money(situation: Situation) -> None:
    if not situation.file.sequence:
        raise Unfit(("ledger", f"there is no ledger of {situation.file.number}: no document has granted it money"))


def _rest(situation: Situation) -> dict[str, str | int]:
    """结余: what nobody has committed, and the year it is carried into, where the edition says so (P)."""
    rest: dict[str, str | int] = {"amount": f"{situation.register.budget_left:.2f}"}
    if _carries_over(situation):
        rest["into"] = int(situation.file.number) + 1
    return rest


def _carries_over(situation: Situation) -> bool:
    return situation.edition.budget_carries_over.value and situation.register.budget_left > Decimal(0)


def _rest_told(register: Register, into: str | None) -> str:
    left = register.budget_left
    if into is None:
        return f"{left:.2f} is left; nothing is carried over"
    told = f"{left:.2f} is left; it is carried into {into}"
    return f"{told}, which is closed: a document must take it back first" if register.next_year_closed else told


def _closable(situation: Situation) -> tuple[Finding, ...]:
    """关账条件: the year has ended, its rounds are signed, and what is carried over finds the next year open."""
    year, register = int(situation.file.number), situation.register
    last_day, unsigned = date(year, 12, 31), register.rounds_unsigned
    carried = _carries_over(situation)
    return (
        Finding(
            rule="year_has_ended",
            article="13",
            passed=situation.today > last_day,
            reason=f"the fiscal year ends on {last_day}; today is {situation.today}",
        ),
        Finding(
            rule="rounds_signed",
            article="13",
            passed=not unsigned,
            reason=f"plans of the year that are not signed: {', '.join(unsigned) or 'none'}",
        ),
        Finding(
            rule="next_year_open",
            article="13",
            passed=not (carried and register.next_year_closed),
            reason=_rest_told(register, f"the ledger of {year + 1}" if carried else None),
        ),
    )


LEDGER = Procedure(
    "ledger",
    {
        stage.name: stage
        for stage in (
            Stage("open", "年度账"),
            Stage("closing_proposed", "待关账"),
            Stage("closed", "已关账", closed=True),
        )
    },
    {
        act.name: act
        for act in (
            Act("appropriate", "下达预算", ("finance",), "13", ("open",), Appropriation, appropriate, "open"),
            Act("adjust", "调减预算", ("finance",), "13", ("open",), Appropriation, adjust),
            Act("propose_closing", "拟关账", ("finance",), "13", ("open",), Nothing, propose_closing,
                "closing_proposed"),
            Act("take_back_closing", "撤回关账", ("finance",), "13", ("closing_proposed",), Reasons, take_back_closing,
                "open"),
            Act("close_year", "关账", ("finance",), "13", ("closing_proposed",), Nothing, close_year, "closed",
                not_by_doer_of=("propose_closing",)),
        )
    },
    driven=False,
)  # fmt: skip
