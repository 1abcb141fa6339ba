"""What an officer hands in is read as it is written, from YAML as from JSON, or refused in one sentence, quickly."""

from __future__ import annotations

import io
import json
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadInput
from service import reading
from service.reading import MOST_BYTES, read_data


@pytest.fixture
def read(folder: Path) -> Any:
    """Read a text, or bytes, from a file."""

    def from_file(given: str | bytes) -> dict[str, Any]:
        path = folder / "申报.yaml"
        path.write_bytes(given if isinstance(given, bytes) else given.encode())
        return read_data(str(path))

    return from_file


# --- alike ----------------------------------------------------------------------------------------------------------

FORM = {
    "scheme": "dalian",
    "enterprise": {"name": "大连星海主轴有限公司", "sme": True, "registered_on": "2015-04-08", "note": None},
    "amount": "60000000.00",
    "breakthrough": ["parameters", "variety"],
    "papers": [{"kind": "licence", "title": "营业执照"}, {"kind": "other", "title": "a: b # c"}],
    "empty": {},
    "none": [],
    "text": "第一行\n第二行 \"quoted\" 'single' \\ tab\there ☃ 𠮷",
}


def test_yaml_and_json_are_read_alike(read: Any) -> None:
    assert read(json.dumps(FORM)) == FORM
    assert read(json.dumps(FORM, ensure_ascii=False, indent=2)) == FORM
    assert read(yaml.safe_dump(FORM, allow_unicode=True)) == FORM
    assert read("---\n" + yaml.safe_dump(FORM, default_flow_style=True)) == FORM


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(form=st.dictionaries(TEXTS, VALUES, max_size=5))
def test_whatever_is_written_is_read_back_the_same(form: dict[str, Any]) -> None:
    for text in (json.dumps(form), yaml.safe_dump(form, allow_unicode=True)):
        if text.strip() != "{}" or not form:
            assert reading._parse(text) == form


@pytest.mark.parametrize(
    "written",
    [
        *(
            "0.030",
            "1e3",
            "2026-01-01",
            "2026-01-01T09:30",
            "yes",
            "no",
            "on",
            "Off",
            "y",
            "007",
            "0x1F",
            "1_000",
            "+1",
        ),
        *(".5", "1:30", "12:30:45", "NaN", ".nan", ".inf", "=", "1.", "60000000.00", "True", "FALSE", "3%", "１２"),
    ],
)
def test_a_scalar_of_yaml_stays_as_it_is_written(read: Any, written: str) -> None:
    assert read(f"field: {written}") == {"field": written}


@pytest.mark.parametrize(
    ("written", "means"), [("true", True), ("false", False), ("null", None), ("~", None), ("", None)]
)
def test_only_true_false_and_null_are_more_than_text(read: Any, written: str, means: bool | None) -> None:
    assert read(f"field: {written}") == {"field": means}
    assert read(f"field: '{written}'") == {"field": written}


@pytest.mark.parametrize(
    "text", ['\ufeff{"a": "1"}', '\ufeffa: "1"', '\n\n  {"a": "1"}', "---\na: '1'\n...\n", "a:\t'1'"]
)
def test_a_byte_order_mark_and_what_stands_around_a_document_are_no_part_of_it(read: Any, text: str) -> None:
    assert read(text) == {"a": "1"}


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("名: 值".encode())))
    assert read_data("-") == {"名": "值"}


# --- refused --------------------------------------------------------------------------------------------------------

