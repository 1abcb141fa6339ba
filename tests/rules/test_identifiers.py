"""The unified social credit code, against a well-kept library as its oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import uscc

from rules.identifiers import Uscc, check_digit

READ = TypeAdapter(Uscc)
BODIES = st.from_regex(r"\A[159Y][1239][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}\Z")


@given(BODIES)
def test_the_check_digit_is_the_librarys(body: str) -> None:
    assert check_digit(body) == uscc.calc_check_digit(body)


@given(BODIES)
def test_a_code_with_the_right_check_digit_is_read_and_with_any_other_refused(body: str) -> None:
    right = check_digit(body)
    assert READ.validate_python(body + right) == body + right
    for wrong in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {right}:
        with pytest.raises(ValidationError, match="its check digit would be"):
            READ.validate_python(body + wrong)


@pytest.mark.parametrize("text", ["", "9121", "91210211MA0000099m", "91210211MA000009 M", "9121０211MA0000099M"])
def test_what_is_no_code_is_refused_before_its_check_digit(text: str) -> None:
    with pytest.raises(ValidationError, match="must be a unified social credit code"):
        READ.validate_python(text)
