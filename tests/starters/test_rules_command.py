"""`firstcover rules`, as `interfaces.md` promises it: values, faults and their order, the stream, the exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from runtime.errors import BadInput
from starters.rules import app

ROOT = Path(__file__).parents[2]
PREMIUM = {"sum_insured": "20000000", "premium_rate": "0.03"}
CANCEL = {
    "start_on": "2026-03-01",
    "end_on": "2027-02-28",
    "cancelled_on": "2026-08-31",
    "premium": "600000",
    "subsidy": "200000",
}
APPLICATION = {
    "number": "A",
    "enterprise": "E",
    "concluded_at": "2026-04-02T10:00",
    "return_received_at": "2026-07-08T09:30",
    "asked": "200000",
}
ALLOCATE = {"fiscal_year": 2026, "budget": "500000", "committed_this_year": {}, "applications": [APPLICATION]}
RECOGNITION = {
    "stage": "recognition",
    "sme": True,
    "industrial_manufacturer": True,
    "submitted_on": "2026-03-10",
    "registered_on": "2020-01-01",
    "registered_in_city": True,
    "legal_person": True,
    "key_industry": True,
    "industrial_policy_met": True,
    "standards_met": True,
    "quality_certified": True,
    "patent": True,
    "test_report": False,
    "environment_met": True,
    "kind": "equipment",
    "breakthrough": ["parameters"],
    "has_ip": True,
    "market_record": False,
}
SUBSIDY = {
    "stage": "subsidy",
    "recognised_from": "2025-03-10",
    "recognised_until": "2026-03-10",
    "applied_on": "2026-03-04",
    "concluded_on": "2026-03-05",
    "contract_signed_on": "2026-02-01",
    "delivered_on": "2026-03-02",
    "insurer_listed": True,
    "filed_on": "2026-04-08",
    "clause_filed": True,
    "premium_rate": "0.03",
    "quality_cover": True,
    "liability_cover": True,
    "policy_year": 1,
    "first_batch_before": False,
}
GIVEN = {
    "premium": PREMIUM,
    "deadline": {"contract_signed_on": "2025-11-01", "delivered_on": "2026-01-20"},
    "validity": {"published_on": "2025-03-10"},
    "cancel": CANCEL,
    "allocate": ALLOCATE,
    "check": SUBSIDY,
}
NATIONAL = {"ceiling": {"product_value": "50000000"}, "fund": {"premium_paid": "1500000", "ceiling_left": "100000"}}


def run(name: str, *lines: bytes | str | object, scheme: str = "dalian") -> tuple[int, list[Any]]:
    """Answer lines in this process: the exit status and the answers."""
    raw = [
        line if isinstance(line, bytes) else line.encode() if isinstance(line, str) else _json(line) for line in lines
    ]
    result = CliRunner().invoke(app, [name, "--scheme", scheme], input=b"\n".join(raw) + b"\n" if raw else b"")
    if isinstance(result.exception, Exception):
        raise result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.split("\n")[:-1]]


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def answer(name: str, facts: object, scheme: str = "dalian") -> Any:
    status, (told,) = run(name, facts, scheme=scheme)
    assert status == 0, told
    return told


def fault(name: str, line: bytes | str | object, scheme: str = "dalian") -> tuple[str, str]:
    """Return the field and the message with which a single line is refused."""
    status, (told,) = run(name, line, scheme=scheme)
    assert status == 2
    assert set(told) == {"error"}
    assert set(told["error"]) == {"line", "field", "message"}
    assert told["error"]["line"] == 1
    return told["error"]["field"], told["error"]["message"]


def command(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command as a user does."""
    program = [sys.executable, "-c", "from starters.cli import main; main()", "rules", *arguments]
    return subprocess.run(program, input=given, capture_output=True, cwd=ROOT, check=False)


# --- answers --------------------------------------------------------------------------------------------------------


def test_premium_and_its_shares() -> None:
    told = answer("premium", PREMIUM)
    assert {key: told[key] for key in told if key != "findings"} == {
        "premium": "600000.00",
        "subsidy": "200000.00",
        "enterprise_share": "400000.00",
        "rate_within_ceiling": True,
    }
    assert [(found["article"], found["passed"]) for found in told["findings"]] == [("3", True), ("7", True)]
    assert answer("premium", PREMIUM | {"years": 10})["premium"] == "6000000.00"


