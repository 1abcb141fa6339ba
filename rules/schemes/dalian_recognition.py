"""认定: how the city scheme recognises a new product, act by act (articles 2, 8 to 10).

Each act's function weighs what was handed in against the file and the edition. An act the law refuses is recorded
with every ground and moves nothing: the officer then decides, or the enterprise puts it right.
"""

from __future__ import annotations

from datetime import date

from rules.deadlines import Due, valid_until, working_days_after
from rules.eligibility import check_recognition
from rules.facts import RecognitionFacts
from rules.faults import Unfit
from rules.finding import Finding
from rules.periods import days_later
from rules.procedure import Effect, Nothing, Situation
from rules.schemes import dalian_forms as forms
from rules.schemes.dalian_ending_forms import Revocation
from rules.schemes.dalian_payment import cancelled, stopped
from rules.schemes.dalian_subsidy import nothing_more
from rules.timetable import budgeted, fixed
from rules.values import in_yuan


def submit(situation: Situation, form: forms.Submission) -> Effect:
    """提交: the enterprise's file reaches its district, whose days to verify begin (article 9)."""
    days = situation.edition.verification_days
    enterprise = form.enterprise
    return Effect(
        facts={"submission": {**form.said(), "submitted_on": situation.today.isoformat(), "corrections": 0}},
        opens=(budgeted("verification", "9", "district", situation.today, days.value, situation.calendar),),
        enterprise=enterprise.uscc,
        district=enterprise.district,
        product_key=_key(form.product),
    )


def _key(product: forms.Product) -> str:
    """What makes two products of an enterprise the same: model and specification (article 2)."""
    return f"{product.model}\n{product.specification}".casefold()


def return_for_correction(situation: Situation, form: forms.CorrectionRequest) -> Effect:
    """退回补正: everything that is missing is told at once; the district's clock stands still meanwhile (article 9)."""
    return _returned(situation, form, stands_still="verification")


def ask_for_more(situation: Situation, form: forms.CorrectionRequest) -> Effect:
    """要求补充: the assessor lacks something, told at once; its clock stands still meanwhile (article 10)."""
    return _returned(situation, form, stands_still="assessment")


def _returned(situation: Situation, form: forms.CorrectionRequest, *, stands_still: str) -> Effect:
    edition, corrections = situation.edition, situation.fact("submission")["corrections"]
    rounds = edition.correction_rounds.value
    within = Finding(
        rule="correction_round_left",
        article="9",
        passed=corrections < rounds,
        reason=f"{corrections} of {rounds} rounds of correction have been used",
    )
    days = edition.correction_days.value
    silence = budgeted("correction", "9", "enterprise", situation.today, days, situation.calendar, silence="lapse")
    return Effect(
        findings=(within,),
        facts={"correction_request": {**form.said(), "asked_on": situation.today.isoformat()}},
        opens=(silence,),
        suspends=(stands_still,),
    )


def correct(situation: Situation, form: forms.Correction) -> Effect:
    """补正: the enterprise puts right what it was told, within the days it was given (article 9)."""
    return _corrected(situation, form, runs_on="verification")


def supplement(situation: Situation, form: forms.Correction) -> Effect:
    """补充: the enterprise gives the assessor what it lacked, within the days it was given (article 10)."""
    return _corrected(situation, form, runs_on="assessment")


def _corrected(situation: Situation, form: forms.Correction, *, runs_on: str) -> Effect:
    submission, deadline = situation.fact("submission"), situation.file.deadline("correction")
    assert deadline is not None
    in_time = Finding(
        rule="corrected_in_time",
        article="9",
        passed=situation.today <= deadline.due_on,
        reason=f"corrected on {situation.today}; the last day is {deadline.due_on}",
    )
    given = form.model_dump(mode="json", exclude_none=True, exclude={"papers"})
    if form.enterprise and (form.enterprise.uscc, form.enterprise.district) != (
        situation.file.enterprise,
        situation.file.district,
    ):
        raise Unfit(("enterprise", "must keep its code and its district: another enterprise is another case"))
    papers = submission["papers"] + [paper.said() for paper in form.papers]
    corrected = {**submission, **given, "papers": papers, "corrections": submission["corrections"] + 1}
    return Effect(
        findings=(in_time,),
        facts={"submission": corrected},
        meets=("correction",),
        resumes=(runs_on,),
        product_key=_key(form.product) if form.product else None,
    )


def recognition_findings(situation: Situation) -> tuple[Finding, ...]:
    """认定条件: articles 2 and 8 on what the enterprise submitted."""
    submission = situation.fact("submission")
    enterprise, product = submission["enterprise"], submission["product"]
    asked = {name: {**enterprise, **product, **submission}[name] for name in RecognitionFacts.model_fields}
    return check_recognition(RecognitionFacts.model_validate(asked), situation.edition)


