"""更正: a clerical error is put right by an act of its own, with its reason and by a second person (article 15(3)).

Nothing recorded is rewritten. The corrected part is weighed again as if it had been handed in so, and what follows
from it (article 11's last day, the premium, the subsidy) is worked out anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.faults import Unfit, read
from rules.finding import Finding
from rules.procedure import Effect, Form, Nothing, Situation
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_subsidy import insurance_deadline, insurance_time, subsidy_findings, worked_out
from rules.timetable import Deadline

#: What each section of the file was handed in as.
PARTS: dict[str, type[Form]] = {
    "submission.enterprise": forms.Enterprise,
    "submission.product": forms.Product,
    "delivery": forms.Delivery,
    "contract": forms.InsuranceContract,
}


def ask_rectification(situation: Situation, form: forms.RectificationRequest) -> Effect:
    """申请更正: somebody noticed that the file says other than the paper it was copied from (article 15(3))."""
    before = _value(situation.file.facts, form.field)
    if form.correct == before:
        raise Unfit(("correct", f"must differ from what the file says, {before!r}"))
    _not_changed_since(situation, form.field)
    _rectified(situation, form.field, form.correct)
    return Effect(facts={"rectification_asked": {**form.said(), "before": before, "asked_by": situation.officer}})


def decline_rectification(situation: Situation, form: forms.Reasons) -> Effect:
    """不予更正: the file says what the paper says."""
    return Effect(findings=(_asked(situation),), facts={"rectification_asked": {}})


def rectify(situation: Situation, form: Nothing) -> Effect:
    """更正: a second person has seen the paper; the law is asked again of what the file now says (article 15(3))."""
    asked = situation.file.facts.get("rectification_asked", {})
    if not asked:
        return Effect(findings=(_asked(situation),))
    _not_changed_since(situation, asked["field"])
    section, part = _rectified(situation, asked["field"], asked["correct"])
    facts = {**situation.file.facts, section: part}
    contract = read(forms.InsuranceContract, forms.handed_in(facts["contract"])) if "contract" in facts else None
    earlier = situation.file.facts.get("rectifications", {})
    return Effect(
        findings=(_asked(situation), *(subsidy_findings(situation, facts, contract) if contract else ())),
        facts={
            section: part,
            **_reordered(situation, facts),
            "rectification_asked": {},
            "rectifications": {**earlier, str(len(earlier) + 1): asked},
        },
        money=worked_out(situation, contract) if contract and section == "contract" else {},
        opens=_recounted(situation, part) if section == "delivery" else (),
        carries=contract,
    )


def _reordered(situation: Situation, facts: Mapping[str, Any]) -> dict[str, Any]:
    """An application is ordered by what its contract says now (article 13)."""
    if "application" not in facts:
        return {}
    moment = insurance_time(facts["contract"], situation.edition)
    return {"application": {**facts["application"], "insurance_time": f"{moment:%Y-%m-%dT%H:%M}"}}


def _not_changed_since(situation: Situation, field: str) -> None:
    """A contract that its policy changed says something new, which a correction of the old would undo."""
    if field.startswith("contract.") and "recalculation" in situation.file.facts:
        raise Unfit(("field", f"must be changed by endorsing the policy, which changed since (not {field!r})"))


def _asked(situation: Situation) -> Finding:
    asked = situation.file.facts.get("rectification_asked", {})
    reason = f"{asked['field']}: {asked['before']!r} to {asked['correct']!r}" if asked else "no correction is asked for"
    return Finding(rule="rectification_asked", article="15(3)", passed=bool(asked), reason=reason)


def _value(facts: Any, field: str) -> Any:
    for name in field.split("."):
        if name not in facts:
            raise Unfit(("field", f"must be in the file already (not {field!r})"))
        facts = facts[name]
    return facts


def _rectified(situation: Situation, field: str, correct: str) -> tuple[str, dict[str, Any]]:
    """Return the section of the file that a correction changes, as it would say; raise `Unfit` where it cannot."""
    path, _, name = field.rpartition(".")
    given = forms.corrected(path, forms.handed_in(_value(situation.file.facts, path)), name, correct)
    try:
        part = read(PARTS[path], given)
        wrong = tuple(part.faults(situation.local_time))
        if wrong:
            raise Unfit(*wrong)
    except Unfit as unfit:
        raise Unfit(*(("correct", why) for _, why in unfit.faults)) from None
    section, _, inner = path.partition(".")
    said = part.said()
    whole = situation.fact(section)
    return section, {**whole, inner: said} if inner else {**whole, **said}


def _recounted(situation: Situation, delivery: dict[str, Any]) -> tuple[Deadline, ...]:
    """Article 11's last day, counted from the corrected days; what was met stays met."""
    before = situation.file.deadline("insurance")
    return (insurance_deadline(situation, read(forms.Delivery, delivery), before.met_on if before else None),)