def test_above_the_ceiling_the_answer_is_no_subsidy_and_no_error() -> None:
    told = answer("premium", PREMIUM | {"premium_rate": "0.0301"})
    assert (told["rate_within_ceiling"], told["subsidy"], told["enterprise_share"]) == (False, "0.00", "602000.00")


def test_deadline_with_how_it_was_counted() -> None:
    told = answer("deadline", GIVEN["deadline"])
    assert (told["nominal_on"], told["due_on"], told["rolled"], told["provisional"]) == (
        "2026-02-19",
        "2026-02-24",
        True,
        False,
    )
    assert len(told["because"]) == 3


def test_validity() -> None:
    assert answer("validity", GIVEN["validity"]) == {"valid_until": "2026-03-10"}


def test_cancel() -> None:
    assert answer("cancel", CANCEL) == {"refund": "297534.25", "to_treasury": "99178.08", "to_enterprise": "198356.17"}


def test_allocate_within_what_was_committed() -> None:
    second = APPLICATION | {"number": "B", "enterprise": "F", "asked": "350000.5"}
    told = answer(
        "allocate", ALLOCATE | {"committed_this_year": {"E": "400000"}, "applications": [second, APPLICATION]}
    )
    columns = ("number", "rank", "asked", "cut_by_cap", "approved", "waitlisted")
    assert [tuple(line[column] for column in columns) for line in told["lines"]] == [
        ("A", 1, "200000.00", "100000.00", "100000.00", "0.00"),
        ("B", 2, "350000.50", "0.00", "350000.50", "0.00"),
    ]
    assert (told["left"], told["ties"]) == ("49999.50", [])


def test_allocate_nobody() -> None:
    assert answer("allocate", ALLOCATE | {"applications": []}) == {"lines": [], "left": "500000.00", "ties": []}


def test_check_tells_every_article_of_its_stage_and_no_other() -> None:
    recognition, subsidy = answer("check", RECOGNITION), answer("check", SUBSIDY)
    assert recognition["passed"] is True
    assert subsidy["passed"] is True
    assert {found["article"] for found in recognition["findings"]} == {"2", "8", *(f"8({n})" for n in range(1, 7))}
    assert {found["article"] for found in subsidy["findings"]} == {"2", "3", "4", "7", "10", "11", "12", "15(2)"}
    assert {"rule", "article", "passed", "reason"} <= set(subsidy["findings"][0])


def test_check_that_fails_is_an_answer() -> None:
    told = answer("check", SUBSIDY | {"policy_year": 2, "insurer_barred_on": "2026-01-01"})
    assert told["passed"] is False
    assert {found["article"] for found in told["findings"] if not found["passed"]} == {"7", "15(2)"}


@pytest.mark.parametrize("scheme", ["national-first-set", "national-first-batch"])
def test_ceiling_and_fund_of_the_national_schemes(scheme: str) -> None:
    assert answer("ceiling", NATIONAL["ceiling"], scheme) == {"ceiling": "2500000.00"}
    assert answer("fund", NATIONAL["fund"], scheme) == {"amount": "100000.00"}
    assert answer("fund", NATIONAL["fund"] | {"ceiling_left": "0"}, scheme) == {"amount": "0.00"}


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GIVEN)
def test_each_missing_fact_is_told_and_the_first_of_all(name: str) -> None:
    facts = GIVEN[name]
    for field in facts:
        without = {key: value for key, value in facts.items() if key != field}
        assert fault(name, without) == (field, "must be given")
    assert fault(name, {})[0] == next(iter(facts))


@pytest.mark.parametrize("name", GIVEN)
def test_null_is_a_value_only_where_the_default_is_null(name: str) -> None:
    for field in GIVEN[name]:
        assert fault(name, GIVEN[name] | {field: None})[0] == field


TRUE_OR_FALSE = "must be true or false, not null"
LATE = "must leave 30 days before the calendar ends with the year 9999, not 9999-12-31"
NO_YUAN = 'must be yuan as text, such as "20000000.00": at most two decimals, not '


