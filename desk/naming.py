"""名称: what acts, stages, fields, values, dates, rules and offices are called in the language of the page."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, get_args

from markupsafe import Markup, escape

from desk.language import N_, _, language
from rules.calendar import Calendar
from rules.capital import capital
from rules.edition import SCHEMES, editions_of
from rules.procedure import Act, Form, Stage
from rules.procedures import PROCEDURES, Stream
from rules.timetable import SHANGHAI
from runtime.sentences import chinese_or_same
from runtime.words import LABELS
from service.articles import Article, article_text, articles

KINDS = {
    "case": N_("Recognition case"),
    "batch": N_("Further batch"),
    "policy": N_("Policy"),
    "loss_claim": N_("Loss claim"),
    "complaint": N_("Complaint"),
    "pilot_insurer": N_("Pilot insurer"),
    "recovery": N_("Recovery"),
    "round": N_("Quarterly round"),
    "ledger": N_("Ledger"),
    "offices": N_("Offices and officers"),
    "dossier": N_("Dossier"),
    "work": N_("An office's work"),
    "editions": N_("Editions"),
    "calendar": N_("Days off"),
}
OFFICES = {
    "enterprise": N_("Enterprise"),
    "district": N_("District authority"),
    "industry_bureau": N_("Industry bureau"),
    "assessor": N_("Assessor"),
    "insurer": N_("Insurer"),
    "regulator": N_("Insurance regulator"),
    "finance": N_("Finance bureau"),
    "system": N_("The system"),
}
#: The sections of a file as they come about on a case's path.
ORDER = (
    *("submission", "correction_request", "district_opinion", "receipt", "entrustment", "assessment"),
    *("proposed_recognition", "objections", "recognition", "delivery", "contract", "application", "completion"),
    *("return", "plan", "payment"),
)
#: What says something only beside another: a category is confirmed where one was stated (article 4).
_ONLY_WITH = {"category": "category", "category_confirmed": "category"}
#: A day, a moment or an amount, as the record writes it.
_WRITTEN = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?P<at>T[0-9]{2}:[0-9]{2})?|[0-9]+\.[0-9]{2}")
#: A day, an amount of thousands or an article, as a sentence of the rules names it.
_NAMED = re.compile(
    r"(?<![\w.-])(?:(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])|(?P<amount>[0-9]{4,}\.[0-9]{2})(?![0-9]))"
    r"|第(?P<article>[0-9]{1,2}(?:\([0-9]\))?)条"
)
#: The space that sets a day apart from Chinese where it is written in figures only.
_APART = re.compile(r"(?<=[0-9]日) (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) (?=[0-9]{4}年[0-9])")
_CHINESE = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]+")
_MARKED_OPEN = re.compile(r"^(P(, I-\d+)?|I-\d+): ")
_PROCEEDING = re.compile(r"(?P<kind>[a-z_]+):[a-z-]+:(?P<number>[^:]+)(: (?P<act>[a-z_]+))?")
_ACRONYMS = {"uscc": "USCC", "sha256": "SHA-256", "ip": "IP", "sme": "SME", "id": "ID", "on": "on"}


@cache
def labels(spoken: str) -> Mapping[str, Mapping[str, str]]:
    """Every label of a language, by what it labels; in English, those that a name does not tell."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(LABELS.glob(f"{spoken}*.toml")):
        for group, names in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.setdefault(group, {}).update(names)
    return found


def label(group: str, name: str) -> str:
    """What a `field`, `value`, `section`, `deadline`, `rule` or amount of `money` is called."""
    return labels(language()).get(group, {}).get(name) or said(name)


@lru_cache(4096)
def said(name: str) -> str:
    """Say a name as words: `policy_number` as Policy number."""
    words = [_ACRONYMS.get(word, word) for word in re.split(r"[_.]", name)]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def field(name: str) -> str:
    return label("field", name)


def value(name: object) -> str:
    """Say a value of a form or a fact for people: a choice by its name, true and false as yes and no."""
    if isinstance(name, bool):
        return _("yes") if name else _("no")
    text = str(name)
    if found := _WRITTEN.fullmatch(text):
        return minute(text) if found["at"] else day(text) if found["day"] else money(text)
    known = labels("zh").get("value", {})
    # A figure is none of the articles that are choices of a checklist: two pieces are no article 2.
    if text not in known or not re.search("[a-z]", text):
        return text
    return label("value", text)


def section(name: str) -> str:
    return label("section", name)


