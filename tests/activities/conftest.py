"""A desk in this test's database."""

from __future__ import annotations

import pytest

from db.pool import Pool
from tests.activities.desk import Desk


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)
