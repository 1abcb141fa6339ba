"""The house stands as the design says: who imports whom, who reads a clock, where SQL is, how activities are called."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from activities import contracts

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ("rules", "runtime", "db", "activities", "workflows", "service", "worker", "starters", "desk")
#: Who may ask what time it is, and why. Whoever is not here is told the time by the command's `received_at`.
CLOCKS = {
    "service/session.py": "the clock of the entrances, by which the law judges an act",
    "worker/relay.py": "which commands of the outbox are due",
    "db/migrate.py": "for which calendar year the demonstration's insurers are listed",
}
ASKS_THE_TIME = re.compile(
    r"(?:^|\.)(?:datetime\.(?:now|utcnow|today)|date\.today|time\.(?:time|time_ns|localtime|gmtime))$"
)
SQL_CLOCK = re.compile(
    r"\b(?:now|(?:clock|statement|transaction)_timestamp|timeofday)\s*\(|\bcurrent_(?:date|time|timestamp)\b|\blocaltime",
    re.IGNORECASE,
)
SQL_STATEMENT = re.compile(
    r"\s*(?:select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\s", re.IGNORECASE | re.DOTALL
)
#: A file that a reader takes in without losing the thread.
MOST_LINES = 450


@cache
def modules(*packages: str) -> dict[str, ast.Module]:
    """The modules of some packages, parsed, by their paths."""
    paths = sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def imports_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call, by the dotted name of what is called."""
    yield from ((ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_the_import_contracts_are_kept() -> None:
    lint = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_law_imports_only_the_standard_library_and_pydantic() -> None:
    allowed = sys.stdlib_module_names | {"rules", "pydantic", "pydantic_core"}
    strange = {(path, name) for path, tree in modules("rules").items() for name in imports_of(tree)}
    assert {(path, name) for path, name in strange if name.split(".")[0] not in allowed} == set()


def test_the_law_does_no_input_or_output() -> None:
    forbidden = {
        "asyncio",
        "io",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "subprocess",
        "time",
        "uuid",
    }
    used = {(path, name) for path, tree in modules("rules").items() for name in imports_of(tree)}
    assert {(path, name) for path, name in used if name.split(".")[0] in forbidden} == set()
    written = {(path, name) for path, tree in modules("rules").items() for name, _ in called(tree)}
    assert {(path, name) for path, name in written if name in {"open", "print", "input"}} == set()


def test_workflows_know_the_activities_by_their_contracts_only() -> None:
    imported = {
        name for tree in modules("workflows").values() for name in imports_of(tree) if name.startswith("activities")
    }
    assert {name for name in imported if not name.startswith("activities.contracts.")} == set()
    assert imported


def test_workflows_call_activities_by_name() -> None:
    names = {call.args[0] for _, call in activity_calls()}
    assert names
    assert {ast.unparse(name) for name in names if not isinstance(contract_of(name), str)} == set()


def activity_calls() -> Iterator[tuple[str, ast.Call]]:
    for tree in modules("workflows").values():
        yield from ((n, call) for n, call in called(tree) if re.search(r"\.(?:execute|start)_(?:local_)?activity", n))


def contract_of(argument: ast.expr) -> object:
    """What a name stands for in the contracts; a text written out is no contract."""
    return getattr(contracts, argument.id, None) if isinstance(argument, ast.Name) else None


def test_every_activity_of_a_workflow_has_a_time_limit() -> None:
    limits = {"schedule_to_close_timeout", "start_to_close_timeout"}
    without = [
        ast.unparse(call) for _, call in activity_calls() if not limits & {keyword.arg for keyword in call.keywords}
    ]
    assert without == []


def test_workflows_do_no_sums_of_money_or_dates() -> None:
    imported = {(path, name) for path, tree in modules("workflows").items() for name in imports_of(tree)}
    assert {
        (path, name) for path, name in imported if name.startswith(("decimal", "rules.budget", "rules.subsidy"))
    } == set()


def test_only_these_files_read_a_clock() -> None:
    readers = {
        path for path, tree in modules(*PROGRAM).items() if any(ASKS_THE_TIME.search(name) for name, _ in called(tree))
    }
    assert readers == set(CLOCKS)


def test_workflows_ask_temporal_for_the_time() -> None:
    assert any(name == "workflow.now" for tree in modules("workflows").values() for name, _ in called(tree))
    assert not {path for path in CLOCKS if path.startswith(("workflows", "rules", "activities"))}


@pytest.mark.parametrize("path", sorted((ROOT / "db").rglob("*.sql")), ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_reads_no_clock(path: Path) -> None:
    code = re.sub(r"--.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert SQL_CLOCK.findall(code) == []


def test_sql_is_written_in_db_only() -> None:
    elsewhere = modules(*(package for package in PROGRAM if package != "db"))
    texts = {(path, text) for path, tree in elsewhere.items() for text in texts_of(tree)}
    assert {(path, text) for path, text in texts if SQL_STATEMENT.match(text)} == set()


def texts_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_a_workflow_a_table_of_acts_and_a_command_share_their_noun() -> None:
    kinds = {"case", "round"}
    assert kinds <= {Path(path).stem for path in modules("workflows")} & {
        Path(path).stem for path in modules("starters")
    }
    assert {f"dalian_{kind}" for kind in kinds} <= {Path(path).stem for path in modules("rules")}


def test_every_package_and_module_says_what_it_is() -> None:
    assert {path for path, tree in modules(*PROGRAM).items() if not ast.get_docstring(tree)} == set()


def test_no_file_grows_beyond_what_a_reader_takes_in() -> None:
    long = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules(*PROGRAM)}
    assert {path: lines for path, lines in long.items() if lines > MOST_LINES} == {}