@pytest.mark.parametrize(
    ("name", "facts", "field", "message"),
    [
        ("premium", PREMIUM | {"years": None}, "years", "must be a whole number, not null"),
        ("premium", PREMIUM | {"years": True}, "years", "must be a whole number, not true"),
        ("premium", PREMIUM | {"years": 1.0}, "years", "must be a whole number, not 1.0"),
        ("premium", PREMIUM | {"years": "1"}, "years", 'must be a whole number, not "1"'),
        ("premium", PREMIUM | {"years": 0}, "years", "must be at least 1, not 0"),
        ("premium", PREMIUM | {"years": 11}, "years", "must be at most 10, not 11"),
        ("premium", PREMIUM | {"sum_insured": "0"}, "sum_insured", 'must be greater than zero, not "0"'),
        ("premium", PREMIUM | {"rate": 1}, "rate", "must not be given: it is not known here"),
        ("validity", {"published_on": "2026-02-29"}, "published_on", 'must be a day of the calendar, not "2026-02-29"'),
        (
            "validity",
            {"published_on": "9999-01-01"},
            "published_on",
            "must leave 1 year before the calendar ends with the year 9999, not 9999-01-01",
        ),
        (
            "deadline",
            {"contract_signed_on": "9999-12-31", "delivered_on": "0001-01-01"},
            "contract_signed_on",
            LATE,
        ),
        (
            "cancel",
            CANCEL | {"cancelled_on": "2027-03-01"},
            "cancelled_on",
            "must not be after the last day of the term, 2027-02-28, not 2027-03-01",
        ),
        ("check", SUBSIDY | {"stage": "claim"}, "stage", "must be 'recognition' or 'subsidy', not \"claim\""),
        ("check", SUBSIDY | {"insurer_listed": "yes"}, "insurer_listed", 'must be true or false, not "yes"'),
        ("check", SUBSIDY | {"insurer_listed": 1}, "insurer_listed", "must be true or false, not 1"),
        ("check", SUBSIDY | {"policy_year": 0}, "policy_year", "must be at least 1, not 0"),
        (
            "check",
            SUBSIDY | {"category": "train"},
            "category",
            "must be 'aircraft', 'ship_offshore', 'nuclear' or 'other_high_value', not \"train\"",
        ),
        ("check", SUBSIDY | {"category_confirmed": None}, "category_confirmed", "must be true or false, not null"),
        ("check", SUBSIDY | {"delivered_on": "9999-12-31"}, "delivered_on", LATE),
        ("check", SUBSIDY | {"sme": True}, "sme", "must not be given: it is not known here"),
        ("check", RECOGNITION | {"other_conditions_met": None}, "other_conditions_met", TRUE_OR_FALSE),
        ("check", RECOGNITION | {"breakthrough": "variety"}, "breakthrough", 'must be a list, not "variety"'),
        (
            "check",
            RECOGNITION | {"breakthrough": ["variety", "size"]},
            "breakthrough[1]",
            "must be 'variety', 'specification', 'parameters' or 'other', not \"size\"",
        ),
        ("allocate", ALLOCATE | {"fiscal_year": "2026"}, "fiscal_year", 'must be a whole number, not "2026"'),
        ("allocate", ALLOCATE | {"budget": "-1"}, "budget", NO_YUAN + '"-1"'),
        ("allocate", ALLOCATE | {"committed_this_year": []}, "committed_this_year", "must be an object, not a list"),
        (
            "allocate",
            ALLOCATE | {"committed_this_year": {"甲": 1}},
            "committed_this_year.甲",
            NO_YUAN + "1",
        ),
        ("allocate", ALLOCATE | {"applications": {}}, "applications", "must be a list of applications, not an object"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_by_its_field_in_plain_words(name: str, facts: object, field: str, message: str) -> None:
    assert fault(name, facts) == (field, message)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"number": ""}, "number", 'must be text that is not empty, not ""'),
        ({"number": 3}, "number", "must be text that is not empty, not 3"),
        ({"number": "A"}, "number", 'must be unique, but "A" is given twice'),
        ({"number": "A", "enterprise": None}, "number", 'must be unique, but "A" is given twice'),
        ({"enterprise": None, "asked": None}, "enterprise", "must be text that is not empty, not null"),
        ({"concluded_at": "2026-04-02"}, "concluded_at", 'must be a time written YYYY-MM-DDTHH:MM, not "2026-04-02"'),
        ({"concluded_at": "2026-07-08T24:00"}, "concluded_at", 'must be a minute of the day, not "2026-07-08T24:00"'),
        ({"return_received_at": None}, "return_received_at", "must be a time written YYYY-MM-DDTHH:MM, not null"),
        ({"asked": "0.00"}, "asked", 'must be greater than zero, not "0.00"'),
        ({"rank": 1}, "rank", "must not be given: it is not known here"),
        ({"rank": 1, "asked": "1.001"}, "asked", NO_YUAN + '"1.001"'),
    ],
)  # fmt: skip
def test_a_fault_in_an_application_is_told_by_its_place(changes: dict[str, object], field: str, message: str) -> None:
    second = APPLICATION | {"number": "B"} | changes
    facts = ALLOCATE | {"applications": [APPLICATION, second, APPLICATION | {"number": "C"}]}
    assert fault("allocate", facts) == (f"applications[1].{field}", message)


