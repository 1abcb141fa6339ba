"""资格条件: the city scheme's conditions for recognition and for the subsidy, each under its article.

A check asks every condition its edition names and never stops at the first: a refusal must state every ground.
"""

from __future__ import annotations

from rules.calendar import CHINA, Calendar
from rules.condition import Answer, condition
from rules.deadlines import insure_by
from rules.edition import Edition
from rules.facts import InsuranceFacts, RecognitionFacts, SubsidyFacts
from rules.finding import Finding
from rules.periods import full_years


def check_recognition(facts: RecognitionFacts, edition: Edition) -> tuple[Finding, ...]:
    """Ask everything a recognition needs (articles 2, 8)."""
    return tuple(asked(facts, edition) for asked in edition.recognition_conditions)


def check_subsidy(facts: SubsidyFacts, edition: Edition, calendar: Calendar = CHINA) -> tuple[Finding, ...]:
    """Ask everything a subsidy needs (articles 2 to 4, 7, 10 to 12, 15(2)).

    Raises `Unfit` where the last day to insure lies after the year 9999.
    """
    due = insure_by(facts.contract_signed_on, facts.delivered_on, edition, calendar)
    insured = InsuranceFacts(**dict(facts), insure_by=due)
    return tuple(asked(insured, edition) for asked in edition.subsidy_conditions)


# --- 认定: recognition (articles 2, 8) ------------------------------------------------------------------------------


@condition("8", "sme")
def is_sme(facts: RecognitionFacts, edition: Edition) -> Answer:
    """中小企业 (article 8): the enterprise is a small or medium-sized one."""
    return facts.sme, f"the enterprise {_is(facts.sme)} a small or medium-sized enterprise"


@condition("8", "industrial_manufacturer")
def makes_the_product(facts: RecognitionFacts, edition: Edition) -> Answer:
    """生产制造工业企业 (article 8): the enterprise is an industrial manufacturer of the product."""
    makes = facts.industrial_manufacturer
    return makes, f"the enterprise {_is(makes)} an industrial manufacturer of the product"


@condition("8(1)", "submitted_on", "registered_on")
def registered_long_enough(facts: RecognitionFacts, edition: Edition) -> Answer:
    """注册二年以上 (article 8(1)): on the day it submits; the anniversary passes (I-7)."""
    years = full_years(facts.registered_on, facts.submitted_on)
    enough = years >= edition.registered_years.value
    since = f"registered {facts.registered_on}, submitted {facts.submitted_on}"
    if facts.submitted_on < facts.registered_on:
        return enough, f"{since}: before it was registered"
    return enough, f"{since}: {years} full years, and {edition.registered_years.value} are needed"


@condition("8(1)", "registered_in_city")
def registered_here(facts: RecognitionFacts, edition: Edition) -> Answer:
    """大连市行政区域内注册 (article 8(1)): the enterprise is registered in the city."""
    return facts.registered_in_city, f"the enterprise {_is(facts.registered_in_city)} registered in the city"


@condition("8(1)", "legal_person")
def is_legal_person(facts: RecognitionFacts, edition: Edition) -> Answer:
    """独立法人 (article 8(1)): the enterprise is an independent legal person."""
    return facts.legal_person, f"the enterprise {_is(facts.legal_person)} an independent legal person"


@condition("8(1)", "key_industry")
def in_key_industry(facts: RecognitionFacts, edition: Edition) -> Answer:
    """重点支持的行业 (article 8(1)): the enterprise belongs to an industry the city supports."""
    return facts.key_industry, f"the enterprise {_is(facts.key_industry)} in an industry that the city supports"


@condition("8(2)", "industrial_policy_met")
def meets_industrial_policy(facts: RecognitionFacts, edition: Edition) -> Answer:
    """产业政策 (article 8(2)): national, provincial and city policy, and local restructuring policy."""
    met = facts.industrial_policy_met
    return met, f"production {_does(met)} meet industrial policy and local restructuring policy"


@condition("8(3)", "standards_met")
def meets_standards(facts: RecognitionFacts, edition: Edition) -> Answer:
    """国家标准 (article 8(3)): national standards, and the special rules of special industries."""
    return facts.standards_met, f"production {_does(facts.standards_met)} meet national and special standards"


