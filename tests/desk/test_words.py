"""Every string is marked, and said in Chinese; everything a page names has a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from desk import naming
from desk.naming import labels
from rules.procedures import PROCEDURES
from rules.schemes.dalian import ARTICLES
from service.articles import articles
from tests.desk import strings
from tests.test_docs import glossary

TEMPLATES = sorted((strings.DESK / "templates").rglob("*.html"))
#: What a page says in both languages at once: the name of the other language.
SAID_IN_ITSELF = {"English", "中文"}


def test_every_marked_string_is_said_in_chinese() -> None:
    held = strings.catalogues()
    for name, words in strings.needed().items():
        known = {message.id: message.string for message in held[name] if message.id}
        assert set(words) == set(known), f"run: make strings ({name}.po)"
        empty = [one for one, said in known.items() if not said or not all(said)]
        assert empty == [], f"{name}.po"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(strings.DESK).as_posix())
def test_no_template_says_anything_unmarked(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r'\baria-(?:describedby|invalid|required)="[^"]*"', "", text)
    said = re.sub(r"<[^>]*>", "\n", text)
    attributes = re.findall(r'(?:title|alt|aria-label|placeholder|data-label)="([^"]*)"', text)
    found = [one for one in (*said.split("\n"), *attributes) if re.search(r"[A-Za-z]{2}|[\u4e00-\u9fff]", one)]
    assert [one.strip() for one in found if one.strip() not in SAID_IN_ITSELF] == []


def parts_of(form: type[BaseModel], seen: set[type]) -> Iterator[tuple[str, str]]:
    """Every field and choice of a form, and of the forms within it."""
    if form in seen:
        return
    seen.add(form)
    for name, info in form.model_fields.items():
        yield "field", name
        yield from _within(info.annotation, seen)


def _within(annotation: Any, seen: set[type]) -> Iterator[tuple[str, str]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from parts_of(annotation, seen)
    elif get_origin(annotation) is Literal:
        yield from (("value", str(one)) for one in get_args(annotation))
    else:
        for part in get_args(annotation):
            yield from _within(part, seen)


def test_every_field_and_choice_of_every_form_has_a_chinese_label() -> None:
    seen: set[type] = set()
    known = labels("zh")
    for procedure in PROCEDURES.values():
        for act in procedure.acts.values():
            missing = [(group, name) for group, name in parts_of(act.form, seen) if name not in known[group]]
            assert missing == [], act.name


def test_two_pieces_are_no_article() -> None:
    assert [naming.value(2), naming.value("8")] == ["2", "8"]


def test_a_category_is_told_to_be_confirmed_only_where_one_was_stated() -> None:
    assert naming.as_asked({"category": None, "category_confirmed": False, "years": 1}) == [("years", 1)]
    stated = {"category": "aircraft", "category_confirmed": False}
    assert naming.as_asked(stated) == list(stated.items())


def test_facts_stand_in_the_order_of_the_form_that_asks_for_them_with_what_was_worked_out_after() -> None:
    scored = dict.fromkeys(("score", "maximum", "veto", "criterion"), "")
    assert [name for name, _fact in naming.as_asked(scored)] == ["criterion", "maximum", "score", "veto"]
    contract = dict.fromkeys(("years", "sum_insured", "insurer", "policy_number"), "")
    assert [name for name, _fact in naming.as_asked(contract)] == ["policy_number", "insurer", "sum_insured", "years"]


def test_chinese_writes_rates_in_per_cent_days_without_spaces_and_what_was_given_in_its_own_quotation_marks() -> None:
    assert naming.says("the rate 0.025 is within the ceiling 0.03") == "费率 2.5% 未超过上限 3%"
    assert naming.says("applied 2026-03-04, recognised from 2026-03-02") == "2026年3月4日投保，认定自2026年3月2日起有效"
    assert naming.says("must be between 0 and 1 (3 per cent is 0.03), not '3'").endswith("，不能是“3”")


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("2026-02-19 is a day off, so the period ends on the next working day, 2026-02-24 (Civil Code 203)", "2月24日"),
        ("must be an insurer of the register (article 12) (not x)", "第十二条"),
        ("0.01 of 20000000.00 for the first year, before cap and budget: 200000.00", "20,000,000.00"),
    ],
)
def test_a_sentence_of_the_rules_writes_days_amounts_and_articles_as_the_page_does(sentence: str, said: str) -> None:
    assert said in naming.says(sentence)


def test_what_an_officer_wrote_stays_as_he_wrote_it() -> None:
    assert naming.says("于 2026-02-19 汇出 200000.00") == "于 2026-02-19 汇出 200000.00"


def test_every_deadline_and_rule_of_the_glossary_has_its_chinese_label() -> None:
    known = labels("zh")
    assert set(glossary()["Deadlines"]) <= set(known["deadline"])
    rules = {rule for heading, rows in glossary().items() if heading.startswith("Rules of") for rule in rows}
    assert rules <= set(known["rule"])


def test_every_article_is_there_in_chinese_with_an_english_gloss() -> None:
    assert set(ARTICLES) <= set(articles())
    assert all(one.zh and one.en for one in articles().values())