def test_an_application_that_lacks_a_field_or_is_none_is_told_by_its_place() -> None:
    for field in APPLICATION:
        lacking = {key: value for key, value in APPLICATION.items() if key != field}
        assert fault("allocate", ALLOCATE | {"applications": [lacking]}) == (
            f"applications[0].{field}",
            "must be given",
        )
    for none in (None, [], "A", 1):
        assert fault("allocate", ALLOCATE | {"applications": [APPLICATION, none]})[0] == "applications[1]"


@pytest.mark.parametrize(
    ("name", "facts", "field"),
    [
        ("premium", {"zzz": 1, "premium_rate": "3", "sum_insured": 1}, "sum_insured"),
        ("premium", {"zzz": 1, "premium_rate": "3", "sum_insured": "1"}, "premium_rate"),
        ("premium", {"zzz": 1, **PREMIUM, "years": 99}, "years"),
        ("cancel", CANCEL | {"cancelled_on": "2020-01-01", "premium": "x", "more": 1}, "cancelled_on"),
        ("cancel", CANCEL | {"end_on": "2020-01-01", "start_on": "x"}, "start_on"),
        ("cancel", CANCEL | {"end_on": "2020-01-01", "cancelled_on": "x"}, "end_on"),
        ("cancel", CANCEL | {"subsidy": "600000.01", "more": 1}, "subsidy"),
        ("check", {"stage": 1, "sme": 1}, "stage"),
        ("check", {"sme": True, "zzz": 1}, "stage"),
        ("check", {**SUBSIDY, "zzz": 1, "first_batch_before": 0}, "first_batch_before"),
        ("check", dict(reversed(RECOGNITION.items())) | {"market_record": 0, "kind": 0, "sme": 0}, "sme"),
        ("allocate", ALLOCATE | {"more": 1, "applications": [{}], "budget": "x"}, "budget"),
        ("allocate", ALLOCATE | {"more": 1, "applications": [{}]}, "applications[0].number"),
    ],
)
def test_the_first_wrong_field_in_the_tables_order_is_told_and_unknown_ones_last(
    name: str, facts: object, field: str
) -> None:
    assert fault(name, facts)[0] == field


DEEP = b'{"published_on":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "must be one JSON object, not an empty line"),
        (b"  \t", "must be one JSON object, not an empty line"),
        (b"nonsense", "must be one JSON object: it cannot be read at character 1"),
        (b'{"published_on":"2025-03-10"', "must be one JSON object: it cannot be read at character 29"),
        (b'{"published_on":"2025-03-10"} {}', "must be one JSON object: it cannot be read at character 31"),
        (b"[]", "must be one JSON object, not a list"),
        (b'"2025-03-10"', 'must be one JSON object, not "2025-03-10"'),
        (b"null", "must be one JSON object, not null"),
        (b"1", "must be one JSON object, not 1"),
        (b'{"published_on":1,"published_on":1}', 'must give each field once: "published_on" is given twice'),
        (b'{"published_on":"2025-03-10","x":{"a":1,"a":2}}', 'must give each field once: "a" is given twice'),
        (b'{"published_on":NaN}', "must be one JSON object: NaN is no number of JSON"),
        (b'{"published_on":-Infinity}', "must be one JSON object: -Infinity is no number of JSON"),
        (b'{"published_on":"\xff"}', "must be UTF-8: byte 18 is not"),
        ("甲".encode("gbk"), "must be UTF-8: byte 1 is not"),
        (DEEP, "must be one JSON object: this one is nested too deeply"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_json_object_is_told_as_such(line: bytes, message: str) -> None:
    assert fault("validity", line) == ("line", message)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"sum_insured":"1","premium_rate":"0.01","years":' + b"9" * 10_000 + b"}", "years"),
        (b'{"sum_insured":1e999,"premium_rate":"0.01"}', "sum_insured"),
        (b'{"sum_insured":"' + b"9" * 100_000 + b'","premium_rate":"0.01"}', "sum_insured"),
        (b'{"sum_insured":"1","premium_rate":"0.01","":1}', ""),
    ],
)
def test_what_would_break_a_careless_reader_is_told_by_its_field_and_in_short(line: bytes, field: str) -> None:
    told, message = fault("premium", line)
    assert told == field
    assert len(message) < 200


