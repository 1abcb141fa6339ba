"""The documents say what the code says: words, articles, names, commands and links are compared with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from rules.condition import Condition
from rules.edition import CityFigures, Edition, NationalFigures, edition_of
from rules.facts import RecognitionFacts, SubsidyFacts
from rules.national import ARTICLES as NATIONAL
from rules.procedures import PROCEDURES
from rules.schemes.dalian import ARTICLES as CITY
from rules.schemes.dalian_opinions import RULES as OPINION_RULES
from rules.schemes.dalian_return import RULES
from rules.timetable import OfficeKind
from starters.cli import COMMANDS, app

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ("README.md", *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))))
PROGRAM = ("rules", "db", "activities", "workflows", "service", "worker", "starters", "desk", "runtime")
#: Articles without a rule and a test of their own, and why; every other one must have both.
NOT_DUE = {
    "1": "a purpose, which the evaluation is to report on",
    "5": "the contract itself, which is what the form of the act `insure` asks for",
    "6": "a freedom: nothing in the program narrows it",
}
DUE = tuple(article for article in CITY if article not in NOT_DUE)

_ARTICLE = r"\d+(?:\(\d\))?"
_CITED = re.compile(rf"\b[Aa]rticles? ({_ARTICLE}(?:(?:, | and | or | to ){_ARTICLE})*)(?![\d.])")
_IN_CODE = re.compile(rf"article\W{{1,8}}[\"']({_ARTICLE})[\"']")
_ROW = re.compile(r"^\| `([^`|]+)` \| ([^|]+) \| (.+) \| ([^|]+) \|$", re.MULTILINE)


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def sources(*packages: str) -> dict[str, str]:
    """The program's modules by their dotted names."""
    paths = chain.from_iterable((ROOT / package).rglob("*.py") for package in packages)
    return {dotted(path): path.read_text(encoding="utf-8") for path in sorted(paths)}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# --- What is cited --------------------------------------------------------------------------------------------------


def articles_in(text: str, known: tuple[str, ...] = CITY) -> set[str]:
    """Read every citation: `article 8(1)`, `articles 2, 8 and 10 to 12`, `.article == "11"`."""
    plain = text.replace("\\(", "(").replace("\\)", ")")
    found = set(_IN_CODE.findall(plain))
    for listed in _CITED.findall(plain):
        for first, _, last in (part.partition(" to ") for part in re.split(r", | and | or ", listed)):
            found |= set(between(first, last, known)) if last else {first}
    return found


def between(first: str, last: str, known: tuple[str, ...]) -> Iterable[str]:
    if first not in known or last not in known:
        return (first, last)
    return known[known.index(first) : known.index(last) + 1]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_cites_only_articles_that_exist(document: str) -> None:
    text = re.sub(r"^\|.*\*national\*.*\|$", "", text_of(document), flags=re.MULTILINE)
    assert articles_in(text) <= set(CITY)


def test_the_code_cites_only_articles_that_exist() -> None:
    strange = {
        name: articles_in(text) - set(CITY)
        for name, text in sources("rules", "activities", "service", "starters", "desk").items()
    }
    assert {name: cited for name, cited in strange.items() if cited} == {}


# --- The glossary ---------------------------------------------------------------------------------------------------


@cache
def glossary() -> dict[str, dict[str, tuple[str, str, str]]]:
    """The glossary's tables by their headings: each word with its Chinese, its meaning and its article."""
    sections = re.split(r"^## (.+)$", text_of("docs/glossary.md"), flags=re.MULTILINE)[1:]
    return {
        heading: {word: (zh, meaning, article) for word, zh, meaning, article in _ROW.findall(body)}
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
    }


def articles_of(section: str) -> dict[str, str]:
    return {word: article.replace("*national* ", "") for word, (_, _, article) in glossary()[section].items()}


def chinese_of(section: str) -> dict[str, str]:
    return {word: zh for word, (zh, _, _) in glossary()[section].items()}


KINDS = [kind for kind, _ in PROCEDURES]


def named(kind: str) -> str:
    return f"the {kind}" if kind in ("offices", "work", "editions", "calendar") else f"a {kind}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_glossary_has_every_stage_in_order_with_its_chinese_name(kind: str) -> None:
    stages = PROCEDURES[kind, "dalian"].stages.values()
    assert list(chinese_of(f"Stages of {named(kind)}").items()) == [(stage.name, stage.zh) for stage in stages]


@pytest.mark.parametrize("kind", KINDS)
def test_the_glossary_has_every_act_in_order_with_its_chinese_name_and_its_article(kind: str) -> None:
    acts, section = PROCEDURES[kind, "dalian"].acts.values(), f"Acts of {named(kind)}"
    assert list(chinese_of(section).items()) == [(act.name, act.zh) for act in acts]
    assert articles_of(section) == {act.name: act.article for act in acts}