def confirm(situation: Situation, form: forms.DistrictOpinion) -> Effect:
    """确认: the district has verified the file item by item and sends its opinion to the bureau (article 9)."""
    verified = tuple(
        Finding(
            rule="verified_by_district",
            article=verdict.item,
            passed=verdict.met,
            reason=f"the district found it {'met' if verdict.met else 'not met'}: {verdict.evidence}",
        )
        for verdict in form.checklist
    )
    return Effect(
        findings=recognition_findings(situation) + verified,
        facts={"district_opinion": form.said()},
        meets=("verification",),
    )


def refuse(situation: Situation, form: forms.Reasons) -> Effect:
    """不予确认: the district refuses; every ground the rules find stands beside the officer's reason (article 9)."""
    grounds = [finding.model_dump(mode="json") for finding in recognition_findings(situation) if not finding.passed]
    return Effect(facts={"refusal": {**form.said(), "grounds": grounds}}, meets=("verification",))


def take_back_confirmation(situation: Situation, form: forms.Reasons) -> Effect:
    """撤销确认: the district takes its opinion back before the bureau has received it; its days run on (article 9)."""
    return Effect(facts={"confirmation_taken_back": form.said()}, reopens=("verification",))


def receive(situation: Situation, form: Nothing) -> Effect:
    """受理: the industry bureau takes the case in (article 10)."""
    return Effect(facts={"receipt": {"received_on": situation.today.isoformat()}})


def entrust(situation: Situation, form: forms.Entrustment) -> Effect:
    """委托评定: the industry bureau entrusts a third party, whose days begin (article 10)."""
    if form.assessor not in situation.register.known_assessors:
        known = ", ".join(sorted(situation.register.known_assessors))
        raise Unfit(("assessor", f"must be an assessor the bureau works with: {known} (not {form.assessor!r})"))
    days = situation.edition.assessment_days
    return Effect(
        facts={"entrustment": {**form.said(), "entrusted_on": situation.today.isoformat()}},
        opens=(budgeted("assessment", "10", "assessor", situation.today, days.value, situation.calendar),),
    )


def assess(situation: Situation, form: forms.AssessmentReport) -> Effect:
    """评定: the assessor reports (article 10)."""
    return Effect(facts={"assessment": form.said()}, meets=("assessment",))


def take_back_assessment(situation: Situation, form: forms.Reasons) -> Effect:
    """撤回评定: the assessor takes its report back before recognition is proposed; its days run on (article 10)."""
    return Effect(facts={"assessment_taken_back": form.said()}, reopens=("assessment",))


def take_back_proposal(situation: Situation, form: forms.Reasons) -> Effect:
    """撤销拟认定: a proposal of which no public notice was given is taken back (article 10)."""
    return Effect(facts={"proposal_taken_back": form.said()})


def decline_assessment(situation: Situation, form: forms.Reasons) -> Effect:
    """回避: the assessor has a conflict of interest; the bureau entrusts another (article 10)."""
    return Effect(facts={"declined_assessment": form.said()}, meets=("assessment",))


def propose(situation: Situation, form: Nothing) -> Effect:
    """拟认定: the bureau's caseworker proposes recognition; another must publish it (articles 10, 15(3)).

    Where the edition wants a public notice (公示), it begins now; its first day counts (P).
    """
    findings = (_assessor_recommends(situation), *recognition_findings(situation))
    days, today = situation.edition.public_notice_days.value, situation.today
    facts = {"proposed_recognition": {"proposed_on": today.isoformat()}}
    if not days:
        return Effect(findings=findings, facts=facts, stage="proposed")
    due = working_days_after(days_later(today, -1), days, situation.calendar)
    notice = fixed("public_notice", "10", "industry_bureau", today, due)
    return Effect(findings=findings, facts=facts, opens=(notice,), stage="public_notice")


def record_objection(situation: Situation, form: forms.Objection) -> Effect:
    """异议: somebody objects during the public notice; the bureau must look into it (article 10, P)."""
    return Effect(facts={"objection": {**form.said(), "recorded_on": situation.today.isoformat()}})


def dismiss_objection(situation: Situation, form: forms.Reasons) -> Effect:
    """异议不成立: the objection does not hold; the notice runs on (article 10, P)."""
    return Effect(facts={"objection": {**situation.fact("objection"), "dismissed_because": form.reason}})


def uphold_objection(situation: Situation, form: forms.Reasons) -> Effect:
    """异议成立: the objection holds, and the product is not recognised (article 10, P)."""
    return Effect(facts={"refusal": {**form.said(), "grounds": []}}, meets=("public_notice",))