@condition("8(3)", "quality_certified")
def quality_is_certified(facts: RecognitionFacts, edition: Edition) -> Answer:
    """质量鉴定或产品认证 (article 8(3)): quality appraisal passed, or the certification its industry requires."""
    certified = facts.quality_certified
    return certified, f"the product has {'' if certified else 'not '}passed quality appraisal or required certification"


@condition("8(4)", "patent", "test_report")
def patented_or_tested(facts: RecognitionFacts, edition: Edition) -> Answer:
    """专利证书或检测报告 (article 8(4)): a patent certificate, or a professional body's test report; one suffices."""
    papers = (("a patent certificate", facts.patent), ("a professional test report", facts.test_report))
    shown = " and ".join(name for name, given in papers if given)
    return bool(shown), f"shown: {shown or 'neither a patent certificate nor a professional test report'}"


@condition("8(5)", "environment_met")
def meets_environment_standards(facts: RecognitionFacts, edition: Edition) -> Answer:
    """节能环保标准 (article 8(5)): national standards of energy saving and environment."""
    met = facts.environment_met
    return met, f"the product {_does(met)} meet national energy and environment standards"


@condition("8(6)", "other_conditions_met")
def meets_other_conditions(facts: RecognitionFacts, edition: Edition) -> Answer:
    """其他条件 (article 8(6)): what the year's notice adds."""
    met = facts.other_conditions_met
    return met, f"the other conditions of the year's notice {'are' if met else 'are not'} met"


@condition("2", "kind")
def is_equipment_system_or_component(facts: RecognitionFacts, edition: Edition) -> Answer:
    """装备、系统和核心部件 (article 2): a new product is one of the three."""
    return True, f"the product is of the kind {facts.kind.replace('_', ' ')}"


@condition("2", "breakthrough")
def breaks_through(facts: RecognitionFacts, edition: Edition) -> Answer:
    """新的突破 (article 2): in variety, specification, technical parameters or the like."""
    named = ", ".join(dict.fromkeys(facts.breakthrough))
    return bool(named), f"breakthrough in: {named or 'none of variety, specification, parameters or the like'}"


@condition("2", "has_ip")
def has_intellectual_property(facts: RecognitionFacts, edition: Edition) -> Answer:
    """知识产权 (article 2): the product has intellectual property, its own or another's."""
    return facts.has_ip, f"the product has {'' if facts.has_ip else 'no '}intellectual property"


@condition("2", "market_record")
def no_market_record_yet(facts: RecognitionFacts, edition: Edition) -> Answer:
    """尚未取得市场业绩 (article 2): tested when recognition is submitted, so that later sales do not matter (I-17)."""
    known = facts.market_record
    return not known, f"the product {'has a' if known else 'has no'} market record when recognition is submitted"


# --- 投保与补贴: insurance and subsidy (articles 2 to 4, 7, 10 to 12, 15(2)) ----------------------------------------


@condition("10", "recognised_from", "applied_on")
def recognised_when_applied(facts: InsuranceFacts, edition: Edition) -> Answer:
    """认定之后投保 (article 10): insurance is applied for from the day of publication on (I-6)."""
    passed = facts.recognised_from <= facts.applied_on
    return passed, f"applied {facts.applied_on}, recognised from {facts.recognised_from}"


@condition("10", "recognised_until", "concluded_on")
def recognised_when_concluded(facts: InsuranceFacts, edition: Edition) -> Answer:
    """认定有效期内投保 (article 10): concluded while the recognition is valid, its last day included (I-6)."""
    passed = facts.concluded_on <= facts.recognised_until
    return passed, f"concluded {facts.concluded_on}, recognised until {facts.recognised_until}"


@condition("11", "contract_signed_on", "delivered_on", "applied_on")
def applied_after_delivery(facts: InsuranceFacts, edition: Edition) -> Answer:
    """完成产品交付后投保 (article 11): applied for once the contract is signed and delivery completed (I-2)."""
    later = max(facts.contract_signed_on, facts.delivered_on)
    both = f"contract signed {facts.contract_signed_on}, delivered {facts.delivered_on}"
    return later <= facts.applied_on, f"applied {facts.applied_on}; {both}: the later of the two is {later}"


