"""名册: policies, loss claims, complaints, recoveries and insurers, page by page (articles 3, 7, 12, 15(2))."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.authority import Officer
from db.pool import Pool
from db.sql import queries
from rules.work import asked_terms
from service.rounds import PAGE, SCHEME, Page, Record, paged

POLICY, LOSS_CLAIM, COMPLAINT = queries("policy"), queries("loss_claim"), queries("complaint")
RECOVERY, INSURER = queries("recovery"), queries("insurer")


async def policies_of(
    pool: Pool, insurer: str | None, stage: str | None, words: str | None, after: str | None = None
) -> Page:
    """Policies (保单): an insurer's, or all; with every word of their number, policy number, enterprise or product."""
    asked = list(asked_terms(words or ""))
    if words and not asked:
        return Page([], None)
    rows = await pool.fetch(POLICY.list, SCHEME, insurer, after or "", stage, asked or None, PAGE + 1)
    return paged(rows, "number")


async def loss_claims_of(pool: Pool, insurer: str | None, stage: str | None, after: str | None = None) -> Page:
    """Loss claims (理赔) with what runs: an insurer's, or all."""
    return paged(await pool.fetch(LOSS_CLAIM.list, SCHEME, insurer, after or "", stage, PAGE + 1), "number")


async def complaints_for(
    pool: Pool, officer: Officer, stage: str | None, kind: str | None, after: str | None = None, *, own: bool = False
) -> Page:
    """Complaints (异议、举报、投诉) that an officer may see: a tip-off only where his office handles it."""
    rows = await pool.fetch(COMPLAINT.list, SCHEME, officer.office, after or "", stage, kind, own, PAGE + 1)
    return paged(rows, "number")


async def recoveries(pool: Pool, stage: str | None, after: str | None = None) -> Page:
    """Recoveries (追回): what was decided, what has come back, and when the rest is due."""
    return paged(await pool.fetch(RECOVERY.list, SCHEME, after or "", stage, PAGE + 1), "number")


async def insurers_on(pool: Pool, day: date, code: str | None = None) -> list[Record]:
    """The insurers with how each stands on a day; one alone where it is named."""
    return [dict(row) for row in await pool.fetch(INSURER.register, day, code)]


async def insurer_papers(pool: Pool, code: str | None) -> dict[str, list[Any]]:
    """The filed clauses and the measures taken, of one insurer or of all; of one, its terms on the list too."""
    return {
        "clauses": [dict(row) for row in await pool.fetch(INSURER.clauses, code)],
        "measures": [dict(row) for row in await pool.fetch(INSURER.measures, code)],
        "listings": [dict(row) for row in await pool.fetch(INSURER.listings, code)] if code else [],
    }