def _assessor_recommends(situation: Situation) -> Finding:
    report = situation.fact("assessment")
    verdict = "recommends" if report["recommended"] else "does not recommend"
    return Finding(
        rule="assessor_recommends",
        article="10",
        passed=report["recommended"],
        reason=f"the assessor {verdict} recognition (score {report['score']}): {report['conclusion']}",
        inputs={"score": str(report["score"]), "conclusion": report["conclusion"]},
    )


def publish(situation: Situation, form: forms.Publication) -> Effect:
    """公布: the recognition is on the website; it is valid one year from that day (article 10)."""
    published_on, proposed_on = form.published_at.date(), situation.fact("proposed_recognition")["proposed_on"]
    if published_on.isoformat() < proposed_on:
        raise Unfit(("published_at", f"must not be before recognition was proposed on {proposed_on} (article 10)"))
    until = valid_until(published_on, situation.edition)
    because = (
        f"published on {published_on}: valid {situation.edition.validity_years.value} year from that day (article 10)",
        "a period of validity does not roll off a day off (I-5)",
    )
    due = Due(nominal_on=until, due_on=until, rolled=False, provisional=False, because=because)
    return Effect(
        findings=_notice_ended(situation, published_on),
        meets=("public_notice",),
        facts={
            "recognition": {**form.said(), "published_on": published_on.isoformat(), "valid_until": until.isoformat()}
        },
        opens=(fixed("recognition_valid_until", "10", "enterprise", published_on, due, silence="expire"),),
    )


def _notice_ended(situation: Situation, published_on: date) -> tuple[Finding, ...]:
    """公示期满: asked only where the edition wanted a notice."""
    notice = situation.file.deadline("public_notice")
    if notice is None:
        return ()
    reason = f"the public notice runs to the end of {notice.due_on}; published on {published_on}"
    return (Finding(rule="public_notice_ended", article="10", passed=published_on > notice.due_on, reason=reason),)


def propose_revocation(situation: Situation, form: forms.Reasons) -> Effect:
    """拟撤销: the bureau's caseworker proposes to revoke a recognition; another must decide (articles 10, 15(3))."""
    return Effect(facts={"proposed_revocation": {**form.said(), "proposed_on": situation.today.isoformat()}})


def revoke(situation: Situation, form: Revocation) -> Effect:
    """撤销认定: the recognition ends, at whatever stage, and with it all that is not paid (articles 10, 15(2)).

    A contract concluded while it held stays insured (I-6). What was paid stays paid, unless the ground is fraud.
    """
    facts, register = situation.file.facts, situation.register
    proposed = Finding(
        rule="revocation_proposed",
        article="15(3)",
        passed="proposed_revocation" in facts,
        reason="whoever decides a revocation is not whoever proposed it, so it must be proposed first",
    )
    holds = Finding(
        rule="recognition_holds",
        article="10",
        passed="recognition" in facts and "revocation" not in facts,
        reason="a recognition is revoked that was published, and once",
    )
    waited = {"waited": in_yuan(register.waiting)} if register.waiting else {}
    return Effect(
        findings=(proposed, holds),
        facts={"revocation": {**form.said(), **waited}, **cancelled(stopped(situation))},
        money={} if register.settled else nothing_more(situation),
        meets=("recognition_valid_until", "insurance", *(() if register.settled else ("waitlist",))),
        # What a plan gave is cancelled or being paid: the case ends as soon as it is told which.
        stage=situation.file.stage if register.settled else None,
    )


def supersede(situation: Situation, form: forms.Supersession) -> Effect:
    """被取代: another recognition of the same enterprise takes this one's place before it was insured (article 10)."""
    successor = situation.register.successor
    another = successor is not None and successor.number != situation.file.number
    fits = another and successor is not None and successor.enterprise == situation.file.enterprise
    holds = Finding(
        rule="successor_is_recognised",
        article="10",
        passed=fits and successor is not None and "recognition" in successor.facts and not successor.closed,
        reason=f"{form.by_case} must be another recognised case of the same enterprise, still open",
    )
    return Effect(
        findings=(holds,), facts={"supersession": form.said()}, meets=("recognition_valid_until", "insurance")
    )


def reject(situation: Situation, form: forms.Reasons) -> Effect:
    """不予认定: the industry bureau refuses recognition, with its reason and every ground found (article 10)."""
    grounds = [
        found for found in (_assessor_recommends(situation), *recognition_findings(situation)) if not found.passed
    ]
    return Effect(facts={"refusal": {**form.said(), "grounds": [ground.model_dump(mode="json") for ground in grounds]}})
