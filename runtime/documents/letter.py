"""A notice (文书) as a letter: the words of a language around its data, and a sheet of paper around the words.

The Chinese letter is the notice; another language follows it as a courtesy translation. What people wrote travels to
the template as data and is never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rules.capital import capital
from rules.identifiers import is_uscc
from rules.notices import AUTHORITIES, Ground, Party, Period, Remedy, WrittenNotice
from runtime.documents.typesetting import LANGUAGES, Words, typeset, words_of
from runtime.sentences import in_chinese

_ISO = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")


class Paragraph(BaseModel):
    """One paragraph of a letter: `text`, a `heading` before a list, or an `item` of it with its number."""

    model_config = ConfigDict(frozen=True)

    style: Literal["text", "heading", "item"]
    text: str
    mark: str = ""


class Letter(BaseModel):
    """A notice in one language, from its head to its foot."""

    model_config = ConfigDict(frozen=True)

    language: str
    banner: str
    #: 红头: only an authority's letter has one.
    red: bool
    head: str
    number: str
    title: str
    addressee: str
    paragraphs: tuple[Paragraph, ...]
    signature: str
    signed_on: str
    caseworker: str
    courtesy: str

    def lines(self) -> Iterator[str]:
        """Yield the letter line by line, for a terminal."""
        yield from filter(None, (self.banner, self.head, self.number, self.title, self.addressee))
        for paragraph in self.paragraphs:
            yield f"{paragraph.mark} {paragraph.text}".strip()
        yield from filter(None, (self.signature, self.signed_on, self.caseworker, self.courtesy))


def _words(language: str) -> Words:
    return words_of("notice", language)


def letter(notice: WrittenNotice, language: str = LANGUAGES[0]) -> Letter:
    """Write a notice as a letter in a language."""
    words = _words(language)
    say, chinese = words["text"], language == LANGUAGES[0]
    named = words["title"].get(notice.act) or words["title"][notice.kind]
    return Letter(
        language=language,
        banner=say["demonstration"] if notice.demonstration else "",
        red=notice.issuer.kind in AUTHORITIES,
        head=notice.issuer.title if chinese else notice.issuer.title_en,
        number=notice.number,
        title=_fill(named, act=_act(notice, language)),
        addressee=_addressee(notice.addressed_to, words),
        paragraphs=tuple(_paragraphs(notice, words)),
        signature=notice.issuer.title if chinese else notice.issuer.title_en,
        signed_on=_day(notice.issued_on, language),
        caseworker=_fill(say["caseworker"], name=notice.officer_name) if notice.officer_name else "",
        courtesy=say["courtesy"],
    )


def pdf(notice: WrittenNotice, *languages: str) -> bytes:
    """Return a notice as PDF, each language on pages of its own; the same notice gives the same bytes."""
    made: bytes = _typeset(notice, languages or LANGUAGES[:1], "pdf")
    return made


def pages(notice: WrittenNotice, *languages: str, ppi: int = 96) -> list[bytes]:
    """Return a notice's pages as pictures (PNG)."""
    made: list[bytes] = _typeset(notice, languages or LANGUAGES[:1], "png", ppi)
    return made


def _typeset(notice: WrittenNotice, languages: tuple[str, ...], form: Literal["pdf", "png"], ppi: int = 96) -> Any:
    letters = [letter(notice, language).model_dump() for language in languages]
    data = {"letters": letters, "day": [notice.issued_on.year, notice.issued_on.month, notice.issued_on.day]}
    return typeset("notice", data, form, ppi)


def _addressee(whom: Party, words: Words) -> str:
    """Name whom it is addressed to; the codes of offices are the program's own, and say nothing on paper."""
    return _fill(words["text"]["addressee" if is_uscc(whom.code) else "addressee_bare"], **whom.model_dump())


def _paragraphs(notice: WrittenNotice, words: Words) -> Iterator[Paragraph]:
    say = words["text"]
    yield Paragraph(style="text", text=_join(say["language"], _opening(notice, words), _told(notice, words)))
    yield from _listed("", notice.items)
    yield from _listed(say["applications"], notice.applications)
    yield from _listed(say["reasons"], notice.reasons)
    yield from _listed(say["grounds"], [_ground(ground, words) for ground in notice.grounds])
    yield from (Paragraph(style="text", text=_period(period, words)) for period in notice.periods)
    if notice.remedies:
        yield Paragraph(style="text", text="".join(_remedy(remedy, words) for remedy in notice.remedies))