def test_an_escaped_half_character_comes_back_as_it_was_given() -> None:
    odd = APPLICATION | {"number": "\ud800"}
    assert answer("allocate", ALLOCATE | {"applications": [odd]})["lines"][0]["number"] == "\ud800"


@pytest.mark.parametrize(
    ("name", "facts", "field", "message"),
    [
        ("premium", PREMIUM | {"sum_insured": "\ud800"}, "sum_insured", NO_YUAN + '"\\ud800"'),
        (
            "validity",
            {"published_on": "\udfff"},
            "published_on",
            'must be a date written YYYY-MM-DD, not "\\udfff"',
        ),
        (
            "validity",
            {"\ud800": 1, "published_on": None},
            "published_on",
            "must be a date written YYYY-MM-DD, not null",
        ),
        ("premium", PREMIUM | {"\ud800": 1}, "\\ud800", "must not be given: it is not known here"),
        (
            "allocate",
            ALLOCATE | {"applications": [APPLICATION | {"asked": "\ud800"}]},
            "applications[0].asked",
            NO_YUAN + '"\\ud800"',
        ),
    ],
)
def test_an_escaped_half_character_where_it_is_wrong_is_told_by_its_field(
    name: str, facts: object, field: str, message: str
) -> None:
    assert fault(name, facts) == (field, message)


# --- the stream -----------------------------------------------------------------------------------------------------


def test_other_lines_are_answered_around_wrong_ones_in_the_same_order() -> None:
    good, wrong = {"published_on": "2025-03-10"}, {"published_on": "2025-3-10"}
    status, told = run("validity", good, b"\xff", wrong, b"", good)
    assert status == 2
    assert [one.get("valid_until") or (one["error"]["line"], one["error"]["field"]) for one in told] == [
        "2026-03-10",
        (2, "line"),
        (3, "published_on"),
        (4, "line"),
        "2026-03-10",
    ]


def test_no_lines_are_no_answers() -> None:
    assert run("validity") == (0, [])


@pytest.mark.parametrize("raw", [b'{"published_on":"2025-03-10"}', b'\xef\xbb\xbf{"published_on":"2025-03-10"}\r\n'])
def test_a_last_line_without_an_end_and_a_windows_file_are_read(raw: bytes) -> None:
    result = CliRunner().invoke(app, ["validity", "--scheme", "dalian"], input=raw)
    assert (result.exit_code, result.stdout) == (0, '{"valid_until": "2026-03-10"}\n')


def test_chinese_is_written_as_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "计划.jsonl"
    file.write_text(json.dumps(ALLOCATE | {"applications": [APPLICATION | {"number": "连补〔2026〕1号"}]}), "utf-8")
    result = CliRunner().invoke(app, ["allocate", str(file), "--scheme", "dalian"])
    assert "连补〔2026〕1号" in result.stdout