@pytest.mark.parametrize(("section", "facts"), [("recognition", RecognitionFacts), ("subsidy", SubsidyFacts)])
def test_the_glossary_has_every_fact_of_a_check_in_order(
    section: str, facts: type[RecognitionFacts | SubsidyFacts]
) -> None:
    assert sorted(glossary()[f"Facts of a {section}"]) == sorted(facts.model_fields)


@pytest.mark.parametrize("check", ["recognition", "subsidy"])
def test_the_glossary_has_every_rule_of_a_check_with_its_chinese_term_and_its_article(check: str) -> None:
    asked = conditions(edition_of("dalian"), check)
    assert articles_of(f"Rules of a {check}") == {one.rule: one.article for one in asked}
    terms = {one.rule: one.meaning.split(" (article", maxsplit=1)[0] for one in asked}
    assert chinese_of(f"Rules of a {check}") == terms


def conditions(edition: Edition, check: str) -> list[Condition[Any]]:
    asked = getattr(edition, f"{check}_conditions")
    assert all(isinstance(one, Condition) for one in asked)
    return list(asked)


def test_the_glossary_has_every_rule_beside_the_checks() -> None:
    of_checks = {one.rule for check in ("recognition", "subsidy") for one in conditions(edition_of("dalian"), check)}
    assert set(glossary()["Rules of an act"]) == set(rules_named_in_code()) - of_checks


def test_the_glossary_has_every_rule_of_a_returns_row() -> None:
    assert chinese_of("Rules of a return's row") == RULES


def test_the_glossary_has_every_rule_by_which_an_opinion_is_left_out() -> None:
    assert chinese_of("Rules of an opinion handed in") == OPINION_RULES


def rules_named_in_code() -> Iterator[str]:
    """Every name that a finding or a refusal carries, where it is written out."""
    for call in calls(*PROGRAM):
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        match function_of(call), call.args, named:
            case "Finding", _, {"rule": ast.Constant(value=str(rule))}:
                yield rule
            case "Barred" | "Refused", [ast.Constant(value=str(rule)), *_], _:
                yield rule
    for tree in map(ast.parse, sources(*PROGRAM).values()):
        for node in ast.walk(tree):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(rule)), ast.Constant(value=article), ast.Constant()]):
                    yield from (rule,) if article in CITY else ()


def test_the_glossary_has_every_deadline() -> None:
    opened = [call.args[0] for call in calls("rules") if function_of(call) in {"fixed", "budgeted"}]
    assert set(glossary()["Deadlines"]) == {name.value for name in opened if isinstance(name, ast.Constant)}


@cache
def calls(*packages: str) -> tuple[ast.Call, ...]:
    trees = (ast.parse(text) for text in sources(*packages).values())
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def function_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_the_glossary_has_every_figure_of_an_edition_with_its_article() -> None:
    fields = {**CityFigures.model_fields, **NationalFigures.model_fields}
    assert articles_of("Figures of an edition") == {name: field.default.article for name, field in fields.items()}


def test_the_glossary_has_every_kind_of_office() -> None:
    assert set(get_args(OfficeKind)) <= set(glossary()["People and offices"])


def test_a_word_of_the_glossary_is_used_in_code_or_says_which_is_or_that_it_is_not_yet() -> None:
    sql = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "db").rglob("*.sql"))
    code = set(re.findall(r"\w+", " ".join(sources(*PROGRAM).values()) + sql))
    for section in glossary().values():
        for word, (_, meaning, _) in section.items():
            later = "not in code yet" in meaning
            assert (word in code) != later or "`" in meaning, word


# --- The regulations ------------------------------------------------------------------------------------------------