def _opening(notice: WrittenNotice, words: Words) -> str:
    """Say what the letter answers; of an act that nobody asked for, what was found."""
    about = {"case": notice.case, "product": "", "model": ""}
    if notice.product:
        about |= {"product": notice.product.name, "model": notice.product.model}
    answers = words["text"]["about_product" if notice.product else "about"]
    return _fill(words["opening"].get(notice.act) or answers, **about)


def _told(notice: WrittenNotice, words: Words) -> str:
    """Say what the office tells, and under which article."""
    say, language = words["text"], words["text"]["language"]
    kind = {"acceptance": "accepted", "correction": "corrections", "decision": "decided"}[notice.kind]
    under = {"scheme": notice.scheme, "article": _article(notice.article, language)}
    return _fill(words["told"].get(notice.act) or say[kind], **under, outcome=_outcome(notice, words))


def _outcome(notice: WrittenNotice, words: Words) -> str:
    """Say what was decided, whole: from which day, or how much, in figures and in words."""
    language, said = words["text"]["language"], words["outcome"].get(notice.act)
    # A demand that was served before its amount was kept says only what was done.
    if said is None or ("{amount}" in said and notice.amount_due is None):
        return _act(notice, language)
    due = Decimal(notice.amount_due or 0)
    return _fill(said, day=_day(notice.issued_on, language), amount=f"{due:,.2f}", in_words=capital(due))


def _listed(heading: str, items: tuple[str, ...] | list[str]) -> Iterator[Paragraph]:
    if heading and items:
        yield Paragraph(style="heading", text=heading)
    for place, item in enumerate(items, 1):
        yield Paragraph(style="item", text=item, mark=f"{place}.")


def _ground(ground: Ground, words: Words) -> str:
    """Say a ground under its Chinese term, why, and the facts it was judged from."""
    say, chinese = words["text"], words["text"]["language"] == LANGUAGES[0]
    facts = [
        _fill(say["input"], name=words["fact"].get(name, name), value=words["value"].get(value) or _dated(value, words))
        for name, value in ground.inputs.items()
    ]
    term = (words["rule"].get(ground.rule) or ground.term) if chinese else ground.rule.replace("_", " ")
    reason = "；".join(filter(None, (_in_chinese(ground.reason), *facts))) if chinese else ""
    return _fill(
        say["ground" if term else "ground_bare"],
        article=_article(ground.article, say["language"]),
        term=term,
        reason=reason or ground.reason,
    )


def _in_chinese(reason: str) -> str | None:
    """The rule's own sentence in Chinese, its days written as the letter writes days."""
    said = in_chinese(reason)
    return said and _ISO.sub(lambda day: _day(date.fromisoformat(day[0]), LANGUAGES[0]), said)


def _period(period: Period, words: Words) -> str:
    say, language = words["text"], words["text"]["language"]
    told = _fill(
        say["dated" if period.days is None else "counted"],
        name=words["period"].get(period.name, period.name.replace("_", " ")),
        article=_article(period.article, language),
        counted_from=_day(period.counted_from, language),
        days=str(period.days),
        last_day=_day(period.last_day, language),
        provisional=say["provisional"] if period.provisional else "",
    )
    if period.nominal_on != period.last_day:
        told += _fill(say["rolled"], nominal_on=_day(period.nominal_on, language))
    return told + say.get(f"silence_{period.silence}", "")


def _remedy(remedy: Remedy, words: Words) -> str:
    say = words["text"]
    authority = remedy.authority or say[f"authority_{remedy.way}"]
    return _fill(say[remedy.way], within=str(remedy.within), authority=authority)


def _act(notice: WrittenNotice, language: str) -> str:
    return notice.act_zh if language == LANGUAGES[0] else notice.act.replace("_", " ")


def _fill(words: str, **inputs: str) -> str:
    """Fill in a sentence; what is filled in is never read as one."""
    return words.format_map(inputs)


def _join(language: str, *sentences: str) -> str:
    return ("" if language == LANGUAGES[0] else " ").join(sentences)


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == LANGUAGES[0] else day.isoformat()


def _dated(value: str, words: Words) -> str:
    """Write a fact that is a day as the letter writes days."""
    try:
        return _day(date.fromisoformat(value), words["text"]["language"])
    except ValueError:
        return value


def _article(article: str, language: str) -> str:
    """Write an article as the law is cited: `8(1)` as 第八条第（一）项."""
    if language != LANGUAGES[0]:
        return f"article {article}"
    number, _, item = article.removesuffix(")").partition("(")
    return f"第{_count(int(number))}条" + (f"第（{_count(int(item))}）项" if item else "")


def _count(number: int) -> str:
    """Write a number below a hundred as 十五."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")
