"""What the forms of a case take as text: something that can be read, in whatever script."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.faults import Unfit
from rules.procedure import read_form
from rules.schemes.dalian_forms import CorrectionRequest

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    ["\u200b", "\u200b \u2060\ufeff", "\u00ad", "\u3164", "\u115f\u1160\uffa0", "\u2800", "\ufe0f", "\u3000\u200d"],
    ids=ascii,
)
def test_an_item_in_which_nothing_can_be_read_is_refused(item: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_form(CorrectionRequest, {"items": ["缺少检测报告", item]}, NOW)
    assert [field for field, _ in refused.value.faults] == ["items[1]"]
    assert "must hold something that can be read" in str(refused.value)


@pytest.mark.parametrize("item", ["缺", "1", "①", "é", "a\u200bb", "补充\u3000材料", "；", "😀"], ids=ascii)
def test_whatever_can_be_read_is_kept_as_it_was_written(item: str) -> None:
    assert read_form(CorrectionRequest, {"items": [item]}, NOW).items == [item]
