"""Every named query stands before the migrated database, is the program's to run, says what it does, and is used."""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from db.embedded import EmbeddedPostgres
from db.migrate import DATABASE, PROGRAM
from db.pool import Connection
from db.sql import FOLDER, queries
from tests.conftest import PASSWORD

ROOT = FOLDER.parents[1]
PACKAGES = ("activities", "desk", "service", "starters", "worker", "workflows")
NOUNS = sorted(path.stem for path in FOLDER.glob("*.sql"))
QUERIES = [(noun, name) for noun in NOUNS for name in vars(queries(noun))]
every_query = pytest.mark.parametrize(("noun", "name"), QUERIES, ids=[f"{noun}.{name}" for noun, name in QUERIES])


@pytest.fixture(scope="module")
async def program(postgres: EmbeddedPostgres) -> AsyncIterator[Connection]:
    """A connection as the program has it; nothing is written here."""
    connection = await asyncpg.connect(postgres.dsn(PROGRAM, DATABASE, PASSWORD))
    yield connection
    await connection.close()


def uses() -> Iterator[tuple[str, str, Path]]:
    """Yield each noun and name by which the code takes a query, and where."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for noun in re.findall(r'queries\("(\w+)"\)', text):
            for name in re.findall(rf"\b{noun.upper()}\.(\w+)", text):
                yield noun, name, path.relative_to(ROOT)


USED = set(uses())


@every_query
async def test_a_query_stands_before_the_migrated_database(program: Connection, noun: str, name: str) -> None:
    await program.prepare(getattr(queries(noun), name))


@every_query
async def test_the_programs_role_may_run_a_query(program: Connection, noun: str, name: str) -> None:
    # Explaining asks for the same rights as running.
    await program.execute(f"explain (generic_plan) {getattr(queries(noun), name)}")


@every_query
def test_a_query_begins_with_a_sentence(noun: str, name: str) -> None:
    sentence, *_ = getattr(queries(noun), name).split("\n")
    assert re.fullmatch(r"-- [A-Z].*\.", sentence), sentence


@every_query
def test_a_query_is_used(noun: str, name: str) -> None:
    assert any((noun, name) == (used_noun, used_name) for used_noun, used_name, _ in USED)


def test_every_query_that_the_code_takes_is_there() -> None:
    assert USED
    assert {(noun, name, str(path)) for noun, name, path in USED if (noun, name) not in QUERIES} == set()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_file_names_each_query_once_and_holds_nothing_else(noun: str) -> None:
    text = (FOLDER / f"{noun}.sql").read_text(encoding="utf-8")
    names = re.findall(r"^-- (\w+) --$", text, re.MULTILINE)
    assert len(names) == len(set(names)) == len(vars(queries(noun)))
    assert text.startswith("-- ")


async def test_a_query_the_database_does_not_know_is_found(program: Connection) -> None:
    with pytest.raises(asyncpg.UndefinedColumnError):
        await program.prepare("select colour from office")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await program.execute("explain (generic_plan) delete from event where stream = $1")


def calls() -> Iterator[tuple[str, str, str, int]]:
    """Yield where a query is handed its values one by one, which, and how many they are."""
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(isinstance(one, ast.Starred) for one in node.args):
                continue
            by_row = isinstance(node.func, ast.Attribute) and node.func.attr == "executemany"
            for place, given in enumerate(node.args):
                match given:
                    case ast.Attribute(value=ast.Name(id=noun), attr=name) if (noun.lower(), name) in QUERIES:
                        if not by_row and isinstance(node.func, ast.Attribute | ast.Name):
                            where = f"{path.relative_to(ROOT)}:{node.lineno}"
                            yield where, noun.lower(), name, len(node.args) - place - 1


def test_a_query_is_handed_as_many_values_as_it_asks_for() -> None:
    wrong = []
    for where, noun, name, given in calls():
        asked = max((int(n) for n in re.findall(r"\$(\d+)", getattr(queries(noun), name))), default=0)
        if given != asked and not where.startswith("service/auditing_money"):
            wrong.append(f"{where}: {noun}.{name} asks for {asked}, not {given}")
    assert wrong == []