BILLION = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "a bomb of aliases": (BILLION, r"file: must not use YAML aliases \(line 2\)"),
    "an alias to itself": ("a: &a\n  b: *a", r"file: must not use YAML aliases \(line 2\)"),
    "a merge of an alias": ("a: &a {b: 1}\nc:\n  <<: *a", r"file: must not use YAML aliases \(line 3\)"),
    "deep flow lists of YAML": ("a: " + "[" * 100_000, r"file: is nested .*deep"),
    "deep flow mappings of YAML": ("a: " + "{b: " * 100_000, r"file: is nested .*deep"),
    "deep block lists of YAML": ("a:\n " + "- " * 100_000, r"file: is nested .*deep"),
    "deep indents of YAML": ("\n".join(" " * n + "a:" for n in range(2_000)), r"file: is nested .*deep"),
    "deep JSON": ('{"a":' * 100_000, r"file: is nested .*deep"),
    "deep JSON lists": ('{"a":' + "[" * 100_000, r"file: is nested .*deep"),
    "a key twice in JSON": ('{"a": {"amount": "1",\n "amount": "2"}}', "amount: is given twice"),
    "a key twice in YAML": ("b: 1\na:\n  amount: 1\n  amount: 2", r"amount: is given twice \(line 4\)"),
    "a key twice in YAML, once quoted": ("amount: 1\n'amount': 2", r"amount: is given twice \(line 2\)"),
    "NaN in JSON": ('{"a": NaN}', "file: must not hold NaN"),
    "Infinity in JSON": ('{"a": -Infinity}', "file: must not hold -Infinity"),
    "JSON cut off": ('{"a": 1,\n"b"', "file: is not JSON: .* at line 2"),
    "JSON and more": ('{"a": 1}\n{"b": 2}', "file: is not JSON: .* at line 2"),
    "a control character in JSON": ('{"a": "\x01"}', "file: is not JSON: .* at line 1"),
    "digits without end in JSON": ('{"a": ' + "9" * 100_000 + "}", "file: must not hold a number of 100000 digits"),
    "tabs as indents": ("a:\n\tb: 1", "file: is not YAML: .* at line 2"),
    "YAML cut off": ("a: [1,\n 2", "file: is not YAML: .* at line 3"),
    "an unfinished quote": ("a: 'b\nc: d", "file: is not YAML: .* at line"),
    "two documents": ("a: 1\n---\nb: 2", "file: is not YAML: .* at line 2"),
    "an object of Python": ("a: !!python/object/apply:os.system ['true']", r"file: must not use YAML tags \(line 1\)"),
    "a tag of one's own": ("a: !mine 1", r"file: must not use YAML tags \(line 1\)"),
    "a number by its tag": ("a: !!int abc", r"file: must not use YAML tags \(line 1\)"),
    "a fraction by its tag": ("a: !!float abc", r"file: must not use YAML tags \(line 1\)"),
    "a truth by its tag": ("a: !!bool maybe", r"file: must not use YAML tags \(line 1\)"),
    "a day by its tag": ("a: !!timestamp 2026-13-45", r"file: must not use YAML tags \(line 1\)"),
    "bytes by their tag": ("a: !!binary é", r"file: must not use YAML tags \(line 1\)"),
    "a set by its tag": ("a: !!set {b, c}", r"file: must not use YAML tags \(line 1\)"),
    "a list as a key": ("a: 1\n? [b, c]\n: d", r"file: must name each field by text \(line 2\)"),
    "a mapping as a key": ("a: 1\n? {b: c}\n: d", r"file: must name each field by text \(line 2\)"),
    "nothing as a key": ("a: 1\n~: d", r"file: must name each field by text \(line 2\)"),
    "a truth as a key": ("a: 1\ntrue: d", r"file: must name each field by text \(line 2\)"),
    "a NUL in YAML": ("a: b\0c", "file: is not YAML"),
    "an escape in YAML": ("a: \x1b[2J", "file: is not YAML"),
    "no UTF-8": (b"a: 1\nb: \xff\xfe", r"file: must be UTF-8 \(byte 9 is not\)"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), r"file: must be UTF-8 \(byte 1 is not\)"),
    "GBK": ("名: 值".encode("gbk"), r"file: must be UTF-8"),
    "nothing": ("", "file: must hold one mapping of fields"),
    "blanks": (" \n\n \n", "file: must hold one mapping of fields"),
    "only a comment": ("# nothing yet\n", "file: must hold one mapping of fields"),
    "a list": ("- a\n- b", "file: must hold one mapping of fields"),
    "a list of JSON": ('[{"a": 1}]', "file: must hold one mapping of fields"),
    "a word": ("hello", "file: must hold one mapping of fields"),
    "null": ("null", "file: must hold one mapping of fields"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line_quickly_and_with_bounded_memory(read: Any, case: str) -> None:
    text, says = REFUSED[case]
    size = len(text)
    tracemalloc.start()
    began = time.perf_counter()
    try:
        with pytest.raises(BadInput, match=f"^bad input: {says}") as refused:
            read(text)
        assert time.perf_counter() - began < 1
        assert tracemalloc.get_traced_memory()[1] < 20_000_000 + 20 * size
    finally:
        tracemalloc.stop()
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300
    assert refused.value.exit_status == 2


def test_a_file_of_ten_megabytes_is_read_and_one_byte_more_is_refused_unread(read: Any) -> None:
    shell = '{"a": ""}'
    whole = shell.replace('""', f'"{"x" * (MOST_BYTES - len(shell))}"')
    assert len(whole) == MOST_BYTES == 10 * 1024 * 1024
    assert len(read(whole)["a"]) == MOST_BYTES - len(shell)
    with pytest.raises(BadInput, match=r"^bad input: file: must not be larger than 10 MB$"):
        read(whole + " ")


def test_a_file_without_end_is_read_no_further_than_the_limit() -> None:
    with pytest.raises(BadInput, match="file: must not be larger than 10 MB"):
        read_data("/dev/zero")


@pytest.mark.parametrize(
    "line",
    ["a{0}: b\n", "- a\n", "a{0}: &a{0} b\n", "? a{0}\n", '"a{0}": "\\u4e2d"\n'],
    ids=["keys", "items", "anchors", "bare keys", "escapes"],
)
def test_a_large_file_of_small_things_is_refused_before_it_grows(read: Any, line: str) -> None:
    text = "".join(line.format(n) for n in range(MOST_BYTES // 16))[:MOST_BYTES]
    began = time.perf_counter()
    with pytest.raises(BadInput, match=r"file: must not have more than 100000 parts \(line \d+\)$"):
        read(text)
    assert time.perf_counter() - began < 5


def test_a_file_with_as_many_parts_as_a_form_may_have_is_read(read: Any) -> None:
    assert len(read("a:\n" + "- b\n" * 99_990)["a"]) == 99_990


def test_a_name_that_is_given_twice_is_told_on_one_line_whatever_it_is(read: Any) -> None:
    for name in ("a\nb", "x" * 1_000, "\x1b[2J", "\ud800"):
        with pytest.raises(BadInput, match="is given twice") as refused:
            read("{" + ",".join([f"{json.dumps(name)}: 1"] * 2) + "}")
        assert str(refused.value).isprintable()
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize("place", ["absent.yaml", "", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_told_with_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(BadInput, match=r"^bad input: file: .* cannot be read: ") as refused:
        read_data(place)
    assert repr(place) in str(refused.value)