@condition("11", "applied_on", "concluded_on")
def applied_before_concluded(facts: InsuranceFacts, edition: Edition) -> Answer:
    """先投保后签订 (article 11): the contract is concluded on the day it was applied for, or later."""
    return facts.applied_on <= facts.concluded_on, f"applied {facts.applied_on}, concluded {facts.concluded_on}"


@condition("11", "contract_signed_on", "delivered_on", "concluded_on")
def insured_in_time(facts: InsuranceFacts, edition: Edition) -> Answer:
    """30日内投保并完成保险合同签订 (article 11): concluded on the last day or before it."""
    due = facts.insure_by
    late = (facts.concluded_on - due.due_on).days
    said = f"{late} {'day' if late == 1 else 'days'} after" if late > 0 else "on" if late == 0 else "before"
    reason = f"concluded {facts.concluded_on}, {said} the last day {due.due_on} ({'; '.join(due.because)})"
    return late <= 0, reason


@condition("12", "insurer_listed")
def insurer_is_listed(facts: InsuranceFacts, edition: Edition) -> Answer:
    """试点保险机构名单 (article 12): the insurer is listed on the day the contract is concluded."""
    return facts.insurer_listed, f"the insurer {_is(facts.insurer_listed)} on the published list of pilot insurers"


@condition("15(2)", "filed_on", "insurer_barred_on")
def insurer_not_barred(facts: InsuranceFacts, edition: Edition) -> Answer:
    """取消申报资格 (article 15(2)): a barred insurer files nothing from the day of the bar on (I-15)."""
    barred_on = facts.insurer_barred_on
    if barred_on is None:
        return True, f"filed {facts.filed_on}; the insurer is not barred"
    return facts.filed_on < barred_on, f"filed {facts.filed_on}; the insurer is barred from {barred_on} on"


@condition("3", "clause_filed")
def clause_is_filed(facts: InsuranceFacts, edition: Edition) -> Answer:
    """备案条款 (article 3): the uniform clause of the comprehensive cover, as filed with the regulator."""
    return facts.clause_filed, f"the contract's clause {_is(facts.clause_filed)} filed with the regulator"


@condition("3", "premium_rate", "category", "category_confirmed")
def rate_within_ceiling(facts: InsuranceFacts, edition: Edition) -> Answer:
    """保险费率上限 (article 3): the ceiling itself is allowed; whether negotiation frees it, the edition says (I-8)."""
    ceiling = edition.rate_ceiling.value
    if facts.negotiated and edition.negotiated_rate_ceiling.value == "waived":
        return True, f"the rate {facts.premium_rate} was negotiated under article 4, which waives the ceiling {ceiling}"
    within = facts.premium_rate <= ceiling
    return within, f"the rate {facts.premium_rate} is {'within' if within else 'above'} the ceiling {ceiling}"


@condition("4", "quality_cover", "liability_cover", "category", "category_confirmed")
def covers_both_risks(facts: InsuranceFacts, edition: Edition) -> Answer:
    """质量风险和责任风险保障 (article 4): both, unless a confirmed category lets the parties negotiate."""
    covers = (("quality", facts.quality_cover), ("liability", facts.liability_cover))
    lacking = [name for name, given in covers if not given]
    told = f"the contract lacks cover of: {', '.join(lacking)}" if lacking else "both quality and liability are covered"
    if facts.negotiated:
        return True, f"{told}; the parties may negotiate, for the category {facts.category} is confirmed"
    return not lacking, f"{told}; the category {facts.category} is not confirmed" if facts.category else told


@condition("7", "policy_year")
def first_policy_year(facts: InsuranceFacts, edition: Edition) -> Answer:
    """政策补贴期限为1年 (article 7): the preference is for one year; renewals have none (I-13)."""
    years = edition.subsidised_years.value
    return facts.policy_year <= years, f"policy year {facts.policy_year}; subsidised: {years} from inception"


@condition("2", "first_batch_before")
def first_batch_for_this_user(facts: InsuranceFacts, edition: Edition) -> Answer:
    """用户首次使用 (article 2): a product model is a first batch once for each user."""
    before = facts.first_batch_before
    return not before, f"this model {'was already' if before else 'was not yet'} a first batch for this user"


def _is(so: bool) -> str:
    return "is" if so else "is not"


def _does(so: bool) -> str:
    return "does" if so else "does not"
