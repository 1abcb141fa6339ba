"""What the desk's tests share: a browser on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.desk.browser import Browser, visiting
from tests.hands import Hands


@pytest.fixture
async def browser(hands: Hands) -> AsyncIterator[Browser]:
    """A browser on a desk whose servers have a worker."""
    async with visiting(hands.session) as opened:
        yield opened


@pytest.fixture
async def reader(alone: Hands) -> AsyncIterator[Browser]:
    """A browser on a desk without a worker: for what only looks."""
    async with visiting(alone.session) as opened:
        yield opened
