"""What stands beside the chains of events must follow from them: money, applications, dates, registers, notices.

Each proof sets what the events tell beside what a table keeps, as two queries of `db/queries/audit.sql` with the same
columns, row against row: what is told and not kept, kept and not told, or kept twice, breaks it. The chains are
followed before, so that the events and the files can be relied upon here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg

from activities import editions
from activities.notices import disagreeing
from db.pool import Connection
from db.sql import queries

AUDIT = queries("audit")
#: A proof looks at the whole record, which may take longer than any act: an hour.
PATIENCE = 3600.0


class Proof(NamedTuple):
    """A table, what its events tell of it, and what it keeps."""

    table: str
    told: str
    kept: str


#: In this order: the later ones rely on the tables of the earlier ones.
PROOFS = (
    Proof("plan_line", AUDIT.plans_told, AUDIT.plans_kept),
    Proof("left_over", AUDIT.left_over_told, AUDIT.left_over_kept),
    Proof("subsidy_application", AUDIT.applications_told, AUDIT.applications_kept),
    Proof("outbox", AUDIT.orders_told, AUDIT.orders_kept),
    Proof("outbox", AUDIT.refusals_told, AUDIT.refusals_kept),
    Proof("ledger_entry", AUDIT.entries_told, AUDIT.entries_kept),
    Proof("payment_voucher", AUDIT.vouchers_told, AUDIT.vouchers_kept),
    Proof("proceeding", AUDIT.cases_told, AUDIT.cases_kept),
    Proof("budget", AUDIT.balances_told, AUDIT.balances_kept),
    Proof("enterprise_year", AUDIT.caps_told, AUDIT.caps_kept),
    Proof("opinion", AUDIT.opinions_told, AUDIT.opinions_kept),
    Proof("deadline", AUDIT.deadlines_told, AUDIT.deadlines_kept),
    Proof("insurer_listing", AUDIT.listings_told, AUDIT.listings_kept),
    Proof("insurer_suspension", AUDIT.suspensions_told, AUDIT.suspensions_kept),
    Proof("insurer_bar", AUDIT.bars_told, AUDIT.bars_kept),
    Proof("filed_clause", AUDIT.clauses_told, AUDIT.clauses_kept),
    Proof("officer", AUDIT.people_told, AUDIT.people_kept),
    Proof("district", AUDIT.districts_told, AUDIT.districts_kept),
    Proof("office", AUDIT.offices_told, AUDIT.offices_kept),
    Proof("letterhead", AUDIT.letterheads_told, AUDIT.letterheads_kept),
    Proof("bank_account", AUDIT.accounts_told, AUDIT.accounts_kept),
    Proof("work_item", AUDIT.work_told, AUDIT.work_kept),
    Proof("holiday_notice", AUDIT.holidays_told, AUDIT.holidays_kept),
    Proof("signed_edition", AUDIT.editions_told, AUDIT.editions_kept),
    Proof("edition_end", AUDIT.edition_ends_told, AUDIT.edition_ends_kept),
    Proof("supervisor", AUDIT.supervisors_told, AUDIT.supervisors_kept),
    Proof("substitution", AUDIT.substitutions_told, AUDIT.substitutions_kept),
    Proof("policy", AUDIT.policies_told, AUDIT.policies_kept),
    Proof("document", AUDIT.documents_told, AUDIT.documents_kept),
    Proof("document_withdrawal", AUDIT.withdrawn_documents_told, AUDIT.withdrawn_documents_kept),
)


class Broken(NamedTuple):
    """Where a table and the events part, and why."""

    stream: str
    seq: int
    why: str


async def disagreements(connection: Connection) -> AsyncIterator[Broken]:
    """Yield the first disagreement of each table with the events."""
    for proof in PROOFS:
        if broken := await _disagreement(connection, proof):
            yield broken
    for why in await editions.unfounded_caps(connection):
        yield Broken("", 0, f"annual_cap: {why}")
    for place in await disagreeing(connection):
        stream, _, seq = place.rpartition("/")
        yield Broken(stream, int(seq), "notice: it and its event do not say the same of each other")


async def _disagreement(connection: Connection, proof: Proof) -> Broken | None:
    compared = (
        f"with told as (\n{proof.told}\n), kept as (\n{proof.kept}\n) "  # noqa: S608 - both are the project's own
        "select stream, sequence, why, (to_jsonb(row) - '{stream,sequence,why}'::text[])::text as row from ("
        "select 'told by the events and not kept' as why, t.* "
        "from (select * from told except all select * from kept) t union all "
        "select 'kept and not told by the events', k.* "
        "from (select * from kept except all select * from told) k"
        ") row order by stream, sequence, row limit 1"
    )
    try:
        found = await connection.fetchrow(compared, timeout=PATIENCE)
    except asyncpg.DataError as error:
        return Broken("", 0, f"{proof.table}: cannot be read: {error}")
    if found is None:
        return None
    return Broken(found["stream"] or "", found["sequence"], f"{proof.table}: {found['why']}: {found['row']}")
