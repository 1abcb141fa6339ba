"""计算器: each rule as a calculator: facts as JSON has them in, the answer as JSON has it out (`interfaces.md`).

The command line and the desk offer them. They need no case, and do not ask whether the edition is in force.
Every calculator raises `Unfit` where the facts are not as promised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from rules import facts as given
from rules import national
from rules.budget import allocate
from rules.cancellation import split_refund
from rules.deadlines import insure_by, valid_until
from rules.edition import Edition
from rules.eligibility import check_recognition, check_subsidy
from rules.faults import read
from rules.finding import Finding
from rules.subsidy import premium_shares
from rules.values import in_yuan

Json = dict[str, Any]
Calculator = Callable[[Mapping[str, Any], Edition], Json]


def _premium(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.PremiumFacts, line)
    shares = premium_shares(facts.sum_insured, facts.premium_rate, facts.years, edition)
    return {
        "premium": in_yuan(shares.premium),
        "subsidy": in_yuan(shares.subsidy),
        "enterprise_share": in_yuan(shares.enterprise_share),
        "rate_within_ceiling": shares.rate_within_ceiling,
        "findings": _told(shares.findings),
    }


def _deadline(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.DeliveryFacts, line)
    return insure_by(facts.contract_signed_on, facts.delivered_on, edition).model_dump(mode="json")


def _validity(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.PublicationFacts, line)
    return {"valid_until": valid_until(facts.published_on, edition).isoformat()}


def _cancel(line: Mapping[str, Any], edition: Edition) -> Json:
    refund = split_refund(read(given.CancellationFacts, line), edition)
    return {name: in_yuan(amount) for name, amount in refund._asdict().items()}


def _allocate(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.AllocationFacts, line)
    plan = allocate(facts.fiscal_year, facts.budget, facts.committed_this_year, facts.applications, edition)
    lines = [
        {
            "number": line.number,
            "rank": line.rank,
            "enterprise": line.enterprise,
            "asked": in_yuan(line.asked),
            "cut_by_cap": in_yuan(line.cut_by_cap),
            "approved": in_yuan(line.approved),
            "waitlisted": in_yuan(line.waitlisted),
        }
        for line in plan.lines
    ]
    return {"lines": lines, "left": in_yuan(plan.left), "ties": plan.ties}


class _Stage(given.Facts):
    stage: Literal["recognition", "subsidy"]


def _check(line: Mapping[str, Any], edition: Edition) -> Json:
    stage = read(_Stage, {name: line[name] for name in ("stage",) if name in line}).stage
    rest = {name: value for name, value in line.items() if name != "stage"}
    if stage == "recognition":
        findings = check_recognition(read(given.RecognitionFacts, rest), edition)
    else:
        findings = check_subsidy(read(given.SubsidyFacts, rest), edition)
    return {"passed": all(finding.passed for finding in findings), "findings": _told(findings)}


def _ceiling(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.QualificationFacts, line)
    return {"ceiling": in_yuan(national.qualification_ceiling(facts.product_value, edition))}


def _fund(line: Mapping[str, Any], edition: Edition) -> Json:
    facts = read(given.FundFacts, line)
    return {"amount": in_yuan(national.fund_amount(facts.premium_paid, facts.ceiling_left, edition))}


def _told(findings: tuple[Finding, ...]) -> list[Json]:
    return [finding.model_dump() for finding in findings]


#: The calculators of each family of schemes, by the names that `interfaces.md` gives them.
CALCULATORS: Final[Mapping[str, Mapping[str, Calculator]]] = {
    "city": {
        "premium": _premium,
        "deadline": _deadline,
        "validity": _validity,
        "cancel": _cancel,
        "allocate": _allocate,
        "check": _check,
    },
    "national": {"ceiling": _ceiling, "fund": _fund},
}