def test_each_line_is_answered_as_it_comes() -> None:
    program = [sys.executable, "-c", "from starters.cli import main; main()", "rules", "validity", "--scheme", "dalian"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdin
        assert running.stdout
        for year in (2024, 2025):
            running.stdin.write(f'{{"published_on":"{year}-03-10"}}\n'.encode())
            running.stdin.flush()
            assert json.loads(running.stdout.readline()) == {"valid_until": f"{year + 1}-03-10"}
        running.stdin.close()
        assert running.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("premium --scheme x", "--scheme: must be one of dalian, national-first-set, national-first-batch, not 'x'"),
        ("premium", "--scheme: must be one of dalian, national-first-set, national-first-batch, not ''"),
        (
            "premium --scheme dalian --edition x",
            "--edition: must be an edition of dalian (dalian-demonstration-2026), not 'x'",
        ),
        (
            "tax --scheme dalian",
            "NAME: must be a rule of dalian (premium, deadline, validity, cancel, allocate, check), not 'tax'",
        ),
        (
            "check --scheme national-first-set",
            "NAME: must be a rule of national-first-set (ceiling, fund), not 'check'; it is a rule of dalian",
        ),
        ("validity absent --scheme dalian", "FILE: 'absent' cannot be read: No such file or directory"),
        ("validity . --scheme dalian", "FILE: '.' cannot be read: Is a directory"),
    ],
)
def test_what_the_command_does_not_know_is_bad_input(arguments: str, message: str) -> None:
    result = CliRunner().invoke(app, arguments.split())
    assert isinstance(result.exception, BadInput)
    assert result.exception.exit_status == 2
    assert str(result.exception) == f"bad input: {message}"


def test_the_edition_can_be_named() -> None:
    arguments = ["validity", "--scheme", "dalian", "--edition", "dalian-demonstration-2026"]
    assert CliRunner().invoke(app, arguments, input=b'{"published_on":"2025-03-10"}').exit_code == 0


def test_as_a_user_runs_it_a_wrong_line_gives_status_two_and_an_unknown_scheme_one_line_on_stderr() -> None:
    mixed = command("validity", "-", "--scheme", "dalian", given=b'{"published_on":"2025-03-10"}\n{}\n')
    assert (mixed.returncode, len(mixed.stdout.splitlines()), mixed.stderr) == (2, 2, b"")
    unknown = command("validity", "--scheme", "x")
    assert (unknown.returncode, unknown.stdout, len(unknown.stderr.splitlines())) == (2, b"", 1)


def test_the_law_needs_neither_server_nor_database_nor_web() -> None:
    program = (
        "import json, sys; from starters.cli import app; "
        "app(['rules', 'check', '--scheme', 'dalian'], standalone_mode=False); "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], input=_json(SUBSIDY), capture_output=True, cwd=ROOT, check=True
    ).stdout
    verdict, modules = told.splitlines()
    assert json.loads(verdict)["passed"] is True
    loaded = set(json.loads(modules))
    assert loaded.isdisjoint({"temporalio", "asyncpg", "yaml", "fastapi", "starlette", "aiohttp", "db"})


def test_a_plan_of_100_000_applications_comes_on_one_line() -> None:
    many = [APPLICATION | {"number": f"{n:06d}", "enterprise": f"E{n % 20_000}"} for n in range(100_000)]
    told = answer("allocate", ALLOCATE | {"budget": "5000000000", "applications": many})
    assert len(told["lines"]) == 100_000
    assert told["lines"][99_999]["rank"] == 100_000


# --- whatever comes -------------------------------------------------------------------------------------------------

anything = st.characters(exclude_categories=())  # halves of surrogate pairs too
odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(anything)
    | st.sampled_from(["0", "1", "0.03", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(anything, max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_a_field_there_is_one_answer_or_one_error(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*GIVEN, *NATIONAL]))
    facts = (GIVEN | NATIONAL)[name]
    changed = dict(facts)
    for field in data.draw(st.sets(st.sampled_from([*facts, "unknown", "\ud800"]), min_size=1, max_size=2)):
        changed[field] = data.draw(odd)
    status, told = run(name, changed, scheme="national-first-set" if name in NATIONAL else "dalian")
    assert len(told) == 1
    assert (status == 2) == ("error" in told[0])


@given(st.binary(max_size=200))
def test_whatever_bytes_come_every_line_is_answered(raw: bytes) -> None:
    result = CliRunner().invoke(app, ["premium", "--scheme", "dalian"], input=raw)
    lines = raw.split(b"\n")
    assert len(result.stdout.splitlines()) == len(lines) - (lines[-1] == b"")
    assert result.exit_code == (2 if raw else 0)


@given(st.dates(), st.dates())
def test_no_day_of_the_calendar_breaks_the_deadline(signed: Any, delivered: Any) -> None:
    _, (told,) = run("deadline", {"contract_signed_on": signed.isoformat(), "delivered_on": delivered.isoformat()})
    assert ("due_on" in told) != ("error" in told)