@cache
def city_articles() -> dict[str, str]:
    """The part of the regulations that speaks of each article of the city scheme."""
    city = text_of("docs/regulations.md").split("\n# ")[1]
    parts = re.split(rf"^### ({_ARTICLE}) .+$", city, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def field_of(article: str, name: str) -> str:
    found = re.search(rf"^- \*\*{name}\*\*: (.+)$", city_articles()[article], re.MULTILINE)
    return found[1] if found else ""


def test_the_regulations_go_through_every_article_in_order() -> None:
    assert tuple(city_articles()) == CITY


def test_the_regulations_go_through_every_national_item_in_order() -> None:
    national = text_of("docs/regulations.md").split("\n# ")[2]
    assert tuple(re.findall(rf"^\| ({_ARTICLE}|end) \|", national, re.MULTILINE)) == NATIONAL


@pytest.mark.parametrize("article", CITY)
def test_an_article_says_how_far_it_is_covered(article: str) -> None:
    assert re.match(r"covered\b|in part[;:] |not yet; |no rule; ", field_of(article, "Status"))


@pytest.mark.parametrize("article", DUE)
def test_an_article_that_is_due_is_covered_and_met_by_a_user(article: str) -> None:
    assert field_of(article, "Status").startswith(("covered", "in part"))
    assert field_of(article, "Met at")


@pytest.mark.parametrize("article", DUE)
def test_an_article_that_is_due_has_rules_that_speak_of_it(article: str) -> None:
    named = names_in(field_of(article, "Rule"))
    assert named
    silent = {f"{module}:{name}" for module, name in named if article not in spoken_of(module, name)}
    assert silent == set()


def spoken_of(module: str, name: str) -> set[str]:
    """The articles a definition or its module's docstring cites in words, or as an argument such as `"8(1)"`."""
    code = source_of(module, name)
    about = ast.get_docstring(ast.parse(sources(*PROGRAM).get(module, ""))) or ""
    return articles_in(code) | articles_in(about) | set(re.findall(rf"[\"']({_ARTICLE})[\"']", code))


@pytest.mark.parametrize("article", DUE)
def test_an_article_that_is_due_has_tests_that_name_it(article: str) -> None:
    tests = re.findall(r"`([^`]+)`", field_of(article, "Test"))
    assert {path for path in tests if not (ROOT / path).is_file()} == set()
    assert any(article in named_by(path) for path in tests)


def named_by(test: str) -> set[str]:
    """The articles a test cites in words, or as the last of a tuple: `("is_sme", "8")`."""
    return articles_in(text_of(test)) | set(re.findall(rf", [\"']({_ARTICLE})[\"']\)", text_of(test)))


@pytest.mark.parametrize("article", DUE)
def test_an_article_that_is_due_is_in_the_glossary(article: str) -> None:
    cited = (article for section in glossary().values() for _, _, article in section.values())
    assert article in set(chain.from_iterable(map(listed, cited)))


def listed(cell: str) -> Iterable[str]:
    """Read a glossary's article cell, as `13` or `9 to 13` or `10, 15(3)`."""
    return articles_in(f"article {cell}") if cell[0].isdigit() else ()


# --- Names, commands, links -----------------------------------------------------------------------------------------


def names_in(text: str) -> list[tuple[str, str]]:
    """Read every `module:name`."""
    return re.findall(r"`([a-z_]+(?:\.[a-z_]+)+):([A-Za-z_.]+)`", text)


def source_of(module: str, name: str) -> str:
    """The text that defines a name, or a class's attribute, in a module; empty where there is none."""
    text = sources(*PROGRAM).get(module, "")
    node: ast.AST | None = ast.parse(text)
    for part in name.split("."):
        node = next((one for one in getattr(node, "body", ()) if part in defined_by(one)), None)
    if not isinstance(node, ast.stmt):
        return ""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def defined_by(node: ast.AST) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Assign():
            return {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_name_in_a_document_exists(document: str) -> None:
    absent = {f"{module}:{name}" for module, name in names_in(text_of(document)) if not source_of(module, name)}
    assert absent == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_file_named_in_a_document_exists(document: str) -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|sql|md|yml|yaml|toml|txt))`", text_of(document))
    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_command_in_a_document_exists(document: str) -> None:
    used = re.findall(r"\bfirstcover ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", code_in(text_of(document)))
    assert {f"{group} {command}".strip() for group, command in used if not is_command(group, command)} == set()


def code_in(text: str) -> str:
    """What stands in backticks or in blocks of code."""
    return "\n".join(
        block or inline
        for block, inline in re.findall(r"^```\w*\n(.*?)^```|`([^`\n]+)`", text, re.DOTALL | re.MULTILINE)
    )


@cache
def is_command(group: str, command: str) -> bool:
    if group not in COMMANDS:
        return False
    root: Any = typer.main.get_command(app)
    commands = getattr(root.get_command(None, group), "commands", None)
    # A command without commands of its own takes an argument there.
    return not command or commands is None or command in commands


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_make_target_in_a_document_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", code_in(text_of(document)))) <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_link_in_a_document_leads_somewhere(document: str) -> None:
    broken = set()
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.add(link)
    assert broken == set()


def anchors_of(document: Path) -> set[str]:
    """The anchors that headings get: lower case, without punctuation, spaces as hyphens."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), {"README.md"}
    while waiting:
        document = waiting.pop()
        reached.add(document)
        links = re.findall(r"\]\(([^)#\s]+\.md)", text_of(document))
        found = {((ROOT / document).parent / link).resolve() for link in links}
        waiting |= {path.relative_to(ROOT).as_posix() for path in found if path.is_relative_to(ROOT)} - reached
    assert set(DOCUMENTS) <= reached
