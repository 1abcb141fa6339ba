"""Written notices (文书) as the record keeps them."""

from __future__ import annotations

from db.pool import Pool
from db.sql import queries
from rules.notices import WrittenNotice

NOTICE = queries("notice")


async def notice_of(pool: Pool, number: str) -> WrittenNotice | None:
    """Return the notice of a number, if it was issued."""
    body = await pool.fetchval(NOTICE.by_number, number)
    return WrittenNotice.model_validate(body) if body else None