def in_order(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The sections of a file in the order of a case's path; what is of no case stands after them."""
    place = {name: at for at, name in enumerate(ORDER)}
    return sorted(facts.items(), key=lambda one: place.get(one[0], len(ORDER)))


@cache
def _forms() -> tuple[Mapping[str, int], ...]:
    """Where each field stands in its form, by form; in all of them together last, the first that asks for it counts."""
    every: dict[str, int] = {}
    orders = []
    waiting = [act.form for procedure in PROCEDURES.values() for act in procedure.acts.values()]
    for form in waiting:
        orders.append({name: at for at, name in enumerate(form.model_fields)})
        for name, info in form.model_fields.items():
            every.setdefault(name, len(every))
            parts = (info.annotation, *get_args(info.annotation))
            waiting += [part for part in parts if isinstance(part, type) and issubclass(part, Form)]
    return (*orders, every)


@lru_cache(4096)
def _places(names: frozenset[str]) -> Mapping[str, int]:
    """The order of the form that asks for most of these, the least such; after it that of all forms together."""
    *orders, every = _forms()
    own = max(orders, key=lambda one: (len(names & one.keys()), -len(one)))
    return {**{name: len(own) + at for name, at in every.items()}, **own}


def as_asked(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A group of facts in the order its form asks for them; what was worked out stands after them."""
    told = {name: fact for name, fact in facts.items() if name not in _ONLY_WITH or facts.get(_ONLY_WITH[name])}
    places = _places(frozenset(told))
    return sorted(told.items(), key=lambda one: places.get(one[0], 10_000))


def deadline(name: str) -> str:
    return label("deadline", name.partition(":")[0])


def figure(name: str) -> str:
    return label("figure", name)


def figure_value(given: Any) -> str:
    """Say a figure of an edition: a fraction in percent, a list by its parts, nothing as a dash."""
    if isinstance(given, list | tuple):
        return ("、" if language() == "zh" else ", ").join(map(figure_value, given))
    if re.fullmatch(r"0\.[0-9]+", str(given)):
        return percent(given)
    return "—" if given is None else value(given)


def rule(name: str) -> str:
    return label("rule", name)


def act(one: Act) -> str:
    return one.zh if language() == "zh" else label("act", one.name)


def act_called(kind: str, name: str) -> str:
    """What an act of a history is called, though no procedure has it any more."""
    known = PROCEDURES[kind, "dalian"].acts.get(name)
    return act(known) if known else said(name)


def stage(one: Stage) -> str:
    return one.zh if language() == "zh" else said(one.name)


def stage_called(kind: str, name: str) -> str:
    known = PROCEDURES[kind, "dalian"].stages.get(name)
    return stage(known) if known else said(name)


def kind(name: str) -> str:
    return _(KINDS.get(name, name))


def edition(name: str) -> str:
    """What an edition is called: each scheme's demonstration edition by that word."""
    built_in = (one for scheme in SCHEMES for one in editions_of(scheme))
    return _("demonstration edition") if any(one.demonstration and one.name == name for one in built_in) else name


def office_kind(name: str) -> str:
    return _(OFFICES.get(name, name))


def article(number: str) -> str:
    """How an article is cited: 第八条（一）, or Article 8(1)."""
    if language() == "en":
        return f"Article {number}"
    whole, _open, part = number.partition("(")
    return f"第{counted(whole)}条" + (f"（{counted(part.rstrip(')'))}）" if part else "")


def counted(number: int | str) -> str:
    """Write a number below a hundred as the law counts its articles: 十五."""
    tens, ones = divmod(int(number), 10)
    digits = "零一二三四五六七八九"
    return (digits[tens] if tens > 1 else "") + "十" * (tens > 0) + (digits[ones] if ones or not tens else "")


def law(number: str) -> Article | None:
    """The text of an article, and its gloss; None where the city's measures have no such article."""
    return article_text(number)


def law_parts(number: str) -> list[Article]:
    """The numbered parts of an article, such as the conditions that article 8 leads to."""
    return [one for name, one in articles().items() if name.startswith(f"{number}(")]


def money(amount: object) -> str:
    """Write yuan for people: 1,800,000.00."""
    return f"{Decimal(str(amount)):,.2f}"


def day(at: object) -> str:
    """Write a day as its language does."""
    read = date.fromisoformat(at[:10]) if isinstance(at, str) else at
    assert isinstance(read, date)
    if read.year == date.max.year:
        return _("no end")
    return f"{read.year}年{read.month}月{read.day}日" if language() == "zh" else f"{read.day} {read:%b %Y}"


def short_day(at: object, today: date) -> str:
    """Write a day without its year where that is this one."""
    return day_in(today.year, at)


def day_in(year: int, at: object) -> str:
    """Write a day without its year where that is told already."""
    read = date.fromisoformat(str(at)[:10])
    if read.year != year:
        return day(read)
    return f"{read.month}月{read.day}日" if language() == "zh" else f"{read.day} {read:%b}"


def minute(at: object) -> str:
    """Write a moment in Shanghai as its language does."""
    read = datetime.fromisoformat(at) if isinstance(at, str) else at
    assert isinstance(read, datetime)
    local = read.astimezone(SHANGHAI) if read.tzinfo else read
    return f"{day(local)} {local:%H:%M}"


def grouped(text: object) -> str:
    """Write what was typed as an amount with its thousands apart; leave what is none as it is."""
    found = re.fullmatch(r"([0-9]{1,16})(\.[0-9]{1,2})?", str(text))
    return f"{int(found[1]):,}{found[2] or ''}" if found else str(text)


def in_words(text: object) -> str:
    """Say an amount that was typed as people read it back: in figures, in Chinese also in words (大写)."""
    if not re.fullmatch(r"[0-9]{1,16}(\.[0-9]{1,2})?", str(text)):
        return ""
    amount = Decimal(str(text))
    return f"{amount:,.2f}" + (f" · {capital(amount)}" if language() == "zh" and amount else "")


def percent(rate: object) -> str:
    """Write a rate, a fraction, in per cent."""
    return f"{(Decimal(str(rate)) * 100).normalize():f}%"


def bytes_said(size: int) -> str:
    """Write a file's size for people."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size / 1024, 0.1):.1f} KB"


def days_left(due_on: object, today: date, calendar: Calendar) -> int:
    """Working days from today to a date, by the calendar in force; below zero where it has passed."""
    due = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    assert isinstance(due, date)
    if due >= today:
        return calendar.working_days_between(today, due)
    return -max(calendar.working_days_between(due, today), 1)


def path_of(stream: str | Stream) -> str:
    """The address of a proceeding's page."""
    where, _scheme, number = str(stream).split(":")
    return f"/p/{where}/{number}"


def says(sentence: str) -> str:
    """Say a sentence on a page, as `says_plainly` does."""
    said = says_plainly(sentence)
    if language() == "zh":
        return said
    # A voice that reads English must be told of the law's own words, and of what was written in Chinese.
    return Markup(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', str(escape(said))))  # noqa: S704 - escaped


def says_plainly(sentence: str) -> str:
    """Say a sentence of the law's rules in the language that is spoken; what an officer wrote stays as he wrote it."""
    turned = chinese_or_same(sentence)
    chinese = language() == "zh"
    # Days and amounts are written as everywhere else, but for those that an officer wrote.
    if turned != sentence:
        sentence = _NAMED.sub(_named, turned if chinese else sentence)
        sentence = _APART.sub("", sentence) if chinese else sentence
    return sentence


def _named(found: re.Match[str]) -> str:
    if found["article"]:
        return article(found["article"])
    if found["amount"]:
        return money(found["amount"])
    try:
        return day(found["day"])
    except ValueError:
        # 2026-02-30: what was written is no day, and is told as it was written.
        return found["day"]


def reason(sentence: str) -> str:
    """Say why an edition has a figure, without the mark of a figure that the text leaves open."""
    if language() == "zh":
        return re.sub("^条文未定[：，]", "", says(sentence))
    words = _MARKED_OPEN.sub("", sentence)
    return says(words[:1].upper() + words[1:])


def proceeding_in(text: object) -> tuple[str, str] | None:
    """The address and the name of a proceeding that a fact names, with the act of it where one is named; else None."""
    found = _PROCEEDING.fullmatch(str(text))
    if not found or found["kind"] not in KINDS:
        return None
    done = f" {act_called(found['kind'], found['act'])}" if found["act"] else ""
    return f"/p/{found['kind']}/{found['number']}", f"{kind(found['kind'])} {found['number']}{done}"


FOR_TEMPLATES: dict[str, Any] = {
    "act_name": act,
    "act_called": act_called,
    "article_name": article,
    "day": day,
    "day_in": day_in,
    "deadline_name": deadline,
    "as_asked": as_asked,
    "bytes_said": bytes_said,
    "counted": counted,
    "edition_called": edition,
    "field_name": field,
    "figure_name": figure,
    "figure_said": figure_value,
    "grouped": grouped,
    "in_words": in_words,
    "in_order": in_order,
    "kind_name": kind,
    "law": law,
    "law_parts": law_parts,
    "calculator_name": lambda name: label("calculator", name),
    "minute": minute,
    "money_name": lambda name: label("money", name),
    "office_kind_name": office_kind,
    "outcome_name": lambda name: label("outcome", name),
    "path_of": path_of,
    "proceeding_in": proceeding_in,
    "reason_said": reason,
    "percent": percent,
    "rule_name": rule,
    "says": says,
    "section_name": section,
    "short_day": short_day,
    "stage_called": stage_called,
    "standing_name": lambda name: label("standing", name),
    "stage_name": stage,
    "value_name": value,
    "yuan": money,
}
