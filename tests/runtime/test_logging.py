"""Logs go to stderr in one format, ours and the libraries' alike: a line of JSON for machines, or words for people."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from temporalio import activity, workflow

from runtime.logging import set_up_logging


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was logged: on stderr, and nothing on stdout, which is for answers."""
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_line_is_one_json_object_with_its_level_its_time_and_what_was_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("json")
    structlog.get_logger().info("recorded", stream="case:dalian:DL-2026-000001", act="提交", passed=True)
    (line,) = lines(capsys)
    assert "提交" in line
    said = json.loads(line)
    assert said.pop("timestamp").endswith("Z")
    assert said == {
        "event": "recorded",
        "level": "info",
        "stream": "case:dalian:DL-2026-000001",
        "act": "提交",
        "passed": True,
    }


def test_the_libraries_loggers_speak_the_same_format_with_what_they_add(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json")
    logging.getLogger("temporalio.worker").warning("poll failed %s", "twice", extra={"task_queue": "firstcover"})
    (line,) = lines(capsys)
    said = json.loads(line)
    assert (said["event"], said["level"], said["task_queue"]) == ("poll failed twice", "warning", "firstcover")


@pytest.mark.parametrize("logger", [activity.logger, workflow.logger], ids=["activity", "workflow"])
def test_temporals_own_loggers_are_among_them(
    capsys: pytest.CaptureFixture[str], logger: logging.LoggerAdapter[logging.Logger]
) -> None:
    set_up_logging("json")
    logger.logger.error("wrong")
    assert json.loads(lines(capsys)[0])["level"] == "error"


def test_an_exception_is_told_within_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json")
    try:
        raise ValueError("第一行\nsecond line")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("asyncio").exception("failed too")
    ours, theirs = map(json.loads, lines(capsys))
    for said in (ours, theirs):
        assert "ValueError: 第一行\nsecond line" in said["exception"]
        assert said["level"] == "error"


def test_what_is_said_cannot_begin_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json")
    structlog.get_logger().info("refused", officer='x"}\n{"event": "forged"')
    (line,) = lines(capsys)
    assert json.loads(line)["officer"] == 'x"}\n{"event": "forged"'


@pytest.mark.parametrize(("level", "told"), [(logging.DEBUG, 3), (logging.INFO, 2), (logging.WARNING, 1)])
def test_what_is_below_the_level_is_not_said(capsys: pytest.CaptureFixture[str], level: int, told: int) -> None:
    set_up_logging("json", level)
    for log in (structlog.get_logger(), logging.getLogger("library")):
        log.debug("one")
        log.info("two")
        log.warning("three")
        assert len(lines(capsys)) == told


def test_bound_context_is_on_every_line_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json")
    with structlog.contextvars.bound_contextvars(scheme="dalian"):
        structlog.get_logger().info("within")
        logging.getLogger("library").info("within too")
    structlog.get_logger().info("outside")
    assert [json.loads(line).get("scheme") for line in lines(capsys)] == ["dalian", "dalian", None]


def test_words_for_people_are_no_json_and_have_no_colours_without_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("console")
    structlog.get_logger().warning("the database is away", error="gone")
    logging.getLogger("library").warning("so it is")
    ours, theirs = lines(capsys)
    assert "the database is away" in ours
    assert "error=gone" in ours
    assert "so it is" in theirs
    assert "\x1b" not in ours + theirs
    with pytest.raises(json.JSONDecodeError):
        json.loads(ours)


def test_setting_up_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("json")
    set_up_logging("json")
    logging.getLogger("library").warning("once")
    structlog.get_logger().warning("once")
    assert len(lines(capsys)) == 2
    assert [handler.stream for handler in logging.getLogger().handlers] == [sys.stderr]  # type: ignore[attr-defined]
