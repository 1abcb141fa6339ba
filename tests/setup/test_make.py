"""`make setup` in a fresh folder, cut short, and where something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).parents[2]
MADE = shutil.ignore_patterns(".git", ".venv", ".tools", ".firstcover", ".*_cache", ".hypothesis", "__pycache__")
#: What a bare system has beside the prerequisites.
BARE = ("sh", "env", "find", "mkdir", "rm", "touch", "dirname")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A copy of the sources that anyone may enter, in a path with a space and Chinese characters."""
    place = Path(mkdtemp(prefix="首保 通-", dir="/tmp"))
    place.chmod(0o755)
    shutil.copytree(ROOT, place / "first cover", ignore=MADE)
    yield place / "first cover"
    shutil.rmtree(place)


def make_setup(checkout: Path, *, user: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person would in a plain shell: no terminal, an uninstalled language, nothing inherited of ours."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTEST"))}
    return subprocess.run(
        ["make", "--no-print-directory", "setup"],
        cwd=checkout, env=inherited | {"LANG": "xx_XX.UTF-8"} | environment, user=user,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def set_up(checkout: Path, language: str = "xx_XX.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run `make setup`, first from what earlier set-ups brought to this machine, then from the package index."""
    offline = make_setup(checkout, LC_ALL=language, UV_OFFLINE="1")
    return make_setup(checkout, LC_ALL=language) if offline.returncode else offline


def answers(checkout: Path, locale: str = "C") -> bool:
    """Tell whether the installed command works, seen from another folder."""
    command = [str(checkout / ".venv/bin/firstcover"), "rules", "--help"]
    return subprocess.run(command, cwd="/", env={"LC_ALL": locale}, capture_output=True, check=False).returncode == 0


def test_a_fresh_folder_is_set_up_once_and_recovers_and_moves(checkout: Path) -> None:
    if (ROOT / ".tools/uv.stamp").exists():
        shutil.copytree(ROOT / ".tools", checkout / ".tools", ignore=shutil.ignore_patterns("cache"))
    assert set_up(checkout, "C").returncode == 0
    assert answers(checkout)

    again = make_setup(checkout)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    # Killed while it installed: the stamp is gone, and a package is half there.
    (checkout / ".venv/requirements.stamp").unlink()
    shutil.rmtree(next((checkout / ".venv").glob("lib/python*/site-packages/pydantic")))
    assert set_up(checkout).returncode == 0
    assert answers(checkout)

    # A changed source is installed.
    (checkout / "starters/cli.py").write_text("def main() -> None:\n    raise SystemExit(0)\n")
    assert "firstcover" in set_up(checkout).stdout

    moved = checkout.rename(checkout.with_name("elsewhere 二"))
    assert answers(moved)


def bare_system(folder: Path, **programs: str) -> str:
    """Return a PATH with next to nothing, and `programs` as shell scripts."""
    folder.mkdir()
    for name in ("make", *BARE):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("programs", "told"),
    [
        ({}, "python3 is missing; install it, as root: apt install python3 python3-pip"),
        ({"python3": 'case "$1" in -c) exit 1;; esac'}, "Python 3.11 or later is needed"),
        ({"python3": 'case "$1" in -m) exit 1;; esac'}, "pip is missing; install it, as root: apt install python3-pip"),
    ],
    ids=["no python", "an old python", "no pip"],
)
def test_a_missing_prerequisite_is_told_in_one_line(checkout: Path, programs: dict[str, str], told: str) -> None:
    run = make_setup(checkout, PATH=bare_system(checkout.parent / "bin", **programs))
    ours, *of_make = run.stderr.splitlines()
    assert run.returncode != 0
    assert ours.startswith(f"firstcover: {told}")
    assert all(line.startswith("make: ***") for line in of_make)


def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(checkout: Path) -> None:
    if os.geteuid() == 0:
        run = make_setup(checkout, user="nobody")
    else:
        checkout.chmod(0o555)
        run = make_setup(checkout)
        checkout.chmod(0o755)
    ours, *of_make = run.stderr.splitlines()
    assert run.returncode != 0
    assert ours.startswith("firstcover: this folder cannot be written to: ")
    assert all(line.startswith("make: ***") for line in of_make)


def test_the_locks_name_no_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "tools.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
